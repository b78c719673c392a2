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

/// Explorations by function and effort.
pub(crate) type Explored = BTreeMap<(FuncRef, Effort), Known>;

/// What earlier analyses of the same tree found out, or of a part of it, or with other texts in some files: a function
/// all whose questions have the same answers as then is not explored again.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// What absent files declared then.
    absent: u64,
    /// Modules of the last time, in order, with their versions.
    files: Vec<FileVersion>,
    pub(crate) identities: Identities,
    /// By what gives them.
    pub(crate) answers: Vec<Arc<Answers>>,
    pub(crate) linked: Option<Linked>,
    pub(crate) explored: Explored,
    /// What was told of these modules, if no file was missing.
    pub(crate) last: Option<Arc<Analysis>>,
    /// What another analysis explored, with fewer files and the same texts, and the answers that it got.
    lent: Option<(Vec<Arc<Answers>>, Explored)>,
    /// What was told the last time, and what that rests on.
    pub(crate) told: Option<(u64, Arc<Analysis>)>,
    /// Another run told it: nothing was explored for it here.
    is_repeated: bool,
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
    pub(crate) fn find(
        cx: &Context<'_>,
        f: FuncRef,
        effort: Effort,
        stopped: &(dyn Fn() -> bool + Sync),
    ) -> Option<Self> {
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
        let is_told = |key: u64| self.stored.iter().any(|stored| stored.tells(key));
        self.explored.values().any(|known| known.is_new) || self.told.as_ref().is_some_and(|(key, _)| !is_told(*key))
    }

    /// Whether it only repeats what another run told, and knows nothing of how that came about.
    #[must_use]
    pub fn is_repeated(&self) -> bool {
        self.is_repeated
    }

    /// What was told of just these files.
    pub(crate) fn last(&self, files: &[FileVersion], absent: u64) -> Option<&Analysis> {
        self.last.as_deref().filter(|_| self.files == files && self.absent == absent)
    }

    /// What follows is about these modules of these files, in this order.
    pub(crate) fn begin(&mut self, files: &[FileVersion], identities: &Identities) {
        self.last = None;
        self.told = None;
        self.is_repeated = false;
        // Everything that is known names modules and files by number.
        let pairs = self.identities.all().iter().zip(identities.all());
        let there = pairs.map(|(old, new)| *old != Identities::ABSENT && *new != Identities::ABSENT);
        let moved = self.files.iter().zip(files).zip(there).any(|(((old, _), (new, _)), there)| there && old != new);
        if moved || !self.identities.agree(identities) {
            *self = Self { stored: std::mem::take(&mut self.stored), ..Self::default() };
        }
    }

    /// What another run told of all this. Where it asked for other files, somebody has to know of such a file still; where it
    /// did not, nobody may.
    pub(crate) fn told_before(&mut self, key: u64, missing: &dyn Fn(&[String]) -> bool) -> Option<Analysis> {
        let told = self.stored.iter().find_map(|stored| stored.told(key))?;
        if told.wanted.is_empty() && missing(&told.searched) == told.is_whole {
            return None;
        }
        self.told = Some((key, Arc::new(told.clone())));
        self.is_repeated = true;
        Some(told)
    }

    /// Keeps what was told.
    pub(crate) fn tell(&mut self, key: u64, absent: u64, analysis: &Analysis) {
        self.absent = absent;
        let kept = Arc::new(analysis.clone());
        self.last = analysis.is_whole.then(|| Arc::clone(&kept));
        self.told = Some((key, kept));
    }

    /// Forgets what need not hold for these modules and answers.
    pub(crate) fn keep_what_is_true(
        &mut self,
        files: Vec<FileVersion>,
        identities: &Identities,
        answers: Vec<Arc<Answers>>,
    ) {
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
        let quick =
            self.explored.get(&(f, Effort::Search)).filter(|known| effort == Effort::Search || !known.exploration.cut);
        quick.or_else(|| self.explored.get(&(f, effort)))
    }
}
