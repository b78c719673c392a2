//! An unconditional deletion becomes a compare-and-delete with the token that the acquire stored.
//!
//! Safe where the token is in sight and tells holders apart: a holder's release does what it did, and only the release of
//! a lock that is somebody else's by now does nothing. Who counted on deleting a stranger's lock counted on the fault.
//! Where the stored value is the same for everybody, comparing it says nothing: `constant-token` comes first.

use crate::desk::{Desk, Offer};
use crate::release::{guarded, pointed_at};
use crate::syntax::Code;
use crate::token;
use dogpile_analysis::lifecycle::TokenKind;
use dogpile_report::Finding;

pub(super) fn offer(desk: &Desk<'_>, code: &Code<'_>, finding: &Finding) -> Option<Offer> {
    // A key that several functions build alike has several locks; the release is of the one whose token it sees.
    let locks = desk.lock(finding).into_iter().chain(desk.lifecycles.locks.iter());
    let mut seen = locks.filter_map(|lock| {
        let release = pointed_at(lock, finding)?;
        let apart = matches!(
            lock.acquire.token.kind,
            TokenKind::Fresh | TokenKind::PerHandle | TokenKind::Caller | TokenKind::Unknown
        );
        Some((release, token::at(desk, code, lock, release).filter(|_| apart)?))
    });
    let (release, token) = seen.next()?;
    let edits = guarded(desk, code, release, &token)?;
    Some(Offer::safe(format!("delete the lock only while it still holds `{}`", token.text), edits))
}
