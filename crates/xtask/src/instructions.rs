//! `cargo xtask instructions`: how many instructions the release needs for what people do with it, counted by callgrind on
//! one thread: a count is the same on a busy machine, so that a change of a few percent shows.
//!
//! Counts are held against `crates/xtask/instructions.tsv`. They are the compiler's as much as ours: with another `rustc`
//! they are only told. Trees are written by the program, so that a new fixture changes nothing.

use crate::dist::target_folder;
use crate::growth;
use crate::measure;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const COUNTS: &str = "crates/xtask/instructions.tsv";
/// How much a count may grow, in percent. Where two runs differ, it is by far less.
const GROWTH: f64 = 3.0;
const USAGE: &str = "cargo xtask instructions [--update]";

/// What is run: a name, the arguments, and the tree's kind.
struct Scenario {
    name: &'static str,
    arguments: &'static [&'static str],
    tree: growth::Sample,
}

const SCENARIOS: [Scenario; 7] = [
    Scenario { name: "start", arguments: &["--version"], tree: growth::Sample::Empty },
    Scenario { name: "an empty folder", arguments: &[], tree: growth::Sample::Empty },
    Scenario { name: "600 files without locks", arguments: &[], tree: growth::Sample::Plain(200) },
    Scenario {
        name: "30 files without locks, all parsed",
        arguments: &["--no-prefilter"],
        tree: growth::Sample::Plain(10),
    },
    Scenario { name: "90 files with a lock", arguments: &[], tree: growth::Sample::Locks(30) },
    Scenario { name: "90 callers of three wrappers", arguments: &[], tree: growth::Sample::Callers(30) },
    Scenario { name: "72 sections of six helpers", arguments: &[], tree: growth::Sample::Below(6) },
];

/// Counts, and compares or writes down.
///
/// # Errors
/// When something cannot be run, or a count has grown.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<()> {
    let update = match words {
        [] => false,
        ["--update"] => true,
        _ => bail!("{USAGE}"),
    };
    let there =
        Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    if !there {
        println!("instructions are not counted: valgrind is not on the PATH");
        return Ok(());
    }
    let program = measure::release(root)?;
    let place = target_folder(root).join("instructions");
    let compiler = said(Command::new("rustc").arg("--version"))?.trim().to_owned();
    let (known_by, known) = read(&fs::read_to_string(root.join(COUNTS)).unwrap_or_default());
    let mut counts = Vec::new();
    let mut grown = Vec::new();
    for scenario in &SCENARIOS {
        let count = scenario.count(&program, &place)?;
        let before = known.get(scenario.name).copied();
        let change = before.map(|before| 100.0 * (count as f64 / before as f64 - 1.0));
        println!("{:>14} {:>8}  {}", count, change.map_or("new".to_owned(), |c| format!("{c:+.2} %")), scenario.name);
        if change.is_none_or(|change| change > GROWTH) {
            grown.push(scenario.name);
        }
        counts.push((scenario.name, count));
    }
    println!("profiles for callgrind_annotate are in {}", place.display());
    if update {
        fs::write(root.join(COUNTS), written(&compiler, &counts))?;
    } else if known_by != compiler {
        println!("nothing is compared: the counts of {COUNTS} are those of {known_by}, and this is {compiler}");
    } else if !grown.is_empty() {
        bail!(
            "grown by more than {GROWTH} %, or new: {}; if that is meant, run it again with --update",
            grown.join(", ")
        );
    }
    Ok(())
}

impl Scenario {
    fn count(&self, program: &Path, place: &Path) -> Result<u64> {
        let tree = place.join("tree");
        if tree.exists() {
            fs::remove_dir_all(&tree)?;
        }
        fs::create_dir_all(&tree)?;
        growth::sample(&tree, self.tree)?;
        let out = place.join(format!("{}.out", self.name.replace([' ', ','], "-")));
        let mut valgrind = Command::new("valgrind");
        valgrind.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", out.display())).arg(program);
        if self.arguments == ["--version"] {
            valgrind.args(self.arguments);
        } else {
            valgrind.args(measure::linter(program)?.get_args()).args(["--threads", "1"]).args(self.arguments).arg(".");
        }
        let output = valgrind.current_dir(&tree).output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            bail!("{}: {errors}", self.name);
        }
        fs::remove_dir_all(&tree)?;
        collected(&errors).with_context(|| format!("{}: callgrind said no count: {errors}", self.name))
    }
}

fn said(command: &mut Command) -> Result<String> {
    Ok(String::from_utf8_lossy(&command.output()?.stdout).into_owned())
}

/// `==123== Collected : 4567`.
fn collected(said: &str) -> Option<u64> {
    let (_, rest) = said.split_once("Collected :")?;
    rest.split_whitespace().next()?.parse().ok()
}

fn written(compiler: &str, counts: &[(&str, u64)]) -> String {
    let mut text = format!("# {compiler}\n");
    for (name, count) in counts {
        let _ = writeln!(text, "{count}\t{name}");
    }
    text
}

/// The compiler, and the count of each scenario.
fn read(text: &str) -> (String, BTreeMap<String, u64>) {
    let compiler = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default().to_owned();
    let row = |line: &str| {
        let (count, name) = line.split_once('\t')?;
        Some((name.to_owned(), count.parse().ok()?))
    };
    (compiler, text.lines().filter_map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_as_they_were_written() {
        let (compiler, counts) = read(&written("rustc 1.90.0", &[("start", 12), ("a, b", 3_000_000_000_000)]));
        assert_eq!(compiler, "rustc 1.90.0");
        assert_eq!(counts, [("a, b".to_owned(), 3_000_000_000_000), ("start".to_owned(), 12)].into());
        assert_eq!(collected("==7== Events    : Ir\n==7== Collected : 987654321\n"), Some(987_654_321));
        assert_eq!(collected("==7== I refs: 5"), None);
    }
}
