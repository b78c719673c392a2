//! A message that came too early, or never.

use crate::prelude::*;

rule! {
    slug: "missed-wakeup", group: Waiters, level: Error, since: "0.1.0",
    summary: "a waiter sleeps until a message that may be lost or sent before it listened",
    check: Lock(check),
    claims: [Claim::of(Invariant::Wakeable), Claim::of(Invariant::Wakeable).crash()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let name = key(&lock.acquire.key);
    for wait in &lock.hazards.wakeups {
        let (level, message, text, note, help) = match (wait.end, wait.rechecks) {
            (WakeupEnd::Nothing, _) => (
                Level::Error,
                format!("a lost message about {name} leaves this waiter waiting for ever"),
                "nothing but a message ends it",
                "A holds the lock and dies, its message is never sent, B waits for it though the lease has long ended",
                "wait no longer than the lock's lease, then try again: a timer beside the channel",
            ),
            (WakeupEnd::Caller, false) => (
                Level::Warning,
                format!("{name} may have been released before this waiter listened"),
                "only another message, or the caller's patience, ends it",
                "B does not get the lock, A releases it and sends its message, B subscribes and waits for the next one",
                "subscribe first, then try the lock or read the value once more, then wait, with a timer beside it",
            ),
            (WakeupEnd::Caller, true) | (WakeupEnd::Time, _) => continue,
        };
        let draft = Draft::at(wait.site.span, &wait.site, level, message)
            .of_lock(lock)
            .squiggle(text)
            .label(lock.acquire.site.outer(), "not won here")
            .label_opt(wait.subscribed, "listens from here; what was sent before is gone")
            .note(note)
            .help(&lock.acquire.site, "bounded-message-wait", help);
        out.report(draft);
    }
}
