//! Modules built by hand: one with every form, and any at all.
#![allow(dead_code, clippy::unwrap_used, reason = "each test binary uses its part")]

pub(crate) mod arbitrary;
pub(crate) mod forms;

use dogpile_ir::{Function, FunctionKind, Global, LocalId, Module, Param, Stmt, StmtKind, Type, Value, ValueKind};
use dogpile_source::{FileId, Span};

pub(crate) fn none() -> Span {
    Span::new(FileId(0), 0, 0)
}

pub(crate) fn value(kind: ValueKind) -> Value {
    Value::new(kind, none())
}

pub(crate) fn local(id: LocalId) -> Value {
    value(ValueKind::Local(id))
}

pub(crate) fn stmt(kind: StmtKind) -> Stmt {
    Stmt { kind, span: none() }
}

pub(crate) fn param(local: LocalId, name: &str, ty: Type) -> Param {
    Param { local, name: name.into(), ty }
}

pub(crate) fn named(name: &str) -> Type {
    Type::Named(name.into())
}

pub(crate) fn function(name: &str, kind: FunctionKind, body: Vec<Stmt>) -> Function {
    Function {
        name: name.into(),
        kind,
        receiver: None,
        params: vec![],
        variadic: false,
        results: vec![],
        named_results: vec![],
        body: Some(body),
        is_async: false,
        span: none(),
        name_span: none(),
    }
}

pub(crate) fn global(name: &str, init: Vec<Stmt>, value: Option<Value>) -> Global {
    Global { name: name.into(), ty: Type::Unknown, constant: false, init, value, embeds: None, span: none() }
}

/// What must survive printing and reading: everything but the numbers of locals and labels, each part by itself.
pub(crate) fn essence(module: &Module) -> Vec<String> {
    let mut parts = vec![format!("{:?} {:?} {:?}", module.package, module.types, module.problems)];
    parts.extend(module.globals.iter().map(|g| format!("{g:?}")));
    parts.extend(module.functions.iter().map(|f| format!("{f:?}")));
    parts.into_iter().map(|part| renumber(&renumber(&part, "LocalId("), "LabelId(")).collect()
}

/// Numbers behind `mark` by their first appearance.
fn renumber(text: &str, mark: &str) -> String {
    let mut seen: Vec<&str> = vec![];
    let mut pieces = text.split(mark);
    let mut out = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (number, rest) = piece.split_once(')').unwrap();
        let at = seen.iter().position(|s| *s == number).unwrap_or_else(|| {
            seen.push(number);
            seen.len() - 1
        });
        out.push_str(&format!("{mark}{at}){rest}"));
    }
    out
}
