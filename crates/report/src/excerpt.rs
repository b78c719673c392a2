//! The lines of a file that a finding is about, fit for a terminal.

use crate::clean::{clean, stand_in};
use codespan_reporting::files::{Error, Files};
use dogpile_source::{SourceFile, SourceMap, Span};
use std::collections::BTreeMap;
use std::ops::Range;

/// Longer lines are cut, in characters.
const LONG_LINE: usize = 400;
/// What is left of a cut line before the first label, and in all.
const CUT_BEFORE: usize = 60;
const CUT_SHOWN: usize = 180;
/// A label over more lines than this only marks its first one.
const LONG_LABEL: usize = 6;

/// Files made only of lines that labels touch (and their neighbours), cleaned and cut; line numbers stay.
#[derive(Default)]
pub(crate) struct Excerpts {
    files: BTreeMap<u32, Excerpt>,
}

struct Excerpt {
    name: String,
    text: String,
    /// 0-based line → its place in `text`.
    lines: BTreeMap<usize, Range<usize>>,
    /// Offset in `text` of where a label starts → 1-based column in the file.
    columns: BTreeMap<usize, usize>,
}

impl Excerpts {
    /// Excerpts for spans, the most important first, with each span's place in its excerpt (`None`: it is in no file).
    pub(crate) fn new(sources: &SourceMap, spans: &[Span]) -> (Self, Vec<Option<Range<usize>>>) {
        let mut excerpts = Self::default();
        let mut ranges = vec![None; spans.len()];
        let mut by_file: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (index, span) in spans.iter().enumerate() {
            by_file.entry(span.file.0).or_default().push(index);
        }
        for (id, indices) in by_file {
            let Some(file) = indices.first().and_then(|i| sources.get(spans[*i].file)) else { continue };
            let marks: Vec<Mark> = indices.iter().map(|i| Mark::new(file, spans[*i])).collect();
            let (excerpt, places) = Excerpt::new(file, &marks);
            for (index, place) in indices.into_iter().zip(places) {
                ranges[index] = Some(place);
            }
            excerpts.files.insert(id, excerpt);
        }
        (excerpts, ranges)
    }
}

/// A span as lines and offsets in them.
pub(crate) struct Mark {
    pub(crate) first: usize,
    pub(crate) start: usize,
    pub(crate) last: usize,
    pub(crate) end: usize,
    column: usize,
}

impl Mark {
    pub(crate) fn new(file: &SourceFile, span: Span) -> Self {
        let bytes = file.text.as_bytes();
        let start = (span.start as usize).min(bytes.len());
        let mut end = (span.end as usize).clamp(start, bytes.len());
        while end > start && matches!(bytes[end - 1], b'\n' | b'\r') {
            end -= 1;
        }
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let position = file.position(narrow(start));
        let first = position.line as usize - 1;
        let mut last = file.position(narrow(end)).line as usize - 1;
        let line_start = |line: usize| {
            let text = file.line_text(narrow(line + 1));
            text.as_ptr() as usize - file.text.as_ptr() as usize
        };
        let offset = start - line_start(first).min(start);
        let mut end_offset = end - line_start(last).min(end);
        if last - first > LONG_LABEL {
            last = first;
            end_offset = file.line_text(position.line).len();
        }
        Self { first, start: offset, last, end: end_offset, column: position.column as usize }
    }
}

impl Excerpt {
    fn new(file: &SourceFile, marks: &[Mark]) -> (Self, Vec<Range<usize>>) {
        let count = file.line_count() as usize;
        // Each line that is shown, and the offsets in it that matter, the most important first.
        let mut wanted: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for mark in marks {
            for line in mark.first.saturating_sub(1)..=(mark.last + 1).min(count.saturating_sub(1)) {
                wanted.entry(line).or_default();
            }
            wanted.entry(mark.first).or_default().push(mark.start);
            wanted.entry(mark.last).or_default().push(mark.end);
        }
        let mut excerpt = Self {
            name: clean(&file.path).into_owned(),
            text: String::new(),
            lines: BTreeMap::new(),
            columns: BTreeMap::new(),
        };
        let mut shown: BTreeMap<usize, Line> = BTreeMap::new();
        for (number, offsets) in wanted {
            let text = file.line_text(u32::try_from(number + 1).unwrap_or(u32::MAX));
            let line = Line::new(text, offsets.first().copied().unwrap_or(0));
            let start = excerpt.text.len();
            excerpt.text.push_str(&line.text);
            excerpt.text.push('\n');
            excerpt.lines.insert(number, start..excerpt.text.len());
            shown.insert(number, line);
        }
        let place = |line: usize, offset: usize| {
            let start = excerpt.lines.get(&line).map_or(0, |range| range.start);
            start + shown.get(&line).map_or(0, |l| l.place(offset))
        };
        let places: Vec<_> = marks
            .iter()
            .map(|mark| {
                let start = place(mark.first, mark.start);
                start..place(mark.last, mark.end).max(start)
            })
            .collect();
        for (mark, range) in marks.iter().zip(&places) {
            excerpt.columns.entry(range.start).or_insert(mark.column);
        }
        (excerpt, places)
    }
}

/// A line as it is shown, with where each of its characters came from.
pub(crate) struct Line {
    pub(crate) text: String,
    /// (offset in the file's line, offset in `text`) of each character that is left, and of the end.
    map: Vec<(usize, usize)>,
}

impl Line {
    pub(crate) fn new(line: &str, focus: usize) -> Self {
        let long = line.chars().nth(LONG_LINE).is_some();
        let (skip, take) = if long {
            let before = line.char_indices().take_while(|(at, _)| *at < focus).count();
            (before.saturating_sub(CUT_BEFORE), CUT_SHOWN)
        } else {
            (0, usize::MAX)
        };
        let mut text = String::new();
        let mut map = Vec::new();
        if skip > 0 {
            text.push('…');
        }
        let mut chars = line.char_indices().skip(skip);
        for (at, c) in chars.by_ref().take(take) {
            map.push((at, text.len()));
            text.push(if c == '\t' { c } else { stand_in(c).unwrap_or(c) });
        }
        let rest = chars.next();
        map.push((rest.map_or(line.len(), |(at, _)| at), text.len()));
        if rest.is_some() {
            text.push('…');
        }
        Self { text, map }
    }

    pub(crate) fn place(&self, offset: usize) -> usize {
        let next = self.map.partition_point(|(at, _)| *at <= offset);
        self.map.get(next.saturating_sub(1)).map_or(0, |(_, shown)| *shown)
    }
}

impl<'a> Files<'a> for Excerpts {
    type FileId = u32;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: u32) -> Result<&'a str, Error> {
        self.files.get(&id).map(|f| f.name.as_str()).ok_or(Error::FileMissing)
    }

    fn source(&'a self, id: u32) -> Result<&'a str, Error> {
        self.files.get(&id).map(|f| f.text.as_str()).ok_or(Error::FileMissing)
    }

    fn line_index(&'a self, id: u32, byte: usize) -> Result<usize, Error> {
        let file = self.files.get(&id).ok_or(Error::FileMissing)?;
        let line = file.lines.iter().find(|(_, range)| range.contains(&byte)).or_else(|| file.lines.iter().next_back());
        line.map(|(number, _)| *number).ok_or(Error::FileMissing)
    }

    fn line_range(&'a self, id: u32, line: usize) -> Result<Range<usize>, Error> {
        let file = self.files.get(&id).ok_or(Error::FileMissing)?;
        Ok(file.lines.get(&line).cloned().unwrap_or(0..0))
    }

    fn column_number(&'a self, id: u32, line: usize, byte: usize) -> Result<usize, Error> {
        let file = self.files.get(&id).ok_or(Error::FileMissing)?;
        if let Some(column) = file.columns.get(&byte) {
            return Ok(*column);
        }
        let start = file.lines.get(&line).map_or(0, |range| range.start);
        Ok(file.text.get(start..byte).map_or(0, |head| head.chars().count()) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sources;
    use dogpile_source::FileId;

    #[test]
    fn long_lines_are_cut_around_the_label() {
        let line = format!("{}SetNX{}", "a".repeat(1000), "b".repeat(1000));
        let map = sources(&[("x.go", &line)]);
        let (excerpts, ranges) = Excerpts::new(&map, &[Span::new(FileId(0), 1000, 1005)]);
        let text = excerpts.source(0).expect("file");
        assert!(text.chars().count() < 200, "{text}");
        assert_eq!(&text[ranges[0].clone().expect("range")], "SetNX");
        assert_eq!(excerpts.location(0, ranges[0].clone().expect("range").start).expect("place").column_number, 1001);
    }

    #[test]
    fn only_the_lines_around_labels_are_kept() {
        let text = (1..=100).map(|n| format!("line {n}\n")).collect::<String>();
        let map = sources(&[("x.go", &text)]);
        let at = text.find("line 50").expect("there");
        let (excerpts, ranges) = Excerpts::new(&map, &[Span::new(FileId(0), at, at + 7)]);
        assert_eq!(excerpts.source(0).expect("file"), "line 49\nline 50\nline 51\n");
        let start = ranges[0].clone().expect("range").start;
        assert_eq!(excerpts.location(0, start).expect("place").line_number, 50);
    }

    #[test]
    fn spans_beyond_the_file_are_harmless() {
        let map = sources(&[("x.go", "é")]);
        let (_, ranges) = Excerpts::new(&map, &[Span::new(FileId(0), 1, 99), Span::new(FileId(7), 0, 1)]);
        assert_eq!(ranges, [Some(0..2), None]);
    }
}
