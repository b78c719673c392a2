//! Work that goes on without its lock.

use crate::prelude::*;

rule! {
    slug: "work-escapes-lock", group: Release, level: Error, since: "0.1.0",
    summary: "the lock is released while work that was started under it still runs",
    check: Lock(check),
    claims: [Claim::of(Invariant::MutualExclusion)],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let release = lock.releases.iter().find(|release| release.same_session);
    for escape in &lock.escapes {
        let name = key(&lock.acquire.key);
        // Side work may well run on; all of the section may not, nor the write to what was read under the lock.
        let (level, message) = if escape.raced {
            (Level::Error, format!("when the timeout wins this race, the work under {name} goes on without it"))
        } else if escape.only {
            (Level::Error, format!("all the work under {name} runs on after the release"))
        } else if escape.read.is_some() {
            (Level::Warning, format!("writes what was read under {name} after the release"))
        } else {
            continue;
        };
        let draft = Draft::at(escape.span, &lock.acquire.site, level, message)
            .of_lock(lock)
            .squiggle(if escape.raced {
                "the loser is neither stopped nor waited for"
            } else {
                "nobody waits for this"
            })
            .label_opt((!escape.raced).then_some(escape.work), "done with or without the lock")
            .label_opt(escape.read, "read under the lock")
            .label_opt(release.map(|release| release.site.outer()), "released here")
            .taken(lock)
            .note("A starts the work and releases, B takes the lock and starts it again, both run side by side")
            .help(&lock.acquire.site, "join-work", "wait for it before the release, or let it release the lock itself");
        out.report(draft);
    }
}
