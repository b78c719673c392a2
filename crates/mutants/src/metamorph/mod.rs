//! Changes that mean nothing: the findings must stay what they are, wherever they stand now.

mod constants;
mod helper;
mod order;
mod rename;
mod split;

use crate::edit::apply;
use crate::project::{Project, pointed};
use crate::syntax::Language;
use dogpile_lint::LintResult;
use dogpile_report::{Finding, Level};
use std::collections::BTreeMap;

/// What is put behind every name that is made here, so that it can be taken away again where findings are compared.
pub(crate) const MARK: &str = "Zq";
/// The comment that is put everywhere.
pub(crate) const NOTE: &str = "// nothing is said here";

/// A change that means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Morph {
    /// Locals and parameters get other names.
    RenameLocals,
    /// Functions stand in the opposite order.
    ReorderFunctions,
    /// Comments and empty lines between statements.
    AddComments,
    /// Half of the functions move to a second file.
    SplitFile,
    /// A function that sends a lock's command hands all it has on to another, which does the work.
    Delegate,
    /// The one call that sends a lock's command moves to a function of its own.
    WrapCall,
    /// The lease's number moves to another package or module.
    MoveConstant,
}

impl Morph {
    /// In the order of tables.
    pub const ALL: [Self; 7] = [
        Self::RenameLocals,
        Self::ReorderFunctions,
        Self::AddComments,
        Self::SplitFile,
        Self::Delegate,
        Self::WrapCall,
        Self::MoveConstant,
    ];

    /// For tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RenameLocals => "rename locals",
            Self::ReorderFunctions => "reorder functions",
            Self::AddComments => "add comments",
            Self::SplitFile => "split the file",
            Self::Delegate => "delegate to a helper",
            Self::WrapCall => "wrap the call",
            Self::MoveConstant => "move the constant",
        }
    }

    /// How much of a finding has to stay.
    fn keeps(self) -> Keeps {
        match self {
            Self::RenameLocals | Self::ReorderFunctions | Self::AddComments | Self::SplitFile => Keeps::All,
            Self::Delegate | Self::WrapCall => Keeps::Subject,
            Self::MoveConstant => Keeps::Function,
        }
    }

    /// The changed files, each way of changing that file by itself. `None`: the file has nothing to change in this way.
    #[must_use]
    pub fn apply(self, project: &Project, path: &str, before: &LintResult) -> Vec<Vec<(String, String)>> {
        let Some((language, text, tree)) = project.tree(path) else { return Vec::new() };
        let file = File { project, path, language, text, tree: &tree, before };
        let one = |made: Option<Vec<(String, String)>>| made.into_iter().collect();
        match self {
            Self::RenameLocals => one(file.edited(&rename::edits(&file))),
            Self::ReorderFunctions => one(file.edited(&order::reversed(&file))),
            Self::AddComments => one(file.edited(&order::comments(&file))),
            Self::SplitFile => one(split::split(&file)),
            Self::Delegate => one(file.edited(&helper::delegated(&file))),
            Self::WrapCall => helper::wrapped(&file).iter().filter_map(|edits| file.edited(edits)).collect(),
            Self::MoveConstant => one(constants::moved(&file)),
        }
    }
}

/// A file to change.
pub(crate) struct File<'f> {
    pub(crate) project: &'f Project,
    pub(crate) path: &'f str,
    pub(crate) language: Language,
    pub(crate) text: &'f str,
    pub(crate) tree: &'f crate::syntax::Node,
    pub(crate) before: &'f LintResult,
}

impl File<'_> {
    fn edited(&self, edits: &[crate::edit::Edit]) -> Option<Vec<(String, String)>> {
        let text = apply(self.text, edits).filter(|_| !edits.is_empty())?;
        // What does not parse any more is our fault, not the linter's.
        crate::syntax::parse(self.language, self.path, &text)?;
        Some(vec![(self.path.to_owned(), text)])
    }

    /// The places of this file that send a lock's commands.
    pub(crate) fn sites(&self) -> Vec<std::ops::Range<usize>> {
        let mut all = Vec::new();
        for lock in &self.before.lifecycles.locks {
            let others = lock.releases.iter().map(|r| r.site.span).chain(lock.renewals.iter().map(|r| r.site.span));
            all.extend(std::iter::once(lock.acquire.site.span).chain(others));
        }
        let here = |span: &dogpile_source::Span| self.before.sources.path(*span) == self.path;
        let mut all: Vec<_> = all.into_iter().filter(here).map(crate::project::bytes).collect();
        all.sort_by_key(|range| (range.start, range.end));
        all.dedup();
        all
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keeps {
    /// Function, subject, and what is pointed to.
    All,
    /// The subject.
    Subject,
    /// The function.
    Function,
}

/// What has to be the same, with a count.
fn said(result: &LintResult, keeps: Keeps) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    for finding in &result.findings {
        *all.entry(key(result, finding, keeps)).or_default() += 1;
    }
    all
}

fn key(result: &LintResult, finding: &Finding, keeps: Keeps) -> String {
    let last = |name: &str| plain(name.rsplit(['.', ':', '/']).next().unwrap_or(name));
    let head = format!("{} {} {:?}", finding.rule, level(finding.level), finding.confidence);
    match keeps {
        Keeps::All => {
            let place = plain(pointed(result, finding));
            let place: String = place.chars().take(80).collect();
            // What a flight is about is named by its function, and where that stands.
            let subject = finding.subject.strip_suffix("|flight").map_or_else(|| plain(&finding.subject), last);
            format!("{head} in {} about {subject} at {place}", last(&finding.function))
        }
        Keeps::Subject => format!("{head} about {}", plain(&finding.subject)),
        Keeps::Function => format!("{head} in {}", last(&finding.function)),
    }
}

fn level(level: Level) -> &'static str {
    level.name()
}

fn plain(text: &str) -> String {
    let lines = text.replace(NOTE, "");
    let text: String = lines.replace(MARK, "").split_whitespace().collect();
    // `{ key: key }` says what `{ key }` says; only one of them can be renamed.
    let mut parts = text.split(':');
    let mut short = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name = rename::words(part).next().filter(|name| part.starts_with(name)).unwrap_or_default();
        let before = short.strip_suffix(name).is_some_and(|rest| rest.ends_with(['{', ',']));
        if name.is_empty() || !before {
            short.push(':');
            short.push_str(part);
        } else {
            short.push_str(&part[name.len()..]);
        }
    }
    short
}

/// What a change made different: lines with `-` and `+`; empty when nothing.
#[must_use]
pub fn differences(morph: Morph, before: &LintResult, after: &LintResult) -> Vec<String> {
    let (old, new) = (said(before, morph.keeps()), said(after, morph.keeps()));
    let mut all = Vec::new();
    for (key, count) in &old {
        let now = new.get(key).copied().unwrap_or_default();
        if now < *count {
            all.push(format!("-{} {key}", count - now));
        }
    }
    for (key, count) in &new {
        let then = old.get(key).copied().unwrap_or_default();
        if then < *count {
            all.push(format!("+{} {key}", count - then));
        }
    }
    all
}
