//! What really happened: nobody in the program can know it, and invariants are about nothing else.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

/// The book-keeping.
#[derive(Clone, Debug, Default)]
pub struct Ghost {
    /// Whose the lock is: the client and the number of its acquisition.
    pub owner: Option<(usize, u32)>,
    /// Acquisitions so far.
    pub acquisitions: u32,
    /// The acquisition whose write landed last, by the key's place among the program's.
    pub last_writes: BTreeMap<usize, u32>,
    /// The version of the source of the cached value.
    pub source: u32,
    /// The newest version that an invalidation told of.
    pub invalidated: u32,
    /// A value was computed and written.
    pub filled: bool,
    /// Data lies under the lock's own key.
    pub data_over_lock: bool,
    /// The lock that stands there belongs to somebody who is gone.
    pub stale_lock: bool,
    /// The process's flight.
    pub flight: Flight,
    /// Computations so far.
    pub computations: u32,
}

/// A flight of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Flight {
    /// Nobody flies.
    #[default]
    None,
    /// Somebody does.
    Led(usize),
    /// Its leader failed, and the entry stays.
    Wrecked,
}

impl Ghost {
    pub(super) fn digest(&self, state: &mut impl Hasher) {
        (self.owner, self.acquisitions, &self.last_writes, self.source, self.invalidated).hash(state);
        (self.filled, self.data_over_lock, self.stale_lock, self.flight, self.computations.min(2)).hash(state);
    }
}
