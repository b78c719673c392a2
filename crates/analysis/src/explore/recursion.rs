//! A function that calls itself: who lost a lock asks again, or not.

use super::call::{CallSite, Outs};
use super::state::{State, Status};
use super::unknown::results;
use super::{Explorer, Out};
use crate::lifecycle::{WaitBound, WaitForm};
use crate::program::FuncRef;
use crate::sym::Sym;
use crate::walk::each_stmt;
use dogpile_ir::{BinaryOp, Callee, StmtKind, ValueKind};
use dogpile_source::Span;

impl<'a> Explorer<'a, '_> {
    /// A function calls itself: a loser that does so waits.
    pub(super) fn recursion(&mut self, f: FuncRef, site: CallSite<'a>, state: State<'a>) -> Outs<'a> {
        self.note_context_use(&site, &state);
        let counted = site.args.iter().any(|a| matches!(&*a.sym, Sym::Bin(BinaryOp::Add | BinaryOp::Sub, _, _)));
        let mut waits = false;
        // Whoever asks on its behalf, a helper or the other of two that call each other, the round is this function's.
        let stack = std::iter::successors(Some(site.frame), |at| self.frame(*at).caller);
        // A wrapper that hands on to another of its interface does not call itself.
        let hands_on = match &site.call.callee {
            Callee::Method { receiver, .. } => {
                self.static_type(site.frame, receiver).name().is_some_and(|ty| self.cx.program.is_interface(ty))
            }
            Callee::Named(_) | Callee::Value(_) => false,
        };
        let round =
            stack.into_iter().find(|at| self.frame(*at).func == f && !hands_on).map(|at| self.frame(at).via.clone());
        let by_another = self.named_function(self.frame(site.frame).func) != self.named_function(f);
        for held in &state.held {
            let asked = &self.out.sessions[held.slot].site;
            let own = asked.func == self.named_function(f)
                || round.as_ref().is_some_and(|round| asked.via.starts_with(round));
            waits |= own && matches!(held.status, Status::Lost | Status::Failed);
            if own && held.status == Status::Lost {
                let bound = if counted {
                    WaitBound::Attempts
                } else if self.left_by_context(held.slot) || self.heeds_a_signal(f) {
                    WaitBound::Context
                } else if by_another
                    && round.as_ref().is_some_and(|round| {
                        self.may_leave_before(f, asked.via.get(round.len()).copied().unwrap_or(asked.span))
                    })
                {
                    // Whoever asks for it sends losers back to where they came from, which they may leave without asking.
                    WaitBound::Unknown
                } else {
                    WaitBound::None
                };
                self.out.sessions[held.slot].wait.get_or_insert((site.call.span, WaitForm::Recursion, bound));
            }
        }
        if waits {
            // The next round comes to what this one comes to: nothing of its own, as the end of a loop's body.
            return vec![];
        }
        let n = self.cx.program.function(f).results.len();
        let vals = results(site.call.span, "recursion", n, &[]);
        vec![(state, Out::Values(vals))]
    }

    /// Whether a function asks if it was told to stop (`if (signal.aborted) return`).
    fn heeds_a_signal(&self, f: FuncRef) -> bool {
        let mut heeds = false;
        if let Some(body) = &self.cx.program.function(f).body {
            each_stmt(body, &mut |stmt| {
                if let StmtKind::If { cond, .. } = &stmt.kind {
                    heeds |= matches!(&cond.kind, ValueKind::Field(_, name) if &**name == "aborted");
                }
            });
        }
        heeds
    }

    /// Whether a function has a way out before it comes to a place in it.
    fn may_leave_before(&self, f: FuncRef, place: Span) -> bool {
        let mut leaves = false;
        if let Some(body) = &self.cx.program.function(f).body {
            each_stmt(body, &mut |stmt| {
                leaves |= matches!(stmt.kind, StmtKind::Return { .. } | StmtKind::Raise { .. })
                    && stmt.span.start < place.start;
            });
        }
        leaves
    }
}
