//! What front ends make of small programs: `fixtures/ir/<case>/case.<extension>` become `expected.lir`, whatever the
//! language. `BLESS=1` writes the Go front end's answer down; read the difference before it is committed.
#![allow(clippy::disallowed_methods, reason = "tests read their data from the tree")]

use dogpile_ir::{Module, print_module, validate_in};
use dogpile_source::{FileId, SourceFile};
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut all: Vec<PathBuf> = read.map(|entry| entry.expect("a folder can be read to its end").path()).collect();
    all.sort();
    all
}

/// Translates a file, and what is wrong with the result: problems that were reported, promises that were broken.
fn translate(path: &Path, package: &str) -> (Module, Vec<String>) {
    let text = read(path);
    let module = dogpile_front_go::parse(FileId(0), package, &text);
    let shown = path.strip_prefix(fixtures()).unwrap_or(path).display().to_string();
    let file = SourceFile::new(shown.as_str(), text.as_str());
    let told = |span: dogpile_source::Span, what: &str| {
        let at = file.position(span.start);
        format!("{shown}:{}:{}: {what}", at.line, at.column)
    };
    let mut wrong: Vec<String> = module.problems.iter().map(|p| told(p.span, &p.message)).collect();
    wrong.extend(validate_in(&module, &file).iter().map(|v| told(v.span, &v.message)));
    (module, wrong)
}

/// Lines that differ first, with their number.
fn difference(expected: &str, got: &str) -> String {
    let (mut left, mut right) = (expected.lines(), got.lines());
    let mut line = 1;
    loop {
        match (left.next(), right.next()) {
            (a, b) if a == b && a.is_some() => line += 1,
            (a, b) => return format!("line {line}: expected {a:?}, got {b:?}"),
        }
    }
}

#[test]
fn programs_become_their_expected_ir() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    let mut cases = 0;
    for folder in entries(&fixtures().join("ir")).into_iter().filter(|path| path.is_dir()) {
        let source = folder.join("case.go");
        let name = folder.file_name().and_then(|n| n.to_str()).expect("names are UTF-8").to_owned();
        cases += 1;
        let (module, problems) = translate(&source, "example.com/tickets");
        wrong.extend(problems);
        let got = print_module(&module);
        let path = folder.join("expected.lir");
        if bless {
            std::fs::write(&path, &got).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        let expected = read(&path);
        if got != expected {
            wrong.push(format!("fixtures/ir/{name}/expected.lir: {}", difference(&expected, &got)));
        }
    }
    assert!(cases >= 30, "only {cases} cases in fixtures/ir");
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_program_of_the_fixtures_is_translated_validly() {
    let mut open = vec![fixtures()];
    let (mut files, mut wrong) = (0, Vec::new());
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(entries(&path));
        } else if path.extension().is_some_and(|extension| extension == "go") {
            files += 1;
            wrong.extend(translate(&path, "example.com/fixture").1);
        }
    }
    assert!(files > 100, "only {files} Go files");
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
