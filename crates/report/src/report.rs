//! What every output format is made from.

use crate::finding::{Finding, Level};
use crate::fingerprint::Marks;
use crate::fix::Fix;
use dogpile_source::{SourceMap, Span};

/// A finding with the name that survives line moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The finding.
    pub finding: Finding,
    /// See [`crate::fingerprints`].
    pub fingerprint: String,
    /// What a baseline knows it by.
    pub marks: Marks,
    /// Whether it was there before.
    pub standing: Standing,
    /// What would take it away, the best first.
    pub fixes: Vec<Fix>,
}

impl Entry {
    /// A finding that was compared with nothing and that nobody can fix.
    #[must_use]
    pub fn new(finding: Finding, fingerprint: String) -> Self {
        Self { finding, fingerprint, marks: Marks::default(), standing: Standing::default(), fixes: Vec::new() }
    }

    /// The fix that is offered first, if it changes anything.
    #[must_use]
    pub fn best_fix(&self) -> Option<&Fix> {
        self.fixes.iter().find(|fix| !fix.edits.is_empty())
    }

    /// Whether people are told of it, and a run fails for it.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.finding.suppressed.is_none() && self.standing != Standing::Known
    }
}

/// Where a finding stands against a baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// There is no baseline.
    #[default]
    NotCompared,
    /// The baseline does not have it.
    New,
    /// The baseline has it: it is kept in reports for programs, and fails no run.
    Known,
}

impl Standing {
    /// Its name in output; none where nothing was compared.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::NotCompared => None,
            Self::New => Some("new"),
            Self::Known => Some("known"),
        }
    }
}

/// A finding that a baseline has and the code has no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Its rule.
    pub rule: String,
    /// Its name.
    pub fingerprint: String,
    /// Where it was when the baseline was written.
    pub path: String,
    /// The line that it was in, from 1.
    pub line: u32,
    /// What it said.
    pub message: String,
}

/// Something that kept code from being analysed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it is reported; empty where no single file is to blame.
    pub path: String,
    /// Where in it, if it was read at all.
    pub span: Option<Span>,
    /// What became of the file.
    pub kind: ProblemKind,
    /// Short name of the reason, for counting: `not UTF-8`, `too large`, `syntax`.
    pub reason: String,
    /// What is wrong, for people.
    pub message: String,
}

impl Problem {
    /// A file that was left out: a short reason, and what is wrong.
    #[must_use]
    pub fn left_out(path: impl Into<String>, reason: impl Into<String>, message: impl Into<String>) -> Self {
        let (path, reason, message) = (path.into(), reason.into(), message.into());
        Self { path, span: None, kind: ProblemKind::NotAnalysed, reason, message }
    }
}

/// What a problem did to its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// The file was left out.
    NotAnalysed,
    /// A part of it was not understood.
    Partial,
    /// A fault of the program itself.
    Bug,
}

impl ProblemKind {
    /// Its name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotAnalysed => "not-analysed",
            Self::Partial => "partial",
            Self::Bug => "bug",
        }
    }
}

/// How much of the code was translated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Translation {
    /// Statements in the files that were parsed.
    pub statements: u64,
    /// Those of them that are opaque, wholly or in part.
    pub opaque: u64,
}

impl Translation {
    /// Opaque statements in percent.
    #[must_use]
    pub fn opaque_percent(self) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        if self.statements == 0 { 0.0 } else { self.opaque as f64 * 100.0 / self.statements as f64 }
    }
}

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Source files of our languages among the paths.
    pub files_seen: usize,
    /// Files that were parsed; the others hold nothing that matters.
    pub files_analysed: usize,
    /// Files with a lock, flight or cache miss.
    pub files_with_locks: usize,
    /// Lock sessions.
    pub lock_sessions: usize,
    /// Generated files left out.
    pub skipped_generated: usize,
    /// Test files left out.
    pub skipped_tests: usize,
    /// Findings not shown: not sure enough, or below the level asked for.
    pub hidden: usize,
    /// Findings not shown: nothing changed on their locks.
    pub unchanged: usize,
    /// Functions with too many paths to follow each to its end.
    pub cut: usize,
    /// How much was translated, where somebody asked for it.
    pub translation: Option<Translation>,
}

/// Who reports.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Where to read more.
    pub uri: &'static str,
}

/// A rule, as far as a reader of a report wants to know.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// Its slug.
    pub slug: &'static str,
    /// The part of the lifecycle it looks at.
    pub group: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Its page, in Markdown.
    pub docs: &'static str,
    /// The level it has in this run.
    pub level: Level,
    /// Address of its page.
    pub uri: String,
}

/// A whole report.
#[derive(Clone, Copy, Debug)]
pub struct Report<'r> {
    /// Who reports.
    pub tool: Tool,
    /// Every rule, also those that found nothing.
    pub rules: &'r [RuleInfo],
    /// Findings in source order, suppressed ones included.
    pub entries: &'r [Entry],
    /// What a baseline has and the code has no more.
    pub gone: &'r [Gone],
    /// What kept code from being analysed.
    pub problems: &'r [Problem],
    /// Counts.
    pub summary: Summary,
    /// The texts that spans point into.
    pub sources: &'r SourceMap,
    /// Absolute path, with `/` between parts, of the folder that relative paths start from.
    pub root: &'r str,
}

impl<'r> Report<'r> {
    /// Findings that are neither suppressed nor known.
    pub fn shown(&self) -> impl Iterator<Item = &'r Entry> + use<'r> {
        self.entries.iter().filter(|e| e.counts())
    }

    /// How many of those there are of a level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.shown().filter(|e| e.finding.level == level).count()
    }

    /// How many findings a comment allows.
    #[must_use]
    pub fn suppressed(&self) -> usize {
        self.entries.iter().filter(|e| e.finding.suppressed.is_some()).count()
    }

    /// How many findings the baseline has, besides those that a comment allows.
    #[must_use]
    pub fn known(&self) -> usize {
        self.entries.iter().filter(|e| e.finding.suppressed.is_none() && e.standing == Standing::Known).count()
    }

    /// The rule of that name.
    pub(crate) fn rule(&self, slug: &str) -> Option<&'r RuleInfo> {
        self.rules.iter().find(|rule| rule.slug == slug)
    }

    /// Files that were left out.
    #[must_use]
    pub fn not_analysed(&self) -> usize {
        self.problems.iter().filter(|p| p.kind == ProblemKind::NotAnalysed).count()
    }
}
