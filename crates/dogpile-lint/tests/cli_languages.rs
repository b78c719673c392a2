//! Three languages in one tree.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files")]

mod trees;

use trees::{FAULTY, Tree};

const FAULT: &str = "// dogpile: forgive\n";

/// Paths of the findings, sorted.
fn found(tree: &Tree, args: &[&str]) -> Vec<String> {
    let run = tree.run(&[args, &["--format", "json"]].concat());
    assert!(run.code.is_some_and(|code| code < 2), "{run:?}");
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let path = |finding: &serde_json::Value| {
        finding["path"].as_str().or_else(|| finding["primary"]["path"].as_str()).unwrap_or("?").to_owned()
    };
    let mut paths: Vec<String> = report["findings"].as_array().unwrap().iter().map(path).collect();
    paths.sort();
    paths
}

#[test]
fn every_language_is_read_in_one_run() {
    let tree = Tree::new(&[
        ("a.go", FAULTY),
        ("a.ts", FAULT),
        ("b.tsx", FAULT),
        ("c.mts", FAULT),
        ("d.cts", FAULT),
        ("e.js", FAULT),
        ("f.jsx", FAULT),
        ("g.mjs", FAULT),
        ("h.cjs", FAULT),
        ("i.rs", FAULT),
        ("examples/x.rs", FAULT),
        ("j.d.ts", FAULT),
        ("k.py", "# dogpile: forgive\n"),
    ]);
    let all = ["a.go", "a.ts", "b.tsx", "c.mts", "d.cts", "e.js", "examples/x.rs", "f.jsx", "g.mjs", "h.cjs", "i.rs"];
    assert_eq!(found(&tree, &[]), all);
}

#[test]
fn tests_generated_and_vendored_code_on_request() {
    let header = format!("// @generated\n{FAULT}");
    let long = format!("{FAULT}{}\n", "a();".repeat(3000));
    let tests = [
        "a.spec.ts",
        "e2e/a.ts",
        "src/__mocks__/a.js",
        "src/__tests__/a.ts",
        "src/a.test.tsx",
        "src/lib.rs",
        "src/lock/tests.rs",
        "tests/it.rs",
    ];
    let inline = format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n    {FAULT}    fn g() {{}}\n}}\n");
    let tree = Tree::new(&[
        ("Cargo.toml", "[package]\nname = \"a\"\n"),
        ("src/lib.rs", &inline),
        ("src/lock/tests.rs", FAULT),
        ("tests/it.rs", FAULT),
        ("a.spec.ts", FAULT),
        ("src/a.test.tsx", FAULT),
        ("src/__tests__/a.ts", FAULT),
        ("src/__mocks__/a.js", FAULT),
        ("e2e/a.ts", FAULT),
        ("g.ts", &header),
        ("g.rs", &header),
        ("g.min.js", FAULT),
        ("m.js", &long),
        ("node_modules/a/a.js", FAULT),
        ("bower_components/a.js", FAULT),
        ("target/debug/build/a.rs", FAULT),
    ]);
    assert!(found(&tree, &[]).is_empty());
    assert_eq!(found(&tree, &["--include-tests"]), tests);
    assert_eq!(found(&tree, &["--include-generated"]), ["g.min.js", "g.rs", "g.ts", "m.js"]);
    assert_eq!(found(&tree, &["--include-vendored"]), ["bower_components/a.js", "node_modules/a/a.js"]);
}

#[test]
fn folders_above_what_is_linted_make_no_tests() {
    let tree = Tree::new(&[("tests/case/src/a.ts", FAULT), ("tests/case/src/b.rs", FAULT), ("target/a.go", FAULTY)]);
    assert_eq!(found(&tree, &["tests/case"]), ["tests/case/src/a.ts", "tests/case/src/b.rs"]);
    assert_eq!(found(&tree, &[]), ["target/a.go"]);
}

#[test]
fn nothing_to_lint_names_every_ending() {
    let run = Tree::new(&[("a.py", "")]).run(&[]);
    assert!(run.err.contains("no .go, .ts, .tsx, .mts, .cts, .js, .jsx, .mjs, .cjs or .rs file"), "{run:?}");
}

/// `--stats` tells how many files were parsed.
fn analysed(tree: &Tree) -> u64 {
    let run = tree.run(&["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    report["summary"]["files_analysed"].as_u64().unwrap()
}

#[test]
fn words_of_one_language_choose_no_files_of_another() {
    let tree = Tree::new(&[("a.ts", "// SetNX\n"), ("a.rs", "// SetNX\n"), ("b.go", "package b\n// SetNX\n")]);
    assert_eq!(analysed(&tree), 1);
}

#[test]
fn what_a_file_imports_is_read_with_it() {
    let typescript = [
        ("package.json", "{\"name\": \"app\"}"),
        ("tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./src/*\"]}}} // ours"),
        ("src/main.ts", "// dogpile: forgive\nimport { key } from '@/keys';\nimport { lock } from './barrel.js';\n"),
        ("src/keys.ts", "export const key = 'k';\n"),
        ("src/barrel.ts", "export * from './deep';\n"),
        ("src/deep/index.ts", "export { lock } from '../lock';\n"),
        ("src/lock.ts", "export function lock() {}\n"),
        ("src/other.ts", "export const other = 1;\n"),
    ];
    assert_eq!(analysed(&Tree::new(&typescript)), 5);
    let rust = [
        ("Cargo.toml", "[package]\nname = \"app\"\n"),
        ("src/lib.rs", "mod jobs;\n"),
        ("src/jobs/mod.rs", "mod lock;\n"),
        (
            "src/jobs/lock.rs",
            "// dogpile: forgive\nuse crate::lease::Lease;\nfn f() -> &'static str { crate::keys::KEY }\n",
        ),
        ("src/lease.rs", "pub struct Lease;\n"),
        ("src/keys.rs", "pub const KEY: &str = \"k\";\n"),
        ("src/other.rs", "pub const OTHER: u8 = 1;\n"),
    ];
    assert_eq!(analysed(&Tree::new(&rust)), 5);
}
