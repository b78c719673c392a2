//! Chores of the project: `cargo xtask`, which lists them.
#![allow(clippy::print_stdout, clippy::print_stderr)]
#![allow(clippy::disallowed_methods, reason = "chores read and write the project's files")]

mod bench;
mod book;
mod dist;
mod dist_test;
mod docs;
mod fuzz;
mod growth;
mod instructions;
mod lint;
mod measure;
mod mutants;
mod new_rule;
mod registry;
mod rules;
mod test;
mod tidy;
mod tools;
mod versions;

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "\
cargo xtask registry [--check]       writes rules/src/registry.rs from the folder names
cargo xtask new-rule GROUP/SLUG      writes the folder, the page and the fixture stubs of a rule
cargo xtask docs [--check]           writes the list of rules in README.md
cargo xtask test                     installs with apt-get what is missing of redis-server, Go, Node, npm, git, curl, jq,
                                     strace, Python, Chromium and Neovim, says what is too old, and runs every test and check
cargo xtask mutate --tree PATH…      puts faults into clean locks of these trees, and counts how many are found
cargo xtask repair --tree PATH…      repairs what is found in these trees, and counts how often that silences it
cargo xtask metamorph --tree PATH…   changes sources in ways that mean nothing, and compares the findings
cargo xtask scramble --tree PATH…    puts statements in disorder: no failure, no hang, nothing told of code that is not meant
cargo xtask book [--check]           makes the book, into target/book, and follows its links; or only those of the pages
cargo xtask dist [--target TRIPLE] [--out FOLDER]
                                     builds a release and packs it for every channel, into target/dist
cargo xtask dist-test [the same]     the same, and installs and runs every artifact in a clean place (slow; as root, and
                                     installs zsh, fish and man with apt-get)
cargo xtask fuzz [--seconds N] [TARGET ...]  fuzzes every reader, or those named, for so many seconds each (60)
cargo xtask bench [--peers] [--no-semgrep] [--write] [NAME=]TREE...
                                     builds the release and times it on these trees, against rg, ast-grep and semgrep (Linux):
                                     installs the last two with pip if wanted, and writes the tables into docs/performance.md
cargo xtask growth [--draw]          lints trees that grow, and tells by which power of their size the cost does; or draws the
                                     last measurements again, into docs
cargo xtask instructions [--update]  counts the release's instructions under callgrind, and compares them with those written down
cargo xtask msrv                     checks everything with the oldest compiler that Cargo.toml allows
cargo xtask minimal-versions         checks everything with the oldest versions of dependencies that Cargo.toml allows
cargo xtask lint                     asks rustfmt and clippy
cargo xtask tidy                     looks for long files, forbidden words and orphans";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    let root = root()?;
    match words {
        ["registry"] => registry::run(&root, false),
        ["registry", "--check"] => registry::run(&root, true),
        ["new-rule", name] => new_rule::run(&root, name),
        ["docs"] => docs::run(&root, false),
        ["docs", "--check"] => docs::run(&root, true),
        ["test"] => test::run(&root),
        ["mutate" | "repair" | "metamorph" | "scramble", ..] => mutants::run(&root, words),
        ["book"] => book::run(&root, false),
        ["book", "--check"] => book::run(&root, true),
        ["dist", words @ ..] => dist::run(&root, words),
        ["dist-test", words @ ..] => dist_test::run(&root, words),
        ["fuzz", words @ ..] => fuzz::run(&root, words),
        ["bench", trees @ ..] => bench::run(&root, trees),
        ["growth", words @ ..] => growth::run(&root, words),
        ["instructions", words @ ..] => instructions::run(&root, words),
        ["msrv"] => versions::oldest_compiler(&root),
        ["minimal-versions"] => versions::minimal_versions(&root),
        ["lint"] => lint::run(&root),
        ["tidy"] => tidy::run(&root),
        _ => bail!("usage:\n{USAGE}"),
    }
}

/// The workspace: two levels above this crate.
fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map(Path::to_path_buf).context("this crate is not in crates/xtask")
}

/// Runs a program to its end.
fn call(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    if !status.success() {
        bail!("{:?} ended with {status}", command.get_program());
    }
    Ok(())
}

/// Writes a generated file, or with `check` says that it is not what it should be.
fn write_or_check(path: &Path, text: &str, check: bool) -> Result<()> {
    let now = std::fs::read_to_string(path).unwrap_or_default();
    if now == text {
        return Ok(());
    }
    if check {
        bail!("{} is out of date: run the same command without --check", path.display());
    }
    std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}
