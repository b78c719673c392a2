//! The lines of the source that a finding is about, with what happens in them.

use super::escape::{source, text};
use crate::excerpt::{Line, Mark as Place};
use dogpile_source::{FileId, SourceFile, SourceMap, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A marked stretch of code.
pub(super) struct Mark<'f> {
    /// Where.
    pub(super) span: Span,
    /// What happens there.
    pub(super) text: &'f str,
    /// It is what the finding is about, and not another end of its story.
    pub(super) primary: bool,
}

/// Excerpts of every file that is marked, the first mark's file first.
pub(super) fn excerpt(sources: &SourceMap, marks: &[Mark<'_>]) -> String {
    let mut files: Vec<FileId> = Vec::new();
    for mark in marks {
        if !files.contains(&mark.span.file) {
            files.push(mark.span.file);
        }
    }
    let mut out = String::new();
    for id in files {
        let Some(file) = sources.get(id) else { continue };
        let here: Vec<&Mark<'_>> = marks.iter().filter(|mark| mark.span.file == id).collect();
        let Some(first) = here.first() else { continue };
        let at = sources.start(first.span);
        let _ = write!(out, "<p class=\"path\">{}:{}:{}</p>", text(&file.path), at.line, at.column);
        out.push_str(&of_file(file, &here));
    }
    out
}

fn of_file(file: &SourceFile, marks: &[&Mark<'_>]) -> String {
    let places: Vec<Place> = marks.iter().map(|mark| Place::new(file, mark.span)).collect();
    let count = file.line_count() as usize;
    let mut lines: BTreeSet<usize> = BTreeSet::new();
    let mut focus: BTreeMap<usize, usize> = BTreeMap::new();
    for place in &places {
        lines.extend(place.first.saturating_sub(1)..=(place.last + 1).min(count.saturating_sub(1)));
        focus.entry(place.first).or_insert(place.start);
    }
    let mut out = String::from("<div class=\"code\">");
    let mut last = None;
    for number in lines {
        if last.is_some_and(|last| last + 1 < number) {
            out.push_str("<div class=\"skip\"><span class=\"no\">⋯</span></div>");
        }
        last = Some(number);
        let line = Line::new(
            file.line_text(u32::try_from(number + 1).unwrap_or(u32::MAX)),
            focus.get(&number).copied().unwrap_or(0),
        );
        row(&mut out, number, &line, marks, &places);
    }
    out.push_str("</div>");
    out
}

fn row(out: &mut String, number: usize, line: &Line, marks: &[&Mark<'_>], places: &[Place]) {
    let end = line.text.len();
    // What of each mark lies in this line.
    let mut here: Vec<(usize, usize, &Mark<'_>)> = Vec::new();
    for (mark, place) in marks.iter().zip(places).filter(|(_, p)| (p.first..=p.last).contains(&number)) {
        let blank = line.text.len() - line.text.trim_start().len();
        let from = if place.first == number { line.place(place.start) } else { blank };
        let to = if place.last == number { line.place(place.end).max(from) } else { end };
        here.push((from.min(end), to.min(end), mark));
    }
    let class = match here.iter().map(|(.., mark)| mark.primary).max() {
        Some(true) => "r hot",
        Some(false) => "r warm",
        None => "r",
    };
    let _ = write!(out, "<div class=\"{class}\"><span class=\"no\">{}</span><code>", number + 1);
    let mut cuts: BTreeSet<usize> = BTreeSet::from([0, end]);
    cuts.extend(here.iter().flat_map(|(from, to, _)| [*from, *to]));
    let cuts: Vec<usize> = cuts.into_iter().filter(|at| line.text.is_char_boundary(*at)).collect();
    for pair in cuts.windows(2) {
        let [from, to] = *pair else { continue };
        let part = source(&line.text[from..to]);
        let over = here.iter().filter(|(a, b, _)| *a <= from && to <= *b).map(|(.., mark)| mark.primary).max();
        let _ = match over {
            Some(true) => write!(out, "<mark class=\"hot\">{part}</mark>"),
            Some(false) => write!(out, "<mark>{part}</mark>"),
            None => write!(out, "{part}"),
        };
    }
    out.push_str("</code></div>");
    let mut said: Vec<(usize, &str, bool)> = marks
        .iter()
        .zip(places)
        .filter(|(mark, place)| place.last == number && !mark.text.is_empty())
        .map(|(mark, place)| {
            let at = if place.first == number { line.place(place.start) } else { 0 };
            (at.min(end), mark.text, mark.primary)
        })
        .collect();
    // The one furthest to the right comes first, so that its line crosses no other's words.
    said.sort_by(|a, b| b.cmp(a));
    said.dedup_by(|a, b| a.1 == b.1);
    for (at, words, primary) in said {
        let before = line.text.get(..at).unwrap_or_default();
        let indent: String = before.chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let class = if primary { "say hot" } else { "say" };
        let _ = write!(
            out,
            "<div class=\"{class}\"><span class=\"no\"></span><p><span class=\"in\">{indent}</span><span>{}</span></p></div>",
            text(words)
        );
    }
}
