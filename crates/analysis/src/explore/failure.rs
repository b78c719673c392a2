//! Errors that are values: `if err != nil`, `const [error] = await …`, `Err(e) =>`. A path that has found one is on its
//! way to undo what it did, as a handler is.

use super::Explorer;
use super::control::split;
use super::state::State;
use crate::sym::{FrameId, Sym, Val};
use dogpile_ir::{BinaryOp, Lang, Lit, Value, ValueKind};

/// Objects within objects that are looked into.
const MAX_DEPTH: usize = 6;

impl<'a> Explorer<'a, '_> {
    /// The paths on which a condition holds, and on which it does not.
    pub(super) fn sides(&mut self, frame: FrameId, cond: &'a Value, mut state: State<'a>) -> (Option<State<'a>>, Option<State<'a>>) {
        let (on_yes, on_no) = if !state.held.is_empty() { (self.finds_error(frame, cond, true, &state), self.finds_error(frame, cond, false, &state)) } else { (false, false) };
        let val = self.eval(frame, cond, &mut state);
        self.looked_at(&val.sym);
        let (mut yes, mut no) = split(&val, state);
        if let (Some(yes), true) = (&mut yes, on_yes) {
            yes.has_failed();
        }
        if let (Some(no), true) = (&mut no, on_no) {
            no.has_failed();
        }
        (yes, no)
    }

    /// Whether a condition with this outcome says that something went wrong.
    fn finds_error(&mut self, frame: FrameId, cond: &'a Value, outcome: bool, state: &State<'a>) -> bool {
        let nothing = |v: &Value| matches!(v.kind, ValueKind::Lit(Lit::Nil));
        match &cond.kind {
            ValueKind::Not(inner) => self.finds_error(frame, inner, !outcome, state),
            ValueKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => {
                // All operands of a conjunction that holds hold, and those of a disjunction that does not don't.
                (*op == BinaryOp::And) == outcome && (self.finds_error(frame, a, outcome, state) || self.finds_error(frame, b, outcome, state))
            }
            ValueKind::Binary(op @ (BinaryOp::Eq | BinaryOp::Ne), a, b) if nothing(b) => (*op == BinaryOp::Ne) == outcome && self.is_error(frame, a, state),
            ValueKind::Binary(op @ (BinaryOp::Eq | BinaryOp::Ne), a, b) if nothing(a) => (*op == BinaryOp::Ne) == outcome && self.is_error(frame, b, state),
            ValueKind::Local(_) | ValueKind::Field(..) => outcome && self.throws(frame) && self.is_error(frame, cond, state),
            _ => false,
        }
    }

    /// Whether a value, if there is one, is an error: by what it is, by its type, or, where there are no types for it, by
    /// what it is called. That a key is absent is an answer.
    fn is_error(&mut self, frame: FrameId, value: &'a Value, state: &State<'a>) -> bool {
        let sym = self.eval(frame, value, &mut state.clone()).sym;
        match &*sym {
            Sym::Error(what) => return !what.ends_with("Nil"),
            Sym::Phi(parts) if parts.iter().all(|p| matches!(&**p, Sym::Nil | Sym::Error(_))) => {
                return parts.iter().any(|p| matches!(&**p, Sym::Error(what) if !what.ends_with("Nil")));
            }
            Sym::Result(_, 1, ..) if self.lang(frame) == Lang::Rust => return true,
            _ => {}
        }
        if self.lang(frame) == Lang::Go && self.static_type(frame, value).name() == Some("error") {
            return true;
        }
        let name = match &value.kind {
            ValueKind::Local(local) => &self.cx.program.module(self.frame(frame).func).local(*local).name,
            ValueKind::Field(_, name) => name,
            _ => return false,
        };
        says_error(name)
    }

    /// Whether what a root gives its caller is an object that only tells how it went: `{ success: true }`. The lock's token, a
    /// function and an object with methods could each be what gives it back.
    pub(super) fn answers(&self, slot: usize, values: &[Val], state: &State<'a>) -> bool {
        let session = &self.out.sessions[slot];
        let plain = |s: &Sym| matches!(s, Sym::Nil | Sym::Bool(_) | Sym::Int(..) | Sym::Str(_));
        let of_token = |s: &Sym| session.token.as_ref().is_some_and(|token| token.sym.any(&mut |part| part == s));
        let own = |s: &Sym| !plain(s) && (*s == *session.key.sym || of_token(s));
        values.iter().any(|v| matches!(*v.sym, Sym::Alloc(_))) && values.iter().all(|v| self.holds_nothing(&v.sym, &own, state, MAX_DEPTH))
    }

    fn holds_nothing(&self, value: &Sym, own: &impl Fn(&Sym) -> bool, state: &State<'a>, depth: usize) -> bool {
        depth > 0
            && !value.any(&mut |s| match s {
                Sym::Func(..) | Sym::Bound(..) | Sym::Object(..) | Sym::Command(..) => true,
                Sym::Alloc(_) => self.dynamic_type(s).is_some() || state.has_field(s, &mut |field| !self.holds_nothing(&field.sym, own, state, depth - 1)),
                _ => own(s),
            })
    }
}

/// `err`, `error`, `appendError`, `saveErr`, `errSave`.
fn says_error(name: &str) -> bool {
    let starts = |word: &str| name.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_lowercase));
    starts("err") || starts("error") || name.ends_with("Err") || name.ends_with("Error")
}

impl State<'_> {
    /// What was taken, or asked for, was for work that has failed.
    fn has_failed(&mut self) {
        self.held.iter_mut().for_each(|held| held.failed = true);
    }

    /// Whether this path gives a session back because work behind it has failed.
    pub(super) fn undoes(&self, slot: usize) -> bool {
        self.held.iter().any(|h| h.slot == slot && h.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::says_error;

    #[test]
    fn names_of_errors() {
        for name in ["err", "error", "err2", "appendError", "saveErr", "errSave"] {
            assert!(says_error(name), "{name}");
        }
        for name in ["errand", "errors", "terror", "value", "errored"] {
            assert!(!says_error(name), "{name}");
        }
    }
}
