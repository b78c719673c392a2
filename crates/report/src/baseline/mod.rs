//! Findings that somebody knows of already, and what is still there of them.
//!
//! Pure text: where a baseline lies is the program's business.

mod compare;
mod file;

pub use file::BaselineError;

use crate::report::{Entry, Gone};
use dogpile_source::SourceMap;
use serde::{Deserialize, Serialize};

/// Findings that fail no run any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// In the order of the file.
    pub findings: Vec<KnownFinding>,
}

/// One of them: a line of the file, what people look for first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFinding {
    /// Its rule.
    pub rule: String,
    /// Its file, from the baseline's folder, with `/` between parts.
    pub path: String,
    /// The line that it stood in when it was written down, from 1. Nothing is looked up by it.
    pub line: u32,
    /// Its function, without the package.
    #[serde(default)]
    pub function: String,
    /// What it is about: the lock's key, mostly.
    #[serde(default)]
    pub subject: String,
    /// What it said.
    pub message: String,
    /// See [`crate::Marks::story`].
    pub fingerprint: String,
    /// See [`crate::Marks::text`].
    pub text: String,
}

impl KnownFinding {
    /// A finding as a baseline writes it down; `path` as there.
    #[must_use]
    pub fn of(entry: &Entry, path: String, sources: &SourceMap) -> Self {
        Self {
            rule: entry.finding.rule.to_owned(),
            path,
            line: sources.start(entry.finding.primary).line,
            function: entry.marks.function.clone(),
            subject: entry.finding.subject.clone(),
            message: entry.finding.message.clone(),
            fingerprint: entry.marks.story.clone(),
            text: entry.marks.text.clone(),
        }
    }

    /// What to tell of it once it is gone.
    #[must_use]
    pub fn gone(&self) -> Gone {
        Gone {
            rule: self.rule.clone(),
            fingerprint: self.fingerprint.clone(),
            path: self.path.clone(),
            line: self.line,
            message: self.message.clone(),
        }
    }

    /// Whether it says the same but for its line.
    fn is_like(&self, other: &Self) -> bool {
        *self == Self { line: self.line, ..other.clone() }
    }
}

impl Baseline {
    /// For each finding the entry that knows it. Each entry knows one, and the surest match goes first: the findings of
    /// the first list before those of the second.
    #[must_use]
    pub fn compare(&self, found: &[KnownFinding], then: &[KnownFinding]) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
        let mut free = vec![true; self.findings.len()];
        let first = compare::compare(&self.findings, &mut free, found);
        let second = compare::compare(&self.findings, &mut free, then);
        (first, second)
    }

    /// These findings as a baseline, each with the entry that knows it, and entries that stay. An entry that says the same
    /// but for its line is left as it was: branches that only move lines do not change it.
    #[must_use]
    pub fn updated(&self, found: Vec<(KnownFinding, Option<usize>)>, kept: impl IntoIterator<Item = usize>) -> Self {
        let entry = |at: usize| self.findings.get(at);
        let of_old = |(new, old): (KnownFinding, Option<usize>)| {
            old.and_then(entry).filter(|old| old.is_like(&new)).cloned().unwrap_or(new)
        };
        let mut findings: Vec<KnownFinding> = found.into_iter().map(of_old).collect();
        findings.extend(kept.into_iter().filter_map(|at| entry(at).cloned()));
        Self { findings }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn known(rule: &str, path: &str, function: &str, text: &str) -> KnownFinding {
        KnownFinding {
            rule: rule.to_owned(),
            path: path.to_owned(),
            line: 3,
            function: function.to_owned(),
            subject: "\"lock:\"".to_owned(),
            message: "it leaks".to_owned(),
            fingerprint: format!("{rule} {function}"),
            text: text.to_owned(),
        }
    }

    #[test]
    fn an_update_leaves_alone_what_only_moved() {
        let before = Baseline { findings: vec![known("a", "x.go", "F", "1"), known("b", "x.go", "G", "2")] };
        let moved = KnownFinding { line: 90, ..before.findings[0].clone() };
        let renamed = KnownFinding { path: "y.go".to_owned(), ..before.findings[1].clone() };
        let after = before.updated(vec![(moved, Some(0)), (renamed.clone(), Some(1))], []);
        assert_eq!(after.findings, [before.findings[0].clone(), renamed]);
        assert_eq!(before.updated(vec![], [1]).findings, before.findings[1..]);
    }
}
