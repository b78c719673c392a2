//! An outage that reads as an answer.

use crate::prelude::*;

rule! {
    slug: "acquire-error-ignored", group: Acquire, level: Error, since: "0.1.0",
    summary: "an error of the acquire enters the section, or reads as \"held by somebody else\"",
    check: Lock(check),
    claims: [Claim::of(Invariant::MutualExclusion).loss(), Claim::of(Invariant::TrueRefusal).loss()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let (acquire, outcomes) = (&lock.acquire, &lock.outcomes);
    // A reply that nobody looks at is one fault, `acquire-result-ignored`, and not two.
    if matches!(outcomes.lost, Fate::Enters(_)) && !acquire.throws_when_lost {
        return;
    }
    let name = key(&acquire.key);
    let (level, message, span, text, note) = match &outcomes.failed {
        Fate::Enters(span) if outcomes.fail_open => (
            Level::Warning,
            format!("while redis is down, every caller runs the section of {name}"),
            *span,
            "reached on purpose when the lock could not be asked for",
            "redis times out for A and for B, both go on without the lock, both are in the section",
        ),
        Fate::Enters(span) => (
            Level::Error,
            format!("when redis cannot be asked, the section runs without {name}"),
            *span,
            "reached when the acquire failed, too",
            "redis times out for A and for B, both go on as if they held the lock, both are in the section",
        ),
        Fate::ReadsAsHeld(span) => (
            Level::Note,
            format!("an outage of redis reads as \"somebody else has {name}\""),
            *span,
            "held and failed are the same from here",
            "redis is down, nobody holds the lock, and every caller skips the work as if somebody did",
        ),
        Fate::Handled | Fate::Unknown => return,
    };
    let draft = Draft::at_call(&acquire.site, level, message)
        .of_lock(lock)
        .squiggle("can fail")
        .label(span, text)
        .note(note)
        .help(&acquire.site, "acquire-error", "return the error before looking at the reply");
    out.report(draft);
}
