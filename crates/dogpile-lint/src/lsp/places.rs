//! Positions as editors count them, and addresses of files.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What stands as it is in the path of an address.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16, which every client knows.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The best that a client offers: the one in which texts are kept, or the one that is expected where nothing is said.
    #[must_use]
    pub(super) fn best(offered: &Value) -> Self {
        let offers = |it: &Self| offered.as_array().is_some_and(|all| all.iter().any(|one| one == it.name()));
        [Self::Utf8, Self::Utf16, Self::Utf32].into_iter().find(offers).unwrap_or_default()
    }

    #[must_use]
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    fn width(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// Where the lines of a text start. `\n`, `\r\n` and a lone `\r` end one.
#[derive(Clone, Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Starts,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    #[must_use]
    pub(super) fn new(text: &'t str, encoding: Encoding) -> Self {
        Self { text, starts: starts(text), encoding }
    }

    /// A line without its end; the last one where there are not so many.
    fn line(&self, line: usize) -> (usize, &'t str) {
        let line = line.min(self.starts.len() - 1);
        let start = self.starts[line];
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        (start, self.text[start..end].trim_end_matches(['\n', '\r']))
    }

    /// The byte at a position. Behind a line's end is its end, within a character its start.
    #[must_use]
    pub(super) fn offset(&self, line: usize, column: usize) -> usize {
        if line >= self.starts.len() {
            return self.text.len();
        }
        let (start, text) = self.line(line);
        let mut at = 0;
        for (offset, c) in text.char_indices() {
            at += self.encoding.width(c);
            if at > column {
                return start + offset;
            }
        }
        start + text.len()
    }

    /// The line and the column of a byte.
    #[must_use]
    pub(super) fn position(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let head = &self.text[self.starts[line]..offset];
        (line, head.chars().map(|c| self.encoding.width(c)).sum())
    }

    /// A range as messages have it.
    #[must_use]
    pub(super) fn range(&self, start: usize, end: usize) -> Value {
        let place = |(line, character)| json!({ "line": line, "character": character });
        json!({ "start": place(self.position(start)), "end": place(self.position(end)) })
    }

    /// The bytes of a range as messages have it.
    #[must_use]
    pub(super) fn bytes(&self, range: &Value) -> Option<std::ops::Range<usize>> {
        let place = |name: &str| {
            let number = |part: &str| usize::try_from(range.get(name)?.get(part)?.as_u64()?).ok();
            Some(self.offset(number("line")?, number("character")?))
        };
        let (start, end) = (place("start")?, place("end")?);
        Some(start.min(end)..start.max(end))
    }

    /// The start of the line that a byte is in, and what it is indented by.
    #[must_use]
    pub(super) fn indent(&self, offset: usize) -> (usize, &'t str) {
        let (start, text) = self.line(self.position(offset).0);
        (start, &text[..text.len() - text.trim_start().len()])
    }
}

fn starts(text: &str) -> Starts {
    let bytes = text.as_bytes();
    let ends = |i: usize| match bytes[i] {
        b'\n' => true,
        b'\r' => bytes.get(i + 1) != Some(&b'\n'),
        _ => false,
    };
    std::iter::once(0).chain((0..bytes.len()).filter(|i| ends(*i)).map(|i| i + 1)).collect()
}

/// Where the lines of texts start, looked up once for each text. Whoever keeps one lets go of it with the texts.
#[derive(Debug, Default)]
pub(super) struct Rulers(RefCell<BTreeMap<Text, Starts>>);

/// A text, by its place in memory and its length.
type Text = (usize, usize);
/// Where each line starts, in bytes.
type Starts = Rc<[usize]>;

impl Rulers {
    #[must_use]
    pub(super) fn lines<'t>(&self, text: &'t str, encoding: Encoding) -> Lines<'t> {
        let mut known = self.0.borrow_mut();
        let starts = Rc::clone(known.entry((text.as_ptr().addr(), text.len())).or_insert_with(|| starts(text)));
        Lines { text, starts, encoding }
    }
}

/// The file behind an address.
#[must_use]
pub(super) fn path_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // A host is this machine, or none of ours.
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return None;
    }
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let drive = cfg!(windows) && path.as_bytes().get(2) == Some(&b':');
    Some(PathBuf::from(if drive { &path[1..] } else { &path }).components().collect())
}

/// The address of a file.
#[must_use]
pub(super) fn uri_of(path: &Path) -> String {
    let path = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{}", utf8_percent_encode(&path, PLAIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a\u{1F600}b\u{E4}\r\nc\rd\n";

    #[test]
    fn columns_count_what_was_agreed() {
        let b = TEXT.find('b').expect("there");
        for (encoding, column) in [(Encoding::Utf8, 5), (Encoding::Utf16, 3), (Encoding::Utf32, 2)] {
            let lines = Lines::new(TEXT, encoding);
            assert_eq!(lines.position(b), (0, column), "{encoding:?}");
            assert_eq!(lines.offset(0, column), b, "{encoding:?}");
            assert_eq!(lines.position(TEXT.find('c').expect("there")), (1, 0));
            assert_eq!(lines.position(TEXT.find('d').expect("there")), (2, 0), "a lone return ends a line");
        }
    }

    #[test]
    fn every_boundary_is_found_again() {
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            let lines = Lines::new(TEXT, encoding);
            // The second half of a line's end is not a place that can be named.
            for (offset, _) in
                TEXT.char_indices().filter(|(i, _)| !TEXT[..*i].ends_with('\r') || &TEXT[*i..=*i] != "\n")
            {
                let (line, column) = lines.position(offset);
                assert_eq!(lines.offset(line, column), offset, "{encoding:?} {offset}");
            }
        }
    }

    #[test]
    fn places_that_are_not_there_are_near_ones() {
        let lines = Lines::new(TEXT, Encoding::Utf16);
        assert_eq!(lines.offset(0, 2), 1, "within a pair");
        assert_eq!(lines.offset(0, 99), TEXT.find('\r').expect("there"));
        assert_eq!(lines.offset(99, 0), TEXT.len());
        assert_eq!(lines.position(2), (0, 1), "within a character");
        assert_eq!(Lines::new("", Encoding::Utf16).offset(0, 5), 0);
        let range = json!({ "start": { "line": 0, "character": 3 }, "end": { "line": 0, "character": 1 } });
        assert_eq!(lines.bytes(&range), Some(1..5), "ranges may run backwards");
        assert_eq!(lines.bytes(&json!({ "start": { "line": -1, "character": 3 } })), None);
    }

    #[test]
    fn addresses_lead_to_files_and_back() {
        let path = Path::new("/a b/\u{E4}/c#d?.go");
        assert_eq!(uri_of(path), "file:///a%20b/%C3%A4/c%23d%3F.go");
        assert_eq!(path_of(&uri_of(path)).as_deref(), Some(path));
        assert_eq!(path_of("file://localhost/a/./b").as_deref(), Some(Path::new("/a/b")));
        for none in ["untitled:Untitled-1", "file://server/share", "", "file://", "git:/a.go", "file:///%ff"] {
            assert_eq!(path_of(none), None, "{none}");
        }
    }
}
