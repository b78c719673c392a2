//! A repository of several languages, linted in one run: each service has its own findings on the lock they share, none
//! has another's.
#![allow(clippy::disallowed_methods, reason = "tests read their data and what they are told")]

use dogpile_lint::lint_files;
use dogpile_suite::expect;
use dogpile_suite::expect::{Marks, entries, name, none, root};
use std::collections::BTreeSet;
use std::path::Path;

fn collect(folder: &Path, under: &str, files: &mut Vec<(String, String)>) {
    for path in entries(folder) {
        let shown = format!("{under}{}", name(&path));
        if path.is_dir() {
            collect(&path, &format!("{shown}/"), files);
        } else {
            files.push((shown, std::fs::read_to_string(&path).expect("fixtures are text")));
        }
    }
}

fn shop() -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect(&root().join("fixtures/monorepo/shop"), "", &mut files);
    files
}

fn places(files: Vec<(String, String)>) -> BTreeSet<expect::Place> {
    let result = lint_files(files, None);
    result.findings.iter().map(|finding| expect::place(finding, &result)).collect()
}

#[test]
fn every_service_has_its_own_findings() {
    let files = shop();
    let mut marks = Marks::default();
    for (path, text) in &files {
        marks.read(path, text);
    }
    let result = lint_files(files, None);
    none(&marks.differences("monorepo/shop", &result));
    let services: BTreeSet<&str> = marks.expected.iter().filter_map(|(path, _, _)| path.split('/').next()).collect();
    assert_eq!(services.into_iter().collect::<Vec<_>>(), ["api", "web", "worker"], "a service marks nothing");
}

#[test]
fn all_services_together_say_what_each_says_alone() {
    let all = shop();
    let alone: BTreeSet<expect::Place> = ["api/", "web/", "worker/"]
        .iter()
        .flat_map(|service| places(all.iter().filter(|(path, _)| path.starts_with(service)).cloned().collect()))
        .collect();
    assert_eq!(places(all), alone);
}

#[test]
fn the_shared_key_is_read_from_each_services_constant() {
    let result = lint_files(shop(), None);
    for finding in &result.findings {
        let message = &finding.message;
        assert!(message.contains("lock:stock:") || finding.rule == "unfenced-write", "{}: {message}", finding.rule);
    }
    assert!(!result.findings.is_empty(), "nothing was found");
}

#[test]
fn forks_of_the_clients_beside_them_change_nothing() {
    let mut forks = Vec::new();
    collect(&root().join("fixtures/monorepo/forks"), "forks/", &mut forks);
    let alone = places(shop());
    for fork in ["go-redis", "redis-rs", "ioredis"] {
        let chosen = forks.iter().filter(|(path, _)| path.starts_with(&format!("forks/{fork}/"))).cloned();
        assert_eq!(places(shop().into_iter().chain(chosen).collect()), alone, "with {fork}");
    }
    assert_eq!(places(shop().into_iter().chain(forks).collect()), alone);
}
