//! The winner computes what is there already.

use crate::prelude::*;

rule! {
    slug: "no-recheck-after-acquire", group: SingleFlight, level: Warning, since: "0.1.0",
    summary: "the winner computes without reading the cache again",
    check: Lock(check),
    claims: [Claim::of(Invariant::OneComputation)],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let Recheck::Missing { read, compute, taken } = lock.recheck else { return };
    // A lock that nobody gives back and nobody waits for is only free again when its lease is over.
    if lock.releases.is_empty()
        && lock.wait.is_none()
        && lock.acquire.waits_inside.is_none()
        && lock.hazards.wakeups.is_empty()
    {
        return;
    }
    let site = &lock.acquire.site;
    let message = format!("the holder of {} computes what may be cached by now", key(&lock.acquire.key));
    let draft = Draft::at(compute, site, Level::Warning, message)
        .of_lock(lock)
        .squiggle("computed without a second look")
        .label(read, "missed here, before the lock")
        .label(taken, "somebody else may have filled it by the time this is won")
        .note("A and B miss, A takes the lock, fills the cache and releases, B takes the lock and computes it again")
        .help(site, "recheck", "read the cache once more after the lock is taken");
    out.report(draft);
}
