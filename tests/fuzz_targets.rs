//! Every reader under inputs that nobody would write: those that broke it once, what the tree has, and changes of these that
//! are the same each time. Longer runs, with coverage: `cargo xtask fuzz`.
#![allow(clippy::disallowed_methods, reason = "pages and manifests are files")]

use dogpile_fuzz::{TARGETS, Target, broke, seeds};
use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Nothing takes as long, however busy the machine.
const HANG: Duration = Duration::from_secs(20);

/// How many inputs a target gets: those of the whole linter cost most.
fn share(target: &Target) -> usize {
    match target.name {
        "models" | "lua" => 20,
        name if name == "tree" || name.starts_with("lint_") || name.starts_with("fix_") => 30,
        _ => 200,
    }
}

/// So many inputs: the files, evenly taken, and their changes by turns.
fn inputs(target: &Target, root: &Path) -> Vec<Vec<u8>> {
    let all = seeds(target, root);
    assert!(!all.is_empty(), "{} has nothing to begin with", target.name);
    let step = (all.len() * 4).div_ceil(share(target)).max(1);
    let taken: Vec<&Vec<u8>> = all.iter().step_by(step).collect();
    let mut made = broke(target, root);
    for n in 0..share(target) {
        let seed = taken[n % taken.len()];
        let round = u64::try_from(n / taken.len()).expect("a small number");
        made.push(if round == 0 { seed.clone() } else { (target.change)(seed, round) });
    }
    made
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn every_target_is_built_and_told_of() {
    let names: BTreeSet<&str> = TARGETS.iter().map(|target| target.name).collect();
    let page = fs::read_to_string(root().join("docs/fuzzing.md")).expect("docs/fuzzing.md");
    let table = page
        .split_once("<!-- targets:begin -->")
        .and_then(|(_, rest)| rest.split_once("<!-- targets:end -->"))
        .expect("the table")
        .0;
    let rows: BTreeSet<&str> =
        table.lines().filter_map(|row| row.strip_prefix("| `")?.split_once('`')).map(|(name, _)| name).collect();
    assert_eq!(rows, names, "the rows of docs/fuzzing.md");
    let files = fs::read_dir(root().join("fuzz/fuzz_targets")).expect("fuzz/fuzz_targets").flatten();
    let files: BTreeSet<String> =
        files.filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned())).collect();
    assert_eq!(files.iter().map(String::as_str).collect::<BTreeSet<_>>(), names, "the files of fuzz/fuzz_targets");
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("fuzz/Cargo.toml");
    for name in names {
        let text = fs::read_to_string(root().join(format!("fuzz/fuzz_targets/{name}.rs"))).expect("a target");
        assert!(
            text.contains(&format!("run(\"{name}\"")) && text.contains(&format!("write_seeds(\"{name}\")")),
            "{name}.rs is another one"
        );
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "fuzz/Cargo.toml lacks {name}");
    }
}

#[test]
fn no_reader_breaks() {
    let root = root();
    let mut wrong = Vec::new();
    for target in TARGETS {
        let begun = Instant::now();
        for input in inputs(target, &root) {
            let started = Instant::now();
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(&input))) {
                let why = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
                wrong.push(format!(
                    "{} breaks, {}: {:?}",
                    target.name,
                    why.unwrap_or("and says not why"),
                    String::from_utf8_lossy(&input)
                ));
            }
            if started.elapsed() > HANG {
                wrong.push(format!("{} hangs on {:?}", target.name, String::from_utf8_lossy(&input)));
            }
        }
        println!("{}: {} ms", target.name, begun.elapsed().as_millis());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
