//! `rules/src/registry.rs` from the folder names.

use crate::{rules, write_or_check};
use anyhow::{Result, bail};
use std::fmt::Write;
use std::path::Path;

pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    let mut entries = rules::all(root)?;
    for entry in &entries {
        let group = entry.word("group")?;
        if !rules::GROUPS.iter().any(|(folder, name, _)| *folder == entry.group && *name == group) {
            bail!("{}: group {group} is not that of its folder", entry.slug);
        }
    }
    entries.sort_by(|a, b| a.slug.cmp(&b.slug));
    let mut text =
        String::from("//! Every rule. Written by `cargo xtask registry` from the folder names; do not edit.\n\n");
    text.push_str("use crate::rule::Rule;\n\n");
    for entry in &entries {
        writeln!(text, "#[path = \"../{}/{}/mod.rs\"]\nmod {};", entry.group, entry.module, entry.module)?;
    }
    text.push_str("\n/// Every rule, sorted by slug.\npub(crate) static ALL: &[&Rule] = &[\n");
    for entry in &entries {
        writeln!(text, "    &{}::RULE,", entry.module)?;
    }
    text.push_str("];\n");
    write_or_check(&root.join("rules/src/registry.rs"), &text, check)
}
