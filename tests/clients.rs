//! The same ordinary lock through every client that somebody has a model for: its faults are found, its right form is
//! silent. An example of each row says that a call is known; this says that whole locks of that client are understood.
//!
//! `fixtures/clients/<language>/<model>.*` is named after the model in `crates/models/clients`.
#![allow(clippy::disallowed_methods, reason = "tests read their data and what they are told")]

use dogpile_lint::lint_files;
use dogpile_suite::expect::{Marks, entries, name, none, root};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Models of caches that coalesce by themselves, or do not leave the process: a call of theirs alone is no fault.
const CACHES: [&str; 11] = [
    "dataloader",
    "go-redis-cache",
    "go-zero-cache",
    "gocache",
    "jetcache-go",
    "loading-caches-ts",
    "memoizers-ts",
    "process-caches-rust",
    "redis-memolock",
    "rockscache",
    "rueidisaside",
];

fn stem(path: &Path) -> &str {
    path.file_stem().and_then(|stem| stem.to_str()).expect("names are UTF-8")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The programs, by model.
fn programs() -> BTreeMap<String, PathBuf> {
    let folders = entries(&root().join("fixtures/clients"));
    folders.iter().flat_map(|folder| entries(folder)).map(|path| (stem(&path).to_owned(), path)).collect()
}

/// Models, as they are written.
fn models() -> BTreeMap<String, toml::Table> {
    let files = entries(&root().join("crates/models/clients"));
    let parsed = |path: &PathBuf| read(path).parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    files.iter().map(|path| (stem(path).to_owned(), parsed(path))).collect()
}

#[test]
fn locks_of_every_client_are_understood() {
    let mut problems = Vec::new();
    for (model, path) in programs() {
        let (file, text) = (name(&path).to_owned(), read(&path));
        let mut marks = Marks::default();
        marks.read(&file, &text);
        let result = lint_files(vec![(file, text)], None);
        problems.extend(marks.differences(&model, &result));
        if result.lifecycles.locks.is_empty() && result.lifecycles.flights.is_empty() {
            problems.push(format!("{model}: no lock and no flight is seen in its program"));
        }
    }
    none(&problems);
}

#[test]
fn every_model_that_locks_or_coalesces_has_a_program() {
    let (programs, models) = (programs(), models());
    let mut problems = Vec::new();
    for (model, table) in &models {
        // Words by which files are chosen: without them it speaks of what else locks need.
        let chooses = table["client"].get("triggers").is_some();
        if chooses != (programs.contains_key(model) || CACHES.contains(&model.as_str())) {
            problems.push(format!("fixtures/clients: {model}: a program of it, or none, is wrong"));
        }
    }
    let strangers = programs.keys().filter(|program| !models.contains_key(*program));
    problems.extend(strangers.map(|program| format!("fixtures/clients: {program}: no such model")));
    none(&problems);
}
