//! What the folders say of the rules.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of `rules/` that hold rules, and how the code and people call them.
pub(crate) const GROUPS: [(&str, &str, &str); 6] = [
    ("acquire", "Acquire", "Taking the lock"),
    ("release", "Release", "Giving it back"),
    ("renew", "Renew", "Keeping it alive"),
    ("fence", "Fence", "Writing under it"),
    ("single_flight", "SingleFlight", "Single-flight and cache fill"),
    ("waiters", "Waiters", "Waiting for it"),
];

/// One rule, as its folder tells it.
pub(crate) struct Entry {
    pub(crate) group: &'static str,
    pub(crate) module: String,
    pub(crate) slug: String,
    pub(crate) folder: PathBuf,
}

impl Entry {
    /// The text between `name: "` and the next quote in `mod.rs`.
    pub(crate) fn text(&self, name: &str) -> Result<String> {
        let path = self.folder.join("mod.rs");
        let source = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let start = format!("{name}: \"");
        let rest = source.split_once(start.as_str()).with_context(|| format!("{}: no {name}", path.display()))?.1;
        let mut text = String::new();
        let mut chars = rest.chars();
        while let Some(c) = chars.next() {
            match c {
                '"' => return Ok(text),
                '\\' => text.extend(chars.next()),
                c => text.push(c),
            }
        }
        bail!("{}: {name} does not end", path.display())
    }

    /// The bare word after `name: ` in `mod.rs`.
    pub(crate) fn word(&self, name: &str) -> Result<String> {
        let path = self.folder.join("mod.rs");
        let source = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let start = format!(" {name}: ");
        let rest = source.split_once(start.as_str()).with_context(|| format!("{}: no {name}", path.display()))?.1;
        Ok(rest.chars().take_while(|c| c.is_alphanumeric()).collect())
    }
}

/// Every folder of a rule, by group and name.
pub(crate) fn all(root: &Path) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (group, ..) in GROUPS {
        let folder = root.join("rules").join(group);
        let mut names: Vec<PathBuf> = match fs::read_dir(&folder) {
            Ok(read) => read.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?,
            Err(_) => continue,
        };
        names.sort();
        for folder in names.into_iter().filter(|path| path.is_dir()) {
            let module =
                folder.file_name().and_then(|n| n.to_str()).context("a rule's folder is not UTF-8")?.to_owned();
            let entry = Entry { group, slug: module.replace('_', "-"), module, folder };
            if entry.text("slug")? != entry.slug {
                bail!("{}: the slug is not the folder's name", entry.folder.display());
            }
            entries.push(entry);
        }
    }
    Ok(entries)
}
