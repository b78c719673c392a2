//! Whatever the text, the front end returns, and its module keeps its promises.

use dogpile_ir::{Module, validate_in};
use dogpile_source::{FileId, SourceFile};

const DEEP: usize = 10_000;

fn module(text: &str) -> Module {
    let module = dogpile_front_rust::parse(FileId(0), "app::jobs", text);
    let broken = validate_in(&module, &SourceFile::new("f.rs", text));
    assert!(broken.is_empty(), "{broken:?} in {}", &text[..text.len().min(200)]);
    module
}

/// Runs on a stack as small as a worker thread's.
fn in_a_thread(text: String) -> Module {
    let run = move || module(&text);
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread").join().expect("no overflow")
}

fn in_function(statements: &str) -> String {
    format!("fn f() {{\n{statements}\n}}\nfn g() {{ after() }}\n")
}

#[test]
fn brackets_within_the_limit_are_followed_or_noted() {
    for depth in [45, 60, 150, 400] {
        for (open, middle, close) in [
            ("(", "1", ")"),
            ("h(", "1", ")"),
            ("{", "x()", "}"),
            ("if a {", "x()", "}"),
            ("loop {", "x()", "}"),
            ("match a { _ => {", "x()", "}}"),
            ("|a| {", "x()", "}"),
            ("async {", "x().await", "}"),
            ("vec![", "1", "]"),
            ("format!(\"{}\", ", "a", ")"),
            ("tokio::select! { a = b() => {", "x()", "} }"),
            ("S { a: ", "1", "}"),
            ("Some(", "1", ")"),
            ("Ok(", "1", ")?"),
            ("json!({ \"a\": ", "1", "})"),
        ] {
            let text = in_function(&format!("let v = {}{middle}{};", open.repeat(depth), close.repeat(depth)));
            let module = in_a_thread(text);
            assert!(
                module.functions.iter().any(|f| &*f.name == "app::jobs.g") || !module.problems.is_empty(),
                "{open}"
            );
        }
    }
}

#[test]
fn brackets_beyond_the_limit_are_a_problem() {
    for (open, close) in [("(", ")"), ("{", "}"), ("[", "]"), ("if a {", "}"), ("|a| {", "}")] {
        let text = in_function(&format!("let v = {}1{};", open.repeat(DEEP), close.repeat(DEEP)));
        let module = in_a_thread(text);
        assert!(module.problems.iter().any(|p| p.message.contains("nested too deeply")), "{open}");
    }
}

#[test]
fn nesting_without_brackets() {
    for text in [
        format!("let v = {}a;", "!".repeat(DEEP)),
        format!("let v = {}a;", "& ".repeat(DEEP)),
        format!("let v = {}1;", "-".repeat(DEEP)),
        format!("let v = a{};", ".b()".repeat(DEEP)),
        format!("let v = a{};", ".b".repeat(DEEP)),
        format!("let v = a{};", "?".repeat(DEEP)),
        format!("let v = a{};", "[1]".repeat(DEEP)),
        format!("let v = a{};", "()".repeat(DEEP)),
        format!("let v = a{};", " as u8".repeat(DEEP)),
        format!("let v: {}u8 = 1;", "&".repeat(DEEP)),
        format!("let v: {}u8 = 1;", "fn() -> ".repeat(DEEP)),
        format!("let v: {}u8{} = 1;", "Box<".repeat(DEEP), ">".repeat(DEEP)),
        format!("let v = {}1;", "|a| ".repeat(DEEP)),
        format!("{}1;", "a = ".repeat(DEEP)),
        format!("{}1;", "return ".repeat(DEEP)),
        format!("if a {{}} {}", "else if b() {} ".repeat(DEEP)),
    ] {
        in_a_thread(in_function(&text));
    }
}

#[test]
fn long_chains_are_translated_whole() {
    for (operator, operand) in [("+", "a"), ("-", "a"), ("&&", "a"), ("||", "a"), ("+", "h()"), ("*", "a")] {
        let module = in_a_thread(in_function(&format!("let x = {};", vec![operand; 3_000].join(operator))));
        assert!(module.problems.is_empty(), "{operator} {operand}");
        assert_eq!(module.stats.opaque, 0, "{operator} {operand}");
    }
}

#[test]
fn broken_and_odd_files() {
    for text in
        ["(", "{", "fn f() {", "\"", "r#\"", "/*", "'", "b'", "}", ")", "#", "#[", "fn", "impl", "\\", "\0", "ü", "r#"]
    {
        module(text);
        in_a_thread(text.repeat(2_000));
        in_a_thread(format!("fn f() {{ {}", text.repeat(2_000)));
    }
    for text in ["", "\n", "\u{feff}fn f() {}", "#!/bin/sh\nfn f() {}", "#![allow(x)]\nfn f() {}", "// only a comment"]
    {
        assert!(module(text).problems.is_empty(), "{text:?}");
    }
}

#[test]
fn what_is_not_broken_is_read() {
    let module = module("fn a() { x() }\nfn b( { }\nfn c() { y() }\nfn d() { let = ; }\nfn e() { z() }\n");
    let names: Vec<&str> = module.functions.iter().map(|f| f.name.rsplit('.').next().unwrap_or("")).collect();
    assert!(!module.problems.is_empty());
    for name in ["a", "c", "e"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
}

#[test]
fn positions_start_anew_with_each_file() {
    for start in ["", "\u{feff}", "// ä\n"] {
        for _ in 0..3 {
            let text = format!("{start}fn first() {{}}\nfn second() {{}}\n");
            let module = module(&text);
            let span = module.functions[1].name_span;
            assert_eq!(text.get(span.start as usize..span.end as usize), Some("second"));
        }
    }
}

#[test]
fn every_prefix_of_a_file_and_every_hole_is_read() {
    let text = include_str!("mixed.rs.txt");
    for end in (0..text.len()).step_by(7).filter(|n| text.is_char_boundary(*n)) {
        module(&text[..end]);
    }
    for start in (0..text.len()).step_by(11).filter(|n| text.is_char_boundary(*n) && text.is_char_boundary(n + 3)) {
        module(&format!("{}{}", &text[..start], &text[start + 3..]));
    }
}

#[test]
fn one_line_of_megabytes() {
    let numbers = "1234567,".repeat(1 << 17);
    assert!(in_a_thread(format!("const X: &[u32] = &[{numbers}]; fn f() {{ g() }}")).problems.is_empty());
    assert!(in_a_thread(format!("const S: &str = \"{}\";", "x".repeat(5 << 20))).problems.is_empty());
    assert!(in_a_thread(format!("fn f() {{ {} }}", "g();".repeat(1 << 15))).problems.is_empty());
}
