//! Losers who leave with nothing.

use crate::prelude::*;

rule! {
    slug: "no-stale-fallback", group: Waiters, level: Off, since: "0.1.0",
    summary: "callers who do not get the lock of a cached value have nothing to return",
    check: Lock(check),
    claims: [Claim::of(Invariant::Computed)],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let Some(refusal) = &lock.hazards.refusal else { return };
    let site = &lock.acquire.site;
    let message = format!("while {} is held, every other caller gets an error", key(&lock.acquire.key));
    let draft = Draft::at(refusal.exit, site, Level::Off, message)
        .of_lock(lock)
        .squiggle("nothing to return")
        .label(refusal.read, "missed here: the old value is gone by then")
        .label(site.outer(), "only the holder goes on")
        .note("the value expires, A takes the lock and computes, a hundred callers fail until A is done")
        .help(site, "stale-value", "keep the old value past its freshness and serve it while one caller computes");
    out.report(draft);
}
