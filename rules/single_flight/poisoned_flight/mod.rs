//! One caller's failure becomes everybody's.

use crate::prelude::*;

rule! {
    slug: "poisoned-flight", group: SingleFlight, level: Warning, since: "0.1.0",
    summary: "a failed entry stays in the flight, or the first caller's cancellation fails all",
    check: Flight(check),
    claims: [Claim::of(Invariant::FreshAnswer).failure(), Claim::of(Invariant::FreshAnswer).cancel()],
}

fn check(flight: &Flight, out: &mut Out<'_>) {
    if let Some(span) = flight.keeps_failures {
        let draft =
            Draft::at(span, &flight.site, Level::Error, "a failure stays here and is served to every later caller")
                .of(&flight.id, &flight.id)
                .squiggle("not removed when the work fails")
                .label(flight.site.outer(), "later callers join it here")
                .note("the first call fails once, its entry stays, and every call from then on gets that old failure")
                .help(
                    &flight.site,
                    "forget-failures",
                    "remove the entry when the work fails, before callers are woken",
                );
        out.report(draft);
    }
    if let FlightContext::FirstCaller(span) = flight.context {
        let message = "when the first caller is cancelled, all callers that joined fail with it";
        let draft = Draft::at(span, &flight.site, Level::Warning, message)
            .of(&flight.id, &flight.id)
            .squiggle("the first caller's context")
            .label(flight.site.outer(), "the others wait here for its result")
            .note("A starts the work, B and C join, A's client hangs up, B and C get \"context canceled\"")
            .help(
                &flight.site,
                "detached-flight",
                "run the shared work on a context that outlives its first caller: context.WithoutCancel and a timeout",
            );
        out.report(draft);
    }
}
