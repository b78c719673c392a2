//! What earlier runs left: translated files and summaries of functions, so that a run after an edit reads anew what was
//! edited, and explores what asked about it.
//!
//! Nothing of it decides anything: a fact is used for the very text it was made of, a summary where each of its questions
//! has the same answer, and a run without finds the same. One file holds what is known of one tree; it is written beside
//! and put in its place in one step, so that runs at the same time, or ones that are killed, leave a whole one.

mod command;
mod facts;
mod folder;
mod pack;
mod recalled;
mod shards;

pub(crate) use command::{CacheCommand, run};
pub(crate) use facts::Fact;
pub(crate) use folder::Folder;
pub(crate) use pack::Pack;
pub(crate) use recalled::recalled;
pub(crate) use shards::{Shard, division, gather, joined};

use crate::input::LANGUAGES;
use crate::pipeline::Options;
use dogpile_analysis::{Memory, Summaries};
use dogpile_ir::Lang;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

/// What tells our files from others.
const ENDING: &str = ".dogpile-facts";

/// What facts and summaries hold for besides texts: this very program, its configuration, and what is asked of it.
#[must_use]
pub(crate) fn terms(options: &Options<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    env!("DOGPILE_SOURCES").hash(&mut hasher);
    (&options.config.models, format!("{:?}", options.config.wrappers)).hash(&mut hasher);
    (options.include_tests, options.packages.aliases()).hash(&mut hasher);
    hasher.finish()
}

/// What is known from other runs, and what this one found out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    facts: BTreeMap<String, Arc<Fact>>,
    summaries: Vec<(Lang, Arc<Summaries>)>,
    /// Facts of the files that this run came to.
    used: BTreeMap<String, Arc<Fact>>,
    /// How many of them it made.
    made: usize,
}

impl Known {
    /// What these packs hold; where two tell of one file, the later one counts.
    pub(crate) fn new(packs: impl IntoIterator<Item = Pack>) -> Self {
        let mut known = Self::default();
        for pack in packs {
            known.facts.extend(pack.facts.into_iter().map(|fact| (fact.path.clone(), fact)));
            known.summaries.extend(pack.summaries);
        }
        known
    }

    /// Whether nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.summaries.is_empty()
    }

    /// The fact about a file.
    pub(crate) fn fact(&self, path: &str) -> Option<&Arc<Fact>> {
        self.facts.get(path)
    }

    /// A fact about a file of this run, and whether it is new.
    pub(crate) fn add(&mut self, fact: Arc<Fact>, is_new: bool) {
        self.made += usize::from(is_new);
        self.used.insert(fact.path.clone(), fact);
    }

    /// Hands over what is known of each language.
    pub(crate) fn recall(&self, memories: &mut BTreeMap<Lang, Memory>) {
        for (lang, summaries) in &self.summaries {
            memories.entry(*lang).or_default().recall(Arc::clone(summaries));
        }
    }

    /// What another run would like to know, if there is something new in it; `rounds` are the memories of this run.
    pub(crate) fn news(&self, rounds: &[BTreeMap<Lang, Memory>]) -> Option<Pack> {
        let explored = rounds.iter().flat_map(BTreeMap::values).any(Memory::has_news);
        (self.made > 0 || explored).then(|| self.pack(rounds))
    }

    /// All that this run found out.
    pub(crate) fn pack(&self, rounds: &[BTreeMap<Lang, Memory>]) -> Pack {
        let mut summaries = Vec::new();
        for lang in LANGUAGES {
            let memories: Vec<&Memory> = rounds.iter().filter_map(|round| round.get(&lang)).collect();
            let found = Summaries::of(&memories);
            if !found.is_empty() {
                summaries.push((lang, Arc::new(found)));
            }
            // What was repeated may have to be found out after the next edit: what the last run explored for it stays.
            if memories.iter().any(|memory| memory.is_repeated()) {
                summaries.extend(self.summaries.iter().find(|(of, _)| *of == lang).cloned());
            }
        }
        Pack { facts: self.used.values().cloned().collect(), summaries }
    }
}
