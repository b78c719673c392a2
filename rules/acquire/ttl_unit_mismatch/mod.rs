//! A number in one unit where another is taken.

use crate::prelude::*;

rule! {
    slug: "ttl-unit-mismatch", group: Acquire, level: Error, since: "0.1.0",
    summary: "the lease is given in a unit that the call does not take",
    check: Command(check),
    claims: [Claim::of(Invariant::MutualExclusion), Claim::of(Invariant::NoOrphan).crash(), Claim::of(Invariant::TrueRefusal)],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    for fault in &lock.unit_faults {
        let text = short(&fault.text, 26);
        let (message, repair) = match fault.kind {
            UnitFaultKind::MillisAsSeconds => ("`{}` is in ms, seconds are taken: 1000 times too long", SECONDS),
            UnitFaultKind::SecondsAsMillis => ("`{}` is in seconds, ms are taken: 1000 times too short", MILLIS),
            UnitFaultKind::NanosAsSeconds => ("`{}` is in ns, seconds are taken: the lease lasts for years", SECONDS),
            UnitFaultKind::NanosAsMillis => ("`{}` is in ns, ms are taken: a million times too long", MILLIS),
            UnitFaultKind::TruncatesToZero => {
                ("`{}` truncates to 0: there is no lease", "round up, or use milliseconds")
            }
            UnitFaultKind::AbsoluteAsDuration => ("`{}` is a point in time, a duration is taken", ABSOLUTE),
            UnitFaultKind::BareNumberAsNanos => ("`{}` counts nanoseconds: the lease ends at once", TYPED),
        };
        // A name may be wrong where the number is right.
        let (level, note) = match &fault.named {
            Some(name) => (Level::Warning, format!("`{name}` names its unit, and nothing converts it")),
            None => (Level::Error, MEANING.to_owned()),
        };
        let draft = Draft::at(fault.span, &lock.acquire.site, level, message.replace("{}", &text))
            .of_lock(lock)
            .label(fault.site_span, "taken as the lease here")
            .taken(lock)
            .note(note)
            .help(&lock.acquire.site, "lease-unit", repair);
        out.report(draft);
    }
}

const MEANING: &str = "a lease too short ends under its holder; a lease too long outlives a dead one";
const SECONDS: &str = "convert to whole seconds, or use the variant that takes milliseconds";
const MILLIS: &str = "convert to milliseconds";
const ABSOLUTE: &str = "subtract the present time, or use the variant that takes a point in time";
const TYPED: &str = "multiply by the unit: 30 * time.Second";
