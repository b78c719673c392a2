//! One turn.

use super::event::{Breach, Event, What};
use super::ghost::Flight;
use super::{Action, Lease, Phase, Turn, World};
use crate::program::{Ended, Mark, Op, Pc, Program, Work};
use crate::store::{Halt, Store};
use dogpile_rules::Invariant;

/// Most instructions without a turn of the schedule; a program that needs more runs in a circle.
const MOST_MARKS: usize = 1_000;

/// A client's name for people.
#[must_use]
pub fn name(client: usize) -> char {
    char::from(b'A' + u8::try_from(client % 26).unwrap_or(0))
}

impl<S: Store> World<S> {
    /// Does one turn. What happened is in `events`, what broke in `breaches`.
    ///
    /// # Errors
    /// The store cannot go on.
    pub fn act(&mut self, program: &Program, action: Action) -> Result<(), Halt> {
        self.events.clear();
        self.breaches.clear();
        match action {
            Action::Arrive(n) => {
                self.clients[n].phase = Phase::Ready;
                self.clients[n].pc = program.role(n).start;
                self.note(n, None, What::Arrives);
                self.settle(program, n)
            }
            Action::Step(n, turn) => self.step(program, n, turn),
            Action::Beat(n, fate) => self.beat(program, n, fate),
            Action::Pass(ms) => self.pass(program, ms),
            Action::Crash(n) => self.crash(program, n),
            Action::Pause(n) => {
                self.left.pauses = self.left.pauses.saturating_sub(1);
                self.clients[n].paused = true;
                self.clients[n].was_paused = true;
                self.note(n, None, What::Pauses);
                Ok(())
            }
            Action::Resume(n) => {
                self.clients[n].paused = false;
                self.note(n, None, What::Resumes);
                self.awaken(program, n)
            }
        }
    }

    pub(super) fn note(&mut self, client: usize, at: Option<dogpile_source::Span>, what: What) {
        self.events.push(Event { client: Some(client), at, now_ms: self.now, what });
    }

    pub(super) fn broken(&mut self, invariant: Invariant, says: String) {
        // What is noted before it is what breaks it; a command is noted after it was judged (`send.rs`).
        self.breaches.push(Breach { invariant, says, event: self.events.len().saturating_sub(1) });
    }

    fn step(&mut self, program: &Program, n: usize, turn: Turn) -> Result<(), Halt> {
        let instr = &program.code[self.clients[n].pc];
        match &instr.op {
            Op::Send(send) => self.send(program, n, send, instr.at, turn),
            Op::Work(work) => self.work(program, n, *work, instr.at, turn),
            Op::Choose(ways) => {
                let way = if let Turn::Way(way) = turn { way } else { 0 };
                let Some((what, next)) = ways.get(way) else { return self.end(program, n, Ended::Done) };
                self.note(n, instr.at, What::Goes(what));
                self.go(program, n, *next)
            }
            Op::Await { woken, late, .. } => {
                let (woken, late) = (*woken, *late);
                let heard = self.store.hears(n)?;
                self.clients[n].heard = false;
                self.note(n, instr.at, if heard { What::Wakes } else { What::TiresOfWaiting });
                self.go(program, n, if heard { woken } else { late })
            }
            // The others were done when they were reached.
            Op::Sleep(..) | Op::Mark(..) | Op::Join { .. } | Op::End(_) => self.settle(program, n),
        }
    }

    fn work(
        &mut self,
        program: &Program,
        n: usize,
        work: Work,
        at: Option<dogpile_source::Span>,
        turn: Turn,
    ) -> Result<(), Halt> {
        match turn {
            Turn::Fail => {
                self.left.failures = self.left.failures.saturating_sub(1);
                self.note(n, at, What::WorkFails);
                self.go(program, n, work.failed.unwrap_or(work.next))
            }
            Turn::HangUp => {
                self.left.cancels = self.left.cancels.saturating_sub(1);
                self.clients[n].cancelled = true;
                self.note(n, at, What::HangsUp);
                self.go(program, n, work.cancelled.unwrap_or(work.next))
            }
            _ => {
                let slow = turn == Turn::Slow;
                let ms = if slow { work.slow_ms.unwrap_or(work.fast_ms) } else { work.fast_ms };
                self.note(n, at, What::Works { ms, slow });
                if work.computes {
                    self.computes(program, n)?;
                }
                let client = &mut self.clients[n];
                client.phase = Phase::Until(self.now + ms);
                client.pc = work.next;
                Ok(())
            }
        }
    }

    /// A computation begins: nothing fresh may be there, and nobody else may be at it.
    fn computes(&mut self, program: &Program, n: usize) -> Result<(), Halt> {
        let other = self.clients.iter().position(|c| c.computing && c.is_live());
        let fresh = match &program.cache {
            Some(key) => self.store.look(&[key])?.first().is_some_and(crate::store::Look::is_there),
            None => self.ghost.filled,
        };
        if let Some(other) = other {
            self.broken(Invariant::OneComputation, format!("{} computes what {} is computing", name(n), name(other)));
        } else if fresh {
            self.broken(Invariant::OneComputation, format!("{} computes what is cached already", name(n)));
        }
        self.ghost.computations += 1;
        self.clients[n].computing = true;
        Ok(())
    }

    /// Goes to an instruction.
    pub(super) fn go(&mut self, program: &Program, n: usize, to: Pc) -> Result<(), Halt> {
        self.clients[n].pc = to;
        self.clients[n].phase = Phase::Ready;
        self.settle(program, n)
    }

    /// Does everything that takes no turn.
    pub(super) fn settle(&mut self, program: &Program, n: usize) -> Result<(), Halt> {
        for _ in 0..MOST_MARKS {
            let instr = &program.code[self.clients[n].pc];
            match &instr.op {
                Op::Mark(mark, next) => {
                    self.clients[n].pc = *next;
                    self.mark(program, n, *mark)?;
                }
                Op::Sleep(ms, next) => {
                    let in_vain = self.clients[n].erred && !self.is_taken(program)?;
                    let client = &mut self.clients[n];
                    client.phase = Phase::Until(self.now + ms);
                    client.pc = *next;
                    client.polls = client.polls.saturating_add(1).min(program.patience + 1);
                    let tired = client.polls > program.patience;
                    self.note(n, instr.at, What::Sleeps(*ms));
                    if in_vain {
                        let says = format!("{} waits as if somebody held the lock, and nobody does", name(n));
                        self.broken(Invariant::TrueRefusal, says);
                    }
                    if tired {
                        let says = format!(
                            "{} asked {} times in vain, and nothing in its code ends that",
                            name(n),
                            program.patience
                        );
                        self.broken(Invariant::BoundedWait, says);
                    }
                    return Ok(());
                }
                Op::Await { limit_ms, .. } => {
                    let limit = *limit_ms;
                    self.clients[n].phase = Phase::Listens(limit.map(|ms| self.now + ms));
                    self.note(n, instr.at, What::Listens(limit));
                    self.wakeable();
                    return Ok(());
                }
                // Who misses joins at once: nothing of the process runs in between.
                Op::Join { lead, failed, .. } => match self.ghost.flight {
                    Flight::Led(_) if program.one_process => {
                        self.clients[n].phase = Phase::Flies;
                        self.note(n, instr.at, What::Follows);
                        return Ok(());
                    }
                    Flight::Wrecked if program.one_process => {
                        self.clients[n].pc = *failed;
                        self.note(n, instr.at, What::Follows);
                    }
                    _ => {
                        if program.one_process {
                            self.ghost.flight = Flight::Led(n);
                        }
                        self.clients[n].pc = *lead;
                        self.note(n, instr.at, What::Leads);
                    }
                },
                Op::End(ended) => return self.end(program, n, *ended),
                Op::Send(_) | Op::Work(_) | Op::Choose(_) => return Ok(()),
            }
        }
        Err(Halt::Unmodelled("program that runs in a circle without a turn".to_owned()))
    }

    /// Whether the lock's key is there.
    fn is_taken(&mut self, program: &Program) -> Result<bool, Halt> {
        match &program.lock {
            Some(lock) => Ok(self.store.look(&[lock])?.iter().any(crate::store::Look::is_there)),
            None => Ok(false),
        }
    }

    fn mark(&mut self, program: &Program, n: usize, mark: Mark) -> Result<(), Halt> {
        match mark {
            Mark::Enter => {
                self.clients[n].inside = true;
                if let Some(beat) = &program.beat
                    && self.clients[n].acquired.is_some()
                {
                    self.clients[n].beat = Some(self.now + if beat.prompt { 0 } else { beat.every_ms });
                }
                self.exclusion();
            }
            Mark::Leave => self.clients[n].inside = false,
            Mark::StopBeat => self.clients[n].beat = None,
            Mark::ReadSource => self.clients[n].source = self.ghost.source,
            Mark::ChangeSource => self.ghost.source += 1,
            Mark::Land | Mark::Crash | Mark::Wreck => {
                self.clients[n].computing = false;
                return self.land(program, n, mark);
            }
        }
        Ok(())
    }

    /// A flight ends: who waits for it goes on.
    fn land(&mut self, program: &Program, n: usize, mark: Mark) -> Result<(), Halt> {
        if !program.one_process || self.ghost.flight != Flight::Led(n) {
            return Ok(());
        }
        self.ghost.flight = if mark == Mark::Wreck { Flight::Wrecked } else { Flight::None };
        for other in 0..self.clients.len() {
            if self.clients[other].phase != Phase::Flies {
                continue;
            }
            if let Op::Join { joined, failed, .. } = program.code[self.clients[other].pc].op {
                self.go(program, other, if mark == Mark::Land { joined } else { failed })?;
            }
        }
        Ok(())
    }

    /// At most one client may be inside that has no excuse.
    pub(super) fn exclusion(&mut self) {
        let inside: Vec<usize> = (0..self.clients.len())
            .filter(|n| {
                let c = &self.clients[*n];
                c.inside && c.phase != Phase::Crashed && !c.paused && (!c.was_paused || c.told)
            })
            .collect();
        if let [a, b, ..] = inside[..] {
            self.broken(Invariant::MutualExclusion, format!("{} and {} are both in the section", name(a), name(b)));
        }
    }

    /// Nobody may sleep when nobody is left to wake it.
    pub(super) fn wakeable(&mut self) {
        let asleep = |c: &super::Client| matches!(c.phase, Phase::Listens(None)) && !c.heard;
        let others_gone = self.clients.iter().all(|c| asleep(c) || matches!(c.phase, Phase::Ended(_) | Phase::Crashed));
        let Some(n) = self.clients.iter().position(asleep).filter(|_| others_gone) else { return };
        self.broken(Invariant::Wakeable, format!("{} waits for a message that nobody is left to send", name(n)));
    }

    fn end(&mut self, program: &Program, n: usize, ended: Ended) -> Result<(), Halt> {
        let immortal = program.beat.as_ref().is_some_and(|beat| beat.immortal);
        let client = &mut self.clients[n];
        client.phase = Phase::Ended(ended);
        client.inside = false;
        client.computing = false;
        client.ended_at = Some(self.now);
        if !immortal {
            client.beat = None;
        }
        self.note(n, None, What::Ends(ended));
        if ended == Ended::Poisoned {
            self.broken(Invariant::FreshAnswer, format!("{} is served a failure that is not its own", name(n)));
        }
        let owns = self.ghost.owner.is_some_and(|(who, number)| who == n && self.clients[n].acquired == Some(number));
        if let Some(lock) = &program.lock {
            let look = self.store.look(&[lock])?.remove(0);
            let too_long =
                look.left_ms.is_none_or(|left| program.orphan_ms.is_some_and(|most| left.unsigned_abs() > most));
            if owns && look.is_there() && !immortal && (program.gives_back || too_long) {
                let until = look
                    .left_ms
                    .map_or("for ever".to_owned(), |ms| format!("for {}", crate::narrate::human_ms(ms.unsigned_abs())));
                self.broken(Invariant::NoOrphan, format!("{} is done, and its lock stays taken {until}", name(n)));
            }
            if ended == Ended::Refused && self.clients[n].erred && !look.is_there() {
                self.broken(
                    Invariant::TrueRefusal,
                    format!("{} leaves as if somebody held the lock, and nobody does", name(n)),
                );
            }
        }
        self.wakeable();
        Ok(())
    }

    fn crash(&mut self, program: &Program, n: usize) -> Result<(), Halt> {
        self.left.crashes = self.left.crashes.saturating_sub(1);
        let client = &mut self.clients[n];
        client.phase = Phase::Crashed;
        client.inside = false;
        client.computing = false;
        client.beat = None;
        self.store.close(n);
        self.note(n, None, What::Dies);
        let owns = self.ghost.owner.is_some_and(|(who, _)| who == n);
        if let Some(lock) = program.lock.as_ref().filter(|_| owns) {
            let look = self.store.look(&[lock])?.remove(0);
            match (look.is_there(), look.left_ms, program.orphan_ms) {
                (true, None, _) => {
                    self.broken(Invariant::NoOrphan, format!("{} is dead, and its lock stays taken for ever", name(n)))
                }
                (true, Some(left), Some(most)) if left.unsigned_abs() > most => {
                    let says = format!(
                        "{} is dead, and its lock stays taken for {}",
                        name(n),
                        crate::narrate::human_ms(left.unsigned_abs())
                    );
                    self.broken(Invariant::NoOrphan, says);
                }
                _ => {}
            }
        }
        self.wakeable();
        Ok(())
    }

    fn pass(&mut self, program: &Program, ms: u64) -> Result<(), Halt> {
        let keys: Vec<&[u8]> = program.keys().collect();
        let before = self.store.look(&keys)?;
        self.store.pass(ms)?;
        self.now += ms;
        let after = self.store.look(&keys)?;
        if program.lock.is_some() {
            self.lease = Lease::seen(after.first(), self.now);
        }
        let lapsed = keys
            .iter()
            .zip(before.iter().zip(&after))
            .filter(|(_, (b, a))| b.is_there() && !a.is_there())
            .map(|(key, _)| key.to_vec())
            .collect();
        self.events.push(Event { client: None, at: None, now_ms: self.now, what: What::Passes(ms, lapsed) });
        if let Some(lock) = &program.lock
            && keys.iter().position(|key| key == lock).is_some_and(|at| !after[at].is_there())
        {
            self.ghost.owner = None;
        }
        for n in 0..self.clients.len() {
            self.awaken(program, n)?;
        }
        Ok(())
    }

    /// Work or sleep is over.
    fn awaken(&mut self, program: &Program, n: usize) -> Result<(), Halt> {
        let client = &mut self.clients[n];
        if client.paused || !matches!(client.phase, Phase::Until(when) if when <= self.now) {
            return Ok(());
        }
        client.phase = Phase::Ready;
        self.settle(program, n)
    }
}
