//! Format strings: their pieces and arguments in order.

use crate::lowering::Lowering;
use crate::macros::{named_argument, split};
use dogpile_ir::{Lit, Value, ValueKind};
use dogpile_source::Span;
use proc_macro2::TokenTree;
use syn::{Expr, LitStr, Macro};

impl Lowering<'_> {
    /// `format!("…", a, b)` and what takes the same arguments.
    pub(crate) fn formatted(&mut self, mac: &Macro, span: Span) -> Value {
        self.formatted_parts(split(mac.tokens.clone()), span)
    }

    pub(crate) fn formatted_parts(&mut self, parts: Vec<Vec<TokenTree>>, span: Span) -> Value {
        let mut args = vec![];
        for part in parts {
            match syn::parse2::<Expr>(part.into_iter().collect()) {
                Ok(expr) => args.push(named_argument(&expr)),
                Err(_) => return self.opaque_value("format", span),
            }
        }
        let Some(((_, first), rest)) = args.split_first() else { return Self::text_value("", span) };
        match first {
            Expr::Lit(lit) => match &lit.lit {
                syn::Lit::Str(text) => self.concat(text, rest, span),
                _ => self.literal(&lit.lit),
            },
            // `panic!(concat!("a", "b"))`, `anyhow!(error)`
            other => {
                let value = self.value(other, None);
                self.arguments(rest.iter().map(|(_, e)| e));
                value
            }
        }
    }

    /// A format string with its arguments filled in.
    pub(crate) fn concat(&mut self, text: &LitStr, args: &[(Option<String>, Expr)], span: Span) -> Value {
        let mut values = vec![];
        for (name, arg) in args {
            values.push((name.clone(), self.place_value(arg, None)));
        }
        let at = self.at(text.span());
        let mut parts: Vec<Value> = vec![];
        let mut next = 0;
        for piece in pieces(&text.value()) {
            match piece {
                Piece::Text(text) => parts.push(Self::text_value(&text, at)),
                Piece::Argument(which) => {
                    let value = if which.is_empty() {
                        next += 1;
                        values.iter().filter(|(name, _)| name.is_none()).nth(next - 1).map(|(_, v)| v.clone())
                    } else if let Ok(n) = which.parse::<usize>() {
                        values.get(n).map(|(_, v)| v.clone())
                    } else {
                        self.inline(&which, &values, at)
                    };
                    parts.push(match value {
                        Some(value) => value,
                        None => self.opaque_value("format argument", at),
                    });
                }
            }
        }
        match parts.as_slice() {
            [] => Self::text_value("", span),
            [only] if matches!(only.kind, ValueKind::Lit(Lit::Str(_))) => parts.swap_remove(0),
            _ => Value::new(ValueKind::Concat(parts), span),
        }
    }

    /// `{name}`: a named argument, a variable, or a constant.
    fn inline(&mut self, name: &str, values: &[(Option<String>, Value)], at: Span) -> Option<Value> {
        if let Some((_, value)) = values.iter().find(|(n, _)| n.as_deref() == Some(name)) {
            return Some(value.clone());
        }
        if let Some(local) = self.names.local(name) {
            self.mention(local, true);
            return Some(Self::local_value(local, at));
        }
        let name = self.canonical_parts(&[name.to_owned()]);
        Some(Value::new(ValueKind::Global(name), at))
    }
}

enum Piece {
    Text(String),
    /// Empty: the next one.
    Argument(String),
}

/// Takes a format string apart.
fn pieces(text: &str) -> Vec<Piece> {
    let mut found = vec![];
    let mut plain = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' if rest.peek() == Some(&'{') => {
                rest.next();
                plain.push('{');
            }
            '}' => {
                if rest.peek() == Some(&'}') {
                    rest.next();
                }
                plain.push('}');
            }
            '{' => {
                if !plain.is_empty() {
                    found.push(Piece::Text(std::mem::take(&mut plain)));
                }
                let mut inside = String::new();
                for c in rest.by_ref() {
                    if c == '}' {
                        break;
                    }
                    inside.push(c);
                }
                let name = inside.split(':').next().unwrap_or("").trim().to_owned();
                found.push(Piece::Argument(name));
            }
            c => plain.push(c),
        }
    }
    if !plain.is_empty() {
        found.push(Piece::Text(plain));
    }
    found
}
