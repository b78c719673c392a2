//! Reads what somebody else may have put there: regular files, so much of them, and only such that lie in the tree.
//!
//! A pipe or a device would be waited for, a huge file would fill the memory, a link could lead anywhere.

use std::fs::{self, File};
use std::io::{self, Error, Read as _};
use std::path::{Path, PathBuf};

/// Configurations and model files, in bytes.
pub(crate) const CONFIGURATION: u64 = 4 << 20;
/// Baselines, latency files and reports that are replayed, in bytes.
pub(crate) const RECORDS: u64 = 64 << 20;
/// Files that the program looks for by itself, wherever it is: in folders above the tree, too.
const OWN_NAMES: &[&str] = &["go.mod", "go.work", "package.json", "tsconfig.json", "jsconfig.json", "Cargo.toml"];

/// The text of a regular file of at most so many bytes.
///
/// # Errors
/// When it is none, is larger, cannot be read or is not UTF-8.
pub(crate) fn text(path: &Path, most: u64) -> io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(Error::other("is no regular file"));
    }
    named(path, most)
}

/// The same of a file that the user named, which may be a pipe.
///
/// # Errors
/// When it is larger, cannot be read or is not UTF-8.
pub(crate) fn named(path: &Path, most: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Error::other(format!("is larger than the {} MB that are read", most >> 20)));
    }
    String::from_utf8(bytes).map_err(|_| Error::other("is not UTF-8"))
}

/// The trees that are linted. What they hold may have the program read what lies in them, and nothing else.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trees(Vec<PathBuf>);

impl Trees {
    /// Around these absolute paths: the repository of each, else the folder we are in where it lies in there, else itself.
    #[must_use]
    pub(crate) fn around<'p>(cwd: &Path, paths: impl IntoIterator<Item = &'p Path>) -> Self {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let cwd = real(cwd);
        let tree = |path: &Path| {
            let path = real(path);
            let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
            let repository = folder.ancestors().find(|above| above.join(".git").exists());
            let around = if folder.starts_with(&cwd) { &cwd } else { folder };
            repository.unwrap_or(around).to_owned()
        };
        let mut all: Vec<PathBuf> = paths.into_iter().map(tree).collect();
        all.sort();
        all.dedup();
        Self(all)
    }

    /// Whether a file lies in one of them, whatever links lead to it.
    #[must_use]
    pub(crate) fn hold(&self, path: &Path) -> bool {
        let Ok(real) = path.canonicalize() else { return false };
        self.0.iter().any(|tree| real.starts_with(tree)) || self.is_above(path, &real)
    }

    /// Whether it is a file by which a tree's packages are named, in a folder above it.
    fn is_above(&self, path: &Path, real: &Path) -> bool {
        let own = real.file_name().is_some_and(|name| OWN_NAMES.iter().any(|own| name == *own));
        let folder = real.parent();
        own && !path.is_symlink() && folder.is_some_and(|folder| self.0.iter().any(|tree| tree.starts_with(folder)))
    }

    /// The text of a file that the tree names; `None`: there is none.
    pub(crate) fn read(&self, path: &Path, most: u64) -> Option<io::Result<String>> {
        let there = fs::symlink_metadata(path).ok()?;
        if there.is_dir() {
            return None;
        }
        if !self.hold(path) {
            return path.exists().then(|| Err(Error::other("lies outside the tree")));
        }
        Some(text(path, most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_much_of_a_regular_file_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a");
        fs::write(&file, "abc").expect("a file");
        assert_eq!(text(&file, 3).expect("read"), "abc");
        assert_eq!(text(&file, 2).expect_err("too large").to_string(), "is larger than the 0 MB that are read");
        assert_eq!(text(folder.path(), 3).expect_err("a folder").to_string(), "is no regular file");
        fs::write(&file, [0xff]).expect("a file");
        assert_eq!(text(&file, 3).expect_err("no text").to_string(), "is not UTF-8");
    }

    #[cfg(unix)]
    #[test]
    fn a_tree_does_not_lead_out_of_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("there");
        for path in ["t/.git", "t/a/b", "o"] {
            fs::create_dir_all(root.join(path)).expect("a folder");
        }
        for path in ["go.mod", "x.json", "t/x.json", "t/a/go.mod", "o/x.json"] {
            fs::write(root.join(path), "1").expect("a file");
        }
        let link = |to: &str, at: &str| std::os::unix::fs::symlink(root.join(to), root.join(at)).expect("a link");
        link("o/x.json", "t/out.json");
        link("o", "t/o");
        link("t/x.json", "t/a/in.json");
        let trees = Trees::around(&root.join("o"), [root.join("t/a").as_path()]);
        let held = |path: &str| trees.hold(&root.join(path));
        for path in ["t/x.json", "t/a/go.mod", "t/a/../x.json", "t/a/in.json", "go.mod"] {
            assert!(held(path), "{path}");
        }
        for path in ["x.json", "o/x.json", "t/out.json", "t/o/x.json", "t/../x.json", "t/none.json"] {
            assert!(!held(path), "{path}");
        }
        assert!(trees.read(&root.join("t/none.json"), 9).is_none() && trees.read(&root.join("t/a"), 9).is_none());
        let said = trees.read(&root.join("t/out.json"), 9).expect("there").expect_err("refused");
        assert_eq!(said.to_string(), "lies outside the tree");
    }
}
