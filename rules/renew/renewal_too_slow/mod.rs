//! A heartbeat with no room for a missed beat.

use crate::prelude::*;

rule! {
    slug: "renewal-too-slow", group: Renew, level: Error, since: "0.1.0",
    summary: "the lease ends before the next renewal comes, or as soon as one is missed",
    check: Lock(check),
    claims: [Claim::of(Invariant::MutualExclusion), Claim::of(Invariant::MutualExclusion).loss()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    for renewal in lock.renewals.iter().filter(|renewal| renewal.heartbeat) {
        // The first lease is the acquire's, unless a beat is sent at once.
        let first = match lock.acquire.ttl {
            Ttl::Known { ms, .. } if !renewal.prompt => Some(ms),
            _ => None,
        };
        let (Some(interval), Some(lease)) = (renewal.interval_ms, first.into_iter().chain(renewal.ttl_ms).min()) else {
            continue;
        };
        let (name, beat, lasts) = (key(&lock.acquire.key), human_ms(interval), human_ms(lease));
        let (level, message, note) = if interval >= lease {
            (
                Level::Error,
                format!("{name} is renewed every {beat} but its lease lasts {lasts}"),
                "A's lease ends before its first renewal, B takes the lock, both are in the section",
            )
        } else if interval > lease / 2 {
            (
                Level::Warning,
                format!("one missed beat loses {name}: a {lasts} lease, renewed every {beat}"),
                "one of A's renewals times out, the lease ends before the next one, B takes the lock, both are in the section",
            )
        } else {
            continue;
        };
        let draft = Draft::at(renewal.beat, &renewal.site, level, message)
            .of_lock(lock)
            .squiggle(format!("sent every {beat}"))
            .taken(lock)
            .note(note)
            .help(&renewal.site, "renew-in-time", "renew at a third of the lease, so that a beat can be missed");
        out.report(draft);
    }
}
