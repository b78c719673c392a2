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
    let mut named = BTreeSet::new();
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
        if !named.insert(name) {
            bail!("docs/SUMMARY.md names {name} twice");
        }
        if name == "rules" {
            pages.extend(of_rules(root, part)?);
        } else if left.remove(name) {
            pages.push(page(root, &format!("docs/{name}"), name, part)?);
        } else if root.join(name).is_file() {
            pages.push(page(root, name, name, part)?);
        } else {
            bail!("docs/SUMMARY.md names {name}, which is neither in docs nor beside the README");
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(summary: &str) -> Result<Vec<String>> {
        let root = std::env::temp_dir().join(format!("dogpile-lint-book-{}-{}", std::process::id(), summary.len()));
        fs::create_dir_all(root.join("docs"))?;
        for file in ["README.md", "CHANGELOG.md", "docs/a.md", "docs/b.md"] {
            fs::write(root.join(file), format!("# {file}\n"))?;
        }
        fs::write(root.join("docs/SUMMARY.md"), summary)?;
        let found = all(&root).map(|pages| pages.into_iter().map(|page| page.name).collect());
        fs::remove_dir_all(root)?;
        found
    }

    #[test]
    fn pages_come_in_the_order_of_the_summary() {
        let names = of("## Guides\n- b.md\n## Others\n- CHANGELOG.md\n").expect("pages");
        assert_eq!(names, ["README.md", "b.md", "a.md", "CHANGELOG.md"]);
    }

    #[test]
    fn what_is_named_twice_or_is_nowhere_is_told() {
        let said = |summary| of(summary).expect_err("refused").to_string();
        assert_eq!(said("## Guides\n- a.md\n- b.md\n- a.md\n"), "docs/SUMMARY.md names a.md twice");
        assert!(said("## Guides\n- a.md\n- gone.md\n").contains("names gone.md, which is neither"));
    }
}
