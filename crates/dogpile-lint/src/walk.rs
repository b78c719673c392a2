//! Which files are linted.

use crate::bounded::Trees;
use crate::changes::Index;
use crate::ignored::harmful;
use crate::input::language;
use crate::suggest::nearest;
use crate::test_code::is_test;
use dogpile_ir::Lang;
use dogpile_report::{Problem, ProblemKind};
use globset::GlobSet;
use ignore::{DirEntry, WalkBuilder, WalkState};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

const VENDORED: &[&str] = &["vendor", "node_modules", "bower_components", "jspm_packages", "third_party"];
/// Folder that cargo builds in. Others may be called so too.
const CARGO_OUTPUT: &str = "target";
const TEST_FOLDERS: &[&str] = &["testdata"];

/// What is walked.
#[derive(Clone, Debug, Default)]
pub(crate) struct WalkOptions {
    /// Tests too.
    pub include_tests: bool,
    /// Vendored code too.
    pub include_vendored: bool,
    /// What is left out: globs over paths relative to a folder.
    pub exclude: Option<(PathBuf, GlobSet)>,
    /// Threads.
    pub threads: usize,
}

impl WalkOptions {
    /// Whether a file that is not on disk yet would be walked to, as far as its name tells.
    #[must_use]
    pub(crate) fn takes(&self, lang: Lang, path: &Path, shown: &str) -> bool {
        let excluded = self
            .exclude
            .as_ref()
            .is_some_and(|(folder, globs)| path.strip_prefix(folder).is_ok_and(|relative| globs.is_match(relative)));
        let hidden = shown.split('/').any(|part| part.starts_with('.'));
        let vendored = shown.split('/').any(|part| VENDORED.contains(&part));
        !excluded && !hidden && (self.include_vendored || !vendored) && (self.include_tests || !is_test(lang, shown))
    }
}

/// Why nothing was walked.
#[derive(Debug, Error)]
pub(crate) enum WalkError {
    /// A path that does not exist.
    #[error("no such path: {path}{hint}")]
    NoSuchPath {
        /// As given.
        path: String,
        /// What was meant, perhaps.
        hint: String,
    },
    /// A list of what to ignore, in a folder that is linted or above it, that cannot be read without harm.
    #[error("{0}")]
    BadIgnoreFile(String),
}

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Absolute path.
    pub path: PathBuf,
    /// Path that it is reported under.
    pub shown: String,
    /// Its language.
    pub lang: Lang,
    /// Named on the command line: taken whatever it is.
    pub explicit: bool,
}

/// What was found, sorted by path.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// Files.
    pub candidates: Vec<Candidate>,
    /// Folders that could not be read.
    pub problems: Vec<Problem>,
    /// Test files left out.
    pub skipped_tests: usize,
}

/// Walks paths. Ignore files are honoured and hidden files skipped; links are not followed, unless named, so that no loop
/// of links has an end to be looked for.
///
/// # Errors
/// When one of them does not exist.
pub(crate) fn walk(paths: &[PathBuf], cwd: &Path, options: &WalkOptions) -> Result<Walked, WalkError> {
    let mut roots = Vec::new();
    for path in paths {
        let root = absolute(cwd, path);
        if !root.exists() {
            let shown = path.to_string_lossy().into_owned();
            return Err(WalkError::NoSuchPath { hint: hint(cwd, &shown), path: shown });
        }
        roots.push(root);
    }
    let Some((first, rest)) = roots.split_first() else { return Ok(Walked::default()) };
    let trees = Trees::around(cwd, roots.iter().map(PathBuf::as_path));
    for folder in roots.iter().flat_map(|root| root.ancestors()).collect::<BTreeSet<_>>() {
        if let Some((file, why)) = harmful(folder, &trees) {
            return Err(WalkError::BadIgnoreFile(format!("{} {why}", shown(cwd, &file))));
        }
    }
    let mut builder = WalkBuilder::new(first);
    for root in rest {
        builder.add(root);
    }
    let filter = options.clone();
    let closed: Arc<Mutex<Vec<Problem>>> = Arc::default();
    let (told, from) = (Arc::clone(&closed), cwd.to_owned());
    builder.require_git(false).threads(options.threads).filter_entry(move |entry| {
        let enters = enters(entry, &filter);
        let is_folder = entry.depth() > 0 && entry.file_type().is_some_and(|t| t.is_dir());
        let bad = if enters && is_folder { harmful(entry.path(), &trees) } else { None };
        if let Some((file, why)) = &bad {
            let name = file.strip_prefix(entry.path()).unwrap_or(file).display();
            let problem = problem(shown(&from, entry.path()), &format!("is not entered: its {name} {why}"));
            told.lock().unwrap_or_else(PoisonError::into_inner).push(problem);
        }
        enters && bad.is_none()
    });

    let found: Mutex<(Vec<Candidate>, Walked)> = Mutex::default();
    let visit = |entry: Result<DirEntry, ignore::Error>| {
        let taken = match entry {
            Ok(entry) => take(&entry, cwd, options),
            Err(error) => Taken::Problem(unreadable(&error, cwd)),
        };
        if matches!(taken, Taken::Nothing) {
            return;
        }
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        match taken {
            Taken::File(candidate) => found.0.push(candidate),
            Taken::Test => found.1.skipped_tests += 1,
            Taken::Problem(problem) => found.1.problems.push(problem),
            Taken::Nothing => {}
        }
    };
    if roots.iter().any(|root| root.is_dir()) {
        builder.build_parallel().run(|| {
            Box::new(|entry| {
                visit(entry);
                WalkState::Continue
            })
        });
    } else {
        // Named files are taken whatever is ignored. Threads and git's settings cost more than all else of one file.
        builder.standard_filters(false).build().for_each(visit);
    }
    let (mut files, mut walked) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Paths that were given may lie in one another: a file is taken once, and as named if one of them names it.
    files.sort_unstable_by(|a, b| (&a.shown, &a.path, !a.explicit).cmp(&(&b.shown, &b.path, !b.explicit)));
    files.dedup_by(|a, b| a.path == b.path);
    walked.candidates = files;
    walked.problems.append(&mut closed.lock().unwrap_or_else(PoisonError::into_inner));
    walked.problems.sort_by(|a, b| (&a.path, &a.message).cmp(&(&b.path, &b.message)));
    walked.problems.dedup();
    Ok(walked)
}

/// Adds files that are in the index and not in the work tree, and leaves out those that only the work tree has.
pub(crate) fn as_in(index: &Index, walked: &mut Walked, roots: &[PathBuf], cwd: &Path, options: &WalkOptions) {
    walked.candidates.retain(|candidate| index.has(&candidate.path));
    for path in index.missing() {
        let shown = shown(cwd, path);
        let (Some(lang), Some(root)) = (language(&shown), roots.iter().find(|root| path.starts_with(root))) else {
            continue;
        };
        let relative = path.strip_prefix(root).unwrap_or(path);
        let is_test = || is_test(lang, &relative.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"));
        if may_enter(relative, options) && (options.include_tests || !is_test()) {
            walked.candidates.push(Candidate { path: path.to_owned(), shown, lang, explicit: false });
        }
    }
    walked.candidates.sort_by(|a, b| a.shown.cmp(&b.shown));
}

/// The same of a path that is not there to be walked to.
fn may_enter(path: &Path, options: &WalkOptions) -> bool {
    let excluded = |path: &Path| options.exclude.as_ref().is_some_and(|(_, globs)| globs.is_match(path));
    let folders = path.parent().into_iter().flat_map(Path::components);
    let is = |part: Component<'_>, names: &[&str]| names.iter().any(|name| part.as_os_str() == OsStr::new(name));
    let hidden = path.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
    !hidden
        && !path.ancestors().any(excluded)
        && folders.into_iter().all(|part| {
            (options.include_vendored || !is(part, VENDORED)) && (options.include_tests || !is(part, TEST_FOLDERS))
        })
}

enum Taken {
    File(Candidate),
    Test,
    Problem(Problem),
    Nothing,
}

/// Whether a folder is entered (and a file looked at).
fn enters(entry: &DirEntry, options: &WalkOptions) -> bool {
    if entry.depth() == 0 {
        return true;
    }
    if let Some((folder, globs)) = &options.exclude
        && let Ok(relative) = entry.path().strip_prefix(folder)
        && globs.is_match(relative)
    {
        return false;
    }
    if !entry.file_type().is_some_and(|t| t.is_dir()) {
        return true;
    }
    let is = |names: &[&str]| names.iter().any(|name| entry.file_name() == OsStr::new(name));
    (options.include_vendored || !is(VENDORED))
        && (options.include_tests || !is(TEST_FOLDERS))
        && !is_cargo_output(entry)
}

fn is_cargo_output(entry: &DirEntry) -> bool {
    let path = entry.path();
    entry.file_name() == OsStr::new(CARGO_OUTPUT)
        && (path.join("CACHEDIR.TAG").is_file()
            || path.parent().is_some_and(|above| above.join("Cargo.toml").is_file()))
}

/// The part of a path that was walked to from what is linted: folders above are nobody's tests.
fn walked_to(entry: &DirEntry) -> String {
    let parts: Vec<_> = entry.path().components().collect();
    let own = parts.len().saturating_sub(entry.depth());
    parts[own..].iter().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn take(entry: &DirEntry, cwd: &Path, options: &WalkOptions) -> Taken {
    let explicit = entry.depth() == 0;
    let is_file = if explicit { entry.path().is_file() } else { entry.file_type().is_some_and(|t| t.is_file()) };
    let shown = shown(cwd, entry.path());
    let Some(lang) = language(&shown) else { return Taken::Nothing };
    if !is_file {
        let is_folder = entry.path().is_dir();
        return if explicit && !is_folder { Taken::Problem(problem(shown, "no regular file")) } else { Taken::Nothing };
    }
    if !explicit && !options.include_tests && is_test(lang, &walked_to(entry)) {
        return Taken::Test;
    }
    Taken::File(Candidate { path: entry.path().to_owned(), shown, lang, explicit })
}

fn problem(path: String, message: &str) -> Problem {
    Problem {
        path,
        span: None,
        kind: ProblemKind::NotAnalysed,
        reason: "unreadable".to_owned(),
        message: message.to_owned(),
    }
}

fn unreadable(error: &ignore::Error, cwd: &Path) -> Problem {
    let path = path_of(error).map_or_else(String::new, |path| shown(cwd, path));
    let message = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    problem(path, &message)
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

/// A path that does not depend on where we are. `..` is resolved on disk, since a link may stand before it.
#[must_use]
pub(crate) fn absolute(cwd: &Path, path: &Path) -> PathBuf {
    let joined = cwd.join(path);
    if joined.components().any(|part| part == Component::ParentDir) {
        return joined.canonicalize().unwrap_or(joined);
    }
    joined.components().collect()
}

/// A path as it is reported: relative to the folder we are in where it lies in there, with `/` between parts.
#[must_use]
pub(crate) fn shown(cwd: &Path, path: &Path) -> String {
    let path = path.strip_prefix(cwd).unwrap_or(path);
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// What was meant, perhaps: a command, or something that lies where it was looked for. Else how to go on.
fn hint(cwd: &Path, word: &str) -> String {
    let commands = crate::cli::commands();
    if let Some(near) = nearest(word, commands.iter().map(String::as_str)) {
        return format!("; did you mean the command `{near}`?");
    }
    if let Some(near) = crate::suggest::near_path(cwd, word) {
        return format!("; did you mean `{near}`?");
    }
    "; type a file or folder that is there, or `dogpile-lint --help` for commands".to_owned()
}
