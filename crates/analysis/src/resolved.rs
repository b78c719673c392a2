//! Where the names of calls lead, kept: the same few are called all over a tree, each call is looked at several times, and
//! finding out takes two dozen look-ups.

use crate::asked::{self, again, repeat};
use crate::typing::Target;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::{PoisonError, RwLock};

/// So many are kept: beyond them, a tree's names take more memory than they save time.
const MOST: usize = 1 << 16;

/// What is called: a name of its own, or a method of a type, with so many arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Called<'n> {
    pub(crate) owner: Option<&'n str>,
    pub(crate) name: &'n str,
    pub(crate) args: usize,
}

/// Targets of one linked tree.
#[derive(Debug, Default)]
pub(crate) struct Resolved<'p>(RwLock<FxHashMap<u64, Known<'p>>>);

#[derive(Debug)]
struct Known<'p> {
    owner: Option<Box<str>>,
    name: Box<str>,
    args: usize,
    target: Target<'p>,
    /// What had to be asked to know; `None`: nobody wanted to know that.
    asked: Option<Vec<u64>>,
}

impl<'p> Resolved<'p> {
    /// Where a call leads, which `find` finds out. It also says whether all who call it get there: only then is it kept.
    pub(crate) fn of(&self, called: Called<'_>, find: impl FnOnce() -> (Target<'p>, bool)) -> Target<'p> {
        let mut hasher = FxHasher::default();
        called.hash(&mut hasher);
        let at = hasher.finish();
        let is_asked = asked::is_written_down();
        if let Some(known) = self.known(at, called, is_asked) {
            return known;
        }
        let ((target, is_everybodys), asked) = if is_asked {
            let (found, asked) = again(find);
            (found, Some(asked))
        } else {
            (find(), None)
        };
        if is_everybodys {
            let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if all.len() < MOST || all.contains_key(&at) {
                let Called { owner, name, args } = called;
                all.insert(
                    at,
                    Known { owner: owner.map(Box::from), name: name.into(), args, target: target.clone(), asked },
                );
            }
        }
        target
    }

    fn known(&self, at: u64, called: Called<'_>, is_asked: bool) -> Option<Target<'p>> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(&at).filter(|known| known.is(called))?;
        match &known.asked {
            Some(asked) => repeat(asked),
            None if is_asked => return None,
            None => {}
        }
        Some(known.target.clone())
    }
}

impl Known<'_> {
    fn is(&self, called: Called<'_>) -> bool {
        self.owner.as_deref() == called.owner && *self.name == *called.name && self.args == called.args
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asked::{About, during, note, question};
    use std::cell::Cell;

    const CALLED: Called<'_> = Called { owner: Some("app.Store"), name: "take", args: 2 };

    #[test]
    fn what_was_asked_for_is_asked_by_all_who_get_it() {
        let resolved = Resolved::default();
        let found = Cell::new(0);
        let find = || {
            found.set(found.get() + 1);
            note(About::Type, "app.Store");
            (Target::Unknown("app.Store.take".into()), true)
        };
        let get = || drop(resolved.of(CALLED, find));
        get();
        get();
        assert_eq!(found.get(), 1);
        // Nobody has written down what that took.
        for known in [2, 2] {
            let ((), asked) = during(get);
            assert!(asked.contains(&question(About::Type, "app.Store")));
            assert_eq!(found.get(), known);
        }
        resolved.of(Called { args: 3, ..CALLED }, find);
        resolved.of(Called { owner: None, ..CALLED }, find);
        assert_eq!(found.get(), 4);
    }

    #[test]
    fn what_depends_on_who_calls_is_not_kept() {
        let resolved = Resolved::default();
        let found = Cell::new(0);
        for _ in 0..2 {
            resolved.of(CALLED, || {
                found.set(found.get() + 1);
                (Target::Unknown("take".into()), false)
            });
        }
        assert_eq!(found.get(), 2);
    }
}
