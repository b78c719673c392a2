//! `dogpile-lint init`.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

mod trees;

use std::path::Path;
use trees::{LOCKED, Tree};

const MANIFEST: &str = "module example.com/app\n";

fn tree() -> Tree {
    Tree::new(&[("go.mod", MANIFEST), ("jobs/sweep.go", LOCKED), ("examples/show/show.go", LOCKED)])
}

/// Every commented setting set.
fn decided(text: &str) -> String {
    let setting = |line: &str| line.starts_with("# ") && line.contains(" = ");
    let lines =
        text.lines().map(|line| if setting(line) { line[2..].replace("\"?\"", "\"25s\"") } else { line.to_owned() });
    // A table in a list comes last, where it hides no key of another.
    lines
        .filter(|line| {
            !line.starts_with("files =") && !line.starts_with("function =") && !line.starts_with("acquires =")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn what_it_writes_is_accepted_and_changes_nothing() {
    let tree = tree();
    let before = tree.run(&["--format", "json", "--include-tests"]);
    let run = tree.run(&["init"]);
    assert_eq!((run.code, run.out.as_str()), (Some(0), ""), "{}", run.err);
    assert!(run.err.starts_with("wrote dogpile.toml; 2 locks have no p99"), "{}", run.err);
    let config = tree.run(&["config"]);
    assert_eq!(config.code, Some(0), "{}", config.err);
    assert_eq!(tree.run(&["--format", "json", "--include-tests"]), before);
}

#[test]
fn it_names_what_is_there() {
    let text = tree().run(&["init", "--stdout"]).out;
    for line in [
        "# Found: 2 locks.",
        "# Clients: go-redis (2).",
        "# \"example.com/app/jobs.sweep\" = \"?\"  # holds lock:sweep (TTL 30s), jobs/sweep.go:13",
        "# \"lock:sweep\" = \"correctness\"",
        "# unconditional-release = \"error\"  # 2 found",
        "# exclude = [\"examples/**\"]",
    ] {
        assert!(text.lines().any(|l| l == line), "no line {line:?} in\n{text}");
    }
}

#[test]
fn what_is_decided_holds() {
    let tree = tree();
    let text = tree.run(&["init", "--stdout"]).out;
    tree.write("dogpile.toml", decided(&text).as_bytes());
    let config = tree.run(&["config"]);
    assert_eq!(config.code, Some(0), "{}\n{}", config.err, decided(&text));
    assert!(config.out.contains("latency.\"example.com/app/jobs.sweep\" = \"25000ms\""), "{}", config.out);
    let locks = tree.run(&["locks"]);
    assert!(locks.out.contains("lock:sweep  30s  25s"), "the p99 is known now: {}", locks.out);
    assert!(!locks.out.contains("examples/"), "{}", locks.out);
    // A line that nobody filled in is told, and not taken for a number.
    tree.write("dogpile.toml", b"[latency]\n\"a.B\" = \"?\"\n");
    let asked = tree.run(&["config"]);
    assert_eq!(asked.code, Some(2));
    assert!(asked.err.contains("dogpile.toml:2: `a.B` wants a duration"), "{}", asked.err);
}

#[test]
fn nothing_is_written_over_unless_asked() {
    let tree = tree();
    tree.write("dogpile.toml", b"[fleet]\ninstances = 3\n");
    let run = tree.run(&["init"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("dogpile.toml is there already; type `dogpile-lint init --stdout`"), "{}", run.err);
    assert_eq!(tree.read("dogpile.toml"), "[fleet]\ninstances = 3\n");
    let nearer = tree.run(&["init", "jobs"]);
    assert_eq!(nearer.code, Some(2));
    assert!(nearer.err.contains("dogpile.toml holds for this folder already"), "{}", nearer.err);
    assert_eq!(tree.run(&["init", "--force"]).code, Some(0));
    assert!(tree.read("dogpile.toml").contains("# instances = 2"));
}

#[test]
fn it_works_in_the_folder_that_it_is_for() {
    let tree = tree();
    let run = tree.run(&["init", "jobs"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains("wrote jobs/dogpile.toml"), "{}", run.err);
    assert!(tree.read("jobs/dogpile.toml").contains("(TTL 30s), sweep.go:13"), "{}", tree.read("jobs/dogpile.toml"));
    assert!(!Path::new(&tree.path().join("dogpile.toml")).exists());
    let missing = tree.run(&["init", "job"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.err.contains("no such folder: job"), "{}", missing.err);
    let file = tree.run(&["init", "jobs/sweep.go"]);
    assert!(file.err.contains("type `dogpile-lint init jobs`"), "{}", file.err);
}
