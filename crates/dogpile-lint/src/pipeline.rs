//! From files to a report's contents.

use crate::analysis::{Analysed, Facts, analyse, files_with_locks, lock_sessions};
use crate::changes::{ChangedCode, Changes, Index};
use crate::config::Config;
use crate::follow::{Mentions, Sought};
use crate::guard::guarded;
use crate::input::{InputFile, LANGUAGES, language_name};
use crate::load::read_text;
use crate::meta_rules::{in_force, slugs};
use crate::neighbours::Neighbours;
use crate::packages::{Packages, joined};
use crate::prefilter::{Hit, Triggers};
use crate::speaks::Speaks;
use crate::suppress;
use crate::translate::translate;
use crate::warm::{Kept, Search, Warm};
use dogpile_analysis::Memory;
use dogpile_ir::{Function, FunctionKind, Lang, Module};
use dogpile_analysis::lifecycle::Lifecycles;
use dogpile_models::Catalog;
use dogpile_report::{
    Confidence, Entry, Finding, Gone, Level, Problem, ProblemKind, RuleInfo, Summary, Translation, fingerprints,
};
use dogpile_rules::Settings;
use dogpile_source::{FileId, SourceFile, SourceMap, Span};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::sync::atomic::{AtomicBool, Ordering};

/// How often files of newly found wrappers' callers are added.
const ROUNDS: usize = 4;
/// How far imports are followed for what a file that matters is made of; a Go package is many files, those of the others
/// offer on what is in the next.
const IMPORT_LEVELS: usize = 3;
const IMPORT_LEVELS_OF_GO: usize = 2;
/// So many problems of one file are told one by one.
const PROBLEMS_PER_FILE: usize = 3;
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
pub(crate) fn lint_again(files: &[InputFile], options: &Options<'_>, warm: Option<&mut Warm>, stop: &AtomicBool) -> Option<Outcome> {
    let mut cold = Warm::default();
    let keep = warm.is_some();
    let warm = warm.unwrap_or(&mut cold);
    let mut tree = Tree::new(files, options, std::mem::take(&mut warm.parsed), stop);
    tree.searches = Mutex::new(std::mem::take(&mut warm.searches));
    let mut core = if options.no_prefilter { (0..files.len()).collect() } else { tree.hits(options) };
    tree.parse_around(&core, &core);
    tree.parse(&(0..files.len()).filter(|i| files[*i].alone).collect());
    tree.memories = warm.round(0).unwrap_or_default();
    let mut analysed = tree.analyse(options, false);
    for round in 1..=ROUNDS {
        let more = tree.mentioning(&analysed.follow);
        if more.is_empty() || stop.load(Ordering::Relaxed) {
            break;
        }
        core.extend(&more);
        tree.parse_around(&more, &core);
        if keep {
            let mut next = warm.round(round).unwrap_or_else(|| tree.memories.clone());
            for (lang, memory) in &mut next {
                tree.memories.get(lang).into_iter().for_each(|explored| memory.borrow_from(explored));
            }
            warm.keep(round - 1, std::mem::replace(&mut tree.memories, next));
        }
        analysed = tree.analyse(options, round == ROUNDS);
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
        warm.searches = tree.searched();
        warm.parsed = tree.kept();
    }
    done
}

struct Tree<'f> {
    files: &'f [InputFile],
    neighbours: Neighbours<'f>,
    packages: &'f Packages,
    in_memory: &'f [(String, String)],
    include_tests: bool,
    max_file_size: u64,
    index: Option<&'f Index>,
    parsed: BTreeSet<usize>,
    sources: SourceMap,
    modules: Vec<Arc<Module>>,
    /// Index in `files` of each parsed module.
    file_of: BTreeMap<FileId, usize>,
    problems: Vec<Problem>,
    embedded: BTreeMap<(FileId, String), String>,
    memories: BTreeMap<Lang, Memory>,
    /// What an earlier run parsed, by path.
    before: BTreeMap<String, Kept>,
    /// Indexes of the files that a file imports, as far as they were asked for.
    imported: BTreeMap<FileId, Arc<BTreeSet<usize>>>,
    searches: Mutex<Vec<Search>>,
    stop: &'f AtomicBool,
}

impl<'f> Tree<'f> {
    fn new(files: &'f [InputFile], options: &Options<'f>, before: BTreeMap<String, Kept>, stop: &'f AtomicBool) -> Self {
        Self {
            before,
            imported: BTreeMap::new(),
            searches: Mutex::default(),
            stop,
            files,
            neighbours: Neighbours::new(files),
            packages: options.packages,
            in_memory: options.in_memory,
            include_tests: options.include_tests,
            max_file_size: options.max_file_size,
            index: options.changes.and_then(Changes::index),
            parsed: BTreeSet::new(),
            sources: SourceMap::default(),
            modules: Vec::new(),
            file_of: BTreeMap::new(),
            problems: Vec::new(),
            embedded: BTreeMap::new(),
            memories: BTreeMap::new(),
        }
    }

    /// Files that say enough by themselves, and those with weak words whose package names a client.
    fn hits(&self, options: &Options<'_>) -> BTreeSet<usize> {
        let with = |hit: Hit| (0..self.files.len()).filter(move |i| self.files[*i].hit == hit);
        let mut all: BTreeSet<usize> = with(Hit::Alone).collect();
        let names_client = |lang: Lang, text: &str| options.triggers.names_client(lang, text.as_bytes());
        let text = |i: usize| self.text(i).ok();
        let mut speaks = Speaks::new(self.files, &self.neighbours, &text, &names_client);
        all.extend(with(Hit::Weak).filter(|i| speaks.around(*i)));
        all
    }

    /// Parses files with their packages, and what all files that matter import.
    fn parse_around(&mut self, new: &BTreeSet<usize>, core: &BTreeSet<usize>) {
        let all = self.neighbours.with_packages(new);
        self.parse(&all);
        self.parse_imports(core);
    }

    /// Parses files that were not parsed before.
    fn parse(&mut self, chosen: &BTreeSet<usize>) {
        let new: Vec<usize> = chosen.difference(&self.parsed).copied().collect();
        let texts: Vec<Result<Arc<str>, Problem>> = new.par_iter().map(|i| self.text(*i)).collect();
        let mut ready = Vec::new();
        for (index, text) in new.into_iter().zip(texts) {
            self.parsed.insert(index);
            match text {
                Ok(text) => {
                    let id = FileId(u32::try_from(self.sources.len() + ready.len()).unwrap_or(u32::MAX));
                    ready.push((index, id, text));
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        let mut known: BTreeMap<usize, Kept> = BTreeMap::new();
        for (index, id, text) in &ready {
            let kept = self.before.remove(&self.files[*index].path);
            known.extend(kept.filter(|kept| kept.is(*id, text)).map(|kept| (*index, kept)));
        }
        let mut parsed: Vec<_> = ready
            .into_par_iter()
            .filter(|(index, ..)| !known.contains_key(index))
            .map(|(index, id, text)| {
                let file = &self.files[index];
                let module = guarded(|| Arc::new(translate(file, id, &text, self.packages, self.include_tests)));
                (index, Arc::new(SourceFile::new(file.path.as_str(), &*text)), module)
            })
            .collect();
        for (index, kept) in known {
            self.imported.extend(kept.imported.map(|imported| (kept.module.file, imported)));
            parsed.push((index, kept.source, Ok(kept.module)));
        }
        parsed.sort_by_key(|(index, ..)| *index);
        for (index, source, module) in parsed {
            let path = source.path.clone();
            let id = self.sources.add(source);
            match module {
                Ok(module) => {
                    self.tell(&path, &module);
                    self.embed(index, id, &module);
                    self.file_of.insert(id, index);
                    self.modules.push(module);
                }
                Err(panic) => self.problems.push(bug(path, format!("the front end failed on this file: {panic}"))),
            }
        }
    }

    /// What was parsed, for a later run.
    fn kept(mut self) -> BTreeMap<String, Kept> {
        for module in self.modules {
            let Some(source) = self.sources.shared(module.file) else { continue };
            let text = self.file_of.get(&module.file).and_then(|index| self.files[*index].text.clone());
            let imported = self.imported.remove(&module.file);
            self.before.insert(source.path.clone(), Kept { source, text, imported, module });
        }
        self.before
    }

    /// Parses the packages of the tree that these files import, and those that they import in turn: constants, keys,
    /// types and helpers live there.
    fn parse_imports(&mut self, core: &BTreeSet<usize>) {
        let mut from: BTreeSet<usize> = core.clone();
        for level in 0..IMPORT_LEVELS {
            let chosen: Vec<&Arc<Module>> = self
                .modules
                .iter()
                .filter(|m| {
                    let chosen = self.file_of.get(&m.file).is_some_and(|index| from.contains(index));
                    chosen && (m.lang != Lang::Go || level < IMPORT_LEVELS_OF_GO)
                })
                .collect();
            let new: Vec<(FileId, Arc<BTreeSet<usize>>)> = chosen
                .par_iter()
                .filter(|m| !self.imported.contains_key(&m.file))
                .map(|m| {
                    let text = self.sources.get(m.file).map_or("", |file| &*file.text);
                    (m.file, Arc::new(self.neighbours.imported(m, text, self.packages.aliases())))
                })
                .collect();
            let files: Vec<FileId> = chosen.iter().map(|m| m.file).collect();
            self.imported.extend(new);
            let wanted: BTreeSet<usize> = files.iter().filter_map(|file| self.imported.get(file)).flat_map(|found| found.iter()).copied().collect();
            self.parse(&wanted);
            from = wanted;
        }
    }

    fn text(&self, index: usize) -> Result<Arc<str>, Problem> {
        let file = &self.files[index];
        match (&file.text, &file.disk) {
            (Some(text), _) => Ok(Arc::clone(text)),
            (None, Some(path)) => read_text(path, self.index, self.max_file_size)
                .map_err(|(reason, message)| Problem::left_out(&file.path, reason, message)),
            (None, None) => Ok(Arc::from("")),
        }
    }

    /// Tells the problems of a module, many of one file as a few.
    fn tell(&mut self, path: &str, module: &Module) {
        let count = module.problems.len();
        for (n, problem) in module.problems.iter().take(PROBLEMS_PER_FILE).enumerate() {
            let more = count.saturating_sub(PROBLEMS_PER_FILE);
            let last = n + 1 == PROBLEMS_PER_FILE && more > 0;
            let rest = if last { format!(" (and {more} more in this file)") } else { String::new() };
            self.problems.push(Problem {
                path: path.to_owned(),
                span: Some(problem.span),
                kind: ProblemKind::Partial,
                reason: "not understood".to_owned(),
                message: format!("{}{rest}", problem.message),
            });
        }
    }

    /// Reads the files that a module embeds: scripts, mostly. They lie in its package.
    fn embed(&mut self, index: usize, id: FileId, module: &Module) {
        let file = &self.files[index];
        let source = file.disk.as_deref().unwrap_or(Path::new(&file.path));
        let (Some(folder), Some(root)) = (source.parent(), self.packages.root(source, module.lang)) else { return };
        for name in module.globals.iter().filter_map(|g| g.embeds.as_deref()) {
            let path = joined(folder, name);
            let text = if file.disk.is_some() {
                let relative = path.strip_prefix(root).ok().map(|relative| relative.to_string_lossy());
                let path = relative.and_then(|relative| crate::config::inside(root, &relative).ok());
                path.and_then(|path| read_text(&path, self.index, self.max_file_size).ok().map(|text| text.to_string()))
            } else {
                self.in_memory.iter().find(|(given, _)| Path::new(given) == path).map(|(_, text)| text.clone())
            };
            if let Some(text) = text {
                self.embedded.insert((id, name.to_owned()), text);
            }
        }
    }

    /// Analyses what is parsed. Before the `last` round, locks are told only where no file is missing.
    fn analyse(&mut self, options: &Options<'_>, last: bool) -> Analysed {
        self.modules.sort_by_key(|module| (module.lang, module.file));
        let (own, faults) = crate::wrappers::extended(options.models, &options.config.wrappers, &self.modules, &self.sources);
        for fault in &faults {
            let problem = Problem { path: String::new(), span: None, kind: ProblemKind::Partial, reason: "wrapper".to_owned(), message: fault.clone() };
            self.problems.push(problem);
        }
        if !own.is_empty() {
            // What wrappers do is said by the files that are there so far.
            self.memories.clear();
        }
        let mut memories = std::mem::take(&mut self.memories);
        let facts = Facts {
            modules: &self.modules,
            sources: &self.sources,
            models: options.models,
            own: &own,
            config: options.config,
            latency: options.latency,
            aliases: options.packages.aliases(),
            embedded: &self.embedded,
            stop: self.stop,
        };
        let missing = |names: &[String]| !last && !self.mentioning(names).is_empty();
        match guarded(|| analyse(&facts, &mut memories, &missing)) {
            Ok(analysed) => {
                if own.is_empty() {
                    self.memories = memories;
                }
                analysed
            }
            Err(panic) => {
                let problem = bug(String::new(), format!("the analysis failed: {panic}"));
                self.problems.push(Problem { reason: ANALYSIS_FAILED.to_owned(), ..problem });
                Analysed::default()
            }
        }
    }

    /// Files not parsed yet that mention one of these names.
    fn mentioning(&self, names: &[String]) -> BTreeSet<usize> {
        if names.is_empty() {
            return BTreeSet::new();
        }
        let words = Sought::new(names, &self.modules, self.packages);
        let mut searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let at = searches.iter().position(|search| search.words == words).unwrap_or_else(|| {
            searches.push(Search { words, found: BTreeMap::new(), used: true });
            searches.len() - 1
        });
        let search = &mut searches[at];
        search.used = true;
        let open: Vec<usize> = (0..self.files.len()).filter(|i| !self.parsed.contains(i)).collect();
        let known = |i: &usize| self.files[*i].text.as_ref().and_then(|text| search.known(*i, text));
        let (old, new): (Vec<usize>, Vec<usize>) = open.into_iter().partition(|i| known(i).is_some());
        let mut found: BTreeSet<usize> = old.into_iter().filter(|i| known(i) == Some(true)).collect();
        if !new.is_empty() {
            let mentions = Mentions::new(&search.words);
            let stands = |i: usize| {
                let text = self.text(i).ok()?;
                let stands = mentions.stand_in(&self.files[i], &text);
                Some((i, text, stands))
            };
            let new: Vec<(usize, Arc<str>, bool)> = new.into_par_iter().filter_map(stands).collect();
            found.extend(new.iter().filter(|(.., stands)| *stands).map(|(i, ..)| *i));
            // Texts that were not kept are not kept here either.
            let kept = new.into_iter().filter(|(i, ..)| self.files[*i].text.is_some());
            search.found.extend(kept.map(|(i, text, stands)| (i, (text, stands))));
        }
        found
    }

    /// The searches of this run, for a later one.
    fn searched(&mut self) -> Vec<Search> {
        let mut searches = std::mem::take(self.searches.get_mut().unwrap_or_else(PoisonError::into_inner));
        searches.retain(|search| search.used);
        searches.iter_mut().for_each(|search| search.used = false);
        searches
    }

    fn judge(&mut self, analysed: &Analysed, settings: &Settings) -> Vec<Finding> {
        let mut found = Vec::new();
        for rule in dogpile_rules::all() {
            match guarded(|| dogpile_rules::run_rule(rule, &analysed.lifecycles, settings)) {
                Ok(findings) => found.extend(findings),
                Err(panic) => self.problems.push(bug(String::new(), format!("the rule {} failed: {panic}", rule.slug))),
            }
        }
        dogpile_rules::finish(found)
    }

    fn finish(&mut self, options: &Options<'_>, settings: &Settings, analysed: Analysed, mut found: Vec<Finding>) -> Outcome {
        suppress::apply(&self.modules, &self.sources, &slugs(), settings, &mut found);
        let sources = &self.sources;
        found.sort_by(|a, b| {
            let place = |f: &Finding| (f.primary.start, f.primary.end, f.rule);
            sources.path(a.primary).cmp(sources.path(b.primary)).then_with(|| place(a).cmp(&place(b)))
        });
        let items = Items::new(&self.modules, &found);
        let names = fingerprints(&found, sources, &|finding| items.item(&finding.function).to_owned());
        let shown = |f: &Finding| f.level >= options.min_level && (options.pedantic || f.confidence > Confidence::Possible);
        let (mut entries, mut hidden) = (Vec::new(), Vec::new());
        for (finding, (fingerprint, marks)) in found.into_iter().zip(names) {
            let list = if shown(&finding) { &mut entries } else { &mut hidden };
            list.push(Entry { marks, ..Entry::new(finding, fingerprint) });
        }
        let changed = options.changes.map(|changes| {
            let disk: BTreeMap<&str, &Path> = self.files.iter().filter_map(|f| Some((f.path.as_str(), f.disk.as_deref()?))).collect();
            changes.code(&self.modules, sources, &|path| disk.get(path).map(|path| (*path).to_owned()))
        });
        self.problems.sort_by(|a, b| (&a.path, a.span, &a.message).cmp(&(&b.path, b.span, &b.message)));
        self.problems.dedup();
        let translation = self.modules.iter().fold(Translation::default(), |sum, m| Translation {
            statements: sum.statements + u64::from(m.stats.statements),
            opaque: sum.opaque + u64::from(m.stats.opaque),
        });
        let with_findings: BTreeSet<FileId> = entries.iter().map(|entry| entry.finding.primary.file).collect();
        let named = |f: &&Function| !matches!(f.kind, FunctionKind::Closure { .. });
        let functions = self.modules.iter().filter(|m| with_findings.contains(&m.file));
        let functions = functions.map(|m| (m.file, m.functions.iter().filter(named).map(|f| f.span).collect())).collect();
        let summary = Summary {
            files_seen: self.files.len(),
            files_analysed: self.modules.len(),
            files_with_locks: files_with_locks(&analysed.lifecycles),
            lock_sessions: lock_sessions(&analysed.lifecycles),
            hidden: hidden.iter().filter(|e| e.finding.suppressed.is_none()).count(),
            cut: analysed.cut.len(),
            translation: options.stats.then_some(translation),
            ..Summary::default()
        };
        let (problems, sources) = (std::mem::take(&mut self.problems), self.sources.clone());
        let (rules, lifecycles) = (in_force(settings), analysed.lifecycles);
        Outcome { entries, hidden, changed, problems, summary, sources, rules, lifecycles, functions, ..Outcome::default() }
    }
}

/// What functions are called in their packages.
struct Items<'m>(BTreeMap<&'m str, &'m str>);

impl<'m> Items<'m> {
    /// Of the functions that these findings are in.
    fn new(modules: &'m [Arc<Module>], found: &[Finding]) -> Self {
        let wanted: BTreeSet<&str> = found.iter().map(|f| f.function.as_str()).collect();
        let of = |module: &'m Arc<Module>| module.functions.iter().map(move |f| (&*f.name, f.name.strip_prefix(&*module.package)));
        Self(modules.iter().flat_map(of).filter(|(name, _)| wanted.contains(name)).filter_map(|(name, item)| Some((name, item?))).collect())
    }

    fn item<'f>(&self, function: &'f str) -> &'f str
    where
        'm: 'f,
    {
        self.0.get(function).map_or(function, |item| item.trim_start_matches(['.', ':']))
    }
}

fn bug(path: String, message: String) -> Problem {
    Problem { path, span: None, kind: ProblemKind::Bug, reason: "bug".to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::Located;

    /// The texts that `src/jobs/lock.rs` embeds.
    fn embedded(name: &str, disk: Option<&Path>, in_memory: &[(String, String)]) -> Vec<String> {
        let path = "p/src/jobs/lock.rs";
        let lies = disk.map_or_else(|| path.into(), |root| root.join(path));
        let manifest = lies.ancestors().nth(3).map(|root| root.join("Cargo.toml")).unwrap_or_default();
        let located = Located { path: &lies, shown: path, lang: Lang::Rust };
        let packages = Packages::discover(&[located], &|path| (path == manifest).then(|| "[package]\nname = \"p\"\n".to_owned()));
        let text = format!("const SCRIPT: &str = include_str!({name:?});\n");
        let files = [InputFile {
            path: path.to_owned(),
            package: packages.of(located, &text),
            lang: Lang::Rust,
            text: Some(Arc::from(text)),
            disk: disk.map(|_| lies.clone()),
            hit: Hit::Alone,
            alone: false,
        }];
        let (models, config, latency) = (Catalog::default(), Config::default(), BTreeMap::new());
        let words = triggers(&models, &config);
        let options = Options {
            models: &models,
            config: &config,
            triggers: &words,
            latency: &latency,
            packages: &packages,
            in_memory,
            include_tests: false,
            pedantic: false,
            min_level: Level::Note,
            no_prefilter: false,
            stats: false,
            max_file_size: 1 << 20,
            changes: None,
        };
        let stop = AtomicBool::new(false);
        let mut tree = Tree::new(&files, &options, BTreeMap::new(), &stop);
        tree.parse(&BTreeSet::from([0]));
        tree.embedded.into_values().collect()
    }

    #[test]
    fn scripts_are_read_from_the_package_and_from_nowhere_else() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("p/lua")).expect("a folder");
        std::fs::create_dir_all(folder.path().join("p/src/jobs")).expect("a folder");
        std::fs::write(folder.path().join("p/lua/a.lua"), "return 1").expect("a file");
        std::fs::write(folder.path().join("b.lua"), "return 2").expect("a file");
        let root = folder.path().canonicalize().expect("there");
        assert_eq!(embedded("../../lua/a.lua", Some(&root), &[]), ["return 1"]);
        assert!(embedded("../../../b.lua", Some(&root), &[]).is_empty());
        assert!(embedded("a.lua", Some(&root), &[]).is_empty());
        let given = [("p/lua/a.lua".to_owned(), "return 3".to_owned())];
        assert_eq!(embedded("../../lua/a.lua", None, &given), ["return 3"]);
        assert!(embedded("a.lua", None, &given).is_empty());
    }
}
