//! A slow fill that wins over newer data.

use crate::prelude::*;

rule! {
    slug: "stale-merge", group: SingleFlight, level: Warning, since: "0.1.0",
    summary: "a fill that started before an invalidation puts the old value back",
    check: Fill(check),
    claims: [Claim::of(Invariant::NoStaleWrite)],
}

/// A TTL up to which an old value does little harm, ms.
const SHORT_MS: u64 = 300_000;

fn check(fill: &Fill, out: &mut Out<'_>) {
    let (Some(missed), Some(computed), Some(invalidated)) = (fill.missed, fill.computed, &fill.invalidated) else {
        return;
    };
    if fill.guarded {
        return;
    }
    // A short life ends the old value by itself.
    let level = if fill.fixed_ttl_ms.is_some_and(|ms| ms <= SHORT_MS) { Level::Note } else { Level::Warning };
    let draft = Draft::at_command(
        &fill.site,
        level,
        format!("can put an old value back over the invalidation of {}", key(&fill.key)),
    )
    .of(&fill.id, &fill.key)
    .no_surer_than(Confidence::Likely)
    .squiggle("asks nobody whether the key was invalidated meanwhile")
    .label(missed, "missed here")
    .label(computed, "what it read may be old by the time it is written")
    .label(invalidated.span, "invalidated here, meanwhile")
    .note("A misses and reads the old row, B changes it and deletes the key, A writes the old value back")
    .help(&fill.site, "versioned-fill", "compare a version or generation and write in one step");
    out.report(draft);
}
