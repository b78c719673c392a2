//! `f[x](…)`: a call with a type argument, or a call of an item of a table?
//!
//! The grammar reads every such call as the first. Without types what decides is what this file knows of the names.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids, only_kid};
use crate::scope::{Item, Resolved};
use crate::types::is_type;
use dogpile_ir::{Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// The item that a callee takes from a table, where its "type argument" is an index.
    pub(crate) fn table_item(&mut self, table: Node<'t>, arguments: Node<'t>) -> Option<Value> {
        let parts = kids(arguments);
        let [only] = parts.as_slice() else { return None };
        if !self.is_table(table) && !self.is_index(*only) {
            return None;
        }
        let start = self.span(table);
        let base = self.type_as_value(table);
        let index = self.type_as_value(*only);
        let span = dogpile_source::Span { end: self.span(arguments).end, ..start };
        Some(Value::new(ValueKind::Index(Box::new(base), Box::new(index)), span))
    }

    /// Whether an expression holds values: a variable, or a field (Go has no generic methods).
    fn is_table(&self, node: Node<'t>) -> bool {
        match node.kind() {
            "identifier" | "type_identifier" => self.names_variable(node),
            "selector_expression" => node.field("operand").is_some_and(|n| self.package_of(n).is_none()),
            "qualified_type" => node.field("package").is_some_and(|n| self.package_of(n).is_none()),
            kind => !is_type(kind),
        }
    }

    /// Whether what was read as a type is a variable.
    pub(crate) fn is_index(&self, node: Node<'t>) -> bool {
        let mut node = node;
        loop {
            node = match node.kind() {
                "type_identifier" | "identifier" => return self.names_variable(node),
                "qualified_type" => {
                    return node.field("package").is_some_and(|n| self.names_variable(n));
                }
                "type_elem" | "pointer_type" | "parenthesized_type" => match only_kid(node) {
                    Some(inner) => inner,
                    None => return false,
                },
                "generic_type" => match node.field("type") {
                    Some(inner) => inner,
                    None => return false,
                },
                _ => return false,
            }
        }
    }

    pub(crate) fn names_variable(&self, node: Node<'t>) -> bool {
        matches!(self.resolve(self.text_of(node)), Resolved::Local(_) | Resolved::Item(Item::Var))
    }

    /// What was read as a type, as the expression it is: an index, or the operand of a method expression or an
    /// instantiation.
    pub(crate) fn type_as_value(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        if !self.enter(node) {
            return self.opaque_value("nested too deeply", span);
        }
        let kind = match node.kind() {
            "type_identifier" | "package_identifier" => self.name(self.text_of(node)),
            "qualified_type" => self.qualified_as_value(node),
            "generic_type" => self.generic_as_value(node),
            "type_elem" | "pointer_type" | "parenthesized_type" => match only_kid(node) {
                Some(inner) => self.type_as_value(inner).kind,
                None => ValueKind::Opaque("incomplete expression".into()),
            },
            kind if is_type(kind) => ValueKind::Aggregate { ty: self.ty(node), fields: vec![] },
            _ => self.expr(node).kind,
        };
        self.leave();
        Value::new(kind, span)
    }

    fn qualified_as_value(&mut self, node: Node<'t>) -> ValueKind {
        let name = node.field("name").map_or("", |n| self.text_of(n));
        let Some(base) = node.field("package") else {
            return ValueKind::Opaque("incomplete expression".into());
        };
        match self.package_of(base) {
            Some(path) => ValueKind::Global(format!("{path}.{name}").into()),
            None => {
                let base = Value::new(self.name(self.text_of(base)), self.span(base));
                ValueKind::Field(Box::new(base), name.into())
            }
        }
    }

    fn generic_as_value(&mut self, node: Node<'t>) -> ValueKind {
        let (Some(base), Some(arguments)) = (node.field("type"), node.field("type_arguments")) else {
            return ValueKind::Opaque("incomplete expression".into());
        };
        match self.table_item(base, arguments) {
            Some(item) => item.kind,
            None => self.type_as_value(base).kind,
        }
    }
}
