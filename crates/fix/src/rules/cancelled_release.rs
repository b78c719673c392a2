//! The release gets a context that its caller cannot cancel.
//!
//! Not safe: a release that ended with its caller now waits for the server as long as the client does. Whether that wants
//! a time limit of its own is for people to say.

use crate::desk::{Desk, Offer};
use crate::imports;
use crate::release::pointed_at;
use crate::syntax::{Code, Language, ancestors, named};
use dogpile_analysis::lifecycle::ContextOrigin;
use dogpile_report::Finding;

/// `context.WithoutCancel` came with Go 1.21.
const SINCE: (u32, u32) = (1, 21);

pub(super) fn offer(desk: &Desk<'_>, code: &Code<'_>, finding: &Finding) -> Option<Offer> {
    if code.language != Language::Go || (desk.go_version)(code.path)? < SINCE {
        return None;
    }
    let lock = desk.lock(finding)?;
    let release = pointed_at(lock, finding)?;
    // A helper that takes the lock and gives it back works in between, and its work may well end with the caller; a time
    // limit would go with the cancellation.
    if lock.acquire.site.outer() == release.site.outer() || release.context == ContextOrigin::CallerWithTimeout {
        return None;
    }
    let call = ancestors(code.covering(release.site.outer())?).find(|n| n.kind() == "call_expression")?;
    let context = named(call.child_by_field_name("arguments")?).first().copied()?;
    let text = code.text_of(context);
    let plain = context.kind() == "identifier" || text.ends_with(".Context()");
    if !plain || text == "nil" {
        return None;
    }
    let mut edits = imports::go(code, "context")?;
    edits.push(code.replaced(context, format!("context.WithoutCancel({text})")));
    Some(Offer::unsafe_("release on a context that its caller cannot cancel", edits))
}
