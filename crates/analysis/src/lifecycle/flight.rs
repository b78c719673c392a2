//! In-process coalescing and cache-aside misses.

use super::place::Site;
use dogpile_source::Span;
use serde::{Deserialize, Serialize};

/// One place where callers share one computation in a process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flight {
    /// Stable name.
    pub id: String,
    /// The call that enters it (or: where the entry is stored, for a hand-written one).
    pub site: Site,
    /// Library or by hand.
    pub form: FlightForm,
    /// Whose context the shared work runs on.
    pub context: FlightContext,
    /// A failed or panicked entry stays for later callers; where it should have been removed.
    pub keeps_failures: Option<Span>,
    /// The cache in front of or behind it.
    pub cache: CacheScope,
    /// The read of that cache, for labels.
    pub cache_read: Option<Span>,
    /// A cross-process lock sits inside the flight.
    pub cross_process_lock: bool,
    /// The shared work.
    pub work: Option<Span>,
}

/// Forms of a flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FlightForm {
    /// A library's (`singleflight.Group.Do`).
    Library,
    /// A map of channels, wait groups or promises.
    ByHand,
}

/// Whose context the shared work uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FlightContext {
    /// The first caller's: its cancellation fails everybody. Where it is used.
    FirstCaller(Span),
    /// Detached, or none.
    Own,
    /// Not known.
    Unknown,
}

/// Who shares a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CacheScope {
    /// Processes share it (Redis).
    Shared,
    /// Each process has its own.
    Process,
    /// Not known (an unresolved `cache.Get`).
    Unknown,
    /// There is no cache in sight.
    None,
}

/// Cache-aside: read, compute on a miss, write.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Miss {
    /// Stable name.
    pub id: String,
    /// The read that missed.
    pub read: Site,
    /// The computation.
    pub compute: Span,
    /// Why it is thought to be costly (`database query`, `http request`, `declared p99 2s`); `None`: no reason known.
    pub cost: Option<String>,
    /// The write back.
    pub write: Site,
    /// The key for people.
    pub key: String,
    /// What keeps callers from computing together.
    pub coalescing: Coalescing,
    /// Fixed TTL of the write, in ms, without jitter.
    pub fixed_ttl_ms: Option<u64>,
    /// The entry is gone some time: the write gives it an end, or may, or another function deletes it.
    pub ends: bool,
}

/// What coalesces callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Coalescing {
    /// Nothing in sight.
    None,
    /// A flight in each process.
    Process,
    /// A lock across processes.
    Cluster,
    /// Not known.
    Unknown,
}
