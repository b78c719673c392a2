//! A lock and the data it guards under one key.

use crate::prelude::*;

rule! {
    slug: "lock-key-is-data-key", group: Acquire, level: Error, since: "0.1.0",
    summary: "the lock and the data it guards share one key",
    check: Lock(check),
    claims: [Claim::of(Invariant::DataKept), Claim::of(Invariant::NoOrphan), Claim::of(Invariant::TrueRefusal)],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let site = &lock.acquire.site;
    let name = key(&lock.acquire.key);
    for shared in &lock.hazards.shared_keys {
        // Two keys that read alike in two functions are one key, as far as we know.
        let apart = matches!(shared.form, SharedKeyForm::KeepsTaken);
        let surest = if apart { Confidence::Likely } else { shared.write.confidence };
        let draft = match &shared.form {
            SharedKeyForm::ReleaseDeletes(release) => Draft::at_command(
                &shared.write,
                Level::Error,
                format!("the release of {name} deletes what is written here"),
            )
            .squiggle("data under the lock's own key")
            .label(release.span, "gone again here")
            .label(site.outer(), "the lock is taken here, under the same key")
            .note("A takes the lock, writes the value over it, deletes the key, and readers find nothing"),
            SharedKeyForm::ReleaseMisses(release) => {
                Draft::at_command(&shared.write, Level::Error, format!("after this write nobody can release {name}"))
                    .squiggle("data over the lock's token")
                    .label(release.span, "compares the data with the token, and never fits")
                    .label(site.outer(), "the lock is taken here, under the same key")
                    .note("A takes the lock, writes the value over it, its release finds no token, and the key stays")
            }
            SharedKeyForm::KeepsTaken => {
                Draft::at_call(site, Level::Error, format!("{name} cannot be taken while the data under it lives"))
                    .squiggle("this key holds data elsewhere")
                    .label(shared.write.span, "the data is written here, over the lock if there is one")
                    .note("A writes the data, B finds the key there and takes it for A's lock, for ever")
            }
        };
        let draft = draft.of_lock(lock).help(site, "separate-key", "give the lock a key of its own: \"lock:\" + key");
        out.report(draft.no_surer_than(surest.min(shared.write.confidence)));
    }
}
