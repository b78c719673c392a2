//! Lowered code, as text and by its spans.
#![allow(dead_code)]

pub(crate) mod spans;

use dogpile_front_ts::Unresolved;
use dogpile_ir::*;
use dogpile_source::{FileId, SourceFile};

pub(crate) fn module_of(path: &str, text: &str) -> Module {
    let module = dogpile_front_ts::parse(FileId(0), "ex.com/p", path, text, &Unresolved);
    let broken = validate_in(&module, &SourceFile::new(path, text));
    assert!(broken.is_empty(), "{broken:?}");
    module
}

pub(crate) fn module(text: &str) -> Module {
    module_of("f.ts", text)
}

/// What the IR of a file without problems prints, without its first line, and with short names.
pub(crate) fn printed(text: &str) -> String {
    let module = module(text);
    assert!(module.problems.is_empty(), "{:?}", module.problems);
    let options = PrintOptions { origin: true, ..PrintOptions::default() };
    let text = print_module_with(&module, options, None).replace("ex.com/p.", "p.");
    let lines = text.lines().skip(2).filter(|l| !l.starts_with("import ") && !l.trim_start().starts_with("var "));
    lines.filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Holds the body of `async function f()` to what is expected, indentation aside.
pub(crate) fn check(statements: &str, expected: &str) {
    let text = printed(&format!("async function f() {{\n{statements}\n}}"));
    let start = text.find('\n').expect("a body") + 1;
    let end = text.find("\n}").expect("an end");
    let strip = |text: &str| text.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
    let got = if start > end { "" } else { &text[start..end] };
    assert_eq!(strip(got), strip(expected), "\n--- got\n{text}");
}
