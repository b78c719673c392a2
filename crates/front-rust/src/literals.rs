//! Literals and constants that are known by name.

use crate::lowering::Lowering;
use dogpile_ir::{Lit, Value, ValueKind};
use dogpile_source::Span;
use syn::Expr;

impl Lowering<'_> {
    pub(crate) fn literal(&mut self, lit: &syn::Lit) -> Value {
        let span = self.at(lit.span());
        let lit = match lit {
            syn::Lit::Str(text) => Lit::Str(text.value().into()),
            syn::Lit::ByteStr(bytes) => Lit::Str(String::from_utf8_lossy(&bytes.value()).into()),
            syn::Lit::CStr(text) => Lit::Str(text.value().to_string_lossy().into()),
            syn::Lit::Char(c) => Lit::Str(c.value().to_string().into()),
            syn::Lit::Byte(byte) => Lit::int(i128::from(byte.value())),
            syn::Lit::Bool(value) => Lit::Bool(value.value),
            syn::Lit::Int(number) => match number.base10_parse::<i128>() {
                Ok(_) if matches!(number.suffix(), "f32" | "f64") => Lit::Float(number.base10_parse().unwrap_or(0.0)),
                Ok(n) => Lit::int(n),
                Err(_) => return self.opaque_value("number", span),
            },
            syn::Lit::Float(number) => match number.base10_parse::<f64>() {
                Ok(n) => Lit::Float(n),
                Err(_) => return self.opaque_value("number", span),
            },
            _ => return self.opaque_value("literal", span),
        };
        Value::new(ValueKind::Lit(lit), span)
    }

    /// `u64::MAX` and the like.
    pub(crate) fn known_constant(&self, path: &syn::Path, span: Span) -> Option<Value> {
        let parts: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let (ty, name) = match parts.as_slice() {
            [ty, name] | ["std" | "core", ty, name] => (*ty, *name),
            _ => return None,
        };
        let n = match (ty, name) {
            ("u8", "MAX") => i128::from(u8::MAX),
            ("u16", "MAX") => i128::from(u16::MAX),
            ("u32", "MAX") => i128::from(u32::MAX),
            ("u64" | "usize", "MAX") => i128::from(u64::MAX),
            ("i8", "MAX") => i128::from(i8::MAX),
            ("i16", "MAX") => i128::from(i16::MAX),
            ("i32", "MAX") => i128::from(i32::MAX),
            ("i64" | "isize", "MAX") => i128::from(i64::MAX),
            ("i8", "MIN") => i128::from(i8::MIN),
            ("i16", "MIN") => i128::from(i16::MIN),
            ("i32", "MIN") => i128::from(i32::MIN),
            ("i64" | "isize", "MIN") => i128::from(i64::MIN),
            ("u8" | "u16" | "u32" | "u64" | "usize", "MIN") => 0,
            _ => return None,
        };
        Some(Value::new(ValueKind::Lit(Lit::int(n)), span))
    }

    /// The number that an expression without names is.
    pub(crate) fn constant_number(&self, expr: &Expr) -> Option<i128> {
        match crate::exprs::bare(expr) {
            Expr::Lit(lit) => match &lit.lit {
                syn::Lit::Int(n) => n.base10_parse().ok(),
                syn::Lit::Byte(n) => Some(i128::from(n.value())),
                _ => None,
            },
            Expr::Unary(e) if matches!(e.op, syn::UnOp::Neg(_)) => self.constant_number(&e.expr).map(|n| -n),
            _ => None,
        }
    }
}
