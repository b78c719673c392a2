//! What a run leaves for the next one over the same tree: what was parsed, and what was found out about it.
//!
//! It holds for the same files, packages and configuration; texts may change. A text is known again by itself, and all
//! that rests on a text by what it asked (`dogpile_analysis::Memory`), so that a warm run finds what a cold one finds.

use dogpile_analysis::Memory;
use dogpile_ir::{Lang, Module};
use dogpile_source::{FileId, SourceFile};
use std::collections::BTreeMap;
use std::sync::Arc;

/// See above.
#[derive(Debug, Default)]
pub(crate) struct Warm {
    /// Parsed files by path.
    pub parsed: BTreeMap<String, Kept>,
    /// What each round found out: a round sees other files than the next.
    rounds: Vec<BTreeMap<Lang, Memory>>,
    /// How many of them the present run has been through.
    at: usize,
}

/// A parsed file.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Its text.
    pub source: Arc<SourceFile>,
    /// What it was translated into.
    pub module: Module,
}

impl Kept {
    /// Whether this is that text under that id: every place in a module names the id.
    pub(crate) fn is(&self, id: FileId, text: &str) -> bool {
        self.module.file == id && self.source.text == text
    }
}

impl Warm {
    /// What an earlier run found out in this round.
    pub(crate) fn round(&mut self, round: usize) -> Option<BTreeMap<Lang, Memory>> {
        self.at = round;
        self.rounds.get_mut(round).map(std::mem::take)
    }

    /// Keeps what this run found out in a round.
    pub(crate) fn keep(&mut self, round: usize, memories: BTreeMap<Lang, Memory>) {
        if self.rounds.len() <= round {
            self.rounds.resize_with(round + 1, BTreeMap::new);
        }
        self.rounds[round] = memories;
    }

    /// Keeps what it found out in the last one it came to.
    pub(crate) fn keep_last(&mut self, memories: BTreeMap<Lang, Memory>) {
        self.keep(self.at, memories);
    }
}
