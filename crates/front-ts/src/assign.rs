//! Assignments, as statements and inside expressions.

use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::lowering::{Lowering, bare};
use crate::operators::{binary_op, logical};
use dogpile_ir::{BinaryOp, Lit, Place, Rvalue, StmtKind, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// `a = x`; its value is what was stored.
    pub(crate) fn assignment(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let (Some(left), Some(right)) = (node.field("left"), node.field("right")) else {
            return self.opaque_value("incomplete expression", span);
        };
        let left = bare(left);
        if matches!(left.kind(), "object_pattern" | "array_pattern") {
            let whole = self.expr_as(right, Wait::Later);
            self.destructure(left, whole.clone(), false, None);
            return whole;
        }
        let place = self.place(left);
        let value = self.rvalue(right, Wait::Later);
        self.assign(vec![place.clone()], value, span);
        self.read(&place, self.span(left))
    }

    /// `a op= x`.
    pub(crate) fn compound(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let (Some(left), Some(right)) = (node.field("left"), node.field("right")) else {
            return self.opaque_value("incomplete expression", span);
        };
        let left = bare(left);
        let operator = self.operator(node);
        let operator = operator.strip_suffix('=').unwrap_or(operator);
        let place = self.place(left);
        let old = self.read(&place, self.span(left));
        if let Some(op) = logical(operator) {
            let cond = match op {
                BinaryOp::And => old,
                BinaryOp::Coalesce => self.is_nil(old),
                _ => Value::new(ValueKind::Not(Box::new(old)), span),
            };
            let target = place.clone();
            let then = self.nested(|s| {
                let value = s.rvalue(right, Wait::Later);
                s.assign(vec![target], value, span);
            });
            self.emit(StmtKind::If { cond, then, otherwise: vec![] }, span);
            return self.read(&place, span);
        }
        let value = self.expr(right);
        let result = if operator == "**" {
            self.builtin_call("Math.pow", vec![old, value], node, span)
        } else {
            Rvalue::Use(Value::new(ValueKind::Binary(binary_op(operator), Box::new(old), Box::new(value)), span))
        };
        self.assign(vec![place.clone()], result, span);
        self.read(&place, span)
    }

    /// `x++` as a statement.
    pub(crate) fn step(&mut self, node: Node<'t>) -> Option<Place> {
        let operand = bare(node.field("argument")?);
        let place = self.place(operand);
        self.stepped(node, operand, &place);
        Some(place)
    }

    /// One more, or one less, in a place.
    fn stepped(&mut self, node: Node<'t>, operand: Node<'t>, place: &Place) {
        let span = self.span(node);
        let op = if self.operator(node) == "--" { BinaryOp::Sub } else { BinaryOp::Add };
        let value = self.read(place, self.span(operand));
        let one = Value::new(ValueKind::Lit(Lit::int(1)), span);
        let sum = Value::new(ValueKind::Binary(op, Box::new(value), Box::new(one)), span);
        self.assign(vec![place.clone()], Rvalue::Use(sum), span);
    }

    /// `x++`, `++x` as a value.
    pub(crate) fn update(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let prefix = node.child(0).is_some_and(|n| !n.is_named());
        let Some(operand) = node.field("argument") else {
            return self.opaque_value("incomplete expression", span);
        };
        let operand = bare(operand);
        // Once: what stands there may call something, and a step of a step of a step is looked at 2^n times otherwise.
        let place = self.place(operand);
        let old = (!prefix).then(|| {
            let value = self.read(&place, self.span(operand));
            self.hoist(Rvalue::Use(value), span)
        });
        self.stepped(node, operand, &place);
        old.unwrap_or_else(|| self.read(&place, span))
    }

    /// What stands left of `=`.
    pub(crate) fn place(&mut self, node: Node<'t>) -> Place {
        let node = bare(node);
        let value = self.expr(node);
        match value.kind {
            ValueKind::Local(local) => Place::Local(local),
            ValueKind::Global(name) => Place::Global(name),
            ValueKind::Field(base, name) => Place::Field(base, name),
            ValueKind::Index(base, index) => Place::Index(base, index),
            kind => Place::Deref(Box::new(Value::new(kind, value.span))),
        }
    }

    /// What a place holds now.
    pub(crate) fn read(&mut self, place: &Place, span: dogpile_source::Span) -> Value {
        let kind = match place {
            Place::Local(local) => ValueKind::Local(*local),
            Place::Global(name) => ValueKind::Global(name.clone()),
            Place::Field(base, name) => ValueKind::Field(base.clone(), name.clone()),
            Place::Index(base, index) => ValueKind::Index(base.clone(), index.clone()),
            Place::Deref(pointer) => return (**pointer).clone(),
            Place::Blank => return self.opaque_value("incomplete expression", span),
        };
        Value::new(kind, span)
    }
}
