//! What names look like in text, and who shares them: printer and parser must agree.

use crate::FunctionKind;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Words that mean something; a name that is one of them is quoted.
pub(crate) const RESERVED: &[&str] = &[
    "_",
    "add",
    "all",
    "and",
    "as",
    "async",
    "await",
    "bits",
    "body",
    "break",
    "call",
    "case",
    "catch",
    "chan",
    "choose",
    "closure",
    "coalesce",
    "concat",
    "cond",
    "const",
    "continue",
    "counted",
    "default",
    "defer",
    "div",
    "else",
    "embed",
    "embeds",
    "eq",
    "fallthrough",
    "false",
    "field",
    "finally",
    "fn",
    "forever",
    "func",
    "ge",
    "global",
    "gt",
    "header",
    "if",
    "import",
    "in",
    "inf",
    "init",
    "interface",
    "into",
    "lang",
    "le",
    "lookup",
    "loop",
    "lt",
    "map",
    "may_call",
    "may_exit",
    "method",
    "module",
    "mul",
    "named",
    "nan",
    "ne",
    "neg",
    "new",
    "nil",
    "not",
    "opaque",
    "or",
    "post",
    "problem",
    "race",
    "raise",
    "range",
    "reads",
    "receive",
    "rem",
    "return",
    "scope",
    "send",
    "spawn",
    "start",
    "struct",
    "sub",
    "switch",
    "true",
    "try",
    "type",
    "typetest",
    "use",
    "var",
    "while",
    "writes",
];

/// Nesting of closures that share names; deeper ones stand for themselves.
const MAX_CLOSURE_DEPTH: usize = 64;

fn continues(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '/' | '.' | '-' | '@' | '$' | '~' | '+')
}

/// Bytes of the canonical name that `text` starts with. A colon belongs to it only inside (`std::mem`, `node:fs`).
pub(crate) fn word_len(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    let starts = match chars.next() {
        Some((_, '@')) => chars.peek().is_some_and(|(_, c)| continues(*c) && !c.is_numeric()),
        Some((_, c)) => c.is_alphabetic() || c == '_',
        None => false,
    };
    if !starts {
        return 0;
    }
    while let Some((at, c)) = chars.next() {
        let inside = c == ':' && chars.peek().is_some_and(|(_, next)| continues(*next) || *next == ':');
        if !continues(c) && !inside {
            return at;
        }
    }
    text.len()
}

/// Bytes of the plain identifier that `text` starts with.
pub(crate) fn ident_len(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$')) {
        return 0;
    }
    text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(text.len())
}

/// Writes a canonical name, in backticks where it would not be read back as it is.
pub(crate) fn push_word(out: &mut String, name: &str) {
    if !name.is_empty() && word_len(name) == name.len() && !RESERVED.contains(&name) {
        out.push_str(name);
    } else {
        push_quoted(out, name, '`');
    }
}

/// Writes a plain identifier, in backticks where it would not be read back as it is.
pub(crate) fn push_ident(out: &mut String, name: &str) {
    if !name.is_empty() && ident_len(name) == name.len() {
        out.push_str(name);
    } else {
        push_quoted(out, name, '`');
    }
}

/// Writes text between quotes on one line.
pub(crate) fn push_quoted(out: &mut String, text: &str, quote: char) {
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push(quote);
}

/// How functions are referred to: by name, the second of a name as `name#2`.
pub(crate) fn references<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    names
        .map(|name| {
            let count = seen.entry(name).or_insert(0);
            *count += 1;
            let mut text = String::new();
            push_word(&mut text, name);
            if *count > 1 {
                let _ = write!(text, "#{count}");
            }
            text
        })
        .collect()
}

/// Functions that share names of locals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    /// Initialisers of globals, and closures in them.
    Init,
    /// A function by index, and closures in it.
    Function(usize),
}

/// The scope of each function.
pub(crate) fn scopes(kinds: &[FunctionKind]) -> Vec<Scope> {
    (0..kinds.len())
        .map(|id| match ancestors(kinds, id).last() {
            Some((_, true)) => Scope::Init,
            Some((last, false)) if !matches!(kinds[last], FunctionKind::Closure { .. }) => Scope::Function(last),
            _ => Scope::Function(id),
        })
        .collect()
}

/// A function and those around it, inside out, and whether each stands in an initialiser of a global itself.
pub(crate) fn ancestors(kinds: &[FunctionKind], id: usize) -> impl Iterator<Item = (usize, bool)> {
    let around = |id: usize| match kinds[id] {
        FunctionKind::Closure { parent: Some(parent) } => Some(parent.0 as usize).filter(|p| *p < kinds.len()),
        _ => None,
    };
    std::iter::successors((id < kinds.len()).then_some(id), move |id| around(*id))
        .take(MAX_CLOSURE_DEPTH)
        .map(|id| (id, matches!(kinds[id], FunctionKind::Closure { parent: None })))
}
