//! The links of the finished book.

use super::links::beside;
use anyhow::{Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Follows every link within the book; gives how many those are, and the addresses of others.
pub(super) fn follow(book: &Path) -> Result<(usize, Vec<String>)> {
    let mut files = BTreeMap::new();
    read(book, book, &mut files)?;
    let (mut followed, mut outside, mut broken) = (0, BTreeSet::new(), Vec::new());
    for (file, text) in files.iter().filter(|(file, _)| file.extension().is_some_and(|e| e == "html")) {
        // A page for lost readers stands anywhere, and one for printers has all pages' links in one place.
        if file.ends_with("404.html") || file.ends_with("print.html") || file.ends_with("toc.html") {
            continue;
        }
        for target in ["href=\"", "src=\""].iter().flat_map(|name| values(text, name)) {
            if target.contains("://") {
                outside.insert(target.to_owned());
                continue;
            }
            if target.starts_with("mailto:") || target.starts_with("data:") || target.is_empty() {
                continue;
            }
            followed += 1;
            let (path, id) = target.split_once('#').unwrap_or((target, ""));
            let there = if path.is_empty() { file.clone() } else { beside(file, path) };
            let there = if path.ends_with('/') { there.join("index.html") } else { there };
            let found = files.get(&there).is_some_and(|text| id.is_empty() || text.contains(&format!("id=\"{id}\"")));
            if !found {
                broken.push(format!("{}: {target}", file.display()));
            }
        }
    }
    if !broken.is_empty() {
        bail!("{} links of the book lead nowhere:\n{}", broken.len(), broken.join("\n"));
    }
    Ok((followed, outside.into_iter().collect()))
}

fn values<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(name).skip(1).filter_map(|rest| rest.split_once('"')).map(|(value, _)| value)
}

fn read(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(root, &path, files)?;
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
            files.insert(path.strip_prefix(root)?.to_owned(), text);
        }
    }
    Ok(())
}
