//! JSX: an object of its attributes and children.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids, only_kid};
use dogpile_ir::{FieldInit, Lit, Type, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    pub(crate) fn jsx(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let mut fields = vec![];
        let head = if node.kind() == "jsx_element" { node.field("open_tag") } else { Some(node) };
        for part in head.map_or(vec![], kids) {
            match part.kind() {
                "jsx_attribute" => {
                    let parts = kids(part);
                    let Some(name) = parts.first() else { continue };
                    let value = match parts.get(1) {
                        Some(value) => self.jsx_value(*value),
                        None => Some(Value::new(ValueKind::Lit(Lit::Bool(true)), self.span(part))),
                    };
                    if let Some(value) = value {
                        fields.push(FieldInit::Named(self.text_of(*name).into(), value));
                    }
                }
                "jsx_expression" => {
                    if let Some(value) = self.jsx_value(part) {
                        fields.push(FieldInit::Spread(value));
                    }
                }
                _ => {}
            }
        }
        if node.kind() == "jsx_element" {
            for child in kids(node) {
                if matches!(child.kind(), "jsx_element" | "jsx_self_closing_element" | "jsx_expression")
                    && let Some(value) = self.jsx_value(child)
                {
                    fields.push(FieldInit::Item(value));
                }
            }
        }
        Value::new(ValueKind::Aggregate { ty: Type::Unknown, fields }, span)
    }

    fn jsx_value(&mut self, node: Node<'t>) -> Option<Value> {
        match node.kind() {
            "jsx_expression" => only_kid(node).map(|inner| self.expr(inner)),
            _ => Some(self.expr(node)),
        }
    }
}
