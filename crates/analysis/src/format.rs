//! Format strings as concatenations.

use crate::sym::{Sym, Val, concat};
use dogpile_source::Span;
use std::sync::Arc;

/// What `fmt.Sprintf(format, parts...)` gives; other functions of the family join their arguments.
pub(crate) fn sprintf(args: &[Val], name: &str, span: Span) -> Sym {
    let rest: Vec<_> = args.iter().skip(1).map(|a| a.sym.clone()).collect();
    let Some(format) = args.first() else { return Sym::Str("".into()) };
    let Some(text) = format.sym.str() else {
        return Sym::Result(span, 0, name.into(), args.iter().map(|a| a.sym.clone()).collect());
    };
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut chars = text.chars().peekable();
    let mut next = 0;
    while let Some(c) = chars.next() {
        if c != '%' {
            literal.push(c);
            continue;
        }
        if chars.peek() == Some(&'%') {
            chars.next();
            literal.push('%');
            continue;
        }
        for f in chars.by_ref() {
            if f.is_ascii_alphabetic() {
                break;
            }
        }
        parts.push(Arc::new(Sym::Str(std::mem::take(&mut literal).into())));
        parts.push(rest.get(next).cloned().unwrap_or_else(|| Arc::new(Sym::Unknown)));
        next += 1;
    }
    parts.push(Arc::new(Sym::Str(literal.into())));
    concat(parts)
}
