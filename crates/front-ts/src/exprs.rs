//! Expressions → pure values. Calls among them are hoisted into statements before.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, This, kids, only_kid, unwrapped};
use crate::scope::{Binding, ItemKind};
use dogpile_ir::{BinaryOp, Lit, Place, Rvalue, StmtKind, Value, ValueKind};
use tree_sitter::Node;

/// Whether the code goes on before a promise is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Under `await`.
    Now,
    /// Returned: whoever called waits.
    PassedOn,
    /// Neither: the promise is a value.
    Later,
}

impl<'t> Lowering<'t> {
    /// An expression as a pure value.
    pub(crate) fn expr(&mut self, node: Node<'t>) -> Value {
        self.expr_as(node, Wait::Later)
    }

    pub(crate) fn expr_as(&mut self, node: Node<'t>, wait: Wait) -> Value {
        let span = self.span(unwrapped(node));
        let value = self.rvalue(node, wait);
        self.settled(value, span)
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

    pub(crate) fn operator(&self, node: Node<'t>) -> &'t str {
        self.field_text(node, "operator")
    }

    /// What an assignment stores: the outermost call stays one.
    pub(crate) fn rvalue(&mut self, node: Node<'t>, wait: Wait) -> Rvalue {
        let node = unwrapped(node);
        if !self.enter(node) {
            let span = self.span(node);
            return Rvalue::Use(self.opaque_value("nested too deeply", span));
        }
        let value = self.rvalue_inside(node, wait);
        self.leave();
        value
    }

    fn rvalue_inside(&mut self, node: Node<'t>, wait: Wait) -> Rvalue {
        match node.kind() {
            "call_expression" if self.is_promise_chain(node) => self.promise_chain(node, wait),
            "call_expression" | "member_expression" | "subscript_expression" if self.starts_optional(node) => {
                self.optional(node, wait, true)
            }
            "call_expression" => self.call(node, wait),
            "new_expression" => self.new_expression(node, wait),
            "await_expression" => match only_kid(node) {
                Some(inner) => self.rvalue(inner, Wait::Now),
                None => Rvalue::Use(self.expr_inside(node)),
            },
            "as_expression" | "type_assertion" => self.assertion(node, wait),
            "ternary_expression" => Rvalue::Use(self.ternary(node, wait)),
            "binary_expression" if matches!(self.operator(node), "&&" | "||" | "??") => {
                Rvalue::Use(self.binary(node, wait))
            }
            _ => {
                let value = self.expr_inside(node);
                if wait == Wait::Now { Rvalue::Await(value) } else { Rvalue::Use(value) }
            }
        }
    }

    fn assertion(&mut self, node: Node<'t>, wait: Wait) -> Rvalue {
        let ty = self.asserted_type(node);
        let inner = if node.kind() == "as_expression" { only_kid(node) } else { kids(node).last().copied() };
        let Some(inner) = inner else {
            let span = self.span(node);
            return Rvalue::Use(self.opaque_value("incomplete expression", span));
        };
        let result = self.rvalue(inner, wait);
        if ty == dogpile_ir::Type::Unknown {
            return result;
        }
        let span = self.span(node);
        if matches!(&result, Rvalue::Use(Value { kind: ValueKind::Aggregate { .. }, .. })) {
            return crate::patterns::of_type(result, &ty);
        }
        let value = self.settled(result, span);
        Rvalue::Use(Value::new(ValueKind::Convert(ty, Box::new(value)), span))
    }

    fn expr_inside(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let kind = match node.kind() {
            "identifier"
            | "shorthand_property_identifier"
            | "shorthand_property_identifier_pattern"
            | "type_identifier" => self.name(self.text_of(node)),
            "null" | "undefined" => ValueKind::Lit(Lit::Nil),
            "true" => ValueKind::Lit(Lit::Bool(true)),
            "false" => ValueKind::Lit(Lit::Bool(false)),
            "this" => match self.frames.last().map(|f| f.this.clone()) {
                Some(This::Local(local)) => ValueKind::Local(local),
                Some(This::Class(name)) => ValueKind::Global(name),
                _ => ValueKind::Global("builtin.this".into()),
            },
            "super" => ValueKind::Global("builtin.super".into()),
            "number" | "string" | "regex" => return self.literal(node),
            "template_string" => return self.template(node),
            "object" => return self.object(node),
            "array" => return self.array(node),
            "arrow_function" | "function_expression" | "generator_function" => ValueKind::Closure(self.closure(node)),
            "class" => ValueKind::Global(self.class_value(node)),
            "member_expression" => return self.member(node),
            "subscript_expression" => return self.subscript(node),
            "binary_expression" => return self.binary(node, Wait::Later),
            "unary_expression" => return self.unary(node),
            "update_expression" => return self.update(node),
            "assignment_expression" => return self.assignment(node),
            "augmented_assignment_expression" => return self.compound(node),
            "sequence_expression" => return self.sequence(node),
            "yield_expression" => return self.yielded(node),
            "meta_property" => ValueKind::Global(format!("builtin.{}", self.text_of(node)).into()),
            "jsx_element" | "jsx_self_closing_element" => return self.jsx(node),
            "import" => ValueKind::Global("builtin.import".into()),
            "private_property_identifier" => ValueKind::Lit(Lit::Str(self.text_of(node).into())),
            "spread_element" => match only_kid(node) {
                Some(inner) => return self.expr(inner),
                None => ValueKind::Lit(Lit::Nil),
            },
            "parenthesized_expression" => return self.opaque_value("incomplete expression", span),
            _ => {
                self.unknown_form(node);
                return self.opaque_value("not translated", span);
            }
        };
        Value::new(kind, span)
    }

    /// What a name is as a value.
    pub(crate) fn name(&self, name: &str) -> ValueKind {
        match self.resolve(name) {
            Some(Binding::Local(local)) => ValueKind::Local(local),
            Some(Binding::Item(full, _) | Binding::Import(full)) => ValueKind::Global(full),
            Some(Binding::Module { path, required: true }) => ValueKind::Global(format!("{path}.default").into()),
            Some(Binding::Module { path, .. }) => ValueKind::Global(path),
            None if name == "undefined" => ValueKind::Lit(Lit::Nil),
            None => ValueKind::Global(format!("builtin.{name}").into()),
        }
    }

    /// The canonical name of `base.member` where the base is a module, a class, an enum or something built in.
    pub(crate) fn member_name(&self, base: Node<'t>, member: &str) -> Option<dogpile_ir::QualName> {
        let base = unwrapped(base);
        if let Some(path) = self.module_of(base) {
            return Some(format!("{path}.{member}").into());
        }
        match base.kind() {
            "identifier" => match self.resolve(self.text_of(base)) {
                Some(Binding::Item(full, ItemKind::Class | ItemKind::Space)) => Some(format!("{full}.{member}").into()),
                None if matches!(self.text_of(base), "globalThis" | "global" | "window") => {
                    Some(format!("builtin.{member}").into())
                }
                None if self.text_of(base) == "exports" => Some(format!("{}.{member}", self.package).into()),
                None => Some(format!("builtin.{}.{member}", self.text_of(base)).into()),
                _ => None,
            },
            "this" => match self.frames.last().map(|f| &f.this) {
                Some(This::Class(full)) => Some(format!("{full}.{member}").into()),
                _ => None,
            },
            // `N.E.A` of namespaces, `globalThis.crypto.x`.
            "member_expression" if base.field("optional_chain").is_none() => {
                let inner = unwrapped(base.field("object")?);
                let text = self.text_of(inner);
                if self.text_of(base) == "module.exports" && self.resolve("module").is_none() {
                    return Some(format!("{}.{member}", self.package).into());
                }
                let through = inner.kind() == "identifier"
                    && match self.resolve(text) {
                        Some(Binding::Item(_, ItemKind::Space)) => true,
                        None => matches!(text, "globalThis" | "global" | "window"),
                        _ => false,
                    };
                if !through {
                    return None;
                }
                let outer = self.member_name(inner, self.field_text(base, "property"))?;
                Some(format!("{outer}.{member}").into())
            }
            _ => None,
        }
    }

    fn member(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let Some(object) = node.field("object") else {
            return self.opaque_value("incomplete expression", span);
        };
        let name = self.field_text(node, "property");
        if let Some(full) = self.member_name(object, name) {
            return Value::new(ValueKind::Global(full), span);
        }
        if unwrapped(object).kind() == "super" {
            let this = self.this_value(span);
            return Value::new(ValueKind::Field(Box::new(this), name.into()), span);
        }
        let base = self.expr(object);
        let base = self.guarded(node, base);
        Value::new(ValueKind::Field(Box::new(base), name.into()), span)
    }

    pub(crate) fn this_value(&mut self, span: dogpile_source::Span) -> Value {
        let kind = match self.frames.last().map(|f| f.this.clone()) {
            Some(This::Local(local)) => ValueKind::Local(local),
            Some(This::Class(name)) => ValueKind::Global(name),
            _ => ValueKind::Global("builtin.this".into()),
        };
        Value::new(kind, span)
    }

    fn subscript(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let base = self.field_expr(node, "object");
        let base = self.guarded(node, base);
        let index = self.field_expr(node, "index");
        Value::new(ValueKind::Index(Box::new(base), Box::new(index)), span)
    }

    fn unary(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let operator = self.operator(node);
        let Some(argument) = node.field("argument") else {
            return self.opaque_value("incomplete expression", span);
        };
        match operator {
            "void" => {
                self.forget(argument);
                return self.nil(span);
            }
            "delete" => {
                let call = self.delete(node, argument);
                return self.hoist(call, span);
            }
            _ => {}
        }
        let operand = self.expr(argument);
        let kind = match operator {
            "-" => match operand.kind {
                ValueKind::Lit(Lit::Int(n)) => ValueKind::Lit(Lit::int(n.get().saturating_neg())),
                ValueKind::Lit(Lit::Float(n)) => ValueKind::Lit(Lit::Float(-n)),
                _ => ValueKind::Neg(Box::new(operand)),
            },
            "!" => ValueKind::Not(Box::new(operand)),
            "~" => {
                let ones = Value::new(ValueKind::Lit(Lit::int(-1)), span);
                ValueKind::Binary(BinaryOp::Bits, Box::new(ones), Box::new(operand))
            }
            "typeof" => {
                let call = self.builtin_call("typeof", vec![operand], node, self.span(argument));
                return self.hoist(call, span);
            }
            // `+x`
            _ => return operand,
        };
        Value::new(kind, span)
    }

    /// `a, b`: the last.
    fn sequence(&mut self, node: Node<'t>) -> Value {
        let mut parts = kids(node);
        let Some(last) = parts.pop() else {
            let span = self.span(node);
            return self.opaque_value("incomplete expression", span);
        };
        for part in parts {
            self.effect(part);
        }
        self.expr(last)
    }

    /// `yield x`: whoever iterates may do anything, and need not come back.
    fn yielded(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        let mut reads = vec![];
        if let Some(inner) = only_kid(node) {
            let value = self.expr(inner);
            let mut open = vec![&value];
            while let Some(at) = open.pop() {
                if let ValueKind::Local(local) = at.kind {
                    reads.push(local);
                }
                open.extend(at.parts());
            }
        }
        let temp = self.temp(span);
        self.emit(
            StmtKind::Opaque { why: "yield".into(), may_call: true, may_exit: true, reads, writes: vec![temp] },
            span,
        );
        Value::new(ValueKind::Local(temp), span)
    }

    /// `cond ? a : b`.
    fn ternary(&mut self, node: Node<'t>, wait: Wait) -> Value {
        let span = self.span(node);
        let cond = self.field_expr(node, "condition");
        let temp = self.temp(span);
        let mut branch = |field: &str| {
            self.nested(|s| {
                let Some(node) = node.field(field) else { return };
                let span = s.span(node);
                let value = s.rvalue(node, wait);
                s.assign(vec![Place::Local(temp)], value, span);
            })
        };
        let then = branch("consequence");
        let otherwise = branch("alternative");
        self.emit(StmtKind::If { cond, then, otherwise }, span);
        Value::new(ValueKind::Local(temp), span)
    }

    pub(crate) fn nil(&self, span: dogpile_source::Span) -> Value {
        Value::new(ValueKind::Lit(Lit::Nil), span)
    }
}
