//! Walks over statements and the calls in them.

use dogpile_ir::{Block, Call, Comm, Rvalue, Stmt, StmtKind, Value};

/// Every statement of a block, nested ones too, in source order. Closures' bodies are functions of their own.
pub(crate) fn each_stmt<'b>(block: &'b Block, visit: &mut dyn FnMut(&'b Stmt)) {
    for stmt in block {
        visit(stmt);
        for inner in blocks(stmt) {
            each_stmt(inner, visit);
        }
    }
}

/// Every call of a block, nested ones too.
pub(crate) fn each_call<'b>(block: &'b Block, visit: &mut dyn FnMut(&'b Call)) {
    each_stmt(block, &mut |stmt| {
        if let StmtKind::Let { value: Rvalue::Call(call), .. } = &stmt.kind {
            visit(call);
        }
    });
}

/// The blocks directly inside a statement.
pub(crate) fn blocks(stmt: &Stmt) -> Vec<&Block> {
    match &stmt.kind {
        StmtKind::If { then, otherwise, .. } => vec![then, otherwise],
        StmtKind::Loop { header, body, post, .. } => vec![header, body, post],
        StmtKind::Switch { cases, default, .. } => cases.iter().map(|c| &c.body).chain(default).collect(),
        StmtKind::Choose { arms, .. } => arms.iter().map(|a| &a.body).collect(),
        StmtKind::Try { body, catch, finally } => {
            std::iter::once(body).chain(catch.as_ref().map(|c| &c.1)).chain(std::iter::once(finally)).collect()
        }
        StmtKind::Defer { body } | StmtKind::Spawn { body, .. } | StmtKind::Scope { body, .. } => vec![body],
        _ => vec![],
    }
}

/// Every value that a statement itself evaluates (not those in nested blocks).
pub(crate) fn values(stmt: &Stmt) -> Vec<&Value> {
    match &stmt.kind {
        StmtKind::Let { value, .. } => rvalue_values(value),
        StmtKind::If { cond, .. } => vec![cond],
        StmtKind::Loop { cond, .. } => cond.iter().collect(),
        StmtKind::Switch { cases, .. } => cases.iter().flat_map(|c| &c.guards).collect(),
        StmtKind::Choose { arms, .. } => arms
            .iter()
            .flat_map(|a| match &a.comm {
                Comm::Receive { from, .. } => vec![from],
                Comm::Send { to, value } => vec![to, value],
                Comm::Default => vec![],
            })
            .collect(),
        StmtKind::Return { values } => values.iter().collect(),
        StmtKind::Raise { value } => vec![value],
        _ => vec![],
    }
}

fn rvalue_values(value: &Rvalue) -> Vec<&Value> {
    match value {
        Rvalue::Use(v) | Rvalue::Await(v) | Rvalue::Receive(v) | Rvalue::TypeTest(v, _) => vec![v],
        Rvalue::Send(a, b) | Rvalue::Lookup(a, b) => vec![a, b],
        Rvalue::Race(vs) | Rvalue::All(vs) => vs.iter().collect(),
        Rvalue::Call(call) => {
            let callee = match &call.callee {
                dogpile_ir::Callee::Method { receiver, .. } => Some(&**receiver),
                dogpile_ir::Callee::Value(f) => Some(&**f),
                dogpile_ir::Callee::Named(_) => None,
            };
            callee.into_iter().chain(&call.args).collect()
        }
    }
}

/// Whether any function or closure of a module reads a variable.
pub(crate) fn mentions(module: &dogpile_ir::Module, local: dogpile_ir::LocalId) -> bool {
    fn within(value: &Value, local: dogpile_ir::LocalId) -> bool {
        matches!(value.kind, dogpile_ir::ValueKind::Local(l) if l == local) || value.parts().into_iter().any(|part| within(part, local))
    }
    let mut found = false;
    for body in module.functions.iter().filter_map(|f| f.body.as_ref()) {
        each_stmt(body, &mut |stmt| found |= values(stmt).into_iter().any(|value| within(value, local)));
    }
    found
}
