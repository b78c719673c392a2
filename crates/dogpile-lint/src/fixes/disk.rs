//! Writing what was mended.

use crate::input::InputFile;
use crate::output::Staged;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What became of the files on disk.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Files that were written.
    pub files: usize,
    /// Files that were not, and why.
    pub refused: Vec<(String, String)>,
}

/// Writes the files whose text is another than the one that was read. `roots` are the folders that were asked for: a link
/// that leads out of them is not followed. Where one file cannot be written, none is, as far as that shows before.
pub(crate) fn write(before: &[InputFile], after: &[InputFile], roots: &[PathBuf]) -> Written {
    let mut written = Written::default();
    let mut ready = Vec::new();
    for (old, new) in changed(before, after) {
        let (Some(path), Some(text)) = (&new.disk, &new.text) else { continue };
        match beside(path, old.text.as_deref(), text, roots) {
            Ok(staged) => ready.push((new.path.clone(), staged)),
            Err(why) => written.refused.push((new.path.clone(), why)),
        }
    }
    if !written.refused.is_empty() {
        return written;
    }
    for (path, staged) in ready {
        match staged.keep() {
            Ok(()) => written.files += 1,
            Err(error) => written.refused.push((path, cannot(&error))),
        }
    }
    written
}

/// Files whose text changed, before and after.
pub(crate) fn changed<'f>(
    before: &'f [InputFile],
    after: &'f [InputFile],
) -> impl Iterator<Item = (&'f InputFile, &'f InputFile)> {
    let differs = |(old, new): &(&InputFile, &InputFile)| match (&old.text, &new.text) {
        (Some(old), Some(new)) => !Arc::ptr_eq(old, new) && old != new,
        (None, Some(_)) => true,
        (_, None) => false,
    };
    before.iter().zip(after).filter(differs)
}

/// Writes a new text beside a file, to be put in its place in one step: a reader sees the old one or the new one.
fn beside(path: &Path, old: Option<&str>, new: &str, roots: &[PathBuf]) -> Result<Staged, String> {
    let say = |error: io::Error| cannot(&error.into());
    let real = fs::canonicalize(path).map_err(say)?;
    if !roots.iter().any(|root| real.starts_with(root)) {
        return Err("is a link that leads out of the folders that were given".to_owned());
    }
    let now = fs::read(&real).map_err(say)?;
    if old.is_none_or(|old| old.as_bytes() != now) {
        return Err("changed while it was being looked at".to_owned());
    }
    if fs::metadata(&real).map_err(say)?.permissions().readonly() {
        return Err("is read-only".to_owned());
    }
    Staged::new(new, &real).and_then(Staged::lasting).map_err(|error| cannot(&error))
}

fn cannot(error: &anyhow::Error) -> String {
    format!("cannot be written: {}", error.root_cause())
}

/// The folders that paths on the command line stand for.
pub(crate) fn roots(cwd: &Path, paths: &[PathBuf]) -> Vec<PathBuf> {
    let given = if paths.is_empty() { vec![PathBuf::from(".")] } else { paths.to_vec() };
    let folder = |path: PathBuf| {
        let path = cwd.join(path);
        let folder = if path.is_dir() { path } else { path.parent().map_or(path.clone(), Path::to_path_buf) };
        fs::canonicalize(folder).ok()
    };
    given.into_iter().filter_map(folder).collect()
}
