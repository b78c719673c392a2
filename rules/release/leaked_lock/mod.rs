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
    let mut draft = Draft::at(
        worst.span,
        &acquire.site,
        level(worst),
        format!("this {} leaves {} locked {}", worst.exit.name(), key(&acquire.key), ended(&acquire.ttl)),
    )
    .of_lock(lock)
    .squiggle("leaves without the release")
    .taken(lock)
    .label_opt(lock.releases.iter().find(|r| r.same_session).map(|r| r.site.outer()), "only this way releases it");
    for other in lock.leaks.iter().filter(|leak| leak.span != worst.span).take(3) {
        draft = draft.label(other.span, format!("so does this {}", other.exit.name()));
    }
    let mut draft = draft
        .steps(&worst.steps)
        .note("A leaves this way and is done, and B still waits for a lock that nobody needs")
        .help(
            &acquire.site,
            "release-on-every-path",
            "release it on every way out: defer the release right after the check",
        );
    if lock.section.opaque {
        // Something in the section may release it where we cannot see.
        draft = draft.no_surer_than(Confidence::Possible);
    }
    out.report(draft);
}
