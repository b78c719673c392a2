//! A heartbeat that nothing ends.

use crate::prelude::*;

rule! {
    slug: "immortal-renewal", group: Renew, level: Warning, since: "0.1.0",
    summary: "the heartbeat goes on when the function that started it is left",
    check: Lock(check),
    claims: [Claim::of(Invariant::NoOrphan), Claim::of(Invariant::NoOrphan).failure()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    for heartbeat in &lock.heartbeats {
        let name = key(&lock.acquire.key);
        let Some(exit) = heartbeat.exits.first().copied() else { continue };
        let (level, message, text) = match heartbeat.stop {
            None => (
                Level::Warning,
                format!("nothing ever ends the heartbeat of {name}"),
                "the lock is given back, the heartbeat goes on",
            ),
            // Every way out after the deferred stop is covered: this one comes before it.
            Some(_) if heartbeat.stop_deferred => (
                Level::Error,
                format!("the heartbeat of {name} starts before what stops it: this way out does not"),
                "left here, it goes on for ever",
            ),
            Some(_) => (
                Level::Warning,
                format!("this way out does not end the heartbeat of {name}"),
                "left here, it goes on for ever",
            ),
        };
        let (primary, other) = if heartbeat.stop.is_some() { (exit, heartbeat.span) } else { (heartbeat.span, exit) };
        let note = if heartbeat.guarded {
            "every run leaves one more heartbeat behind, which asks Redis for as long as the process lives"
        } else {
            "A leaves, B takes the lock and dies, A's heartbeat prolongs B's lease for ever and nobody gets the lock"
        };
        let draft = Draft::at(primary, &lock.acquire.site, level, message)
            .of_lock(lock)
            .squiggle(if heartbeat.stop.is_some() { text } else { "started here" })
            .label(other, if heartbeat.stop.is_some() { "the heartbeat is started here" } else { text })
            .label_opt(heartbeat.stop, "on other ways it is ended here")
            .taken(lock)
            .note(note)
            .help(
                &lock.acquire.site,
                "stop-heartbeat",
                "defer its stop in the statement after its start, and give it a deadline",
            );
        out.report(draft);
    }
}
