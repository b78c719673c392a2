//! Findings get their verdicts.

use crate::cli::ProofArgs;
use crate::pipeline::Outcome;
use crate::progress::Progress;
use dogpile_harness::confirm::{Plan, confirm as verdict};
use dogpile_harness::explore::{Bounds, Limits};
use dogpile_report::Evidence;
use dogpile_server::Redis;

/// How confirming went.
#[derive(Debug, Default)]
pub(crate) struct Proven {
    /// How many findings were asked about: those that are shown and that are about a protocol.
    pub findings: usize,
    /// Why there was no server, or none in the end.
    pub no_server: Option<String>,
    /// Somebody asked for a server, and nothing could be confirmed without it.
    pub useless: bool,
}

/// Proves every finding that is shown.
pub(crate) fn confirm(outcome: &mut Outcome, args: &ProofArgs, progress: &Progress) -> Proven {
    let mut proven = Proven::default();
    let judged = |rule: &str| dogpile_rules::find(rule);
    let entries = outcome.entries.iter().filter(|entry| entry.counts());
    proven.findings = entries.filter(|entry| judged(entry.finding.rule).is_some()).count();
    if proven.findings == 0 {
        return proven;
    }
    progress.steps("proving findings", proven.findings);
    let redis = if args.no_server { None } else { open(args, &mut proven) };
    // A server that was asked for by name and cannot be used is not silently replaced by the model.
    if args.server.server.is_some() && redis.is_none() {
        proven.useless = true;
    }
    let limits = Limits { crashes: args.crashes, pauses: args.pauses };
    let bounds = Bounds { clients: usize::from(args.clients), limits, ..Bounds::default() };
    let sources = &outcome.sources;
    let place = |span: dogpile_source::Span| format!("{}:{}", sources.path(span), sources.start(span).line);
    let place: Option<&dyn Fn(dogpile_source::Span) -> String> = if args.show_program { Some(&place) } else { None };
    let missing = proven.no_server.clone().filter(|_| args.server.server.is_some());
    let plan = Plan {
        redis: redis.as_ref(),
        no_server: missing.as_deref(),
        bounds,
        place,
        instances: usize::from(args.instances),
    };
    for entry in outcome.entries.iter_mut().filter(|entry| entry.counts()) {
        if let Some(rule) = judged(entry.finding.rule) {
            entry.finding.verdict = Some(verdict(&outcome.lifecycles, rule, &entry.finding, &plan));
            progress.step();
        }
    }
    if redis.is_some() {
        let of = |evidence| {
            outcome.entries.iter().filter_map(|e| e.finding.verdict.as_ref()).filter(|v| v.evidence == evidence).count()
        };
        let lost = outcome.entries.iter().filter_map(|e| e.finding.verdict.as_ref()).find(|v| v.server_fault);
        if let Some(lost) = lost {
            proven.no_server = Some(lost.outcome.clone());
            proven.useless = of(Evidence::Server) == 0;
        }
    }
    proven
}

fn open(args: &ProofArgs, proven: &mut Proven) -> Option<Redis> {
    match Redis::open(&args.server.choice()) {
        Ok(redis) => Some(redis),
        Err(error) => {
            let instead = if args.server.server.is_some() { "" } else { "; findings are confirmed on the model only" };
            proven.no_server = Some(format!("{error}{instead}"));
            None
        }
    }
}
