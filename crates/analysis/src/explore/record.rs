//! What an exploration writes down: sessions, operations outside any session, flights.

use crate::explore::state::Status;
use crate::program::FuncRef;
use crate::sym::{S, Val};
use crate::typing::Evidence;
use dogpile_models::ClientId;
use dogpile_source::Span;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Where an operation is, as seen from the root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct OpSite {
    pub(crate) span: Span,
    pub(crate) via: Vec<Span>,
    pub(crate) func: FuncRef,
    pub(crate) command: String,
    /// The command word for word, where it is a command; empty for a library's own.
    pub(crate) words: Arc<[Val]>,
    pub(crate) client: Option<ClientId>,
    pub(crate) evidence: Evidence,
}

impl OpSite {
    /// Where it stands in the root: itself, or the call that leads to it.
    pub(crate) fn outer(&self) -> Span {
        self.via.first().copied().unwrap_or(self.span)
    }
}

/// A lease as the command gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Lease {
    Absent,
    Unknown,
    /// A value and what the command counts it in.
    Value(Val, LeaseUnit),
    /// The library's default, ms.
    Default(u64),
}

/// What a command counts a time in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LeaseUnit {
    /// A typed duration.
    Duration,
    Seconds,
    Millis,
    /// A point in time.
    Point,
}

/// How an owner check is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum GuardFact {
    None,
    ReadThenAct(Span),
    Atomic(Option<Val>),
    Unknown,
}

/// One session of a root: one acquire site with its call chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SessionFacts {
    pub(crate) site: OpSite,
    pub(crate) key: Val,
    pub(crate) lease: Lease,
    pub(crate) token: Option<Val>,
    /// A library's own token: fresh or per handle.
    pub(crate) library_token: Option<String>,
    pub(crate) library: bool,
    pub(crate) auto_renews: bool,
    pub(crate) reentrant: bool,
    pub(crate) throws_when_lost: bool,
    pub(crate) waits_inside: Option<dogpile_models::Waits>,
    pub(crate) expiry_same_step: bool,
    /// The transaction it was queued on.
    pub(crate) queue: Option<S>,
    pub(crate) loser_extends: bool,
    /// Won and lost cannot be told apart by the reply as far as we know it: what a path does then, we cannot say.
    pub(crate) blurred: bool,
    /// A library runs the section, and only when it has the lock.
    pub(crate) runs: bool,
    /// Data is put in its place while it is held.
    pub(crate) answered: bool,
    /// Some path asks for it anew, in another round, and has not given it back.
    pub(crate) kept_over: bool,
    pub(crate) expiries: Vec<(OpSite, Option<Span>)>,
    pub(crate) releases: Vec<ReleaseFacts>,
    pub(crate) renewals: Vec<usize>,
    pub(crate) visits: BTreeMap<Span, BTreeSet<Status>>,
    pub(crate) exits: Vec<ExitFacts>,
    pub(crate) writes: BTreeMap<Span, (OpSite, bool)>,
    /// Keys that are filled while it is held.
    pub(crate) filled: Vec<S>,
    pub(crate) sleeps: BTreeMap<Span, u64>,
    /// Contexts made with a time limit while held, ms.
    pub(crate) deadlines: BTreeMap<Span, u64>,
    /// Functions of the project followed while held, for latencies.
    pub(crate) followed: BTreeMap<Span, FuncRef>,
    /// Functions called while held, for latencies and client timeouts.
    pub(crate) called: BTreeMap<Span, CalledFacts>,
    pub(crate) wait: Option<(Span, crate::lifecycle::WaitForm, crate::lifecycle::WaitBound)>,
    /// Keys read before it was taken, and while it was held.
    pub(crate) reads_before: Vec<(S, Span)>,
    pub(crate) reads_held: Vec<(S, Span)>,
    pub(crate) marks: crate::explore::marks::MarkFacts,
    pub(crate) opaque: bool,
    /// The handler that gets the failure of the acquire.
    pub(crate) caught: Option<Span>,
    /// A callback of the root's caller runs while it is held.
    pub(crate) runs_caller: bool,
    /// The library tells "held" and "could not ask" in one way: no code can keep them apart.
    pub(crate) indistinct: bool,
    /// Races of promises inside the section that can leave work behind.
    pub(crate) races: BTreeSet<Span>,
    /// Taken in parts, and won when enough of them are.
    pub(crate) quorum: Option<Box<crate::explore::quorum::QuorumFacts>>,
    pub(crate) beyond: Beyond,
}

impl SessionFacts {
    /// A session of which nothing but its acquire is known.
    pub(crate) fn new(site: OpSite, key: Val, lease: Lease, token: Option<Val>) -> Self {
        Self {
            site,
            key,
            lease,
            token,
            library_token: None,
            library: false,
            auto_renews: false,
            reentrant: false,
            throws_when_lost: false,
            waits_inside: None,
            expiry_same_step: false,
            queue: None,
            loser_extends: false,
            blurred: false,
            runs: false,
            answered: false,
            kept_over: false,
            expiries: vec![],
            releases: vec![],
            renewals: vec![],
            visits: BTreeMap::new(),
            exits: vec![],
            writes: BTreeMap::new(),
            filled: vec![],
            sleeps: BTreeMap::new(),
            deadlines: BTreeMap::new(),
            followed: BTreeMap::new(),
            called: BTreeMap::new(),
            wait: None,
            reads_before: vec![],
            reads_held: vec![],
            marks: crate::explore::marks::MarkFacts::default(),
            quorum: None,
            opaque: false,
            caught: None,
            runs_caller: false,
            indistinct: false,
            races: BTreeSet::new(),
            beyond: Beyond::default(),
        }
    }
}

/// What a session shares with others, and what outlives it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Beyond {
    /// The block beside the path that took it; 0 is the path itself.
    pub(crate) region: u32,
    /// The client that it was asked of.
    pub(crate) server: Option<S>,
    /// Work done while it was held, with the block beside the path that did it.
    pub(crate) works: BTreeSet<(Span, u32)>,
    /// Tasks and heartbeats, by the work or the start, and what was known of the reply where they were started.
    pub(crate) started: BTreeMap<Span, BTreeSet<Status>>,
    /// Acquires of the same key while it was held.
    pub(crate) nested: BTreeSet<usize>,
    /// Tasks that went on when it was released.
    pub(crate) escapes: BTreeSet<usize>,
    /// Work of handlers of errors that ordinary calls may throw: only winners' paths are followed there.
    pub(crate) handled: BTreeSet<Span>,
    /// One handle or token for concurrent acquisitions.
    pub(crate) shared: Option<crate::lifecycle::SharedHandle>,
}

/// A call in a section.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CalledFacts {
    pub(crate) name: String,
    pub(crate) target: Option<FuncRef>,
    /// A time limit of the context it gets, ms, if it is known.
    pub(crate) limit: Option<u64>,
    pub(crate) timeout: Option<Val>,
}

/// A release seen on a path.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReleaseFacts {
    pub(crate) site: OpSite,
    pub(crate) guard: GuardFact,
    pub(crate) statuses: BTreeSet<Status>,
    pub(crate) context: Option<Val>,
    pub(crate) cancelled: bool,
    pub(crate) deferred: bool,
    pub(crate) throws_unheld: bool,
    /// It runs only in handlers of errors, and where code has found one.
    pub(crate) handling: bool,
}

/// A renewal seen on a path.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RenewalFacts {
    pub(crate) site: OpSite,
    pub(crate) key: Val,
    pub(crate) guard: GuardFact,
    pub(crate) lease: Lease,
    pub(crate) interval: Option<u64>,
    pub(crate) heartbeat: bool,
    pub(crate) unheld: bool,
    pub(crate) ignored: Option<Span>,
    /// Where the heartbeat ends after it was lost: how many calls deep, and the place.
    pub(crate) ended: Option<(usize, Span)>,
    pub(crate) told: bool,
    pub(crate) returned: bool,
    /// It belongs to a session of this root.
    pub(crate) in_session: bool,
    pub(crate) heart: crate::explore::beside::HeartFacts,
}

/// A way out of the root.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ExitFacts {
    pub(crate) span: Span,
    pub(crate) status: Status,
    pub(crate) error: Option<bool>,
    pub(crate) values: Vec<S>,
    /// The object that it gives is an answer: nothing in it is of the lock, or could give it back.
    pub(crate) answers: bool,
    pub(crate) panics: bool,
    /// The process ends here, and nothing runs behind it.
    pub(crate) ends_process: bool,
    /// Heartbeats that go on.
    pub(crate) beating: BTreeSet<usize>,
    pub(crate) steps: Vec<(Span, bool)>,
}

/// An operation outside any session of its root.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Loose {
    Release { key: Val, facts: ReleaseFacts },
    Renewal { index: usize },
    Set { site: OpSite, key: Val },
    Read { site: OpSite, key: Val },
}

/// A flight of a root.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FlightFacts {
    pub(crate) site: OpSite,
    pub(crate) by_hand: bool,
    pub(crate) caller_context: Option<Span>,
    pub(crate) unknown_work: bool,
    pub(crate) keeps_failures: Option<Span>,
    pub(crate) lock_inside: bool,
    pub(crate) caches: Vec<(dogpile_models::CacheScope, Span)>,
    pub(crate) work: Option<Span>,
}

/// A cache operation of a root.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CacheFacts {
    pub(crate) site: OpSite,
    pub(crate) op: dogpile_models::CacheOp,
    pub(crate) key: Val,
    pub(crate) scope: dogpile_models::CacheScope,
    pub(crate) coalesces: dogpile_models::Coalesces,
    pub(crate) ttl: Lease,
    /// Inside a flight, or while a lock is held.
    pub(crate) in_flight: bool,
    pub(crate) held: bool,
    /// It is written where the entry was there: no miss leads to it.
    pub(crate) after_hit: bool,
    /// What is written is the same for all keys: a flag, and no answer that was missed.
    pub(crate) is_flag: bool,
    /// Calls by which what is written was found out.
    pub(crate) made_by: BTreeSet<Span>,
}

impl CacheFacts {
    /// An operation of which nothing else is known yet.
    pub(crate) fn new(
        site: OpSite,
        op: dogpile_models::CacheOp,
        key: Val,
        scope: dogpile_models::CacheScope,
        ttl: Lease,
    ) -> Self {
        let coalesces = dogpile_models::Coalesces::None;
        Self {
            site,
            op,
            key,
            scope,
            coalesces,
            ttl,
            in_flight: false,
            held: false,
            after_hit: false,
            is_flag: false,
            made_by: BTreeSet::new(),
        }
    }
}

/// Functions that were followed and package-level names that were read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Passed {
    /// Each function with the sessions that had been tried on the path there; `None`: it was followed where none had.
    pub(crate) functions: BTreeMap<FuncRef, BTreeSet<Option<usize>>>,
    /// Where the names that were read and their values stand.
    pub(crate) globals: BTreeSet<Span>,
}

impl Passed {
    /// A function is followed while these sessions are open.
    pub(crate) fn follow(&mut self, f: FuncRef, mut sessions: impl Iterator<Item = usize>) {
        let known = self.functions.entry(f).or_default();
        match sessions.next() {
            None => {
                known.insert(None);
            }
            Some(first) => known.extend(std::iter::once(first).chain(sessions).map(Some)),
        }
    }
}

/// A call that is not of a lock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Work {
    pub(crate) span: Span,
    pub(crate) name: String,
    /// A model says that another machine does it: its name need not.
    pub(crate) remote: bool,
    /// The code waits for it: it is awaited, or is given a context, as what asks somebody else is.
    pub(crate) waited: bool,
    /// Keys whose entries it is given, or what is made of them: a miss of these makes nobody do it.
    pub(crate) given: BTreeSet<S>,
}

/// Everything one root gave.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Exploration {
    /// SETs of which an option that asks for NX is passed over: the key and the option as written.
    pub(crate) ignored: Vec<(OpSite, Val, String)>,
    pub(crate) sessions: Vec<SessionFacts>,
    pub(crate) renewals: Vec<RenewalFacts>,
    pub(crate) loose: Vec<Loose>,
    pub(crate) flights: Vec<FlightFacts>,
    pub(crate) caches: Vec<CacheFacts>,
    /// Work calls in order, for misses.
    pub(crate) works: Vec<Work>,
    /// Calls whose text is a statement of SQL that changes rows.
    pub(crate) changes: BTreeSet<Span>,
    pub(crate) heartbeats: Vec<crate::explore::beside::HeartbeatFacts>,
    pub(crate) tasks: Vec<crate::explore::beside::TaskFacts>,
    /// Fields that have one value in the whole process: their object is the only one of its class.
    pub(crate) single: BTreeSet<S>,
    /// Units that do not fit.
    pub(crate) unit_faults: Vec<crate::lifecycle::UnitFault>,
    /// What the story came by.
    pub(crate) passed: Passed,
    /// The budget ended before the paths did.
    pub(crate) cut: bool,
    /// Deeds on keys in their order, waits for messages, locks given back too early.
    pub(crate) trace: crate::explore::trace::TraceFacts,
}
