//! What a run leaves for the next one over the same tree: what was parsed, and what was found out about it.
//!
//! It holds for the same files, packages and configuration; texts may change. A text is known again by itself, and all
//! that rests on a text by what it asked (`dogpile_analysis::Memory`), so that a warm run finds what a cold one finds.

use crate::cache::{Known, Pack};
use crate::follow::Sought;
use dogpile_analysis::Memory;
use dogpile_ir::{Lang, Module};
use dogpile_source::{FileId, SourceFile};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// See above.
#[derive(Clone, Debug, Default)]
pub(crate) struct Warm {
    /// Parsed files by path.
    pub parsed: BTreeMap<String, Kept>,
    /// What other runs wrote down, and what this one adds; `None`: nobody asks.
    pub known: Option<Known>,
    /// What was searched for, and where it stood.
    pub searches: Vec<Search>,
    /// What each round found out: a round sees other files than the next.
    rounds: Vec<BTreeMap<Lang, Memory>>,
    /// How many of them the present run has been through.
    at: usize,
}

/// A search for callers.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    /// What for.
    pub words: Sought,
    /// Index of a file, the text that was searched, and whether anything stood there.
    pub found: BTreeMap<usize, (Arc<str>, bool)>,
    /// Of files whose texts are not kept, in the present run: they count as they were read.
    pub read: BTreeMap<usize, bool>,
    /// Whether the present run asked for it.
    pub used: bool,
}

impl Search {
    /// What is known of a file with this text, or of one whose text is not kept.
    pub(crate) fn known(&self, index: usize, text: Option<&Arc<str>>) -> Option<bool> {
        let Some(text) = text else { return self.read.get(&index).copied() };
        self.found.get(&index).filter(|(searched, _)| Arc::ptr_eq(searched, text)).map(|(_, found)| *found)
    }
}

/// A parsed file.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// Its text.
    pub source: Arc<SourceFile>,
    /// The same, as it came.
    pub text: Option<Arc<str>>,
    /// Indexes of the files that it imports, if somebody asked.
    pub imported: Option<Arc<BTreeSet<usize>>>,
    /// What it was translated into.
    pub module: Arc<Module>,
}

impl Kept {
    /// Whether this is that text under that id: every place in a module names the id.
    pub(crate) fn is(&self, id: FileId, text: &Arc<str>) -> bool {
        let same = self.text.as_ref().is_some_and(|own| Arc::ptr_eq(own, text));
        self.module.file == id && (same || *self.source.text == **text)
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

    /// What it holds for other runs, if something of it is new to them.
    pub(crate) fn news(&self) -> Option<Pack> {
        self.known.as_ref()?.news(&self.rounds)
    }

    /// All that it holds for other runs.
    pub(crate) fn pack(&self) -> Pack {
        self.known.as_ref().map(|known| known.pack(&self.rounds)).unwrap_or_default()
    }

    /// Keeps what it found out in the last one it came to.
    pub(crate) fn keep_last(&mut self, memories: BTreeMap<Lang, Memory>) {
        self.keep(self.at, memories);
    }
}
