//! Whatever the text, the front end returns.

mod lowered;

use dogpile_ir::{Module, StmtKind};
use lowered::{module, module_of};

const DEEP: usize = 10_000;

/// Runs on a stack as small as a worker thread's.
fn in_a_thread(path: &'static str, text: String) -> Module {
    let run = move || module_of(path, &text);
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread").join().expect("no overflow")
}

/// A function of those statements, and one after it that must come out whole.
fn deep(statements: &str) -> Module {
    let text = format!("async function f() {{\n{statements}\n}}\nfunction g() {{ after() }}\n");
    let module = in_a_thread("f.ts", text);
    let after = module.functions.iter().find(|f| &*f.name == "ex.com/p.g").expect("the function after");
    assert_eq!(after.body.as_ref().map(Vec::len), Some(1));
    module
}

fn says(module: &Module, message: &str) -> bool {
    module.problems.iter().any(|p| p.message.contains(message))
}

#[test]
fn deep_expressions() {
    // Parentheses mean nothing, so that any number of them can be taken off.
    assert!(deep(&format!("let x = {}1{}", "(".repeat(DEEP), ")".repeat(DEEP))).problems.is_empty());
    for text in [
        format!("let x = {}1{}", "(-".repeat(DEEP), ")".repeat(DEEP)),
        format!("let x = {}1{}", "h(".repeat(DEEP), ")".repeat(DEEP)),
        format!("let x = {}1", "!".repeat(DEEP)),
        format!("let x = {}1{}", "a && (".repeat(DEEP), ")".repeat(DEEP)),
        format!("let x = {}1{}", "b[".repeat(DEEP), "]".repeat(DEEP)),
        format!("let x = {}1{}", "[".repeat(DEEP), "]".repeat(DEEP)),
        format!("let x = {}1{}", "{a: ".repeat(DEEP), "}".repeat(DEEP)),
        format!("let x = a{}", ".b".repeat(DEEP)),
        format!("let x = a{}", ".b()".repeat(DEEP)),
        format!("let x = a{}", "?.b()".repeat(DEEP)),
        format!("let x = a{}", "()".repeat(DEEP)),
        format!("let x = a(){}", ".then(b)".repeat(DEEP)),
        format!("a(){}", ".catch(b)".repeat(DEEP)),
        format!("let x = {}1", "a ? b : ".repeat(DEEP)),
        format!("let x = {}1", "await ".repeat(DEEP)),
        format!("let x = {}1", "a = ".repeat(DEEP)),
        format!("let x = {}1", "a => ".repeat(DEEP)),
        format!("let x = {}1{}", "`${".repeat(DEEP), "}`".repeat(DEEP)),
        format!("let {}a{} = b", "[".repeat(DEEP), "]".repeat(DEEP)),
    ] {
        assert!(says(&deep(&text), "nested too deeply"), "{}", &text[..40]);
    }
    deep(&format!("let x: a{}", "[]".repeat(DEEP)));
    deep(&format!("let x: {}b", "a | ".repeat(DEEP)));
    deep(&format!("let x: {}b{}", "P<".repeat(DEEP), ">".repeat(DEEP)));
}

#[test]
fn deep_statements() {
    for text in [
        format!("{}x(){}", "{\n".repeat(DEEP), "}\n".repeat(DEEP)),
        format!("{}x(){}", "if (a) {\n".repeat(DEEP), "}\n".repeat(DEEP)),
        format!("if (a) {{\n}}{}", " else if (b()) {\n}".repeat(DEEP)),
        format!("{}x(){}", "for (;;) {\n".repeat(DEEP), "}\n".repeat(DEEP)),
        format!("{}x(){}", "for (const a of b) {\n".repeat(DEEP), "}\n".repeat(DEEP)),
        format!("{}x(){}", "switch (a) { case b:\n".repeat(DEEP), "}\n".repeat(DEEP)),
        format!("{}x(){}", "try {\n".repeat(DEEP), "} finally { }\n".repeat(DEEP)),
        format!("{}x(){}", "(() => {\n".repeat(DEEP), "})()\n".repeat(DEEP)),
        format!("{}x(){}", "function h() {\n".repeat(DEEP), "}\n".repeat(DEEP)),
        format!("{}x(){}", "class A { m() {\n".repeat(DEEP), "}}\n".repeat(DEEP)),
        format!("{}x()", "l: ".repeat(DEEP)),
    ] {
        assert!(says(&deep(&text), "nested too deeply"), "{}", &text[..20]);
    }
    let text = format!("let x = {}1{};", "<a>{".repeat(DEEP), "}</a>".repeat(DEEP));
    assert!(says(&in_a_thread("f.tsx", text), "nested too deeply"));
}

#[test]
fn long_chains() {
    for (operator, operand) in [("+", "a"), ("-", "a"), ("&&", "a"), ("||", "h()"), ("+", "h()"), ("??", "a")] {
        let terms = vec![operand; DEEP].join(operator);
        let module = deep(&format!("let x = {terms}"));
        assert!(module.problems.is_empty(), "{operator} {operand}");
        assert_eq!(module.stats.opaque, 0);
    }
}

#[test]
fn deep_and_broken() {
    for text in [
        "(",
        "{",
        "[",
        "async (",
        "if (a) {",
        "x = () => {",
        "case ",
        "switch (a) {",
        "a?.b(",
        "`${",
        "\"",
        "/*",
        "<a>",
        "class A {",
        "@a",
    ] {
        in_a_thread("f.ts", format!("function f() {{ {}", text.repeat(2_000)));
        in_a_thread("f.tsx", text.repeat(2_000));
    }
}

#[test]
fn empty_and_odd_files() {
    for text in [
        "",
        "\n",
        "\u{feff}let a = 1",
        "#!/usr/bin/env node\n",
        "// only a comment",
        "\0\0\0",
        "ü",
        "}",
        "using",
        "await using x = ",
        ">`",
        "<>`",
        "import",
        "export",
        "@",
    ] {
        let module = module(text);
        assert!(module.functions.len() <= 1, "{text:?}");
    }
    assert!(module("").problems.is_empty());
}

#[test]
fn every_prefix_of_a_file_is_read() {
    let text = include_str!("mixed.tsx.txt");
    for end in (0..text.len()).step_by(3).filter(|n| text.is_char_boundary(*n)) {
        let _ = module_of("f.tsx", &text[..end]);
    }
    // And with a hole anywhere.
    for start in (0..text.len()).step_by(2).filter(|n| text.is_char_boundary(*n) && text.is_char_boundary(n + 3)) {
        let _ = module_of("f.tsx", &format!("{}{}", &text[..start], &text[start + 3..]));
    }
}

#[test]
fn one_line_of_five_megabytes() {
    let numbers = "1234567,".repeat(5 << 17);
    let big = in_a_thread("f.js", format!("const x = [{numbers}]; function f() {{ g() }}"));
    assert!(big.problems.is_empty());
    let big = in_a_thread("f.js", format!("const s = \"{}\"", "x".repeat(5 << 20)));
    assert!(big.problems.is_empty());
    let calls = "g();".repeat(1 << 17);
    let big = in_a_thread("f.js", format!("function f() {{ {calls} }}"));
    let body = big.functions[0].body.as_ref().expect("a body");
    assert_eq!(body.len(), 1 << 17);
    assert!(body.iter().all(|s| matches!(s.kind, StmtKind::Let { .. })));
}
