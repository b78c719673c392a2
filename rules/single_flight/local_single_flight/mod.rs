//! One computation per process is not one computation.

use crate::prelude::*;

rule! {
    slug: "local-single-flight", group: SingleFlight, level: Warning, since: "0.1.0",
    summary: "callers are coalesced in one process, the cache is shared by many",
    check: Flight(check),
    claims: [Claim::of(Invariant::OneComputation)],
}

fn check(flight: &Flight, out: &mut Out<'_>) {
    if flight.cross_process_lock || matches!(flight.cache, CacheScope::Process | CacheScope::None) {
        return;
    }
    let many = out.fleet.is_many();
    let level = if flight.cache == CacheScope::Shared && many { Level::Warning } else { Level::Note };
    let message = match out.fleet.instances.filter(|n| *n > 1) {
        Some(n) => format!("{n} instances compute this {n} times at one expiry: the flight is per process"),
        None => "every instance computes this anew at one expiry: the flight is per process".to_owned(),
    };
    let read = match flight.cache {
        CacheScope::Shared => "the cache that all instances share",
        _ => "the cache in front of it",
    };
    let draft = Draft::at_call(&flight.site, level, message)
        .of(&flight.id, &flight.id)
        .squiggle("coalesces the callers of one process")
        .label_opt(flight.cache_read, read)
        .label_opt(flight.work, "runs once in each process")
        .note("the entry expires, each of N instances misses once, each starts the work: N computations, not one")
        .help(
            &flight.site,
            "acquire-with-ttl",
            "take a lock with a lease inside the flight, so that one instance computes and the others wait or serve stale",
        );
    out.report(draft);
}
