//! A take-over that two can do at once.

use crate::prelude::*;

rule! {
    slug: "non-atomic-steal", group: Acquire, level: Error, since: "0.1.0",
    summary: "an expired lock is looked at by one command and taken over by another",
    check: Lock(check),
    claims: [Claim::of(Invariant::OwnLockOnly)],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let site = &lock.acquire.site;
    let name = key(&lock.acquire.key);
    for steal in &lock.hazards.steals {
        let (message, text, note) = match steal.form {
            StealForm::DeleteThenTake => (
                format!("deletes {name} though somebody may have taken it since the look"),
                "deletes what may be a new holder's lock",
                "A and B see a dead lock, A deletes it and takes it, B deletes A's lock and takes it beside A",
            ),
            StealForm::Overwrite => (
                format!("overwrites {name} though somebody may have taken it since the look"),
                "overwrites whatever is there now",
                "A and B see a dead lock, A writes its token over it, B writes its own, and both go on",
            ),
            StealForm::Swap => (
                format!("takes {name} over and never looks at whose it was"),
                "the old value tells who was faster, and is not compared",
                "A and B see a dead lock, both swap their value in, and neither learns that the other was there",
            ),
        };
        let draft = Draft::at_command(&steal.site, Level::Error, message)
            .of_lock(lock)
            .squiggle(text)
            .label(steal.look, "found taken, or dead, here")
            .label_opt(steal.taken, "taken again here")
            .note(note)
            .help(
                site,
                "compare-and-set",
                "let the lease end it, or compare the old value and set the new one in one step: a script, or SET … IFEQ",
            );
        out.report(draft.no_surer_than(steal.site.confidence));
    }
}
