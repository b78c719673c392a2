//! The command line.

use crate::exit::FailOn;
use clap::{Args, Parser, Subcommand, ValueEnum};
use dogpile_report::Level;
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

const EXIT_CODES: &str =
    "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 could not run (bad config, no such path, output that cannot \
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
    /// Run the schedule of a finding again
    Replay(ReplayArgs),
    /// Write a test that replays the schedule of a finding with the client in use, and needs nothing of dogpile-lint
    Harness(HarnessArgs),
    /// Serve an editor: the Language Server Protocol on standard input and output
    Lsp,
    /// Print the page of a rule
    Explain {
        /// Its slug
        slug: String,
    },
    /// List every rule
    Rules {
        /// Form of the list
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
    },
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

/// Forms of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Forms of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// One JSON object, described in docs/json.md.
    Json,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Levels that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MinLevel {
    /// Errors.
    Error,
    /// Warnings and errors.
    Warning,
    /// Everything.
    Note,
}

impl From<MinLevel> for Level {
    fn from(level: MinLevel) -> Self {
        match level {
            MinLevel::Error => Self::Error,
            MinLevel::Warning => Self::Warning,
            MinLevel::Note => Self::Note,
        }
    }
}

/// Arguments of `check`.
#[derive(Clone, Debug, Args)]
pub(crate) struct CheckArgs {
    /// Files and folders [default: .]
    pub paths: Vec<PathBuf>,
    /// Form of the report
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Write the report there instead of to standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// From which level on findings give exit code 1 [default: warning]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,
    /// From which level on findings are shown [default: note]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub min_level: Option<MinLevel>,
    /// Show findings that rest on names and shapes only, too
    #[arg(long)]
    pub pedantic: bool,
    /// Read this file instead of the nearest dogpile.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Measured p99s: the reply of a Prometheus histogram_quantile query, or JSON of names and seconds
    #[arg(long, value_name = "FILE")]
    pub latency: Option<PathBuf>,
    /// Look at tests too
    #[arg(long)]
    pub include_tests: bool,
    /// Look at generated files too
    #[arg(long)]
    pub include_generated: bool,
    /// Look at vendored code too
    #[arg(long)]
    pub include_vendored: bool,
    /// Largest file that is read, in bytes (k, M and G are understood)
    #[arg(long, value_name = "SIZE", default_value = "4M", value_parser = size)]
    pub max_file_size: u64,
    /// Parse every file, not only those with a client's words in them
    #[arg(long)]
    pub no_prefilter: bool,
    /// How many threads work [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Tell how much was parsed and understood, and (on standard error) how long it took
    #[arg(long)]
    pub stats: bool,
    /// Prove every finding; what `confirm` does
    #[arg(long)]
    pub confirm: bool,
    /// How findings are proven
    #[command(flatten)]
    pub proof: ProofArgs,
    /// When to colour the report
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorChoice,
}

/// Which server, and how hard to try.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Proof")]
pub(crate) struct ProofArgs {
    /// Replay on this server (redis://…, unix://…) instead of a private one; an address of this machine
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// The server is mine, though it is not on this machine
    #[arg(long, requires = "server")]
    pub i_own_this_server: bool,
    /// Use no server: what the model of Redis says is all
    #[arg(long, conflicts_with = "server")]
    pub no_server: bool,
    /// How many clients contend
    #[arg(long, value_name = "K", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=4))]
    pub clients: u8,
    /// How many clients may die [default: what the rule claims]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=3))]
    pub crashes: Option<u8>,
    /// How often a client may be held up [default: what the rule claims]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=3))]
    pub pauses: Option<u8>,
    /// Show the program that each finding's code was read as
    #[arg(long)]
    pub show_program: bool,
    /// Count how often a fleet of so many instances computes one value
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(2..=200))]
    pub instances: u16,
}

/// Arguments of `replay`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReplayArgs {
    /// A JSON report of `confirm`, or one finding of it
    pub file: PathBuf,
    /// Replay on this server instead of a private one; an address of this machine
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// The server is mine, though it is not on this machine
    #[arg(long, requires = "server")]
    pub i_own_this_server: bool,
}

/// Arguments of `harness`.
#[derive(Clone, Debug, Args)]
pub(crate) struct HarnessArgs {
    /// The finding: its fingerprint (or the first 6 digits and more), or `rule:path:line`
    pub finding: String,
    /// What is linted
    #[command(flatten)]
    pub check: CheckArgs,
}

fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let scale = match text[digits.len()..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1 << 10,
        "m" | "mb" => 1 << 20,
        "g" | "gb" => 1 << 30,
        other => return Err(format!("unknown unit {other:?}")),
    };
    let number: u64 = digits.parse().map_err(|_| "a size is a number like 4M or 500k".to_owned())?;
    number.checked_mul(scale).filter(|n| *n < u64::MAX).ok_or_else(|| "too large".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        assert_eq!(size("4M"), Ok(4 << 20));
        assert_eq!(size("500k"), Ok(500 << 10));
        assert!(size("x").is_err() && size("4 parsecs").is_err() && size("99999999999G").is_err());
    }
}
