//! What an exploration asked of the linked tree, so that the next round can tell whether the answers are still the same.
//!
//! Files are added in rounds, and texts change while somebody types; most functions do not notice. A function is explored
//! again when an answer that its exploration got has changed, or the text of a module that it looked into, and only then.

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::cell::RefCell;
use std::hash::{Hash, Hasher};

/// What was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum About {
    Function,
    Methods,
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
    Setter,
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

/// Writes a question down, if somebody wants to know.
pub(crate) fn note(about: About, name: &(impl Hash + ?Sized)) {
    ASKED.with_borrow_mut(|asked| {
        if let Some(asked) = asked {
            asked.insert(hash(&(about, name)));
        }
    });
}

/// Runs something and tells what it asked.
pub(crate) fn during<R>(run: impl FnOnce() -> R) -> (R, FxHashSet<u64>) {
    ASKED.set(Some(FxHashSet::default()));
    let result = run();
    (result, ASKED.take().unwrap_or_default())
}

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Every answer of one round.
#[derive(Debug, Default)]
pub(crate) struct Answers(FxHashMap<u64, u64>);

impl Answers {
    pub(crate) fn add(&mut self, about: About, name: &(impl Hash + ?Sized), answer: &(impl Hash + ?Sized)) {
        self.0.insert(hash(&(about, name)), hash(answer));
    }

    /// Whether these questions have the same answers in both rounds.
    pub(crate) fn agree(&self, before: &Self, asked: &FxHashSet<u64>) -> bool {
        asked.iter().all(|question| self.0.get(question) == before.0.get(question))
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
        assert!(new.agree(&old, &asked));
        new.add(About::Type, "a", &2);
        assert!(!new.agree(&old, &asked));
        assert!(!Answers::default().agree(&old, &asked), "an answer that is gone is another answer");
    }
}
