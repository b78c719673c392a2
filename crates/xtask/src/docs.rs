//! The list of rules in README.md, between its markers.

use crate::{rules, write_or_check};
use anyhow::{Context, Result};
use std::fmt::Write;
use std::path::Path;

const BEGIN: &str = "<!-- rules:begin -->";
const END: &str = "<!-- rules:end -->";

pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    let path = root.join("README.md");
    let readme = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let missing = || format!("README.md has no {BEGIN} … {END}");
    let (head, rest) = readme.split_once(BEGIN).with_context(missing)?;
    let (_, tail) = rest.split_once(END).with_context(missing)?;
    write_or_check(&path, &format!("{head}{BEGIN}\n{}{END}{tail}", table(root)?), check)
}

fn table(root: &Path) -> Result<String> {
    let entries = rules::all(root)?;
    let mut text = String::new();
    for (group, _, title) in rules::GROUPS {
        let mut of_group = entries.iter().filter(|entry| entry.group == group).peekable();
        if of_group.peek().is_none() {
            continue;
        }
        writeln!(text, "\n**{title}**\n\n| rule | level | what it finds |\n|---|---|---|")?;
        for entry in of_group {
            let (level, summary) = (entry.word("level")?.to_lowercase(), entry.text("summary")?);
            writeln!(text, "| [{0}](rules/{group}/{1}/rule.md) | {level} | {summary} |", entry.slug, entry.module)?;
        }
    }
    text.push('\n');
    Ok(text)
}
