//! One caller.

use crate::program::{Ended, Pc};
use std::hash::{Hash, Hasher};

/// What a caller is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Not there yet.
    Away,
    /// Its next instruction is due.
    Ready,
    /// Works or sleeps until then, ms.
    Until(u64),
    /// Listens; until then, if there is a limit.
    Listens(Option<u64>),
    /// Waits for the leader of its flight.
    Flies,
    /// Done.
    Ended(Ended),
    /// Dead.
    Crashed,
}

/// One caller: a process of its own, unless the program says that they share one.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)]
pub struct Client {
    /// The next instruction.
    pub pc: Pc,
    /// What it is about.
    pub phase: Phase,
    /// Held up.
    pub paused: bool,
    /// Was held up since it took the lock.
    pub was_paused: bool,
    /// Its own caller hung up.
    pub cancelled: bool,
    /// The number of its last acquisition.
    pub acquired: Option<u32>,
    /// How often it won: tells its tokens apart.
    pub wins: u8,
    /// In the section.
    pub inside: bool,
    /// Was told that it lost the lease.
    pub told: bool,
    /// Computes what the cache would hold.
    pub computing: bool,
    /// An error of the acquire, not a refusal, brought it where it is.
    pub erred: bool,
    /// The version of the source that it read.
    pub source: u32,
    /// When its heart beats next, ms; `None`: it does not.
    pub beat: Option<u64>,
    /// How often it asked in vain.
    pub polls: u16,
    /// Subscribed.
    pub listens: bool,
    /// A message came since, and it has not looked.
    pub heard: bool,
    /// When it ended, ms.
    pub ended_at: Option<u64>,
}

impl Client {
    /// Somebody who has not arrived.
    #[must_use]
    pub fn new(start: Pc) -> Self {
        Self {
            pc: start,
            phase: Phase::Away,
            paused: false,
            was_paused: false,
            cancelled: false,
            acquired: None,
            wins: 0,
            inside: false,
            told: false,
            computing: false,
            erred: false,
            source: 0,
            beat: None,
            polls: 0,
            listens: false,
            heard: false,
            ended_at: None,
        }
    }

    /// Arrived, and neither done nor dead.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !matches!(self.phase, Phase::Away | Phase::Ended(_) | Phase::Crashed)
    }

    pub(super) fn digest(&self, now: u64, state: &mut impl Hasher) {
        let away = |when: u64| when.saturating_sub(now);
        match self.phase {
            Phase::Until(when) => (1u8, away(when)).hash(state),
            Phase::Listens(limit) => (2u8, limit.map(away)).hash(state),
            other => (0u8, other).hash(state),
        }
        (self.pc, self.paused, self.was_paused, self.cancelled, self.acquired, self.wins).hash(state);
        (self.inside, self.told, self.computing, self.erred, self.source, self.polls).hash(state);
        (self.listens, self.heard).hash(state);
        self.beat.map(away).hash(state);
        self.ended_at.map(|when| now - when).filter(|_| self.beat.is_some()).hash(state);
    }
}
