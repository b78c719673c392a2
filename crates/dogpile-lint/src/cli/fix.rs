//! Options that mend what is found.

use clap::Args;

/// What is done about findings.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Fixes")]
pub(crate) struct FixArgs {
    /// Make the fixes that change nothing but the fault
    #[arg(long)]
    pub fix: bool,
    /// Make the others too: read what they did
    #[arg(long)]
    pub unsafe_fixes: bool,
}

impl FixArgs {
    /// Whether anything is to be mended.
    #[must_use]
    pub(crate) fn wanted(self) -> bool {
        self.fix || self.unsafe_fixes
    }
}
