//! What happened in a turn, for people and for comparison.

use crate::program::{Ended, Purpose};
use crate::store::Fate;
use dogpile_redis::RespReply;
use dogpile_rules::Invariant;
use dogpile_source::Span;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Who; `None`: time itself.
    pub client: Option<usize>,
    /// The line of code.
    pub at: Option<Span>,
    /// Since the start, ms.
    pub now_ms: u64,
    /// What.
    pub what: What,
}

/// Kinds of things that happen.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A caller comes.
    Arrives,
    /// A command is sent.
    Sends {
        /// What for.
        purpose: Purpose,
        /// The commands, word for word.
        commands: Vec<Vec<Vec<u8>>>,
        /// The reply; `None`: it got none.
        reply: Option<RespReply>,
        /// What became of it.
        fate: Fate,
        /// Sent by the heartbeat.
        beat: bool,
        /// What it meant for the client: `won`, `refused`, …
        outcome: &'static str,
    },
    /// Not sent: the caller hung up.
    NotSent(Purpose),
    /// Work begins.
    Works {
        /// How long, ms.
        ms: u64,
        /// Longer than usual.
        slow: bool,
    },
    /// The work fails.
    WorkFails,
    /// The caller hangs up.
    HangsUp,
    /// Sleeps, ms.
    Sleeps(u64),
    /// Listens and waits.
    Listens(Option<u64>),
    /// A message came.
    Wakes,
    /// The wait was over.
    TiresOfWaiting,
    /// Leads a flight.
    Leads,
    /// Waits for the leader of its flight.
    Follows,
    /// Goes one of several ways.
    Goes(&'static str),
    /// Is told that the lease is lost, and stops.
    Stops,
    /// Ends.
    Ends(Ended),
    /// Time passes, ms; keys that lapsed meanwhile.
    Passes(u64, Vec<Vec<u8>>),
    /// Dies.
    Dies,
    /// Is held up.
    Pauses,
    /// Goes on.
    Resumes,
}

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which.
    pub invariant: Invariant,
    /// What is wrong, for people: starts with who.
    pub says: String,
    /// With which of the turn's events, by its place among them.
    pub event: usize,
}
