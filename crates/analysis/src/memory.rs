//! What is known of a tree from one analysis to the next.

use crate::asked::{self, Answers, Identities};
use crate::explore::record::Exploration;
use crate::explore::{Context, Effort, explore};
use crate::linked::Linked;
use crate::program::FuncRef;
use crate::project::Analysis;
use crate::summaries::Summaries;
use dogpile_source::FileId;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file, and what tells its text.
pub(crate) type FileVersion = (FileId, u64);

/// What earlier analyses of the same tree found out, or of a part of it, or with other texts in some files: a function
/// all whose questions have the same answers as then is not explored again.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Modules of the last time, in order, with their versions.
    files: Vec<FileVersion>,
    pub(crate) identities: Identities,
    /// By what gives them.
    pub(crate) answers: Vec<Arc<Answers>>,
    pub(crate) linked: Option<Linked>,
    pub(crate) explored: BTreeMap<(FuncRef, Effort), Known>,
    /// What was told of these modules, if no file was missing.
    pub(crate) last: Option<Arc<Analysis>>,
    /// What another analysis explored, with fewer files and the same texts, and the answers that it got.
    lent: Option<(Vec<Arc<Answers>>, BTreeMap<(FuncRef, Effort), Known>)>,
    /// What other runs explored.
    stored: Vec<Arc<Summaries>>,
}

/// An exploration and what it asked.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) exploration: Arc<Exploration>,
    pub(crate) asked: Arc<FxHashSet<u64>>,
    /// No other run wrote it down.
    pub(crate) is_new: bool,
}

impl Known {
    /// `None`: somebody said stop.
    pub(crate) fn find(cx: &Context<'_>, f: FuncRef, effort: Effort, stopped: &(dyn Fn() -> bool + Sync)) -> Option<Self> {
        if stopped() {
            return None;
        }
        let (exploration, asked) = asked::during(|| {
            // One function that trips us must not cost the others: it is told as not followed.
            let explored = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| explore(cx, f, effort)));
            explored.unwrap_or_else(|_| Exploration { cut: true, ..Exploration::default() })
        });
        Some(Self { exploration: Arc::new(exploration), asked: Arc::new(asked), is_new: true })
    }
}

impl Memory {
    /// Takes on loan what an analysis of a part of the same tree has just explored: what is not known here need not be
    /// explored again where it got the same answers.
    pub fn borrow_from(&mut self, other: &Self) {
        self.lent = Some((other.answers.clone(), other.explored.clone()));
    }

    /// Takes to hand what runs over this tree, or over parts of it, have written down.
    pub fn recall(&mut self, stored: Arc<Summaries>) {
        self.stored.push(stored);
    }

    /// Whether it knows anything that other runs did not write down.
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.explored.values().any(|known| known.is_new)
    }

    /// What was told of just these files.
    pub(crate) fn last(&self, files: &[FileVersion]) -> Option<&Analysis> {
        self.last.as_deref().filter(|_| self.files == files)
    }

    /// What follows is about these modules of these files, in this order.
    pub(crate) fn begin(&mut self, files: &[FileVersion], identities: &Identities) {
        self.last = None;
        // Everything that is known names modules and files by number.
        let there = |m: usize| self.identities.of(m as u32) != Identities::ABSENT && identities.of(m as u32) != Identities::ABSENT;
        let moved = self.files.iter().zip(files).enumerate().any(|(m, ((old, _), (new, _)))| old != new && there(m));
        if moved || !self.identities.agree(identities) {
            *self = Self { stored: std::mem::take(&mut self.stored), ..Self::default() };
        }
    }

    /// Forgets what need not hold for these modules and answers.
    pub(crate) fn keep_what_is_true(&mut self, files: Vec<FileVersion>, identities: &Identities, answers: Vec<Arc<Answers>>) {
        let changed = Answers::changed(&self.answers, &answers);
        self.explored.retain(|_, known| known.asked.is_disjoint(&changed));
        if let Some((theirs, mut lent)) = self.lent.take() {
            lent.retain(|at, _| !self.explored.contains_key(at));
            if !lent.is_empty() {
                let changed = Answers::changed(&theirs, &answers);
                self.explored.extend(lent.into_iter().filter(|(_, known)| known.asked.is_disjoint(&changed)));
            }
        }
        for stored in &self.stored {
            let new = stored.that_hold(&files, identities, &answers, &|at| !self.explored.contains_key(at));
            self.explored.extend(new);
        }
        self.files = files;
        self.identities = identities.clone();
        self.answers = answers;
    }

    pub(crate) fn files(&self) -> &[FileVersion] {
        &self.files
    }

    /// Where nothing was cut off, more effort finds nothing more.
    pub(crate) fn known(&self, f: FuncRef, effort: Effort) -> Option<&Known> {
        let quick = self.explored.get(&(f, Effort::Search)).filter(|known| effort == Effort::Search || !known.exploration.cut);
        quick.or_else(|| self.explored.get(&(f, effort)))
    }
}
