//! Whatever the text, the front end returns.

mod lowered;

use dogpile_ir::{Module, StmtKind, ValueKind};
use lowered::{function, module};

const DEEP: usize = 10_000;

/// Runs on a stack as small as a worker thread's.
fn in_a_thread(text: String) -> Module {
    let run = move || module(&text);
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread").join().expect("no overflow")
}

fn in_function(statements: String) -> String {
    format!("package p\nfunc f() {{\n{statements}\n}}\nfunc g() {{ after() }}\n")
}

fn deep(statements: String) -> Module {
    let module = in_a_thread(in_function(statements));
    assert_eq!(function(&module, "g"), ".after()\n");
    module
}

fn says(module: &Module, message: &str) -> bool {
    module.problems.iter().any(|p| p.message.contains(message))
}

#[test]
fn deep_expressions() {
    // Parentheses mean nothing, so that any number of them can be taken off.
    let parens = deep(format!("x := {}1{}", "(".repeat(DEEP), ")".repeat(DEEP)));
    assert!(parens.problems.is_empty());
    for text in [
        format!("x := {}1{}", "(-".repeat(DEEP), ")".repeat(DEEP)),
        format!("x := {}1{}", "h(".repeat(DEEP), ")".repeat(DEEP)),
        format!("x := {}1", "-".repeat(DEEP)),
        format!("x := {}1{}", "a && (".repeat(DEEP), ")".repeat(DEEP)),
        format!("x := {}1{}", "b[".repeat(DEEP), "]".repeat(DEEP)),
        format!("x := a{}", ".b".repeat(DEEP)),
        format!("x := a{}", ".b()".repeat(DEEP)),
        format!("x := a{}", "()".repeat(DEEP)),
        format!("x := a{}", "[1:]".repeat(DEEP)),
        format!("x := a{}", ".(T)".repeat(DEEP)),
        format!("x := []T{}1{}", "{".repeat(DEEP), "}".repeat(DEEP)),
        format!("var x {}int", "[]".repeat(DEEP)),
        format!("var x {}int", "*".repeat(DEEP)),
        format!("var x {}int", "chan ".repeat(DEEP)),
        format!("var x {}int", "func() ".repeat(DEEP)),
    ] {
        assert!(says(&deep(text.clone()), "nested too deeply"), "{}", &text[..40]);
    }
}

#[test]
fn deep_statements() {
    for text in [
        format!("{}x(){}", "{\n".repeat(DEEP), "}\n".repeat(DEEP)),
        format!("{}x(){}", "if a {\n".repeat(DEEP), "}\n".repeat(DEEP)),
        format!("if a {{\n}}{}", " else if b() {\n}".repeat(DEEP)),
        format!("{}x(){}", "for {\n".repeat(DEEP), "}\n".repeat(DEEP)),
        format!("{}x(){}", "for range a {\n".repeat(DEEP), "}\n".repeat(DEEP)),
        format!("{}x(){}", "switch a {\ncase b:\n".repeat(DEEP), "}\n".repeat(DEEP)),
        format!("{}x(){}", "switch a := a.(type) {\ncase b:\n".repeat(DEEP), "}\n".repeat(DEEP)),
        format!("{}x(){}", "select {\ncase <-b:\n".repeat(DEEP), "}\n".repeat(DEEP)),
        format!("{}x(){}", "func() {\n".repeat(DEEP), "}()\n".repeat(DEEP)),
        format!("{}x(){}", "defer func() {\n".repeat(DEEP), "}()\n".repeat(DEEP)),
        format!("{}x(){}", "h(a, func() { b := S{f: ".repeat(DEEP), "}})\n".repeat(DEEP)),
        format!("{}x(){}", "if a && h(func() {\n".repeat(DEEP), "}) {\n}\n".repeat(DEEP)),
        format!("{}x()", "l: ".repeat(DEEP)),
    ] {
        assert!(says(&deep(text.clone()), "nested too deeply"), "{}", &text[..20]);
    }
}

#[test]
fn long_chains() {
    for (operator, operand) in [("+", "a"), ("-", "a"), ("&&", "a"), ("||", "h()"), ("+", "h()"), ("*", "a")] {
        let terms = vec![operand; DEEP].join(operator);
        let module = deep(format!("x := {terms}"));
        assert!(module.problems.is_empty(), "{operator} {operand}");
        assert_eq!(module.stats.opaque, 0);
    }
    let mixed = "a + b - ".repeat(DEEP) + "c";
    assert!(deep(format!("x := {mixed}")).problems.is_empty());
}

#[test]
fn a_long_text_stays_one_value() {
    let text = vec!["\"line\\n\""; 300].join(" +\n");
    let module = in_a_thread(format!("package p\nconst script = {text}\n"));
    let global = &module.globals[0];
    assert!(global.init.is_empty());
    assert!(matches!(global.value.as_ref().expect("a value").kind, ValueKind::Binary(..)));
}

#[test]
fn deep_and_broken() {
    for text in ["(", "{", "[", "func(", "if a {", "x := func() {", "case ", "switch {", "a.b(", "`", "\"", "/*", "'"] {
        in_a_thread(format!("package p\nfunc f() {{ {}", text.repeat(2_000)));
        in_a_thread(text.repeat(2_000));
    }
}

#[test]
fn empty_and_odd_files() {
    for text in [
        "",
        "\n",
        "package",
        "package p",
        "\u{feff}package p",
        "// only a comment",
        "\0\0\0",
        "ü",
        "}",
        "func",
        "import",
    ] {
        let module = module(text);
        assert!(module.functions.len() <= 1, "{text:?}");
    }
    assert!(module("").problems.is_empty());
}

#[test]
fn every_prefix_of_a_file_is_read() {
    let text = include_str!("mixed.go.txt");
    for end in (0..text.len()).filter(|n| text.is_char_boundary(*n)) {
        let _ = module(&text[..end]);
    }
    // And with a hole anywhere.
    for start in (0..text.len()).filter(|n| text.is_char_boundary(*n) && text.is_char_boundary(n + 3)) {
        let _ = module(&format!("{}{}", &text[..start], &text[start + 3..]));
    }
}

#[test]
fn one_line_of_five_megabytes() {
    let numbers = "1234567,".repeat(5 << 17);
    let module = in_a_thread(format!("package p; var x = []int{{{numbers}}}; func f() {{ g() }}"));
    assert!(module.problems.is_empty());
    assert_eq!(function(&module, "f"), ".g()\n");
    let module = in_a_thread(format!("package p; const s = \"{}\"", "x".repeat(5 << 20)));
    assert!(module.problems.is_empty());
    let calls = "g();".repeat(1 << 17);
    let module = in_a_thread(format!("package p; func f() {{ {calls} }}"));
    let body = module.functions[0].body.as_ref().expect("a body");
    assert_eq!(body.len(), 1 << 17);
    assert!(body.iter().all(|s| matches!(s.kind, StmtKind::Let { .. })));
}
