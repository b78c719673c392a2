//! Workflow commands, which GitHub shows as annotations beside the lines of a pull request.
//!
//! `::error file=a.go,line=1,endLine=1,col=2,endColumn=5,title=dogpile-lint (leaked-lock)::message`. Values of properties
//! have `%`, carriage returns, line feeds, `:` and `,` escaped; the message has the first three.

use crate::clean::clean;
use crate::finding::Level;
use crate::places::inside;
use crate::report::{Entry, Report};

/// An annotation for each finding that counts.
#[must_use]
pub fn to_github(report: &Report<'_>) -> String {
    report.shown().map(|entry| annotation(report, entry)).collect()
}

fn annotation(report: &Report<'_>, entry: &Entry) -> String {
    let finding = &entry.finding;
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note | Level::Off => "notice",
    };
    let (start, end) = (report.sources.start(finding.primary), report.sources.end(finding.primary));
    let path = inside(report.sources.path(finding.primary), report.root);
    let mut place = format!("file={},line={},endLine={}", property(path), start.line, end.line);
    // Columns are refused where an annotation spans lines.
    if start.line == end.line {
        place.push_str(&format!(",col={},endColumn={}", start.column, end.column));
    }
    let title = property(&format!("{} ({})", report.tool.name, finding.rule));
    let mut lines = vec![clean(&finding.message).into_owned()];
    lines.extend(finding.told().map(|(head, text)| format!("{head}: {}", clean(text))));
    format!("::{command} {place},title={title}::{}\n", data(&lines.join("\n")))
}

fn property(text: &str) -> String {
    data(&clean(text)).replace(':', "%3A").replace(',', "%2C")
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{entries, finding, report, rules, sources, standings};

    #[test]
    fn all_that_means_something_is_escaped() {
        let mut f = finding("leaked-lock", 8, 12);
        f.message = "100% of \"a,b:c\"\r\n::error::owned\x1b".to_owned();
        f.help = None;
        let (rules, entries, sources) =
            (rules(), entries(vec![f]), sources(&[("/home/me/app/a,b:c%.go", "package main\n")]));
        let out = to_github(&report(&rules, &entries, &[], &sources));
        assert_eq!(
            out,
            "::error file=a%2Cb%3Ac%25.go,line=1,endLine=1,col=9,endColumn=13,title=dogpile-lint (leaked-lock)::\
             100%25 of \"a,b:c\"  ::error::owned\u{241b}%0Anote: A takes it and dies; B waits for ever\n"
        );
    }

    #[test]
    fn no_columns_over_several_lines() {
        let (rules, entries, sources) = standings();
        let out = to_github(&report(&rules, &entries, &[], &sources));
        assert_eq!(out.lines().count(), 1, "{out}");
        assert!(out.starts_with("::error file=a.go,line=1,endLine=2,title="), "{out}");
    }
}
