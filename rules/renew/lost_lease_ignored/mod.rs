//! A loss that nobody hears of.

use crate::prelude::*;

rule! {
    slug: "lost-lease-ignored", group: Renew, level: Warning, since: "0.1.0",
    summary: "a renewal that fails does not stop the work",
    check: Lock(check),
    claims: [Claim::of(Invariant::MutualExclusion).pause(), Claim::of(Invariant::MutualExclusion).loss()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let writes = &lock.section.writes;
    if !writes.is_empty() && writes.iter().all(|write| write.fenced) {
        return;
    }
    let name = key(&lock.acquire.key);
    for renewal in lock.renewals.iter().filter(|renewal| renewal.same_session && !renewal.runs_unheld) {
        let (span, message, text) = match renewal.on_loss {
            OnLoss::Ignored(span) => {
                (span, format!("when this renewal fails, the work goes on without {name}"), "its reply is thrown away")
            }
            // The heartbeat sends the next one all the same, as far as can be seen.
            OnLoss::Silent(span) if span == renewal.site.span || renewal.site.via.last() == Some(&span) => (
                span,
                format!("when this renewal fails, nobody is told and the work goes on without {name}"),
                "what it finds ends nothing",
            ),
            OnLoss::Silent(span) => {
                (span, format!("the heartbeat ends and the work goes on without {name}"), "nobody is told")
            }
            OnLoss::Told | OnLoss::Unknown => continue,
        };
        // A library renews in time: a section of which nothing says that it is long hardly sees a loss.
        let by_library = lock.acquire.auto_renews && renewal.site.span == lock.acquire.site.span;
        let level = if by_library && lock.section.durations.is_empty() { Level::Note } else { Level::Warning };
        let draft = Draft::at(span, &renewal.site, level, message)
            .of_lock(lock)
            .squiggle(text)
            .label(renewal.site.span, "this can fail, or find that the lock is somebody else's")
            .label_opt(lock.section.work, "the work that should stop")
            .taken(lock)
            .note("A's renewal fails, the lease ends, B takes the lock, A is never told and both are in the section")
            .help(
                &renewal.site,
                "stop-on-loss",
                "cancel the work's context when a renewal fails or finds another owner",
            );
        out.report(draft);
    }
}
