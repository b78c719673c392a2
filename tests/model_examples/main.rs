//! Every row of a client model has an example; here each goes through the front end, and the call in it must be found
//! again in the models, as this very row.

use dogpile_ir::{Block, Call, Callee, LocalId, Module, Rvalue, Stmt, StmtKind, Type, Value, ValueKind};
use dogpile_models::{Catalog, Models, Row};
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

/// Values that are built, by the name of their type and how many parts they are given.
fn built(block: &Block) -> impl Iterator<Item = (&str, usize)> {
    block.iter().filter_map(|Stmt { kind, .. }| match kind {
        StmtKind::Let {
            value: Rvalue::Use(Value { kind: ValueKind::Aggregate { ty: Type::Named(ty), fields }, .. }),
            ..
        } => Some((&**ty, fields.len())),
        _ => None,
    })
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
        // The end of a Rust value.
        Callee::Named(name) if &**name == "core::mem.drop" => {
            call.args.first().and_then(|value| models.method(type_of(module, value)?, "drop", 0))
        }
        Callee::Named(name) => models.function(name, args),
        Callee::Method { receiver, name } => match imported(receiver) {
            // `axios.get`, where the import is a value: a function of what it names.
            Some(full) => models.function(&format!("{full}.{name}"), args),
            None => type_of(module, receiver).and_then(|ty| models.method(ty, name, args)),
        },
        Callee::Value(called) => type_of(module, called).and_then(|ty| models.method(ty, "()", args)),
    };
    is_row(found, row)
}

fn is_row(found: Option<Row<'_>>, row: Row<'_>) -> bool {
    found.is_some_and(|found| std::ptr::eq(found.call, row.call))
}

/// Rows of a language whose example does not lead back to them, and how many rows there are.
fn failures(models: &Models, language: &str, read: &Reader) -> (usize, Vec<String>) {
    let mut wrong = Vec::new();
    let mut rows = 0;
    for row in models.own_rows().filter(|row| models.client(row.client).language == language) {
        rows += 1;
        let place = format!("{}: `{}`", models.file(row.client), row.call.example);
        let Some((text, module)) = read(models, row) else {
            wrong.push(format!("{place} does not call its row"));
            continue;
        };
        let mut all = Vec::new();
        let mut found = false;
        for body in module.functions.iter().filter_map(|function| function.body.as_ref()) {
            calls(body, &mut all);
            // A variant with a payload is the function of its name.
            found |= built(body).any(|(name, parts)| is_row(models.function(name, parts), row));
        }
        found |= all.iter().any(|call| leads_to(models, &module, call, row));
        let problem = module.problems.first().map(|p| p.message.clone());
        if problem.is_some() || !found {
            let why = problem.unwrap_or_else(|| "is not found as its own row".to_owned());
            wrong.push(format!("{place} {why}\n{text}"));
        }
    }
    (rows, wrong)
}

/// The file for a row, and what a front end makes of it; `None` when the example does not call the row.
type Reader = dyn Fn(&Models, Row<'_>) -> Option<(String, Module)>;

fn read_go(models: &Models, row: Row<'_>) -> Option<(String, Module)> {
    let text = go::program(models, row);
    let module = dogpile_front_go::parse(FileId(0), "example.com/p", &text);
    Some((text, module))
}

fn read_rust(models: &Models, row: Row<'_>) -> Option<(String, Module)> {
    let text = rust::program(models, row)?;
    let module = dogpile_front_rust::parse(FileId(0), "app::p", &text);
    Some((text, module))
}

fn read_typescript(models: &Models, row: Row<'_>) -> Option<(String, Module)> {
    let text = typescript::program(models, row)?;
    let module = dogpile_front_ts::parse(FileId(0), "p", "p.ts", &text, &dogpile_front_ts::Unresolved);
    Some((text, module))
}

#[test]
fn every_example_is_found_as_its_own_row() {
    let all = Catalog::default();
    let readers: [(&str, &Reader); 3] = [("go", &read_go), ("typescript", &read_typescript), ("rust", &read_rust)];
    for (language, read) in readers {
        let models = all.of(language);
        let (rows, wrong) = failures(models, language, read);
        assert!(rows > 300, "only {rows} rows");
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
        failures(&models, "go", &read_go).1.len()
    };
    assert_eq!(wrong("ok := c.Take(ctx, key, token)"), 0);
    assert_eq!(wrong("ok := c.Take(ctx, key)"), 1);
    assert_eq!(wrong("ok := := c.Take(ctx, key, token)"), 1);
    assert_eq!(wrong("ok := c.Take(ctx, key).Take(ctx, key, token)"), 1);
}

/// So can that for Rust.
#[test]
fn rust_examples_of_other_rows_are_refused() {
    let wrong = |on: &str, name: &str, example: &str| {
        let text = format!(
            r#"
            [client]
            name = "acme"
            language = "rust"
            packages = ["acme"]
            triggers = ["acme"]
            checked = {{ version = "1", on = "2026-11-21" }}
            [[type]]
            names = ["Client"]
            role = "client"
            [[call]]
            {on}
            name = [{name:?}]
            min_args = 2
            does = {{ forgets = {{ key = "$1" }} }}
            example = {example:?}
            "#
        );
        let models = Models::from_files([("acme.toml", text.as_str())]).unwrap_or_else(|fault| panic!("{fault}"));
        failures(&models, "rust", &read_rust).1.len()
    };
    let method = |example| wrong("on = \"Client\"", "take", example);
    assert_eq!(method("let won = c.take(key, token).await?;"), 0);
    assert_eq!(method("let won = c.take(key).await?;"), 1);
    assert_eq!(method("let won = c.d.take(key, token).await?;"), 1);
    assert_eq!(method("let won == c.take(key, token).await?;"), 1);
    assert_eq!(wrong("", "Client.open", "let c = acme::Client::open(a, b);"), 0);
    assert_eq!(wrong("", "Client.open", "let c = acme::Client::open(a);"), 1);
    assert_eq!(wrong("", "Client.open", "let c = other::Client::open(a, b);"), 1);
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
        failures(&models, "typescript", &read_typescript).1.len()
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
