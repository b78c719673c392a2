//! Expressions → pure values. Calls and receives among them are hoisted into statements before.

use crate::calls::Called;
use crate::fields::Fields as _;
use crate::lowering::{Lowering, unwrapped};
use crate::scope::{Item, Resolved};
use crate::types::is_type;
use dogpile_ir::{BinaryOp, Lit, Rvalue, Value, ValueKind};
use dogpile_source::Span;
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// An expression as a pure value.
    pub(crate) fn expr(&mut self, node: Node<'t>) -> Value {
        let node = unwrapped(node);
        if !self.enter(node) {
            let span = self.span(node);
            return self.opaque_value("nested too deeply", span);
        }
        let value = self.expr_inside(node);
        self.leave();
        value
    }

    /// The expression in a field; a broken tree may lack it.
    pub(crate) fn field_expr(&mut self, node: Node<'t>, field: &str) -> Value {
        match node.field(field) {
            Some(inner) => self.expr(inner),
            None => {
                let span = self.span(node);
                self.opaque_value("incomplete expression", span)
            }
        }
    }

    /// What an assignment stores: like [`Self::expr`], but the outermost call stays one.
    pub(crate) fn rvalue(&mut self, node: Node<'t>) -> Rvalue {
        let node = unwrapped(node);
        match node.kind() {
            "call_expression" | "type_conversion_expression" => {
                if !self.enter(node) {
                    let span = self.span(node);
                    return Rvalue::Use(self.opaque_value("nested too deeply", span));
                }
                let called = self.call(node);
                self.leave();
                match called {
                    Called::Call(call) => Rvalue::Call(call),
                    Called::Value(value) => Rvalue::Use(value),
                }
            }
            "unary_expression" if self.operator(node) == "<-" => Rvalue::Receive(self.field_expr(node, "operand")),
            _ => Rvalue::Use(self.expr(node)),
        }
    }

    /// What gives several values at once: `f()`, `m[k]`, `x.(T)`, `<-ch`.
    pub(crate) fn multi_rvalue(&mut self, node: Node<'t>) -> Rvalue {
        let node = unwrapped(node);
        match node.kind() {
            "index_expression" => {
                let map = self.field_expr(node, "operand");
                let key = self.field_expr(node, "index");
                Rvalue::Lookup(Box::new(map), Box::new(key))
            }
            "type_assertion_expression" => {
                let value = self.field_expr(node, "operand");
                let ty = self.field_type(node, "type");
                Rvalue::TypeTest(value, ty)
            }
            _ => self.rvalue(node),
        }
    }

    pub(crate) fn operator(&self, node: Node<'t>) -> &'t str {
        node.field("operator").map_or("", |n| self.text_of(n))
    }

    fn expr_inside(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let kind = match node.kind() {
            "identifier" => self.name(self.text_of(node)),
            "nil" => ValueKind::Lit(Lit::Nil),
            "true" => ValueKind::Lit(Lit::Bool(true)),
            "false" => ValueKind::Lit(Lit::Bool(false)),
            "iota" => self.iota.map_or(ValueKind::Global("builtin.iota".into()), |n| ValueKind::Lit(Lit::int(n))),
            "int_literal"
            | "float_literal"
            | "imaginary_literal"
            | "rune_literal"
            | "interpreted_string_literal"
            | "raw_string_literal" => return self.literal(node),
            "composite_literal" => return self.composite(node),
            "func_literal" => ValueKind::Closure(self.closure(node)),
            "selector_expression" => self.selector(node),
            "binary_expression" => return self.binary(node),
            "unary_expression" => return self.unary(node),
            "call_expression" | "type_conversion_expression" => {
                return match self.call(node) {
                    Called::Value(value) => value,
                    Called::Call(call) => self.hoist(Rvalue::Call(call), span),
                };
            }
            "index_expression" => return self.index(node),
            "slice_expression" => {
                let base = self.field_expr(node, "operand");
                for bound in ["start", "end", "capacity"] {
                    if let Some(bound) = node.field(bound) {
                        self.expr(bound);
                    }
                }
                ValueKind::Slice(Box::new(base))
            }
            "type_assertion_expression" => {
                let value = self.field_expr(node, "operand");
                ValueKind::Convert(self.field_type(node, "type"), Box::new(value))
            }
            "type_instantiation_expression" => match node.field("type") {
                Some(generic) => self.type_as_value(generic).kind,
                None => return self.opaque_value("incomplete expression", span),
            },
            kind if is_type(kind) => self.type_as_value(node).kind,
            "parenthesized_expression" => return self.opaque_value("incomplete expression", span),
            _ => {
                self.unknown_form(node);
                return self.opaque_value("not translated", span);
            }
        };
        Value::new(kind, span)
    }

    pub(crate) fn name(&self, name: &str) -> ValueKind {
        match self.resolve(name) {
            Resolved::Local(local) => ValueKind::Local(local),
            Resolved::LocalType(ty) => match ty.name() {
                Some(name) => ValueKind::Global(name.into()),
                None => ValueKind::Global(self.qualified(name)),
            },
            Resolved::Import(path) => ValueKind::Global(path),
            Resolved::BuiltinType | Resolved::BuiltinFunc => ValueKind::Global(format!("builtin.{name}").into()),
            Resolved::Item(_) | Resolved::Elsewhere => ValueKind::Global(self.qualified(name)),
        }
    }

    /// The import path that an expression names, if it names a package.
    pub(crate) fn package_of(&self, node: Node<'t>) -> Option<dogpile_ir::QualName> {
        if !matches!(node.kind(), "identifier" | "package_identifier") {
            return None;
        }
        match self.resolve(self.text_of(node)) {
            Resolved::Import(path) => Some(path),
            _ => None,
        }
    }

    fn selector(&mut self, node: Node<'t>) -> ValueKind {
        let name = node.field("field").map_or("", |n| self.text_of(n));
        let Some(operand) = node.field("operand") else {
            return ValueKind::Opaque("incomplete expression".into());
        };
        match self.package_of(operand) {
            Some(path) => ValueKind::Global(format!("{path}.{name}").into()),
            None => ValueKind::Field(Box::new(self.expr(operand)), name.into()),
        }
    }

    fn index(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        if let Some(operand) = node.field("operand")
            && self.is_instantiation(node)
        {
            return self.expr(operand);
        }
        let base = self.field_expr(node, "operand");
        let index = self.field_expr(node, "index");
        Value::new(ValueKind::Index(Box::new(base), Box::new(index)), span)
    }

    /// Whether `f[x]` gives `f` a type argument. Without types: the function is declared here, or `x` names a type.
    pub(crate) fn is_instantiation(&self, node: Node<'t>) -> bool {
        let (Some(operand), Some(index)) = (node.field("operand"), node.field("index")) else {
            return false;
        };
        if operand.kind() == "identifier" {
            match self.resolve(self.text_of(operand)) {
                Resolved::Item(Item::Func { .. } | Item::Type(_)) => return true,
                Resolved::Item(Item::Var) | Resolved::Local(_) => return false,
                _ => {}
            }
        }
        if !matches!(operand.kind(), "identifier" | "selector_expression") {
            return false;
        }
        self.names_type(index)
    }

    /// Whether an expression is known to name a type.
    pub(crate) fn names_type(&self, node: Node<'t>) -> bool {
        match node.kind() {
            "identifier" => matches!(
                self.resolve(self.text_of(node)),
                Resolved::BuiltinType | Resolved::LocalType(_) | Resolved::Item(Item::Type(_))
            ),
            "unary_expression" if self.operator(node) == "*" => {
                let mut inner = node;
                while inner.kind() == "unary_expression" && self.operator(inner) == "*" {
                    match inner.field("operand") {
                        Some(operand) => inner = unwrapped(operand),
                        None => return false,
                    }
                }
                self.could_name_type(inner)
            }
            kind => is_type(kind),
        }
    }

    /// Whether an expression may name a type: it is no variable, as far as this file tells.
    pub(crate) fn could_name_type(&self, node: Node<'t>) -> bool {
        match node.kind() {
            "identifier" => matches!(
                self.resolve(self.text_of(node)),
                Resolved::BuiltinType | Resolved::LocalType(_) | Resolved::Item(Item::Type(_)) | Resolved::Elsewhere
            ),
            "selector_expression" => node.field("operand").is_some_and(|n| self.package_of(n).is_some()),
            "index_expression" => node
                .field("operand")
                .is_some_and(|n| matches!(n.kind(), "identifier" | "selector_expression") && self.could_name_type(n)),
            kind => is_type(kind),
        }
    }

    fn unary(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let operator = self.operator(node);
        if operator == "<-" {
            let channel = self.field_expr(node, "operand");
            return self.hoist(Rvalue::Receive(channel), span);
        }
        let operand = self.field_expr(node, "operand");
        let kind = match operator {
            "-" => match operand.kind {
                // In a constant declaration `iota` arithmetic must come out as a number.
                ValueKind::Lit(Lit::Int(n)) if self.iota.is_some() => ValueKind::Lit(Lit::int(n.get().wrapping_neg())),
                _ => ValueKind::Neg(Box::new(operand)),
            },
            "!" => ValueKind::Not(Box::new(operand)),
            "^" => match operand.kind {
                ValueKind::Lit(Lit::Int(n)) if self.iota.is_some() => ValueKind::Lit(Lit::int(!n.get())),
                _ => {
                    let ones = Value::new(ValueKind::Lit(Lit::int(-1)), span);
                    ValueKind::Binary(BinaryOp::Bits, Box::new(ones), Box::new(operand))
                }
            },
            // The address of a value, what a pointer points to, `+x`: the value itself.
            _ => return operand,
        };
        Value::new(kind, span)
    }

    pub(crate) fn nil(&self, span: Span) -> Value {
        Value::new(ValueKind::Lit(Lit::Nil), span)
    }
}
