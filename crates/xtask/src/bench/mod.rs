//! How fast the release is on given trees, beside what others take that look for words or for syntax: reading every byte
//! with the same walker, `rg` for the words by which files are chosen (whoever looks for locks has to do that much),
//! ast-grep and semgrep with a handful of rules that ask for a part of what ours do.

mod small;

use crate::dist::target_folder;
use crate::measure::{self, Took};
use crate::{call, tools};
use anyhow::{Context, Result, bail};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs that count of what takes so little time.
const RUNS: usize = 7;
/// A program whose first run takes longer than this, in milliseconds, is run once.
const LONG: f64 = 5_000.0;
const USAGE: &str = "cargo xtask bench [--peers] [--no-semgrep] [--write] [NAME=]TREE...";
const AST_GREP: &str = include_str!("peers/ast-grep.yml");
const SEMGREP: &str = include_str!("peers/semgrep.yml");

/// What is run.
struct Bench {
    program: PathBuf,
    reader: PathBuf,
    /// Names of files that are read, as patterns.
    names: Vec<String>,
    /// A file of the words by which files are chosen.
    words: PathBuf,
    /// Programs of others, with the arguments before the tree.
    peers: Vec<Command>,
}

/// Times each tree, then what takes next to no time. `--peers` installs those that are missing, `--no-semgrep`
/// leaves out the one that takes minutes, `--write` puts the tables into
/// `docs/performance.md`.
///
/// # Errors
/// When there is no tree, or a program cannot be built or started.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<()> {
    let (options, trees): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with("--"));
    if trees.is_empty() || options.iter().any(|option| !["--peers", "--no-semgrep", "--write"].contains(option)) {
        bail!("{USAGE}");
    }
    let bench = Bench::new(root, options.contains(&"--peers"), !options.contains(&"--no-semgrep"))?;
    let mut table =
        "| tree | program | ms | processor ms | of rg's | peak MB |\n|---|---|--:|--:|--:|--:|\n".to_owned();
    print!("{table}");
    for tree in trees {
        let (name, tree) = tree.split_once('=').unwrap_or((tree, tree));
        table += &bench.tree(name, tree)?;
    }
    let small = small::table(&bench.program)?;
    print!("\n{small}");
    if options.contains(&"--write") {
        let page = root.join("docs/performance.md");
        measure::put(&page, "bench", &table)?;
        measure::put(&page, "small", &small)?;
    }
    Ok(())
}

impl Bench {
    fn new(root: &Path, install: bool, semgrep: bool) -> Result<Self> {
        let program = measure::release(root)?;
        let cargo = || Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        call(
            cargo()
                .args(["build", "--release", "--quiet", "-p", "dogpile-lint", "--example", "read_every_byte"])
                .current_dir(root),
        )?;
        let listed = cargo()
            .args(["run", "--quiet", "-p", "dogpile-models", "--example", "words"])
            .current_dir(root)
            .output()?;
        let listed = String::from_utf8(listed.stdout)?;
        let (names, chosen_by) = listed.split_once("\n\n").context("the models' words cannot be listed")?;
        let folder = target_folder(root).join("bench");
        fs::create_dir_all(&folder)?;
        let words = folder.join("words");
        fs::write(&words, chosen_by)?;
        Ok(Self {
            program,
            reader: target_folder(root).join("release/examples/read_every_byte"),
            names: names.lines().map(str::to_owned).collect(),
            words,
            peers: peers(root, &folder, install, semgrep)?,
        })
    }

    /// The rows of one tree; they are printed as they come.
    fn tree(&self, name: &str, tree: &str) -> Result<String> {
        let mut read = Command::new(&self.reader);
        read.arg(tree).args(&self.names);
        let mut grep = Command::new("rg");
        grep.args(["--no-messages", "-c", "-F", "-f"]).arg(&self.words);
        self.names.iter().for_each(|name| {
            grep.args(["-g", name]);
        });
        grep.arg(tree);
        let mut lint = measure::linter(&self.program)?;
        lint.arg(tree);
        // As people run it, it leaves tests, generated and vendored code out; the others do not.
        let mut all = measure::linter(&self.program)?;
        all.args(["--include-tests", "--include-generated", "--include-vendored"]).arg(tree);
        let short = [&read, &grep, &lint, &all];
        let took = measure::in_turns(&short, RUNS)?;
        let floor = took[1];
        let mut rows = String::new();
        let about = format!("{name}: {}", about(&mut read, &mut grep, &self.program, tree)?);
        let names = ["reading every byte", "`rg -c`", "dogpile-lint", "dogpile-lint, the same files"];
        for (number, (program, took)) in names.iter().zip(&took).enumerate() {
            row(&mut rows, if number == 0 { &about } else { "" }, program, took, &floor);
        }
        let mut exhaustive = measure::linter(&self.program)?;
        exhaustive.args(["--no-prefilter", "--include-tests", "--include-generated", "--include-vendored"]).arg(tree);
        row(&mut rows, "", "dogpile-lint `--no-prefilter`, the same files", &seldom(&exhaustive)?, &floor);
        for peer in &self.peers {
            let mut command = Command::new(peer.get_program());
            command.args(peer.get_args()).arg(tree);
            let name = Path::new(peer.get_program()).file_name().and_then(|name| name.to_str()).unwrap_or_default();
            row(&mut rows, "", name, &seldom(&command)?, &floor);
        }
        Ok(rows)
    }
}

/// The median of a few runs, or the only one of a long one.
fn seldom(command: &Command) -> Result<Took> {
    let first = measure::once(command)?;
    if first.wall > LONG { Ok(first) } else { Ok(measure::in_turns(&[command], 3)?[0]) }
}

/// How many files there are, and how many of them hold words and locks.
fn about(read: &mut Command, grep: &mut Command, program: &Path, tree: &str) -> Result<String> {
    let said = |command: &mut Command| anyhow::Ok(String::from_utf8_lossy(&command.output()?.stdout).into_owned());
    let read = said(read)?;
    let numbers: Vec<u64> = read.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let [files, bytes] = numbers[..] else { bail!("the reader said {read:?}") };
    let chosen = said(grep)?.lines().count();
    let mut locks = Command::new(program);
    locks
        .args(["locks", "--columns", "9999", "--include-tests", "--include-generated", "--include-vendored"])
        .arg(tree);
    let inventory = said(&mut locks)?;
    let rows = inventory.lines().filter(|line| line.starts_with("lock "));
    let held: std::collections::BTreeSet<&str> =
        rows.filter_map(|line| line.split_whitespace().last()?.split(':').next()).collect();
    let share = |part: usize| 100.0 * part as f64 / files.max(1) as f64;
    Ok(format!(
        "{files} files, {} MB, words in {chosen} ({:.2} %), locks in {} ({:.2} %)",
        bytes / 1_000_000,
        share(chosen),
        held.len(),
        share(held.len())
    ))
}

/// ast-grep and semgrep, where they are on the PATH or were installed here, with their rules.
fn peers(root: &Path, folder: &Path, install: bool, semgrep: bool) -> Result<Vec<Command>> {
    let mut peers = Vec::new();
    let there = |name: &str, installed: &dyn Fn(&Path, bool) -> Result<Option<PathBuf>>| -> Result<Option<Command>> {
        let on_path = Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
        let found = if on_path { Some(PathBuf::from(name)) } else { installed(root, install)? };
        if found.is_none() {
            println!("{name} is left out: it is not on the PATH, and --peers was not asked to install it");
        }
        Ok(found.map(Command::new))
    };
    if let Some(mut command) = there("ast-grep", &tools::ast_grep)? {
        let rules = folder.join("ast-grep.yml");
        fs::write(&rules, AST_GREP)?;
        // Its own lists of what to leave out are those of git, as ours are.
        command.args(["scan", "--report-style", "short", "--rule"]).arg(rules);
        peers.push(command);
    }
    if !semgrep {
        return Ok(peers);
    }
    if let Some(mut command) = there("semgrep", &tools::semgrep)? {
        let rules = folder.join("semgrep.yml");
        fs::write(&rules, SEMGREP)?;
        command.args([
            "scan",
            "--metrics=off",
            "--disable-version-check",
            "--no-git-ignore",
            "--max-target-bytes",
            "0",
        ]);
        command.args(["--x-ignore-semgrepignore-files", "--jobs", "2", "--config"]).arg(rules);
        peers.push(command);
    }
    Ok(peers)
}

fn row(rows: &mut String, tree: &str, program: &str, took: &Took, floor: &Took) {
    let ratio = took.processor / floor.processor.max(1.0);
    let line =
        format!("| {tree} | {program} | {:.0} | {:.0} | {ratio:.1} | {:.0} |", took.wall, took.processor, took.peak);
    println!("{line}");
    let _ = writeln!(rows, "{line}");
}
