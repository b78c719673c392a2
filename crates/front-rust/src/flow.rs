//! Which variables statements store to, where a value may never have come about.

use crate::lowering::Lowering;
use dogpile_ir::{Block, Comm, LocalId, Place, Stmt, StmtKind};

impl Lowering<'_> {
    /// Whether the statements after the first `before` of the block at hand store to a variable.
    pub(crate) fn stored_since(&self, before: usize, local: LocalId) -> bool {
        self.out.get(before.min(self.out.len())..).is_some_and(|new| new.iter().any(|stmt| stores(stmt, local)))
    }

    /// Whether the block at hand stores to a variable; looks at its end first.
    pub(crate) fn stored_anywhere(&self, local: LocalId) -> bool {
        self.out.iter().rev().any(|stmt| stores(stmt, local))
    }
}

fn stores(stmt: &Stmt, local: LocalId) -> bool {
    let any = |block: &Block| block.iter().rev().any(|stmt| stores(stmt, local));
    match &stmt.kind {
        StmtKind::Let { targets, .. } => targets.contains(&Place::Local(local)),
        StmtKind::If { then, otherwise, .. } => any(then) || any(otherwise),
        StmtKind::Loop { header, body, post, .. } => any(header) || any(body) || any(post),
        StmtKind::Switch { cases, default, .. } => {
            cases.iter().any(|case| any(&case.body)) || default.as_ref().is_some_and(any)
        }
        StmtKind::Choose { arms, .. } => arms.iter().any(|arm| {
            any(&arm.body)
                || matches!(&arm.comm, Comm::Receive { targets, .. } if targets.contains(&Place::Local(local)))
        }),
        StmtKind::Scope { body, .. } => any(body),
        StmtKind::Spawn { handle, .. } => *handle == Some(local),
        StmtKind::Opaque { writes, .. } => writes.contains(&local),
        _ => false,
    }
}
