//! The folder, the page and the fixture stubs of a new rule.

use crate::{registry, rules};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

pub(crate) fn run(root: &Path, name: &str) -> Result<()> {
    let (group, slug) = name.split_once('/').context("a rule is named GROUP/SLUG")?;
    let group = group.replace('-', "_");
    let Some((folder, kind, _)) = rules::GROUPS.iter().find(|(folder, ..)| *folder == group) else {
        bail!("no group {group:?}; there are {:?}", rules::GROUPS.map(|(folder, ..)| folder));
    };
    if slug.is_empty() || !slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        bail!("a slug is lower case words with '-' between them, not {slug:?}");
    }
    let module = slug.replace('-', "_");
    let home = root.join("rules").join(folder).join(&module);
    if home.exists() {
        bail!("{} is there already", home.display());
    }
    let package: String = slug.chars().filter(|c| *c != '-').collect();
    write(&home.join("mod.rs"), &source(slug, kind))?;
    write(&home.join("rule.md"), &page(slug))?;
    let fixtures = root.join("fixtures").join(slug);
    write(&fixtures.join("direct.go"), &format!("package {package}\n"))?;
    write(&fixtures.join("ok_silent.go"), &format!("package {package}\n"))?;
    changelog(&root.join("CHANGELOG.md"), slug)?;
    registry::run(root, false)
}

fn write(path: &Path, text: &str) -> Result<()> {
    let parent = path.parent().context("a file without a folder")?;
    fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(())
}

fn source(slug: &str, kind: &str) -> String {
    format!(
        r#"//! One line: what is wrong.

use crate::prelude::*;

rule! {{
    slug: "{slug}", group: {kind}, level: Warning, since: "{}",
    summary: "one line for lists",
    check: Lock(check),
    claims: [Claim::of(Invariant::MutualExclusion)],
}}

fn check(lock: &Lock, out: &mut Out<'_>) {{
    let draft = Draft::at_call(&lock.acquire.site, Level::Off, "what will happen").of_lock(lock);
    out.report(draft);
}}
"#,
        env!("CARGO_PKG_VERSION")
    )
}

fn page(slug: &str) -> String {
    let sections = ["What it does", "Why it matters", "Bad", "Good", "When to ignore it", "Seen in the wild"];
    let mut text = format!("# {slug}\n");
    for section in sections {
        text.push_str(&format!("\n## {section}\n"));
        if matches!(section, "Bad" | "Good") {
            text.push_str("\n### Go\n```go\n```\n\n### TypeScript\n```ts\n```\n\n### Rust\n```rust\n```\n");
        }
    }
    text
}

/// One line under the topmost heading of the second level.
fn changelog(path: &Path, slug: &str) -> Result<()> {
    let now = fs::read_to_string(path).unwrap_or_else(|_| "# Changelog\n\n## Unreleased\n".to_owned());
    let heading = now.find("\n## ").map_or(now.len(), |at| at + 1);
    let end = now[heading..].find('\n').map_or(now.len(), |length| heading + length + 1);
    let (head, tail) = now.split_at(end);
    write(path, &format!("{head}\n- New rule `{slug}`.\n{}", tail.trim_start_matches('\n')))
}
