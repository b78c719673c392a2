//! What an exploration asked of the linked tree, so that the next round can tell whether the answers are still the same.
//!
//! Files are added in rounds, and texts change while somebody types; most functions do not notice. A function is explored
//! again when an answer that its exploration got has changed, or the text of a module that it looked into, and only then.

use crate::program::FuncRef;
use dogpile_ir::{FuncId, Module};
use dogpile_source::SourceMap;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum About {
    Function,
    Methods,
    /// One method of a type that has none of that name so far.
    Method,
    /// Who assigns a variable of a package.
    Assigned,
    /// Who assigns a field, by the package of its type and its name.
    Field,
    /// Which literals of a type set a field.
    Literal,
    Type,
    Global,
    Offered,
    Taken,
    Head,
    Implementors,
    Local,
    Use,
    Relevant,
    Closures,
    Reassigned,
    Places,
    Single,
    Command,
    /// The text of a module: whoever looks into it depends on all of it.
    Module,
    /// Which modules a package has, and their texts.
    Package,
}

thread_local! {
    static ASKED: RefCell<Option<FxHashSet<u64>>> = const { RefCell::new(None) };
}

/// Who the modules are: a module has another number in another run, and the same path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identities(Arc<[u64]>);

impl Identities {
    pub(crate) fn new(modules: &[Arc<Module>], sources: &SourceMap) -> Self {
        let of = |(at, module): (usize, &Arc<Module>)| match sources.get(module.file) {
            _ if module.is_absent() => Self::ABSENT,
            Some(source) => hash(&(&*module.package, source.path.as_str())),
            None => hash(&(&*module.package, at)),
        };
        Self(modules.par_iter().enumerate().map(of).collect::<Vec<_>>().into())
    }

    /// Nobody's identity.
    pub(crate) const ABSENT: u64 = 0;

    pub(crate) fn of(&self, m: u32) -> u64 {
        self.0.get(m as usize).copied().unwrap_or_default()
    }

    pub(crate) fn of_function(&self, f: FuncRef) -> (u64, FuncId) {
        (self.of(f.module), f.func)
    }

    pub(crate) fn all(&self) -> &[u64] {
        &self.0
    }

    /// Whether no module has one number here and another one there.
    pub(crate) fn agree(&self, other: &Self) -> bool {
        let mut pairs = self.0.iter().zip(other.0.iter());
        pairs.all(|(own, other)| own == other || *own == Self::ABSENT || *other == Self::ABSENT)
    }
}

/// Writes a question down, if somebody wants to know. Modules are told by their identities.
pub(crate) fn note(about: About, name: &(impl Hash + ?Sized)) {
    ASKED.with_borrow_mut(|asked| {
        if let Some(asked) = asked {
            asked.insert(hash(&(about, name)));
        }
    });
}

/// Whether somebody wants to know what is asked.
pub(crate) fn is_written_down() -> bool {
    ASKED.with_borrow(Option::is_some)
}

/// Runs something and tells what it asked.
pub(crate) fn during<R>(run: impl FnOnce() -> R) -> (R, FxHashSet<u64>) {
    ASKED.set(Some(FxHashSet::default()));
    let result = run();
    (result, ASKED.take().unwrap_or_default())
}

/// Runs something that may be asked for again, and tells what it asked; whoever runs it has asked that, too.
pub(crate) fn again<R>(run: impl FnOnce() -> R) -> (R, Vec<u64>) {
    let outer = ASKED.take();
    let (result, asked) = during(run);
    let asked: Vec<u64> = asked.into_iter().collect();
    ASKED.set(outer);
    repeat(&asked);
    (result, asked)
}

/// Writes questions down whose answers are known already.
pub(crate) fn repeat(questions: &[u64]) {
    ASKED.with_borrow_mut(|asked| {
        if let Some(asked) = asked {
            asked.extend(questions);
        }
    });
}

/// The question that [`note`] writes down.
pub(crate) fn question(about: About, name: &(impl Hash + ?Sized)) -> u64 {
    hash(&(about, name))
}

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Every answer of one round.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Answers(FxHashMap<u64, u64>);

impl Answers {
    pub(crate) fn add(&mut self, about: About, name: &(impl Hash + ?Sized), answer: &(impl Hash + ?Sized)) {
        self.0.insert(hash(&(about, name)), hash(answer));
    }

    /// The answers to those questions that somebody wants.
    pub(crate) fn to(all: &[Arc<Self>], wanted: &FxHashSet<u64>) -> FxHashMap<u64, u64> {
        let found = all.par_iter().flat_map_iter(|own| own.0.iter().filter(|(question, _)| wanted.contains(question)));
        found.map(|(question, answer)| (*question, *answer)).collect()
    }

    /// The questions that have another answer than before, or one only now or only then; in both, the same place gives
    /// the same kind of answers.
    pub(crate) fn changed(before: &[Arc<Self>], now: &[Arc<Self>]) -> FxHashSet<u64> {
        let none = Arc::new(Self::default());
        let places = (0..before.len().max(now.len())).into_par_iter();
        let pairs = places.map(|at| (before.get(at).unwrap_or(&none), now.get(at).unwrap_or(&none)));
        let changed = pairs.filter(|(old, new)| !Arc::ptr_eq(old, new)).flat_map_iter(|(old, new)| {
            let other = new.0.iter().filter(|(question, answer)| old.0.get(question) != Some(answer)).map(|(q, _)| *q);
            let gone = old.0.keys().filter(|question| !new.0.contains_key(question)).copied();
            other.chain(gone)
        });
        changed.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_written_down_while_somebody_asks() {
        note(About::Type, "before");
        let ((), asked) = during(|| note(About::Type, "a"));
        note(About::Type, "after");
        assert_eq!(asked.len(), 1);
        let (mut old, mut new) = (Answers::default(), Answers::default());
        old.add(About::Type, "a", &1);
        new.add(About::Type, "a", &1);
        new.add(About::Global, "a", &2);
        let changed =
            |old: &Answers, new: &Answers| Answers::changed(&[Arc::new(old.clone())], &[Arc::new(new.clone())]);
        assert!(changed(&old, &new).is_disjoint(&asked));
        new.add(About::Type, "a", &2);
        assert_eq!(changed(&old, &new).intersection(&asked).count(), 1);
        let gone = Answers::changed(&[Arc::new(old)], &[]);
        assert_eq!(gone, asked, "an answer that is gone is another answer");
    }
}
