//! The measurements over the project's own programs.
#![allow(clippy::print_stdout, reason = "what was measured is shown")]
#![allow(clippy::disallowed_methods, reason = "tests read their data from the tree")]

use dogpile_mutants::measure::{Disorder, Table, disorder, metamorphosis, mutation, repair};
use dogpile_mutants::metamorph::Morph;
use dogpile_mutants::project::Project;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Least share of mutants that are found, by language and by rule; of a few, two may be missed.
const FOUND: f64 = 0.95;
/// Least share of changes that mean nothing and change nothing; in a part of all, one may. Those that do are listed in
/// docs/testing.md.
const UNCHANGED: f64 = 0.99;

/// Of so many programs, one is tried in the suite.
const PART: usize = 4;

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut all: Vec<PathBuf> = read.map(|entry| entry.expect("a folder can be read to its end").path()).collect();
    all.sort();
    all
}

/// A program of one file as the package that it would be part of: files beside and below it belong to it, too.
fn package(name: String, text: String) -> Vec<(String, String)> {
    if name.ends_with(".go") {
        return vec![("go.mod".to_owned(), "module example.com/app\n".to_owned()), (name, text)];
    }
    crated(vec![(name, text)])
}

/// Files of Rust without a package are modules of one.
fn crated(files: Vec<(String, String)>) -> Vec<(String, String)> {
    let modules: Vec<&str> = files.iter().filter_map(|(path, _)| path.strip_suffix(".rs")).collect();
    if modules.is_empty() || files.iter().any(|(path, _)| path.ends_with("Cargo.toml")) {
        return files;
    }
    let root: String = modules.iter().filter(|m| !m.contains('/')).map(|m| format!("pub mod {m};\n")).collect();
    let mut all =
        vec![("Cargo.toml".to_owned(), "[package]\nname = \"app\"\n".to_owned()), ("src/lib.rs".to_owned(), root)];
    all.extend(files.into_iter().map(|(path, text)| (format!("src/{path}"), text)));
    all
}

/// Every program of the rules' fixtures whose number is right: a file alone, or a folder.
fn programs(silent: bool, every: usize) -> Vec<Project> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let mut all = Vec::new();
    for rule in dogpile_rules::all() {
        for path in entries(&root.join(rule.slug)) {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if name.starts_with("ok_") != silent {
                continue;
            }
            let shown = format!("{}/{name}", rule.slug);
            let project = if path.is_dir() {
                let whole = Project::whole(&path).expect("it can be read");
                Project { files: crated(whole.files), ..whole }
            } else {
                let text = std::fs::read_to_string(&path).expect("it can be read");
                Project { files: package(name, text), ..Project::default() }
            };
            all.push(Project { name: shown, ..project });
        }
    }
    all.into_iter().step_by(every).collect()
}

fn told(name: &str, table: &Table) {
    if std::env::var_os("DOGPILE_TABLES").is_some() {
        println!("{}\n{}", table.failures.join("\n\n"), table.markdown(name));
    }
}

/// All of them with `DOGPILE_TABLES`, else a part.
fn every(part: usize) -> usize {
    if std::env::var_os("DOGPILE_TABLES").is_some() { 1 } else { part }
}

#[test]
fn faults_put_into_clean_locks_are_found() {
    let mut sum = Table::default();
    for project in programs(true, every(PART)) {
        sum.add(mutation(&project, ""));
    }
    told("rule", &sum);
    assert!(sum.total().1 > 100, "too few mutants: {:?}", sum.total());
    let low: Vec<String> = sum.below(FOUND, 2).into_iter().chain(sum.languages().below(FOUND, 0)).collect();
    assert!(low.is_empty(), "{}\n{}", low.join("\n"), sum.failures.join("\n\n"));
}

#[test]
fn repairs_are_silent() {
    let mut sum = Table::default();
    for project in programs(false, 1) {
        sum.add(repair(&project));
    }
    told("rule", &sum);
    assert!(sum.total().1 > 20, "too few repairs: {:?}", sum.total());
    assert!(sum.failures.is_empty(), "{}", sum.failures.join("\n\n"));
}

#[test]
fn changes_that_mean_nothing_change_no_finding() {
    let mut sum = Table::default();
    for project in programs(false, every(PART)) {
        sum.add(metamorphosis(&project, &Morph::ALL));
    }
    told("change", &sum);
    assert!(sum.total().1 > 200, "too few changes: {:?}", sum.total());
    let low = sum.languages().below(UNCHANGED, 1);
    assert!(low.is_empty(), "{}\n{}", low.join("\n"), sum.failures.join("\n\n"));
}

#[test]
fn statements_in_disorder_break_nothing_else() {
    // A run over a fixture takes some milliseconds; what takes so long hangs, even where much else runs beside.
    let how = Disorder { seed: 1, rounds: 2, limit: Duration::from_secs(60) };
    let mut sum = Table::default();
    for silent in [true, false] {
        for project in programs(silent, every(3 * PART)) {
            sum.add(disorder(&project, how).0);
        }
    }
    told("change", &sum);
    assert!(sum.total().1 > 100, "too few texts: {:?}", sum.total());
    assert!(sum.failures.is_empty(), "{}", sum.failures.join("\n\n"));
}

/// A helper that takes the lock stands above its caller or below: what is told of them stays the same, label by label.
#[test]
fn labels_do_not_ask_which_function_stands_first() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/no-recheck-after-acquire/caller.rs");
    let text = std::fs::read_to_string(path).expect("it can be read");
    let project = Project { files: package("caller.rs".to_owned(), text), ..Project::default() };
    let before = project.lint();
    let made = Morph::ReorderFunctions.apply(&project, "src/caller.rs", &before);
    let after = project.with(made.first().expect("it has functions to change places")).lint();
    let labels = |result: &dogpile_lint::LintResult| {
        let at = |span: dogpile_source::Span| {
            let file = result.sources.get(span.file).expect("it points to a file");
            file.text[span.start as usize..span.end as usize].to_owned()
        };
        let all = result.findings.iter().flat_map(|f| f.labels.iter().map(|l| (f.rule, l.text.clone(), at(l.span))));
        let mut all: Vec<_> = all.collect();
        all.sort();
        all
    };
    assert!(!labels(&before).is_empty(), "{:?}", before.problems);
    assert_eq!(labels(&before), labels(&after));
}
