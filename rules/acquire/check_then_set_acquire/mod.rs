//! A lock that two callers can find free at the same moment.

use crate::prelude::*;

rule! {
    slug: "check-then-set-acquire", group: Acquire, level: Error, since: "0.1.0",
    summary: "the lock is read first and set afterwards, without NX",
    check: Pair(check),
    claims: [Claim::of(Invariant::MutualExclusion)],
}

fn check(pair: &CheckThenSet, out: &mut Out<'_>) {
    if let Some(option) = &pair.ignored {
        let message = format!(
            "{} passes `{option}` over in silence: this overwrites whoever holds {}",
            pair.set.client,
            key(&pair.key)
        );
        let draft = Draft::at_command(&pair.set, Level::Error, message)
            .of(&pair.id, &pair.key)
            .squiggle("a plain SET: it always replies OK")
            .note("A sets the key, B sets the key over it, both are told OK, both are in the section")
            .help(&pair.set, "acquire-with-ttl", "write the option as this client reads it, and look at the reply")
            .no_surer_than(pair.set.confidence);
        out.report(draft);
        return;
    }
    // Without a release of the same key it may as well be a cache fill.
    let confidence = if pair.released { Confidence::Certain } else { Confidence::Possible };
    let draft = Draft::at_command(
        &pair.set,
        Level::Error,
        format!("two callers can both find {} free and both take it", key(&pair.key)),
    )
    .of(&pair.id, &pair.key)
    .squiggle("set whatever is there by now")
    .label(pair.read.span, "free for everybody who asks before that")
    .note("A reads nothing, B reads nothing, A sets the key, B sets the key, both are in the section")
    .help(&pair.set, "acquire-with-ttl", "take it in one step: SET key token NX PX ttl, and look at the reply")
    .no_surer_than(confidence)
    .no_surer_than(pair.read.confidence);
    out.report(draft);
}
