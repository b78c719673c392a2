//! From files to a report's contents.

use crate::cache::Shard;
use crate::changes::{ChangedCode, Changes};
use crate::cli::MAX_FILE_SIZE;
use crate::config::Config;
use crate::input::{InputFile, LANGUAGES, language_name};
use crate::packages::Packages;
use crate::prefilter::Triggers;
use crate::tree::Tree;
use crate::warm::Warm;
use dogpile_analysis::lifecycle::Lifecycles;
use dogpile_ir::Lang;
use dogpile_models::Catalog;
use dogpile_report::{Entry, Gone, Level, Problem, RuleInfo, Summary};
use dogpile_rules::Settings;
use dogpile_source::{FileId, SourceMap, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// How often files of newly found wrappers' callers are added.
const ROUNDS: usize = 4;
/// Reason of the problem that leaves a run with nothing to judge.
pub(crate) const ANALYSIS_FAILED: &str = "analysis failed";
/// Stack of each worker: recursion over deeply nested code must not end the run.
pub(crate) const STACK: usize = 64 << 20;

/// How files are judged.
#[derive(Debug)]
pub(crate) struct Options<'o> {
    /// Client libraries.
    pub models: &'o Catalog,
    /// Configuration.
    pub config: &'o Config,
    /// The words by which files are chosen.
    pub triggers: &'o Triggers,
    /// Measured p99 in milliseconds by name.
    pub latency: &'o BTreeMap<String, u64>,
    /// The packages of the files.
    pub packages: &'o Packages,
    /// (path, text) of files that are not on disk, for those that embed them.
    pub in_memory: &'o [(String, String)],
    /// Tests among other code too.
    pub include_tests: bool,
    /// Show `possible` findings too.
    pub pedantic: bool,
    /// Findings below are not shown.
    pub min_level: Level,
    /// Parse every file.
    pub no_prefilter: bool,
    /// Count what was translated.
    pub stats: bool,
    /// Largest file, for files that are read on demand.
    pub max_file_size: u64,
    /// What changed, where only that is reported.
    pub changes: Option<&'o Changes>,
    /// Whether somebody asks which changes change which story.
    pub touches: bool,
    /// The part of the tree that is looked at; `None`: all of it.
    pub shard: Option<Shard>,
}

impl<'o> Options<'o> {
    /// What a run is like that nobody asked anything special of.
    #[must_use]
    pub(crate) fn plain(
        models: &'o Catalog,
        config: &'o Config,
        triggers: &'o Triggers,
        latency: &'o BTreeMap<String, u64>,
        packages: &'o Packages,
    ) -> Self {
        Self {
            models,
            config,
            triggers,
            latency,
            packages,
            in_memory: &[],
            include_tests: false,
            pedantic: false,
            min_level: Level::Note,
            no_prefilter: false,
            stats: false,
            max_file_size: MAX_FILE_SIZE,
            changes: None,
            touches: false,
            shard: None,
        }
    }
}

/// What a run found.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Findings in order of path and place.
    pub entries: Vec<Entry>,
    /// Findings that are not shown: not sure enough, or below the level asked for.
    pub hidden: Vec<Entry>,
    /// Findings on what did not change, where only what did is reported.
    pub elsewhere: Vec<Entry>,
    /// The code that changed, where only that is reported.
    pub changed: Option<ChangedCode>,
    /// What a baseline has and the code has no more.
    pub gone: Vec<Gone>,
    /// What kept code from being analysed.
    pub problems: Vec<Problem>,
    /// Counts.
    pub summary: Summary,
    /// Texts of the files that were parsed.
    pub sources: SourceMap,
    /// Every rule with its level.
    pub rules: Vec<RuleInfo>,
    /// What the findings are about.
    pub lifecycles: Lifecycles,
    /// Named functions of the files that have findings, outer ones first.
    pub functions: BTreeMap<FileId, Vec<Span>>,
}

/// The words by which files are chosen. A file that speaks to us always matters.
#[must_use]
pub(crate) fn triggers(models: &Catalog, config: &Config) -> Triggers {
    let wrappers = config.wrappers.iter().map(|w| last_part(&w.function).to_owned());
    let ours: Vec<String> = wrappers.chain(["dogpile:".to_owned()]).collect();
    Triggers::new(LANGUAGES.map(|lang| {
        let mut words = models.words(language_name(lang));
        words.alone.extend(ours.iter().cloned());
        (lang, words)
    }))
}

fn last_part(name: &str) -> &str {
    name.rsplit(['.', ':']).next().unwrap_or(name)
}

/// Judges files. Run it inside a pool whose threads have a [`STACK`].
#[must_use]
pub(crate) fn lint(files: &[InputFile], options: &Options<'_>) -> Outcome {
    lint_again(files, options, None, &AtomicBool::new(false)).unwrap_or_default()
}

/// The same, with what an earlier run left: it finds the same, sooner. `None`: `stop` was set meanwhile.
pub(crate) fn lint_again(
    files: &[InputFile],
    options: &Options<'_>,
    warm: Option<&mut Warm>,
    stop: &AtomicBool,
) -> Option<Outcome> {
    let mut cold = Warm::default();
    let keep = warm.is_some();
    let warm = warm.unwrap_or(&mut cold);
    let mut tree = Tree::new(files, options, std::mem::take(&mut warm.parsed), stop);
    tree.searches = Mutex::new(std::mem::take(&mut warm.searches));
    tree.known = warm.known.take();
    if keep && tree.known.is_none() {
        // An editor parses once, and would ask again at each key.
        tree.ask_no_more();
    }
    let mut core = if options.no_prefilter { (0..files.len()).collect() } else { tree.hits(options) };
    let of_go = |core: &BTreeSet<usize>| core.iter().filter(|i| files[**i].lang == Lang::Go).count();
    let all = of_go(&core);
    core.retain(|i| options.shard.is_none_or(|shard| shard.takes(&files[*i].package)));
    tree.mattering_elsewhere = all - of_go(&core);
    tree.parse_around(&core, &core);
    tree.parse_alone();
    tree.memories = warm.round(0).unwrap_or_default();
    tree.known.iter().for_each(|known| known.recall(&mut tree.memories));
    let mut analysed = tree.analyse(options, false);
    let mut followed = 0;
    for round in 1.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        if analysed.wanted.is_empty() {
            let more = tree.mentioning(&analysed.follow);
            if more.is_empty() || followed == ROUNDS {
                break;
            }
            followed += 1;
            core.extend(&more);
            tree.parse_around(&more, &core);
        } else {
            tree.parse_wanted(&analysed.wanted, &core);
        }
        if keep {
            let mut next = warm.round(round).unwrap_or_else(|| tree.memories.clone());
            for (lang, memory) in &mut next {
                tree.memories.get(lang).into_iter().for_each(|explored| memory.borrow_from(explored));
            }
            warm.keep(round - 1, std::mem::replace(&mut tree.memories, next));
        }
        analysed = tree.analyse(options, followed == ROUNDS);
    }
    let last = std::mem::take(&mut tree.memories);
    let done = if stop.load(Ordering::Relaxed) {
        None
    } else {
        let settings = Settings { levels: options.config.rules.clone() };
        let found = tree.judge(&analysed, &settings);
        Some(tree.finish(options, &settings, analysed, found))
    };
    if keep {
        warm.keep_last(last);
        warm.known = tree.known.take();
        warm.searches = tree.searched();
        warm.parsed = tree.kept();
    }
    done
}
