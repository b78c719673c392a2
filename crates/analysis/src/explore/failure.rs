//! Errors that are values: `if err != nil`, `const [error] = await …`, `Err(e) =>`. A path that has found one is on its
//! way to undo what it did, as a handler is.

use super::call::Outs;
use super::control::split;
use super::state::{Held, State, Status};
use super::{Explorer, Out};
use crate::sym::{FrameId, Sym, Val};
use dogpile_ir::{BinaryOp, Lang, Lit, Type, Value, ValueKind};
use dogpile_source::Span;
use std::sync::Arc;

/// The name of an error that is known by its place only.
pub(super) fn made_at(span: Span) -> Arc<str> {
    format!("made at {}:{}", span.file.0, span.start).into()
}

impl<'a> Explorer<'a, '_> {
    /// The paths on which a condition holds, and on which it does not.
    pub(super) fn sides(
        &mut self,
        frame: FrameId,
        cond: &'a Value,
        mut state: State<'a>,
    ) -> (Option<State<'a>>, Option<State<'a>>) {
        let mut finds = |outcome| !state.held.is_empty() && self.finds_error(frame, cond, outcome, &state);
        let (on_yes, on_no) = (finds(true), finds(false));
        let val = self.operand(frame, cond, &mut state);
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

    /// What a path that did not get the lock returns where an error belongs is one, whoever made it: for all that is known,
    /// `status.Error(…)` of a package that is not in sight may give nil, but nobody tells a loser so.
    pub(super) fn returned_error(&self, frame: FrameId, vals: &mut [Val], state: &mut State<'a>) {
        let results = &self.cx.program.function(self.frame(frame).func).results;
        let is_error = |ty: &Type| ty.name() == Some("error");
        if self.lang(frame) != Lang::Go || results.len() != vals.len() || !results.last().is_some_and(is_error) {
            return;
        }
        // What the section asks is not what told of the lock.
        let within = &self.frame(frame).via;
        let asked_here = |held: &Held| self.out.sessions[held.slot].site.via.starts_with(within);
        let is = |held: &Held, all: &[Status]| all.contains(&held.status);
        let lost = state.held.iter().any(|held| is(held, &[Status::Lost, Status::Failed]) && asked_here(held));
        if !lost || state.held.iter().any(|held| is(held, &[Status::Won, Status::Released, Status::HandedOver])) {
            return;
        }
        match vals.last_mut() {
            Some(error) if *error.sym == Sym::Unknown => {
                *error = Val::new(Sym::Error(made_at(error.span)), error.span);
            }
            // The only result of a call; one that comes with others may well be nil: a loser has another answer.
            Some(error)
                if !error.sym.any(&mut |s| matches!(s, Sym::Result(_, n, name, _) if *n > 0 || &**name == "error")) =>
            {
                state.is_something(&error.sym);
            }
            _ => {}
        }
    }

    /// Whether a condition with this outcome says that something went wrong.
    fn finds_error(&mut self, frame: FrameId, cond: &'a Value, outcome: bool, state: &State<'a>) -> bool {
        let nothing = |v: &Value| matches!(v.kind, ValueKind::Lit(Lit::Nil));
        match &cond.kind {
            ValueKind::Not(inner) => self.finds_error(frame, inner, !outcome, state),
            ValueKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => {
                // All operands of a conjunction that holds hold, and those of a disjunction that does not don't.
                let both = (*op == BinaryOp::And) == outcome;
                both && [a, b].into_iter().any(|side| self.finds_error(frame, side, outcome, state))
            }
            ValueKind::Binary(op @ (BinaryOp::Eq | BinaryOp::Ne), a, b) if nothing(a) || nothing(b) => {
                let there = (*op == BinaryOp::Ne) == outcome;
                there && self.is_error(frame, if nothing(b) { a } else { b }, state)
            }
            ValueKind::Local(_) | ValueKind::Field(..) => {
                outcome && self.throws(frame) && self.is_error(frame, cond, state)
            }
            _ => false,
        }
    }

    /// Whether a value, if there is one, is an error: by what it is, by its type, or, where there are no types for it, by
    /// what it is called. That a key is absent is an answer.
    fn is_error(&mut self, frame: FrameId, value: &'a Value, state: &State<'a>) -> bool {
        let sym = self.eval(frame, value, &mut state.clone()).sym;
        let lang = self.lang(frame);
        let failure = |s: &Sym| matches!(s, Sym::Error(what) if !what.ends_with("Nil"));
        match &*sym {
            Sym::Error(_) => return failure(&sym),
            Sym::Phi(parts) if parts.iter().all(|p| matches!(&**p, Sym::Nil | Sym::Error(_))) => {
                return parts.iter().any(|p| failure(p));
            }
            Sym::Result(_, 1, ..) if lang == Lang::Rust => return true,
            _ if lang == Lang::Go && self.static_type(frame, value).name() == Some("error") => return true,
            _ => {}
        }
        let name = match &value.kind {
            ValueKind::Local(local) => &self.cx.program.module(self.frame(frame).func).local(*local).name,
            ValueKind::Field(_, name) => name,
            _ => return false,
        };
        says_error(name)
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

/// Of a function that gives sessions back, the ways out on which the server, or the way to it, did not answer: those were on
/// their way to give them back, and did not forget it.
pub(super) fn unanswered(won: &[usize], outs: &mut Outs<'_>) {
    let given_back = |slot: usize| {
        outs.iter().any(|(state, _)| matches!(state.status(slot), Some(Status::Released | Status::HandedOver)))
    };
    let tried: Vec<usize> = won.iter().copied().filter(|slot| given_back(*slot)).collect();
    if tried.is_empty() {
        return;
    }
    for (state, out) in outs {
        let error = match out {
            Out::Values(vals) => vals.last().filter(|val| state.is_nil(&val.sym) == Some(false)),
            Out::Raise(raised) => Some(&*raised),
            Out::Stop => None,
        };
        if error.is_some_and(|val| val.sym.any(&mut super::waits::is_failure)) {
            let left = |held: &&mut Held| held.status == Status::Won && tried.contains(&held.slot);
            state.held.iter_mut().filter(left).for_each(|held| held.unanswered = true);
        }
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
