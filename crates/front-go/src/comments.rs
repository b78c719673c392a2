//! Every comment of a file, found by a scan of its bytes.
//!
//! The tree hangs comments under whatever node surrounds them, so that collecting them there would take a second walk
//! over all nodes; and it loses them inside syntax errors, where a suppression may stand.

use dogpile_ir::Comment;
use dogpile_source::{FileId, Span};

/// All comments in source order.
pub(crate) fn comments(file: FileId, text: &str) -> Vec<Comment> {
    let bytes = text.as_bytes();
    let mut found = vec![];
    let mut at = 0;
    let mut code_on_line = false;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' => {
                code_on_line = false;
                at += 1;
            }
            b'/' if matches!(bytes.get(at + 1), Some(b'/' | b'*')) => {
                let end = comment_end(bytes, at);
                found.push(Comment { span: Span::new(file, at, end), trailing: code_on_line });
                if bytes[at..end].contains(&b'\n') {
                    code_on_line = false;
                }
                at = end;
            }
            b'"' | b'\'' => {
                code_on_line = true;
                at = quoted_end(bytes, at);
            }
            b'`' => {
                code_on_line = true;
                at = raw_end(bytes, at);
            }
            byte => {
                code_on_line |= !byte.is_ascii_whitespace();
                at += 1;
            }
        }
    }
    found
}

/// The end of a string in backquotes that begins here.
pub(crate) fn raw_end(bytes: &[u8], start: usize) -> usize {
    bytes[start + 1..].iter().position(|&b| b == b'`').map_or(bytes.len(), |n| start + n + 2)
}

/// What is left of `text` after blanks and comments.
pub(crate) fn skip_blank(text: &str) -> &str {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    while rest.starts_with("//") || rest.starts_with("/*") {
        rest = rest[comment_end(rest.as_bytes(), 0)..].trim_start();
    }
    rest
}

pub(crate) fn comment_end(bytes: &[u8], start: usize) -> usize {
    let body = &bytes[start + 2..];
    if bytes[start + 1] == b'*' {
        return body.windows(2).position(|w| w == b"*/").map_or(bytes.len(), |n| start + n + 4);
    }
    let end = body.iter().position(|&b| b == b'\n').map_or(bytes.len(), |n| start + 2 + n);
    if end > start + 2 && bytes[end - 1] == b'\r' { end - 1 } else { end }
}

/// End of a string or rune; a line end closes it too, so that one stray quote spoils one line only.
pub(crate) fn quoted_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if at + 1 < bytes.len() && bytes[at + 1] != b'\n' => at += 2,
            b'\n' => return at,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
