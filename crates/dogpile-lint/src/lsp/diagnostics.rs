//! Findings as diagnostics.

use super::documents::Documents;
use super::places::{Lines, Rulers, uri_of};
use super::wanted::{Client, Settings};
use crate::meta_rules::UNUSED;
use crate::pipeline::Outcome;
use dogpile_report::Entry;
use dogpile_source::Span;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Who says so.
pub(super) const SOURCE: &str = "dogpile-lint";
/// `DiagnosticTag.Unnecessary`: shown faded.
const UNNECESSARY: u8 = 1;

/// What was found, and how it is told.
#[derive(Clone, Copy)]
pub(super) struct View<'v> {
    pub(super) projects: &'v [(PathBuf, Arc<Outcome>)],
    pub(super) documents: &'v Documents,
    pub(super) client: &'v Client,
    pub(super) settings: &'v Settings,
    pub(super) rulers: &'v Rulers,
}

/// A finding, and the project that it is of.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'v> {
    pub(super) root: &'v Path,
    pub(super) outcome: &'v Arc<Outcome>,
    pub(super) entry: &'v Entry,
}

impl<'v> At<'v> {
    /// The file that a place is in.
    pub(super) fn path(self, span: Span) -> PathBuf {
        self.root.join(self.outcome.sources.path(span))
    }

    pub(super) fn text(self, span: Span) -> &'v str {
        self.outcome.sources.get(span.file).map_or("", |file| &file.text)
    }
}

impl<'v> View<'v> {
    /// Every finding that people are told of.
    pub(super) fn all(self) -> impl Iterator<Item = At<'v>> {
        self.projects.iter().flat_map(|(root, outcome)| {
            outcome.entries.iter().filter(|entry| entry.counts()).map(move |entry| At { root, outcome, entry })
        })
    }

    /// Those of one file.
    pub(super) fn of(self, path: &'v Path) -> impl Iterator<Item = At<'v>> {
        self.all().filter(move |at| at.path(at.entry.finding.primary) == path)
    }

    /// Diagnostics by file.
    #[must_use]
    pub(super) fn diagnostics(self) -> BTreeMap<PathBuf, Vec<Value>> {
        let mut all: BTreeMap<PathBuf, Vec<Value>> = BTreeMap::new();
        for at in self.all() {
            all.entry(at.path(at.entry.finding.primary)).or_default().push(self.diagnostic(at));
        }
        all
    }

    /// The client's own address of a file, where it has one.
    #[must_use]
    pub(super) fn uri(self, path: &Path) -> String {
        self.documents.get(path).map_or_else(|| uri_of(path), |document| document.uri.clone())
    }

    /// The lines of the file that a place is in.
    #[must_use]
    pub(super) fn lines<'t>(self, at: At<'t>, span: Span) -> Lines<'t> {
        self.rulers.lines(at.text(span), self.client.encoding)
    }

    #[must_use]
    pub(super) fn range(self, at: At<'_>, span: Span) -> Value {
        self.lines(at, span).range(span.start as usize, span.end as usize)
    }

    /// One finding.
    #[must_use]
    pub(super) fn diagnostic(self, at: At<'_>) -> Value {
        let finding = &at.entry.finding;
        let mut message = finding.message.clone();
        if let Some(help) = &finding.help {
            message = format!("{message}\nhelp: {help}");
        }
        let mut out = json!({
            "range": self.range(at, finding.primary),
            "severity": self.settings.severity(finding.level),
            "code": finding.rule,
            "source": SOURCE,
            "message": message,
            "data": { "fingerprint": at.entry.fingerprint },
        });
        if let Some(rule) = at.outcome.rules.iter().find(|rule| rule.slug == finding.rule) {
            out["codeDescription"] = json!({ "href": rule.uri });
        }
        if self.client.related && !finding.labels.is_empty() {
            let related = finding.labels.iter().map(|label| {
                let location = json!({ "uri": self.uri(&at.path(label.span)), "range": self.range(at, label.span) });
                json!({ "location": location, "message": label.text })
            });
            out["relatedInformation"] = related.collect();
        }
        if self.client.tags && finding.rule == UNUSED {
            out["tags"] = json!([UNNECESSARY]);
        }
        out
    }
}
