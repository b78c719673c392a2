//! The one place that calls the analysis: from parsed modules to lifecycles.

use crate::config::Config;
use dogpile_analysis::lifecycle::{Class, Lifecycles};
use dogpile_ir::Module;
use dogpile_models::Models;
use dogpile_source::{FileId, SourceMap};
use std::collections::{BTreeMap, BTreeSet};

/// Everything the analysis may want to know.
#[derive(Debug)]
#[allow(dead_code, reason = "the analysis is not called yet")]
pub(crate) struct Facts<'a> {
    /// Parsed files; a module's `file` is its index in `sources`.
    pub modules: &'a [Module],
    /// Their texts.
    pub sources: &'a SourceMap,
    /// Client libraries.
    pub models: &'a Models,
    /// Profiles, latencies, fleet, wrappers.
    pub config: &'a Config,
    /// Measured p99 in milliseconds by name.
    pub latency: &'a BTreeMap<String, u64>,
    /// Module paths that go by another name.
    pub aliases: &'a BTreeMap<String, String>,
    /// Texts of embedded files: (the file that embeds, the path it names) → text.
    pub embedded: &'a BTreeMap<(FileId, String), String>,
}

/// What the analysis found.
#[derive(Debug, Default)]
pub(crate) struct Analysed {
    /// Locks, flights and misses.
    pub lifecycles: Lifecycles,
    /// Names of functions that hide an operation: files that mention them matter too.
    pub follow: Vec<String>,
}

// ---- ADAPTER: the analysis is called here, and nowhere else. -------------------------------------------------------

/// Analyses modules.
#[must_use]
pub(crate) fn analyse(_facts: &Facts<'_>) -> Analysed {
    Analysed::default()
}

// --------------------------------------------------------------------------------------------------------------------

/// Files that hold a lock, a flight or a miss.
#[must_use]
pub(crate) fn files_with_locks(lifecycles: &Lifecycles) -> usize {
    let locks = lifecycles.locks.iter().filter(|l| l.class == Class::Lock).map(|l| l.acquire.site.span);
    let flights = lifecycles.flights.iter().map(|f| f.site.span);
    let misses = lifecycles.misses.iter().map(|m| m.read.span);
    let pairs = lifecycles.check_then_sets.iter().map(|c| c.set.span);
    locks.chain(flights).chain(misses).chain(pairs).map(|span| span.file).collect::<BTreeSet<_>>().len()
}

/// Lock sessions.
#[must_use]
pub(crate) fn lock_sessions(lifecycles: &Lifecycles) -> usize {
    lifecycles.locks.iter().filter(|l| l.class == Class::Lock).count()
}
