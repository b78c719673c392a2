//! What front ends make of small programs: `fixtures/ir/<case>/case.<extension>` become `expected.lir`, whatever the
//! language: where a case is written in several, all must give the same. `BLESS=1` writes the answer for the first of them
//! down; read the difference before it is committed.
#![allow(clippy::disallowed_methods, reason = "tests read their data from the tree")]

use dogpile_ir::{Module, print_module, validate_in};
use dogpile_source::{FileId, SourceFile};
use std::path::{Path, PathBuf};

/// A front end: file, package, path, text.
type Parse = fn(FileId, &str, &str, &str) -> Module;

/// Languages by extension; the first that a case is written in is the one that `BLESS=1` asks.
const LANGUAGES: &[(&str, Parse)] = &[
    ("go", |file, package, _, text| dogpile_front_go::parse(file, package, text)),
    ("ts", |file, package, path, text| {
        dogpile_front_ts::parse(file, package, path, text, &dogpile_front_ts::Unresolved)
    }),
    ("rs", |file, package, _, text| dogpile_front_rust::parse(file, package, text)),
];

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

/// The front end of a file.
fn language(path: &Path) -> Option<Parse> {
    let extension = path.extension()?.to_str()?;
    LANGUAGES.iter().find(|(known, _)| *known == extension).map(|(_, parse)| *parse)
}

/// Translates a file, and what is wrong with the result: problems that were reported, promises that were broken.
fn translate(path: &Path, parse: Parse, package: &str) -> (Module, Vec<String>) {
    let text = read(path);
    let module = parse(FileId(0), package, &path.display().to_string(), &text);
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
    let mut cases = vec![0; LANGUAGES.len()];
    let mut shared = 0;
    for folder in entries(&fixtures().join("ir")).into_iter().filter(|path| path.is_dir()) {
        let path = folder.join("expected.lir");
        let mut written = 0;
        for (n, (extension, parse)) in LANGUAGES.iter().enumerate() {
            let source = folder.join(format!("case.{extension}"));
            if !source.is_file() {
                continue;
            }
            cases[n] += 1;
            let (module, problems) = translate(&source, *parse, "example.com/tickets");
            wrong.extend(problems);
            let got = print_module(&module);
            if bless && written == 0 {
                std::fs::write(&path, &got).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            }
            written += 1;
            let expected = read(&path);
            if got != expected {
                let shown = source.strip_prefix(fixtures()).unwrap_or(&source).display();
                wrong.push(format!("fixtures/{shown}: expected.lir, {}", difference(&expected, &got)));
            }
        }
        if written == 0 {
            wrong.push(format!("{}: no case in any language", folder.display()));
        }
        shared += usize::from(written > 1);
    }
    for ((extension, _), count) in LANGUAGES.iter().zip(cases) {
        assert!(count >= 30, "only {count} cases in fixtures/ir end in .{extension}");
    }
    assert!(shared >= 30, "only {shared} cases of fixtures/ir are written in two languages");
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_program_of_the_fixtures_is_translated_validly() {
    let mut open = vec![fixtures()];
    let (mut files, mut wrong) = (0, Vec::new());
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(entries(&path));
        } else if let Some(parse) = language(&path) {
            files += 1;
            wrong.extend(translate(&path, parse, "example.com/fixture").1);
        }
    }
    assert!(files > 100, "only {files} programs");
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
