//! Many keys that expire together.

use crate::prelude::*;

rule! {
    slug: "synchronized-expiry", group: SingleFlight, level: Off, since: "0.1.0",
    summary: "many keys get one fixed TTL without jitter, and expire together",
    check: Fill(check),
    claims: [Claim::of(Invariant::Computed)],
}

fn check(fill: &Fill, out: &mut Out<'_>) {
    let Some(ms) = fill.fixed_ttl_ms else { return };
    let filled = fill.missed.is_some() && fill.computed.is_some();
    if !fill.many_keys || !(fill.in_batch || filled) {
        return;
    }
    let ttl = human_ms(ms);
    let (message, note) = if fill.in_batch {
        (
            format!("the keys written here all expire together, {ttl} later"),
            "a batch warms a thousand keys, a TTL later all are gone in the same second",
        )
    } else {
        (
            format!("keys filled together expire together: each lives {ttl} sharp"),
            "a cold start fills a thousand keys, a TTL later all are gone in the same second",
        )
    };
    let draft = Draft::at_command(&fill.site, Level::Off, message)
        .of(&fill.id, &fill.key)
        .squiggle("the same TTL for every key")
        .label_opt(fill.missed, "all of them miss here again")
        .note(note)
        .help(&fill.site, "jitter", "add a random part to the TTL, a tenth of it or so");
    out.report(draft);
}
