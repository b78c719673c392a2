//! What was asked for while a module's types were inferred, and not known yet: where none of it has come since, inferring
//! once more comes to the same.

use crate::typing::Typing;
use dogpile_ir::LocalId;
use rustc_hash::{FxHashSet, FxHasher};
use std::cell::RefCell;
use std::hash::{Hash, Hasher};

/// See above. Names are kept as hashes: one that is taken for another costs time and no more.
#[derive(Debug, Default)]
pub(crate) struct Missed {
    /// Variables of other modules.
    locals: Box<[(u32, LocalId)]>,
    uses: Box<[u64]>,
    /// Something of the module's own came behind where it was asked for.
    own: bool,
}

/// What is asked for while it is written down.
#[derive(Default)]
struct Asked {
    locals: FxHashSet<(u32, LocalId)>,
    uses: FxHashSet<u64>,
}

thread_local! {
    static MISSED: RefCell<Option<Asked>> = const { RefCell::new(None) };
}

/// Runs what infers a module's types, and tells what it missed.
pub(crate) fn during(m: u32, typing: &mut Typing, infer: impl FnOnce(&mut Typing)) -> Missed {
    MISSED.set(Some(Asked::default()));
    infer(typing);
    let Asked { locals, uses } = MISSED.take().unwrap_or_default();
    // Nobody else infers what is the module's own.
    let (own, others): (Vec<_>, Vec<_>) = locals.into_iter().partition(|(of, _)| *of == m);
    let own = own.iter().any(|(_, local)| typing.locals[m as usize].contains_key(local));
    Missed { locals: others.into(), uses: uses.into_iter().collect(), own }
}

/// Nobody knows the type of a variable.
pub(crate) fn local(m: u32, local: LocalId) {
    MISSED.with_borrow_mut(|missed| {
        if let Some(missed) = missed {
            missed.locals.insert((m, local));
        }
    });
}

/// Nobody has told by use what something is.
pub(crate) fn by_use(name: &str) {
    MISSED.with_borrow_mut(|missed| {
        if let Some(missed) = missed {
            missed.uses.insert(hash(name));
        }
    });
}

impl Missed {
    /// Whether some of it may be known by now.
    pub(crate) fn may_be_told(&self, typing: &Typing) -> bool {
        self.own
            || self.uses.iter().any(|name| typing.told.contains(name))
            || self.locals.iter().any(|(m, local)| typing.locals[*m as usize].contains_key(local))
    }
}

/// What a name is kept as.
pub(crate) fn hash(name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    name.hash(&mut hasher);
    hasher.finish()
}
