//! A folder that is linted again and again while its texts change: an editor's workspace.
//!
//! The configuration, the walk and the packages are found out once; a change of a text costs what depends on it
//! ([`crate::warm`]). What cannot be followed so (a new file, a manifest, another configuration) begins anew. Whatever
//! came before, the outcome is that of a cold run over the same texts.

use crate::bounded::Trees;
use crate::check::{complete, configuration, excluded};
use crate::cli::MAX_FILE_SIZE;
use crate::config::Found;
use crate::fixes::Offers;
use crate::input::{InputFile, language};
use crate::load::{KEPT_AGAIN, LoadOptions, Loaded, Overlays, input, load, read_text};
use crate::packages::Packages;
use crate::pipeline::{Options, Outcome, lint_again, triggers};
use crate::prefilter::Triggers;
use crate::walk::{Candidate, WalkOptions, Walked, shown, walk};
use crate::warm::Warm;
use dogpile_models::Catalog;
use dogpile_report::{Entry, Fix, Level};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// An editor hands over no latencies.
static NOTHING_MEASURED: BTreeMap<String, u64> = BTreeMap::new();
/// Files that say what packages and paths are called.
pub(crate) const MANIFESTS: &[&str] =
    &["go.mod", "go.work", "package.json", "Cargo.toml", ".gitignore", ".ignore", crate::config::FILE_NAME];
/// What the names of JSON files begin with that say the same.
pub(crate) const MANIFEST_HEADS: &[&str] = &["tsconfig", "jsconfig"];

/// What somebody wants to see, besides what the configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Read this file instead of the nearest `dogpile.toml`.
    pub config: Option<PathBuf>,
    /// Findings below are not shown.
    pub min_level: Option<Level>,
    /// Show `possible` findings too.
    pub pedantic: bool,
}

/// See above. Use it inside a pool whose threads have a [`crate::pipeline::STACK`].
#[derive(Debug)]
pub(crate) struct Project {
    root: PathBuf,
    wanted: Wanted,
    overlays: Overlays,
    /// Files for whose sake all was read again: those that are no part of the tree need not do it twice.
    asked: BTreeSet<PathBuf>,
    tree: Option<Tree>,
}

/// What holds for a tree whatever is typed in it.
#[derive(Debug)]
struct Setup {
    found: Found,
    models: Catalog,
    triggers: Triggers,
    packages: Packages,
    walk_options: WalkOptions,
}

/// A tree as it was walked.
#[derive(Debug)]
struct Tree {
    setup: Arc<Setup>,
    load_options: LoadOptions<'static>,
    walked: Walked,
    loaded: Loaded,
    /// Index in `walked.candidates` by path.
    candidates: BTreeMap<PathBuf, usize>,
    /// Index in `loaded.files` by path.
    files: BTreeMap<PathBuf, usize>,
    /// Files that somebody asked about and that are no part of the tree: ignored ones.
    foreign: BTreeSet<PathBuf>,
    warm: Warm,
}

impl Project {
    /// A project at an absolute path; nothing is read yet.
    #[must_use]
    pub(crate) fn new(root: PathBuf, wanted: Wanted) -> Self {
        Self { root, wanted, overlays: Overlays::new(), asked: BTreeSet::new(), tree: None }
    }

    /// Its folder.
    #[must_use]
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Wants something else from now on.
    pub(crate) fn want(&mut self, wanted: Wanted) {
        if self.wanted != wanted {
            self.wanted = wanted;
            self.tree = None;
        }
    }

    /// Forgets what was found out; the buffers stay.
    pub(crate) fn begin_anew(&mut self) {
        self.tree = None;
    }

    /// Takes a text for a file, whatever is on disk.
    pub(crate) fn set_text(&mut self, path: &Path, text: Arc<str>) {
        self.overlays.insert(path.to_owned(), Arc::clone(&text));
        self.changed(path, Some(text));
    }

    /// Takes what is on disk for a file from now on.
    pub(crate) fn forget_text(&mut self, path: &Path) {
        if self.overlays.remove(path).is_some() {
            self.on_disk(path);
        }
    }

    /// A file on disk changed, came or went.
    pub(crate) fn on_disk(&mut self, path: &Path) {
        let Some(tree) = &self.tree else { return };
        if tree.is_manifest(path, &self.wanted) {
            self.tree = None;
            return;
        }
        if self.overlays.contains_key(path) {
            return;
        }
        match read_text(path, None, MAX_FILE_SIZE) {
            Ok(text) => self.changed(path, Some(text)),
            Err(_) => self.changed(path, None),
        }
    }

    fn changed(&mut self, path: &Path, text: Option<Arc<str>>) {
        let Some(tree) = &mut self.tree else { return };
        if !tree.take(path, text, &self.root) {
            self.asked.insert(path.to_owned());
            self.tree = None;
        }
    }

    /// The tree as it is, to try fixes on; whatever happens to this one meanwhile.
    #[must_use]
    pub(crate) fn bench(&self) -> Option<Bench> {
        let Tree { setup, loaded, warm, .. } = self.tree.as_ref()?;
        Some(Bench {
            setup: Arc::clone(setup),
            files: loaded.files.clone(),
            warm: warm.clone(),
            wanted: self.wanted.clone(),
        })
    }

    /// What a cold run would find in these texts; `None`: `stop` was set meanwhile.
    ///
    /// # Errors
    /// When it cannot run: what is wrong with the configuration, or no such folder.
    pub(crate) fn diagnose(&mut self, stop: &AtomicBool) -> anyhow::Result<Option<Outcome>> {
        let tree = match &mut self.tree {
            Some(tree) => tree,
            none => none.insert(Tree::read(&self.root, &self.wanted, &self.overlays, &self.asked)?),
        };
        Ok(tree.diagnose(&self.wanted, stop))
    }
}

impl Tree {
    fn read(root: &Path, wanted: &Wanted, overlays: &Overlays, asked: &BTreeSet<PathBuf>) -> anyhow::Result<Self> {
        let paths = [PathBuf::from(".")];
        let found = configuration(root, &paths, wanted.config.as_deref())?;
        let models = Catalog::with_users(&found.config.models)?;
        let table = &found.config.lint;
        let walk_options = WalkOptions {
            include_tests: table.include_tests == Some(true),
            include_vendored: table.include_vendored == Some(true),
            exclude: found.root().map(Path::to_owned).zip(excluded(&table.exclude)?),
            threads: rayon::current_num_threads(),
        };
        let load_options = LoadOptions {
            max_file_size: MAX_FILE_SIZE,
            include_generated: table.include_generated == Some(true),
            kept: KEPT_AGAIN,
            index: None,
        };
        let mut walked = walk(&paths, root, &walk_options)?;
        // Buffers that were never saved.
        for path in overlays.keys().filter(|path| !path.exists() && path.starts_with(root)) {
            let shown = shown(root, path);
            if let Some(lang) = language(&shown).filter(|lang| walk_options.takes(*lang, path, &shown)) {
                walked.candidates.push(Candidate { path: path.clone(), shown, lang, explicit: false });
            }
        }
        walked.candidates.sort_by(|a, b| a.shown.cmp(&b.shown));
        let triggers = triggers(&models, &found.config);
        let mut loaded =
            load(&walked.candidates, &triggers, load_options, overlays, &Trees::around(root, [root]), root);
        let packages = std::mem::take(&mut loaded.packages);
        let candidates: BTreeMap<PathBuf, usize> =
            walked.candidates.iter().enumerate().map(|(i, c)| (c.path.clone(), i)).collect();
        let files = loaded.files.iter().enumerate().filter_map(|(i, f)| Some((f.disk.clone()?, i))).collect();
        let foreign = overlays.keys().chain(asked).filter(|path| !candidates.contains_key(*path)).cloned().collect();
        let setup = Arc::new(Setup { found, models, triggers, packages, walk_options });
        Ok(Self { setup, load_options, walked, loaded, candidates, files, foreign, warm: Warm::default() })
    }

    /// Whether a file says what others are called, or how they are judged.
    fn is_manifest(&self, path: &Path, wanted: &Wanted) -> bool {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let named = self
            .setup
            .found
            .root()
            .is_some_and(|root| self.setup.found.config.models.iter().any(|(model, _)| root.join(model) == path));
        let config = [self.setup.found.file.as_deref(), wanted.config.as_deref()].contains(&Some(path));
        let headed = name.ends_with(".json") && MANIFEST_HEADS.iter().any(|head| name.starts_with(head));
        config || named || headed || MANIFESTS.contains(&name)
    }

    /// Takes another text for a file, or none; `false`: all has to be read again.
    fn take(&mut self, path: &Path, text: Option<Arc<str>>, root: &Path) -> bool {
        let candidate = self.candidates.get(path).and_then(|index| self.walked.candidates.get(*index));
        match (candidate, text) {
            (Some(candidate), Some(text)) => {
                let new = input(candidate, text, &self.setup.triggers, &self.setup.packages, self.load_options);
                let old: Option<&mut InputFile> =
                    self.files.get(path).and_then(|index| self.loaded.files.get_mut(*index));
                match (old, new) {
                    (Some(old), Some(new)) if old.package == new.package => {
                        *old = new;
                        true
                    }
                    // Generated before and after.
                    (None, None) => true,
                    _ => false,
                }
            }
            (Some(_), None) => false,
            // Another file, perhaps of the tree: once it is known not to be, its text is nobody's business.
            (None, Some(_)) => {
                let shown = shown(root, path);
                let takes = language(&shown).is_some_and(|lang| self.setup.walk_options.takes(lang, path, &shown));
                self.foreign.contains(path) || !path.starts_with(root) || !takes
            }
            (None, None) => true,
        }
    }

    fn diagnose(&mut self, wanted: &Wanted, stop: &AtomicBool) -> Option<Outcome> {
        let options = self.setup.options(wanted);
        let mut outcome = lint_again(&self.loaded.files, &options, Some(&mut self.warm), stop)?;
        complete(&mut outcome, &self.walked, &self.loaded);
        Some(outcome)
    }
}

impl Setup {
    fn options(&self, wanted: &Wanted) -> Options<'_> {
        Options {
            include_tests: self.walk_options.include_tests,
            pedantic: wanted.pedantic,
            min_level: wanted.min_level.or(self.found.config.lint.min_level).unwrap_or(Level::Note),
            ..Options::plain(&self.models, &self.found.config, &self.triggers, &NOTHING_MEASURED, &self.packages)
        }
    }
}

/// A tree as it was at some time, to try fixes on.
#[derive(Debug)]
pub(crate) struct Bench {
    setup: Arc<Setup>,
    files: Vec<InputFile>,
    warm: Warm,
    wanted: Wanted,
}

impl Bench {
    /// The fixes that hold, for those findings of the tree's `outcome` that have one of these fingerprints. `None`: `stop`
    /// was set meanwhile.
    pub(crate) fn fixes(
        self,
        outcome: &Outcome,
        of: &BTreeSet<String>,
        stop: &AtomicBool,
    ) -> Option<BTreeMap<String, Vec<Fix>>> {
        let options = self.setup.options(&self.wanted);
        let warm = Mutex::new(self.warm);
        let asked = |entry: &Entry| of.contains(&entry.fingerprint);
        let found = Offers { files: &self.files, options: &options, warm: Some(&warm), stop }.find(outcome, &asked);
        let mut fixes: BTreeMap<String, Vec<Fix>> = of.iter().map(|name| (name.clone(), Vec::new())).collect();
        for (at, fix) in found {
            let name = outcome.entries.get(at).map(|entry| &entry.fingerprint);
            if let Some(list) = name.and_then(|name| fixes.get_mut(name)) {
                list.push(fix);
            }
        }
        (!stop.load(Ordering::Relaxed)).then_some(fixes)
    }
}

#[cfg(test)]
mod tests;
