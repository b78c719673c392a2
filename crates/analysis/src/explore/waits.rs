//! What ends a wait besides getting what is waited for.

use super::state::{State, Status};
use super::trace::WaitEnd;
use super::{Explorer, Flow};
use crate::lifecycle::{WaitBound, WaitForm};
use crate::sym::{FrameId, S, Sym, Val};
use crate::walk::each_stmt;
use dogpile_ir::{Arm, Block, Comm, LocalId, LoopKind, Rvalue, StmtKind};
use dogpile_source::Span;
use std::collections::BTreeSet;
use std::sync::Arc;

impl<'a> Explorer<'a, '_> {
    /// The arm waits for the end of a context that has none.
    pub(super) fn never_comes(&mut self, frame: FrameId, arm: &'a Arm, state: &State<'a>) -> bool {
        let Comm::Receive { from, .. } = &arm.comm else { return false };
        let chan = self.eval(frame, from, &mut state.clone());
        matches!(&*chan.sym, Sym::Done(context) if matches!(&**context, Sym::Context(c) if c.endless))
    }

    /// A loop that a loser goes round again.
    pub(super) fn note_wait(
        &mut self,
        slot: usize,
        span: Span,
        kind: &LoopKind,
        left: &BTreeSet<(usize, Status)>,
        body: &'a Block,
    ) {
        // A helper that takes the lock may have given it back when it tells of the win.
        let wins_leave = [Status::Won, Status::Released].iter().any(|won| left.contains(&(slot, *won)));
        if !wins_leave {
            return;
        }
        let loser_leaves = left.contains(&(slot, Status::Lost));
        let bound = match kind {
            LoopKind::Counted => WaitBound::Attempts,
            _ if !loser_leaves => WaitBound::None,
            _ => wait_bound(body),
        };
        let header = Span { end: body.first().map_or(span.end, |s| s.span.start), ..span };
        let known = &mut self.out.sessions[slot].wait;
        // A helper's few attempts, asked for again without end, have none.
        let endless = bound == WaitBound::None && known.is_some_and(|(.., inner)| inner != WaitBound::None);
        if known.is_none() || endless {
            *known = Some((header, WaitForm::Loop, bound));
        }
    }
}

/// What else ends a choice than one of its arms: a context by its owner; anything we do not know, in time.
pub(super) fn wait_end(channels: &[Option<S>], one: usize) -> WaitEnd {
    let ends = |chan: &Option<S>| match chan.as_deref() {
        Some(Sym::Result(_, _, name, _)) if &**name == "messages" => WaitEnd::Nothing,
        Some(Sym::Done(context)) => match &**context {
            Sym::Context(c) if c.limited => WaitEnd::Time,
            _ => WaitEnd::Caller,
        },
        _ => WaitEnd::Time,
    };
    channels.iter().enumerate().filter(|(i, _)| *i != one).map(|(_, c)| ends(c)).max().unwrap_or(WaitEnd::Nothing)
}

/// A return because a command failed: it bounds no wait, and no more does a panic.
pub(super) fn is_outage(flow: &Flow) -> bool {
    let Flow::Return(vals, _) = flow else { return false };
    vals.last().is_some_and(|v| is_failure(&v.sym))
}

/// An error that says only that the server, or the way to it, did not answer.
pub(super) fn is_failure(error: &Sym) -> bool {
    match error {
        Sym::Error(what) => &**what == "failure",
        Sym::Result(_, 1, name, _) => matches!(&**name, "error" | "makes"),
        // On a way on which there is an error, it is not the lack of one.
        Sym::Phi(parts) => {
            parts.iter().all(|p| **p == Sym::Nil || is_failure(p)) && parts.iter().any(|p| is_failure(p))
        }
        _ => false,
    }
}

/// What lets a loser leave: a context, or something else that ends.
pub(super) fn wait_bound(body: &Block) -> WaitBound {
    let mut context_only = false;
    let mut deadline = false;
    each_stmt(body, &mut |stmt| {
        if let StmtKind::Choose { arms, .. } = &stmt.kind {
            context_only |= !arms.is_empty();
        }
        if let StmtKind::Let { value: Rvalue::Call(call), .. } = &stmt.kind
            && let dogpile_ir::Callee::Method { name, .. } = &call.callee
        {
            deadline |= matches!(&**name, "After" | "Before" | "Sub");
            context_only |= matches!(&**name, "Done" | "Err");
        }
    });
    if deadline {
        WaitBound::Deadline
    } else if context_only {
        WaitBound::Context
    } else {
        WaitBound::Unknown
    }
}

/// What an acquire's reply is made into: where it is one of these, a path knows what it says.
pub(super) fn is_decided(val: &Sym) -> bool {
    matches!(val, Sym::Bool(_) | Sym::Nil | Sym::Str(_) | Sym::Error(_) | Sym::Reply(..))
}

/// What a winner is given: a token, a handle. Which one it is differs from round to round, that it is there does not.
pub(super) fn is_handle(val: &Sym) -> bool {
    matches!(val, Sym::Concat(_) | Sym::Alloc(_) | Sym::Object(..) | Sym::Func(..) | Sym::Fresh(_))
}

/// The handle of some round.
pub(super) fn some_handle(span: Span, local: LocalId) -> Val {
    let at = usize::try_from(local.0).unwrap_or(usize::MAX);
    Val::new(Sym::Result(span, at, "round".into(), vec![]), span)
}

/// A path has it in its hands.
pub(super) fn is_there(handle: &S, state: &mut State<'_>) {
    state.assume(handle, true);
    let nothing = crate::fold::binary(dogpile_ir::BinaryOp::Eq, handle, &Sym::Nil.into());
    state.assume(&Arc::new(nothing), false);
}
