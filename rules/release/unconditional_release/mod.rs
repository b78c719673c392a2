//! A release that frees whoever holds the lock.

use crate::prelude::*;

rule! {
    slug: "unconditional-release", group: Release, level: Error, since: "0.1.0",
    summary: "the key is deleted without asking whose lock it is by now",
    check: Lock(check),
    claims: [Claim::of(Invariant::OwnLockOnly), Claim::of(Invariant::OwnLockOnly).pause()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    for release in lock.releases.iter().filter(|r| r.guard == Guard::None && !r.rollback && !r.administrative) {
        let draft = Draft::at_command(
            &release.site,
            Level::Error,
            format!("deletes {} even when it belongs to somebody else by now", key(&lock.acquire.key)),
        )
        .of_lock(lock)
        .squiggle(format!("{} asks for no owner", short(&release.site.command, 20)))
        .taken(lock)
        .label_opt(lock.section.work, "when this outlasts the lease, the lock is no longer ours")
        .note("A takes the lock, A pauses past the lease, B takes it, A deletes B's lock, C takes it beside B")
        .help(
            &release.site,
            "compare-and-delete",
            "delete it only while it still holds your token: a compare-and-delete script, or DELEX key IFEQ token",
        );
        out.report(draft);
    }
}
