//! The files of a run as far as they are parsed: those that matter, their packages, and what these import.

mod analyse;
mod finish;
mod outlines;

use crate::cache::{Fact, Known};
use crate::changes::{Changes, Index};
use crate::guard::guarded;
use crate::input::InputFile;
use crate::load::{read_text, with_text};
use crate::neighbours::Neighbours;
use crate::packages::{Packages, joined};
use crate::pipeline::Options;
use crate::prefilter::{Hit, Triggers};
use crate::speaks::Speaks;
use crate::translate::translate;
use crate::warm::{Kept, Search};
use dogpile_analysis::{Declares, Memory};
use dogpile_ir::{Lang, Module};
use dogpile_report::{Problem, ProblemKind};
use dogpile_source::{FileId, SourceFile, SourceMap};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

/// How far imports are followed for what a file that matters is made of; a Go package is many files, those of the others
/// offer on what is in the next.
const IMPORT_LEVELS: usize = 3;
const IMPORT_LEVELS_OF_GO: usize = 2;
/// One file in so many matters, or fewer: see [`Tree::is_sparse`].
const SPARSE: usize = 100;
/// Fewer files are parsed in the order of their lengths.
const FEW: usize = 1000;
/// So often it is asked for more files before packages are parsed whole: each time all that is there is linked anew.
const MOST_ASKED: usize = 24;
/// So many problems of one file are told one by one.
const PROBLEMS_PER_FILE: usize = 3;
/// Files, and what was parsed of them so far.
pub(crate) struct Tree<'f> {
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
    problems: Vec<Problem>,
    embedded: BTreeMap<(FileId, String), String>,
    /// What files declare that are not parsed, as far as somebody asked.
    outlines: BTreeMap<usize, Arc<Declares>>,
    /// Files of Go that hold something of ours, or may.
    mattering: BTreeSet<usize>,
    /// How many more there are in other parts of the tree, where this run is about one of them.
    pub(crate) mattering_elsewhere: usize,
    /// How often files may still be asked for.
    asks_left: usize,
    triggers: &'f Triggers,
    /// What is known of each language.
    pub(crate) memories: BTreeMap<Lang, Memory>,
    /// What an earlier run parsed, by path.
    before: BTreeMap<String, Kept>,
    /// Indexes of the files that a file imports, as far as they were asked for.
    imported: BTreeMap<FileId, Arc<BTreeSet<usize>>>,
    /// What other runs wrote down.
    pub(crate) known: Option<Known>,
    /// Searches for callers.
    pub(crate) searches: Mutex<Vec<Search>>,
    stop: &'f AtomicBool,
}

/// A file's place, its text, and its module or what the front end failed with.
type Translated = (usize, Arc<SourceFile>, Result<Arc<Module>, String>);

impl<'f> Tree<'f> {
    pub(crate) fn new(
        files: &'f [InputFile],
        options: &Options<'f>,
        before: BTreeMap<String, Kept>,
        stop: &'f AtomicBool,
    ) -> Self {
        Self {
            before,
            imported: BTreeMap::new(),
            known: None,
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
            problems: Vec::new(),
            embedded: BTreeMap::new(),
            outlines: BTreeMap::new(),
            mattering: BTreeSet::new(),
            mattering_elsewhere: 0,
            asks_left: MOST_ASKED,
            triggers: options.triggers,
            memories: BTreeMap::new(),
        }
    }

    /// Files that say enough by themselves, and those with weak words whose package names a client.
    pub(crate) fn hits(&self, options: &Options<'_>) -> BTreeSet<usize> {
        let with = |hit: Hit| (0..self.files.len()).filter(move |i| self.files[*i].hit == hit);
        let mut all: BTreeSet<usize> = with(Hit::Alone).collect();
        let names_client = |lang: Lang, text: &str| options.triggers.names_client(lang, text.as_bytes());
        let text = |i: usize| self.text(i).ok();
        all.extend(Speaks::new(self.files, &self.neighbours, &text, &names_client).among(with(Hit::Weak)));
        all
    }

    /// Parses files that may keep a promise, and what they import: the function that starts the work may be there. What it
    /// does is not asked.
    pub(crate) fn parse_alone(&mut self) {
        let alone: BTreeSet<usize> = (0..self.files.len()).filter(|i| self.files[*i].alone).collect();
        self.parse(&alone);
        self.parse_imports(&alone, 1);
    }

    /// Parses files with their packages, and what all files that matter import.
    pub(crate) fn parse_around(&mut self, new: &BTreeSet<usize>, core: &BTreeSet<usize>) {
        let of_go: BTreeSet<usize> = new.iter().copied().filter(|i| self.files[*i].lang == Lang::Go).collect();
        let mattering = &of_go | &self.naming_clients(&of_go);
        self.mattering.extend(&mattering);
        if self.is_sparse() {
            let all = &mattering | &self.neighbours.with_packages(&(new - &of_go));
            self.parse(&all);
            let others = core.iter().copied().filter(|i| self.files[*i].lang != Lang::Go).collect();
            self.parse_imports(&others, IMPORT_LEVELS);
        } else {
            self.parse_whole(&(new | &self.mattering), core);
        }
    }

    /// Packages are parsed whole from now on.
    pub(crate) fn ask_no_more(&mut self) {
        self.asks_left = 0;
    }

    fn parse_whole(&mut self, files: &BTreeSet<usize>, core: &BTreeSet<usize>) {
        let all = self.neighbours.with_packages(files);
        self.parse(&all);
        self.parse_imports(core, IMPORT_LEVELS);
    }

    /// Whether so few files of Go matter that what they need is asked for file by file: a package may be megabytes of which
    /// a lock concerns two files. Where many matter, most of their packages are needed, and asking for it costs more than
    /// parsing.
    fn is_sparse(&self) -> bool {
        self.asks_left > 0
            && (self.mattering.len() + self.mattering_elsewhere) * SPARSE < self.neighbours.count(Lang::Go)
    }

    /// The files of these files' packages that name a client: they may use it in words that others use, too.
    fn naming_clients(&self, files: &BTreeSet<usize>) -> BTreeSet<usize> {
        let packages: BTreeSet<&str> = files.iter().map(|i| self.files[*i].package.as_str()).collect();
        let all: Vec<usize> =
            packages.iter().flat_map(|package| self.neighbours.package(Lang::Go, package)).copied().collect();
        let names = |text: &str| self.triggers.names_client(Lang::Go, text.as_bytes());
        all.into_par_iter().filter(|i| self.with_text(*i, names).unwrap_or_default()).collect()
    }

    /// Parses files that the analysis asked for.
    pub(crate) fn parse_wanted(&mut self, wanted: &[FileId], core: &BTreeSet<usize>) {
        self.asks_left = self.asks_left.saturating_sub(1);
        if self.asks_left == 0 {
            self.parse_whole(&self.mattering.clone(), core);
        }
        self.parse(&wanted.iter().map(|file| file.0 as usize).collect());
    }

    /// Parses files that were not parsed before.
    pub(crate) fn parse(&mut self, chosen: &BTreeSet<usize>) {
        let new: Vec<usize> = chosen.difference(&self.parsed).copied().collect();
        let texts: Vec<Result<Arc<str>, Problem>> = new.par_iter().map(|i| self.text(*i)).collect();
        let mut ready = Vec::new();
        for (index, text) in new.into_iter().zip(texts) {
            self.parsed.insert(index);
            match text {
                Ok(text) => {
                    ready.push((index, id_of(index), text));
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        let mut known: BTreeMap<usize, Kept> = BTreeMap::new();
        for (index, id, text) in &ready {
            let kept = self.before.remove(&self.files[*index].path);
            known.extend(kept.filter(|kept| kept.is(*id, text)).map(|kept| (*index, kept)));
        }
        ready.retain(|(index, ..)| !known.contains_key(index));
        // The longest first, and one by one: nobody waits for a long one that somebody came to last. Among many that is
        // nothing, and the memory of the longest would not be used again for the others.
        if ready.len() < FEW {
            ready.sort_by_key(|(_, _, text)| Reverse(text.len()));
        }
        let mut new: Vec<_> = ready
            .into_par_iter()
            .with_max_len(1)
            .map(|(index, id, text)| {
                let file = &self.files[index];
                let source = Arc::new(SourceFile::new(file.path.as_str(), text));
                let translated = guarded(|| self.translated(file, id, &source));
                (index, source, translated)
            })
            .collect();
        new.sort_by_key(|(index, ..)| *index);
        let mut parsed: Vec<Translated> = Vec::new();
        for (index, source, translated) in new {
            let module = translated.map(|(module, fact)| {
                if let (Some(known), Some((fact, is_new))) = (&mut self.known, fact) {
                    known.add(fact, is_new);
                }
                module
            });
            parsed.push((index, source, module));
        }
        for (index, kept) in known {
            self.imported.extend(kept.imported.map(|imported| (kept.module.file, imported)));
            parsed.push((index, kept.source, Ok(kept.module)));
        }
        parsed.sort_by_key(|(index, ..)| *index);
        for (index, source, module) in parsed {
            let path = source.path.clone();
            let id = id_of(index);
            self.sources.put(id, source);
            match module {
                Ok(module) => {
                    self.tell(&path, &module);
                    self.embed(index, id, &module);
                    self.modules.push(module);
                }
                Err(panic) => self.problems.push(bug(path, format!("the front end failed on this file: {panic}"))),
            }
        }
    }

    /// What a file becomes, and the fact that tells so for other runs, with whether it is new.
    fn translated(
        &self,
        file: &InputFile,
        id: FileId,
        source: &SourceFile,
    ) -> (Arc<Module>, Option<(Arc<Fact>, bool)>) {
        let Some(known) = &self.known else {
            let specifiers = self.packages.specifiers(file.place());
            return (Arc::new(translate(file, id, &source.text, &specifiers, self.include_tests)), None);
        };
        let fact = known.fact(&file.path);
        if let Some((fact, module)) = fact.and_then(|fact| Some((fact, fact.module(file, id, source, self.packages)?)))
        {
            return (Arc::new(module), Some((Arc::clone(fact), false)));
        }
        let (module, fact) = Fact::make(file, id, source, self.packages, self.include_tests);
        (Arc::new(module), fact.map(|fact| (fact, true)))
    }

    /// What was parsed, for a later run.
    pub(crate) fn kept(mut self) -> BTreeMap<String, Kept> {
        for module in self.modules {
            let Some(source) = self.sources.shared(module.file) else { continue };
            let text = self.files.get(module.file.0 as usize).and_then(|file| file.text.clone());
            let imported = self.imported.remove(&module.file);
            self.before.insert(source.path.clone(), Kept { source, text, imported, module });
        }
        self.before
    }

    /// Parses the packages of the tree that these files import, and those that they import in turn: constants, keys,
    /// types and helpers live there.
    /// Parses what files import, what that imports, and so on.
    fn parse_imports(&mut self, core: &BTreeSet<usize>, levels: usize) {
        let mut from: BTreeSet<usize> = core.clone();
        for level in 0..levels {
            let chosen: Vec<&Arc<Module>> = self
                .modules
                .iter()
                .filter(|m| {
                    let chosen = from.contains(&(m.file.0 as usize));
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
            let wanted: BTreeSet<usize> = files
                .iter()
                .filter_map(|file| self.imported.get(file))
                .flat_map(|found| found.iter())
                .copied()
                .collect();
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

    /// Does something with the text of a file, which is not kept if it was not; `None`: it cannot be read.
    fn with_text<T>(&self, index: usize, f: impl FnOnce(&str) -> T) -> Option<T> {
        let file = &self.files[index];
        match &file.text {
            Some(text) => Some(f(text)),
            None => with_text(file.disk.as_ref()?, self.index, self.max_file_size, f).ok(),
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
                let path =
                    path.filter(|path| self.index.is_some_and(|index| index.text(path).is_some()) || path.is_file());
                path.and_then(|path| {
                    let read = read_text(&path, self.index, self.max_file_size).map(|text| text.to_string());
                    read.map_err(|(reason, why)| {
                        let message = format!("what `{name}` holds is left out: {why}");
                        let (path, reason) = (file.path.clone(), reason.to_owned());
                        self.problems.push(Problem { path, span: None, kind: ProblemKind::Partial, reason, message });
                    })
                    .ok()
                })
            } else {
                self.in_memory.iter().find(|(given, _)| Path::new(given) == path).map(|(_, text)| text.clone())
            };
            if let Some(text) = text {
                self.embedded.insert((id, name.to_owned()), text);
            }
        }
    }
}

/// A file's id is its place among all files of the run, read or not: whatever is decided by order is decided alike however
/// many of them are read, and in whatever order.
fn id_of(index: usize) -> FileId {
    FileId(u32::try_from(index).unwrap_or(u32::MAX))
}

fn bug(path: String, message: String) -> Problem {
    Problem { path, span: None, kind: ProblemKind::Bug, reason: "bug".to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::packages::Located;
    use crate::pipeline::triggers;
    use dogpile_models::Catalog;

    /// The texts that `src/jobs/lock.rs` embeds.
    fn embedded(name: &str, disk: Option<&Path>, in_memory: &[(String, String)]) -> Vec<String> {
        let path = "p/src/jobs/lock.rs";
        let lies = disk.map_or_else(|| path.into(), |root| root.join(path));
        let manifest = lies.ancestors().nth(3).map(|root| root.join("Cargo.toml")).unwrap_or_default();
        let located = Located { path: &lies, shown: path, lang: Lang::Rust };
        let packages = Packages::discover(
            &[located],
            &|path| (path == manifest).then(|| "[package]\nname = \"p\"\n".to_owned()),
            &|_| false,
        );
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
        let options = Options { in_memory, ..Options::plain(&models, &config, &words, &latency, &packages) };
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
