//! Whose life a release's context depends on.

use super::Assembly;
use crate::explore::record::ReleaseFacts;
use crate::lifecycle::ContextOrigin;
use crate::program::FuncRef;
use crate::sym::{Origin, Sym};
use crate::typing::Target;
use crate::walk::each_stmt;
use dogpile_ir::{Block, LocalId, Place, Rvalue, StmtKind, Value, ValueKind};
use dogpile_models::Does;
use dogpile_source::Span;

impl Assembly<'_, '_> {
    pub(super) fn context_origin(&self, root: FuncRef, r: &ReleaseFacts) -> (ContextOrigin, Option<Span>) {
        let Some(val) = &r.context else { return (ContextOrigin::Absent, None) };
        let Sym::Context(c) = &*val.sym else { return (ContextOrigin::Unknown, Some(val.span)) };
        let origin = match c.origin {
            _ if r.cancelled => ContextOrigin::CancelledHere,
            Origin::Background => ContextOrigin::Detached,
            Origin::Unknown => ContextOrigin::Unknown,
            Origin::Caller if self.callers_detach(root, 0) => ContextOrigin::Detached,
            Origin::Caller if c.limited => ContextOrigin::CallerWithTimeout,
            Origin::Caller => ContextOrigin::Caller,
        };
        (origin, Some(c.span))
    }

    /// Every caller in the project gives the function a context that nobody cancels.
    fn callers_detach(&self, f: FuncRef, depth: usize) -> bool {
        let program = &self.cx.program;
        let function = program.function(f);
        let Some(index) = function.params.iter().position(|p| p.ty.name() == Some("context.Context")) else {
            return false;
        };
        let mut any = false;
        for caller in self.cx.reach.callers_of(f) {
            for at in program
                .all_functions()
                .filter(|at| at.module == caller.module && crate::reach::outermost(program, *at) == caller)
            {
                let Some(body) = &program.function(at).body else { continue };
                let mut all = true;
                crate::walk::each_call(body, &mut |call| {
                    let hit = match self.cx.typing.target(program, at.module, call) {
                        Target::Local(g) => g == f,
                        Target::Dispatch(gs) => gs.contains(&f),
                        _ => false,
                    };
                    if hit {
                        any = true;
                        all &= call.args.get(index).is_some_and(|arg| self.detached_value(caller, body, arg, depth));
                    }
                });
                if !all {
                    return false;
                }
            }
        }
        any
    }

    fn detached_value(&self, f: FuncRef, body: &Block, value: &Value, depth: usize) -> bool {
        if depth > 3 {
            return false;
        }
        let ValueKind::Local(local) = &value.kind else { return false };
        let function = self.cx.program.function(f);
        if function.params.iter().any(|p| p.local == *local) {
            return self.callers_detach(f, depth + 1);
        }
        self.detached_local(f, body, *local, depth)
    }

    fn detached_local(&self, f: FuncRef, body: &Block, local: LocalId, depth: usize) -> bool {
        let mut found = false;
        let mut detached = true;
        each_stmt(body, &mut |stmt| {
            let StmtKind::Let { targets, value } = &stmt.kind else { return };
            if !targets.iter().any(|t| matches!(t, Place::Local(l) if *l == local)) {
                return;
            }
            found = true;
            detached &= match value {
                Rvalue::Call(call) => match self.cx.typing.target(&self.cx.program, f.module, call) {
                    Target::Model(row, _) => match &row.call.does {
                        Does::Context(c) => match c.origin {
                            dogpile_models::ContextOrigin::Background | dogpile_models::ContextOrigin::Detached => true,
                            dogpile_models::ContextOrigin::Derived => {
                                call.args.first().is_some_and(|a| matches!(&a.kind, ValueKind::Local(l) if *l != local && self.detached_local(f, body, *l, depth + 1)))
                            }
                            dogpile_models::ContextOrigin::Request => false,
                        },
                        _ => false,
                    },
                    _ => false,
                },
                Rvalue::Use(v) => matches!(&v.kind, ValueKind::Local(l) if *l != local && depth < 4 && self.detached_local(f, body, *l, depth + 1)),
                _ => false,
            };
        });
        found && detached
    }
}
