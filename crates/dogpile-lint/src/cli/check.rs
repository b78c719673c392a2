//! The arguments of `check`.

use super::fix::FixArgs;
use super::limit::LimitArgs;
use super::output::OutputArgs;
use super::proof::ProofArgs;
use super::reach::ReachArgs;
use super::shards::ShardArgs;
use crate::exit::FailOn;
use clap::{Args, ValueEnum};
use dogpile_report::Level;

/// Files larger than that are not read unless somebody says so, in bytes, and as it is said.
pub(crate) const MAX_FILE_SIZE: u64 = 4 << 20;
const MAX_FILE_SIZE_TOLD: &str = "4M";

/// Arguments of `check`.
#[derive(Clone, Debug, Args)]
pub(crate) struct CheckArgs {
    /// What is looked at
    #[command(flatten)]
    pub reach: ReachArgs,
    /// From which level on findings give exit code 1 [default: warning]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,
    /// From which level on findings are shown [default: note]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub min_level: Option<MinLevel>,
    /// Show findings that rest on names and shapes only, too
    #[arg(long)]
    pub pedantic: bool,
    /// Largest file that is read, in bytes (k, M and G are understood)
    #[arg(long, value_name = "SIZE", default_value = MAX_FILE_SIZE_TOLD, value_parser = size)]
    pub max_file_size: u64,
    /// Parse every file, not only those with a client's words in them
    #[arg(long)]
    pub no_prefilter: bool,
    /// Tell how much was parsed and understood, and (on standard error) how long it took
    #[arg(long)]
    pub stats: bool,
    /// Prove every finding; what `confirm` does
    #[arg(long)]
    pub confirm: bool,
    /// Parts of the tree
    #[command(flatten)]
    pub shards: ShardArgs,
    /// What is reported of all that is found
    #[command(flatten)]
    pub limit: LimitArgs,
    /// What is done about findings
    #[command(flatten)]
    pub fix: FixArgs,
    /// How findings are proven
    #[command(flatten)]
    pub proof: ProofArgs,
    /// What comes out
    #[command(flatten)]
    pub out: OutputArgs,
}

impl CheckArgs {
    /// Nothing said: every option as it is by default.
    #[must_use]
    pub(crate) fn plain() -> Self {
        <super::Cli as clap::Parser>::parse_from(["dogpile-lint"]).check
    }
}

/// Levels that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MinLevel {
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

    #[test]
    fn sizes_have_units() {
        assert_eq!(size(MAX_FILE_SIZE_TOLD), Ok(MAX_FILE_SIZE));
        assert_eq!(size("500k"), Ok(500 << 10));
        assert!(size("x").is_err() && size("4 parsecs").is_err() && size("99999999999G").is_err());
    }
}
