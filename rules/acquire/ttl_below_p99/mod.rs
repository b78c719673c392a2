//! A lease that ends before the work does.

use crate::prelude::*;
use std::cmp::Reverse;

rule! {
    slug: "ttl-below-p99", group: Acquire, level: Error, since: "0.1.0",
    summary: "the lease is shorter than the critical section can last, and nothing renews it",
    check: Lock(check),
    claims: [Claim::of(Invariant::MutualExclusion)],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let acquire = &lock.acquire;
    let Ttl::Known { ms: ttl, span, text, default } = &acquire.ttl else { return };
    let renewed = acquire.auto_renews || lock.renewals.iter().any(|renewal| renewal.same_session);
    let limited = lock.section.limit.is_some_and(|(limit, _)| limit <= *ttl);
    if renewed || limited {
        return;
    }
    // What the code itself proves comes before what somebody declared.
    let longest = lock.section.durations.iter().filter(|fact| fact.ms > *ttl);
    let Some(fact) = longest.min_by_key(|fact| (!fact.source.is_provable(), Reverse(fact.ms))) else { return };
    let level = if fact.source.is_provable() { Level::Error } else { Level::Warning };
    let lease = human_ms(*ttl);
    let origin =
        if *default { format!("the library's default, {lease}") } else { format!("{}: {lease}", short(text, 30)) };
    let draft = Draft::at_call(
        &acquire.site,
        level,
        format!("{} expires after {lease}, but its holder can work for {}", key(&acquire.key), human_ms(fact.ms)),
    )
    .of_lock(lock)
    .label(*span, origin)
    .label_opt(fact.span, fact.text.clone())
    .label_opt(lock.section.work, "the work that can take so long")
    .note(format!(
        "A is still working after {lease}, the key expires, B takes the lock, both are in the section ({})",
        fact.text
    ))
    .help(&acquire.site, "renewal", "make the lease longer than the work, put a deadline on the work, or renew it");
    out.report(draft);
}
