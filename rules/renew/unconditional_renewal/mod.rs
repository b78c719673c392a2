//! A renewal that prolongs whoever holds the lock.

use crate::prelude::*;

rule! {
    slug: "unconditional-renewal", group: Renew, level: Error, since: "0.1.0",
    summary: "the lease is prolonged without asking whose lock it is by now",
    check: Lock(check),
    claims: [Claim::of(Invariant::OwnLockOnly), Claim::of(Invariant::OwnLockOnly).pause()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    for renewal in lock.renewals.iter().filter(|renewal| renewal.guard == Guard::None) {
        let name = key(&lock.acquire.key);
        let (message, note) = if renewal.runs_unheld {
            (
                format!("callers that did not get {name} prolong their rival's lease"),
                "A holds the lock and dies, B does not get it and prolongs it all the same, the lock never ends",
            )
        } else {
            (
                format!("prolongs {name} even when it belongs to somebody else by now"),
                "A pauses past its lease, B takes the lock, A prolongs B's lease and believes that it still holds the lock",
            )
        };
        let draft = Draft::at_command(&renewal.site, Level::Error, message)
            .of_lock(lock)
            .squiggle(format!("{} asks for no owner", short(&renewal.site.command, 20)))
            .taken(lock)
            .note(note)
            .help(
                &renewal.site,
                "compare-and-expire",
                "prolong it only while it still holds your token: a script that compares, then PEXPIRE",
            );
        out.report(draft);
    }
}
