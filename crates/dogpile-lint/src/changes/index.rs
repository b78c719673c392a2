//! The index: what a commit would hold, where that is not what lies in the work tree.

use super::git::{Git, os};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Modes of files with a text.
const FILES: [&str; 2] = ["100644", "100755"];
/// Mode of a submodule.
const SUBMODULE: &str = "160000";

/// What the index has.
#[derive(Debug, Default)]
pub(crate) struct Index {
    top: PathBuf,
    files: BTreeSet<PathBuf>,
    submodules: Vec<PathBuf>,
    /// Texts of files that lie in the work tree in another form, or not at all.
    texts: BTreeMap<PathBuf, Vec<u8>>,
}

impl Index {
    /// Reads the index of a repository.
    pub(super) fn read(git: &Git) -> anyhow::Result<Self> {
        let mut index = Self { top: git.top().to_owned(), ..Self::default() };
        let mut ids = BTreeMap::new();
        for entry in records(&git.ask(&["ls-files", "--stage", "-z"])?) {
            // `<mode> <id> <stage>\t<path>`
            let Some(tab) = entry.iter().position(|b| *b == b'\t') else { continue };
            let head = String::from_utf8_lossy(&entry[..tab]);
            let path = git.top().join(os(&entry[tab + 1..]));
            match head.split(' ').collect::<Vec<_>>()[..] {
                [mode, id, "0"] if FILES.contains(&mode) => {
                    ids.insert(path.clone(), id.to_owned());
                    index.files.insert(path);
                }
                [SUBMODULE, ..] => index.submodules.push(path),
                // In a conflict the work tree has what there is.
                [mode, _, stage] if FILES.contains(&mode) && stage != "0" => {
                    index.files.insert(path);
                }
                _ => {}
            }
        }
        let differs = git.ask(&["diff-files", "--raw", "-z", "--no-renames", "--ignore-submodules=all"])?;
        let differs = records(&differs).into_iter().filter(|record| !record.starts_with(b":"));
        let wanted: Vec<(PathBuf, String)> = differs
            .map(|path| git.top().join(os(path)))
            .filter_map(|path| Some((path.clone(), ids.get(&path)?.clone())))
            .collect();
        let blobs = git.blobs(&wanted.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>())?;
        index.texts = wanted.into_iter().zip(blobs).filter_map(|((path, _), blob)| Some((path, blob?))).collect();
        Ok(index)
    }

    /// The text of a file, where it is not that in the work tree.
    pub(crate) fn text(&self, path: &Path) -> Option<&[u8]> {
        self.texts.get(path).map(Vec::as_slice)
    }

    /// Whether a file is in the index, in a submodule, or none of the repository's.
    pub(crate) fn has(&self, path: &Path) -> bool {
        self.files.contains(path) || !path.starts_with(&self.top) || self.submodules.iter().any(|s| path.starts_with(s))
    }

    /// Files that are in the index and not in the work tree.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &Path> {
        self.texts.keys().map(PathBuf::as_path).filter(|path| !path.exists())
    }
}

fn records(text: &[u8]) -> Vec<&[u8]> {
    text.split(|b| *b == 0).filter(|record| !record.is_empty()).collect()
}
