//! A lock that nothing removes when its holder dies.

use crate::prelude::*;

rule! {
    slug: "lock-without-expiry", group: Acquire, level: Error, since: "0.1.0",
    summary: "the lock has no expiry: when its holder dies it stays for ever",
    check: Lock(check),
    claims: [Claim::of(Invariant::NoOrphan).crash()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let acquire = &lock.acquire;
    // An expiry that comes as a second command is `non-atomic-expiry`; one in the same step is fine.
    if acquire.ttl != Ttl::Absent || acquire.expiry_same_step || !lock.expiries.is_empty() {
        return;
    }
    // A lease that truncates to nothing is `ttl-unit-mismatch`.
    if lock.unit_faults.iter().any(|fault| fault.kind == UnitFaultKind::TruncatesToZero) {
        return;
    }
    let released = lock.releases.iter().find(|release| release.same_session && !release.rollback);
    let draft = Draft::at_command(
        &acquire.site,
        Level::Error,
        format!("if its holder dies, {} stays locked for ever", key(&acquire.key)),
    )
    .of_lock(lock)
    .squiggle("sets no expiry")
    .taken(lock)
    .label_opt(released.map(|release| release.site.outer()), "only this gives it back")
    .note("A takes the lock and is killed before it releases; no expiry removes the key, and B waits for ever")
    .help(&acquire.site, "acquire-with-ttl", "give the expiry in the same command: SET key token NX PX ttl");
    out.report(draft);
}
