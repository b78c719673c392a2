//! The linter as a program: command line, configuration, files, threads, output.
//!
//! The only room that touches the file system, the environment or the terminal. It decides nothing about locks.
#![allow(clippy::disallowed_methods, reason = "this room is the one that may touch files, environment and terminal")]

mod analysis;
mod baseline;
mod bounded;
mod cache;
mod changes;
mod check;
mod cli;
mod config;
mod confirm;
mod exit;
mod explain;
mod fixes;
mod follow;
#[doc(hidden)]
pub mod fuzzing;
mod generated;
mod guard;
mod harness;
mod ignored;
mod init;
mod input;
mod inspect;
mod latency;
mod load;
mod locks;
mod lsp;
mod man;
mod memory;
mod meta_rules;
mod neighbours;
mod offers;
mod output;
mod packages;
mod pipeline;
mod prefilter;
mod progress;
mod project;
mod promises;
mod replay;
mod reports;
mod speaks;
mod suggest;
mod suppress;
mod test_code;
mod translate;
mod tree;
mod walk;
mod warm;
mod word;
mod wrappers;

pub use exit::{Exit, FailOn};
pub use memory::{LintResult, lint_files};

use clap::Parser as _;
use cli::{Cli, Command};
use std::ffi::OsString;

/// Runs the program with these arguments (the first is its own name).
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, the rest are complaints; where neither can be printed there is nobody to tell.
            let _ = error.print();
            return if error.use_stderr() { Exit::CouldNotRun } else { Exit::Clean };
        }
    };
    let done = match &cli.command {
        None => check::check(&cli.check),
        Some(Command::Check(args)) => check::check(args),
        Some(Command::Confirm(args)) => check::check(&cli::CheckArgs { confirm: true, ..args.clone() }),
        Some(Command::Merge(args)) => check::merge(args),
        Some(Command::Harness(args)) => harness::harness(args),
        Some(Command::Init(args)) => init::init(args),
        Some(Command::Cache(command)) => cache::run(command),
        Some(Command::Locks(args)) => locks::locks(args),
        Some(Command::Replay(args)) => replay::replay(args),
        Some(Command::Baseline(command)) => baseline::run(command),
        Some(Command::Explain(args)) => explain::explain(args),
        Some(Command::Man(args)) => man::man(args),
        Some(Command::Completions(args)) => man::completions(args),
        Some(Command::Lsp) => lsp::serve(),
        Some(Command::Rules { format }) => inspect::rules(*format).and_then(print),
        Some(Command::Config { path, format, config }) => {
            inspect::config(path, config.as_deref(), *format).and_then(print)
        }
    };
    done.unwrap_or_else(|error| {
        output::say(&format!("error: {}", dogpile_report::clean(&format!("{error:#}"))));
        Exit::CouldNotRun
    })
}

fn print(text: String) -> anyhow::Result<Exit> {
    output::write(&text, None)?;
    Ok(Exit::Clean)
}
