//! What requests about findings are answered with.

use super::diagnostics::{At, View};
use serde_json::{Value, json};
use std::path::Path;

/// The section of a rule's page that a hover shows.
const SHORT_PART: &str = "What it does";

/// `textDocument/diagnostic`.
#[must_use]
pub(super) fn report(view: View<'_>, path: Option<&Path>) -> Value {
    let items: Vec<Value> = path.into_iter().flat_map(|path| view.of(path)).map(|at| view.diagnostic(at)).collect();
    json!({ "kind": "full", "items": items })
}

/// The findings under a position, primary places first.
#[must_use]
pub(super) fn under<'v>(view: View<'v>, path: &'v Path, position: &Value) -> Vec<At<'v>> {
    let range = json!({ "start": position, "end": position });
    let is_in = |at: &At<'_>| {
        let span = at.entry.finding.primary;
        let place = view.lines(*at, span).bytes(&range).map(|bytes| bytes.start);
        place.is_some_and(|place| span.start as usize <= place && place <= span.end as usize)
    };
    view.of(path).filter(is_in).collect()
}

/// What a hover says of findings; `schedule` gives the lines of a proof, if it is known.
#[must_use]
pub(super) fn hover(view: View<'_>, found: &[At<'_>], schedule: &dyn Fn(At<'_>) -> Option<Vec<String>>) -> Value {
    let Some(first) = found.first() else { return Value::Null };
    let parts: Vec<String> = found.iter().map(|at| told(*at, schedule(*at))).collect();
    let contents = json!({ "kind": "markdown", "value": parts.join("\n\n---\n\n") });
    json!({ "contents": contents, "range": view.range(*first, first.entry.finding.primary) })
}

/// A finding in Markdown.
fn told(at: At<'_>, schedule: Option<Vec<String>>) -> String {
    let finding = &at.entry.finding;
    let rule = at.outcome.rules.iter().find(|rule| rule.slug == finding.rule);
    let name = rule.map_or_else(|| finding.rule.to_owned(), |rule| format!("[{}]({})", rule.slug, rule.uri));
    let mut text = format!("**{}** {name}: {}", finding.level.name(), escaped(&finding.message));
    for (word, line) in finding.told() {
        text.push_str(&format!("\n\n*{word}:* {}", escaped(line)));
    }
    if let Some(short) = rule.and_then(|rule| section(rule.docs, SHORT_PART)) {
        text.push_str(&format!("\n\n{short}"));
    }
    if dogpile_rules::find(finding.rule).is_some() {
        text.push_str(&match schedule {
            Some(lines) if lines.is_empty() => String::new(),
            Some(lines) => format!("\n\n{}", fenced(&lines)),
            None => "\n\n*Its schedule is still being looked for.*".to_owned(),
        });
    }
    text
}

/// A proof as a page of its own.
#[must_use]
pub(super) fn page(at: At<'_>, lines: &[String]) -> String {
    let finding = &at.entry.finding;
    let (path, line) = (at.outcome.sources.path(finding.primary), at.outcome.sources.start(finding.primary).line);
    format!("# {}\n\n{}:{line}: {}\n\n{}\n", finding.rule, escaped(path), escaped(&finding.message), fenced(lines))
}

fn fenced(lines: &[String]) -> String {
    // A fence is longer than any in it.
    let inner = lines.iter().map(|line| line.chars().filter(|c| *c == '`').count()).max().unwrap_or(0);
    let fence = "`".repeat(inner.max(2) + 1);
    format!("{fence}text\n{}\n{fence}", lines.join("\n"))
}

/// Text of the code under analysis has no say in how it is shown.
fn escaped(text: &str) -> String {
    let mut code = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        code ^= c == '`';
        if !code && matches!(c, '*' | '_' | '<' | '[' | ']' | '\\') {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

/// The text of a section of a page.
fn section<'p>(page: &'p str, name: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(&format!("## {name}\n"))?;
    Some(rest.split("\n## ").next().unwrap_or(rest).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_its_short_part() {
        for rule in dogpile_rules::all() {
            assert!(section(rule.docs, SHORT_PART).is_some_and(|text| text.len() > 20), "{}", rule.slug);
        }
    }

    #[test]
    fn code_does_not_change_how_it_is_shown() {
        assert_eq!(escaped("a_b `c_d` <x> [y](z)\n*"), "a\\_b `c_d` \\<x> \\[y\\](z) \\*");
        assert_eq!(fenced(&["a ``` b".to_owned()]), "````text\na ``` b\n````");
    }
}
