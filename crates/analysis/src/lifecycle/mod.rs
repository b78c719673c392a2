//! What rules see: locks, flights and cache misses with everything that is known of them.
//!
//! Plain facts, no syntax, no clients by name. A fact that could not be established says so (`Unknown`), and a rule
//! that argues from absence must treat that as "maybe".

mod beside;
mod flight;
mod hazard;
mod lock;
mod place;
mod sent;
mod story;

pub use beside::{Escape, HandleHome, Heartbeat, Nested, SharedHandle};
pub use flight::{CacheScope, Coalescing, Flight, FlightContext, FlightForm, Miss};
pub use hazard::{EarlyRelease, Fill, Hazards, Refusal, SharedKey, SharedKeyForm, Steal, StealForm, Wakeup, WakeupEnd};
pub use lock::{
    Acquire, CheckThenSet, Class, ContextOrigin, DurationFact, DurationSource, ExitKind, Expiry, Fate, Guard, Leak,
    Lock, OnLoss, Outcomes, Profile, Recheck, Release, Renewal, Section, Token, TokenKind, Ttl, Unheld, UnitFault,
    UnitFaultKind, Wait, WaitBound, WaitForm, Write,
};
pub use place::{Confidence, Phrases, Site, Step};
pub use sent::{HoleKind, Part, Sent, Word};

use dogpile_source::Span;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything found in a project.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Lifecycles {
    /// Lock sessions (and set-if-absents that are no locks: see [`Lock::class`]), in source order.
    pub locks: Vec<Lock>,
    /// In-process flights, in source order.
    pub flights: Vec<Flight>,
    /// Cache-aside misses, in source order.
    pub misses: Vec<Miss>,
    /// Reads followed by an unconditional SET of the same key that is used like a lock.
    pub check_then_sets: Vec<CheckThenSet>,
    /// Values put into shared caches, in source order.
    pub fills: Vec<Fill>,
    /// By name of a lock, flight, miss, fill or check-then-set: functions that were followed for it, whole, and
    /// package-level names that it depends on, with their values. See [`Lifecycles::places`].
    pub touched: BTreeMap<String, BTreeSet<Span>>,
    /// Facts about where it runs.
    pub fleet: Fleet,
}

/// How many processes share the locks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fleet {
    /// Declared number of instances (`[fleet] instances`).
    pub instances: Option<u32>,
}

impl Fleet {
    /// Whether more than one instance is known.
    #[must_use]
    pub fn is_many(self) -> bool {
        self.instances.is_some_and(|n| n > 1)
    }
}
