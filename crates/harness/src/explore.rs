//! Every schedule, the shortest first.

use crate::program::Program;
use crate::store::{Halt, ModelStore};
use crate::world::{Action, Breach, World};
use dogpile_rules::{Claim, Faults};
use std::collections::HashSet;
use std::rc::Rc;

/// How far a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Callers.
    pub clients: usize,
    /// Faults; `None`: those that the claim names.
    pub faults: Option<Faults>,
    /// What somebody asked for instead.
    pub limits: Limits,
    /// Most states; the search says so when it stops there.
    pub states: usize,
}

/// Faults that somebody asked for, instead of those that a claim names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Clients that may die.
    pub crashes: Option<u8>,
    /// Times that a client may be held up.
    pub pauses: Option<u8>,
}

impl Bounds {
    /// The faults that a search for this claim allows.
    #[must_use]
    pub fn faults_for(&self, claim: Claim) -> Faults {
        let mut faults = self.faults.unwrap_or(claim.faults);
        if self.faults.is_none() {
            faults.crashes = self.limits.crashes.unwrap_or(faults.crashes);
            faults.pauses = self.limits.pauses.unwrap_or(faults.pauses);
        }
        faults
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self { clients: 2, faults: None, limits: Limits::default(), states: 400_000 }
    }
}

/// What a search found.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A shortest schedule that breaks the invariant.
    Broken {
        /// The turns.
        schedule: Vec<Action>,
        /// What breaks at the end of it.
        breach: Breach,
        /// States looked at.
        states: usize,
    },
    /// There is none: the whole reachable graph was looked at.
    Holds {
        /// Its size.
        states: usize,
    },
    /// There were more states than allowed, and none of those seen breaks it.
    TooMany {
        /// States looked at.
        states: usize,
    },
    /// Something in the program is beyond the model.
    Halted(Halt),
}

struct Node {
    world: World<ModelStore>,
    path: Option<Rc<Link>>,
}

/// The way to a state, shared by everything that follows from it.
struct Link {
    action: Action,
    before: Option<Rc<Link>>,
}

/// Looks for a shortest schedule that breaks the claim's invariant. The same program gives the same schedule, always.
#[must_use]
pub fn explore(program: &Program, claim: Claim, bounds: &Bounds) -> Answer {
    let faults = bounds.faults_for(claim);
    let start = match World::new(program, ModelStore::default(), bounds.clients, faults) {
        Ok(world) => world,
        Err(halt) => return Answer::Halted(halt),
    };
    let mut seen = HashSet::from([start.fingerprint()]);
    let mut frontier = vec![Node { world: start, path: None }];
    while !frontier.is_empty() {
        let mut next = Vec::new();
        for node in &frontier {
            for action in node.world.actions(program) {
                let mut world = node.world.clone();
                if let Err(halt) = world.act(program, action) {
                    return Answer::Halted(halt);
                }
                let path = Some(Rc::new(Link { action, before: node.path.clone() }));
                if let Some(breach) = world.breaches.iter().find(|breach| breach.invariant == claim.invariant) {
                    return Answer::Broken { schedule: turns(path), breach: breach.clone(), states: seen.len() };
                }
                if seen.insert(world.fingerprint()) {
                    if seen.len() > bounds.states {
                        return Answer::TooMany { states: seen.len() };
                    }
                    next.push(Node { world, path });
                }
            }
        }
        frontier = next;
    }
    Answer::Holds { states: seen.len() }
}

fn turns(mut path: Option<Rc<Link>>) -> Vec<Action> {
    let mut out = Vec::new();
    while let Some(link) = path {
        out.push(link.action);
        path = link.before.clone();
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::bare;
    use crate::program::{Asm, Ended, Mark, Op, Purpose, Role, Segment, Send, Template, Test};
    use dogpile_redis::RespReply;
    use dogpile_rules::Invariant;

    /// SET NX, with these words behind it, and a compare-and-delete that some callers forget.
    fn lock(options: &[&str]) -> Program {
        let text = |word: &str| -> Template { vec![Segment::Text(word.as_bytes().to_vec())] };
        let mut words = vec![text("SET"), text("lock"), vec![Segment::Token], text("NX")];
        words.extend(options.iter().map(|word| text(word)));
        let mut asm = Asm::default();
        let (done, refused) = (asm.put(None, Op::End(Ended::Done)), asm.put(None, Op::End(Ended::Refused)));
        let enter = asm.put(None, Op::Mark(Mark::Enter, done));
        let won = Test::Is(RespReply::Status("OK".to_owned()));
        let send = Send {
            batch: vec![words],
            role: Purpose::Acquire,
            on: vec![(won, enter)],
            otherwise: refused,
            error: refused,
            cancellable: false,
        };
        let start = asm.put(None, Op::Send(send));
        Program {
            code: asm.finish(),
            roles: vec![Role { name: "caller", start }],
            lock: Some(b"lock".to_vec()),
            ..bare()
        }
    }

    #[test]
    fn the_shortest_schedule_is_found_and_is_the_same_every_time() {
        let claim = Claim::of(Invariant::NoOrphan).crash();
        let found = |options: &[&str]| match explore(&lock(options), claim, &Bounds::default()) {
            Answer::Broken { schedule, breach, .. } => Some((schedule, breach.says)),
            _ => None,
        };
        let (schedule, says) = found(&[]).expect("a lock without a lease");
        assert_eq!(schedule.len(), 2, "{schedule:?}");
        assert_eq!(says, "A is done, and its lock stays taken for ever");
        assert_eq!(found(&[]), Some((schedule, says)));
        assert_eq!(found(&["PX", "5000"]), None, "a lease ends by itself");
    }

    #[test]
    fn moments_tell_whose_the_lock_is_and_where_it_breaks() {
        use crate::world::Turn;
        let claim = Claim::of(Invariant::NoOrphan).crash();
        let moments = |options: &[&str]| {
            let (mut all, schedule) = (Vec::new(), [Action::Arrive(0), Action::Step(0, Turn::Plain)]);
            let (program, bounds) = (lock(options), Bounds::default());
            crate::judge::run(&program, claim, &bounds, &schedule, ModelStore::default(), |some| all.extend(some))
                .expect("the model can do this");
            all.into_iter().map(|m| (m.owner, m.lease.map(|lease| lease.until_ms), m.breaks)).collect::<Vec<_>>()
        };
        // Arrives; asks, and is done: that is what leaves the lock to nobody.
        let held = |until| (Some(0), Some(until));
        let (owner, lease) = held(None);
        assert_eq!(moments(&[]), [(None, None, false), (owner, lease, false), (owner, lease, true)]);
        let (owner, lease) = held(Some(5_000));
        assert_eq!(moments(&["PX", "5000"]), [(None, None, false), (owner, lease, false), (owner, lease, false)]);
    }

    #[test]
    fn a_search_that_is_cut_says_so() {
        let claim = Claim::of(Invariant::NoOrphan).crash();
        let bounds = Bounds { states: 3, ..Bounds::default() };
        assert!(matches!(explore(&lock(&["PX", "5000"]), claim, &bounds), Answer::TooMany { .. }));
    }

    #[test]
    fn what_the_model_lacks_halts_the_search() {
        let claim = Claim::of(Invariant::NoOrphan);
        let mut program = lock(&[]);
        program.initial = vec![vec![b"OBJECT".to_vec(), b"HELP".to_vec()]];
        assert!(matches!(explore(&program, claim, &Bounds::default()), Answer::Halted(Halt::Unmodelled(_))));
    }
}
