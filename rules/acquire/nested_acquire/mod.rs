//! A lock that waits for itself.

use crate::prelude::*;

rule! {
    slug: "nested-acquire", group: Acquire, level: Warning, since: "0.1.0",
    summary: "a key is taken again by the path that holds it",
    check: Lock(check),
    claims: [Claim::of(Invariant::BoundedWait)],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    for nested in &lock.nested {
        let name = key(&lock.acquire.key);
        let (message, note) = if nested.waits {
            (
                format!("waits for {name}, which this path holds already"),
                "A holds the lock, A waits for the lock, nobody goes on until the wait or the lease is over",
            )
        } else {
            (
                format!("cannot get {name}: this path holds it already"),
                "A holds the lock, A asks for it again and is told that somebody else has it",
            )
        };
        let draft = Draft::at(nested.span, &lock.acquire.site, Level::Warning, message)
            .of_lock(lock)
            .squiggle("taken again")
            .label(nested.outer, "held since here")
            .note(note)
            .help(&lock.acquire.site, "take-once", "take it once, outside, and call a part that expects it to be held");
        out.report(draft);
    }
}
