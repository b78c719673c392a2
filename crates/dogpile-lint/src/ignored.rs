//! Lists of what git ignores: the walker reads them wherever they lie, so they are looked at first.

use crate::bounded::{self, Trees};
use std::fs;
use std::path::{Path, PathBuf};

/// Lists in a folder that the walker reads.
const LISTS: &[&str] = &[".gitignore", ".ignore"];
/// Longer ones would take more memory than a whole run, in bytes.
const LONGEST: u64 = 256 << 10;

/// A list of a folder that cannot be read without harm, and why: a pipe would be waited for, a huge one fills the memory,
/// and a link may lead out of the tree.
pub(crate) fn harmful(folder: &Path, trees: &Trees) -> Option<(PathBuf, String)> {
    let found = |file: PathBuf, trees| Some((wrong(&file, trees)?, file)).map(|(why, file)| (file, why));
    let list = LISTS.iter().find_map(|name| found(folder.join(name), Some(trees)));
    list.or_else(|| of_git(folder.join(".git")).into_iter().find_map(|file| found(file, None)))
}

/// What the walker reads of a repository. Of one with several work trees it lies elsewhere: `.git` says where, as it does
/// to git.
fn of_git(git: PathBuf) -> Vec<PathBuf> {
    let Ok(about) = fs::metadata(&git) else { return Vec::new() };
    if about.is_dir() {
        return vec![git.join("info/exclude")];
    }
    let place = |file: &Path, mark: &str| {
        let text = bounded::text(file, LONGEST).ok()?;
        Some(file.parent()?.join(text.lines().next()?.strip_prefix(mark)?))
    };
    let mut all = vec![git];
    for (mark, next) in [("gitdir: ", "commondir"), ("", "info/exclude")] {
        let Some(file) = all.last().and_then(|file| place(file, mark)) else { break };
        all.push(file.join(next));
    }
    all
}

fn wrong(file: &Path, trees: Option<&Trees>) -> Option<String> {
    let link = fs::symlink_metadata(file).ok()?.is_symlink();
    let about = fs::metadata(file).ok()?;
    if link && trees.is_some_and(|trees| !trees.hold(file)) {
        return Some("is a link that leads out of the tree".to_owned());
    }
    if about.is_dir() {
        return None;
    }
    if !about.is_file() {
        return Some("is no regular file".to_owned());
    }
    (about.len() > LONGEST).then(|| format!("is longer than the {} KB that are read", LONGEST >> 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_waited_for_or_fill_the_memory_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("there");
        fs::create_dir_all(root.join("t/.git/info")).expect("a folder");
        let tree = root.join("t");
        let trees = Trees::around(&tree, [tree.as_path()]);
        let why = || {
            harmful(&tree, &trees)
                .map(|(file, why)| format!("{} {why}", file.strip_prefix(&tree).expect("inside").display()))
        };
        fs::write(tree.join(".gitignore"), "a\n").expect("a file");
        assert_eq!(why(), None);
        fs::write(tree.join(".git/info/exclude"), "a\n".repeat(200_000)).expect("a file");
        assert_eq!(why().as_deref(), Some(".git/info/exclude is longer than the 256 KB that are read"));
        fs::write(tree.join(".git/info/exclude"), "a\n").expect("a file");
        fs::write(tree.join(".ignore"), "a\n".repeat(200_000)).expect("a file");
        assert_eq!(why().as_deref(), Some(".ignore is longer than the 256 KB that are read"));
        fs::remove_file(tree.join(".ignore")).expect("there");
        #[cfg(unix)]
        {
            fs::write(root.join("outside"), "").expect("a file");
            std::os::unix::fs::symlink(root.join("outside"), tree.join(".ignore")).expect("a link");
            assert_eq!(why().as_deref(), Some(".ignore is a link that leads out of the tree"));
            fs::remove_file(tree.join(".ignore")).expect("there");
            std::os::unix::fs::symlink(tree.join(".gitignore"), tree.join(".ignore")).expect("a link");
            assert_eq!(why(), None);
        }
    }
}
