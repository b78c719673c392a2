//! What lies before whoever writes a fix.

use crate::edit::tidy;
use crate::pattern::{Match, Pattern};
use crate::syntax::{Code, ancestors, descendants};
use dogpile_analysis::lifecycle::{Lifecycles, Lock};
use dogpile_models::{Catalog, RewriteKind, RewriteRow};
use dogpile_report::{Edit, Finding, Fix};
use dogpile_source::{FileId, SourceMap, Span};
use std::rc::Rc;

/// Everything that is known when fixes are written.
pub struct Desk<'d> {
    /// The texts.
    pub sources: &'d SourceMap,
    /// How calls are written.
    pub models: &'d Catalog,
    /// What findings are about.
    pub lifecycles: &'d Lifecycles,
    /// The lease that the configuration gives to locks that have none, ms.
    pub lease_ms: Option<u64>,
    /// The version that a Go file's module asks for, by the file's path: `(1, 21)`.
    pub go_version: &'d dyn Fn(&str) -> Option<(u32, u32)>,
}

/// A fix in the making.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) title: String,
    pub(crate) safe: bool,
    pub(crate) edits: Vec<Edit>,
}

impl Offer {
    pub(crate) fn safe(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self { title: title.into(), safe: true, edits }
    }

    pub(crate) fn unsafe_(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self { title: title.into(), safe: false, edits }
    }

    /// The fix, its edits cut down to what they change. All are of one file. `None`: it changes nothing, or contradicts itself.
    pub(crate) fn finish(self, code: &Code<'_>) -> Option<Fix> {
        let unused = crate::imports::unused(code, &self.edits);
        let edits = tidy(code.text, self.edits.into_iter().chain(unused).collect());
        if crate::scope::orphans(code, &edits) {
            return None;
        }
        let apart = edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start);
        // Lines end as the file's own do.
        let own =
            |text: String| if code.newline() == "\n" { text } else { text.replace("\r\n", "\n").replace('\n', "\r\n") };
        let edits: Vec<Edit> = edits.into_iter().map(|e| Edit { span: e.span, text: own(e.text) }).collect();
        (!edits.is_empty() && apart).then_some(Fix { title: self.title, safe: self.safe, edits })
    }
}

/// A call found in the code, with the row that it fits.
pub(crate) struct Call<'t, 'm> {
    pub(crate) found: Match<'t>,
    pub(crate) from: Rc<Pattern>,
    pub(crate) row: &'m RewriteRow,
}

impl<'d> Desk<'d> {
    pub(crate) fn code(&self, file: FileId) -> Option<Code<'d>> {
        Code::new(file, self.sources.get(file)?)
    }

    /// The lock that a finding is about.
    pub(crate) fn lock(&self, finding: &Finding) -> Option<&'d Lock> {
        self.lifecycles.locks.iter().find(|lock| lock.id == finding.session)
    }

    /// The call at a place that a client's rows of a kind know, with every row that fits it: the widest call first, rows in
    /// their own order.
    pub(crate) fn calls<'t>(&self, code: &'t Code<'_>, client: &str, kind: RewriteKind, span: Span) -> Vec<Call<'t, 'd>>
    where
        'd: 't,
    {
        let Some(covering) = code.covering(span) else { return Vec::new() };
        let rows: Vec<(&RewriteRow, Rc<Pattern>)> = self
            .rows(code, client)
            .into_iter()
            .filter(|row| row.does == kind)
            .filter_map(|row| Some((row, Rc::new(Pattern::new(code.language, &row.from)?))))
            .collect();
        let statement = code.statement(covering);
        let mut around: Vec<_> = ancestors(covering)
            .take_while(|n| !code.is_block(*n) && Some(*n) != statement.and_then(|s| s.parent()))
            .collect();
        around.reverse();
        let inside = descendants(covering).into_iter().skip(1);
        let overlaps =
            |n: &tree_sitter::Node<'_>| n.start_byte() < span.end as usize && (span.start as usize) < n.end_byte();
        let spine = crate::syntax::spine(covering);
        for node in around.into_iter().chain(inside).filter(overlaps).chain(spine) {
            let mut calls = Vec::new();
            for (row, from) in &rows {
                if let Some(found) = from.matches(code, node) {
                    calls.push(Call { found, from: Rc::clone(from), row });
                }
            }
            if !calls.is_empty() {
                return calls;
            }
        }
        Vec::new()
    }

    fn rows(&self, code: &Code<'_>, client: &str) -> Vec<&'d RewriteRow> {
        // The name is only borrowed for the look-up.
        let language = code.language.name();
        let models: &'d Catalog = self.models;
        models.of(language).rewrites_of(language, client)
    }
}
