//! The command line.

mod check;
mod fix;
mod limit;
mod output;
mod proof;
mod reach;
mod shards;

pub(crate) use check::{CheckArgs, MAX_FILE_SIZE};
pub(crate) use limit::{BaselineCommand, LimitArgs};
pub(crate) use output::{ColorChoice, Format, OutputArgs, Target};
pub(crate) use proof::{HarnessArgs, ProofArgs, ReplayArgs};
pub(crate) use reach::ReachArgs;

use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Finds what is wrong with Redis locks, cache fills and single flights in Go, TypeScript, JavaScript and Rust.
///
/// `dogpile-lint [PATHS]` is short for `dogpile-lint check [PATHS]`.
#[derive(Debug, Parser)]
#[command(name = "dogpile-lint", version, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    /// What to do; `check` if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Arguments of `check`.
    #[command(flatten)]
    pub check: CheckArgs,
}

const EXIT_CODES: &str = "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 could not run (bad config, no such path, output that cannot \
     be written, nothing that could be analysed).";

/// Commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lint files and folders
    #[command(after_help = EXIT_CODES)]
    Check(CheckArgs),
    /// Lint, and prove every finding: explore its schedules, replay the shortest bad one on a real Redis
    #[command(after_help = EXIT_CODES)]
    Confirm(CheckArgs),
    /// Lint with what shards found out: the same report as of one run
    #[command(after_help = EXIT_CODES)]
    Merge(CheckArgs),
    /// Run the schedule of a finding again
    Replay(ReplayArgs),
    /// Write a test that replays the schedule of a finding with the client in use, and needs nothing of dogpile-lint
    Harness(HarnessArgs),
    /// Serve an editor: the Language Server Protocol on standard input and output
    Lsp,
    /// Write down the findings of today, so that only new ones fail a run
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Print the page of a rule
    Explain(crate::explain::ExplainArgs),
    /// List every rule
    Rules {
        /// Form of the list
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
    },
    /// Write a commented dogpile.toml from what is found
    Init(crate::init::InitArgs),
    /// Print a page for man, or write those of all commands
    Man(crate::man::ManArgs),
    /// Print a script that completes command lines
    Completions(crate::man::CompletionsArgs),
    /// List every lock, with its key, TTL, token, release, renewal and p99
    Locks(crate::locks::LocksArgs),
    /// What runs keep for each other
    #[command(subcommand)]
    Cache(crate::cache::CacheCommand),
    /// Print what is in force for a path, and from where
    Config {
        /// The path
        #[arg(default_value = ".")]
        path: PathBuf,
        /// Form of the list
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
        /// Read this file instead of the nearest dogpile.toml
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

/// Names of the commands.
#[must_use]
pub(crate) fn commands() -> Vec<String> {
    let program = <Cli as clap::CommandFactory>::command();
    program.get_subcommands().map(|command| command.get_name().to_owned()).chain(["help".to_owned()]).collect()
}

/// Forms of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
