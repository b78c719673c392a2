//! A heartbeat that one error ends.

use crate::prelude::*;

rule! {
    slug: "brittle-renewal", group: Renew, level: Warning, since: "0.1.0",
    summary: "the heartbeat stops for good at the first error while the work goes on",
    check: Lock(check),
    claims: [Claim::of(Invariant::MutualExclusion).loss()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let writes = &lock.section.writes;
    if !writes.is_empty() && writes.iter().all(|write| write.fenced) {
        return;
    }
    for renewal in lock.renewals.iter().filter(|renewal| renewal.same_session) {
        let Some(end) = renewal.brittle else { continue };
        let name = key(&lock.acquire.key);
        let message = format!("one failed command ends the heartbeat of {name}; the work goes on");
        let draft = Draft::at(end, &renewal.site, Level::Warning, message)
            .of_lock(lock)
            .squiggle("the heartbeat ends here, for good")
            .label(renewal.site.span, "this fails when the server cannot be asked for a moment")
            .taken(lock)
            .note("one renewal of A times out, nothing renews any more, the lease ends, B takes the lock beside A")
            .help(&renewal.site, "retry-renewal", "try again until the lease is over, and only then stop the work");
        out.report(draft);
    }
}
