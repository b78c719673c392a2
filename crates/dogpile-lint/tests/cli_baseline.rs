//! Baselines: adopted, kept through edits that mean nothing, and pruned.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files")]

#[path = "trees/shuffle.rs"]
mod shuffle;
mod trees;

use shuffle::{Dice, files, reordered, spaced};
use std::path::Path;
use trees::{CLEAN, FAULTY, LOCKED, Run, Tree};

const NAME: &str = "known.jsonl";
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");

fn update(tree: &Tree) -> Run {
    tree.run(&["baseline", "update", "--baseline", NAME])
}

fn check(tree: &Tree) -> Run {
    tree.run(&["--baseline", NAME, "--fail-on", "note"])
}

#[test]
fn what_is_known_fails_nothing_and_what_is_new_does() {
    let tree = Tree::new(&[("go.mod", "module m\n"), ("old.go", LOCKED)]);
    assert_eq!(check(&tree).code, Some(2), "there is none yet");
    let run = update(&tree);
    assert_eq!((run.code, run.err.as_str()), (Some(0), "known.jsonl: 1 finding (1 added, 0 dropped)\n"));
    let run = check(&tree);
    assert_eq!(run.code, Some(0), "{}", run.out);
    assert!(run.out.contains("no findings\n1 known to the baseline\n"), "{}", run.out);
    tree.write("new/new.go", LOCKED.replace("sweep", "mop").as_bytes());
    let run = check(&tree);
    assert_eq!(run.code, Some(1));
    assert!(run.out.contains("new/new.go") && !run.out.contains("old.go:"), "{}", run.out);
    // Nothing is written twice in two ways.
    let before = tree.read(NAME);
    update(&tree);
    let after = tree.read(NAME);
    assert_eq!(after.lines().count(), 3);
    assert!(before.lines().all(|line| after.contains(line)));
}

#[test]
fn a_function_and_its_file_get_other_names() {
    let tree = Tree::new(&[("go.mod", "module m\n"), ("old.go", LOCKED)]);
    update(&tree);
    std::fs::remove_file(tree.path().join("old.go")).unwrap();
    tree.write(
        "moved/new.go",
        LOCKED.replace("func sweep(", "func mop(").replace("package app", "package moved").as_bytes(),
    );
    let run = check(&tree);
    assert!(run.code == Some(0) && !run.out.contains("gone"), "{}", run.out);
    // One entry knows one finding: a second copy is new.
    tree.write("copy/new.go", LOCKED.as_bytes());
    assert_eq!(check(&tree).code, Some(1));
}

#[test]
fn what_is_gone_is_told_and_pruned() {
    let tree = Tree::new(&[("a.go", FAULTY), ("b.go", FAULTY), ("c/c.go", FAULTY)]);
    update(&tree);
    tree.write("a.go", CLEAN.as_bytes());
    std::fs::remove_file(tree.path().join("b.go")).unwrap();
    let run = check(&tree);
    assert_eq!(run.code, Some(0));
    assert!(run.out.contains("2 findings of the baseline are gone: run `dogpile-lint baseline prune`"), "{}", run.out);
    // Of what was not looked at, nothing is gone.
    let part = tree.run(&["--baseline", NAME, "a.go"]);
    assert!(part.out.contains("1 finding of the baseline is gone"), "{}", part.out);
    let run = tree.run(&["baseline", "prune", "--baseline", NAME, "c"]);
    assert_eq!(run.err, "known.jsonl: 3 findings; nothing is gone\n");
    tree.write("d.go", FAULTY.replace("forgive", "forget").as_bytes());
    let run = tree.run(&["baseline", "prune", "--baseline", NAME]);
    assert_eq!(run.err, "known.jsonl: 1 finding; dropped: 2 gone\n");
    assert_eq!(tree.read(NAME).lines().count(), 2, "and nothing was added");
    assert_eq!(check(&tree).code, Some(1));
}

#[test]
fn what_is_hidden_or_not_asked_is_not_gone() {
    let tree = Tree::new(&[("a.go", FAULTY)]);
    update(&tree);
    let quiet = tree.run(&["--baseline", NAME, "--min-level", "error"]);
    assert!(quiet.code == Some(0) && !quiet.out.contains("gone"), "{}", quiet.out);
    tree.write(
        "dogpile.toml",
        format!("[lint]\nbaseline = {NAME:?}\n[rules]\nmalformed-annotation = \"off\"\n").as_bytes(),
    );
    let off = tree.run(&[]);
    assert!(off.code == Some(0) && !off.out.contains("gone"), "{}", off.out);
    let run = tree.run(&["baseline", "update"]);
    assert_eq!(run.err, "known.jsonl: 1 finding (0 added, 0 dropped)\n");
    // A file that cannot be read was not looked at.
    tree.write("dogpile.toml", format!("[lint]\nbaseline = {NAME:?}\n").as_bytes());
    tree.write("a.go", b"package a\n\xff\n");
    tree.write("b.go", CLEAN.as_bytes());
    let unread = tree.run(&[]);
    assert!(!unread.out.contains("gone"), "{}", unread.out);
}

#[test]
fn a_comment_speaks_before_the_baseline() {
    let tree = Tree::new(&[("go.mod", "module m\n"), ("a.go", LOCKED)]);
    update(&tree);
    let allowed =
        LOCKED.replace("\tdefer rdb.Del", "\t// dogpile: allow unconditional-release -- one writer\n\tdefer rdb.Del");
    tree.write("a.go", allowed.as_bytes());
    let run = check(&tree);
    assert!(run.code == Some(0) && run.out.contains("\n1 suppressed\n"), "{}", run.out);
    assert!(!run.out.contains("gone"), "{}", run.out);
    let run = tree.run(&["baseline", "prune", "--baseline", NAME]);
    assert_eq!(run.err, "known.jsonl: 0 findings; dropped: 1 allowed by a comment\n");
    tree.write("a.go", LOCKED.as_bytes());
    assert_eq!(check(&tree).code, Some(1), "the comment is gone, and nothing else knows it");
}

#[test]
fn a_baseline_that_cannot_be_used_is_2_and_says_why() {
    let tree = Tree::new(&[("a.go", FAULTY)]);
    let run = check(&tree);
    assert_eq!(
        (run.code, run.err.as_str()),
        (
            Some(2),
            "error: there is no baseline known.jsonl: `dogpile-lint baseline update --baseline known.jsonl` writes it\n"
        )
    );
    update(&tree);
    let good = tree.read(NAME);
    for (bad, said) in [
        ("", "known.jsonl:1: this is no baseline"),
        (&*good.replace("baseline\":1", "baseline\":7"), "known.jsonl:1: this baseline has version 7"),
        (&*format!("{good}=======\n"), "known.jsonl:3: a merge left a conflict here"),
        (&*good.replace("\"rule\"", "\"ruel\""), "known.jsonl:2: this is no entry of a baseline"),
    ] {
        tree.write(NAME, bad.as_bytes());
        for args in [
            &["--baseline", NAME][..],
            &["baseline", "prune", "--baseline", NAME],
            &["baseline", "update", "--baseline", NAME],
        ] {
            let run = tree.run(args);
            assert!(run.code == Some(2) && run.err.contains(said), "{args:?}: {}", run.err);
            assert_eq!(tree.read(NAME), bad, "it is left as it was");
        }
    }
    tree.write("dogpile.toml", b"[lint]\nbaseline = \"../known.jsonl\"\n");
    let run = tree.run(&["baseline", "update"]);
    assert!(run.code == Some(2) && run.err.contains("lies outside the folder of dogpile.toml"), "{}", run.err);
}

#[test]
fn it_is_the_same_from_every_folder() {
    let tree = Tree::new(&[
        ("a/b/x.go", FAULTY),
        ("dogpile.toml", "[lint]\nbaseline = \"ci/known.jsonl\"\n"),
        ("ci/README", ""),
    ]);
    assert_eq!(tree.run(&["baseline", "update"]).code, Some(0));
    assert!(tree.read("ci/known.jsonl").contains("\"path\":\"../a/b/x.go\""), "{}", tree.read("ci/known.jsonl"));
    assert_eq!(trees::run_in(&tree.path().join("a"), &[]).code, Some(0));
    std::fs::remove_file(tree.path().join("a/b/x.go")).unwrap();
    let run = trees::run_in(&tree.path().join("a"), &["."]);
    assert!(run.out.contains("1 finding of the baseline is gone"), "{}", run.out);
    // Where it was, from the folder that every other path starts from.
    let run = trees::run_in(&tree.path().join("a"), &["--format", "sarif", "."]);
    let log: serde_json::Value = serde_json::from_str(&run.out).expect("SARIF");
    let gone = &log["runs"][0]["results"][0];
    let place = &gone["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!((gone["baselineState"].as_str(), place["uri"].as_str()), (Some("absent"), Some("b/x.go")), "{gone}");
}

#[cfg(unix)]
#[test]
fn nothing_that_lies_beside_it_is_followed() {
    let tree = Tree::new(&[("a.go", FAULTY), ("mine", "as it was")]);
    std::os::unix::fs::symlink("mine", tree.path().join(format!("{NAME}.new"))).unwrap();
    assert_eq!(update(&tree).code, Some(0));
    assert_eq!(tree.read("mine"), "as it was");
    assert_eq!(check(&tree).code, Some(0));
}

/// Every fixture: lines, names of files and folders and the order of functions change, and nothing is new or gone.
#[test]
fn edits_that_mean_nothing_change_nothing() {
    let fixtures = Path::new(FIXTURES);
    let all: Vec<_> = files(fixtures).into_iter().filter(|path| !path.starts_with("ir")).collect();
    // A file by itself is a program, and two of them may use one name: each gets a folder.
    let is_alone = |path: &Path| path.components().count() == 2;
    let home = |path: &Path| {
        if is_alone(path) { path.with_extension("").join(path.file_name().unwrap()) } else { path.to_owned() }
    };
    let tree = Tree::new(&[]);
    for path in &all {
        tree.write(home(path).to_str().unwrap(), &std::fs::read(fixtures.join(path)).unwrap());
    }
    update(&tree);
    let known = tree.read(NAME);
    assert!(known.lines().count() > 300);
    for seed in 1..=2 {
        let mut dice = Dice::new(seed);
        let moved = Tree::new(&[(NAME, &known)]);
        for path in &all {
            let text = std::fs::read_to_string(fixtures.join(path)).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            let program = name.ends_with(".go") || name.ends_with(".ts") || name.ends_with(".rs");
            let text = if program { spaced(&reordered(&text, &mut dice), &mut dice) } else { text };
            // Files of one program name each other.
            let alone = is_alone(path);
            let mut path = home(path);
            if program && alone && dice.below(2) == 0 {
                path.set_file_name(format!("was_{}", name.replace('_', "")));
            }
            moved.write(&format!("deeper/{}", path.to_str().unwrap()), text.as_bytes());
        }
        let run = check(&moved);
        assert!(run.code == Some(0) && !run.out.contains("of the baseline"), "seed {seed}: {}", run.out);
    }
}
