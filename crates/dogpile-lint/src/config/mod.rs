//! `dogpile.toml`: what somebody decided for their tree.

mod find;
mod patterns;
mod read;
mod show;
mod value;

pub(crate) use find::inside;
pub(crate) use find::{Found, find, load};
pub(crate) use patterns::Patterns;
pub(crate) use read::parse;
pub(crate) use show::{Setting, settings};

use crate::exit::FailOn;
use dogpile_report::Level;
use std::collections::BTreeMap;
use thiserror::Error;

/// Name of the file.
pub(crate) const FILE_NAME: &str = "dogpile.toml";

/// What is wrong with a configuration.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum ConfigError {
    /// Something in the file.
    #[error("{file}:{line}: {message}")]
    Invalid {
        /// The file.
        file: String,
        /// 1-based line.
        line: usize,
        /// What is wrong, and what was probably meant.
        message: String,
    },
    /// The file cannot be read.
    #[error("{file}: {message}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        message: String,
    },
}

/// Kleppmann's distinction, as configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// The lock saves duplicate work.
    Efficiency,
    /// The lock protects data.
    Correctness,
}

impl Profile {
    /// Its name in configuration.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Efficiency => "efficiency",
            Self::Correctness => "correctness",
        }
    }
}

/// A function of the project that takes or releases a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrapper {
    /// Its canonical name.
    pub function: String,
    /// What it does: the pairs of a `dogpile: acquires` or `releases` comment.
    pub does: WrapperDoes,
}

/// What a wrapper does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WrapperDoes {
    /// Takes a lock.
    Acquires(Vec<(String, String)>),
    /// Releases one.
    Releases(Vec<(String, String)>),
}

/// `[lint]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LintTable {
    /// Globs of paths that are left out, relative to the file.
    pub exclude: Vec<String>,
    /// Look at tests too.
    pub include_tests: Option<bool>,
    /// Look at generated files too.
    pub include_generated: Option<bool>,
    /// Look at vendored code too.
    pub include_vendored: Option<bool>,
    /// From which level on findings fail a run.
    pub fail_on: Option<FailOn>,
    /// File of findings that fail no run, relative to the configuration.
    pub baseline: Option<String>,
    /// From which level on findings are shown.
    pub min_level: Option<Level>,
}

/// A whole configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// Level by rule.
    pub rules: BTreeMap<String, Level>,
    /// Profile by key or path pattern.
    pub profile: Patterns<Profile>,
    /// p99 in milliseconds by function or key pattern.
    pub latency: Patterns<u64>,
    /// How many instances run.
    pub fleet_instances: Option<u32>,
    /// The lease that fixes give to locks that have none, in milliseconds.
    pub fix_ttl_ms: Option<u64>,
    /// Model files: their path as written, and their text.
    pub models: Vec<(String, String)>,
    /// Wrappers.
    pub wrappers: Vec<Wrapper>,
    /// What is linted.
    pub lint: LintTable,
    /// Dotted key → 1-based line that sets it.
    pub lines: BTreeMap<String, usize>,
}
