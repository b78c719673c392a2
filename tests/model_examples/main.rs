//! Every row of a client model has an example; here each goes through the front end, and the call in it must be found
//! again in the models, as this very row.

use dogpile_ir::{Block, Call, Callee, LocalId, Module, Rvalue, Stmt, StmtKind, Type, Value, ValueKind};
use dogpile_models::{Models, Row};
use dogpile_source::FileId;

mod go;
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

/// The canonical name of an imported value, or of a field of one.
fn imported(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::Global(name) => Some(name.to_string()),
        ValueKind::Field(base, field) => Some(format!("{}.{field}", imported(base)?)),
        _ => None,
    }
}

/// Whether the call is found in the models as this row.
fn leads_to(models: &Models, module: &Module, call: &Call, row: Row<'_>) -> bool {
    let args = call.args.len();
    let found = match &call.callee {
        Callee::Named(name) => models.function(name, args),
        Callee::Method { receiver, name } => match imported(receiver) {
            // `axios.get`, where the import is a value: a function of what it names.
            Some(full) => models.function(&format!("{full}.{name}"), args),
            None => type_of(module, receiver).and_then(|ty| models.method(ty, name, args)),
        },
        Callee::Value(called) => type_of(module, called).and_then(|ty| models.method(ty, "()", args)),
    };
    found.is_some_and(|found| std::ptr::eq(found.call, row.call))
}

/// A file with nothing in it but the example; `None` when that does not call the row.
fn program(models: &Models, row: Row<'_>) -> Option<String> {
    match models.client(row.client).language.as_str() {
        "go" => Some(go::program(models, row)),
        "typescript" => typescript::program(models, row),
        _ => None,
    }
}

/// What the front end makes of a file; `None` for a language that has none yet.
fn parsed(language: &str, text: &str) -> Option<Module> {
    match language {
        "go" => Some(dogpile_front_go::parse(FileId(0), "example.com/p", text)),
        "typescript" => Some(dogpile_front_ts::parse(FileId(0), "p", "p.ts", text, &dogpile_front_ts::Unresolved)),
        _ => None,
    }
}

/// Why an example does not lead back to its row.
fn fault(models: &Models, row: Row<'_>) -> Option<String> {
    let Some(text) = program(models, row) else { return Some("does not call its row".to_owned()) };
    let module = parsed(&models.client(row.client).language, &text)?;
    if let Some(problem) = module.problems.first() {
        return Some(format!("{}\n{text}", problem.message));
    }
    let mut all = Vec::new();
    for body in module.functions.iter().filter_map(|function| function.body.as_ref()) {
        calls(body, &mut all);
    }
    let found = all.iter().any(|call| leads_to(models, &module, call, row));
    (!found).then(|| format!("is not found as its own row\n{text}"))
}

/// Rows whose example does not lead back to them, and how many rows there are.
fn failures(models: &Models, language: &str) -> (usize, Vec<String>) {
    let rows: Vec<_> = models.own_rows().filter(|row| models.client(row.client).language == language).collect();
    let wrong = rows.iter().filter_map(|row| {
        let why = fault(models, *row)?;
        Some(format!("{}: `{}` {why}", models.file(row.client), row.call.example))
    });
    (rows.len(), wrong.collect())
}

#[test]
fn every_example_is_found_as_its_own_row() {
    for language in ["go", "typescript"] {
        let (rows, wrong) = failures(&Models::builtin(), language);
        assert!(rows > 300, "only {rows} rows of {language}");
        assert!(wrong.is_empty(), "{} of {rows} examples fail:\n{}", wrong.len(), wrong.join("\n"));
    }
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
        failures(&models, "go").1.len()
    };
    assert_eq!(wrong("ok := c.Take(ctx, key, token)"), 0);
    assert_eq!(wrong("ok := c.Take(ctx, key)"), 1);
    assert_eq!(wrong("ok := := c.Take(ctx, key, token)"), 1);
    assert_eq!(wrong("ok := c.Take(ctx, key).Take(ctx, key, token)"), 1);
}

/// The same for TypeScript, where a class may be constructed, imported by default, or be of another case.
#[test]
fn typescript_examples_of_other_rows_are_refused() {
    let wrong = |name: &str, example: &str| {
        let text = format!(
            r#"
            [client]
            name = "acme"
            language = "typescript"
            packages = ["@acme/lock"]
            triggers = ["acme"]
            checked = {{ version = "1", on = "2026-11-21" }}
            [[type]]
            names = ["Client", "default"]
            role = "client"
            [[call]]
            name = [{name:?}]
            min_args = 1
            max_args = 1
            does = {{ makes = {{ type = "Client" }} }}
            example = {example:?}
            "#
        );
        let models = Models::from_files([("acme.toml", text.as_str())]).unwrap_or_else(|fault| panic!("{fault}"));
        failures(&models, "typescript").1.len()
    };
    assert_eq!(wrong("Client.new", "const c = new Client(url);"), 0);
    assert_eq!(wrong("default.new", "const c = new Acme(url);"), 0);
    assert_eq!(wrong("default", "const c = acme(url);"), 0);
    assert_eq!(wrong("Client.fromEnv", "const c = Client.fromEnv(env);"), 0);
    assert_eq!(wrong("Client.new", "const c = new Client();"), 1);
    assert_eq!(wrong("Client.new", "const c = new Other(url);"), 1);
    assert_eq!(wrong("Client.new", "const c = = new Client(url);"), 1);
    assert_eq!(wrong("Client.fromEnv", "const c = Other.fromEnv(env);"), 1);
}
