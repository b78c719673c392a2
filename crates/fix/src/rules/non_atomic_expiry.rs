//! The expiry that comes as a second command is given in the first.
//!
//! Safe: the lease is the code's own, and it begins a moment earlier. The second command goes, and with it what was done
//! when it failed; where something else needs its reply, or its time is worked out between the two, nothing is offered.

use super::lock_without_expiry::leased;
use crate::desk::{Desk, Offer};
use crate::lease::Lease;
use crate::syntax::{Code, descendants};
use crate::{remove, scope};
use dogpile_models::RewriteKind;
use dogpile_report::Finding;

pub(super) fn offer(desk: &Desk<'_>, code: &Code<'_>, finding: &Finding) -> Option<Offer> {
    let lock = desk.lock(finding)?;
    let [expiry] = &lock.expiries[..] else { return None };
    let (taken, given) = (&lock.acquire.site, &expiry.site);
    if taken.span.file != given.span.file {
        return None;
    }
    let acquires = desk.calls(code, &taken.client, RewriteKind::Lease, taken.span);
    let call = desk.calls(code, &given.client, RewriteKind::Expiry, given.span).into_iter().next()?;
    let first = acquires.first()?.found.node;
    if code.function(first)? != code.function(call.found.node)? {
        return None;
    }
    let same = |name: &str| {
        acquires[0].found.holes.get(name).map(|n| code.text_of(*n))
            == call.found.holes.get(name).map(|n| code.text_of(*n))
    };
    if !same("client") && !same("connection") {
        return None;
    }
    let (unit, time) = ["ttl", "ms", "s"].iter().find_map(|unit| Some((*unit, *call.found.holes.get(*unit)?)))?;
    // Its time means the same where the lock is taken.
    let names = descendants(time).into_iter().filter(|n| n.kind() == "identifier");
    for name in names {
        let declared = scope::binding(code, code.text_of(name), name);
        if declared.is_some_and(|d| d.start_byte() > first.start_byte()) || !stable(code, name, first) {
            return None;
        }
    }
    let text = code.text_of(time).to_owned();
    let number: Option<u64> = text.replace('_', "").parse().ok();
    let leases = match (unit, number) {
        ("ttl", _) => vec![Lease::Typed(text.clone())],
        ("ms", n) => vec![Some(Lease::Millis(text.clone())), n.map(Lease::Known)].into_iter().flatten().collect(),
        (_, n) => {
            let known = n.and_then(|n| n.checked_mul(1000)).map(Lease::Known);
            vec![Some(Lease::Seconds(text.clone())), known].into_iter().flatten().collect()
        }
    };
    let mut edits = leases.iter().find_map(|lease| acquires.iter().find_map(|acquire| leased(code, acquire, lease)))?;
    edits.push(remove::call(code, call.found.node)?);
    Some(Offer::safe("give the expiry in the command that takes the lock", edits))
}

/// Whether a name is not given another value between the acquire and its use.
fn stable(code: &Code<'_>, name: tree_sitter::Node<'_>, acquire: tree_sitter::Node<'_>) -> bool {
    let Some(function) = code.function(acquire) else { return false };
    let text = code.text_of(name);
    !descendants(function).into_iter().any(|n| {
        n.kind() == "identifier"
            && code.text_of(n) == text
            && n.start_byte() > acquire.start_byte()
            && n.start_byte() < name.start_byte()
            && n.parent().is_some_and(|p| {
                let left = |of: tree_sitter::Node<'_>, n| of.child_by_field_name("left") == Some(n);
                left(p, n) || p.parent().is_some_and(|g| left(g, p))
            })
    })
}
