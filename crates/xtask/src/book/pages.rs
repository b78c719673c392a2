//! Which pages there are, and in which order.

use crate::rules;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A page of the book.
pub(super) struct Page {
    /// Where it lies in the repository.
    pub(super) file: PathBuf,
    /// What it is called in the book.
    pub(super) name: String,
    pub(super) title: String,
    /// The part it is in; empty for what stands before all.
    pub(super) part: String,
    pub(super) text: String,
}

/// All of them: the README, then what `docs/SUMMARY.md` says, then what it leaves out.
pub(super) fn all(root: &Path) -> Result<Vec<Page>> {
    let order = fs::read_to_string(root.join("docs/SUMMARY.md")).context("docs/SUMMARY.md")?;
    let mut pages = vec![page(root, "README.md", "README.md", "")?];
    let mut left = documents(root)?;
    let mut part = "";
    for line in order.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            if part == "Guides" {
                let after: BTreeSet<String> = left
                    .iter()
                    .filter(|name| !order.lines().any(|l| l.strip_prefix("- ") == Some(name)))
                    .cloned()
                    .collect();
                for name in after {
                    pages.push(page(root, &format!("docs/{name}"), &name, part)?);
                    left.remove(&name);
                }
            }
            part = name;
        }
        let Some(name) = line.strip_prefix("- ") else { continue };
        if name == "rules" {
            pages.extend(of_rules(root, part)?);
        } else if left.remove(name) {
            pages.push(page(root, &format!("docs/{name}"), name, part)?);
        } else if root.join(name).is_file() {
            pages.push(page(root, name, name, part)?);
        }
    }
    if !left.is_empty() {
        bail!("docs/SUMMARY.md has no part called Guides for {left:?}");
    }
    Ok(pages)
}

fn documents(root: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(root.join("docs"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") && name != "SUMMARY.md" {
            names.insert(name);
        }
    }
    Ok(names)
}

fn of_rules(root: &Path, part: &str) -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    for entry in rules::all(root)? {
        let file = format!("rules/{}/{}/rule.md", entry.group, entry.module);
        let mut page = page(root, &file, &format!("rules/{}.md", entry.slug), part)?;
        page.title = entry.slug;
        pages.push(page);
    }
    pages.sort_by(|a, b| a.title.cmp(&b.title));
    Ok(pages)
}

fn page(root: &Path, file: &str, name: &str, part: &str) -> Result<Page> {
    let text = fs::read_to_string(root.join(file)).with_context(|| format!("reading {file}"))?;
    let title =
        text.lines().find_map(|line| line.strip_prefix("# ")).with_context(|| format!("{file} has no title"))?;
    Ok(Page { file: PathBuf::from(file), name: name.to_owned(), title: title.to_owned(), part: part.to_owned(), text })
}
