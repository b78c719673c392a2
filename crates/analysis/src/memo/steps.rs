//! Statements of a function in their order, with what stands around each.

use dogpile_ir::{Block, Call, Callee, Module, Rvalue, Stmt, StmtKind, Value, ValueKind};

/// A statement and where it stands.
pub(super) struct Step<'a> {
    pub(super) stmt: &'a Stmt,
    /// In a `catch` or a `finally`.
    pub(super) handles: bool,
    /// In a `try` whose handler swallows what is thrown.
    pub(super) guarded: bool,
    /// Conditions around it.
    pub(super) conds: Vec<&'a Value>,
}

/// The first call that a chain waits for.
pub(super) fn first_wait(block: &Block) -> Option<&Call> {
    let mut first = None;
    crate::walk::each_call(block, &mut |call| first = first.or(call.awaited.then_some(call)));
    first
}

/// `import('m')` is the module itself: a chain that begins with it begins with what it hands the module to.
pub(super) fn loads_module(call: &Call) -> bool {
    match &call.callee {
        Callee::Named(name) => &**name == "builtin.import",
        Callee::Value(_) => call.args.iter().any(|arg| matches!(arg.kind, ValueKind::Global(_))),
        Callee::Method { .. } => false,
    }
}

/// Whether a statement can throw, or give a promise that is rejected: it calls, waits or raises.
pub(super) fn does_something(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Let { value, .. } => {
            matches!(value, Rvalue::Call(_) | Rvalue::Await(_) | Rvalue::Race(_) | Rvalue::All(_))
        }
        StmtKind::Return { .. } | StmtKind::If { .. } => false,
        _ => true,
    }
}

/// Something that can fail is waited for there, and its failure is not caught.
pub(super) fn waits(before: &[Step<'_>]) -> bool {
    before.iter().any(|s| {
        !s.guarded
            && match &s.stmt.kind {
                StmtKind::Let { value: Rvalue::Await(_), .. } => true,
                StmtKind::Let { value: Rvalue::Call(call), .. } => call.awaited && !is_made(call),
                _ => false,
            }
    })
}

/// `new X()` gives no promise.
fn is_made(call: &Call) -> bool {
    matches!(&call.callee, Callee::Named(name) if name.starts_with("builtin.") && !name.starts_with("builtin.Promise"))
}

/// The statements of a block and of those in it.
pub(super) fn steps_of<'a>(module: &Module, block: &'a Block) -> Vec<Step<'a>> {
    let mut steps = Vec::new();
    walk(module, block, Around::default(), &mut vec![], &mut steps);
    steps
}

/// What stands around a statement.
#[derive(Clone, Copy, Default)]
struct Around {
    handles: bool,
    guarded: bool,
}

fn walk<'a>(module: &Module, block: &'a Block, place: Around, conds: &mut Vec<&'a Value>, out: &mut Vec<Step<'a>>) {
    for stmt in block {
        out.push(Step { stmt, handles: place.handles, guarded: place.guarded, conds: conds.clone() });
        match &stmt.kind {
            StmtKind::If { cond, then, otherwise } => {
                conds.push(cond);
                walk(module, then, place, conds, out);
                walk(module, otherwise, place, conds, out);
                conds.pop();
            }
            StmtKind::Switch { cases, default, .. } => {
                for case in cases {
                    let outer = conds.len();
                    conds.extend(&case.guards);
                    walk(module, &case.body, place, conds, out);
                    conds.truncate(outer);
                }
                if let Some(default) = default {
                    walk(module, default, place, conds, out);
                }
            }
            StmtKind::Try { body, catch, finally } => {
                let swallows = catch.as_ref().is_some_and(|(_, handler)| !throws_again(module, handler));
                walk(module, body, Around { guarded: place.guarded || swallows, ..place }, conds, out);
                let handler = Around { handles: true, ..place };
                if let Some((_, block)) = catch {
                    walk(module, block, handler, conds, out);
                }
                walk(module, finally, handler, conds, out);
            }
            _ => {
                for inner in crate::walk::blocks(stmt) {
                    walk(module, inner, place, conds, out);
                }
            }
        }
    }
}

/// A handler that throws, by itself or by a closure of its own.
fn throws_again(module: &Module, handler: &Block) -> bool {
    let mut found = false;
    crate::walk::each_stmt(handler, &mut |stmt| {
        found |= match &stmt.kind {
            StmtKind::Raise { .. } => true,
            StmtKind::Let { value: Rvalue::Call(Call { callee: Callee::Value(value), .. }), .. } => match value.kind {
                ValueKind::Closure(id) => {
                    module.function(id).body.as_ref().is_some_and(|body| throws_again(module, body))
                }
                _ => false,
            },
            _ => false,
        };
    });
    found
}
