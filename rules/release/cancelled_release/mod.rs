//! A release that is cancelled together with the work.

use crate::prelude::*;

rule! {
    slug: "cancelled-release", group: Release, level: Warning, since: "0.1.0",
    summary: "the release uses a context that may be cancelled by the time it runs",
    check: Lock(check),
    claims: [Claim::of(Invariant::NoOrphan).cancel()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    for release in lock.releases.iter().filter(|r| r.same_session && !r.rollback && !r.administrative) {
        let origin = match release.context {
            ContextOrigin::Caller => "the caller's context: it ends with the request",
            ContextOrigin::CallerWithTimeout => "made from the caller's context: it ends with the request",
            ContextOrigin::CancelledHere => "this context is cancelled before the release runs",
            ContextOrigin::Absent | ContextOrigin::Detached | ContextOrigin::Unknown => continue,
        };
        let draft = Draft::at_call(
            &release.site,
            Level::Warning,
            format!(
                "once its context is cancelled, {} stays locked {}",
                key(&lock.acquire.key),
                ended(&lock.acquire.ttl)
            ),
        )
        .of_lock(lock)
        .squiggle("not sent when the context is cancelled")
        .label_opt(release.context_span, origin)
        .taken(lock)
        .note("A's request is cancelled, the work stops, the release is not sent, B waits for a lock that nobody holds")
        .help(
            &release.site,
            "detached-release",
            "release on a context that outlives the request and has a timeout of its own",
        );
        out.report(draft);
    }
}
