//! Faults put into clean locks: each the way its rule names it.

mod acquire;
mod beside;
mod outcome;
mod release;
mod repair;
mod words;

pub use repair::repairs;

use crate::edit::{Edit, apply};
use crate::project::{Project, bytes, pointed};
use crate::syntax::{Kind, Language, Node};
use dogpile_analysis::lifecycle::{Class, Lock, Site};
use dogpile_lint::LintResult;
use dogpile_source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A fault to make: the rule that names it, and how it comes into the source.
#[derive(Clone, Copy)]
pub struct Operator {
    /// Slug of the rule that must find it.
    pub rule: &'static str,
    /// What is done, for tables.
    pub what: &'static str,
    make: fn(&Place<'_>) -> Option<Vec<Edit>>,
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.rule, self.what)
    }
}

/// All of them, by rule.
pub const OPERATORS: [Operator; 22] = [
    Operator { rule: "acquire-error-ignored", what: "an error goes on as if it had won", make: outcome::error_ignored },
    Operator { rule: "acquire-result-ignored", what: "the test of the reply goes", make: outcome::result_ignored },
    Operator { rule: "cancelled-release", what: "the release gets the caller's context", make: release::cancelled },
    Operator { rule: "check-then-set-acquire", what: "EXISTS and SET in place of NX", make: acquire::check_then_set },
    Operator { rule: "constant-token", what: "the token is a literal", make: acquire::constant_token },
    Operator { rule: "immortal-renewal", what: "the statement that stops the heartbeat goes", make: beside::immortal },
    Operator { rule: "leaked-lock", what: "a way out before the release", make: release::leaked },
    Operator { rule: "lock-key-is-data-key", what: "the section writes the lock's key", make: beside::data_key },
    Operator { rule: "lock-without-expiry", what: "the TTL goes", make: acquire::without_expiry },
    Operator { rule: "lost-lease-ignored", what: "the test of the renewal goes", make: beside::lost_lease },
    Operator { rule: "nested-acquire", what: "the section takes the lock again", make: beside::nested },
    Operator { rule: "non-atomic-expiry", what: "the TTL comes by EXPIRE", make: acquire::late_expiry },
    Operator {
        rule: "non-atomic-release",
        what: "GET, compare, DEL in place of the script",
        make: release::non_atomic,
    },
    Operator { rule: "release-without-acquire", what: "a DEL before the reply is tested", make: release::unheld },
    Operator { rule: "renewal-too-slow", what: "the interval is twice the lease", make: beside::slow },
    Operator { rule: "ttl-below-p99", what: "the section sleeps three leases", make: beside::long_work },
    Operator { rule: "ttl-unit-mismatch", what: "the lease's unit goes", make: acquire::wrong_unit },
    Operator { rule: "unbounded-wait", what: "losers try for ever", make: outcome::for_ever },
    Operator { rule: "unconditional-release", what: "DEL in place of the script", make: release::plain_del },
    Operator { rule: "unconditional-release", what: "the script forgets to compare", make: release::blind_script },
    Operator { rule: "unconditional-renewal", what: "the script forgets to compare", make: beside::blind_renewal },
    Operator { rule: "work-escapes-lock", what: "nobody waits for the work", make: beside::escapes },
];

/// A lock, and the file that is changed.
pub(crate) struct Place<'p> {
    pub(crate) lock: &'p Lock,
    pub(crate) path: &'p str,
    pub(crate) language: Language,
    pub(crate) text: &'p str,
    pub(crate) tree: &'p Node,
    pub(crate) before: &'p LintResult,
}

impl<'p> Place<'p> {
    pub(crate) fn here(&self, span: Span) -> Option<Range<usize>> {
        (self.before.sources.path(span) == self.path).then(|| bytes(span))
    }

    pub(crate) fn say(&self, node: &Node) -> &'p str {
        node.text(self.text)
    }

    /// The call at a site, in this file.
    pub(crate) fn call(&self, site: &Site) -> Option<&'p Node> {
        let span = self.here(site.span)?;
        self.tree.around(&span, Kind::Call)
    }

    /// The call that stands for a site in the function that owns the session.
    pub(crate) fn outer_call(&self, site: &Site) -> Option<&'p Node> {
        let span = self.here(site.outer())?;
        self.tree.around(&span, Kind::Call)
    }

    /// The statement around a node, and its block.
    pub(crate) fn statement(&self, node: &Node) -> Option<(&'p Node, &'p Node)> {
        self.tree.statement(&node.span)
    }

    /// The statement that does the first work of the section, in the function that takes the lock by itself.
    pub(crate) fn work(&self) -> Option<&'p Node> {
        let span = self.here(self.lock.section.work?)?;
        let taken = self.here(self.lock.acquire.site.outer())?;
        let statement = self.tree.statement(&span)?.1;
        let same = self.tree.function(&span)?.span == self.tree.function(&taken)?.span;
        (same && statement.span.start > taken.start).then_some(statement)
    }

    /// Whether names that a node uses mean the same at another: no function around the first ends before the second.
    pub(crate) fn sees(&self, used: &Node, at: &Node) -> bool {
        let path = self.tree.path(&used.span);
        let inner = path.iter().rev().find(|n| matches!(n.kind, Kind::Function | Kind::Closure));
        inner.is_none_or(|f| f.span.start <= at.span.start && at.span.end <= f.span.end)
    }

    /// The spaces before a node in its line.
    pub(crate) fn indent(&self, node: &Node) -> &'p str {
        let before = &self.text[..node.span.start];
        let line = &before[before.rfind('\n').map_or(0, |n| n + 1)..];
        &line[..line.len() - line.trim_start().len()]
    }
}

/// One mutant.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// What was done.
    pub operator: Operator,
    /// In what language.
    pub language: Language,
    /// Which file changed.
    pub path: String,
    /// Its text now.
    pub text: String,
    /// The function that the lock is seen from.
    pub function: String,
}

/// All mutants of a project's clean locks.
#[must_use]
pub fn mutants(project: &Project, before: &LintResult) -> Vec<Mutant> {
    let mut all = Vec::new();
    let mut seen: BTreeSet<(usize, String, String)> = BTreeSet::new();
    for (number, operator) in OPERATORS.iter().enumerate() {
        for lock in before.lifecycles.locks.iter().filter(|lock| lock.class == Class::Lock) {
            if !clean(operator.rule, lock, before) {
                continue;
            }
            for path in files(lock, before) {
                let Some((language, text, tree)) = project.tree(&path) else { continue };
                let place = Place { lock, path: &path, language, text, tree: &tree, before };
                let Some(edits) = (operator.make)(&place) else { continue };
                let Some(changed) = apply(text, &edits).filter(|changed| changed != text) else { continue };
                let parses = crate::syntax::parse(language, &path, &changed).is_some();
                if parses && seen.insert((number, path.clone(), changed.clone())) {
                    let function = lock.acquire.site.root.clone();
                    all.push(Mutant { operator: *operator, language, path: path.clone(), text: changed, function });
                }
            }
        }
    }
    all
}

/// Nothing was found at this lock by the rule: neither in its session nor where it is taken or released.
fn clean(rule: &str, lock: &Lock, before: &LintResult) -> bool {
    let places: Vec<Span> = lock.releases.iter().map(|r| r.site.span).chain([lock.acquire.site.span]).collect();
    !before.findings.iter().any(|f| {
        let told = f.session == lock.id || places.contains(&f.primary) || f.function == lock.acquire.site.root;
        f.rule == rule && told
    })
}

fn files(lock: &Lock, before: &LintResult) -> BTreeSet<String> {
    let sites = [lock.acquire.site.span, lock.acquire.site.outer()];
    let others = lock.releases.iter().filter(|r| r.same_session).flat_map(|r| [r.site.span, r.site.outer()]);
    let beats = lock.renewals.iter().filter(|r| r.same_session).flat_map(|r| [r.site.span, r.beat]);
    let spans = sites.into_iter().chain(others).chain(beats);
    spans.map(|span| before.sources.path(span).to_owned()).collect()
}

/// Whether the rule says more than before.
#[must_use]
pub fn killed(mutant: &Mutant, before: &LintResult, after: &LintResult) -> bool {
    let said = |result: &LintResult| {
        let mut all: BTreeMap<String, usize> = BTreeMap::new();
        for finding in result.findings.iter().filter(|f| f.rule == mutant.operator.rule) {
            *all.entry(format!("{} {} {}", finding.function, finding.level.name(), pointed(result, finding)))
                .or_default() += 1;
        }
        all
    };
    let (old, new) = (said(before), said(after));
    new.iter().any(|(key, count)| old.get(key).copied().unwrap_or_default() < *count)
}
