//! Every row of a client model has an example; here each goes through the front end, and the call in it must be found
//! again in the models, as this very row.

use dogpile_ir::{Block, Call, Callee, LocalId, Module, Rvalue, Stmt, StmtKind, Type, Value, ValueKind};
use dogpile_models::{Models, Row};
use dogpile_source::FileId;

mod go;
mod rust;
mod typescript;

/// A package that a pattern stands for: `github.com/redis/go-redis/v*` → `…/v9`, `**/singleflight` → itself below some
/// path.
pub(crate) fn concrete(package: &str) -> String {
    match package.strip_prefix("**/") {
        Some(tail) => format!("example.com/internal/{tail}"),
        None => package.replace('*', "9"),
    }
}

/// `github.com/a/b/v9.Client` → its package and its name.
pub(crate) fn split(qualified: &str) -> (&str, &str) {
    qualified.rsplit_once('.').unwrap_or(("", qualified))
}

pub(crate) fn is_qualified(name: &str) -> bool {
    name.contains(['.', '/'])
}

fn calls<'m>(block: &'m Block, all: &mut Vec<&'m Call>) {
    for Stmt { kind, .. } in block {
        match kind {
            StmtKind::Let { value: Rvalue::Call(call), .. } => all.push(call),
            StmtKind::Defer { body } | StmtKind::Spawn { body, .. } | StmtKind::Scope { body, .. } => calls(body, all),
            _ => {}
        }
    }
}

fn type_of<'m>(module: &'m Module, value: &Value) -> Option<&'m str> {
    let ValueKind::Local(LocalId(id)) = value.kind else { return None };
    match &module.locals.get(id as usize)?.ty {
        Type::Named(name) => Some(name),
        _ => None,
    }
}

/// Whether the call is found in the models as this row.
fn leads_to(models: &Models, module: &Module, call: &Call, row: Row<'_>) -> bool {
    let found = match &call.callee {
        Callee::Named(name) => models.function(name, call.args.len()),
        Callee::Method { receiver, name } => {
            type_of(module, receiver).and_then(|ty| models.method(ty, name, call.args.len()))
        }
        Callee::Value(_) => None,
    };
    found.is_some_and(|found| std::ptr::eq(found.call, row.call))
}

/// Rows whose example does not lead back to them, and how many rows there are.
fn failures(models: &Models) -> (usize, Vec<String>) {
    let mut wrong = Vec::new();
    let mut rows = 0;
    for row in models.own_rows().filter(|row| models.client(row.client).language == "go") {
        rows += 1;
        let text = go::program(models, row);
        let module = dogpile_front_go::parse(FileId(0), "example.com/p", &text);
        let mut all = Vec::new();
        for body in module.functions.iter().filter_map(|function| function.body.as_ref()) {
            calls(body, &mut all);
        }
        let problem = module.problems.first().map(|p| p.message.clone());
        if problem.is_some() || !all.iter().any(|call| leads_to(models, &module, call, row)) {
            let why = problem.unwrap_or_else(|| "is not found as its own row".to_owned());
            wrong.push(format!("{}: `{}` {why}\n{text}", models.file(row.client), row.call.example));
        }
    }
    (rows, wrong)
}

#[test]
fn every_example_is_found_as_its_own_row() {
    let (rows, wrong) = failures(&Models::builtin());
    assert!(rows > 300, "only {rows} rows");
    assert!(wrong.is_empty(), "{} of {rows} examples fail:\n{}", wrong.len(), wrong.join("\n"));
}

/// What front end there is for TypeScript is asked in the same way; the file for it can be written already.
#[test]
fn every_typescript_example_calls_its_row() {
    let models = Models::builtin();
    let rows: Vec<_> = models.own_rows().filter(|row| models.client(row.client).language == "typescript").collect();
    let lost = rows.iter().filter(|row| typescript::program(&models, **row).is_none());
    let lost: Vec<_> = lost.map(|row| format!("{}: `{}`", models.file(row.client), row.call.example)).collect();
    assert!(rows.len() > 300, "only {} rows", rows.len());
    assert!(lost.is_empty(), "{} of {}:\n{}", lost.len(), rows.len(), lost.join("\n"));
}

/// The same for Rust.
#[test]
fn every_rust_example_calls_its_row() {
    let models = Models::builtin();
    let rows: Vec<_> = models.own_rows().filter(|row| models.client(row.client).language == "rust").collect();
    let lost = rows.iter().filter(|row| rust::program(&models, **row).is_none());
    let lost: Vec<_> = lost.map(|row| format!("{}: `{}`", models.file(row.client), row.call.example)).collect();
    assert!(rows.len() > 300, "only {} rows", rows.len());
    assert!(lost.is_empty(), "{} of {}:\n{}", lost.len(), rows.len(), lost.join("\n"));
}

/// The test above can fail: an example with too few arguments, one that is no Go, one that calls another row.
#[test]
fn examples_of_other_rows_are_refused() {
    let wrong = |example: &str| {
        let text = format!(
            r#"
            [client]
            name = "acme"
            language = "go"
            packages = ["acme.dev/lock"]
            triggers = ["acme"]
            checked = {{ version = "1", on = "2026-11-21" }}
            [[type]]
            names = ["Client"]
            role = "client"
            [[reply]]
            name = "Ok"
            value = "bool"
            nil = "zero"
            direct = ["value"]
            [[call]]
            on = "Client"
            name = ["Take"]
            min_args = 3
            does = {{ command = {{ words = ["SET", "$2", "$3", "NX"], reply = "Ok" }} }}
            example = {example:?}
            "#
        );
        let models = Models::from_files([("acme.toml", text.as_str())]).unwrap_or_else(|fault| panic!("{fault}"));
        failures(&models).1.len()
    };
    assert_eq!(wrong("ok := c.Take(ctx, key, token)"), 0);
    assert_eq!(wrong("ok := c.Take(ctx, key)"), 1);
    assert_eq!(wrong("ok := := c.Take(ctx, key, token)"), 1);
    assert_eq!(wrong("ok := c.Take(ctx, key).Take(ctx, key, token)"), 1);
}
