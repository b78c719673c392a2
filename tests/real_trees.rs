//! Real trees, as others publish them: which files are parsed, and what earlier runs left, decide how long a run takes and
//! nothing else. Libraries that take locks and clients of Redis of three languages, and what this workspace itself is made
//! of; who has not got them yet gets them by their own package managers.
#![allow(clippy::print_stdout, reason = "what was measured is shown")]
#![allow(clippy::disallowed_methods, reason = "tests make files and start programs")]

use dogpile_testing::installed::{folder, good, npm, once, ran};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Modules of `real-trees/go.mod`. Clients are looked at by themselves: where their code is part of the tree, it is code
/// like any other.
const MODULES: &[&[&str]] =
    &[&["github.com/bsm/redislock", "github.com/go-redsync/redsync/v4"], &["github.com/gomodule/redigo"]];
/// Packages of `real-trees/package.json`.
const PACKAGES: &[&[&str]] = &[
    &["moleculer", "redis-lock", "redis-semaphore", "redlock", "safe-redis-leader", "simple-redis-mutex"],
    &["ioredis"],
];
/// So many crates of the workspace, those with the most code of which no crate has more than this, in bytes.
const CRATES: usize = 24;
const LARGEST_CRATE: u64 = 200 << 10;
/// Of fewer files nothing is kept (`docs/cache.md`).
const FEWEST_KEPT: u64 = 32;
/// Everything is looked at, and everything is told.
const ALL: &[&str] = &["--include-tests", "--include-vendored", "--include-generated", "--pedantic", "--stats"];

fn manifests(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join("real-trees").join(name)).collect()
}

/// Where the Go modules are, downloaded where they are not there.
fn modules() -> Vec<Vec<PathBuf>> {
    let folder = folder("real-trees/go");
    let manifests = manifests(&["go.sum", "go.mod"]);
    once(&folder, &manifests, || {
        good("go mod download", &ran(Command::new("go").args(["mod", "download"]).current_dir(&folder)));
    });
    let of = |modules: &&[&str]| {
        let list = ["mod", "download", "-json"];
        let said = good("go mod download", &ran(Command::new("go").args(list).args(*modules).current_dir(&folder)));
        let told = serde_json::Deserializer::from_str(&said).into_iter::<Value>();
        told.map(|module| PathBuf::from(module.expect("JSON")["Dir"].as_str().expect("a folder"))).collect()
    };
    MODULES.iter().map(of).collect()
}

/// Where the npm packages are.
fn packages() -> Vec<Vec<PathBuf>> {
    let folder = npm("real-trees/node", &Path::new(env!("CARGO_MANIFEST_DIR")).join("real-trees"));
    PACKAGES.iter().map(|names| names.iter().map(|name| folder.join("node_modules").join(name)).collect()).collect()
}

/// Where crates are that a manifest asks for, by name, without those that lie in the same tree. Cargo fetches what is not
/// there.
fn crates(manifest: &Path) -> BTreeMap<String, PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let metadata = ["metadata", "--format-version", "1", "--locked", "--manifest-path"];
    let said = good("cargo metadata", &ran(Command::new(cargo).args(metadata).arg(manifest)));
    let told: Value = serde_json::from_str(&said).expect("JSON");
    let packages = told["packages"].as_array().expect("packages").iter().filter(|package| !package["source"].is_null());
    packages
        .map(|package| {
            let text = |name: &str| package[name].as_str().expect("a text").to_owned();
            let manifest = PathBuf::from(text("manifest_path"));
            (format!("{} {}", text("name"), text("version")), manifest.parent().expect("a folder").to_owned())
        })
        .collect()
}

/// Crates with locks, and the largest of those that the workspace is made of.
fn rust() -> Vec<PathBuf> {
    let folder = folder("real-trees/rust");
    once(&folder, &manifests(&["Cargo.lock", "Cargo.toml"]), || {
        fs::write(folder.join("trees.rs"), "").expect("a file");
    });
    let locks = crates(&folder.join("Cargo.toml"));
    let locks = locks.into_iter().filter(|(name, _)| name.starts_with("redlock ")).map(|(_, folder)| folder);
    let mut own: Vec<(u64, PathBuf)> = crates(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"))
        .into_values()
        .map(|folder| (code(&folder), folder))
        .filter(|(bytes, _)| *bytes <= LARGEST_CRATE)
        .collect();
    own.sort();
    locks.chain(own.into_iter().rev().take(CRATES).map(|(_, folder)| folder)).collect()
}

/// Bytes of Rust in a folder.
fn code(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let of = |entry: fs::DirEntry| {
        let path = entry.path();
        match entry.metadata() {
            Ok(meta) if meta.is_dir() => code(&path),
            Ok(meta) if path.extension().is_some_and(|ending| ending == "rs") => meta.len(),
            _ => 0,
        }
    };
    entries.map(of).sum()
}

/// The report of a run in this process, as text.
fn run(paths: &[PathBuf], args: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = folder.path().join("report.json");
    let words = ["dogpile-lint", "--format", "json", "--output"].iter().map(OsString::from);
    let options = ALL.iter().chain(args).map(OsString::from);
    let all = words.chain([report.clone().into()]).chain(options).chain(paths.iter().map(OsString::from));
    dogpile_lint::run(all);
    fs::read_to_string(report).expect("the report was written")
}

/// The findings of a report, one a line.
fn findings(report: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(report).expect("JSON");
    report["findings"].as_array().expect("findings").iter().map(ToString::to_string).collect()
}

fn count(report: &str, what: &str) -> u64 {
    let report: Value = serde_json::from_str(report).expect("JSON");
    report["summary"][what].as_u64().unwrap_or_else(|| panic!("no {what}"))
}

/// What one has and the other has not.
fn differences(one: &[String], other: &[String]) -> String {
    let only = |these: &[String], those: &[String], sign: &str| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).map(|line| format!("{sign} {line}")).collect()
    };
    [only(one, other, "-"), only(other, one, "+")].concat().join("\n")
}

/// How many files were parsed, findings made and locks seen.
#[derive(Clone, Copy, Debug, Default)]
struct Compared {
    files: u64,
    findings: usize,
    locks: u64,
}

/// Holds runs over these folders to one another.
fn compare(language: &str, paths: &[PathBuf]) -> Compared {
    let begun = Instant::now();
    let gone: Vec<&PathBuf> = paths.iter().filter(|path| !path.is_dir()).collect();
    assert!(gone.is_empty(), "{language}: not there: {gone:?}");
    let usual = run(paths, &["--no-cache"]);
    let every = run(paths, &["--no-cache", "--no-prefilter"]);
    let (found, of_every) = (findings(&usual), findings(&every));
    assert!(found == of_every, "{language}: --no-prefilter tells something else:\n{}", differences(&found, &of_every));
    assert_eq!(count(&usual, "lock_sessions"), count(&every, "lock_sessions"), "{language}: locks");
    let kept = tempfile::tempdir().expect("a temporary folder");
    let cache = kept.path().display().to_string();
    for when in ["cold", "warm"] {
        let with = run(paths, &["--cache-dir", &cache]);
        assert!(
            with == usual,
            "{language}: a {when} run with a cache tells something else:\n{}",
            differences(&lines(&usual), &lines(&with))
        );
        let kept = fs::read_dir(&cache).is_ok_and(|mut files| files.next().is_some());
        assert!(kept || count(&usual, "files_analysed") < FEWEST_KEPT, "{language}: nothing is kept");
    }
    let (files, locks) = (count(&every, "files_analysed"), count(&usual, "lock_sessions"));
    let compared = Compared { files, findings: found.len(), locks };
    println!(
        "{language}: {compared:?}, {} of the files usually, {} ms",
        count(&usual, "files_analysed"),
        begun.elapsed().as_millis()
    );
    compared
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// Holds runs over each of these trees to one another.
fn compare_all(language: &str, trees: &[Vec<PathBuf>], least: Compared) {
    let all = trees.iter().map(|tree| compare(language, tree)).fold(Compared::default(), |sum, one| Compared {
        files: sum.files + one.files,
        findings: sum.findings + one.findings,
        locks: sum.locks + one.locks,
    });
    let enough = all.files >= least.files && all.findings >= least.findings && all.locks >= least.locks;
    assert!(enough, "{language}: too little to tell: {all:?}, at least {least:?}");
}

#[test]
fn go() {
    compare_all("go", &modules(), Compared { files: 60, findings: 4, locks: 4 });
}

#[test]
fn typescript() {
    compare_all("typescript", &packages(), Compared { files: 150, findings: 5, locks: 8 });
}

#[test]
fn rust_crates() {
    compare_all("rust", &[rust()], Compared { files: 200, findings: 3, locks: 4 });
}
