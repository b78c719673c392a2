//! What no other tool looks at: long files, words, orphans.

use crate::rules;
use anyhow::{Result, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const MAX_LINES: usize = 600;
const MAX_RULE_LINES: usize = 120;
/// Folders that are written by machines or hold data.
const SKIPPED: [&str; 4] = ["target", ".git", "fixtures", "snapshots"];
/// Rooms in `fixtures/` that belong to no rule.
const OTHER_FIXTURES: [&str; 4] = ["clients", "ir", "stacks", "monorepo"];
/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 4] = ["utils", "common", "helpers", "misc"];

pub(crate) fn run(root: &Path) -> Result<()> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    walk(root, &mut files)?;
    // In two halves, so that this file does not accuse itself.
    let forbidden = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:"), concat!("HA", "CK")];
    for path in &files {
        let shown = path.strip_prefix(root).unwrap_or(path).display();
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        let folders = path.strip_prefix(root).unwrap_or(path).parent().into_iter().flat_map(Path::components);
        let names = folders.filter_map(|folder| folder.as_os_str().to_str()).chain([stem]);
        for name in names.filter(|name| EMPTY_NAMES.contains(name)) {
            problems.push(format!("{shown}: {name} says nothing of what is inside"));
        }
        let Ok(text) = fs::read_to_string(path) else { continue };
        let lines = text.lines().count();
        let by_hand = path.extension().is_some_and(|e| e != "toml");
        if by_hand && lines > MAX_LINES && !text.lines().take(3).any(|line| line.contains("do not edit")) {
            problems.push(format!("{shown}: {lines} lines, at most {MAX_LINES} by hand"));
        }
        for (number, line) in text.lines().enumerate() {
            // A name such as Go's empty context is no chore.
            for word in
                forbidden.iter().filter(|w| line.split(*w).next().is_some_and(|h| h != line && !h.ends_with('.')))
            {
                problems.push(format!("{shown}:{}: {word}: do it, or open an issue", number + 1));
            }
        }
    }
    orphans(root, &mut problems)?;
    if problems.is_empty() {
        return Ok(());
    }
    bail!("{} things are untidy:\n{}", problems.len(), problems.join("\n"))
}

fn orphans(root: &Path, problems: &mut Vec<String>) -> Result<()> {
    let entries = rules::all(root)?;
    let slugs: BTreeSet<&str> = entries.iter().map(|entry| entry.slug.as_str()).collect();
    for entry in &entries {
        if !entry.folder.join("rule.md").is_file() {
            problems.push(format!("rules/{}/{}: no rule.md", entry.group, entry.module));
        }
        if !root.join("fixtures").join(&entry.slug).is_dir() {
            problems.push(format!("fixtures/{}: missing", entry.slug));
        }
        let lines = fs::read_to_string(entry.folder.join("mod.rs"))?.lines().count();
        if lines > MAX_RULE_LINES {
            problems.push(format!("rules/{}/{}: {lines} lines, at most {MAX_RULE_LINES}", entry.group, entry.module));
        }
    }
    if let Ok(read) = fs::read_dir(root.join("fixtures")) {
        for path in read.filter_map(|entry| entry.ok().map(|e| e.path())).filter(|path| path.is_dir()) {
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            if !slugs.contains(name) && !OTHER_FIXTURES.contains(&name) {
                problems.push(format!("fixtures/{name}: no such rule"));
            }
        }
    }
    Ok(())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let skipped = SKIPPED.contains(&name) || name.starts_with("target-");
        if path.is_dir() && !path.is_symlink() && !skipped {
            walk(&path, files)?;
        } else if path.is_file() && path.extension().is_some_and(|e| ["rs", "md", "toml"].iter().any(|x| e == *x)) {
            files.push(path);
        }
    }
    Ok(())
}
