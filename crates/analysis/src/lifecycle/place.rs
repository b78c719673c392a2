//! Places in a story.

use super::sent::Sent;
use dogpile_source::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How sure it is that the code means what we say, apart from how bad that would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// Name and shape only.
    Possible,
    /// Import and shape, or a distinctive shape.
    Likely,
    /// Types and constructors seen.
    Certain,
}

/// Repairs in the idiom of a client, by name (`acquire-with-ttl`, `compare-and-delete`, …).
pub type Phrases = Arc<BTreeMap<String, String>>;

/// One operation, seen from one function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Site {
    /// Where the command is sent: the squiggle.
    pub span: Span,
    /// The calls that lead there from the function that owns the session, outermost first; empty when the function
    /// sends it itself.
    pub via: Vec<Span>,
    /// What is sent, in Redis' words (`SET NX`, `DEL`, `EVAL compare-and-delete`) or the library's (`Mutex.Lock`).
    pub command: String,
    /// The command itself, word for word; `None` for a library's own and where it was not seen.
    pub sent: Option<Sent>,
    /// Canonical name of the function that sends it.
    pub function: String,
    /// Canonical name of the function from which the session is seen.
    pub root: String,
    /// The client's name for people.
    pub client: String,
    /// The client's repairs.
    pub phrases: Phrases,
    /// How sure the call's meaning is.
    pub confidence: Confidence,
}

impl Site {
    /// The outermost place in the function that owns the session: its own call, or the command itself.
    #[must_use]
    pub fn outer(&self) -> Span {
        self.via.first().copied().unwrap_or(self.span)
    }

    /// A repair by name.
    #[must_use]
    pub fn phrase(&self, name: &str) -> Option<&str> {
        self.phrases.get(name).map(String::as_str)
    }
}

/// One step of a witness: what happens, and on which line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Where.
    pub span: Span,
    /// What, in plain words, lower case.
    pub what: String,
}
