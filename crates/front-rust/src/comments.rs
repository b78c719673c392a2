//! A scan of a file's bytes before it is parsed: its comments, which the tokens leave out, and how deep it goes, since
//! the parser recurses without a limit of its own.

use dogpile_ir::Comment;
use dogpile_source::{FileId, Span};

/// Levels of brackets beyond which a file is not parsed: far more than people or generators write.
pub(crate) const MAX_BRACKETS: u32 = 500;

/// Tokens in a row, without anything that ends an expression, beyond which a file is not parsed.
pub(crate) const MAX_RUN: u32 = 60_000;

/// What is found before parsing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scan {
    /// All comments in source order.
    pub(crate) comments: Vec<Comment>,
    /// Levels of brackets.
    pub(crate) depth: u32,
    /// The longest row of tokens without a separator; operators, prefixes and `else if` nest without brackets.
    pub(crate) run: u32,
}

impl Scan {
    /// Whether parsing may need more stack than usual.
    pub(crate) fn is_steep(&self) -> bool {
        self.depth > 48 || self.run > 600
    }
}

/// Scans a file.
pub(crate) fn scan(file: FileId, text: &str) -> Scan {
    let bytes = text.as_bytes();
    let mut found = Scan::default();
    let mut at = 0;
    let mut code_on_line = false;
    let (mut depth, mut run) = (0_u32, 0_u32);
    // `#!/usr/bin/env …`, but not `#![…]`.
    if text.starts_with("#!") && !text[2..].trim_start().starts_with('[') {
        at = text.find('\n').unwrap_or(bytes.len());
    }
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'\n' => {
                code_on_line = false;
                at += 1;
                continue;
            }
            b'/' if matches!(bytes.get(at + 1), Some(b'/' | b'*')) => {
                let end = comment_end(bytes, at);
                found.comments.push(Comment { span: Span::new(file, at, end), trailing: code_on_line });
                if bytes[at..end].contains(&b'\n') {
                    code_on_line = false;
                }
                at = end;
                continue;
            }
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            _ => {}
        }
        code_on_line = true;
        run += 1;
        match byte {
            b'"' => at = string_end(bytes, at),
            b'\'' => at = quote_end(bytes, at),
            b'(' | b'[' | b'{' => {
                depth += 1;
                at += 1;
            }
            b')' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b'}' => {
                depth = depth.saturating_sub(1);
                at += 1;
                if !text[at..].trim_start().starts_with("else") {
                    found.run = found.run.max(run);
                    run = 0;
                }
            }
            b';' | b',' => {
                found.run = found.run.max(run);
                run = 0;
                at += 1;
            }
            _ if is_word(byte) => {
                let end = at + bytes[at..].iter().position(|b| !is_word(*b)).unwrap_or(bytes.len() - at);
                at = prefixed_end(bytes, at, end).unwrap_or(end);
            }
            _ => at += 1,
        }
        found.depth = found.depth.max(depth);
    }
    found.run = found.run.max(run);
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// End of a comment; block comments nest.
fn comment_end(bytes: &[u8], start: usize) -> usize {
    if bytes[start + 1] == b'/' {
        let end = bytes[start..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |n| start + n);
        return if bytes[end - 1] == b'\r' { end - 1 } else { end };
    }
    let (mut at, mut depth) = (start + 2, 1);
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'/', Some(b'*')) => {
                depth += 1;
                at += 2;
            }
            (b'*', Some(b'/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

/// End of a string with a prefix (`r#"…"#`, `b"…"`, `c"…"`, `b'x'`), where the word is one.
fn prefixed_end(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let word = &bytes[start..end];
    match bytes.get(end)? {
        b'"' if matches!(word, b"b" | b"c") => Some(string_end(bytes, end)),
        b'\'' if word == b"b" => Some(quote_end(bytes, end)),
        b'"' | b'#' if matches!(word, b"r" | b"br" | b"cr") => {
            let hashes = bytes[end..].iter().take_while(|b| **b == b'#').count();
            let open = end + hashes;
            if bytes.get(open) != Some(&b'"') {
                // A raw identifier.
                return None;
            }
            let mut at = open + 1;
            while at < bytes.len() {
                if bytes[at] == b'"' && bytes[at + 1..].iter().take(hashes).filter(|b| **b == b'#').count() == hashes {
                    return Some(at + 1 + hashes);
                }
                at += 1;
            }
            Some(bytes.len())
        }
        _ => None,
    }
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// End of a character, or of the quote of a lifetime or label.
fn quote_end(bytes: &[u8], start: usize) -> usize {
    match bytes.get(start + 1) {
        Some(b'\\') => {
            let mut at = start + 3;
            while at < bytes.len() && bytes[at] != b'\n' {
                if bytes[at] == b'\'' {
                    return at + 1;
                }
                at += 1;
            }
            at.min(bytes.len())
        }
        Some(first) => {
            let width = match first {
                0xf0.. => 4,
                0xe0.. => 3,
                0xc0.. => 2,
                _ => 1,
            };
            if bytes.get(start + 1 + width) == Some(&b'\'') { start + 2 + width } else { start + 1 }
        }
        None => start + 1,
    }
}
