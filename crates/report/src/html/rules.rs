//! The pages of the rules that found something, once each.

use super::escape::text;
use crate::report::{Report, RuleInfo};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use std::collections::BTreeSet;

/// The pages.
pub(super) fn pages(report: &Report<'_>) -> String {
    let found: BTreeSet<&str> = report.shown().map(|entry| entry.finding.rule).collect();
    let page = |rule: &RuleInfo| {
        format!(
            "<details class=\"page\" id=\"rule-{0}\"><summary><b>{0}</b> {1}</summary><div class=\"prose\">{2}\
             <p><a href=\"{3}\" rel=\"noreferrer\">This page on the web</a></p></div></details>",
            text(rule.slug),
            super::escape::prose(rule.summary),
            rendered(rule.docs),
            text(&rule.uri),
        )
    };
    let pages: String = report.rules.iter().filter(|rule| found.contains(rule.slug)).map(page).collect();
    if pages.is_empty() {
        return String::new();
    }
    format!("<section class=\"rules\"><h2 id=\"rules\">Rules</h2>{pages}</section>")
}

/// Markdown as markup: no HTML of its own, no pictures, and links only to the web.
fn rendered(docs: &str) -> String {
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(docs, Options::ENABLE_TABLES).filter_map(allowed));
    out
}

fn allowed(event: Event<'_>) -> Option<Event<'_>> {
    Some(match event {
        Event::Html(_) | Event::InlineHtml(_) => return None,
        Event::Start(Tag::HtmlBlock | Tag::Image { .. }) | Event::End(TagEnd::HtmlBlock | TagEnd::Image) => {
            return None;
        }
        Event::Text(words) => Event::Text(clean(words)),
        Event::Code(words) => Event::Code(clean(words)),
        // The page's own headings go down to h2: a rule's page begins below.
        Event::Start(Tag::Heading { level, .. }) => {
            Event::Start(Tag::Heading { level: below(level), id: None, classes: Vec::new(), attrs: Vec::new() })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let web = dest_url.starts_with("https://") || dest_url.starts_with("http://");
            let dest_url = if web { dest_url } else { CowStr::Borrowed("#rules") };
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        other => other,
    })
}

fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

/// Lines of a block stay lines.
fn clean(words: CowStr<'_>) -> CowStr<'_> {
    let line = |line: &str| line.split('\t').map(crate::clean).collect::<Vec<_>>().join("\t");
    let cleaned: Vec<String> = words.split('\n').map(line).collect();
    CowStr::from(cleaned.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_brings_no_markup_of_its_own() {
        let out = rendered(
            "# A\n\nB <script>x</script> <b>y</b> ![pic](https://x/y.png) [l](javascript:alert(1)) `<i>\u{202e}`\n\n<div>\n",
        );
        assert!(
            !out.contains("<script") && !out.contains("<b>") && !out.contains("<img") && !out.contains("<div"),
            "{out}"
        );
        assert!(!out.contains("javascript:") && out.contains("<h3>A</h3>"), "{out}");
        assert!(out.contains("<code>&lt;i&gt;\u{fffd}</code>"), "{out}");
    }
}
