//! The few things read from a script's text rather than from its runs: how many
//! keys and arguments it mentions, and which constants and field names a state may
//! have to hold.

use crate::meaning::{Meaning, Word, meaning};

/// The highest literal index used with `name[…]`, so `KEYS[2]` gives 2.
fn highest(text: &str, name: &str) -> Option<usize> {
    let mut most = None;
    for (at, _) in text.match_indices(name) {
        let rest = text.get(at + name.len()..).unwrap_or_default().trim_start();
        let Some(rest) = rest.strip_prefix('[') else {
            continue;
        };
        let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).take(3).collect();
        most = most.max(digits.parse().ok());
    }
    most
}

/// How many of `name` a call probably passes, when nobody said.
pub(super) fn mentioned(text: &str, name: &str, fallback: usize) -> usize {
    match highest(text, name) {
        Some(most) => most,
        None if text.contains(name) => fallback,
        None => 0,
    }
}

/// Quoted texts that may be values: not names of commands or their options.
pub(super) fn literals(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut letters = text.chars();
    while let Some(quote) = letters.next() {
        if quote != '"' && quote != '\'' {
            continue;
        }
        let mut one = String::new();
        loop {
            match letters.next() {
                None | Some('\n') => break,
                Some(letter) if letter == quote => break,
                Some('\\') => one.extend(letters.next()),
                Some(letter) => one.push(letter),
            }
        }
        let known = ["NX", "XX", "EX", "PX", "EXAT", "PXAT", "GET", "KEEPTTL", "IFEQ", "ok", "err"];
        let command = meaning(&[Word::Lit(&one), Word::Lit("1"), Word::Lit("1"), Word::Lit("1")]);
        let value =
            one.len() <= 64 && command == Meaning::Unknown && !known.iter().any(|name| name.eq_ignore_ascii_case(&one));
        if value && !out.contains(&one) && out.len() < 8 {
            out.push(one);
        }
    }
    out
}

/// Names that may be fields of a JSON document: `x.name` and `x["name"]`.
pub(super) fn field_names(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for (at, _) in text.match_indices('.') {
        let name: String = text
            .get(at + 1..)
            .unwrap_or_default()
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect();
        let before: String = text
            .get(..at)
            .unwrap_or_default()
            .chars()
            .rev()
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect();
        // Reversed names of the libraries.
        let library = ["sider", "revres", "nosjc", "gnirts", "elbat", "htam", "tib"];
        let field = name.chars().next().is_some_and(|letter| !letter.is_ascii_digit());
        if field && !before.is_empty() && !library.contains(&before.as_str()) {
            out.push(name);
        }
    }
    out.extend(
        literals(text)
            .into_iter()
            .filter(|one| !one.is_empty() && one.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')),
    );
    out.sort();
    out.dedup();
    out.truncate(8);
    out
}

/// The text with bare placeholders of formatting languages (`%d`, `${x}`, `{}`)
/// replaced by a number, for texts that do not parse as they stand.
pub(super) fn filled(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut any = false;
    while let Some(at) = rest.find(['%', '$', '{']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let hole = ["%s", "%d", "%v", "%q", "%i", "{}"]
            .into_iter()
            .find(|hole| from.starts_with(hole))
            .map(str::len)
            .or_else(|| from.strip_prefix("${").and_then(|tail| tail.find('}')).map(|end| end + 3));
        match hole {
            Some(len) => {
                out.push_str(FILLER);
                any = true;
                rest = from.get(len..).unwrap_or_default();
            }
            None => {
                let len = from.chars().next().map_or(1, char::len_utf8);
                out.push_str(from.get(..len).unwrap_or_default());
                rest = from.get(len..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    any.then_some(out)
}

/// What stands in for a placeholder.
pub(super) const FILLER: &str = "7919";
