//! Literals and composite literals.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids, unwrapped};
use dogpile_ir::{FieldInit, Lit, Type, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    pub(crate) fn literal(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let text = self.text_of(node);
        let lit = match node.kind() {
            "int_literal" => int(text).map(Lit::int).or_else(|| digits(text).parse().ok().map(Lit::Float)),
            "float_literal" => float(text).map(Lit::Float),
            "rune_literal" => {
                let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
                let mut chars = inner.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) => Some(Lit::int(i128::from(u32::from(c)))),
                    _ => rune(inner).map(Lit::int),
                }
            }
            "raw_string_literal" => Some(Lit::Str(text.trim_matches('`').replace('\r', "").into())),
            "interpreted_string_literal" => {
                let inner = text.strip_prefix('"').unwrap_or(text);
                Some(Lit::Str(unescape(inner.strip_suffix('"').unwrap_or(inner)).into()))
            }
            _ => None,
        };
        match lit {
            Some(lit) => Value::new(ValueKind::Lit(lit), span),
            // Complex numbers: a value, and none that anything here turns on.
            None => Value::new(ValueKind::Opaque("number".into()), span),
        }
    }

    /// `T{…}`.
    pub(crate) fn composite(&mut self, node: Node<'t>) -> Value {
        let ty = self.field_type(node, "type");
        let mut value = match node.field("body") {
            Some(body) => self.elements(body, ty),
            None => Value::new(ValueKind::Aggregate { ty, fields: vec![] }, self.span(node)),
        };
        value.span = self.span(node);
        value
    }

    /// `{…}` of a type, which inner literals may leave out.
    fn elements(&mut self, body: Node<'t>, ty: Type) -> Value {
        let span = self.span(body);
        if !self.enter(body) {
            return self.opaque_value("nested too deeply", span);
        }
        let (key, item, keyed) = match self.underlying(&ty) {
            Type::Map(key, item) => (*key, *item, true),
            Type::List(item) => (Type::Unknown, *item, true),
            _ => (Type::Unknown, Type::Unknown, false),
        };
        let mut fields = vec![];
        for part in kids(body) {
            match part.kind() {
                "keyed_element" => {
                    let (Some(name), Some(value)) = (part.field("key"), part.field("value")) else {
                        continue;
                    };
                    let field = (!keyed).then(|| self.field_name(name)).flatten();
                    let field_key = match field {
                        Some(_) => None,
                        None => Some(self.element(name, &key)),
                    };
                    let value = self.element(value, &item);
                    fields.push(match (field, field_key) {
                        (Some(name), _) => FieldInit::Named(name.into(), value),
                        (None, Some(key)) => FieldInit::Keyed(Box::new(key), value),
                        (None, None) => FieldInit::Item(value),
                    });
                }
                _ => fields.push(FieldInit::Item(self.element(part, &item))),
            }
        }
        self.leave();
        Value::new(ValueKind::Aggregate { ty, fields }, span)
    }

    /// The name of a field, if the key of an element can be one.
    fn field_name(&self, key: Node<'t>) -> Option<&'t str> {
        let inner = if key.kind() == "literal_element" { crate::lowering::only_kid(key)? } else { key };
        matches!(inner.kind(), "identifier" | "field_identifier").then(|| self.text_of(inner))
    }

    fn element(&mut self, node: Node<'t>, ty: &Type) -> Value {
        let inner =
            if node.kind() == "literal_element" { crate::lowering::only_kid(node).unwrap_or(node) } else { node };
        match inner.kind() {
            "literal_value" => self.elements(inner, ty.clone()),
            "literal_element" => {
                let span = self.span(inner);
                self.opaque_value("incomplete expression", span)
            }
            _ => self.expr(unwrapped(inner)),
        }
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(|c| *c != '_').collect()
}

fn int(text: &str) -> Option<i128> {
    let text = digits(text).to_ascii_lowercase();
    let radix = |prefix: &str, radix| text.strip_prefix(prefix).and_then(|n| i128::from_str_radix(n, radix).ok());
    if text.len() > 1 && text.starts_with('0') {
        return radix("0x", 16).or_else(|| radix("0b", 2)).or_else(|| radix("0o", 8)).or_else(|| radix("0", 8));
    }
    text.parse().ok()
}

fn float(text: &str) -> Option<f64> {
    let text = digits(text).to_ascii_lowercase();
    let Some(hex) = text.strip_prefix("0x") else { return text.parse().ok() };
    let (mantissa, exponent) = hex.split_once('p')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut value = 0.0;
    for digit in whole.chars() {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let mut unit = 1.0;
    for digit in fraction.chars() {
        unit /= 16.0;
        value += unit * f64::from(digit.to_digit(16)?);
    }
    Some(value * 2f64.powi(exponent.parse().ok()?))
}

fn rune(escaped: &str) -> Option<i128> {
    let mut rest = escaped.strip_prefix('\\')?.chars();
    let code = match rest.next()? {
        'x' | 'u' | 'U' => return i128::from_str_radix(rest.as_str(), 16).ok(),
        digit @ '0'..='7' => return i128::from_str_radix(&format!("{digit}{}", rest.as_str()), 8).ok(),
        c => simple_escape(c)?,
    };
    Some(i128::from(code))
}

fn simple_escape(c: char) -> Option<u8> {
    Some(match c {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' | '\'' | '"' => u8::try_from(c).ok()?,
        _ => return None,
    })
}

/// The text a string literal stands for; bytes that are no UTF-8 are replaced.
fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let Some(c) = rest.chars().next() else { break };
        let code = |from: usize, len: usize, radix| {
            rest.get(from..from + len).and_then(|n| u32::from_str_radix(n, radix).ok())
        };
        let (used, ok) = match c {
            'x' => (3, code(1, 2, 16).and_then(|n| u8::try_from(n).ok()).map(|b| bytes.push(b))),
            '0'..='7' => (3, code(0, 3, 8).and_then(|n| u8::try_from(n).ok()).map(|b| bytes.push(b))),
            'u' | 'U' => {
                let len = if c == 'u' { 4 } else { 8 };
                let found = code(1, len, 16).map(|n| {
                    let c = char::from_u32(n).unwrap_or(char::REPLACEMENT_CHARACTER);
                    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                });
                (1 + len, found)
            }
            c => (c.len_utf8(), simple_escape(c).map(|b| bytes.push(b))),
        };
        if ok.is_none() {
            bytes.push(b'\\');
            continue;
        }
        rest = rest.get(used..).unwrap_or("");
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}
