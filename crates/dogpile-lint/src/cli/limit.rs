//! Options that keep what is old out of the way.

use clap::Args;

/// What is reported of all that is found.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "What is new")]
pub(crate) struct LimitArgs {
    /// With --fix: print the fixes as a patch instead of making them
    #[arg(long, value_name = "REV", num_args = 0..=1)]
    pub diff: Option<Option<String>>,
}
