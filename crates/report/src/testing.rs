//! A report to test with.

use crate::{
    Confidence, Edit, Entry, Finding, Fix, Gone, Label, Level, Problem, Report, RuleInfo, Standing, Summary, Tool,
    fingerprints,
};
use dogpile_source::{FileId, SourceFile, SourceMap, Span};

pub(crate) fn finding(rule: &'static str, start: usize, end: usize) -> Finding {
    Finding {
        rule,
        level: Level::Error,
        confidence: Confidence::Likely,
        message: "a crash here keeps everybody out".to_owned(),
        primary: Span::new(FileId(0), start, end),
        primary_text: "taken here".to_owned(),
        labels: Vec::new(),
        note: Some("A takes it and dies; B waits for ever".to_owned()),
        help: Some("give it a TTL".to_owned()),
        session: "app.Take \"lock:\" #0".to_owned(),
        function: "example.com/app.Take".to_owned(),
        subject: "\"lock:\"".to_owned(),
        steps: Vec::new(),
        suppressed: None,
        verdict: None,
    }
}

pub(crate) fn label(file: u32, start: usize, end: usize, text: &str) -> Label {
    Label { span: Span::new(FileId(file), start, end), text: text.to_owned() }
}

pub(crate) fn sources(files: &[(&str, &str)]) -> SourceMap {
    let mut map = SourceMap::default();
    for (path, text) in files {
        map.add(SourceFile::new(*path, *text));
    }
    map
}

pub(crate) fn entries(findings: Vec<Finding>) -> Vec<Entry> {
    let names = fingerprints(&findings, &SourceMap::default(), &|f| f.function.clone());
    findings.into_iter().zip(names).map(|(finding, (fingerprint, _))| Entry::new(finding, fingerprint)).collect()
}

pub(crate) fn rules() -> Vec<RuleInfo> {
    ["leaked-lock", "lock-without-expiry"]
        .map(|slug| RuleInfo {
            slug,
            group: "acquire",
            summary: "a fault",
            docs: "# A fault\n\nIt is bad.\n",
            level: Level::Error,
            uri: format!("https://example.com/rules/{slug}"),
        })
        .into()
}

pub(crate) fn report<'r>(
    rules: &'r [RuleInfo],
    entries: &'r [Entry],
    problems: &'r [Problem],
    sources: &'r SourceMap,
) -> Report<'r> {
    let tool = Tool { name: "dogpile-lint", version: "0.1.0", uri: "https://example.com" };
    let summary =
        Summary { files_seen: 3, files_analysed: 2, files_with_locks: 1, lock_sessions: 1, ..Summary::default() };
    Report { tool, rules, entries, gone: &[], problems, summary, sources, root: "/home/me/app" }
}

/// A finding over two lines that is new, one that a baseline knows and one that a comment allows.
pub(crate) fn standings() -> (Vec<RuleInfo>, Vec<Entry>, SourceMap) {
    let mut allowed = finding("leaked-lock", 0, 3);
    allowed.suppressed = Some("swept".to_owned());
    let mut all = entries(vec![finding("leaked-lock", 8, 16), finding("lock-without-expiry", 0, 7), allowed]);
    for (entry, standing) in all.iter_mut().zip([Standing::New, Standing::Known, Standing::New]) {
        entry.standing = standing;
    }
    (rules(), all, sources(&[("a.go", "package main\nfunc f() {}\n")]))
}

/// A fix of one edit.
pub(crate) fn fix_of(title: &str, safe: bool, start: usize, end: usize, text: &str) -> Fix {
    let edit = Edit { span: Span::new(FileId(0), start, end), text: text.to_owned() };
    Fix { title: title.to_owned(), safe, edits: vec![edit] }
}

/// A finding that was there.
pub(crate) fn gone_one() -> Gone {
    Gone {
        rule: "leaked-lock".to_owned(),
        fingerprint: "0123456789abcdef0123456789abcdef".to_owned(),
        path: "old.go".to_owned(),
        line: 7,
        message: "it was not good".to_owned(),
    }
}
