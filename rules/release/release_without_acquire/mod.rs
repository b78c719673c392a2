//! A release by somebody who never got the lock.

use crate::prelude::*;

rule! {
    slug: "release-without-acquire", group: Release, level: Error, since: "0.1.0",
    summary: "the release runs although the lock was not won",
    check: Lock(check),
    claims: [Claim::of(Invariant::OwnLockOnly), Claim::of(Invariant::OwnLockOnly).loss()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    for release in lock.releases.iter().filter(|r| r.same_session && !r.rollback && !r.administrative) {
        let Some(unheld) = &release.unheld else { continue };
        // A guarded release of somebody else's lock does nothing: the Redis page allows it. Where all store the same
        // value, it guards nothing.
        let token = &lock.acquire.token;
        let alike = matches!(token.kind, TokenKind::Constant | TokenKind::KeyDerived | TokenKind::PerProcess);
        let unguarded = release.guard == Guard::None || (release.guard == Guard::Atomic && alike);
        if !unguarded && !release.throws_unheld {
            continue;
        }
        let name = key(&lock.acquire.key);
        let message = if unguarded && unheld.failed {
            format!("deletes {name} though taking it failed: it may be somebody else's")
        } else if unguarded {
            format!("a caller that did not get {name} deletes it under its holder")
        } else {
            format!("this {} fails when {name} was not taken", short(&release.site.command, 24))
        };
        let note = if unguarded {
            "A holds the lock, B does not get it and runs its release all the same, C takes the lock beside A"
        } else {
            "B does not get the lock and releases it all the same; the error hides what really happened"
        };
        let draft = Draft::at_call(&release.site, Level::Error, message)
            .of_lock(lock)
            .squiggle("runs on the way of those who lost, too")
            .label(lock.acquire.site.outer(), "not won here")
            .steps(&unheld.steps)
            .note(note)
            .help(&release.site, "release-after-check", "defer the release only after the reply says that it was won");
        out.report(draft);
    }
}
