//! `--diff REV` and `--staged`: what changed, and which findings that is about.
//!
//! The whole tree is linted, for a change in a wrapper is a change of its callers' locks; what is reported is then
//! limited to stories that go through changed code.

mod code;
mod git;
mod index;
mod patch;

pub(crate) use code::ChangedCode;
pub(crate) use index::Index;
pub(crate) use patch::read as read_patch;

use crate::cli::LimitArgs;
use crate::packages::joined;
use crate::pipeline::Outcome;
use anyhow::{Context as _, bail};
use dogpile_ir::Module;
use dogpile_report::{Entry, ProblemKind};
use dogpile_source::SourceMap;
use git::{Git, os};
use patch::FileChange;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How trees are compared: line by line, how much white space there is aside, and no program of the repository is asked.
const COMPARE: [&str; 13] = [
    "diff-index",
    "-p",
    "-U0",
    "--inter-hunk-context=0",
    "-M",
    "-b",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--ignore-submodules=dirty",
    "--src-prefix=a/",
    "--dst-prefix=b/",
];

/// Endings of files that are no code and that no code embeds as a script.
const IDLE: [&str; 14] =
    ["md", "mdx", "rst", "adoc", "css", "scss", "less", "svg", "png", "jpg", "jpeg", "gif", "ico", "lock"];

/// What changed.
#[derive(Debug)]
pub(crate) struct Changes {
    top: PathBuf,
    files: BTreeMap<PathBuf, FileChange>,
    /// Folders all of whose files count as changed.
    folders: Vec<PathBuf>,
    /// Findings elsewhere are not reported.
    within: Vec<PathBuf>,
    /// The index, where that is linted.
    index: Option<Index>,
}

impl Changes {
    /// What somebody asked for; `None`: nothing of the kind. `paths`: what was named on the command line.
    ///
    /// # Errors
    /// There is no repository, no such revision, or no commit that both come from.
    pub(crate) fn find(args: &LimitArgs, cwd: &Path, paths: &[PathBuf]) -> anyhow::Result<Option<Self>> {
        let rev = match &args.diff {
            Some(None) => bail!(
                "--diff without a revision shows fixes and needs --fix; with one it reports what changed: --diff origin/main"
            ),
            Some(Some(rev)) => Some(rev.as_str()),
            None if args.staged => None,
            None => return Ok(None),
        };
        let named: Vec<PathBuf> = paths.iter().map(|path| cwd.join(path)).collect();
        let folder = named.iter().flat_map(|path| path.ancestors()).find(|path| path.is_dir()).unwrap_or(cwd);
        let git = Git::open(cwd, folder)?;
        let mut changes = match rev {
            Some(rev) => since(&git, rev, cwd)?,
            None => staged(&git)?,
        };
        for path in named {
            changes.within.push(path.canonicalize().with_context(|| format!("no such path: {}", path.display()))?);
        }
        Ok(Some(changes))
    }

    /// The folder to lint: all of the repository, or that of its configuration.
    pub(crate) fn root(&self, configured: Option<&Path>) -> PathBuf {
        let configured = configured.and_then(|folder| folder.canonicalize().ok());
        configured.filter(|folder| folder.starts_with(&self.top)).unwrap_or_else(|| self.top.clone())
    }

    /// Whether nothing changed that a lock could go through: prose, styles, pictures.
    pub(crate) fn are_idle(&self) -> bool {
        let is_idle = |path: &PathBuf| path.extension().is_some_and(|e| IDLE.iter().any(|idle| e == *idle));
        self.folders.is_empty() && self.files.keys().all(is_idle)
    }

    /// The index, where that is linted.
    pub(crate) fn index(&self) -> Option<&Index> {
        self.index.as_ref()
    }

    /// The changed code of a run. `disk` is where a file lies that is reported under a path.
    pub(crate) fn code(
        &self,
        modules: &[Arc<Module>],
        sources: &SourceMap,
        disk: &dyn Fn(&str) -> Option<PathBuf>,
    ) -> ChangedCode {
        let change = |path: &str| self.change(&disk(path)?);
        let embedded = |path: &str, name: &str| {
            let file = disk(path).and_then(|path| Some(joined(path.parent()?, name)));
            file.is_some_and(|file| self.change(&file).is_some())
        };
        ChangedCode::new(modules, sources, &change, &embedded)
    }

    fn change(&self, file: &Path) -> Option<FileChange> {
        if self.folders.iter().any(|folder| file.starts_with(folder)) {
            return Some(FileChange { whole: true, ..FileChange::default() });
        }
        self.files.get(file).cloned()
    }

    /// Puts the findings on what did not change aside.
    pub(crate) fn limit(&self, outcome: &mut Outcome, cwd: &Path) {
        let Some(code) = outcome.changed.take() else { return };
        let stories = code.stories(&outcome.lifecycles);
        self.keep(outcome, cwd, &|sources, entry| {
            self.is_asked_for(cwd, sources.path(entry.finding.primary)) && code.touches(&entry.finding, &stories)
        });
    }

    /// Puts the findings aside that are not `reported`, and takes away the problems of files that did not change.
    pub(crate) fn keep(&self, outcome: &mut Outcome, cwd: &Path, reported: &dyn Fn(&SourceMap, &Entry) -> bool) {
        let (entries, sources) = (std::mem::take(&mut outcome.entries), &outcome.sources);
        (outcome.entries, outcome.elsewhere) = entries.into_iter().partition(|entry| reported(sources, entry));
        outcome.summary.unchanged = outcome.elsewhere.len();
        outcome.problems.retain(|p| {
            p.kind == ProblemKind::Bug || (self.is_asked_for(cwd, &p.path) && self.change(&cwd.join(&p.path)).is_some())
        });
    }

    fn is_asked_for(&self, cwd: &Path, path: &str) -> bool {
        self.within.is_empty() || self.within.iter().any(|within| cwd.join(path).starts_with(within))
    }
}

/// The work tree against the commit where a revision and HEAD parted: what others did there meanwhile is not ours.
fn since(git: &Git, rev: &str, cwd: &Path) -> anyhow::Result<Changes> {
    if rev.contains("..") {
        bail!("--diff takes one revision, not a range: what changed since it and HEAD parted is reported");
    }
    let Some(other) = git.commit(rev)? else {
        let hint =
            if cwd.join(rev).exists() { format!("; to name a path write --diff REV -- {rev}") } else { String::new() };
        let fetch = if git.is_shallow() { "; this clone is shallow: fetch the revision, too" } else { "" };
        bail!("--diff: git knows no revision {rev:?}{hint}{fetch}");
    };
    let head = git.commit("HEAD")?.context("--diff: HEAD has no commit yet; --staged compares with nothing")?;
    let Some(base) = git.parted(&other, &head)? else {
        let why = if git.is_shallow() {
            "this clone is shallow: fetch the whole history (actions/checkout: fetch-depth: 0)"
        } else {
            "their histories have nothing in common"
        };
        bail!("--diff: no commit is behind both {rev} and HEAD: {why}");
    };
    let mut changes = compared(git, &[&base, "--"])?;
    // What git does not know of yet is new.
    let new = git.ask(&["ls-files", "--others", "--exclude-standard", "-z"])?;
    for path in new.split(|b| *b == 0).filter(|path| !path.is_empty()) {
        let file = git.top().join(os(path));
        if path.ends_with(b"/") {
            changes.folders.push(file);
        } else {
            changes.files.insert(file, FileChange { whole: true, ..FileChange::default() });
        }
    }
    Ok(changes)
}

/// The index against HEAD, or against nothing before the first commit.
fn staged(git: &Git) -> anyhow::Result<Changes> {
    let head = match git.commit("HEAD")? {
        Some(head) => head,
        None => git.empty_tree()?,
    };
    let mut changes = compared(git, &["--cached", &head, "--"])?;
    changes.index = Some(Index::read(git)?);
    Ok(changes)
}

fn compared(git: &Git, with: &[&str]) -> anyhow::Result<Changes> {
    let patch = patch::read(&git.ask(&[&COMPARE[..], with].concat())?);
    let top = git.top();
    Ok(Changes {
        top: top.to_owned(),
        files: patch.files.into_iter().map(|(path, change)| (top.join(path), change)).collect(),
        folders: patch.submodules.into_iter().map(|path| top.join(path)).collect(),
        within: Vec::new(),
        index: None,
    })
}
