//! Everybody who misses computes.

use crate::prelude::*;

rule! {
    slug: "uncoalesced-miss", group: SingleFlight, level: Note, since: "0.1.0",
    summary: "a miss on a shared cache computes something costly with nothing to coalesce callers",
    check: Miss(check),
    claims: [Claim::of(Invariant::OneComputation)],
}

fn check(miss: &Miss, out: &mut Out<'_>) {
    // What is never gone is missed once: a setting.
    if miss.coalescing != Coalescing::None || !miss.ends {
        return;
    }
    let Some(cost) = miss.cost.as_deref() else { return };
    let draft = Draft::at(
        miss.compute,
        &miss.read,
        Level::Note,
        format!("when {} is gone, every caller runs this at once", key(&miss.key)),
    )
    .of(&miss.id, &miss.key)
    .squiggle(cost)
    .label(miss.read.outer(), "all of them miss here")
    .label(miss.write.outer(), "until the first of them has written")
    .note("the entry is gone, a hundred callers miss before the first has an answer, all hundred ask for one")
    .help(
        &miss.read,
        "single-flight",
        "share one computation: singleflight in the process, a lock with a lease across them",
    );
    out.report(draft);
}
