//! First inputs: what the tree has.
#![allow(
    clippy::disallowed_methods,
    reason = "first inputs are files of the tree, and the environment says where they go"
)]

use crate::Target;
use std::path::{Path, PathBuf};

/// Larger files would slow every input that is made of them, in bytes.
const LARGEST: u64 = 64 << 10;

/// The first inputs of a target, in an order that is the same each time: those that broke it once come first. `root` is
/// the folder of the workspace.
#[must_use]
pub fn seeds(target: &Target, root: &Path) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for (folder, endings) in target.from {
        collect(&root.join(folder), endings, &mut files);
    }
    files.sort();
    let read = files.iter().filter_map(|file| std::fs::read(file).ok());
    let written = target.written.iter().map(|text| text.as_bytes().to_vec());
    broke(target, root).into_iter().chain((target.made)()).chain(written).chain(read).collect()
}

/// Inputs that broke a target once: files in `crates/fuzz/fixtures/<target>`.
#[must_use]
pub fn broke(target: &Target, root: &Path) -> Vec<Vec<u8>> {
    let folder = root.join("crates/fuzz/fixtures").join(target.name);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.iter().filter_map(|file| std::fs::read(file).ok()).collect()
}

/// Writes the first inputs of a target into the folder that `DOGPILE_SEEDS` names, for a fuzzer that begins with files.
pub fn write_seeds(name: &str) {
    let (Some(target), Some(folder)) = (crate::target(name), std::env::var_os("DOGPILE_SEEDS").map(PathBuf::from))
    else {
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (n, seed) in seeds(target, &root).into_iter().enumerate() {
        // A fuzzer with fewer first inputs is one all the same.
        let _ = std::fs::write(folder.join(format!("seed-{n:04}")), seed);
    }
}

fn collect(folder: &Path, endings: &[&str], files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, endings, files);
        } else if path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending))
            && entry.metadata().is_ok_and(|m| m.len() <= LARGEST)
        {
            files.push(path);
        }
    }
}
