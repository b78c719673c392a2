//! What was explored, as bytes for other runs, on this machine or on another.
//!
//! A summary says what was found in a function and every question that this took, with the answer. It holds wherever the
//! same questions have the same answers. Modules and files have other numbers there: they are known again by their
//! identity, and only if those that were looked into stand in the same order, for ties are broken by it.

pub(crate) mod number;
mod sharing;

use crate::asked::{About, Answers, Identities, question};
use crate::explore::Effort;
use crate::explore::record::Exploration;
use crate::memory::{FileVersion, Known, Memory};
use crate::program::FuncRef;
use crate::project::Analysis;
use dogpile_ir::FuncId;
use dogpile_source::FileId;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// See above.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summaries {
    /// Who the modules were, by number, and the numbers of their files.
    modules: Vec<(u64, FileId)>,
    /// Questions and their answers; `None`: nobody had one.
    asked: Vec<(u64, Option<u64>)>,
    explored: Vec<Summary>,
    /// What was told of all modules together, as bytes of an [`Analysis`], by what that rests on: their numbers, their texts
    /// and what was declared.
    told: BTreeMap<u64, serde_bytes::ByteBuf>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Summary {
    module: u32,
    func: FuncId,
    effort: Effort,
    /// Indexes in `asked`.
    asked: Vec<u32>,
    /// Modules that were looked into, or that it names.
    modules: Vec<u32>,
    /// An [`Exploration`].
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
}

impl Summaries {
    /// What these memories of one tree know, each of which may have seen more modules than the one before.
    #[must_use]
    pub fn of(memories: &[&Memory]) -> Self {
        let Some(widest) = memories.last() else { return Self::default() };
        let who = &widest.identities;
        let mut all = Self {
            modules: who.all().iter().copied().zip(widest.files().iter().map(|(file, _)| *file)).collect(),
            ..Self::default()
        };
        let looks: FxHashMap<u64, u32> =
            (0u32..).zip(who.all()).map(|(m, identity)| (question(About::Module, identity), m)).collect();
        let packages = widest.linked.iter().flat_map(|linked| &linked.tables.packages);
        let packages: FxHashMap<u64, &Vec<u32>> =
            packages.map(|(package, modules)| (question(About::Package, &**package), modules)).collect();
        let mut order: FxHashMap<(u64, Option<u64>), u32> = FxHashMap::default();
        let mut told = BTreeSet::new();
        let mut chosen: Vec<((FuncRef, Effort), &Known, Vec<u32>)> = Vec::new();
        for memory in memories.iter().filter(|memory| who.agree(&memory.identities)) {
            let wanted: FxHashSet<u64> =
                memory.explored.values().flat_map(|known| known.asked.iter().copied()).collect();
            let answers = Answers::to(&memory.answers, &wanted);
            for (at, known) in &memory.explored {
                let mut asked: Vec<u64> = known.asked.iter().copied().collect();
                asked.sort_unstable();
                let mut number = |question: u64| {
                    let next = u32::try_from(order.len()).unwrap_or(u32::MAX);
                    *order.entry((question, answers.get(&question).copied())).or_insert(next)
                };
                let asked: Vec<u32> = asked.into_iter().map(&mut number).collect();
                if told.insert((*at, asked.clone())) {
                    chosen.push((*at, known, asked));
                }
            }
        }
        all.asked = vec![(0, None); order.len()];
        order.into_iter().for_each(|(pair, at)| all.asked[at as usize] = pair);
        let written = chosen.into_par_iter().filter_map(|((f, effort), known, asked)| {
            sharing::begin();
            let (bytes, named) = number::used(|| postcard::to_allocvec(&*known.exploration));
            let looked = known.asked.iter().filter_map(|question| looks.get(question));
            let around =
                known.asked.iter().filter_map(|question| packages.get(question)).flat_map(|modules| modules.iter());
            let modules: BTreeSet<u32> = looked.chain(around).copied().chain(named).collect();
            Some(Summary {
                module: f.module,
                func: f.func,
                effort,
                asked,
                modules: modules.into_iter().collect(),
                bytes: bytes.ok()?,
            })
        });
        all.explored = written.collect();
        let told = memories.iter().filter_map(|memory| memory.told.as_ref());
        all.told = told.filter_map(|(key, told)| Some((*key, postcard::to_allocvec(&**told).ok()?.into()))).collect();
        all
    }

    /// What was told where this was the key.
    pub(crate) fn told(&self, key: u64) -> Option<Analysis> {
        whole(self.told.get(&key)?)
    }

    pub(crate) fn tells(&self, key: u64) -> bool {
        self.told.contains_key(&key)
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.explored.is_empty() && self.told.is_empty()
    }

    /// What is true of these modules with these answers, of the functions that somebody wants to know about.
    pub(crate) fn that_hold(
        &self,
        files: &[FileVersion],
        who: &Identities,
        answers: &[Arc<Answers>],
        wanted: &(dyn Fn(&(FuncRef, Effort)) -> bool + Sync),
    ) -> Vec<((FuncRef, Effort), Known)> {
        let now: FxHashMap<u64, u32> =
            who.all().iter().copied().zip(0..).filter(|(identity, _)| *identity != Identities::ABSENT).collect();
        let numbers: Arc<[Option<u32>]> = self.modules.iter().map(|(identity, _)| now.get(identity).copied()).collect();
        let file = |m: u32| files.get(m as usize).map(|(file, _)| *file);
        let moved =
            self.modules.iter().zip(numbers.iter()).filter_map(|((_, then), now)| Some((*then, file((*now)?)?)));
        let moved: Arc<BTreeMap<FileId, FileId>> = Arc::new(moved.collect());
        let questions: FxHashSet<u64> = self.asked.iter().map(|(question, _)| *question).collect();
        let answers = Answers::to(answers, &questions);
        let holds: Vec<bool> =
            self.asked.iter().map(|(question, answer)| answers.get(question) == answer.as_ref()).collect();
        let number = |m: u32| numbers.get(m as usize).copied().flatten();
        let in_order = |modules: &[u32]| {
            let places: Option<Vec<(u32, FileId)>> =
                modules.iter().map(|m| Some((number(*m)?, file(number(*m)?)?))).collect();
            let files_then = modules.iter().map(|m| self.modules.get(*m as usize).map(|(_, file)| *file));
            places.is_some_and(|places| {
                let mut by_file: Vec<(Option<FileId>, FileId)> =
                    files_then.zip(places.iter().map(|(_, file)| *file)).collect();
                by_file.sort_unstable();
                places.is_sorted_by_key(|(m, _)| *m) && by_file.is_sorted_by_key(|(_, now)| *now)
            })
        };
        let read = |summary: &Summary| {
            let at = (FuncRef { module: number(summary.module)?, func: summary.func }, summary.effort);
            let is_true = summary.asked.iter().all(|at| holds.get(*at as usize).is_some_and(|holds| *holds));
            if !is_true || !wanted(&at) || !in_order(&summary.modules) {
                return None;
            }
            let exploration = summary.exploration(&numbers, &moved)?;
            let asked =
                summary.asked.iter().filter_map(|at| self.asked.get(*at as usize)).map(|(question, _)| *question);
            Some((at, Known { exploration: Arc::new(exploration), asked: Arc::new(asked.collect()), is_new: false }))
        };
        self.explored.par_iter().filter_map(read).collect()
    }

    /// The bytes of each exploration, and of what was told. For those who put there what nobody wrote.
    #[doc(hidden)]
    pub fn inner(&mut self) -> impl Iterator<Item = &mut Vec<u8>> {
        let explored = self.explored.iter_mut().map(|summary| &mut summary.bytes);
        explored.chain(self.told.values_mut().map(|bytes| &mut **bytes))
    }

    /// Forgets what was told of all modules together. For the same.
    #[doc(hidden)]
    pub fn forget_told(&mut self) {
        self.told.clear();
    }

    /// Reads everything, as a run does over the same modules with the same answers: how much of it can be read. For those
    /// who put there what nobody wrote.
    #[doc(hidden)]
    #[must_use]
    pub fn readable(&self) -> usize {
        let numbers: Arc<[Option<u32>]> = (0u32..).zip(&self.modules).map(|(m, _)| Some(m)).collect();
        let files = Arc::new(self.modules.iter().map(|(_, file)| (*file, *file)).collect());
        let explored = self.explored.iter().filter(|summary| summary.exploration(&numbers, &files).is_some());
        explored.count() + self.told.keys().filter(|key| self.told(**key).is_some()).count()
    }
}

impl Summary {
    /// What was explored, with the numbers of now.
    fn exploration(&self, numbers: &Arc<[Option<u32>]>, files: &Arc<BTreeMap<FileId, FileId>>) -> Option<Exploration> {
        sharing::begin();
        number::renumbered(Arc::clone(numbers), || dogpile_source::renumbered(Arc::clone(files), || whole(&self.bytes)))
    }
}

/// Reads something of which there is nothing more and nothing less.
fn whole<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Option<T> {
    postcard::take_from_bytes(bytes).ok().filter(|(_, rest)| rest.is_empty()).map(|(read, _)| read)
}
