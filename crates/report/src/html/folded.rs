//! What is there and not told at length: known, suppressed and gone findings.

use super::escape::{prose, text};
use crate::report::{Entry, Report, Standing};
use crate::text::counted;

/// Sections that are folded away, each with its count.
pub(super) fn sections(report: &Report<'_>) -> String {
    let known: Vec<&Entry> =
        report.entries.iter().filter(|e| e.finding.suppressed.is_none() && e.standing == Standing::Known).collect();
    let suppressed: Vec<&Entry> = report.entries.iter().filter(|e| e.finding.suppressed.is_some()).collect();
    let row = |entry: &&Entry| {
        let f = &entry.finding;
        let at = report.sources.start(f.primary);
        let why = match f.suppressed.as_deref().map(str::trim) {
            Some(reason) if !reason.is_empty() => format!(" <span class=\"why\">because: {}</span>", text(reason)),
            _ => String::new(),
        };
        item(f.rule, report.sources.path(f.primary), at.line, &f.message, &why)
    };
    let gone = report.gone.iter().map(|g| item(&g.rule, &g.path, g.line, &g.message, ""));
    [
        folded("known", "known from the baseline", known.len(), known.iter().map(row).collect()),
        folded("suppressed", "suppressed by comments", suppressed.len(), suppressed.iter().map(row).collect()),
        folded("gone", "gone since the baseline", report.gone.len(), gone.collect()),
    ]
    .concat()
}

fn folded(id: &str, name: &str, count: usize, rows: String) -> String {
    if count == 0 {
        return String::new();
    }
    let head = counted(count, "finding");
    format!("<details class=\"folded\" id=\"{id}\"><summary>{head} {name}</summary><ul>{rows}</ul></details>")
}

fn item(rule: &str, path: &str, line: u32, message: &str, more: &str) -> String {
    format!("<li><code>{}:{line}</code> <b>{}</b> {}{more}</li>", text(path), text(rule), prose(message))
}
