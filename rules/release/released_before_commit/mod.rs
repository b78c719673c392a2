//! A release before the work can be seen.

use crate::prelude::*;

rule! {
    slug: "released-before-commit", group: Release, level: Warning, since: "0.1.0",
    summary: "the lock is released inside a database transaction, before it is committed",
    check: Lock(check),
    claims: [Claim::of(Invariant::MutualExclusion)],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    for early in &lock.hazards.early_releases {
        let message = format!("{} is released before the transaction is committed", key(&lock.acquire.key));
        let text = if early.deferred {
            "runs when the function ends, the commit comes after that"
        } else {
            "the commit comes after this"
        };
        let draft = Draft::at_call(&early.site, Level::Warning, message)
            .of_lock(lock)
            .squiggle(text)
            .label(early.begun, "the transaction begins here")
            .label(early.committed, "what was done becomes visible here")
            .taken(lock)
            .note("A writes and releases, B takes the lock and reads the old rows, A commits, B writes over A's rows")
            .help(
                &early.site,
                "release-after-commit",
                "take the lock around the transaction and release it after the commit",
            );
        out.report(draft);
    }
}
