//! Text of other people in a page.

use crate::clean::clean;

/// One line of text that is only text in a page: markup is escaped, and what steers, reorders or hides is made visible.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A line of a source file: as [`text`], but tabs stay.
pub(super) fn source(line: &str) -> String {
    line.split('\t').map(text).collect::<Vec<_>>().join("\t")
}

/// Prose of rules: what stands between backticks is code, and lines stay lines.
pub(super) fn prose(words: &str) -> String {
    words.lines().map(spans).collect::<Vec<_>>().join("<br>")
}

fn spans(line: &str) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    if parts.len().is_multiple_of(2) {
        // One backtick has no fellow.
        return text(line);
    }
    let part = |(n, part): (usize, &&str)| match n % 2 {
        0 => text(part),
        _ => format!("<code>{}</code>", text(part)),
    };
    parts.iter().enumerate().map(part).collect()
}

/// The first characters of a text, and a mark where there are more.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(text("</script><b a='\"'>&"), "&lt;/script&gt;&lt;b a=&#39;&quot;&#39;&gt;&amp;");
        assert_eq!(text("a\x1b[0m\u{202e}b\n"), "a\u{241b}[0m\u{fffd}b ");
        assert_eq!(source("\tif a < b {\x07"), "\tif a &lt; b {\u{2407}");
    }

    #[test]
    fn backticks_are_code_in_pairs() {
        assert_eq!(prose("`\"a<\"` ends"), "<code>&quot;a&lt;&quot;</code> ends");
        assert_eq!(prose("a ` b"), "a ` b");
        assert_eq!(prose("a\nb"), "a<br>b");
    }

    #[test]
    fn texts_are_cut_at_characters() {
        assert_eq!(cut("käse", 4), "käse");
        assert_eq!(cut("käsekuchen", 5), "käse…");
    }
}
