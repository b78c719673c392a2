//! JSON as configuration files have it: with comments and trailing commas.

use serde_json::Value;

/// Reads it; `None` where it is no such thing.
#[must_use]
pub(crate) fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(&plain(text.trim_start_matches('\u{feff}'))).ok()
}

/// Without comments and trailing commas.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = if c == '"' {
            let end = string_end(rest);
            out.push_str(&rest[..end]);
            end
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.find("*/").map_or(rest.len(), |at| at + 4)
        } else {
            if matches!(c, ']' | '}') {
                let kept = out.trim_end();
                let kept = kept.strip_suffix(',').unwrap_or(kept).len();
                out.truncate(kept);
            }
            out.push(c);
            c.len_utf8()
        };
        rest = &rest[taken..];
    }
    out
}

/// Where the string that opens here ends.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn comments_and_trailing_commas_go() {
        let text = "\u{feff}// a\n{ /* b */ \"p\": { \"@/*\": [\"./src/*\", /* c */ ], }, // d\n \"s\": \"a//b \\\" /* ,]\", }";
        assert_eq!(parse(text), Some(json!({"p": {"@/*": ["./src/*"]}, "s": "a//b \" /* ,]"})));
    }

    #[test]
    fn what_is_broken_is_nothing() {
        for text in ["", "{", "\"a", "/*", "//", "{\"a\": \"\\", "[,"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
