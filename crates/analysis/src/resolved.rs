//! Where the names of calls lead, kept: the same few are called all over a tree, each call is looked at several times, and
//! finding out takes two dozen look-ups.

use crate::asked::{self, again, repeat};
use crate::typing::Target;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock};

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

#[derive(Clone, Debug)]
struct Known<'p> {
    owner: Option<Arc<str>>,
    name: Arc<str>,
    args: usize,
    target: Target<'p>,
    /// What had to be asked to know; `None`: nobody wanted to know that.
    asked: Option<Arc<[u64]>>,
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
            (found, Some(asked.into()))
        } else {
            (find(), None)
        };
        if is_everybodys {
            let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if all.len() < MOST || all.contains_key(&at) {
                let Called { owner, name, args } = called;
                all.insert(at, Known { owner: owner.map(Arc::from), name: name.into(), args, target: target.clone(), asked });
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
