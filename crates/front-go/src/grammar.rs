//! What Go allows and the grammar does not know yet.

use std::borrow::Cow;

/// The text to parse: of the same length, so that every position holds in the original.
///
/// Since Go 1.26 `new(x)` takes a value. The grammar treats `new` as a keyword before a type; where a value follows,
/// another name makes it an ordinary call. Names are read from the original text.
pub(crate) fn parseable(text: &str) -> Cow<'_, str> {
    let mut patched: Option<Vec<u8>> = None;
    let mut from = 0;
    while let Some(found) = text[from..].find("new(") {
        let at = from + found;
        from = at + 4;
        if value_follows(text[from..].trim_start()) {
            patched.get_or_insert_with(|| text.as_bytes().to_vec())[at + 2] = b'v';
        }
    }
    match patched.map(String::from_utf8) {
        Some(Ok(patched)) => Cow::Owned(patched),
        _ => Cow::Borrowed(text),
    }
}

fn value_follows(rest: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    let (path, after) = rest.split_at(end);
    if path.is_empty() {
        return after.starts_with(['"', '\'', '`', '-', '+', '!', '^', '&']);
    }
    if path.starts_with(|c: char| c.is_ascii_digit()) || matches!(path, "true" | "false" | "nil") {
        return true;
    }
    let starts_type = matches!(path, "map" | "chan" | "func" | "struct" | "interface");
    !starts_type && !after.trim_start().starts_with([')', '[', ','])
}
