//! What a story touches besides its own places: a change there is a change of the story.

use super::Assembly;
use crate::explore::record::Exploration;
use crate::lifecycle::Lifecycles;
use crate::program::FuncRef;
use dogpile_source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Touched places, by the acquire and the calls that lead to it until locks have their names.
#[derive(Default)]
pub(super) struct Touched {
    locks: BTreeMap<(Span, Vec<Span>), BTreeSet<Span>>,
    others: BTreeMap<String, BTreeSet<Span>>,
}

/// How many flights, misses, fills and check-then-sets there are.
pub(super) type Counts = [usize; 4];

pub(super) fn counts(out: &Lifecycles) -> Counts {
    [out.flights.len(), out.misses.len(), out.fills.len(), out.check_then_sets.len()]
}

impl Touched {
    /// What the sessions of a root touch: every function that was followed since one was tried, and what was read or
    /// worked out without any operation (a key, a lease).
    pub(super) fn of_root(&mut self, assembly: &Assembly<'_, '_>, e: &Exploration) {
        for (slot, session) in e.sessions.iter().enumerate() {
            let key = (session.site.span, session.site.via.clone());
            self.locks.entry(key).or_default().extend(places(assembly, e, Some(slot)));
        }
    }

    /// The same for what else this root gave, which came after `before`.
    pub(super) fn of_others(&mut self, assembly: &Assembly<'_, '_>, e: &Exploration, out: &Lifecycles, before: Counts) {
        let flights = out.flights[before[0]..].iter().map(|f| &f.id);
        let misses = out.misses[before[1]..].iter().map(|m| &m.id);
        let fills = out.fills[before[2]..].iter().map(|f| &f.id);
        let pairs = out.check_then_sets[before[3]..].iter().map(|c| &c.id);
        let mut ids = flights.chain(misses).chain(fills).chain(pairs).peekable();
        if ids.peek().is_none() {
            return;
        }
        let all: BTreeSet<Span> = places(assembly, e, None).collect();
        for id in ids {
            self.others.entry(id.clone()).or_default().extend(&all);
        }
    }

    /// By the names that the stories have in the end.
    pub(super) fn named(mut self, out: &Lifecycles) -> BTreeMap<String, BTreeSet<Span>> {
        for lock in &out.locks {
            let site = &lock.acquire.site;
            if let Some(places) = self.locks.get(&(site.span, site.via.clone())) {
                self.others.entry(lock.id.clone()).or_default().extend(places);
            }
        }
        self.others
    }
}

fn places<'e>(
    assembly: &'e Assembly<'_, '_>,
    e: &'e Exploration,
    slot: Option<usize>,
) -> impl Iterator<Item = Span> + 'e {
    let program = &assembly.cx.program;
    // A helper with operations of its own that ran before is another story; where there is no session, it is this one.
    let counts = move |f: FuncRef, when: &BTreeSet<Option<usize>>| match slot {
        Some(_) => when.contains(&slot) || (when.contains(&None) && !assembly.cx.reach.is_relevant(program, f)),
        None => true,
    };
    let followed = e
        .passed
        .functions
        .iter()
        .filter(move |(f, when)| counts(**f, when))
        .map(move |(f, _)| program.function(*f).span);
    followed.chain(e.passed.globals.iter().copied())
}
