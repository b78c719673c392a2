//! Arguments of what is looked at, and by what measure: the same for every command that lints.

use clap::Args;
use std::path::PathBuf;

/// Which code is looked at, and what is known of it.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReachArgs {
    /// Files and folders [default: .]
    pub paths: Vec<PathBuf>,
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
    /// How many threads work [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Leave alone what earlier runs found out, and keep nothing of this one
    #[arg(long)]
    pub no_cache: bool,
    /// Where it is kept [default: $DOGPILE_LINT_CACHE_DIR, or dogpile-lint in the user's folder of caches]
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub cache_dir: Option<PathBuf>,
}
