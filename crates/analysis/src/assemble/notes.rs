//! What comments say: annotations, and plain statements of latency.

use crate::explore::Context;
use dogpile_ir::Module;
use dogpile_source::{Directive, FileId, SourceFile, Span, parse_annotation, parse_duration_ms};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Comments by module, read once somebody asks: most hold no lock. They hold as long as a module's text does.
pub(crate) type Notes = Vec<Arc<OnceLock<OfFile>>>;

/// Comments of a file by line.
#[derive(Debug, Default)]
pub(crate) struct OfFile {
    directives: BTreeMap<u32, Vec<Directive>>,
    /// The p99 in ms that a plain comment states there, with its place.
    stated: BTreeMap<u32, (u64, Span)>,
    /// Comments which say that work goes on without the lock when it cannot be had.
    fail_open: Vec<Span>,
}

/// Words of such a comment.
const FAIL_OPEN: [&str; 13] = [
    "fail open",
    "fail-open",
    "fails open",
    "failopen",
    "best effort",
    "best-effort",
    "degrade",
    "降级",
    "不阻止",
    "放行",
    "proceed without",
    "proceeding without",
    "without the lock",
];
/// What stands between a comment and the function that it is about: `export async `, `public static `.
const MODIFIERS: usize = 48;

impl OfFile {
    fn read(module: &Module, file: &SourceFile) -> Self {
        let mut notes = Self::default();
        for comment in &module.comments {
            let text = file.slice(comment.span);
            let lower = text.to_ascii_lowercase();
            if FAIL_OPEN.iter().any(|words| lower.contains(words)) {
                notes.fail_open.push(comment.span);
            }
            // Most comments are not for us, and need no line.
            let line = |offset: u32| file.position(offset).line;
            match parse_annotation(text) {
                Some(Ok(annotation)) => {
                    notes.directives.entry(line(comment.span.end)).or_default().push(annotation.directive)
                }
                Some(Err(_)) => {}
                None => {
                    if let Some(ms) = stated_p99(text) {
                        for line in line(comment.span.start)..=line(comment.span.end) {
                            notes.stated.insert(line, (ms, comment.span));
                        }
                    }
                }
            }
        }
        notes
    }
}

impl Context<'_> {
    fn notes_of(&self, file: FileId) -> Option<&OfFile> {
        let module = self.program.number_of(file)?;
        let source = self.program.sources.get(file)?;
        let read = || OfFile::read(&self.program.modules[module as usize], source);
        Some(self.notes.get(module as usize)?.get_or_init(read))
    }

    /// Directives on the line of a place or in the comment lines right above it.
    pub(crate) fn directives_near(&self, span: Span) -> Vec<Directive> {
        let line = self.program.sources.start(span).line;
        let Some(notes) = self.notes_of(span.file) else { return vec![] };
        (line.saturating_sub(1)..=line).filter_map(|l| notes.directives.get(&l)).flatten().cloned().collect()
    }

    /// A p99 stated on the line of a place, or in the comment right above it.
    pub(crate) fn p99_stated_near(&self, span: Span) -> Option<(u64, Span)> {
        let line = self.program.sources.start(span).line;
        let notes = self.notes_of(span.file)?;
        [line, line.saturating_sub(1), line.saturating_sub(2)].iter().find_map(|l| notes.stated.get(l).copied())
    }

    /// Whether a comment in a function, or right above it, says that work goes on without the lock when it cannot be had.
    pub(crate) fn fails_open_within(&self, span: Span) -> bool {
        let said_of = |comment: &Span| span.contains(*comment) || self.is_above(*comment, span);
        self.notes_of(span.file).is_some_and(|notes| notes.fail_open.iter().any(said_of))
    }

    /// Whether a comment stands right above a function.
    fn is_above(&self, comment: Span, function: Span) -> bool {
        let between = (comment.end as usize)..(function.start as usize);
        let text = self.program.sources.get(function.file).and_then(|file| file.text.get(between));
        text.is_some_and(|text| {
            text.len() <= MODIFIERS && text.chars().all(|c| c.is_whitespace() || c.is_ascii_lowercase())
        })
    }
}

/// `p99 ~25s`, `p99: 25s`, `p99 is about 1.5 s`.
fn stated_p99(text: &str) -> Option<u64> {
    if !text.contains("99") {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let at = lower.find("p99")?;
    let rest = lower.get(at + 3..)?;
    let rest = rest.strip_prefix(".9").unwrap_or(rest);
    let digit = rest.find(|c: char| c.is_ascii_digit()).filter(|d| *d <= 16)?;
    let number = &rest[digit..];
    let end = number.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(number.len());
    let unit: String = number[end..].trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    parse_duration_ms(&format!("{}{unit}", &number[..end].trim_end_matches('.')))
}

/// Glob with `*` for anything.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => {
            pattern == text
                || text.rsplit('.').next() == Some(pattern)
                || text.strip_suffix(pattern).is_some_and(|head| head.ends_with('/'))
        }
        Some((head, tail)) => match text.strip_prefix(head) {
            Some(_) if tail.is_empty() => true,
            Some(rest) => (0..=rest.len()).filter(|i| rest.is_char_boundary(*i)).any(|i| fits(tail, &rest[i..])),
            None => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_stated_p99() {
        assert_eq!(stated_p99("// recompute p50 ~2s, p99 ~25s"), Some(25_000));
        assert_eq!(stated_p99("// p99: 250 ms"), Some(250));
        assert_eq!(stated_p99("// the p99 of this is unknown since 2019s"), None);
        assert_eq!(stated_p99("// p50 2s"), None);
    }

    #[test]
    fn globs_match_anything() {
        assert!(fits("lock:*", "lock:{id}"));
        assert!(fits("*/billing/*", "svc/billing/a.go"));
        assert!(!fits("lock:*", "mark:lock:"));
    }
}
