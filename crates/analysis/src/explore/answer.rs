//! What a root gives its caller: something that can give the lock back, or only an answer.

use super::Explorer;
use super::state::State;
use crate::sym::{Sym, Val};

/// Objects within objects that are looked into.
const MAX_DEPTH: usize = 6;

impl<'a> Explorer<'a, '_> {
    /// Whether what a root gives its caller is an object that only tells how it went: `{ success: true }`. The lock's token, a
    /// function and an object with methods could each be what gives it back.
    pub(super) fn answers(&self, slot: usize, values: &[Val], state: &State<'a>) -> bool {
        let session = &self.out.sessions[slot];
        let plain = |s: &Sym| matches!(s, Sym::Nil | Sym::Bool(_) | Sym::Int(..) | Sym::Str(_));
        let of_token = |s: &Sym| session.token.as_ref().is_some_and(|token| token.sym.any(&mut |part| part == s));
        let own = |s: &Sym| !plain(s) && (*s == *session.key.sym || of_token(s));
        values.iter().any(|v| matches!(*v.sym, Sym::Alloc(_)))
            && values.iter().all(|v| self.holds_nothing(&v.sym, &own, state, MAX_DEPTH))
    }

    fn holds_nothing(&self, value: &Sym, own: &impl Fn(&Sym) -> bool, state: &State<'a>, depth: usize) -> bool {
        depth > 0
            && !value.any(&mut |s| match s {
                Sym::Func(..) | Sym::Bound(..) | Sym::Object(..) | Sym::Command(..) => true,
                Sym::Alloc(_) => {
                    self.dynamic_type(s).is_some()
                        || state.fields_of(s).any(|field| !self.holds_nothing(&field.sym, own, state, depth - 1))
                }
                _ => own(s),
            })
    }
}
