//! Blocks that run beside the path: when they run, what is known of them while they are walked.

use crate::sym::{FrameId, S};
use dogpile_source::Span;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// When something runs beside the path; delays in ms, where they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Start {
    /// At once.
    #[default]
    Now,
    /// Once, later.
    After(Option<u64>),
    /// Again and again.
    Every(Option<u64>),
}

impl Start {
    /// After a delay or not, once or again and again.
    pub(crate) fn of(later: bool, repeats: bool, delay: Option<u64>) -> Self {
        match (later, repeats) {
            (false, _) => Self::Now,
            (true, false) => Self::After(delay),
            (true, true) => Self::Every(delay),
        }
    }

    /// What it waits for first, ms.
    pub(crate) fn delay(self) -> Option<u64> {
        match self {
            Self::Now => None,
            Self::After(ms) | Self::Every(ms) => ms,
        }
    }
}

/// A block that runs beside the path, while it is walked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Region {
    pub(crate) id: u32,
    /// The closure that it runs, once that is entered.
    pub(super) body: Option<FrameId>,
    /// Sessions that it opens itself.
    pub(super) opens: BTreeSet<usize>,
    /// Loops around the statement that starts it.
    pub(crate) started_in: usize,
    /// When it runs.
    pub(super) start: Start,
    pub(super) loops: usize,
    /// How many calls deep the function is that beats: the one with the loop, or with the timer.
    pub(super) beats_at: usize,
    pub(super) renewals: BTreeSet<usize>,
    pub(super) contexts: BTreeSet<S>,
    pub(super) work: Option<Span>,
    pub(super) writes: BTreeSet<String>,
    pub(super) rearms: bool,
    /// What ends it, where it runs again and again until somebody does.
    pub(super) handle: Option<S>,
    /// It may end, or do nothing, by what it asks.
    pub(super) asks: bool,
}

/// What is known of a task by its handle.
#[derive(Clone, Debug, Default)]
pub(crate) struct Handle {
    /// Renewals that it has seen lost, and seen fail, when it ended.
    pub(super) losses: BTreeSet<usize>,
    pub(super) failures: BTreeSet<usize>,
    /// The heartbeat that it is.
    pub(super) beats: Option<usize>,
}

/// The regions that the exploration is in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Regions {
    pub(super) inside: Vec<Region>,
    pub(super) next: u32,
    pub(super) loops: usize,
    /// Which context a context was made from.
    pub(crate) parents: BTreeMap<u32, u32>,
    /// Tasks by the handle that whoever started one has.
    pub(super) handles: BTreeMap<S, Handle>,
    /// Loops and regions around the place where an object was made.
    pub(super) made: BTreeMap<S, (usize, u32)>,
}

impl Regions {
    /// The innermost one; 0 is the path itself.
    pub(crate) fn id(&self) -> u32 {
        self.inside.last().map_or(0, |r| r.id)
    }

    /// Whether a closure is what the innermost region runs: the first that it enters.
    pub(super) fn begins_with(&mut self, closure: FrameId) -> bool {
        let Some(region) = self.inside.last_mut() else { return false };
        *region.body.get_or_insert(closure) == closure
    }

    /// A loop begins (`by` 1) or is left (`by` -1); one whose rounds are beats, and not items, is so many calls deep.
    pub(crate) fn turn(&mut self, by: isize, beats_at: Option<usize>) {
        self.loops = self.loops.saturating_add_signed(by);
        if let (Some(region), Some(depth)) = (self.inside.last_mut(), beats_at) {
            if region.loops == 0 {
                region.beats_at = depth;
            }
            region.loops = region.loops.saturating_add_signed(by);
        }
    }

    /// The region that repeats: what a round starts and does not wait for belongs to the round.
    fn round(&self) -> Option<usize> {
        let last = self.inside.len().checked_sub(1)?;
        let round = (0..=last).rev().find(|at| self.inside[*at].loops > 0);
        round.filter(|outer| (outer + 1..=last).all(|at| self.inside[at].start == Start::Now))
    }

    /// Whether what is started here is started by a beat.
    pub(super) fn is_in_round(&self) -> bool {
        self.round().is_some()
    }

    /// Whether a session is one of the beat at hand: it does not last until the next. One that is not known may be any.
    pub(super) fn is_of_round(&self, slot: Option<usize>) -> bool {
        let opens = self.round().map(|at| &self.inside[at].opens);
        opens.is_some_and(|opens| slot.map_or(!opens.is_empty(), |slot| opens.contains(&slot)))
    }

    /// The region whose beat this is.
    pub(super) fn beating(&mut self) -> Option<&mut Region> {
        let last = self.inside.len().checked_sub(1)?;
        let at = self.round().unwrap_or(last);
        self.inside.get_mut(at)
    }

    /// The innermost region runs until its handle is used, if it does not ask anything itself.
    pub(crate) fn ends_by(&mut self, handle: &S, asks: bool) {
        if let Some(region) = self.inside.last_mut() {
            region.handle = Some(handle.clone());
            region.asks = asks;
        }
    }

    /// A session is opened here: it belongs to what runs.
    pub(crate) fn opened(&mut self, slot: usize) {
        self.inside.iter_mut().for_each(|r| {
            r.opens.insert(slot);
        });
    }

    /// An object was made here.
    pub(crate) fn made(&mut self, object: &S) {
        let at = (self.loops, self.id());
        self.made.insert(object.clone(), at);
    }

    /// Whether several runs of the innermost region have one object: it was made before the loop that starts them.
    pub(crate) fn is_shared_by_runs(&self, object: &S) -> bool {
        let Some(region) = self.inside.last() else { return false };
        self.made.get(object).is_some_and(|(loops, id)| *id != region.id && *loops < region.started_in)
    }

    /// Several runs of the innermost region are started by one loop.
    pub(crate) fn is_started_in_loop(&self) -> bool {
        self.inside.last().is_some_and(|r| r.started_in > 0)
    }
}
