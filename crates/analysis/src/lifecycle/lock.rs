//! A lock session: one acquisition and everything that follows.

use super::beside::{Escape, Heartbeat, Nested, SharedHandle};
use super::place::{Confidence, Site, Step};
use dogpile_source::Span;
use serde::{Deserialize, Serialize};

/// A session, seen from the function that owns it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lock {
    /// Stable name of the session (acquire's function, key's normal form, ordinal): groups findings.
    pub id: String,
    /// The acquire.
    pub acquire: Acquire,
    /// Lock, mark, tick or record.
    pub class: Class,
    /// Why the class was decided so, for people.
    pub class_reason: String,
    /// What the lock is for.
    pub profile: Profile,
    /// What each reply of the acquire leads to.
    pub outcomes: Outcomes,
    /// EXPIREs of the same key after the acquire, in the same function or helper.
    pub expiries: Vec<Expiry>,
    /// Releases of the same key: on this session's paths, or elsewhere in the project by an equal key expression.
    pub releases: Vec<Release>,
    /// Renewals of the same key.
    pub renewals: Vec<Renewal>,
    /// Heartbeats that go on when the function is left.
    pub heartbeats: Vec<Heartbeat>,
    /// Work that goes on after the release.
    pub escapes: Vec<Escape>,
    /// Acquires of the same key while it is held.
    pub nested: Vec<Nested>,
    /// The handle or token serves concurrent acquisitions.
    pub shared: Option<SharedHandle>,
    /// Ways out of the owning function that still hold the lock although other ways release it.
    pub leaks: Vec<Leak>,
    /// What happens while it is held.
    pub section: Section,
    /// What a caller does when somebody else holds it: `None` when it does not wait.
    pub wait: Option<Wait>,
    /// Whether the winner reads the cache again.
    pub recheck: Recheck,
    /// Seconds taken for milliseconds and the like, at the acquire or a renewal.
    pub unit_faults: Vec<UnitFault>,
    /// What goes wrong between it and something beside it.
    pub hazards: super::hazard::Hazards,
}

/// How a lock is taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Acquire {
    /// Where.
    pub site: Site,
    /// The key for people: `"lock:" + key`.
    pub key: String,
    /// The key's normal form, the same in every function: `lock:{key}`.
    pub pattern: String,
    /// The lease.
    pub ttl: Ttl,
    /// The value stored.
    pub token: Token,
    /// A lock library's own acquire (its contract is known), not a bare command.
    pub library: bool,
    /// The library renews by itself while it is held.
    pub auto_renews: bool,
    /// The call throws or returns an error when it is not won, so that its reply cannot be ignored by accident.
    pub throws_when_lost: bool,
    /// Inside one MULTI or script with its expiry.
    pub expiry_same_step: bool,
    /// The library waits inside the call: forever, bounded, by context (`None`: it tries once).
    pub waits_inside: Option<WaitBound>,
}

/// How long the lease lasts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ttl {
    /// No expiry at all.
    Absent,
    /// Known, in ms; where the number comes from, and how it reads in the source.
    Known {
        /// Milliseconds.
        ms: u64,
        /// The number's own place.
        span: Span,
        /// As written (`10*time.Second`), or "library default".
        text: String,
        /// The library's default, not chosen by the code.
        default: bool,
    },
    /// Given, but its value is not known here.
    Given,
    /// Not known whether there is one.
    Unknown,
}

impl Ttl {
    /// The lease in ms, where it is known.
    #[must_use]
    pub fn known_ms(&self) -> Option<u64> {
        match self {
            Self::Known { ms, .. } => Some(*ms),
            Self::Absent | Self::Given | Self::Unknown => None,
        }
    }
}

/// The value that says who holds the lock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Token {
    /// What kind of value.
    pub kind: TokenKind,
    /// Where it comes from.
    pub span: Option<Span>,
    /// As written.
    pub text: String,
}

/// Kinds of token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenKind {
    /// The same for every acquisition: a literal or constant.
    Constant,
    /// Says nothing that the key does not say already: the id of the guarded thing.
    KeyDerived,
    /// One per process or host.
    PerProcess,
    /// The clock alone.
    Clock,
    /// New at each acquisition.
    Fresh,
    /// One per lock object.
    PerHandle,
    /// Given by a caller that is not in sight.
    Caller,
    /// There is none (list locks, libraries).
    None,
    /// Not known.
    Unknown,
}

/// Lock or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Class {
    /// Guards a critical section.
    Lock,
    /// Dedupe mark, cool-down, idempotency key.
    Mark,
    /// Cron tick.
    Tick,
    /// Init-once value, index entry, counter seed.
    Record,
    /// No evidence either way: rules stay silent.
    Unknown,
}

/// Kleppmann's distinction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Profile {
    /// The lock saves duplicate work.
    #[default]
    Efficiency,
    /// The lock protects data.
    Correctness,
}

/// What becomes of each reply.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcomes {
    /// Somebody else holds it.
    pub lost: Fate,
    /// The server could not be asked.
    pub failed: Fate,
    /// The failed path is an explicit, named choice (a comment or log that says "fail open").
    pub fail_open: bool,
}

/// Where an outcome leads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fate {
    /// Into the critical section, as if it were held; a place in the section.
    Enters(Span),
    /// The same way as "somebody else holds it" (for `failed` only); where they meet.
    ReadsAsHeld(Span),
    /// Somewhere else: an error return, a wait, a skip.
    Handled,
    /// Not known.
    Unknown,
}

/// An EXPIRE after the acquire.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Expiry {
    /// Where.
    pub site: Site,
    /// A way out between the two, if there is one.
    pub exit_between: Option<Span>,
    /// Sure to be the same key.
    pub key_confidence: Confidence,
}

/// A release.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Release {
    /// Where.
    pub site: Site,
    /// How the owner is checked.
    pub guard: Guard,
    /// On a path of this session (else: elsewhere in the project, by equal key).
    pub same_session: bool,
    /// It runs although the lock was not won.
    pub unheld: Option<Unheld>,
    /// The library throws when it is not held.
    pub throws_unheld: bool,
    /// Whose life its context depends on.
    pub context: ContextOrigin,
    /// Where the context comes from.
    pub context_span: Option<Span>,
    /// Deferred, in `finally`, or by a guard: runs on every way out from there.
    pub deferred: bool,
    /// Rolls back a mark on the error path only.
    pub rollback: bool,
    /// A deliberate "force" or admin path (its function takes no lock and no session reaches it).
    pub administrative: bool,
}

/// How a release or renewal knows that the lock is still its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Guard {
    /// It does not.
    None,
    /// GET and compare in separate commands; where the read is.
    ReadThenAct(Span),
    /// In one step: script, `DELEX IFEQ`, WATCH, library.
    Atomic,
    /// Not known (a script that was not understood, an unknown helper).
    Unknown,
}

/// How an unheld release is reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unheld {
    /// `true`: the acquire failed with an error; `false`: somebody else held it.
    pub failed: bool,
    /// The way there.
    pub steps: Vec<Step>,
}

/// Whose life a context depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ContextOrigin {
    /// No context reaches the command (the client takes none, or the wrapper drops it).
    Absent,
    /// Background, or detached from cancellation.
    Detached,
    /// The caller's or request's: may be cancelled when the release runs.
    Caller,
    /// Derived from the caller's with a time limit of its own.
    CallerWithTimeout,
    /// Made and possibly cancelled in this function before the release.
    CancelledHere,
    /// Not known.
    Unknown,
}

/// A renewal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Renewal {
    /// Where.
    pub site: Site,
    /// How the owner is checked.
    pub guard: Guard,
    /// On a path of this session.
    pub same_session: bool,
    /// Time between two beats, ms, if it is known.
    pub interval_ms: Option<u64>,
    /// The lease it sets, ms, if it is known.
    pub ttl_ms: Option<u64>,
    /// What a failed renewal does.
    pub on_loss: OnLoss,
    /// Runs in a heartbeat beside the work (else: a step of the work).
    pub heartbeat: bool,
    /// It runs whether or not the lock was won (queued with the acquire).
    pub runs_unheld: bool,
    /// The call that sends it in the function that beats: the command itself, or a helper's call.
    pub beat: Span,
    /// A first beat is sent before the first interval is over.
    pub prompt: bool,
    /// It comes again and again, and ends for good at the first error that says nothing of the lock, without a word: where.
    pub brittle: Option<Span>,
}

/// What a failed renewal does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum OnLoss {
    /// The result is thrown away; where.
    Ignored(Span),
    /// The heartbeat ends and nobody is told; where.
    Silent(Span),
    /// The work is stopped or told.
    Told,
    /// Not known.
    Unknown,
}

/// A way out that keeps the lock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Leak {
    /// Where it leaves.
    pub span: Span,
    /// How.
    pub exit: ExitKind,
    /// The way there from the acquire.
    pub steps: Vec<Step>,
    /// It keeps only a part: some servers granted the lock, and too few.
    pub partial: bool,
}

/// Kinds of exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ExitKind {
    Return,
    ErrorReturn,
    Throw,
    Panic,
    Cancel,
    ProcessExit,
    /// It does not leave, but asks all over again.
    Retry,
}

impl ExitKind {
    /// In a message: "this {kind} leaves …".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Return => "return",
            Self::ErrorReturn => "error return",
            Self::Throw => "throw",
            Self::Panic => "panic",
            Self::Cancel => "cancellation",
            Self::ProcessExit => "process exit",
            Self::Retry => "retry",
        }
    }
}

/// What happens while the lock is held.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Section {
    /// How long it can last, by each thing that says so; the longest first.
    pub durations: Vec<DurationFact>,
    /// A time limit that ends it, ms (a context deadline around the work), and where.
    pub limit: Option<(u64, Span)>,
    /// Writes to shared state under the lease.
    pub writes: Vec<Write>,
    /// A place in the section for labels: the first call that does work.
    pub work: Option<Span>,
    /// Something in it was not translated, or has unknown effects on the lock.
    pub opaque: bool,
}

/// One reason to believe that the section can last so long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DurationFact {
    /// Milliseconds.
    pub ms: u64,
    /// What says so.
    pub source: DurationSource,
    /// Where it says so.
    pub span: Option<Span>,
    /// In words: `p99 25s declared in the comment`, `client timeout 30s`.
    pub text: String,
}

/// What says how long something takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DurationSource {
    /// A sleep in the section.
    Sleep,
    /// A client's timeout (times attempts, where they are known).
    ClientTimeout,
    /// A deadline given to the work that lies above the TTL.
    Deadline,
    /// `dogpile: p99`.
    Annotation,
    /// `dogpile.toml`.
    Config,
    /// `--latency`.
    LatencyFile,
    /// A plain comment.
    Comment,
}

impl DurationSource {
    /// Provable from the code itself, with no declaration.
    #[must_use]
    pub fn is_provable(self) -> bool {
        matches!(self, Self::Sleep | Self::ClientTimeout | Self::Deadline)
    }
}

/// A write to shared state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Write {
    /// Where.
    pub site: Site,
    /// Something in it compares a version, token or fencing number.
    pub fenced: bool,
    /// It only takes things away: late or twice, the same is gone.
    pub deletes: bool,
}

/// How losers wait.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wait {
    /// The loop, recursion or call that waits.
    pub span: Span,
    /// Its form.
    pub form: WaitForm,
    /// What ends it.
    pub bound: WaitBound,
}

/// Forms of waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum WaitForm {
    Loop,
    Recursion,
    Library,
}

/// What ends a wait besides winning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum WaitBound {
    None,
    Attempts,
    Deadline,
    /// A context whose deadline is not known: the caller decides.
    Context,
    Unknown,
}

/// Whether the winner looks again before it computes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Recheck {
    /// Nothing was read before the acquire, or nothing is computed.
    NotApplicable,
    /// It does.
    Done,
    /// It does not; the read before the acquire.
    Missing {
        /// The read.
        read: Span,
        /// What the winner does instead.
        compute: Span,
        /// Where the function that does it takes the lock.
        taken: Span,
    },
    /// Not known.
    Unknown,
}

/// A unit fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitFault {
    /// The number.
    pub span: Span,
    /// The call that takes it.
    pub site_span: Span,
    /// What is wrong.
    pub kind: UnitFaultKind,
    /// The name (`ttlMs`), where nothing else says what the number counts.
    pub named: Option<String>,
    /// As written.
    pub text: String,
}

/// Kinds of unit fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UnitFaultKind {
    /// Milliseconds where seconds are taken: a thousand times too long.
    MillisAsSeconds,
    /// Seconds where milliseconds are taken: a thousand times too short.
    SecondsAsMillis,
    /// Nanoseconds where seconds are taken.
    NanosAsSeconds,
    /// Nanoseconds where milliseconds are taken.
    NanosAsMillis,
    /// A duration below one unit truncates to 0.
    TruncatesToZero,
    /// A point in time where a duration is taken.
    AbsoluteAsDuration,
    /// A bare number where a typed duration in ns is taken (`time.Duration(30)`, `time.Duration(seconds)`).
    BareNumberAsNanos,
}

/// A read, then an unconditional SET of the same key, used as a lock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckThenSet {
    /// Stable name of the session.
    pub id: String,
    /// The read.
    pub read: Site,
    /// The SET.
    pub set: Site,
    /// The key for people.
    pub key: String,
    /// A release of the same key was seen (else: only the shape).
    pub released: bool,
    /// There is no read: NX was meant, and written as an option that the client passes over in silence.
    pub ignored: Option<String>,
}
