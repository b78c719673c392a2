//! Reads files, each of them once, and keeps those that can matter.

use crate::bounded::Trees;
use crate::changes::Index;
use crate::generated::is_generated;
use crate::input::InputFile;
use crate::packages::{Located, Packages, is_client};
use crate::prefilter::{Hit, Triggers};
use crate::walk::{Candidate, shown};
use dogpile_report::{Problem, ProblemKind};
use rayon::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// So much text of files that hit no trigger is kept in memory, in bytes: it need not be read again for callers of
/// wrappers. In one run more of it costs more than it saves, for the pages that it lies in have to be cleared first: of
/// six modules of Go, 16 MB saved nothing and were a fifth of the memory.
pub(crate) const KEPT_ONCE: u64 = 1 << 20;
/// The same where run follows run: what was searched is known again by its text.
pub(crate) const KEPT_AGAIN: u64 = 512 << 20;

/// So much of what a thread reads into is held for its next file, in bytes.
const MOST_HELD: usize = 512 << 10;

thread_local! {
    /// What a thread reads into: most files are done with as soon as they are searched.
    static READ: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// How files are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoadOptions<'o> {
    /// Larger files are left out, in bytes.
    pub max_file_size: u64,
    /// Generated files too.
    pub include_generated: bool,
    /// Bytes of text that are kept though nothing in them matters by itself.
    pub kept: u64,
    /// What counts instead of the work tree.
    pub index: Option<&'o Index>,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// Files, in the order of the candidates.
    pub files: Vec<InputFile>,
    /// The packages they belong to.
    pub packages: Packages,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Generated files left out.
    pub skipped_generated: usize,
}

enum One {
    File(Box<InputFile>),
    Generated,
    Problem(Problem),
}

/// Texts that stand for what is on disk: an editor's buffers.
pub(crate) type Overlays = BTreeMap<PathBuf, Arc<str>>;

/// Reads candidates, in parallel, and the files of their trees that say which packages they are. `cwd` is the folder that
/// paths are shown from.
#[must_use]
pub(crate) fn load(
    candidates: &[Candidate],
    filter: &Triggers,
    options: LoadOptions<'_>,
    overlays: &Overlays,
    trees: &Trees,
    cwd: &Path,
) -> Loaded {
    let located: Vec<Located<'_>> =
        candidates.iter().map(|c| Located { path: &c.path, shown: &c.shown, lang: c.lang }).collect();
    let refused: Mutex<BTreeMap<PathBuf, String>> = Mutex::default();
    let read = |path: &Path| {
        let index = options.index.and_then(|index| index.text(path));
        let text = index.map_or_else(
            || trees.read(path, options.max_file_size),
            |text| Some(String::from_utf8(text.to_vec()).map_err(io::Error::other)),
        )?;
        text.map_err(|why| {
            refused.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), why.to_string())
        })
        .ok()
    };
    let packages = Packages::discover(&located, &read, &is_client);
    let kept = AtomicU64::new(0);
    let read: Vec<One> = candidates
        .par_iter()
        .map(|candidate| {
            let taken = match overlays.get(&candidate.path) {
                Some(text) => Ok(input(candidate, Arc::clone(text), filter, &packages, options)),
                None => with_text(&candidate.path, options.index, options.max_file_size, |text| {
                    let mut file = looked_at(candidate, text, filter, &packages, options)?;
                    let matters = file.hit != Hit::Nothing || file.alone;
                    if matters || kept.fetch_add(text.len() as u64, Ordering::Relaxed) < options.kept {
                        file.text = Some(Arc::from(text));
                    }
                    Some(file)
                }),
            };
            match taken {
                Ok(Some(file)) => One::File(Box::new(file)),
                Ok(None) => One::Generated,
                Err((reason, message)) => One::Problem(problem(&candidate.shown, reason, message)),
            }
        })
        .collect();
    let refused = refused.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().chain(packages.unfollowed());
    let problems = refused.map(|(path, why)| not_read(&path, &why, trees, cwd)).collect();
    let mut loaded = Loaded { packages, problems, ..Loaded::default() };
    for one in read {
        match one {
            One::File(file) => loaded.files.push(*file),
            One::Generated => loaded.skipped_generated += 1,
            One::Problem(problem) => loaded.problems.push(problem),
        }
    }
    loaded
}

/// A candidate with this text; `None`: it is generated.
#[must_use]
pub(crate) fn input(
    candidate: &Candidate,
    text: Arc<str>,
    filter: &Triggers,
    packages: &Packages,
    options: LoadOptions<'_>,
) -> Option<InputFile> {
    looked_at(candidate, &text, filter, packages, options).map(|file| InputFile { text: Some(text), ..file })
}

/// What a candidate's text says of it; the text is not kept.
fn looked_at(
    candidate: &Candidate,
    text: &str,
    filter: &Triggers,
    packages: &Packages,
    options: LoadOptions<'_>,
) -> Option<InputFile> {
    if !candidate.explicit && !options.include_generated && is_generated(candidate.lang, &candidate.shown, text) {
        return None;
    }
    let hit = filter.hit(candidate.lang, text.as_bytes());
    let alone = hit != Hit::Alone && filter.stands_alone(candidate.lang, text.as_bytes());
    let located = Located { path: &candidate.path, shown: &candidate.shown, lang: candidate.lang };
    Some(InputFile {
        path: candidate.shown.clone(),
        package: packages.of(located, text),
        lang: candidate.lang,
        text: None,
        disk: Some(candidate.path.clone()),
        hit,
        alone,
    })
}

/// The text of a file, in the index if that has another one, or a short reason and a sentence why not.
///
/// # Errors
/// When it cannot be read, is too large, or is no text.
pub(crate) fn read_text(path: &Path, index: Option<&Index>, max_size: u64) -> Result<Arc<str>, (&'static str, String)> {
    with_text(path, index, max_size, |text| Arc::from(text))
}

/// Does something with the text of a file. See [`read_text`].
///
/// # Errors
/// The same.
pub(crate) fn with_text<T>(
    path: &Path,
    index: Option<&Index>,
    max_size: u64,
    f: impl FnOnce(&str) -> T,
) -> Result<T, (&'static str, String)> {
    let too_large = |size: u64| {
        ("too large", format!("{} is more than the {} of --max-file-size", megabytes(size), megabytes(max_size)))
    };
    if let Some(text) = index.and_then(|index| index.text(path)) {
        let size = text.len() as u64;
        return if size > max_size { Err(too_large(size)) } else { decoded(text).map(f) };
    }
    let unreadable = |e: std::io::Error| ("unreadable", format!("cannot be read: {e}"));
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(("unreadable", "is no regular file".to_owned()));
    }
    let size = about.len();
    if size > max_size {
        return Err(too_large(size));
    }
    let mut bytes = READ.take();
    bytes.clear();
    bytes.reserve(usize::try_from(size).unwrap_or(0) + 1);
    // What is written to its end meanwhile is not read: the limit holds, and its end need not be looked for. What a kernel
    // tells of itself has no size.
    let most = if size == 0 { max_size.saturating_add(1) } else { size };
    let read = file.take(most).read_to_end(&mut bytes).map_err(unreadable);
    let done = match read {
        Ok(_) if bytes.len() as u64 > max_size => Err(too_large(bytes.len() as u64)),
        Ok(_) => decoded(&bytes).map(f),
        Err(error) => Err(error),
    };
    // Large files are few: what one of them needed is not held until the end.
    bytes.clear();
    bytes.shrink_to(MOST_HELD);
    READ.set(bytes);
    done
}

fn decoded(bytes: &[u8]) -> Result<&str, (&'static str, String)> {
    std::str::from_utf8(bytes).map_err(|e| {
        let at = e.valid_up_to();
        let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
        ("not UTF-8", format!("is not UTF-8: the first bad byte is number {}, in line {line}", at + 1))
    })
}

/// A file that would have said how packages are called. Where it lies outside the tree, no report is placed there.
fn not_read(path: &Path, why: &str, trees: &Trees, cwd: &Path) -> Problem {
    let (path, message) = match shown(cwd, path) {
        name if trees.hold(path) => (name, format!("is left out of the names of packages: it {why}")),
        name => (String::new(), format!("{name} is left out of the names of packages: it {why}")),
    };
    Problem { path, span: None, kind: ProblemKind::Partial, reason: "left out".to_owned(), message }
}

fn megabytes(bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss)]
    let mb = bytes as f64 / f64::from(1 << 20);
    format!("{mb:.1} MB")
}

fn problem(path: &str, reason: &str, message: String) -> Problem {
    Problem { path: path.to_owned(), span: None, kind: ProblemKind::NotAnalysed, reason: reason.to_owned(), message }
}
