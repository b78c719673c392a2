//! Printing and reading give back what there was.
#![allow(clippy::disallowed_methods, reason = "tests read their data and what they are told")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod built;

use built::arbitrary::modules;
use built::{essence, forms::every_form};
use dogpile_ir::{
    FuncId, Lang, PrintOptions, parse_module, print_function, print_function_with, print_module, print_module_with,
    validate,
};
use dogpile_source::{FileId, SourceFile, Span};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/ir")
}

/// Every `.lir` file below a folder.
fn lir_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            lir_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "lir") {
            found.push(path);
        }
    }
}

#[test]
fn every_form_prints_as_its_fixture() {
    let printed = print_module(&every_form());
    let path = fixtures().join("every-form.lir");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &printed).unwrap();
    }
    assert_eq!(printed, std::fs::read_to_string(path).unwrap(), "BLESS=1 rewrites the fixture");
}

#[test]
fn every_form_is_read_back() {
    let module = every_form();
    let read = parse_module(&print_module(&module), FileId(0)).unwrap();
    assert_eq!(essence(&read), essence(&module));
    assert_eq!(print_module(&read), print_module(&module));
    assert_eq!(validate(&module), []);
    assert_eq!(validate(&read), []);
}

#[test]
fn a_tight_module_is_the_same_with_each_name_once() {
    let (loose, mut tight) = (every_form(), every_form());
    // As a front end names things: anew each time.
    tight.functions.iter_mut().for_each(|function| function.name = function.name.to_string().into());
    tight.package = tight.package.to_string().into();
    tight.functions.iter_mut().filter_map(|function| function.body.as_mut()).for_each(|body| body.reserve(100));
    tight.tighten();
    assert_eq!(essence(&tight), essence(&loose));
    assert_eq!(print_module(&tight), print_module(&loose));
    let mut known = std::collections::BTreeMap::new();
    let names = tight.locals.iter().map(|local| &local.name).chain(tight.globals.iter().map(|global| &global.name));
    for name in names.chain(tight.functions.iter().map(|function| &function.name)).chain([&tight.package]) {
        assert!(std::sync::Arc::ptr_eq(name, known.entry(name.to_string()).or_insert_with(|| name.clone())), "{name}");
    }
    let body = tight.functions.iter().find_map(|function| function.body.as_ref()).unwrap();
    assert_eq!(body.capacity(), body.len());
}

#[test]
fn fixtures_are_in_the_printed_form() {
    let mut files = vec![];
    lir_files(&fixtures(), &mut files);
    assert!(!files.is_empty());
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let module = parse_module(&text, FileId(0)).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(print_module(&module), text, "{}", path.display());
        assert_eq!(validate(&module), [], "{}", path.display());
    }
}

#[test]
fn owners_and_types_of_locals_are_found_again() {
    let read = parse_module(&print_module(&every_form()), FileId(3)).unwrap();
    let owner = |name: &str, nth: usize| read.locals.iter().filter(|l| &*l.name == name).nth(nth).unwrap();
    // What the closure captures is the function's; what only the closure uses is its own.
    assert_eq!(owner("ctx", 0).owner, Some(FuncId(0)));
    assert_eq!(owner("ctx", 1).owner, Some(FuncId(2)));
    assert_eq!(owner("token", 0).ty.name(), Some("string"));
    assert_eq!(owner("n", 0).ty.name(), Some("int"));
    assert_eq!(read.file, FileId(3));
    assert_eq!(read.functions[0].span, Span::new(FileId(3), 0, 0));
}

#[test]
fn origin_and_spans_are_printed_where_asked_for() {
    let mut module = every_form();
    module.lang = Lang::Rust;
    let file = SourceFile::new("a.go", "package app\n\tvar x = 1\n");
    let dogpile_ir::TypeKind::Struct(fields) = &mut module.types[0].kind else { panic!() };
    fields[0].span = Span::new(FileId(0), 13, 16);
    let options = PrintOptions { spans: true, origin: true };
    let text = print_module_with(&module, options, Some(&file));
    assert!(text.contains("  embed Mutex: sync.Mutex @2:2\n"), "{text}");
    assert!(text.contains("lang rust\nimport redis = github.com/redis/go-redis/v9 @1:1\n"), "{text}");
    let read = parse_module(&text, FileId(0)).unwrap();
    assert_eq!(read.lang, Lang::Rust);
    assert_eq!(read.imports, module.imports);
    assert_eq!(print_module(&read), print_module(&module));
    // Without a file there are no positions to print.
    let origin = print_module_with(&module, options, None);
    assert_eq!(origin, print_module_with(&module, PrintOptions { spans: false, origin: true }, None));
}

#[test]
fn one_function_prints_as_in_its_module() {
    let module = every_form();
    let whole = print_module(&module);
    for id in 0..module.functions.len() {
        let text = print_function(&module, FuncId(u32::try_from(id).unwrap()));
        assert!(!text.is_empty() && whole.contains(&text));
    }
    assert_eq!(print_function(&module, FuncId(99)), "");
    let file = SourceFile::new("a.go", "");
    let spans = PrintOptions { spans: true, ..PrintOptions::default() };
    assert!(
        print_function_with(&module, FuncId(3), spans, Some(&file)).starts_with("fn example.com/app.init() { @1:1\n")
    );
}

#[test]
fn errors_name_the_line() {
    let line = |text: &str| parse_module(text, FileId(0)).unwrap_err();
    assert_eq!(line("").line, 1);
    assert_eq!(line("module a\n\nfn a.b() {\n  %x = if\n}\n").line, 4);
    assert_eq!(line("module a\nfn a.b() {\n  use closure a.c\n}\n").to_string(), "line 3: there is no function a.c");
    assert_eq!(line("module a\nfn a.b() {\n  use 1.2.3\n}\n").to_string(), "line 3: \"1.2.3\" is no number");
    assert_eq!(line("module a\nproblem \"x\n").message, "quotes are not closed");
    assert_eq!(line("module a\nfn a.b(...%x, %y)\n").message, "only the last parameter can take the rest");
}

#[test]
fn comments_and_free_layout_are_read() {
    let text = "// about\nmodule a // here\nfn a.b(%x:int)->(int){return %x} fn a.c(){return // none\n}";
    let printed = "module a\n\nfn a.b(%x: int) -> (int) {\n  return %x\n}\n\nfn a.c() {\n  return\n}\n";
    assert_eq!(print_module(&parse_module(text, FileId(0)).unwrap()), printed);
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let n = 100_000;
    for (open, close) in [("(not ", ")"), ("(", ")"), ("new {", "}"), ("%x[", "]"), ("", ".a"), ("", "[..]")] {
        let text = format!("module a\nfn a.b() {{\n  use {}%x{}\n}}\n", open.repeat(n), close.repeat(n));
        assert_eq!(parse_module(&text, FileId(0)).unwrap_err().message, "nested too deep", "{open}{close}");
    }
    let text = format!("module a\ntype a.b = {}int\n", "[]".repeat(n));
    assert_eq!(parse_module(&text, FileId(0)).unwrap_err().message, "nested too deep");
    // Short chains, each in parentheses, are one tall value.
    let text = format!("module a\nfn a.b() {{\n  use {}%x{}\n}}\n", "(".repeat(150), ".a.a.a.a)".repeat(150));
    assert_eq!(parse_module(&text, FileId(0)).unwrap_err().message, "nested too deep");
    let text = format!("module a\nfn a.b() {{\n  {}\n", "defer {".repeat(n));
    assert_eq!(parse_module(&text, FileId(0)).unwrap_err().message, "nested too deep");
}

#[test]
fn nesting_below_the_bound_is_followed() {
    let (blocks, values) = (90, 100);
    let text = format!(
        "module a\nfn a.b() {{\n{} raise {}nil{} {}\n}}\n",
        "defer {".repeat(blocks),
        "(not ".repeat(values),
        ")".repeat(values),
        "}".repeat(blocks),
    );
    let module = parse_module(&text, FileId(0)).unwrap();
    let printed = print_module(&module);
    assert_eq!(print_module(&parse_module(&printed, FileId(0)).unwrap()), printed);
}

proptest! {
    #[test]
    fn any_module_is_read_back(module in modules()) {
        let options = PrintOptions { origin: true, ..PrintOptions::default() };
        let text = print_module_with(&module, options, None);
        let read = parse_module(&text, FileId(0)).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
        prop_assert_eq!(essence(&read), essence(&module));
        prop_assert_eq!((read.lang, &read.imports), (module.lang, &module.imports));
        prop_assert_eq!(print_module_with(&read, options, None), text);
        prop_assert_eq!(print_module(&read), print_module(&module));
        let _ = validate(&module);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse_module(&String::from_utf8_lossy(&bytes), FileId(0));
    }

    #[test]
    fn mutated_text_is_read_without_a_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize, "[ -~\n]{0,3}"), 1..6)
    ) {
        let mut text = print_module(&every_form());
        for (at, removed, added) in edits {
            let at = at.index(text.len());
            text.replace_range(at..(at + removed).min(text.len()), &added);
        }
        if let Ok(module) = parse_module(&text, FileId(0)) {
            let printed = print_module(&module);
            let again = parse_module(&printed, FileId(0)).map_err(|e| TestCaseError::fail(format!("{e}\n{printed}")))?;
            prop_assert_eq!(print_module(&again), printed);
            let _ = validate(&module);
        }
    }
}
