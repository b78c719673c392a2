//! The look and the deletion become one script.
//!
//! Safe where callers are told the same: the token is the one that the code itself compares with, and a lock that is
//! somebody else's, or gone, is left alone in silence as before. Where the look said more than that (an error that was
//! returned), the fix says less, and is not safe. Where what was read is used for anything else, nothing is offered.

use crate::check;
use crate::desk::{Desk, Offer};
use crate::release::{guarded, pointed_at};
use crate::syntax::Code;
use crate::token;
use dogpile_analysis::lifecycle::{Guard, Release};
use dogpile_report::{Edit, Finding};

pub(super) fn offer(desk: &Desk<'_>, code: &Code<'_>, finding: &Finding) -> Option<Offer> {
    let lock = desk.lock(finding)?;
    let release = pointed_at(lock, finding)?;
    let Guard::ReadThenAct(read) = release.guard else { return None };
    let token = token::compared(code, read, release.site.span)?;
    let mut edits = guarded(desk, code, release, &token)?;
    let (gone, same) = check::without(code, read, release.site.span)?;
    outdent(code, release, &gone, &mut edits);
    edits.extend(gone);
    let title = format!("compare with `{}` and delete in one step", token.text);
    Some(if same { Offer::safe(title, edits) } else { Offer::unsafe_(title, edits) })
}

/// What was written in several lines inside the `if` stands further out when that goes.
fn outdent(code: &Code<'_>, release: &Release, gone: &[Edit], edits: &mut [Edit]) {
    let at = release.site.span.start;
    let inner = code.indent(at as usize);
    let Some(head) = gone.iter().find(|e| {
        e.text.is_empty() && e.span.end <= at && code.line_start(e.span.end as usize) == code.line_start(at as usize)
    }) else {
        return;
    };
    let outer = code.indent(head.span.start as usize);
    for edit in edits.iter_mut().filter(|e| e.span.start <= at && at <= e.span.end) {
        edit.text = edit.text.replace(&format!("\n{inner}"), &format!("\n{outer}"));
    }
}
