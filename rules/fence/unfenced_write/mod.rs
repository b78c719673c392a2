//! A write that a paused holder makes too late.

use crate::prelude::*;

rule! {
    slug: "unfenced-write", group: Fence, level: Note, since: "0.1.0",
    summary: "shared state is written under a lease without a fencing token or version check",
    check: Lock(check),
    claims: [Claim::of(Invariant::NoStaleWrite).pause()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let level = if lock.profile == Profile::Correctness { Level::Warning } else { Level::Note };
    let mut unfenced = lock.section.writes.iter().filter(|write| !write.fenced && !write.deletes);
    let Some(first) = unfenced.next() else { return };
    let mut draft = Draft::at_call(
        &first.site,
        level,
        format!("a paused holder of {} overwrites fresher data here", key(&lock.acquire.key)),
    )
    .of_lock(lock)
    .squiggle("accepted whoever holds the lock by now")
    .taken(lock);
    for other in unfenced.take(3) {
        draft = draft.label(other.site.outer(), "so is this write");
    }
    let draft = draft
        .note("A pauses past its lease, B takes the lock and writes, A wakes up and writes its older result over B's")
        .help(
            &first.site,
            "fenced-write",
            "write with a number that grows with each acquisition, and let the store refuse smaller ones",
        );
    out.report(draft);
}
