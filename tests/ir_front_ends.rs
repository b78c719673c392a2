//! What front ends make of small programs: `fixtures/ir/<case>/case.<extension>` become `expected.lir`, whatever the
//! language. `BLESS=1` writes the Go front end's answer down; read the difference before it is committed.
#![allow(clippy::disallowed_methods, reason = "tests read their data from the tree")]

use dogpile_ir::{Module, print_module, validate_in};
use dogpile_source::{FileId, SourceFile};
use std::path::{Path, PathBuf};

/// The front ends: extension, and the function that translates such a file.
const FRONT_ENDS: &[(&str, fn(FileId, &str, &str) -> Module)] =
    &[("go", dogpile_front_go::parse), ("rs", dogpile_front_rust::parse)];

/// The front end of a file, by its extension.
fn front_end(path: &Path) -> Option<fn(FileId, &str, &str) -> Module> {
    let extension = path.extension()?.to_str()?;
    FRONT_ENDS.iter().find(|(known, _)| *known == extension).map(|(_, parse)| *parse)
}

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
    let parse = front_end(path).unwrap_or_else(|| panic!("no front end reads {}", path.display()));
    let module = parse(FileId(0), package, &text);
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
    let (mut cases, mut shared) = (0, 0);
    for folder in entries(&fixtures().join("ir")).into_iter().filter(|path| path.is_dir()) {
        let name = folder.file_name().and_then(|n| n.to_str()).expect("names are UTF-8").to_owned();
        let path = folder.join("expected.lir");
        let sources = FRONT_ENDS.iter().map(|(extension, _)| folder.join(format!("case.{extension}")));
        let sources: Vec<PathBuf> = sources.filter(|source| source.is_file()).collect();
        if sources.is_empty() {
            wrong.push(format!("fixtures/ir/{name} has no program"));
        }
        shared += usize::from(sources.len() > 1);
        for (n, source) in sources.iter().enumerate() {
            cases += 1;
            let (module, problems) = translate(source, "example.com/tickets");
            wrong.extend(problems);
            let got = print_module(&module);
            if bless && n == 0 {
                std::fs::write(&path, &got).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            }
            let expected = read(&path);
            if got != expected {
                let shown = source.strip_prefix(fixtures()).unwrap_or(source).display();
                wrong.push(format!("fixtures/{shown} against expected.lir: {}", difference(&expected, &got)));
            }
        }
    }
    assert!(cases >= 90, "only {cases} programs in fixtures/ir");
    assert!(shared >= 30, "only {shared} cases in fixtures/ir are told in several languages");
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_program_of_the_fixtures_is_translated_validly() {
    let mut open = vec![fixtures()];
    let (mut files, mut wrong) = (0, Vec::new());
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(entries(&path));
        } else if front_end(&path).is_some() {
            files += 1;
            wrong.extend(translate(&path, "example.com/fixture").1);
        }
    }
    assert!(files > 100, "only {files} programs");
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
