//! The missing expiry is given in the command that takes the lock.
//!
//! Safe: who takes the lock and what everybody is told stay the same. What changes is that the key goes by itself after a
//! time that this code or its configuration chose for such locks; no time is made up. Not safe where a release deletes
//! whatever lock is there: as long as leases do not end that does no harm, and afterwards it would.

use crate::desk::{Call, Desk, Offer};
use crate::lease::{Lease, chosen};
use crate::pattern::{Pattern, rewrite};
use crate::syntax::{Code, Language};
use crate::{imports, reply, width};
use dogpile_analysis::lifecycle::Guard;
use dogpile_models::{ReplyChange, RewriteKind};
use dogpile_report::{Edit, Finding};

pub(super) fn offer(desk: &Desk<'_>, code: &Code<'_>, finding: &Finding) -> Option<Offer> {
    let lock = desk.lock(finding)?;
    let (lease, says) = chosen(desk, code, lock)?;
    let site = &lock.acquire.site;
    let calls = desk.calls(code, &site.client, RewriteKind::Lease, site.span);
    let edits = calls.iter().find_map(|call| leased(code, call, &lease))?;
    let title = format!("give the lock an expiry of {says}");
    let blind = lock
        .releases
        .iter()
        .any(|r| matches!(r.guard, Guard::None | Guard::ReadThenAct(_)) && !r.rollback && !r.administrative);
    Some(if blind { Offer::unsafe_(title, edits) } else { Offer::safe(title, edits) })
}

/// Edits that give an acquire a lease.
pub(super) fn leased(code: &Code<'_>, call: &Call<'_, '_>, lease: &Lease) -> Option<Vec<Edit>> {
    let to = Pattern::new(code.language, call.row.to.as_deref()?)?;
    let fill = lease.fill(code.language);
    let edits = rewrite(code, &call.found, &call.from, &to, &fill)?;
    let mut edits = width::broken(code, call.found.node, edits);
    match call.row.reply {
        ReplyChange::Same => {}
        ReplyChange::OneToOk => edits.extend(reply::one_to_ok(code, call.found.node)?),
        ReplyChange::Unread => reply::is_unread(code, call.found.node).then_some(())?,
    }
    if code.language == Language::Go
        && matches!(lease, Lease::Known(_))
        && edits.iter().any(|e| e.text.contains("time."))
    {
        edits.extend(imports::go(code, "time")?);
    }
    Some(edits)
}
