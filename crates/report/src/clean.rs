//! Keeps what files say of themselves from steering a terminal.

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::borrow::Cow;
use std::io;

/// What stands in for a character that must not be printed, if it is one: control characters (an escape sequence can
/// rewrite the screen), and invisible ones that reorder or hide text.
pub(crate) fn stand_in(c: char) -> Option<char> {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)),
        '\x7f' => Some('\u{2421}'),
        _ if is_hidden(c) => Some('\u{fffd}'),
        _ => None,
    }
}

fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// One line of text that is safe to print: tabs and line ends become spaces, other control characters and characters
/// that reorder or hide text become visible.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| stand_in(c).is_some()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars().map(|c| if matches!(c, '\t' | '\n' | '\r') { ' ' } else { stand_in(c).unwrap_or(c) }).collect(),
    )
}

/// Several lines of code that are safe to print: line ends and tabs stay.
#[must_use]
pub fn clean_code(text: &str) -> Cow<'_, str> {
    let seen = |c: char| if matches!(c, '\t' | '\n') { c } else { stand_in(c).unwrap_or(c) };
    if text.chars().all(|c| seen(c) == c) { Cow::Borrowed(text) } else { Cow::Owned(text.chars().map(seen).collect()) }
}

/// Several lines, each of them clean, the later ones indented.
pub(crate) fn clean_lines(text: &str, indent: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| clean(line).into_owned()).collect();
    lines.join(&format!("\n{indent}"))
}

/// JSON in which hidden characters are escaped, so that it can be printed as it is.
struct SafeJson<F>(F);

impl<F: Formatter> Formatter for SafeJson<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        let mut plain = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| is_hidden(*c)) {
            writer.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in c.encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[plain..])
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

/// A value as JSON text that ends with a line end.
pub(crate) fn json_text(value: &impl Serialize) -> String {
    serialized(value, PrettyFormatter::new())
}

/// A value as one line of JSON, with its line end.
pub(crate) fn json_line(value: &impl Serialize) -> String {
    serialized(value, CompactFormatter)
}

fn serialized(value: &impl Serialize, form: impl Formatter) -> String {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, SafeJson(form));
    // Plain structs of strings and numbers, written to memory: there is nothing to fail.
    let written = value.serialize(&mut serializer);
    debug_assert!(written.is_ok(), "internal error: a report that is no JSON: {written:?}");
    out.push(b'\n');
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidi_characters_become_visible() {
        assert_eq!(clean("a\x1b[31mb\u{202e}c\u{9b}d\n"), "a\u{241b}[31mb\u{fffd}c\u{fffd}d ");
        assert!(matches!(clean("käse 🧀 \u{200d}"), Cow::Borrowed(_)));
        assert_eq!(clean_code("\ta\x1b[31mb\u{202e}\r\n"), "\ta\u{241b}[31mb\u{fffd}\u{240d}\n");
        assert!(matches!(clean_code("\ta\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_is_escaped_and_reads_back() {
        let text = "x\x1b\u{202e}\u{85}\u{e0041}\u{2028}ü";
        for json in [json_text(&text), json_line(&text)] {
            assert!(json.chars().all(|c| c == '\n' || stand_in(c).is_none()), "{json}");
            assert_eq!(json.lines().count(), 1);
            assert_eq!(serde_json::from_str::<String>(&json).expect("reads back"), text);
        }
    }
}
