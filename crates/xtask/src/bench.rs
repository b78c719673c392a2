//! How fast the release is on given trees, against `rg`, which reads the same files for the same words: whoever looks for
//! locks has to do that much. Linux only, for it tells what programs cost the processor.

use crate::call;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Runs that count, after one that warms the page cache.
const RUNS: usize = 7;
/// The kernel counts a process's time in so many milliseconds.
const TICK: u64 = 10;
const USAGE: &str = "cargo xtask bench TREE...";

/// What a program took, in milliseconds.
struct Took {
    wall: u64,
    processor: u64,
}

/// Times each tree.
///
/// # Errors
/// When there is no tree, or a program cannot be built or started.
pub(crate) fn run(root: &Path, trees: &[&str]) -> Result<()> {
    if trees.is_empty() {
        bail!("{USAGE}");
    }
    call(Command::new("cargo").args(["build", "--release", "--quiet", "-p", "dogpile-lint"]).current_dir(root))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let program = target.join("release/dogpile-lint");
    let words = target.join("bench-words");
    let listed = Command::new("cargo").args(["run", "--quiet", "-p", "dogpile-models", "--example", "words"]).current_dir(root).output()?;
    let listed = String::from_utf8(listed.stdout)?;
    let (names, chosen_by) = listed.split_once("\n\n").context("the models' words cannot be listed")?;
    fs::write(&words, chosen_by)?;
    println!("| tree | program | median ms | processor ms | of rg's |\n|---|---|--:|--:|--:|");
    for tree in trees {
        let mut grep = Command::new("rg");
        grep.args(["--no-messages", "-c", "-F", "-f"]).arg(&words);
        names.lines().for_each(|name| {
            grep.args(["-g", name]);
        });
        let floor = time(grep.arg(tree), RUNS)?;
        row(tree, "rg -c", &floor, &floor);
        let lint = || {
            let mut lint = Command::new(&program);
            lint.args(["--format", "concise", "--fail-on", "never"]).arg(tree);
            lint
        };
        row(tree, "dogpile-lint", &time(&mut lint(), RUNS)?, &floor);
        // As people run it, it leaves tests, generated and vendored code out; rg does not.
        let mut all = lint();
        all.args(["--include-tests", "--include-generated", "--include-vendored"]);
        row(tree, "dogpile-lint, the same files", &time(&mut all, RUNS)?, &floor);
        row(tree, "dogpile-lint --no-prefilter", &time(lint().arg("--no-prefilter"), 1)?, &floor);
    }
    Ok(())
}

fn row(tree: &str, program: &str, took: &Took, floor: &Took) {
    let tenths = |a: u64, b: u64| a * 10 / b.max(1);
    let ratio = tenths(took.processor, floor.processor);
    println!("| {tree} | {program} | {} | {} | {}.{} |", took.wall, took.processor, ratio / 10, ratio % 10);
}

fn time(command: &mut Command, runs: usize) -> Result<Took> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut walls = Vec::new();
    let mut before = 0;
    for run in 0..=runs {
        if run == 1 {
            before = children()?;
        }
        let begun = Instant::now();
        let status = command.status().with_context(|| format!("cannot start {:?}", command.get_program()))?;
        if status.code().is_none_or(|code| code > 1) {
            bail!("{command:?} ended with {status}");
        }
        walls.push(u64::try_from(begun.elapsed().as_millis())?);
    }
    let mut walls = walls.split_off(1);
    walls.sort_unstable();
    Ok(Took { wall: walls[walls.len() / 2], processor: (children()? - before) / u64::try_from(runs)? })
}

/// Processor time of programs that were started and have ended, in milliseconds.
fn children() -> Result<u64> {
    let stat = fs::read_to_string("/proc/self/stat").context("this needs Linux")?;
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).context("no times in /proc/self/stat");
    Ok((ticks(13)? + ticks(14)?) * TICK)
}
