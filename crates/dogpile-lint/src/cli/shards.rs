//! Arguments of trees that are linted in parts.

use crate::cache::Shard;
use clap::Args;
use std::path::PathBuf;

/// What a part of a tree has no answer to.
const REPORTING: [&str; 10] =
    ["confirm", "format", "output", "baseline", "staged", "diff", "fix", "unsafe_fixes", "fail_on", "min_level"];

/// A tree in parts, for several machines.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ShardArgs {
    /// Read and explore the I-th of N parts, write what was found out to --facts, and report nothing: `merge` does
    #[arg(long, value_name = "I/N", value_parser = Shard::parse, requires = "facts", conflicts_with_all = REPORTING)]
    pub shard: Option<Shard>,
    /// Folder of what shards found out
    #[arg(long, value_name = "DIR")]
    pub facts: Option<PathBuf>,
}
