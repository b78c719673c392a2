//! From a finding to a schedule that shows it, or to the statement that there is none.

use crate::explore::{Answer, Bounds, explore};
use crate::lower::{Question, Subject, Unlowered};
use crate::program::Program;
use crate::store::{Halt, ModelStore, Store};
use crate::world::{Action, Breach, Moment, World};
use dogpile_analysis::lifecycle::{Lifecycles, Ttl};
use dogpile_rules::{Claim, Faults, Invariant, Rule};
use dogpile_source::Span;

/// What the explorer says of one finding.
#[derive(Clone, Debug)]
pub enum Opinion {
    /// A shortest schedule breaks the invariant that the rule claims.
    Broken(Box<Counterexample>),
    /// None of the rule's claims breaks anywhere in the reachable graph.
    Holds {
        /// The program of the last claim.
        program: Box<Program>,
        /// The last claim.
        claim: Claim,
        /// States looked at, all claims together.
        states: usize,
    },
    /// The rule states a number and no interleaving.
    Computed,
    /// It could not be asked.
    Unknown {
        /// Why not, for people.
        why: String,
        /// The line that is in the way.
        at: Option<Span>,
    },
}

/// A schedule that breaks an invariant.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// The program.
    pub program: Program,
    /// The claim that it shows.
    pub claim: Claim,
    /// Clients.
    pub clients: usize,
    /// Faults that were allowed.
    pub faults: Faults,
    /// The turns.
    pub schedule: Vec<Action>,
    /// What happened in them.
    pub events: Vec<Moment>,
    /// What breaks.
    pub breach: Breach,
    /// States looked at before it was found.
    pub states: usize,
}

/// Asks the explorer about a finding of a rule.
#[must_use]
pub fn judge(lifecycles: &Lifecycles, rule: &'static Rule, session: &str, focus: Span, bounds: &Bounds) -> Opinion {
    match Subject::find(lifecycles, rule.subject(), session, focus) {
        Some(subject) => opinion(&subject, rule, focus, bounds),
        None => Opinion::Unknown { why: "its lifecycle was not kept".to_owned(), at: None },
    }
}

/// Asks the explorer whether a rule's claims hold of a lifecycle.
#[must_use]
pub fn opinion(subject: &Subject, rule: &'static Rule, focus: Span, bounds: &Bounds) -> Opinion {
    if let Some(leased) = with_lease(subject, rule) {
        let mut told = opinion(&leased, rule, focus, bounds);
        if let Opinion::Broken(found) = &mut told {
            found
                .program
                .assumed
                .push("it has the lease that it lacks; without one nobody else ever gets it".to_owned());
        }
        return told;
    }
    let mut unknown: Option<Opinion> = None;
    let mut holds: Option<(Box<Program>, Claim)> = None;
    let mut states = 0;
    for claim in rule.claims.iter().copied() {
        if claim.invariant == Invariant::Computed {
            return Opinion::Computed;
        }
        let program = match subject.lower(Question { rule: rule.slug, claim, focus }) {
            Ok(program) => program,
            Err(Unlowered { at, why }) => {
                unknown = Some(Opinion::Unknown { why, at });
                continue;
            }
        };
        match explore(&program, claim, bounds) {
            Answer::Broken { schedule, breach, states: seen } => {
                let mut events = Vec::new();
                let shown =
                    run(&program, claim, bounds, &schedule, ModelStore::default(), |happened| events.extend(happened));
                if let Err(halt) = shown {
                    return Opinion::Unknown { why: halt.to_string(), at: None };
                }
                let found = Counterexample {
                    program,
                    claim,
                    clients: bounds.clients,
                    faults: bounds.faults_for(claim),
                    schedule,
                    events,
                    breach,
                    states: states + seen,
                };
                return Opinion::Broken(Box::new(found));
            }
            Answer::Holds { states: seen } => {
                states += seen;
                holds = Some((Box::new(program), claim));
            }
            Answer::TooMany { states: seen } => {
                unknown = Some(Opinion::Unknown { why: format!("{seen} states, and no end in sight"), at: None });
            }
            Answer::Halted(halt) => unknown = Some(Opinion::Unknown { why: halt.to_string(), at: None }),
        }
    }
    // What could not be asked of one claim is not answered by another that holds: nothing is refuted then.
    match (unknown, holds) {
        (Some(unknown), _) => unknown,
        (None, Some((program, claim))) => Opinion::Holds { program, claim, states },
        (None, None) => Opinion::Unknown { why: "the rule claims nothing".to_owned(), at: None },
    }
}

/// A lock without a lease is its own finding. What goes wrong when a lease ends is asked of the same lock with one.
fn with_lease(subject: &Subject, rule: &'static Rule) -> Option<Subject> {
    let Subject::Lock(lock) = subject else { return None };
    let of_leases = rule.claims.iter().all(|c| matches!(c.invariant, Invariant::OwnLockOnly | Invariant::NoStaleWrite));
    let endless = lock.acquire.ttl == Ttl::Absent && lock.expiries.is_empty() && !lock.acquire.expiry_same_step;
    // Who deletes a lock that it never won needs no lease for that.
    if !of_leases || !endless || rule.slug == "release-without-acquire" || !lock.hazards.steals.is_empty() {
        return None;
    }
    crate::repair::repaired("lock-without-expiry", subject).map(|(leased, _)| leased)
}

/// Runs a schedule on a store, telling what happens turn by turn. Gives what the last turn broke.
///
/// # Errors
/// The store cannot go on.
pub fn run<S: Store>(
    program: &Program,
    claim: Claim,
    bounds: &Bounds,
    schedule: &[Action],
    store: S,
    mut tell: impl FnMut(Vec<Moment>),
) -> Result<Vec<Breach>, Halt> {
    let mut world = World::new(program, store, bounds.clients, bounds.faults_for(claim))?;
    let mut broken = Vec::new();
    for action in schedule {
        world.act(program, *action)?;
        tell(world.moments(claim.invariant));
        broken = std::mem::take(&mut world.breaches);
    }
    Ok(broken)
}

/// What became of a repair under the same adversary, and one pause more.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The repair: reads well after "with".
    pub what: &'static str,
    /// The faults that it was tried under.
    pub faults: Faults,
    /// What the explorer says of it.
    pub answer: Answer,
    /// The repaired program.
    pub program: Program,
}

/// Tries the repair that a rule's help names. `None`: the rule has none that can be tried.
#[must_use]
pub fn try_repair(subject: &Subject, rule: &'static Rule, focus: Span, claim: Claim, bounds: &Bounds) -> Option<Trial> {
    let (repaired, what) = crate::repair::repaired(rule.slug, subject)?;
    let program = repaired.lower(Question { rule: rule.slug, claim, focus }).ok()?;
    let faults = more(bounds.faults_for(claim), claim);
    let answer = explore(&program, claim, &Bounds { faults: Some(faults), ..*bounds });
    Some(Trial { what, faults, answer, program })
}

/// Whether a lifecycle, read from code that is to be offered as a repair, keeps what the rule claims: under the rule's own
/// adversary, and under one pause `more`. What states a number and no interleaving has nothing to survive.
///
/// # Errors
/// Why it is not known to.
pub fn survives(
    subject: &Subject,
    rule: &'static Rule,
    focus: Span,
    bounds: &Bounds,
    one_more: bool,
) -> Result<(), String> {
    match opinion(subject, rule, focus, bounds) {
        Opinion::Computed => return Ok(()),
        Opinion::Broken(found) => return Err(found.breach.says.clone()),
        Opinion::Unknown { why, .. } => return Err(why),
        Opinion::Holds { .. } => {}
    }
    for claim in rule.claims.iter().copied().filter(|_| one_more) {
        let program = subject.lower(Question { rule: rule.slug, claim, focus }).map_err(|unlowered| unlowered.why)?;
        let faults = more(bounds.faults_for(claim), claim);
        match explore(&program, claim, &Bounds { faults: Some(faults), ..*bounds }) {
            Answer::Holds { .. } => {}
            Answer::Broken { breach, .. } => return Err(breach.says),
            Answer::TooMany { states } => return Err(format!("{states} states, and no end in sight")),
            Answer::Halted(halt) => return Err(halt.to_string()),
        }
    }
    Ok(())
}

/// One pause more; but who is held up past its lease computes again whatever is done, and its write is asked about.
fn more(faults: Faults, claim: Claim) -> Faults {
    let more = u8::from(claim.invariant != Invariant::OneComputation);
    Faults { pauses: faults.pauses.saturating_add(more), ..faults }
}
