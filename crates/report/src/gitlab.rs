//! GitLab's code quality report: the part of the Code Climate format that it reads.

use crate::clean::{clean, json_text};
use crate::finding::Level;
use crate::places::inside;
use crate::report::{Entry, Report};
use serde::Serialize;

/// An array of the findings that count.
#[must_use]
pub fn to_gitlab(report: &Report<'_>) -> String {
    json_text(&report.shown().map(|entry| issue(report, entry)).collect::<Vec<_>>())
}

#[derive(Serialize)]
struct Issue<'r> {
    description: String,
    check_name: &'r str,
    fingerprint: &'r str,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

fn issue<'r>(report: &Report<'r>, entry: &'r Entry) -> Issue<'r> {
    let finding = &entry.finding;
    let (start, end) = (report.sources.start(finding.primary), report.sources.end(finding.primary));
    Issue {
        description: clean(&finding.message).into_owned(),
        check_name: finding.rule,
        fingerprint: &entry.fingerprint,
        severity: match finding.level {
            Level::Error => "critical",
            Level::Warning => "major",
            Level::Note | Level::Off => "info",
        },
        location: Location {
            path: clean(inside(report.sources.path(finding.primary), report.root)).into_owned(),
            lines: Lines { begin: start.line, end: end.line },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{report, standings};
    use serde_json::{Value, json};

    #[test]
    fn what_gitlab_reads_is_there() {
        let (rules, entries, sources) = standings();
        let out: Value = serde_json::from_str(&to_gitlab(&report(&rules, &entries, &[], &sources))).expect("JSON");
        assert_eq!(
            out,
            json!([{
                "description": "a crash here keeps everybody out",
                "check_name": "leaked-lock",
                "fingerprint": entries[0].fingerprint,
                "severity": "critical",
                "location": { "path": "a.go", "lines": { "begin": 1, "end": 2 } },
            }])
        );
        assert_eq!(to_gitlab(&report(&rules, &[], &[], &sources)), "[]\n");
    }
}
