//! The one place that calls the analysis: from parsed modules to lifecycles.

use crate::config::Config;
use dogpile_analysis::lifecycle::{Class, Lifecycles};
use dogpile_analysis::{Absent, Declared, Memory};
use dogpile_ir::{Lang, Module};
use dogpile_models::{Catalog, Models};
use dogpile_source::{FileId, SourceMap};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Everything the analysis may want to know.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    /// Parsed files; a module's `file` is its index in `sources`.
    pub modules: &'a [Arc<Module>],
    /// Their texts.
    pub sources: &'a SourceMap,
    /// Client libraries.
    pub models: &'a Catalog,
    /// The models of languages with wrappers of somebody's own.
    pub own: &'a BTreeMap<Lang, Models>,
    /// Profiles, latencies, fleet, wrappers.
    pub config: &'a Config,
    /// Measured p99 in milliseconds by name.
    pub latency: &'a BTreeMap<String, u64>,
    /// Module paths that go by another name.
    pub aliases: &'a BTreeMap<String, String>,
    /// Texts of embedded files: (the file that embeds, the path it names) → text.
    pub embedded: &'a BTreeMap<(FileId, String), String>,
    /// What files declare that are not parsed.
    pub absent: &'a Absent,
    /// Whether somebody asks which changes change which story.
    pub touches: bool,
    /// Set once nobody wants to know any more.
    pub stop: &'a AtomicBool,
}

/// What the analysis found.
#[derive(Debug, Default)]
pub(crate) struct Analysed {
    /// Locks, flights and misses.
    pub lifecycles: Lifecycles,
    /// Names of functions that hide an operation: files that mention them matter too.
    pub follow: Vec<String>,
    /// Files that have to be parsed before anything can be told.
    pub wanted: Vec<FileId>,
    /// Functions whose paths were too many to follow to the end.
    pub cut: Vec<String>,
}

/// Analyses modules, each language by itself: a function of one never calls one of another, and names that two
/// languages share mean two things. Modules of one language must stand together. `missing`: see
/// [`dogpile_analysis::analyze`].
#[must_use]
pub(crate) fn analyse(
    facts: &Facts<'_>,
    memories: &mut BTreeMap<Lang, Memory>,
    missing: &dyn Fn(&[String]) -> bool,
) -> Analysed {
    let mut all = Analysed::default();
    for modules in facts.modules.chunk_by(|a, b| a.lang == b.lang) {
        let lang = modules[0].lang;
        let models = facts.own.get(&lang).unwrap_or_else(|| facts.models.of(crate::input::language_name(lang)));
        let found = analyse_language(&Facts { modules, ..*facts }, models, memories.entry(lang).or_default(), missing);
        let Lifecycles { locks, flights, misses, check_then_sets, fills, touched, fleet } = found.lifecycles;
        all.lifecycles.locks.extend(locks);
        all.lifecycles.flights.extend(flights);
        all.lifecycles.misses.extend(misses);
        all.lifecycles.check_then_sets.extend(check_then_sets);
        all.lifecycles.fills.extend(fills);
        all.lifecycles.touched.extend(touched);
        all.lifecycles.fleet.instances = fleet.instances;
        all.follow.extend(found.follow);
        all.wanted.extend(found.wanted);
        all.cut.extend(found.cut);
    }
    all
}

fn analyse_language(
    facts: &Facts<'_>,
    models: &Models,
    memory: &mut Memory,
    missing: &dyn Fn(&[String]) -> bool,
) -> Analysed {
    let declared = Declared {
        latency: facts.config.latency.iter().map(|(p, ms)| (p.to_owned(), *ms)).collect(),
        measured: facts.latency.iter().map(|(n, ms)| (n.clone(), *ms)).collect(),
        profiles: facts.config.profile.iter().map(|(p, v)| (p.to_owned(), profile(*v))).collect(),
        instances: facts.config.fleet_instances,
        aliases: facts.aliases.clone(),
        touches: facts.touches,
    };
    let by_path: BTreeMap<(&str, &str), &str> = facts
        .embedded
        .iter()
        .filter_map(|((file, name), text)| {
            Some(((facts.sources.get(*file)?.path.as_str(), name.as_str()), text.as_str()))
        })
        .collect();
    let embeds = |file: &str, name: &str| by_path.get(&(file, name)).map(|text| (*text).to_owned());
    let none = Absent::default();
    let absent = if facts.modules.first().is_some_and(|module| module.lang == Lang::Go) { facts.absent } else { &none };
    let analysis = dogpile_analysis::analyze(
        facts.modules,
        facts.sources,
        models,
        &declared,
        &embeds,
        memory,
        missing,
        absent,
        facts.stop,
    );
    Analysed { lifecycles: analysis.lifecycles, follow: analysis.follow, wanted: analysis.wanted, cut: analysis.cut }
}

fn profile(profile: crate::config::Profile) -> dogpile_analysis::lifecycle::Profile {
    match profile {
        crate::config::Profile::Correctness => dogpile_analysis::lifecycle::Profile::Correctness,
        crate::config::Profile::Efficiency => dogpile_analysis::lifecycle::Profile::Efficiency,
    }
}

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
