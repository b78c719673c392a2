//! Numbers, texts, templates, regular expressions.

use crate::lowering::{Lowering, kids, only_kid};
use dogpile_ir::{Lit, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    pub(crate) fn literal(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let text = self.text_of(node);
        let lit = match node.kind() {
            "number" => number(text).unwrap_or(Lit::Float(f64::NAN)),
            "regex" => Lit::Str(text.into()),
            _ => Lit::Str(unescape(self.quoted(node)).into()),
        };
        Value::new(ValueKind::Lit(lit), span)
    }

    /// A template: its parts in order, or a plain text.
    pub(crate) fn template(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let mut parts = self.template_parts(node);
        let kind = match (parts.len(), parts.first().map(|p| &p.kind)) {
            (0, _) => ValueKind::Lit(Lit::Str("".into())),
            (1, Some(ValueKind::Lit(Lit::Str(_)))) => return Value::new(parts.remove(0).kind, span),
            _ => ValueKind::Concat(parts),
        };
        Value::new(kind, span)
    }

    pub(crate) fn template_parts(&mut self, node: Node<'t>) -> Vec<Value> {
        let mut parts: Vec<Value> = vec![];
        let mut from = node.start_byte() + 1;
        let end = node.end_byte().saturating_sub(1).max(from);
        for part in kids(node) {
            if part.kind() != "template_substitution" {
                continue;
            }
            self.template_text(from, part.start_byte(), &mut parts);
            from = part.end_byte();
            if let Some(inner) = only_kid(part) {
                parts.push(self.expr(inner));
            }
        }
        self.template_text(from, end, &mut parts);
        parts
    }

    fn template_text(&mut self, from: usize, to: usize, parts: &mut Vec<Value>) {
        let text = self.text.get(from..to).unwrap_or("");
        if !text.is_empty() {
            let span = dogpile_source::Span::new(self.file, from, to);
            parts.push(Value::new(ValueKind::Lit(Lit::Str(unescape(text).into())), span));
        }
    }

    /// The name of a property, without quotes.
    pub(crate) fn property_name(&self, node: Node<'t>) -> &'t str {
        match node.kind() {
            "string" => self.quoted(node),
            "computed_property_name" => {
                let inner = only_kid(node);
                match inner {
                    Some(inner) if inner.kind() == "string" => self.quoted(inner),
                    _ => self.text_of(node),
                }
            }
            _ => self.text_of(node),
        }
    }
}

fn number(text: &str) -> Option<Lit> {
    let text: String = text.chars().filter(|c| *c != '_').collect::<String>().to_ascii_lowercase();
    let text = text.strip_suffix('n').unwrap_or(&text);
    let radix = |prefix: &str, radix| text.strip_prefix(prefix).and_then(|n| i128::from_str_radix(n, radix).ok());
    if let Some(n) = radix("0x", 16).or_else(|| radix("0b", 2)).or_else(|| radix("0o", 8)) {
        return Some(Lit::int(n));
    }
    if text.len() > 1 && text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit() && b < b'8') {
        return i128::from_str_radix(text, 8).ok().map(Lit::int);
    }
    if let Ok(n) = text.parse::<i128>() {
        return Some(Lit::int(n));
    }
    let float: f64 = text.parse().ok()?;
    // `1e3` is a whole number.
    #[allow(clippy::cast_possible_truncation)]
    let whole = float.fract() == 0.0 && float.abs() < 9e15;
    #[allow(clippy::cast_possible_truncation)]
    let lit = if whole { Lit::int(float as i128) } else { Lit::Float(float) };
    Some(lit)
}

/// The text that a literal stands for.
pub(crate) fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.replace("\r\n", "\n");
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(c) = rest.chars().next() else { break };
        let mut used = c.len_utf8();
        let hex = |from: usize, len: usize| rest.get(from..from + len).and_then(|n| u32::from_str_radix(n, 16).ok());
        match c {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'v' => out.push('\u{b}'),
            '0' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => out.push('\0'),
            '\n' => {}
            '\r' => used += usize::from(rest[1..].starts_with('\n')),
            'x' if hex(1, 2).is_some() => {
                out.push(hex(1, 2).and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
                used = 3;
            }
            'u' => {
                let (code, len) = match rest.get(1..).and_then(|r| r.strip_prefix('{')).and_then(|r| r.find('}')) {
                    Some(end) => (hex(2, end), end + 3),
                    None => (hex(1, 4), 5),
                };
                match code {
                    Some(mut code) => {
                        used = len;
                        // Two halves of one character.
                        if (0xD800..0xDC00).contains(&code)
                            && rest.get(len..len + 2) == Some("\\u")
                            && let Some(low) = hex(len + 2, 4)
                            && (0xDC00..0xE000).contains(&low)
                        {
                            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                            used = len + 6;
                        }
                        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    None => out.push('u'),
                }
            }
            c => out.push(c),
        }
        rest = rest.get(used..).unwrap_or("");
    }
    out.push_str(rest);
    out
}
