//! What can happen next.

use super::{Client, Phase, World};
use crate::program::{Op, Program, Purpose, Send};
use crate::store::{Fate, ModelStore};

/// One turn of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A caller comes.
    Arrive(usize),
    /// A client does its next instruction.
    Step(usize, Turn),
    /// A client's heartbeat is due.
    Beat(usize, Fate),
    /// Nobody has anything to do: time passes until somebody has, this many ms.
    Pass(u64),
    /// A process dies.
    Crash(usize),
    /// A process is held up.
    Pause(usize),
    /// It goes on.
    Resume(usize),
}

/// How an instruction goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Turn {
    /// As it should.
    Plain,
    /// The code goes the n-th of its ways.
    Way(usize),
    /// The work takes long.
    Slow,
    /// The work fails.
    Fail,
    /// The caller hangs up.
    HangUp,
    /// The command never arrives.
    Refused,
    /// It arrives, and its reply is lost.
    LosesReply,
}

impl World<ModelStore> {
    /// Every turn that is possible now, in a fixed order: what needs no fault comes first.
    ///
    /// Time only moves when nobody is ready: a client that is merely slow to do its next instruction is one that was
    /// paused, and pauses are counted.
    #[must_use]
    pub fn actions(&self, program: &Program) -> Vec<Action> {
        let mut out = Vec::new();
        let mut busy = false;
        for (n, client) in self.clients.iter().enumerate() {
            if client.phase == Phase::Away {
                // Clients that run the same program are told apart by who came first.
                if !program.is_symmetric() || n == 0 || self.clients[n - 1].phase != Phase::Away {
                    out.push(Action::Arrive(n));
                }
                continue;
            }
            if self.beats(client) {
                busy = true;
                out.push(Action::Beat(n, Fate::Arrives));
                if self.left.losses > 0 {
                    out.push(Action::Beat(n, Fate::Refused));
                }
            }
            if self.is_ready(n) {
                busy = true;
                self.turns(program, n, &mut out);
            }
        }
        if !busy && let Some(ms) = self.next_instant() {
            out.push(Action::Pass(ms));
        }
        for (n, client) in self.clients.iter().enumerate() {
            if client.paused {
                out.push(Action::Resume(n));
            } else if client.is_live() {
                if self.left.pauses > 0 {
                    out.push(Action::Pause(n));
                }
                if self.left.crashes > 0 {
                    out.push(Action::Crash(n));
                }
            }
        }
        out
    }

    fn beats(&self, client: &Client) -> bool {
        !client.paused && client.phase != Phase::Crashed && client.beat.is_some_and(|when| when <= self.now)
    }

    /// Whether a client's next instruction is due.
    fn is_ready(&self, n: usize) -> bool {
        let client = &self.clients[n];
        !client.paused
            && match client.phase {
                Phase::Ready => true,
                Phase::Until(when) => when <= self.now,
                Phase::Listens(limit) => self.store.has_heard(n) || limit.is_some_and(|when| when <= self.now),
                Phase::Flies | Phase::Away | Phase::Ended(_) | Phase::Crashed => false,
            }
    }

    fn turns(&self, program: &Program, n: usize, out: &mut Vec<Action>) {
        let client = &self.clients[n];
        match &program.code[client.pc].op {
            Op::Choose(ways) => out.extend((0..ways.len()).map(|way| Action::Step(n, Turn::Way(way)))),
            Op::Work(work) => {
                out.push(Action::Step(n, Turn::Plain));
                if work.slow_ms.is_some() {
                    out.push(Action::Step(n, Turn::Slow));
                }
                if work.failed.is_some() && self.left.failures > 0 {
                    out.push(Action::Step(n, Turn::Fail));
                }
                if work.cancelled.is_some() && self.left.cancels > 0 {
                    out.push(Action::Step(n, Turn::HangUp));
                }
            }
            Op::Send(send) => {
                out.push(Action::Step(n, Turn::Plain));
                if self.left.losses > 0 && may_fail(send) {
                    out.push(Action::Step(n, Turn::Refused));
                    if send.role == Purpose::Acquire {
                        out.push(Action::Step(n, Turn::LosesReply));
                    }
                }
            }
            _ => out.push(Action::Step(n, Turn::Plain)),
        }
    }

    /// Milliseconds to the next instant at which anything changes by itself.
    fn next_instant(&self) -> Option<u64> {
        let mut next = self.store.next_expiry();
        let mut consider = |when: u64| {
            let away = when.saturating_sub(self.now);
            if away > 0 {
                next = Some(next.map_or(away, |known| known.min(away)));
            }
        };
        let mut anybody = false;
        for client in &self.clients {
            anybody |= client.is_live()
                || client.phase == Phase::Away
                || (client.beat.is_some() && client.phase != Phase::Crashed);
            if client.paused || client.phase == Phase::Crashed {
                continue;
            }
            match client.phase {
                Phase::Until(when) | Phase::Listens(Some(when)) => consider(when),
                _ => {}
            }
            if let Some(when) = client.beat {
                consider(when);
            }
        }
        // Nobody is left to see what time does.
        next.filter(|_| anybody)
    }
}

/// Faults are tried where the code has something to say about them.
fn may_fail(send: &Send) -> bool {
    matches!(send.role, Purpose::Acquire | Purpose::Renew)
}
