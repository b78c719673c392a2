//! What is done about keys in other places than a session, found again by the form of the key: looking at all of it for
//! each session would cost the square of a tree's operations.

use crate::program::FuncRef;
use crate::sym::{S, Val};
use dogpile_source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// Something done about a key.
#[derive(Clone, Debug)]
pub(crate) struct Entry<T> {
    /// The function whose exploration met it.
    pub(crate) root: FuncRef,
    pub(crate) key: Val,
    pub(crate) what: T,
}

/// See above; of one form in the order in which it was met.
#[derive(Debug)]
pub(crate) struct Elsewhere<T> {
    met: FxHashSet<(Span, S)>,
    by_form: FxHashMap<String, Vec<Entry<T>>>,
}

impl<T> Default for Elsewhere<T> {
    fn default() -> Self {
        Self { met: FxHashSet::default(), by_form: FxHashMap::default() }
    }
}

impl<T> Elsewhere<T> {
    /// Adds what is done at a place, unless that was met already with an equal key.
    pub(super) fn add(
        &mut self,
        root: FuncRef,
        key: &Val,
        at: Span,
        form: impl FnOnce(&Val) -> String,
        what: impl FnOnce() -> T,
    ) {
        if self.met.insert((at, key.sym.clone())) {
            self.by_form.entry(form(key)).or_default().push(Entry { root, key: key.clone(), what: what() });
        }
    }

    /// What is done about keys of a form.
    pub(super) fn with<'e>(&'e self, form: &str) -> impl Iterator<Item = &'e Entry<T>> + use<'e, T> {
        self.by_form.get(form).into_iter().flatten()
    }
}
