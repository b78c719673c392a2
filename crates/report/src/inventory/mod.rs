//! An inventory: every lock of a project in a row of its own, whether or not anything is wrong with it.
//!
//! Words such as a token's kind are names in output, kept stable; `?` is what the code does not tell.

mod json;
mod table;

pub use json::{INVENTORY_VERSION, inventory_json};
pub use table::{Width, duration, inventory_table};

use crate::finding::Confidence;
use dogpile_source::Span;

/// What a project takes locks on, coalesces and caches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Lock sessions, locks first, then in order of their places.
    pub locks: Vec<LockRow>,
    /// In-process flights.
    pub flights: Vec<FlightRow>,
    /// Cache-aside misses.
    pub misses: Vec<MissRow>,
}

/// Where a row comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The place in the function that owns it: its own call, or the command.
    pub place: Span,
    /// Where the command is sent.
    pub command_at: Span,
    /// In Redis' words, or the library's.
    pub command: String,
    /// Canonical name of the function that owns it.
    pub function: String,
    /// The client's name.
    pub client: String,
    /// How sure it is that the call means that.
    pub confidence: Confidence,
}

/// One lock session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockRow {
    /// `lock`, `mark`, `tick`, `record` or `?`.
    pub class: &'static str,
    /// Why it was taken for that.
    pub class_reason: String,
    /// The key's normal form: `lock:{user}`.
    pub key: String,
    /// The key as an expression: `"lock:" + user`.
    pub key_text: String,
    /// The lease.
    pub lease: Lease,
    /// `fresh`, `constant`, `of key`, `per process`, `per handle`, `clock`, `caller's`, `library's`, `none` or `?`.
    pub token: &'static str,
    /// As written; may be empty.
    pub token_text: String,
    /// What gives it back.
    pub releases: Vec<ReleaseRow>,
    /// Whether no release in the row means that there is none.
    pub releases_known: bool,
    /// What prolongs it.
    pub renewals: Vec<RenewalRow>,
    /// The library prolongs it by itself.
    pub auto_renewed: bool,
    /// What says how long the section lasts, the longest first.
    pub times: Vec<SectionTime>,
    /// How losers wait, if they do.
    pub waits: Option<&'static str>,
    /// `efficiency` or `correctness`.
    pub profile: &'static str,
    /// A lock library's acquire, and no bare command.
    pub library: bool,
    /// Calls that reach it and add nothing to what is known.
    pub reached_from: Vec<Span>,
    /// Where it is.
    pub origin: Origin,
}

/// How long a lease lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lease {
    /// For ever.
    None,
    /// So long.
    Known {
        /// Milliseconds.
        ms: u64,
        /// As written.
        text: String,
        /// The library's default.
        default: bool,
    },
    /// A second command sets it, after the lock is taken.
    Second,
    /// There is one, and its length is not known here.
    Given,
    /// Not known whether there is one.
    Unknown,
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRow {
    /// `guarded`, `read first`, `unguarded` or `?`.
    pub guard: &'static str,
    /// What is sent.
    pub command: String,
    /// It runs on every way out.
    pub deferred: bool,
    /// On a path of this session; else elsewhere, by an equal key.
    pub same_session: bool,
    /// Only when the work fails.
    pub rollback: bool,
    /// Where.
    pub place: Span,
}

/// A renewal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewalRow {
    /// As of a release.
    pub guard: &'static str,
    /// What is sent.
    pub command: String,
    /// Beside the work; else a step of it.
    pub heartbeat: bool,
    /// Between two beats.
    pub interval_ms: Option<u64>,
    /// The lease that it sets.
    pub lease_ms: Option<u64>,
    /// On a path of this session.
    pub same_session: bool,
    /// Where.
    pub place: Span,
}

/// One thing that says how long a section lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionTime {
    /// Milliseconds.
    pub ms: u64,
    /// What says so.
    pub source: TimeSource,
    /// In words.
    pub text: String,
}

/// What says how long something takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TimeSource {
    Sleep,
    ClientTimeout,
    Deadline,
    Annotation,
    Config,
    LatencyFile,
    Comment,
}

impl TimeSource {
    /// Its name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sleep => "sleep",
            Self::ClientTimeout => "client-timeout",
            Self::Deadline => "deadline",
            Self::Annotation => "annotation",
            Self::Config => "config",
            Self::LatencyFile => "latency-file",
            Self::Comment => "comment",
        }
    }

    /// Somebody stated it as a p99; the rest is what the code proves by itself.
    #[must_use]
    pub fn is_stated(self) -> bool {
        matches!(self, Self::Annotation | Self::Config | Self::LatencyFile | Self::Comment)
    }
}

impl LockRow {
    /// The longest p99 that somebody stated for the section, in ms.
    #[must_use]
    pub fn p99_ms(&self) -> Option<u64> {
        self.times.iter().filter(|time| time.source.is_stated()).map(|time| time.ms).max()
    }

    /// Whether a p99 would tell something new: a lease that somebody keeps alive needs none, and a key that is only looked
    /// at and set has no section to speak of.
    #[must_use]
    pub fn wants_p99(&self) -> bool {
        let kept_alive = self.auto_renewed || !self.renewals.is_empty();
        self.class == "lock" && self.p99_ms().is_none() && !kept_alive && self.lease != Lease::Unknown
    }

    /// The section lasts at least so long, in ms: it sleeps.
    #[must_use]
    pub fn sleeps_ms(&self) -> Option<u64> {
        self.times.iter().filter(|time| time.source == TimeSource::Sleep).map(|time| time.ms).max()
    }
}

/// One in-process flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlightRow {
    /// `library` or `by hand`.
    pub form: &'static str,
    /// Whose context the shared work runs on: `own`, `first caller's` or `?`.
    pub context: &'static str,
    /// The cache beside it: `shared`, `process`, `none` or `?`.
    pub cache: &'static str,
    /// A lock across processes sits inside.
    pub cross_process_lock: bool,
    /// A failed entry stays for later callers.
    pub keeps_failures: bool,
    /// Where it is.
    pub origin: Origin,
}

/// One read of a cache, computation and write back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissRow {
    /// The key as an expression.
    pub key: String,
    /// Why the computation is thought to be costly; `None`: no reason is known.
    pub cost: Option<String>,
    /// What keeps callers from computing together: `lock`, `flight`, `nothing` or `?`.
    pub coalescing: &'static str,
    /// Fixed TTL of the write without jitter, in ms.
    pub fixed_ttl_ms: Option<u64>,
    /// Where it is written back.
    pub written_at: Span,
    /// The read.
    pub origin: Origin,
}
