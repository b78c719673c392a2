//! From lifecycles to programs.
//!
//! The same facts that rules read. What cannot be lowered says so, with the line; what had to be assumed is told with
//! the result.

mod cache;
mod lock;
mod pair;
mod parts;
mod section;
mod words;

#[cfg(test)]
pub(crate) use parts::empty as bare;
pub(crate) use words::SOME_LEASE_MS;

use crate::program::Program;
use dogpile_analysis::lifecycle::{CheckThenSet, Class, Fill, Flight, Lifecycles, Lock, Miss};
use dogpile_rules::{Claim, Subject as Kind};
use dogpile_source::Span;

/// What a finding is about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A lock session.
    Lock(Box<Lock>),
    /// A flight.
    Flight(Box<Flight>),
    /// A cache miss.
    Miss(Box<Miss>),
    /// A cache fill.
    Fill(Box<Fill>),
    /// A read and a SET.
    Pair(Box<CheckThenSet>),
    /// The same, taken in one step.
    Single(Box<CheckThenSet>),
}

/// Why something could not be made into a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Unlowered {
    /// The line that is in the way.
    pub at: Option<Span>,
    /// What is missing.
    pub why: String,
}

impl Unlowered {
    pub(crate) fn new(at: Option<Span>, why: impl Into<String>) -> Self {
        Self { at, why: why.into() }
    }
}

/// What is asked of a subject.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The rule's name.
    pub rule: &'static str,
    /// What it claims.
    pub claim: Claim,
    /// Where the finding points.
    pub focus: Span,
}

impl Subject {
    /// The subject of a finding, by the name of its session and where it points.
    #[must_use]
    pub fn find(lifecycles: &Lifecycles, kind: Kind, session: &str, focus: Span) -> Option<Self> {
        match kind {
            Kind::Lock => lifecycles.locks.iter().find(|l| l.id == session).map(|l| Self::Lock(Box::new(l.clone()))),
            Kind::Flight => nearest(lifecycles.flights.iter().filter(|f| f.id == session), focus, |f| f.site.outer())
                .map(|f| Self::Flight(Box::new(f.clone()))),
            Kind::Miss => nearest(lifecycles.misses.iter().filter(|m| m.id == session), focus, |m| m.compute)
                .map(|m| Self::Miss(Box::new(m.clone()))),
            Kind::Fill => nearest(lifecycles.fills.iter().filter(|f| f.id == session), focus, |f| f.site.span)
                .map(|f| Self::Fill(Box::new(f.clone()))),
            Kind::Pair => nearest(lifecycles.check_then_sets.iter().filter(|p| p.id == session), focus, |p| p.set.span)
                .map(|p| Self::Pair(Box::new(p.clone()))),
        }
    }

    /// Every subject of a kind; sessions that are no locks are none.
    #[must_use]
    pub fn all(lifecycles: &Lifecycles, kind: Kind) -> Vec<Self> {
        match kind {
            Kind::Lock => lifecycles
                .locks
                .iter()
                .filter(|l| l.class == Class::Lock)
                .map(|l| Self::Lock(Box::new(l.clone())))
                .collect(),
            Kind::Flight => lifecycles.flights.iter().map(|f| Self::Flight(Box::new(f.clone()))).collect(),
            Kind::Miss => lifecycles.misses.iter().map(|m| Self::Miss(Box::new(m.clone()))).collect(),
            Kind::Fill => lifecycles.fills.iter().map(|f| Self::Fill(Box::new(f.clone()))).collect(),
            Kind::Pair => lifecycles.check_then_sets.iter().map(|p| Self::Pair(Box::new(p.clone()))).collect(),
        }
    }

    /// The client that it goes through, by its name for people; empty where it goes through none.
    #[must_use]
    pub fn client(&self) -> &str {
        match self {
            Self::Lock(lock) => &lock.acquire.site.client,
            Self::Flight(_) => "",
            Self::Miss(miss) => &miss.read.client,
            Self::Fill(fill) => &fill.site.client,
            Self::Pair(pair) | Self::Single(pair) => &pair.set.client,
        }
    }

    /// The program that answers a question.
    ///
    /// # Errors
    /// Something in it has no counterpart in a program.
    pub fn lower(&self, question: Question) -> Result<Program, Unlowered> {
        match self {
            Self::Lock(lock) => lock::lower(&crate::repair::isolated(question.rule, lock), question),
            Self::Flight(flight) => cache::flight(flight, question),
            Self::Miss(miss) => Ok(cache::miss(miss)),
            Self::Fill(fill) => Ok(cache::fill(fill)),
            Self::Pair(pair) => Ok(pair::lower(pair, false)),
            Self::Single(pair) => Ok(pair::lower(pair, true)),
        }
    }
}

/// Of several of one name, the one that the finding points at.
fn nearest<'a, T>(
    mut all: impl Iterator<Item = &'a T> + Clone,
    focus: Span,
    place: impl Fn(&T) -> Span,
) -> Option<&'a T> {
    let first = all.clone().next();
    all.find(|one| place(one) == focus).or(first)
}
