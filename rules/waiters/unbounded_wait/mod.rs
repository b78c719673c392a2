//! A wait that nothing ends.

use crate::prelude::*;

rule! {
    slug: "unbounded-wait", group: Waiters, level: Warning, since: "0.1.0",
    summary: "callers wait for the lock with no deadline and no limit of attempts",
    check: Lock(check),
    claims: [Claim::of(Invariant::BoundedWait).pause()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let site = &lock.acquire.site;
    let name = key(&lock.acquire.key);
    let (span, message) = match (&lock.wait, lock.acquire.waits_inside) {
        (Some(Wait { span, form, bound: WaitBound::None }), _) => {
            let how = match form {
                WaitForm::Loop => "this loop",
                WaitForm::Recursion => "this call of itself",
                WaitForm::Library => "this call",
            };
            (*span, format!("{how} waits for {name} with no deadline and no last attempt"))
        }
        (None, Some(WaitBound::None)) => {
            (site.outer(), format!("waits for {name} with no deadline and no last attempt"))
        }
        _ => return,
    };
    let draft = Draft::at(span, site, Level::Warning, message)
        .of_lock(lock)
        .squiggle("nothing but winning ends it")
        .label(site.outer(), "asked again and again here")
        .note("A holds the lock and hangs, callers pile up behind it, each with its connection and its memory")
        .help(
            site,
            "bounded-wait",
            "stop after a deadline or a number of attempts, and tell the caller that it is busy",
        );
    out.report(draft);
}
