//! A way out that keeps the lock.

use crate::prelude::*;

rule! {
    slug: "leaked-lock", group: Release, level: Warning, since: "0.1.0",
    summary: "a path leaves the section without releasing the lock",
    check: Lock(check),
    claims: [Claim::of(Invariant::NoOrphan), Claim::of(Invariant::NoOrphan).failure()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let acquire = &lock.acquire;
    let level = |leak: &Leak| match (leak.exit, &acquire.ttl) {
        (ExitKind::Panic | ExitKind::Cancel, _) => Level::Note,
        (_, Ttl::Absent) => Level::Error,
        _ => Level::Warning,
    };
    // One story for a lock: the worst way out speaks, the others are shown beside it.
    let Some(worst) = lock.leaks.iter().max_by_key(|leak| (level(leak), std::cmp::Reverse(leak.span))) else { return };
    let name = key(&acquire.key);
    let (message, squiggle, note) = if worst.partial {
        (
            format!("this {} keeps {name} on the servers that granted it", worst.exit.name()),
            "gives up without giving those back",
            "A gets two of five servers and gives up, B gets two others, and so on: nobody gets three",
        )
    } else {
        (
            format!("this {} leaves {name} locked {}", worst.exit.name(), until(lock, worst)),
            "leaves without the release",
            "A leaves this way and is done, and B still waits for a lock that nobody needs",
        )
    };
    let mut draft = Draft::at(worst.span, &acquire.site, level(worst), message)
        .of_lock(lock)
        .squiggle(squiggle)
        .taken(lock)
        .label_opt(lock.releases.iter().find(|r| r.same_session).map(|r| r.site.outer()), "only this way releases it");
    for other in lock.leaks.iter().filter(|leak| leak.span != worst.span).take(3) {
        draft = draft.label(other.span, format!("so does this {}", other.exit.name()));
    }
    let draft = draft.steps(&worst.steps).note(note);
    let mut draft = if worst.partial {
        draft.help(
            &acquire.site,
            "release-on-every-server",
            "release it on every server before giving up, those whose answer came too late included",
        )
    } else {
        draft.help(
            &acquire.site,
            "release-on-every-path",
            "release it on every way out: defer the release right after the check",
        )
    };
    if lock.section.opaque {
        // Something in the section may release it where we cannot see.
        draft = draft.no_surer_than(Confidence::Possible);
    }
    out.report(draft);
}

/// What ends a lock that was left behind: its lease, unless a heartbeat goes on with it.
fn until(lock: &Lock, leak: &Leak) -> String {
    match lock.heartbeats.iter().any(|heartbeat| heartbeat.exits.contains(&leak.span)) {
        true => "while its heartbeat goes on".to_owned(),
        false => ended(&lock.acquire.ttl),
    }
}
