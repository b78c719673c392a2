//! Short circuits around calls. `a && f()` comes as `t = a; if t { t = f() }`: where the paths meet again, `t` is what one
//! or the other left in it, and who asks for `t` would no longer know of `a`.

use super::control::Paths;
use super::state::State;
use super::{Explorer, Flow};
use crate::fold::binary;
use crate::sym::{FrameId, S, Sym, Val};
use dogpile_ir::{BinaryOp, Block, LocalId, Place, Rvalue, StmtKind, Value, ValueKind};
use std::sync::Arc;

/// The variable that a condition asks for, and what a short circuit around it is.
fn variable(cond: &Value) -> Option<(LocalId, BinaryOp)> {
    match &cond.kind {
        ValueKind::Local(local) => Some((*local, BinaryOp::And)),
        ValueKind::Not(inner) => match inner.kind {
            ValueKind::Local(local) => Some((local, BinaryOp::Or)),
            _ => None,
        },
        _ => None,
    }
}

/// The same, where it is one.
fn shape(cond: &Value, then: &Block, otherwise: &Block) -> Option<(LocalId, BinaryOp)> {
    let (local, op) = variable(cond)?;
    let StmtKind::Let { targets, value: Rvalue::Use(_) } = &then.last()?.kind else { return None };
    (otherwise.is_empty() && matches!(targets.as_slice(), [Place::Local(to)] if *to == local)).then_some((local, op))
}

/// Whether a value is a truth value, and stands for nothing else.
fn is_truth(sym: &Sym) -> bool {
    match sym {
        Sym::Not(_) => true,
        Sym::Bin(op, ..) => {
            matches!(op, BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge)
        }
        _ => false,
    }
}

impl<'a> Explorer<'a, '_> {
    /// What the variable of a condition holds.
    pub(super) fn circuit(&self, frame: FrameId, cond: &Value, state: &State<'a>) -> Option<S> {
        let (local, _) = variable(cond)?;
        state.local(self.home(frame, local), local).map(|val| val.sym.clone())
    }

    /// Both sides of a short circuit keep `a && b` where each had its part of it.
    pub(super) fn keep_both(
        &self,
        frame: FrameId,
        cond: &Value,
        (then, otherwise): (&Block, &Block),
        left: Option<&S>,
        paths: &mut Paths<'a>,
    ) {
        let (Some((local, op)), Some(left)) = (shape(cond, then, otherwise), left.filter(|left| is_truth(left))) else {
            return;
        };
        let home = self.home(frame, local);
        let next = |flow: &Flow| matches!(flow, Flow::Next);
        let found = paths.iter().filter(|(_, flow)| next(flow)).filter_map(|(state, _)| state.local(home, local));
        let right = found.map(|val| &val.sym).find(|sym| *sym != left);
        let told = |sym: &Sym| is_truth(sym) || matches!(sym, Sym::Result(..));
        let Some(right) = right.filter(|sym| told(sym)).cloned() else { return };
        let both: S = Arc::new(binary(op, left, &right));
        for (state, _) in paths.iter_mut().filter(|(_, flow)| next(flow)) {
            let span = match state.local(home, local) {
                Some(val) if val.sym == *left || val.sym == right => val.span,
                _ => continue,
            };
            state.set_local(home, local, Val { sym: both.clone(), span });
        }
    }
}
