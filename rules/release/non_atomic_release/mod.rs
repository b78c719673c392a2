//! A release that looks first and deletes later.

use crate::prelude::*;

rule! {
    slug: "non-atomic-release", group: Release, level: Warning, since: "0.1.0",
    summary: "the owner is checked by one command and the key deleted by another",
    check: Lock(check),
    claims: [Claim::of(Invariant::OwnLockOnly).pause()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let level = if lock.profile == Profile::Correctness { Level::Error } else { Level::Warning };
    for release in lock.releases.iter().filter(|r| !r.rollback && !r.administrative) {
        let Guard::ReadThenAct(read) = release.guard else { continue };
        let draft = Draft::at_command(
            &release.site,
            level,
            format!("{} can change hands between the check and this delete", key(&lock.acquire.key)),
        )
        .of_lock(lock)
        .squiggle("deletes what may be somebody else's by now")
        .label(read, "the owner is read here, in a command of its own")
        .taken(lock)
        .note("A reads its own token, the lease ends, B takes the lock, A deletes B's lock")
        .help(
            &release.site,
            "compare-and-delete",
            "compare and delete in one step: a script, or DELEX key IFEQ token",
        );
        out.report(draft);
    }
}
