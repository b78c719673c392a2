//! `dogpile-lint explain`: the page of a rule.

use crate::exit::Exit;
use crate::meta_rules::{Listed, listed};
use crate::output::write;
use crate::suggest::did_you_mean;
use anyhow::bail;
use clap::{Args, ValueEnum};
use serde::Serialize;

/// Arguments of `explain`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The rule, as it stands in brackets behind a finding's level
    #[arg(value_name = "RULE")]
    pub slug: Option<String>,
    /// Form of the page
    #[arg(long, value_enum, default_value_t)]
    pub format: PageFormat,
}

/// Forms of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PageFormat {
    /// For people at a terminal.
    #[default]
    Text,
    /// As it is written.
    Markdown,
    /// One object: the page with what `rules` tells.
    Json,
}

#[derive(Serialize)]
struct PageOut<'p> {
    slug: &'p str,
    group: &'p str,
    level: &'p str,
    since: &'p str,
    summary: &'p str,
    uri: &'p str,
    markdown: &'p str,
}

/// Prints a rule's page.
///
/// # Errors
/// When there is no such rule.
pub(crate) fn explain(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let Some(slug) = &args.slug else {
        bail!("explain which rule? type `dogpile-lint explain leaked-lock`, say; `dogpile-lint rules` lists them all");
    };
    write(&page_of(slug, args.format)?, None)?;
    Ok(Exit::Clean)
}

/// The page of a rule.
///
/// # Errors
/// When there is no such rule.
pub(crate) fn page_of(slug: &str, format: PageFormat) -> anyhow::Result<String> {
    let rules = listed();
    let Some(rule) = rules.iter().find(|rule| rule.info.slug == slug) else {
        let slugs: Vec<&str> = rules.iter().map(|rule| rule.info.slug).collect();
        let meant = did_you_mean(slug, &slugs);
        let end = if meant.ends_with('?') { "" } else { ";" };
        bail!("there is no rule `{slug}`{meant}{end} `dogpile-lint rules` lists them all");
    };
    page(rule, format)
}

fn page(rule: &Listed, format: PageFormat) -> anyhow::Result<String> {
    let Listed { info, since } = rule;
    let docs = info.docs.trim_end();
    Ok(match format {
        PageFormat::Text => format!("{}\n\nlevel: {} · since: {since}\n", plain(docs), info.level.name()),
        PageFormat::Markdown => format!("{docs}\n"),
        PageFormat::Json => {
            let out = PageOut {
                slug: info.slug,
                group: info.group,
                level: info.level.name(),
                since,
                summary: info.summary,
                uri: &info.uri,
                markdown: docs,
            };
            serde_json::to_string_pretty(&out)? + "\n"
        }
    })
}

/// Markdown as text: headings stand out, code is indented, links keep their words.
fn plain(markdown: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut in_code = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            // The language tells nothing that the code does not.
            continue;
        }
        if in_code {
            lines.push(format!("    {line}").trim_end().to_owned());
            continue;
        }
        let heading = line.trim_start_matches('#');
        match line.len() - heading.len() {
            0 => lines.push(words_of_links(line)),
            level @ (1 | 2) => {
                let heading = heading.trim();
                lines.push(heading.to_owned());
                lines.push(if level == 1 { "=" } else { "-" }.repeat(heading.chars().count()));
            }
            _ => lines.push(format!("{}:", heading.trim())),
        }
    }
    lines.join("\n")
}

/// `[words](address)` → `words`.
fn words_of_links(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(open) = rest.find('[') {
        let Some((words, after)) = rest[open + 1..].split_once("](") else { break };
        let Some((_, behind)) = after.split_once(')') else { break };
        if words.contains(['[', ']']) {
            break;
        }
        text.push_str(&rest[..open]);
        text.push_str(words);
        rest = behind;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_well_without_markup() {
        let text = plain("# a-rule\n\nsee [this](x.md) and a[0]\n\n## Bad\n### Go\n```go\nx := 1\n\n```\n");
        assert_eq!(text, "a-rule\n======\n\nsee this and a[0]\n\nBad\n---\nGo:\n    x := 1\n");
    }
}
