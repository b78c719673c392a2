//! Walks over statements and the calls in them.

use dogpile_ir::{Block, Call, Comm, Few, Rvalue, Stmt, StmtKind, Value};

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
pub(crate) fn blocks(stmt: &Stmt) -> Few<'_, Block> {
    match &stmt.kind {
        StmtKind::If { then, otherwise, .. } => Few::two(then, otherwise),
        StmtKind::Loop { header, body, post, .. } => Few::of([Some(header), Some(body), Some(post)]),
        StmtKind::Switch { cases, default, .. } => Few::list(cases.iter().map(|c| &c.body).chain(default).collect()),
        StmtKind::Choose { arms, .. } => Few::list(arms.iter().map(|a| &a.body).collect()),
        StmtKind::Try { body, catch, finally } => Few::of([Some(body), catch.as_ref().map(|c| &c.1), Some(finally)]),
        StmtKind::Defer { body } | StmtKind::Spawn { body, .. } | StmtKind::Scope { body, .. } => Few::one(body),
        _ => Few::none(),
    }
}

/// Every value that a statement itself evaluates (not those in nested blocks).
pub(crate) fn values(stmt: &Stmt) -> Few<'_, Value> {
    match &stmt.kind {
        StmtKind::Let { value, .. } => rvalue_values(value),
        StmtKind::If { cond, .. } => Few::one(cond),
        StmtKind::Loop { cond, .. } => Few::of([cond.as_deref(), None, None]),
        StmtKind::Switch { cases, .. } => Few::list(cases.iter().flat_map(|c| &c.guards).collect()),
        StmtKind::Choose { arms, .. } => {
            let sides = arms.iter().flat_map(|a| match &a.comm {
                Comm::Receive { from, .. } => [Some(from), None],
                Comm::Send { to, value } => [Some(to), Some(value)],
                Comm::Default => [None, None],
            });
            Few::list(sides.flatten().collect())
        }
        StmtKind::Return { values } => Few::all(values),
        StmtKind::Raise { value } => Few::one(value),
        _ => Few::none(),
    }
}

fn rvalue_values(value: &Rvalue) -> Few<'_, Value> {
    match value {
        Rvalue::Use(v) | Rvalue::Await(v) | Rvalue::Receive(v) | Rvalue::TypeTest(v, _) => Few::one(v),
        Rvalue::Send(a, b) | Rvalue::Lookup(a, b) => Few::two(a, b),
        Rvalue::Race(vs) | Rvalue::All(vs) => Few::all(vs),
        Rvalue::Call(call) => called_with(call),
    }
}

/// What a call is given: what it is called on, and its arguments.
pub(crate) fn called_with(call: &Call) -> Few<'_, Value> {
    let callee = match &call.callee {
        dogpile_ir::Callee::Method { receiver, .. } => Some(&**receiver),
        dogpile_ir::Callee::Value(f) => Some(&**f),
        dogpile_ir::Callee::Named(_) => None,
    };
    Few::and_all(callee, &call.args)
}

/// Whether any function or closure of a module reads a variable.
pub(crate) fn mentions(module: &dogpile_ir::Module, local: dogpile_ir::LocalId) -> bool {
    fn within(value: &Value, local: dogpile_ir::LocalId) -> bool {
        matches!(value.kind, dogpile_ir::ValueKind::Local(l) if l == local)
            || value.parts().any(|part| within(part, local))
    }
    let mut found = false;
    for body in module.functions.iter().filter_map(|f| f.body.as_ref()) {
        each_stmt(body, &mut |stmt| found |= values(stmt).any(|value| within(value, local)));
    }
    found
}
