//! Options that keep what is old out of the way.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What is reported of all that is found.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "What is new")]
pub(crate) struct LimitArgs {
    /// Findings that this file knows fail nothing and are not shown; `dogpile-lint baseline update` writes it
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Report findings only on locks that changed since this revision and HEAD parted; without one, and with --fix or
    /// --unsafe-fixes: print the fixes as a patch instead of making them
    #[arg(long, value_name = "REV", num_args = 0..=1)]
    pub diff: Option<Option<String>>,
    /// Report findings only on locks that changed in the index, and lint what is in the index
    #[arg(long, conflicts_with = "diff")]
    pub staged: bool,
}

/// What `baseline` does.
#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Write down every finding there is: from then on only others fail a run
    Update(super::CheckArgs),
    /// Take out what is gone, and add nothing
    Prune(super::CheckArgs),
}
