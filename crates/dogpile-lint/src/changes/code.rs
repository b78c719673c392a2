//! Which code changed, and which stories go through it.

use super::patch::FileChange;
use dogpile_analysis::lifecycle::Lifecycles;
use dogpile_ir::{FunctionKind, Lang, Module};
use dogpile_report::Finding;
use dogpile_source::{FileId, SourceFile, SourceMap, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Changed code of a run.
#[derive(Debug, Default)]
pub(crate) struct ChangedCode(BTreeMap<FileId, FileCode>);

/// Stories that go through changed code.
#[derive(Debug, Default)]
pub(crate) struct ChangedStories {
    names: BTreeSet<String>,
    places: BTreeSet<Span>,
}

/// The functions of a file with changes.
#[derive(Debug, Default)]
struct FileCode {
    whole: bool,
    /// Changed text; where text is missing, an empty stretch.
    changed: Vec<(u32, u32)>,
    functions: Vec<Function>,
    /// Functions in which something changed that is in none of their closures.
    own: BTreeSet<usize>,
}

#[derive(Debug)]
struct Function {
    span: Span,
    /// The function around a closure.
    parent: Option<usize>,
    /// It stands for the file's own statements, and the whole file is in it.
    is_file: bool,
}

impl ChangedCode {
    /// The changed code in these modules; `change` is what became of a file, `embedded` whether a file changed that another
    /// one embeds under this name.
    pub(crate) fn new(
        modules: &[Arc<Module>],
        sources: &SourceMap,
        change: &dyn Fn(&str) -> Option<FileChange>,
        embedded: &dyn Fn(&str, &str) -> bool,
    ) -> Self {
        let mut all = BTreeMap::new();
        for module in modules {
            let Some(file) = sources.get(module.file) else { continue };
            let mut change = change(&file.path);
            let globals =
                module.globals.iter().filter(|g| g.embeds.as_deref().is_some_and(|name| embedded(&file.path, name)));
            let lines = globals.map(|global| sources.start(global.span).line).map(|line| (line, line));
            let lines: Vec<(u32, u32)> = lines.collect();
            if !lines.is_empty() {
                change.get_or_insert_default().added.extend(lines);
            }
            if let Some(change) = change {
                all.insert(module.file, FileCode::new(module, file, &change));
            }
        }
        Self(all)
    }

    /// The stories that go through changed code.
    pub(crate) fn stories(&self, lifecycles: &Lifecycles) -> ChangedStories {
        let all = lifecycles.places();
        let followed = |name: &str| lifecycles.touched.get(name).into_iter().flatten();
        let is_changed = |name: &str, places: &BTreeSet<Span>| {
            places.iter().any(|place| self.is_changed_around(*place))
                || followed(name).any(|span| self.is_changed_in(*span))
        };
        let changed = all.iter().filter(|(name, places)| is_changed(name, places));
        let mut stories = ChangedStories::default();
        for (name, places) in changed {
            stories.names.insert((*name).to_owned());
            stories.places.extend(places);
        }
        stories
    }

    fn is_changed_around(&self, place: Span) -> bool {
        self.0.get(&place.file).is_some_and(|file| file.is_changed_around(place))
    }

    fn is_changed_in(&self, span: Span) -> bool {
        self.0.get(&span.file).is_some_and(|file| file.is_changed_in(span))
    }

    /// Whether a finding is about something that changed: its own places, its story, or another one that goes through the
    /// place of the fault. (What is wrong in a wrapper is told once, with the first of its callers.)
    pub(crate) fn touches(&self, finding: &Finding, stories: &ChangedStories) -> bool {
        let labels = finding.labels.iter().chain(&finding.steps).map(|label| label.span);
        stories.names.contains(&finding.session)
            || stories.places.contains(&finding.primary)
            || [finding.primary].into_iter().chain(labels).any(|place| self.is_changed_around(place))
    }
}

impl FileCode {
    fn new(module: &Module, file: &SourceFile, change: &FileChange) -> Self {
        if change.whole {
            return Self { whole: true, ..Self::default() };
        }
        let holds_items = |span: Span| {
            let others =
                module.functions.iter().filter(|f| f.kind == FunctionKind::Plain && f.span != span).map(|f| f.span);
            others
                .chain(module.imports.iter().map(|i| i.span))
                .chain(module.globals.iter().map(|g| g.span))
                .any(|item| span.contains(item))
        };
        let functions: Vec<Function> = module
            .functions
            .iter()
            .map(|f| Function {
                span: f.span,
                parent: match f.kind {
                    FunctionKind::Closure { parent } => parent.map(|id| id.0 as usize),
                    FunctionKind::Plain | FunctionKind::Method => None,
                },
                is_file: module.lang == Lang::TypeScript && f.kind == FunctionKind::Plain && holds_items(f.span),
            })
            .collect();
        let mut code = Self { whole: false, changed: stretches(file, change), functions, own: BTreeSet::new() };
        code.note_comments(module, file);
        code.own = code.changed.iter().flat_map(|at| code.owners(*at)).collect();
        code
    }

    /// A comment of ours speaks for the function below it.
    fn note_comments(&mut self, module: &Module, file: &SourceFile) {
        let ours = module.comments.iter().filter(|c| file.slice(c.span).contains("dogpile:"));
        let changed = ours.filter(|c| self.changed.iter().any(|at| meets(*at, c.span)));
        let next = |end: u32| self.functions.iter().map(|f| f.span.start).filter(|start| *start >= end).min();
        let heads: Vec<u32> = changed.filter_map(|c| next(c.span.end)).collect();
        self.changed.extend(heads.into_iter().map(|start| (start, start + 1)));
    }

    /// The innermost function with all of a stretch, and those that begin or end in it.
    fn owners(&self, at: (u32, u32)) -> BTreeSet<usize> {
        let all = || self.functions.iter().enumerate().filter(|(_, f)| meets(at, f.span));
        let whole = |f: &Function| f.span.start <= at.0 && at.1 <= f.span.end;
        let innermost = all().filter(|(_, f)| whole(f)).min_by_key(|(_, f)| f.span.end - f.span.start);
        all().filter(|(_, f)| !whole(f)).chain(innermost).map(|(n, _)| n).collect()
    }

    /// Whether something changed in there.
    fn is_changed_in(&self, span: Span) -> bool {
        self.whole || self.changed.iter().any(|at| meets(*at, span))
    }

    /// Whether the place changed, or the function that it is in; of the functions around that one, what is not in other
    /// closures.
    fn is_changed_around(&self, place: Span) -> bool {
        if self.is_changed_in(place) {
            return true;
        }
        let around = self.functions.iter().enumerate().filter(|(_, f)| f.span.contains(place));
        let Some((n, own)) = around.min_by_key(|(_, f)| f.span.end - f.span.start) else { return false };
        if if own.is_file { self.own.contains(&n) } else { self.is_changed_in(own.span) } {
            return true;
        }
        let mut parent = own.parent;
        // Parents come before their closures; what is not so ends the walk.
        while let Some((n, f)) = parent.and_then(|n| Some((n, self.functions.get(n)?))) {
            if !f.is_file && self.own.contains(&n) {
                return true;
            }
            parent = f.parent.filter(|next| *next < n);
        }
        false
    }
}

/// Changed text without the white space around it.
fn stretches(file: &SourceFile, change: &FileChange) -> Vec<(u32, u32)> {
    let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    // Where lines begin, the end of the text for those behind it.
    let mut starts = vec![0];
    starts.extend(file.text.match_indices('\n').map(|(at, _)| at + 1));
    let start = |line: usize| starts.get(line).copied().unwrap_or(file.text.len());
    let mut all = Vec::new();
    for (first, last) in &change.added {
        for line in (*first as usize).max(1)..=(*last as usize).min(starts.len()) {
            let text = &file.text[start(line - 1)..start(line)];
            let from = start(line - 1) + (text.len() - text.trim_start().len());
            let to = start(line - 1) + text.trim_end().len();
            if from < to {
                all.push((narrow(from), narrow(to)));
            }
        }
    }
    all.extend(change.removed.iter().map(|after| narrow(start(*after as usize))).map(|at| (at, at)));
    all
}

/// Whether a stretch and a span have something in common. What is missing is missing in what stands on both sides of it.
fn meets(at: (u32, u32), span: Span) -> bool {
    if at.0 == at.1 { span.start < at.0 && at.0 < span.end } else { at.0 < span.end && span.start < at.1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "package a\n\nfunc f() {\n\tone()\n\n\tgo func() {\n\t\ttwo()\n\t}()\n\tdefer func() {\n\t\tthree()\n\t}()\n}\n\n// dogpile: releases key=$1\nfunc g() {\n\tfour()\n}\n";

    fn code(change: FileChange) -> (FileCode, impl Fn(&str) -> Span) {
        let module = dogpile_front_go::parse(FileId(0), "a", CODE);
        let file = SourceFile::new("a.go", CODE);
        let place = |text: &str| {
            let start = CODE.find(text).expect("there");
            Span::new(FileId(0), start, start + text.len())
        };
        (FileCode::new(&module, &file, &change), place)
    }

    fn changed(added: &[(u32, u32)], removed: &[u32]) -> Vec<&'static str> {
        let (code, place) = code(FileChange { added: added.to_vec(), removed: removed.to_vec(), whole: false });
        ["one()", "two()", "three()", "four()"].into_iter().filter(|text| code.is_changed_around(place(text))).collect()
    }

    #[test]
    fn a_change_is_one_of_its_function() {
        assert_eq!(changed(&[(4, 4)], &[]), ["one()", "two()", "three()"]);
        assert_eq!(
            changed(&[(7, 7)], &[]),
            ["one()", "two()"],
            "a closure is part of the function around it, not of its sibling"
        );
        assert_eq!(changed(&[(16, 16)], &[]), ["four()"]);
        assert_eq!(changed(&[(1, 2)], &[]), Vec::<&str>::new());
        assert_eq!(changed(&[(5, 5)], &[]), Vec::<&str>::new(), "an empty line is no change");
    }

    #[test]
    fn what_is_missing_changed_what_stands_around_it() {
        assert_eq!(changed(&[], &[15]), ["four()"]);
        assert_eq!(changed(&[], &[12]), Vec::<&str>::new(), "a function that stood between the two");
        assert_eq!(changed(&[], &[0]), Vec::<&str>::new());
        assert_eq!(changed(&[], &[99]), Vec::<&str>::new());
    }

    #[test]
    fn a_comment_of_ours_is_part_of_the_function_below() {
        assert_eq!(changed(&[(14, 14)], &[]), ["four()"]);
    }
}
