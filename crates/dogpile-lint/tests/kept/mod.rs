//! A tree, and a folder for what runs keep for each other.
#![allow(dead_code, reason = "no test uses all of it")]

use super::trees::{Run, command, ended};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A tree that can be edited, and a folder for what is kept.
pub(crate) struct Place {
    pub(crate) tree: TempDir,
    pub(crate) kept: TempDir,
    pub(crate) files: Vec<PathBuf>,
}

impl Place {
    pub(crate) fn new() -> Self {
        let mut place =
            Self { tree: TempDir::new().expect("a folder"), kept: TempDir::new().expect("a folder"), files: vec![] };
        match std::env::var_os("DOGPILE_TREE") {
            Some(tree) => copy(Path::new(&tree), place.tree.path(), &mut place.files),
            None => {
                let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
                for name in ["stacks", "monorepo", "leaked-lock"] {
                    copy(&fixtures.join(name), &place.tree.path().join(name), &mut place.files);
                }
                fs::write(place.tree.path().join("stacks/go.mod"), "module example.com/stacks\n").expect("a file");
            }
        }
        place
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let kept = self.kept.path().display().to_string();
        ended(
            command(self.tree.path(), &[&["--format", "json", "--threads", "2", "--cache-dir", &kept], args].concat())
                .output()
                .expect("it runs"),
        )
    }

    pub(crate) fn cold(&self) -> Run {
        ended(
            command(self.tree.path(), &["--format", "json", "--threads", "2", "--no-cache"]).output().expect("it runs"),
        )
    }

    /// The one file that is kept.
    pub(crate) fn pack(&self) -> Option<PathBuf> {
        let entries = fs::read_dir(self.kept.path()).expect("a folder");
        let mut packs = entries
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|e| e == "dogpile-facts"));
        packs.next()
    }
}

fn copy(from: &Path, to: &Path, files: &mut Vec<PathBuf>) {
    fs::create_dir_all(to).expect("a folder");
    let mut entries: Vec<PathBuf> =
        fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        let target = to.join(path.file_name().expect("a name"));
        if path.is_symlink() || path.ends_with(".git") {
            continue;
        }
        if path.is_dir() {
            copy(&path, &target, files);
        } else {
            fs::copy(&path, &target).expect("a file");
            let is_code =
                path.extension().is_some_and(|ending| ["go", "ts", "tsx", "js", "rs"].iter().any(|e| *e == ending));
            files.extend(is_code.then_some(target));
        }
    }
}
