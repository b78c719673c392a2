//! Types, values and what statements compute.

use super::Printer;
use super::names::{push_ident, push_quoted, push_word};
use crate::{BinaryOp, Call, Callee, FieldInit, Lit, Place, Rvalue, Type, Value, ValueKind};
use std::fmt::Write as _;

/// The word of an operator.
fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Eq => "eq",
        BinaryOp::Ne => "ne",
        BinaryOp::Lt => "lt",
        BinaryOp::Le => "le",
        BinaryOp::Gt => "gt",
        BinaryOp::Ge => "ge",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Add => "add",
        BinaryOp::Sub => "sub",
        BinaryOp::Mul => "mul",
        BinaryOp::Div => "div",
        BinaryOp::Rem => "rem",
        BinaryOp::Bits => "bits",
        BinaryOp::Coalesce => "coalesce",
    }
}

impl Printer<'_> {
    /// `: type`, nothing where it is not known.
    pub(super) fn typed(&mut self, ty: &Type) {
        if *ty != Type::Unknown {
            self.out.push_str(": ");
            self.ty(ty);
        }
    }

    pub(super) fn ty(&mut self, ty: &Type) {
        match ty {
            Type::Unknown => self.out.push('?'),
            Type::Named(name) => push_word(&mut self.out, name),
            Type::List(item) => {
                self.out.push_str("[]");
                self.ty(item);
            }
            Type::Map(key, item) => {
                self.out.push_str("map[");
                self.ty(key);
                self.out.push(']');
                self.ty(item);
            }
            Type::Chan(item) => {
                self.out.push_str("chan ");
                self.ty(item);
            }
            Type::Func(of) => {
                let (params, results) = &**of;
                self.out.push_str("func");
                self.signature_types(params, results);
            }
            Type::Tuple(items) => self.types(items),
        }
    }

    fn types(&mut self, types: &[Type]) {
        self.out.push('(');
        self.list(types, Self::ty);
        self.out.push(')');
    }

    /// ` -> (types)`, nothing where there are none.
    pub(super) fn results(&mut self, results: &[Type]) {
        if !results.is_empty() {
            self.out.push_str(" -> ");
            self.types(results);
        }
    }

    pub(super) fn signature_types(&mut self, params: &[Type], results: &[Type]) {
        self.types(params);
        self.results(results);
    }

    pub(super) fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Lit(lit) => self.lit(lit),
            ValueKind::Local(id) => self.local(*id),
            ValueKind::Global(name) => push_word(&mut self.out, name),
            ValueKind::Field(base, name) => self.field(base, name),
            ValueKind::Index(base, index) => self.index(base, index),
            ValueKind::Slice(base) => {
                self.base(base);
                self.out.push_str("[..]");
            }
            ValueKind::Not(inner) => self.prefix("not", [&**inner]),
            ValueKind::Neg(inner) => self.prefix("neg", [&**inner]),
            ValueKind::Binary(op, left, right) => self.prefix(operator(*op), [&**left, &**right]),
            ValueKind::Concat(parts) => self.prefix("concat", parts),
            ValueKind::Convert(ty, inner) => {
                self.out.push_str("(as ");
                self.ty(ty);
                self.out.push(' ');
                self.value(inner);
                self.out.push(')');
            }
            ValueKind::Aggregate { ty, fields } => {
                self.out.push_str("new ");
                if *ty != Type::Unknown {
                    self.ty(ty);
                }
                self.out.push('{');
                self.list(fields, Self::field_init);
                self.out.push('}');
            }
            ValueKind::Closure(id) => {
                self.out.push_str("closure ");
                self.reference(*id);
            }
            ValueKind::Opaque(why) => {
                self.out.push_str("opaque ");
                push_quoted(&mut self.out, why, '"');
            }
        }
    }

    fn lit(&mut self, lit: &Lit) {
        match lit {
            Lit::Nil => self.out.push_str("nil"),
            Lit::Str(text) => push_quoted(&mut self.out, text, '"'),
            Lit::Float(number) if number.is_nan() => self.out.push_str("nan"),
            Lit::Float(number) => {
                let _ = write!(self.out, "{number:?}");
            }
            Lit::Bool(truth) => {
                let _ = write!(self.out, "{truth}");
            }
            Lit::Int(number) => {
                let _ = write!(self.out, "{}", number.get());
            }
        }
    }

    fn prefix<'v>(&mut self, word: &str, parts: impl IntoIterator<Item = &'v Value>) {
        self.out.push('(');
        self.out.push_str(word);
        for part in parts {
            self.out.push(' ');
            self.value(part);
        }
        self.out.push(')');
    }

    /// What a `.name` or `[index]` follows.
    fn base(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Lit(_)
            | ValueKind::Global(_)
            | ValueKind::Aggregate { .. }
            | ValueKind::Closure(_)
            | ValueKind::Opaque(_) => self.in_parens(value),
            _ => self.value(value),
        }
    }

    fn in_parens(&mut self, value: &Value) {
        self.out.push('(');
        self.value(value);
        self.out.push(')');
    }

    fn field(&mut self, base: &Value, name: &str) {
        self.base(base);
        self.out.push('.');
        push_ident(&mut self.out, name);
    }

    fn index(&mut self, base: &Value, index: &Value) {
        self.base(base);
        self.out.push('[');
        self.value(index);
        self.out.push(']');
    }

    fn field_init(&mut self, field: &FieldInit) {
        match field {
            FieldInit::Named(name, value) => {
                push_ident(&mut self.out, name);
                self.out.push_str(": ");
                self.value(value);
            }
            FieldInit::Keyed(key, value) => {
                self.out.push('[');
                self.value(key);
                self.out.push_str("]: ");
                self.value(value);
            }
            FieldInit::Item(value) => self.value(value),
            FieldInit::Spread(value) => {
                self.out.push_str("...");
                self.value(value);
            }
        }
    }

    pub(super) fn values(&mut self, values: &[Value]) {
        self.list(values, Self::value);
    }

    pub(super) fn places(&mut self, places: &[Place]) {
        self.list(places, Self::place);
    }

    fn place(&mut self, place: &Place) {
        match place {
            Place::Blank => self.out.push('_'),
            Place::Local(id) => self.local(*id),
            Place::Global(name) => push_word(&mut self.out, name),
            Place::Field(base, name) => self.field(base, name),
            Place::Index(base, index) => self.index(base, index),
            Place::Deref(pointer) => {
                self.out.push('*');
                self.value(pointer);
            }
        }
    }

    pub(super) fn rvalue(&mut self, rvalue: &Rvalue) {
        match rvalue {
            Rvalue::Use(value) => self.value(value),
            Rvalue::Call(call) => self.call(call),
            Rvalue::Await(value) => {
                self.out.push_str("await ");
                self.value(value);
            }
            Rvalue::Race(values) => self.applied("race", values),
            Rvalue::All(values) => self.applied("all", values),
            Rvalue::Receive(from) => {
                self.out.push_str("receive ");
                self.value(from);
            }
            Rvalue::Send(to, value) => self.applied("send", [&**to, value]),
            Rvalue::TypeTest(value, ty) => {
                self.out.push_str("typetest(");
                self.value(value);
                self.out.push_str(", ");
                self.ty(ty);
                self.out.push(')');
            }
            Rvalue::Lookup(map, key) => self.applied("lookup", [&**map, key]),
        }
    }

    fn applied<'v>(&mut self, word: &str, parts: impl IntoIterator<Item = &'v Value>) {
        self.out.push_str(word);
        self.out.push('(');
        for (i, part) in parts.into_iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.value(part);
        }
        self.out.push(')');
    }

    fn call(&mut self, call: &Call) {
        self.out.push_str(if self.options.origin && !call.awaited { "start " } else { "call " });
        match &call.callee {
            Callee::Named(name) => push_word(&mut self.out, name),
            Callee::Method { receiver, name } => self.field(receiver, name),
            Callee::Value(value) if matches!(value.kind, ValueKind::Local(_)) => self.value(value),
            Callee::Value(value) => self.in_parens(value),
        }
        self.out.push('(');
        let last = call.args.len().saturating_sub(1);
        for (i, arg) in call.args.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            if call.spread && i == last {
                self.out.push_str("...");
            }
            self.value(arg);
        }
        if call.spread && call.args.is_empty() {
            self.out.push_str("...");
        }
        self.out.push(')');
    }
}
