//! What goes wrong between one lock and something beside it: its own key, its waiters, a database, a cache.

use super::place::Site;
use dogpile_source::Span;
use serde::{Deserialize, Serialize};

/// Hazards of one lock.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Hazards {
    /// Take-overs of an "expired" lock in more than one step.
    pub steals: Vec<Steal>,
    /// Data under the lock's own key.
    pub shared_keys: Vec<SharedKey>,
    /// Waits of losers for a message that may never come.
    pub wakeups: Vec<Wakeup>,
    /// Releases before what was done under the lock is visible.
    pub early_releases: Vec<EarlyRelease>,
    /// Losers leave with an error although a value is cached under this lock.
    pub refusal: Option<Refusal>,
}

/// A take-over that looks first and acts later.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Steal {
    /// How it is done.
    pub form: StealForm,
    /// Where the old lock is put aside: the DEL, SET or GETSET.
    pub site: Site,
    /// What it saw of the lock before.
    pub look: Span,
    /// Where it is taken again; for a DEL.
    pub taken: Option<Span>,
}

/// Forms of a take-over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StealForm {
    /// DEL, then set-if-absent.
    DeleteThenTake,
    /// A plain SET.
    Overwrite,
    /// GETSET whose old value nobody compares.
    Swap,
}

/// Data under the key of a lock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SharedKey {
    /// The SET of the data.
    pub write: Site,
    /// What comes of it.
    pub form: SharedKeyForm,
}

/// What comes of data under the key of a lock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum SharedKeyForm {
    /// The release deletes the data.
    ReleaseDeletes(Site),
    /// The release compares the data with its token, and never fits.
    ReleaseMisses(Site),
    /// The data keeps the lock taken.
    KeepsTaken,
}

/// A loser waits for a message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wakeup {
    /// The wait.
    pub site: Site,
    /// The subscription, where it is in sight.
    pub subscribed: Option<Span>,
    /// Lock or value are looked at again after subscribing (or that is not known).
    pub rechecks: bool,
    /// What ends it when no message comes.
    pub end: WakeupEnd,
}

/// What ends a wait when no message comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum WakeupEnd {
    /// Nothing.
    Nothing,
    /// The caller's context.
    Caller,
    /// A time limit, or something we do not know.
    Time,
}

/// A release inside a transaction of a database.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EarlyRelease {
    /// The release.
    pub site: Site,
    /// It runs when the function of the transaction ends.
    pub deferred: bool,
    /// Where the transaction begins.
    pub begun: Span,
    /// Where it is committed: the same place when the library does it after the function.
    pub committed: Span,
}

/// Losers get an error although the lock guards a cached value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// Where they leave.
    pub exit: Span,
    /// The read of the value, before the lock.
    pub read: Span,
}

/// A value put into a shared cache.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fill {
    /// Stable name.
    pub id: String,
    /// The write.
    pub site: Site,
    /// The key for people.
    pub key: String,
    /// The key stands for many: part of it varies.
    pub many_keys: bool,
    /// Written once for each of many items, in one go.
    pub in_batch: bool,
    /// A TTL that is the same for all, in ms; `None`: none, or not known to be.
    pub fixed_ttl_ms: Option<u64>,
    /// The read of the same key that missed before.
    pub missed: Option<Span>,
    /// What it writes was asked of something slow after the read.
    pub computed: Option<Span>,
    /// A lock, WATCH or an open flight keeps others out.
    pub guarded: bool,
    /// Where the same key is deleted because the data changed.
    pub invalidated: Option<Site>,
}
