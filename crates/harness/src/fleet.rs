//! One expiry, a whole fleet: how often a value is computed when every instance asks at once.

use crate::confirm::Plan;
use crate::judge::Counterexample;
use crate::lower::{Question, Subject};
use crate::program::Program;
use crate::store::{Halt, LiveStore, Lockstep, ModelStore};
use crate::world::{Action, World};
use dogpile_rules::{Faults, Rule};
use dogpile_source::Span;

/// Most turns of a run; a fleet that is not done by then is waiting for something.
const MOST_TURNS: usize = 200_000;

/// The counts, in words: as it is written, and repaired.
///
/// # Errors
/// Why they could not be counted, for people.
pub(crate) fn tell(
    subject: &Subject,
    rule: &'static Rule,
    focus: Span,
    found: &Counterexample,
    plan: &Plan<'_>,
) -> Result<String, String> {
    let count = |program: &Program| recomputes(program, plan).map_err(|halt| halt.to_string());
    let now = count(&found.program)?;
    let (repaired, what) = crate::repair::repaired(rule.slug, subject).ok_or("there is no repair to compare with")?;
    let question = Question { rule: rule.slug, claim: found.claim, focus };
    let program = repaired.lower(question).map_err(|unlowered| unlowered.to_string())?;
    let then = count(&program)?;
    let times = |n: u32| if n == 1 { "once".to_owned() } else { format!("{n} times") };
    Ok(format!("{} instances compute it {} at one expiry; with {what}, {}", plan.instances, times(now), times(then)))
}

/// How often a fleet computes one value when all instances ask at once.
///
/// # Errors
/// The store cannot go on.
pub fn recomputes(program: &Program, plan: &Plan<'_>) -> Result<u32, Halt> {
    // Which turn comes next is decided on the model; the server does the same turns in lockstep.
    let mut model = World::new(program, ModelStore::default(), plan.instances, Faults::default())?;
    let mut schedule = Vec::new();
    for _ in 0..MOST_TURNS {
        let actions = model.actions(program);
        let next =
            actions.iter().find(|a| matches!(a, Action::Arrive(_))).or_else(|| fairest(&actions, &schedule)).copied();
        let Some(next) = next else { break };
        model.act(program, next)?;
        schedule.push(next);
    }
    let Some(redis) = plan.redis else { return Ok(model.ghost.computations) };
    let live = LiveStore::new(redis, program.keys().map(<[u8]>::to_vec))?;
    let mut world = World::new(program, Lockstep::new(live), plan.instances, Faults::default())?;
    for action in schedule {
        world.act(program, action)?;
    }
    Ok(world.ghost.computations)
}

/// Everybody gets a turn: the client that waits longest for one.
fn fairest<'a>(actions: &'a [Action], schedule: &[Action]) -> Option<&'a Action> {
    let client = |action: &Action| match action {
        Action::Step(n, _) | Action::Beat(n, _) => Some(*n),
        _ => None,
    };
    let last = |n: usize| schedule.iter().rposition(|a| client(a) == Some(n));
    let turns = actions.iter().filter(|a| client(a).is_some());
    turns.min_by_key(|a| client(a).map(|n| (last(n), n))).or_else(|| actions.first())
}
