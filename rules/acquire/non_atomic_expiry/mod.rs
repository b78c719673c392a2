//! A lock that exists for a moment without an expiry.

use crate::prelude::*;

rule! {
    slug: "non-atomic-expiry", group: Acquire, level: Error, since: "0.1.0",
    summary: "the lock is taken by one command and gets its expiry by a second",
    check: Lock(check),
    claims: [Claim::of(Invariant::NoOrphan).crash()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let acquire = &lock.acquire;
    // No expiry on any path is `lock-without-expiry`; only the gap is ours.
    if acquire.ttl != Ttl::Absent || acquire.expiry_same_step {
        return;
    }
    let Some(expiry) = lock.expiries.first() else { return };
    let (taken, given) = (short(&acquire.site.command, 10), short(&expiry.site.command, 10));
    let draft = Draft::at_command(
        &acquire.site,
        Level::Error,
        format!("a crash between {taken} and {given} leaves {} locked for ever", key(&acquire.key)),
    )
    .of_lock(lock)
    .squiggle("takes the lock without an expiry")
    .label(expiry.site.span, "the expiry only arrives here")
    .label_opt(expiry.exit_between, "this way out leaves the lock without one")
    .note("A takes the lock and dies before the second command; no expiry removes the key, and B waits for ever")
    .help(&acquire.site, "acquire-with-ttl", "give the expiry in the same command: SET key token NX PX ttl")
    .no_surer_than(expiry.key_confidence);
    out.report(draft);
}
