//! One line a finding, for people and for editors that read such lines.

use crate::clean::clean;
use crate::report::Report;
use std::fmt::Write as _;

/// `path:line:col: level[rule] message`, a line for each finding that counts.
#[must_use]
pub fn to_concise(report: &Report<'_>) -> String {
    let mut out = String::new();
    for entry in report.shown() {
        let finding = &entry.finding;
        let at = report.sources.start(finding.primary);
        let (path, level) = (clean(report.sources.path(finding.primary)), finding.level.name());
        // The log of a GitHub job takes lines that begin so for commands.
        let path = if path.trim_start().starts_with([':', '#']) { format!("./{path}").into() } else { path };
        let (line, column, message) = (at.line, at.column, clean(&finding.message));
        // Written to memory: there is nothing to fail.
        let _ = writeln!(out, "{path}:{line}:{column}: {level}[{}] {message}", finding.rule);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{entries, finding, report, rules, sources, standings};

    #[test]
    fn a_line_each_and_nothing_that_steers() {
        let mut hostile = finding("leaked-lock", 0, 1);
        hostile.message = "two\nlines \x1b[31m".to_owned();
        let (rules, entries, sources) =
            (rules(), entries(vec![finding("leaked-lock", 8, 12), hostile]), sources(&[("a\n.go", "package main\n")]));
        let out = to_concise(&report(&rules, &entries, &[], &sources));
        assert_eq!(
            out,
            "a .go:1:9: error[leaked-lock] a crash here keeps everybody out\n\
             a .go:1:1: error[leaked-lock] two lines \u{241b}[31m\n"
        );
    }

    #[test]
    fn no_name_of_a_file_is_a_command() {
        for name in ["::error::owned", " ##[add-mask]x"] {
            let (rules, entries) = (rules(), entries(vec![finding("leaked-lock", 0, 1)]));
            let sources = sources(&[(name, "x")]);
            let out = to_concise(&report(&rules, &entries, &[], &sources));
            assert!(out.starts_with(&format!("./{name}:1:1: error[leaked-lock]")), "{out}");
        }
    }

    #[test]
    fn what_does_not_count_is_absent() {
        let (rules, entries, sources) = standings();
        assert_eq!(to_concise(&report(&rules, &entries, &[], &sources)).lines().count(), 1);
    }
}
