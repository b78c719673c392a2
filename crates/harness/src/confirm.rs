//! The verdict on a finding: explored, replayed where there is a server, and its repair tried.

use crate::computed::computed;
use crate::explore::{Answer, Bounds};
use crate::judge::{Counterexample, Opinion, Trial, opinion, try_repair};
use crate::lower::Subject;
use crate::program::Program;
use crate::replay::replay;
use crate::store::Halt;
use crate::tell::{faults, turns};
use dogpile_analysis::lifecycle::Lifecycles;
use dogpile_report::{Evidence, Finding, Repaired, Verdict};
use dogpile_rules::{Claim, Faults, Invariant, Rule};
use dogpile_server::Redis;

/// How findings are confirmed.
#[derive(Clone, Copy)]
pub struct Plan<'r> {
    /// The server; `None`: the model is all there is.
    pub redis: Option<&'r Redis>,
    /// Why the server that somebody asked for is not there: then nothing is confirmed.
    pub no_server: Option<&'r str>,
    /// How far searches go.
    pub bounds: Bounds,
    /// Gives a line for a span, where the program itself is wanted.
    pub place: Option<&'r dyn Fn(dogpile_source::Span) -> String>,
    /// How many instances a single flight is shown with.
    pub instances: usize,
}

/// The verdict on a finding of a rule. The same finding gets the same verdict, always.
#[must_use]
pub fn confirm(lifecycles: &Lifecycles, rule: &'static Rule, finding: &Finding, plan: &Plan<'_>) -> Verdict {
    let Some(subject) = Subject::find(lifecycles, rule.subject(), &finding.session, finding.primary) else {
        return plain(rule, plan, Evidence::Inconclusive, "its lifecycle was not kept".to_owned());
    };
    match opinion(&subject, rule, finding.primary, &plan.bounds) {
        Opinion::Computed => match computed(rule.slug, &subject) {
            Ok(outcome) => plain(rule, plan, Evidence::Computed, outcome),
            Err(missing) => plain(rule, plan, Evidence::Inconclusive, missing),
        },
        Opinion::Unknown { why, at } => {
            let mut verdict = plain(rule, plan, Evidence::Inconclusive, format!("not lowered: {why}"));
            if let Some(at) = at {
                verdict.schedule = crate::tell::here(at, &why);
            }
            verdict
        }
        Opinion::Holds { claim, states, program } => {
            let outcome = format!("no schedule breaks it: {states} states, all there are");
            let mut verdict = with(plan, claim, Evidence::Refuted, outcome);
            verdict.assumed.clone_from(&program.assumed);
            verdict.program = shown(&program, plan);
            verdict
        }
        Opinion::Broken(found) => broken(&subject, rule, finding, plan, &found),
    }
}

fn broken(
    subject: &Subject,
    rule: &'static Rule,
    finding: &Finding,
    plan: &Plan<'_>,
    found: &Counterexample,
) -> Verdict {
    let mut verdict = with(plan, found.claim, Evidence::Model, found.breach.says.clone());
    verdict.schedule = turns(&found.program, &found.events);
    verdict.lock = found.program.lock.as_deref().map(|key| String::from_utf8_lossy(key).into_owned());
    verdict.program = shown(&found.program, plan);
    verdict.assumed.clone_from(&found.program.assumed);
    match (plan.redis, plan.no_server) {
        (Some(redis), _) => on_server(&mut verdict, found, redis),
        (None, Some(why)) => without(&mut verdict, found, why),
        (None, None) => {}
    }
    let shown_to_break = matches!(verdict.evidence, Evidence::Server | Evidence::Model);
    if shown_to_break && found.claim.invariant == Invariant::OneComputation && plan.instances > 2 {
        match crate::fleet::tell(subject, rule, finding.primary, found, plan) {
            Ok(outcome) => verdict.outcome = outcome,
            Err(why) => verdict.assumed.push(format!("{} instances were not counted: {why}", plan.instances)),
        }
    }
    if let Some(trial) = try_repair(subject, rule, finding.primary, found.claim, &plan.bounds) {
        let repaired = repaired(&trial, still_stale(subject, rule, finding, plan));
        if !repaired.holds && plan.place.is_some() {
            verdict.program.push(format!("with {} it is:", trial.what));
            verdict.program.extend(shown(&trial.program, plan));
        }
        verdict.repaired = Some(repaired);
    }
    verdict
}

/// The schedule on a real server.
fn on_server(verdict: &mut Verdict, found: &Counterexample, redis: &Redis) {
    let says = &found.breach.says;
    match replay(found, redis) {
        Ok(replayed) if replayed.breaches.iter().any(|breach| breach.invariant == found.claim.invariant) => {
            verdict.evidence = Evidence::Server;
            verdict.server = Some(redis.version().to_owned());
            verdict.schedule = turns(&found.program, &replayed.events);
        }
        Ok(_) => {
            verdict.evidence = Evidence::Inconclusive;
            verdict.outcome = format!("the model says that {says}, and the server did the same without it");
        }
        Err(Halt::Server(why)) => without(verdict, found, &why),
        Err(halt @ (Halt::Mismatch { .. } | Halt::Unmodelled(_))) => {
            verdict.evidence = Evidence::Inconclusive;
            verdict.outcome = halt.to_string();
        }
    }
}

/// What is left to say without the server.
fn without(verdict: &mut Verdict, found: &Counterexample, why: &str) {
    verdict.evidence = Evidence::Inconclusive;
    verdict.outcome = format!("the server could not be used: {why}; on the model {}", found.breach.says);
    verdict.server_fault = true;
}

fn repaired(trial: &Trial, but: Option<String>) -> Repaired {
    let (holds, states) = match &trial.answer {
        Answer::Holds { states } => (true, *states),
        Answer::Broken { states, .. } | Answer::TooMany { states } => (false, *states),
        Answer::Halted(_) => (false, 0),
    };
    Repaired { with: trial.what.to_owned(), holds, faults: faults(trial.faults), states, but }
}

/// Stopping when a lease is lost does not stop a write that is on its way already: only a fence does.
fn still_stale(subject: &Subject, rule: &'static Rule, finding: &Finding, plan: &Plan<'_>) -> Option<String> {
    let guards_lease = matches!(rule.group, dogpile_rules::Group::Renew);
    let (Subject::Lock(_), true) = (subject, guards_lease) else { return None };
    let (repaired, _) = crate::repair::repaired(rule.slug, subject)?;
    let Subject::Lock(lock) = &repaired else { return None };
    if lock.section.writes.is_empty() || lock.section.writes.iter().all(|w| w.fenced) {
        return None;
    }
    let claim = Claim::of(Invariant::NoStaleWrite).pause();
    let program = repaired.lower(crate::lower::Question { rule: rule.slug, claim, focus: finding.primary }).ok()?;
    match crate::explore::explore(&program, claim, &Bounds { faults: Some(claim.faults), ..plan.bounds }) {
        Answer::Broken { schedule, breach, .. } => Some(format!(
            "it does not fence the write: in {} turns with {} {}",
            schedule.len(),
            faults(claim.faults),
            breach.says
        )),
        _ => None,
    }
}

fn shown(program: &Program, plan: &Plan<'_>) -> Vec<String> {
    plan.place
        .map(|place| crate::program::show(program, place).lines().map(str::to_owned).collect())
        .unwrap_or_default()
}

fn plain(rule: &'static Rule, plan: &Plan<'_>, evidence: Evidence, outcome: String) -> Verdict {
    let claim = rule.claims.first().copied().unwrap_or(Claim::of(Invariant::Computed));
    with(plan, claim, evidence, outcome)
}

fn with(plan: &Plan<'_>, claim: Claim, evidence: Evidence, outcome: String) -> Verdict {
    let allowed: Faults = plan.bounds.faults_for(claim);
    Verdict {
        evidence,
        invariant: claim.invariant.id(),
        says: claim.invariant.says(),
        clients: plan.bounds.clients,
        faults: faults(allowed),
        server: None,
        server_fault: false,
        outcome,
        lock: None,
        schedule: Vec::new(),
        repaired: None,
        assumed: Vec::new(),
        program: Vec::new(),
    }
}
