//! Paths that a Rust file names without importing them: `crate::keys::LOCK`, `super::lease()`, `keys::LOCK` of a child.

use std::collections::BTreeSet;

/// Canonical forms of every path of two or more parts in a text. What is no path of this tree will be found nowhere, and
/// one in a comment costs no more than a look.
pub(crate) fn named_paths(module: &str, text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = text;
    while let Some(at) = rest.find("::") {
        let start = rest[..at]
            .rfind(|c: char| !is_word(c))
            .map_or(0, |n| n + rest[n..].chars().next().map_or(1, char::len_utf8));
        let tail = &rest[start..];
        let end = path_end(tail);
        let parts: Vec<&str> = tail[..end].split("::").filter(|part| !part.is_empty()).collect();
        add(module, &parts, &mut found);
        rest = &tail[end.max(at - start + 2)..];
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where a path that begins a text ends.
fn path_end(text: &str) -> usize {
    let mut end = 0;
    loop {
        let rest = &text[end..];
        end += rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        if !text[end..].starts_with("::") || !text[end + 2..].starts_with(is_word) {
            return end;
        }
        end += 2;
    }
}

fn add(module: &str, parts: &[&str], found: &mut BTreeSet<String>) {
    let Some((first, rest)) = parts.split_first() else { return };
    let absolute = |base: &[&str], rest: &[&str]| [base, rest].concat().join("::");
    let here: Vec<&str> = module.split("::").collect();
    match *first {
        "crate" => found.extend((!rest.is_empty()).then(|| absolute(&here[..1], rest))),
        "self" => found.extend((!rest.is_empty()).then(|| absolute(&here, rest))),
        "super" => {
            let ups = parts.iter().take_while(|part| **part == "super").count();
            let base = &here[..here.len().saturating_sub(ups).max(1)];
            found.insert(absolute(base, &parts[ups..]));
        }
        _ if parts.len() > 1 => {
            found.insert(absolute(&here, parts));
            found.insert(parts.join("::"));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_their_module() {
        let named = |text: &str| named_paths("app::jobs", text).into_iter().collect::<Vec<_>>();
        assert_eq!(named("x(crate::keys::LOCK)"), ["app::keys::LOCK"]);
        assert_eq!(named("é super::lease() + self::a::B"), ["app::jobs::a::B", "app::lease"]);
        assert_eq!(named("super::super::super::up::x"), ["app::up::x"]);
        assert_eq!(named("keys::LOCK"), ["app::jobs::keys::LOCK", "keys::LOCK"]);
        assert_eq!(named("use crate::{a, b};"), Vec::<String>::new());
        assert_eq!(named("Vec::<u8>::new(); ::std::x; a:: ; ::"), ["app::jobs::std::x", "std::x"]);
    }
}
