//! Which names of a script are nothing but elements of KEYS.
//!
//! Scopes are not told apart: a name counts when it is an element of KEYS wherever it is bound.

use std::collections::{BTreeMap, BTreeSet};

use super::lua::{Token, closed, is, named};

/// A statement begins with these.
const STATEMENTS: [&str; 12] =
    ["local", "if", "for", "return", "end", "do", "then", "else", "elseif", "until", "break", "in"];

/// What a name is bound to somewhere.
#[derive(Debug, Clone, Copy)]
enum Bound<'a> {
    Key,
    As(&'a str),
    Other,
}

/// Names that are bound to elements of KEYS wherever they are bound.
pub(super) fn names_of_keys(all: &[Token]) -> Result<BTreeSet<&str>, String> {
    let mut bound: BTreeMap<&str, Vec<Bound<'_>>> = BTreeMap::new();
    for at in 0..all.len() {
        if is(all, at, "=") {
            for (name, value) in assigned(all, at)? {
                bound.entry(name).or_default().push(value);
            }
        } else if named(all, at) == Some("for") {
            for (name, value) in looped(all, at) {
                bound.entry(name).or_default().push(value);
            }
        }
    }
    let mut keys: BTreeSet<&str> = bound.keys().copied().collect();
    loop {
        let stay = |name: &&str| {
            bound[name].iter().all(|value| match value {
                Bound::Key => true,
                Bound::As(other) => keys.contains(other),
                Bound::Other => false,
            })
        };
        let fewer: BTreeSet<&str> = keys.iter().copied().filter(|name| stay(name)).collect();
        if fewer.len() == keys.len() {
            return Ok(keys);
        }
        keys = fewer;
    }
}

/// `a, b = x, y`, seen from its `=`. A field of a table is nobody's name, unless the table is KEYS.
fn assigned<'a>(all: &'a [Token], equals: usize) -> Result<Vec<(&'a str, Bound<'a>)>, String> {
    let mut targets = Vec::new();
    let mut at = equals;
    while let Some(last) = at.checked_sub(1) {
        let Some(begin) = target(all, last) else {
            if in_table(all, last) {
                break;
            }
            return Err("the script assigns to something that cannot be read".to_owned());
        };
        match named(all, begin) {
            Some("KEYS") => return Err("the script assigns to KEYS".to_owned()),
            name => targets.push(name.filter(|_| begin == last)),
        }
        match begin.checked_sub(1) {
            Some(comma) if is(all, comma, ",") => at = comma,
            _ => break,
        }
    }
    targets.reverse();
    let mut values = Vec::new();
    let mut at = equals + 1;
    while values.len() < targets.len() {
        let (value, next) = value(all, at);
        values.push(value);
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    values.resize(targets.len(), Bound::Other);
    Ok(targets.into_iter().zip(values).filter_map(|(target, value)| target.map(|name| (name, value))).collect())
}

/// Whether what ends at `last` is no target but a part of a table that is written out: a value, or `[key]`.
fn in_table(all: &[Token], last: usize) -> bool {
    match all.get(last) {
        Some(Token::Symbol("]")) => opened(all, last)
            .and_then(|open| open.checked_sub(1))
            .is_some_and(|before| ["{", ",", ";"].iter().any(|symbol| is(all, before, symbol))),
        Some(Token::Text(_) | Token::Number(_) | Token::Symbol("}")) => true,
        _ => false,
    }
}

/// The bracket that the one at `last` closes.
fn opened(all: &[Token], last: usize) -> Option<usize> {
    (0..last).rev().find(|&open| is(all, open, "[") && closed(all, open) == Some(last + 1))
}

/// Where the target of an assignment begins that ends at `last`: a name, or a field or an element of one.
fn target(all: &[Token], last: usize) -> Option<usize> {
    let mut at = last;
    loop {
        if is(all, at, "]") {
            at = opened(all, at)?.checked_sub(1)?;
            continue;
        }
        named(all, at)?;
        match at.checked_sub(1) {
            Some(dot) if is(all, dot, ".") => at = dot.checked_sub(1)?,
            _ => return Some(at),
        }
    }
}

/// One value of an assignment, and where the next begins if there is one.
fn value(all: &[Token], at: usize) -> (Bound<'_>, Option<usize>) {
    let (found, end) = match named(all, at) {
        Some("KEYS") if is(all, at + 1, "[") => (Bound::Key, closed(all, at + 1).unwrap_or(all.len())),
        Some(name) => (Bound::As(name), at + 1),
        None => (Bound::Other, at),
    };
    match all.get(end) {
        Some(Token::Symbol(",")) => return (found, Some(end + 1)),
        None | Some(Token::Symbol(";")) => return (found, None),
        Some(Token::Name(name)) if name != "and" && name != "or" => return (found, None),
        _ => {}
    }
    // Something larger: whatever it is, it is not simply a key.
    let mut depth = 0_usize;
    for (place, token) in all.iter().enumerate().skip(at) {
        match token {
            Token::Symbol("(" | "[" | "{") => depth += 1,
            Token::Symbol(")" | "]" | "}") => depth = depth.saturating_sub(1),
            Token::Symbol(",") if depth == 0 => return (Bound::Other, Some(place + 1)),
            Token::Symbol("=" | ";") => break,
            Token::Name(name) if STATEMENTS.contains(&name.as_str()) => break,
            _ => {}
        }
    }
    (Bound::Other, None)
}

/// The names of a `for`, seen from it.
fn looped(all: &[Token], at: usize) -> Vec<(&str, Bound<'_>)> {
    let mut names = Vec::new();
    let mut place = at + 1;
    while let Some(name) = named(all, place) {
        names.push(name);
        place += 1;
        if !is(all, place, ",") {
            break;
        }
        place += 1;
    }
    let of_keys = named(all, place) == Some("in")
        && named(all, place + 1).is_some_and(|name| matches!(name, "ipairs" | "pairs"))
        && is(all, place + 2, "(")
        && named(all, place + 3) == Some("KEYS")
        && is(all, place + 4, ")");
    let value = |nth: usize| if of_keys && nth == 1 { Bound::Key } else { Bound::Other };
    names.into_iter().enumerate().map(|(nth, name)| (name, value(nth))).collect()
}
