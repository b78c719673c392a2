//! Keys as expressions: their normal form, and how they read for people.

use crate::sym::{S, Sym};
use std::sync::Arc;

/// A key's normal form across functions: literal text stays, what varies is named by what it is and not by where it is.
pub(crate) fn shape(key: &Sym) -> String {
    match key {
        Sym::Str(text) => text.to_string(),
        Sym::Int(n, _) => n.to_string(),
        Sym::Concat(parts) => parts.iter().map(|p| shape(p)).collect(),
        // A sum in a key is text behind text, of which no declaration says so.
        Sym::Bin(dogpile_ir::BinaryOp::Add, a, b) => shape(a) + &shape(b),
        Sym::Param(_, _, name) => format!("{{{name}}}"),
        Sym::Field(base, name) => match &**base {
            Sym::Field(..) => format!("{{{}.{name}}}", shape(base).trim_matches(['{', '}'])),
            _ => format!("{{.{name}}}"),
        },
        Sym::Index(base, _) => format!("{{{}[]}}", shape(base).trim_matches(['{', '}'])),
        Sym::Global(name) => format!("{{{name}}}"),
        Sym::Result(_, i, name, args) => {
            let args: Vec<String> = args.iter().map(|a| shape(a)).collect();
            format!("{{{name}#{i}({})}}", args.join(","))
        }
        Sym::Scaled(_, inner) => shape(inner),
        Sym::List(items) => items.first().map_or_else(|| "{[]}".to_owned(), |i| shape(&i.sym)),
        Sym::Fresh(at) => format!("{{fresh {}:{}}}", at.file.0, at.start),
        // One of several keys, where each is one that other functions can name.
        Sym::Phi(parts) if parts.iter().all(|p| is_written_out(p)) => {
            let mut parts: Vec<String> = parts.iter().map(|p| shape(p).replace(['{', '}'], "")).collect();
            parts.sort();
            format!("{{{}}}", parts.join("|"))
        }
        _ => "{?}".to_owned(),
    }
}

/// A normal form without the names of parameters, which may differ between functions: `{name}` is one; calls and fields
/// hold more than a name, and may hold parameters in turn.
pub(crate) fn nameless(shape: &str) -> String {
    let mut text = String::new();
    let mut rest = shape;
    while let Some(open) = rest.find('{') {
        let (before, behind) = rest.split_at(open + 1);
        text.push_str(before);
        let name = behind.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(behind.len());
        if name > 0 && behind[name..].starts_with('}') {
            text.push('?');
            rest = &behind[name..];
        } else {
            rest = behind;
        }
    }
    text + rest
}

/// Whether equal normal forms mean the same key: some literal text, a global, a field or a call says so.
pub(crate) fn is_telling(key: &Sym) -> bool {
    if shape(key).contains("{?}") {
        return false;
    }
    match key {
        Sym::Str(text) => !text.is_empty(),
        Sym::Global(_) | Sym::Field(..) => true,
        Sym::Result(_, _, name, args) => !name.is_empty() && (name.contains('.') || args.iter().any(|a| is_telling(a))),
        Sym::Concat(parts) => parts.iter().any(|p| is_telling(p)),
        Sym::Phi(parts) => parts.iter().all(|p| is_written_out(p)),
        Sym::Bin(dogpile_ir::BinaryOp::Add, a, b) => is_telling(a) || is_telling(b),
        Sym::List(items) => items.first().is_some_and(|i| is_telling(&i.sym)),
        Sym::Scaled(_, inner) => is_telling(inner),
        _ => false,
    }
}

/// A key that another function writes in the same way: no result of a call is in it.
fn is_written_out(key: &Sym) -> bool {
    is_telling(key) && !key.any(&mut |s| matches!(s, Sym::Result(..) | Sym::Read(..)))
}

/// How a key reads for people: `"lock:" + key`.
pub(crate) fn display(key: &Sym) -> String {
    match key {
        Sym::Str(text) => format!("{:?}", &**text),
        Sym::Concat(parts) => parts.iter().map(|p| display(p)).collect::<Vec<_>>().join(" + "),
        Sym::Bin(dogpile_ir::BinaryOp::Add, a, b) => format!("{} + {}", display(a), display(b)),
        // The one that says most.
        Sym::Phi(parts) if is_telling(key) => parts
            .iter()
            .find(|p| matches!(&***p, Sym::Str(_) | Sym::Concat(_)))
            .or(parts.first())
            .map_or_else(|| "key".to_owned(), |p| display(p)),
        Sym::Param(_, _, name) | Sym::Global(name) => crate::names::last(name).to_owned(),
        Sym::Field(base, name) => match &**base {
            Sym::Param(_, _, b) => format!("{b}.{name}"),
            _ => name.to_string(),
        },
        Sym::Result(_, _, name, _) => format!("{}(…)", crate::names::last(name)),
        Sym::Int(n, _) => n.to_string(),
        Sym::Scaled(_, inner) => display(inner),
        Sym::Index(base, _) => format!("{}[…]", display(base)),
        Sym::List(items) => items.first().map_or_else(|| "keys".to_owned(), |i| display(&i.sym)),
        _ => "key".to_owned(),
    }
}

/// A part of a key: a separator may be written as a character, which is a number in Go.
fn part(key: &Sym) -> String {
    let character = |n: i128| u8::try_from(n).ok().map(char::from).filter(char::is_ascii_punctuation);
    match key {
        Sym::Int(n, _) => character(*n).map_or_else(|| pattern(key), String::from),
        _ => pattern(key),
    }
}

/// A key of which nothing is known.
pub(crate) const UNKNOWN: &str = "{?}";

/// A key's normal form for people: what varies is named shortly, and what is not known is `{?}`.
pub(crate) fn pattern(key: &Sym) -> String {
    match key {
        Sym::Concat(parts) => parts.iter().map(|p| part(p)).collect(),
        Sym::Bin(dogpile_ir::BinaryOp::Add, a, b) => part(a) + &part(b),
        Sym::Str(_) | Sym::Int(..) | Sym::Param(..) => shape(key),
        Sym::Phi(parts) if parts.iter().all(|p| is_written_out(p)) => shape(key),
        Sym::Scaled(_, inner) => pattern(inner),
        Sym::List(items) if !items.is_empty() => items.first().map_or_else(String::new, |i| pattern(&i.sym)),
        Sym::Fresh(_) => "{new}".to_owned(),
        Sym::Field(..) | Sym::Global(_) | Sym::Result(..) | Sym::Index(..) => format!("{{{}}}", display(key)),
        _ => UNKNOWN.to_owned(),
    }
}

/// The varying parts of a value: what it says beyond its literal text.
pub(crate) fn atoms(sym: &S, out: &mut Vec<S>) {
    match &**sym {
        Sym::Str(_) | Sym::Int(..) | Sym::Bool(_) | Sym::Nil => {}
        Sym::Concat(parts) | Sym::Phi(parts) => parts.iter().for_each(|p| atoms(p, out)),
        Sym::Result(_, _, name, args) if crate::names::is_idle(name) && !args.is_empty() => {
            args.iter().for_each(|a| atoms(a, out))
        }
        Sym::Scaled(_, inner) => atoms(inner, out),
        _ => out.push(Arc::clone(sym)),
    }
}
