//! A lock that everybody "gets".

use crate::prelude::*;

rule! {
    slug: "acquire-result-ignored", group: Acquire, level: Error, since: "0.1.0",
    summary: "the reply of the acquire is not tested, or is tested backwards",
    check: Lock(check),
    claims: [Claim::of(Invariant::MutualExclusion)],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let acquire = &lock.acquire;
    let Fate::Enters(span) = lock.outcomes.lost else { return };
    if acquire.throws_when_lost {
        return;
    }
    let draft = Draft::at_call(
        &acquire.site,
        Level::Error,
        format!("the section runs although somebody else holds {}", key(&acquire.key)),
    )
    .of_lock(lock)
    .squiggle("the reply says whether it was won")
    .label(span, "reached by those who lost, too")
    .note("A holds the lock, B is told that it does not get it, B goes on, both are in the section")
    .help(&acquire.site, "acquire-result", "leave or wait when the reply says that somebody else holds it");
    out.report(draft);
}
