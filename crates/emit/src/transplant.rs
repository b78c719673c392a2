//! A schedule that breaks a program, played to its repaired form.
//!
//! The repaired program has other instructions, so turns are carried over by what they mean: somebody's next step is
//! its next step, a fault waits until the instruction comes that it belongs to, time passes as long as it passed
//! before. When the schedule is over everybody who came runs to the end.

use crate::trace::{Deed, Moment, Recorder, folded};
use dogpile_harness::program::{Op, Program};
use dogpile_harness::store::{Halt, ModelStore};
use dogpile_harness::world::{Action, Phase, Turn, World};
use dogpile_rules::Faults;

/// Most instructions that one turn may need to get to where its fault belongs.
const NEAR: usize = 6;
/// Most turns after the schedule: what goes on for longer has no end worth showing.
const TAIL: usize = 40;

/// What happens in a schedule's turns.
pub(crate) fn record(
    program: &Program,
    clients: usize,
    faults: Faults,
    schedule: &[Action],
) -> Result<Vec<Moment>, Halt> {
    let world = World::new(program, ModelStore::default(), clients, faults)?;
    let mut run = Recorder::new(program, world);
    for action in schedule {
        run.act(*action)?;
    }
    Ok(folded(run.moments))
}

/// What happens when the repaired program is played the same schedule. `to_the_end`: and everybody who came finishes.
pub(crate) fn transplant(
    program: &Program,
    clients: usize,
    faults: Faults,
    schedule: &[Action],
    to_the_end: bool,
) -> Result<Vec<Moment>, Halt> {
    let world = World::new(program, ModelStore::default(), clients, faults)?;
    let mut run = Run { run: Recorder::new(program, world) };
    for action in schedule {
        run.carry(*action)?;
    }
    if to_the_end {
        run.finish()?;
    }
    Ok(folded(run.run.moments))
}

struct Run<'p> {
    run: Recorder<'p>,
}

impl Run<'_> {
    fn act(&mut self, action: Action) -> Result<(), Halt> {
        self.run.act(action)
    }

    fn possible(&self, action: Action) -> bool {
        self.run.world.actions(self.run.program).contains(&action)
    }

    fn carry(&mut self, action: Action) -> Result<(), Halt> {
        match action {
            Action::Pass(ms) => self.pass(ms),
            Action::Step(n, turn) if turn != Turn::Plain => {
                for _ in 0..NEAR {
                    let works = matches!(self.op(n), Op::Work(_)) && !matches!(turn, Turn::Way(_));
                    if works || self.possible(action) || !self.possible(Action::Step(n, Turn::Plain)) {
                        break;
                    }
                    self.act(Action::Step(n, Turn::Plain))?;
                }
                if self.possible(action) {
                    return self.act(action);
                }
                // Who hangs up hangs up, although nothing comes of it any more.
                let works = self.possible(Action::Step(n, Turn::Plain)) && matches!(self.op(n), Op::Work(_));
                if works && turn == Turn::HangUp {
                    self.run.moments.push(Moment { client: Some(n), at: None, deed: Deed::HangsUp });
                }
                if works { self.act(Action::Step(n, Turn::Plain)) } else { Ok(()) }
            }
            _ if self.possible(action) => self.act(action),
            _ => Ok(()),
        }
    }

    /// Lets time pass, and everybody who has something to do meanwhile do it.
    fn pass(&mut self, ms: u64) -> Result<(), Halt> {
        let mut left = ms;
        while left > 0 {
            let due = self.due();
            match due {
                Some(Action::Pass(next)) if next >= left => {
                    self.act(Action::Pass(left))?;
                    left = 0;
                }
                Some(Action::Pass(next)) => {
                    self.act(Action::Pass(next))?;
                    left -= next;
                }
                Some(action) => self.act(action)?,
                None => {
                    self.act(Action::Pass(left))?;
                    left = 0;
                }
            }
        }
        Ok(())
    }

    /// What is to be done now by those who came, without a fault; or how long nothing is.
    fn due(&self) -> Option<Action> {
        let plain = |action: &Action| match action {
            Action::Step(n, Turn::Plain | Turn::Way(0)) => !matches!(self.op(*n), Op::End(_)),
            Action::Beat(_, dogpile_harness::store::Fate::Arrives) | Action::Pass(_) => true,
            _ => false,
        };
        self.run.world.actions(self.run.program).into_iter().find(plain)
    }

    fn op(&self, n: usize) -> &Op {
        &self.run.program.code[self.run.world.clients[n].pc].op
    }

    fn finish(&mut self) -> Result<(), Halt> {
        for _ in 0..TAIL {
            let held_up = (0..self.run.world.clients.len()).find(|n| self.run.world.clients[*n].paused);
            if let Some(n) = held_up {
                self.act(Action::Resume(n))?;
                continue;
            }
            if self.run.world.clients.iter().all(|c| matches!(c.phase, Phase::Away | Phase::Ended(_) | Phase::Crashed))
            {
                break;
            }
            match self.due() {
                Some(action) => self.act(action)?,
                None => break,
            }
        }
        Ok(())
    }
}
