//! A command as the code sends it.

use serde::{Deserialize, Serialize};

/// A command vector with holes: what the code wrote stands as text, what it fills in while it runs is a hole.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sent {
    /// The words, the command's name first.
    pub words: Vec<Word>,
}

/// One word of a command.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Word {
    /// Text and holes, in order.
    pub parts: Vec<Part>,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// As written.
    Text(String),
    /// Filled in at run time. Holes of one name hold one value, as far as their kind lets them.
    Hole {
        /// What fills it, in the words of the source: `key`, `uuid.NewString()`.
        name: String,
        /// How long its value stays the same.
        kind: HoleKind,
    },
}

/// How long the value in a hole stays the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HoleKind {
    /// New at each evaluation.
    Fresh,
    /// One per process.
    Process,
    /// The clock, in ms.
    Clock,
    /// Given from outside: the same for everybody who contends.
    Given,
    /// Not known.
    Unknown,
}

impl Sent {
    /// The command's name in capitals; empty where it is not written down.
    #[must_use]
    pub fn name(&self) -> String {
        self.words.first().and_then(Word::text).unwrap_or_default().to_ascii_uppercase()
    }
}

impl Word {
    /// The whole word, where nothing in it is filled in at run time.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }
}
