//! Calls: what is called, and with what.

use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids, only_kid, unwrapped};
use crate::scope::{Binding, ItemKind};
use dogpile_ir::{Call, Callee, FieldInit, Lit, Rvalue, StmtKind, Type, Value, ValueKind};
use dogpile_source::Span;
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// A call expression, its receiver and arguments made pure.
    pub(crate) fn call(&mut self, node: Node<'t>, wait: Wait) -> Rvalue {
        let span = self.span(node);
        let Some(function) = node.field("function") else {
            return Rvalue::Use(self.opaque_value("incomplete call", span));
        };
        if let Some(path) = self.required(node) {
            let kind = if function.kind() == "import" { path } else { format!("{path}.default").into() };
            return Rvalue::Use(Value::new(ValueKind::Global(kind), span));
        }
        if let Some(special) = self.promise_function(node, function, wait) {
            return special;
        }
        if let Some(bound) = self.bound(node, function) {
            return Rvalue::Use(bound);
        }
        if unwrapped(function).kind() == "super" {
            return self.super_call(node);
        }
        let name_span = self.span(callee_name(function));
        let (callee, mut args) = self.callee(node, function);
        let (rest, spread) = match node.field("arguments") {
            Some(template) if template.kind() == "template_string" => (self.tagged(template), false),
            Some(list) => self.arguments(list),
            None => (vec![], false),
        };
        args.extend(rest);
        let awaited = wait != Wait::Later || is_sync(&callee);
        Rvalue::Call(Call { callee, args, spread, awaited, span, name_span })
    }

    /// `x.f.bind(x)` is `x.f`.
    fn bound(&mut self, node: Node<'t>, function: Node<'t>) -> Option<Value> {
        let function = unwrapped(function);
        if function.kind() != "member_expression" || self.field_text(function, "property") != "bind" {
            return None;
        }
        let method = unwrapped(function.field("object")?);
        let arguments = kids(node.field("arguments")?);
        let [only] = arguments.as_slice() else { return None };
        let object = method.field("object").map_or("", |n| self.text_of(n));
        let same = only.kind() == "this" || only.kind() == "null" || self.text_of(*only) == object;
        (same && matches!(method.kind(), "member_expression" | "identifier")).then(|| self.expr(method))
    }

    /// What is called, and arguments that stand before those written (`this` of `super.f()`).
    pub(crate) fn callee(&mut self, node: Node<'t>, function: Node<'t>) -> (Callee, Vec<Value>) {
        let function = unwrapped(function);
        let span = self.span(function);
        match function.kind() {
            "identifier" => {
                let name = self.text_of(function);
                let value = Value::new(self.name(name), span);
                let callee = match (self.resolve(name), value.kind) {
                    (Some(Binding::Item(_, ItemKind::Var)), kind) => Callee::Value(Box::new(Value::new(kind, span))),
                    (_, ValueKind::Global(full)) => Callee::Named(full),
                    (_, kind) => Callee::Value(Box::new(Value::new(kind, span))),
                };
                (self.guarded_callee(node, callee), vec![])
            }
            "member_expression" => {
                let Some(object) = function.field("object") else {
                    let value = self.opaque_value("incomplete call", span);
                    return (Callee::Value(Box::new(value)), vec![]);
                };
                let name = self.field_text(function, "property");
                if unwrapped(object).kind() == "super"
                    && let Some(parent) = self.frames.last().and_then(|f| f.parent.clone())
                {
                    let is_static = self.frames.last().is_some_and(|f| f.is_static);
                    let first = if is_static { vec![] } else { vec![self.this_value(span)] };
                    return (Callee::Named(format!("{parent}.{name}").into()), first);
                }
                if let Some(full) = self.member_name(object, name) {
                    return (Callee::Named(full), vec![]);
                }
                let receiver = self.expr(object);
                let receiver = self.guarded(function, receiver);
                (self.guarded_callee(node, Callee::Method { receiver: Box::new(receiver), name: name.into() }), vec![])
            }
            "subscript_expression" => {
                let value = self.expr(function);
                let callee = match value.kind {
                    // `x['f']()`
                    ValueKind::Index(base, index) => match &index.kind {
                        ValueKind::Lit(Lit::Str(name)) => Callee::Method { receiver: base, name: name.clone() },
                        _ => Callee::Value(Box::new(Value::new(ValueKind::Index(base, index), span))),
                    },
                    kind => Callee::Value(Box::new(Value::new(kind, span))),
                };
                (self.guarded_callee(node, callee), vec![])
            }
            _ => {
                let value = self.expr(function);
                let callee = Callee::Value(Box::new(value));
                (self.guarded_callee(node, callee), vec![])
            }
        }
    }

    /// `f?.()`
    fn guarded_callee(&mut self, node: Node<'t>, callee: Callee) -> Callee {
        match callee {
            Callee::Value(value) => Callee::Value(Box::new(self.guarded(node, *value))),
            Callee::Method { receiver, name } => {
                let span = receiver.span;
                let read = Value::new(ValueKind::Field(receiver, name.clone()), span);
                match self.guarded(node, read).kind {
                    ValueKind::Field(receiver, name) => Callee::Method { receiver, name },
                    kind => Callee::Value(Box::new(Value::new(kind, span))),
                }
            }
            Callee::Named(name) => Callee::Named(name),
        }
    }

    /// Arguments in order, and whether the last is spread; spreads before the last make one list of all.
    pub(crate) fn arguments(&mut self, list: Node<'t>) -> (Vec<Value>, bool) {
        let nodes = kids(list);
        let spreads = nodes.iter().filter(|n| n.kind() == "spread_element").count();
        let last = nodes.last().is_some_and(|n| n.kind() == "spread_element");
        let args: Vec<Value> = nodes.iter().map(|n| self.expr(*n)).collect();
        if spreads == usize::from(last) {
            return (args, last);
        }
        let fields = nodes.iter().zip(args).map(|(n, value)| match n.kind() {
            "spread_element" => FieldInit::Spread(value),
            _ => FieldInit::Item(value),
        });
        let kind = ValueKind::Aggregate { ty: Type::Unknown, fields: fields.collect() };
        (vec![Value::new(kind, self.span(list))], true)
    }

    /// The arguments of a tag: its texts, then its values.
    fn tagged(&mut self, template: Node<'t>) -> Vec<Value> {
        let span = self.span(template);
        let mut texts = vec![];
        let mut values = vec![];
        for part in self.template_parts(template) {
            if matches!(part.kind, ValueKind::Lit(Lit::Str(_))) && part.span.start >= span.start {
                texts.push(FieldInit::Item(part));
            } else {
                values.push(part);
            }
        }
        let texts = ValueKind::Aggregate { ty: Type::List(Box::new(Type::Named("string".into()))), fields: texts };
        let mut all = vec![Value::new(texts, span)];
        all.extend(values);
        all
    }

    pub(crate) fn builtin_call(&mut self, name: &str, args: Vec<Value>, node: Node<'t>, name_span: Span) -> Rvalue {
        let callee = Callee::Named(format!("builtin.{name}").into());
        Rvalue::Call(Call { callee, args, spread: false, awaited: true, span: self.span(node), name_span })
    }

    /// `delete x[k]`.
    pub(crate) fn delete(&mut self, node: Node<'t>, argument: Node<'t>) -> Rvalue {
        let value = self.expr(argument);
        let span = value.span;
        let args = match value.kind {
            ValueKind::Index(base, key) => vec![*base, *key],
            ValueKind::Field(base, name) => vec![*base, Value::new(ValueKind::Lit(Lit::Str(name)), span)],
            kind => vec![Value::new(kind, span)],
        };
        self.builtin_call("delete", args, node, span)
    }

    /// An expression for its effect.
    pub(crate) fn effect(&mut self, node: Node<'t>) {
        let node = unwrapped(node);
        let span = self.span(node);
        match node.kind() {
            // A directive, or nothing at all.
            "string" | "identifier" | "number" | "undefined" | "null" => return,
            "sequence_expression" => {
                kids(node).into_iter().for_each(|n| self.effect(n));
                return;
            }
            "assignment_expression" => {
                self.assignment(node);
                return;
            }
            "augmented_assignment_expression" => {
                self.compound(node);
                return;
            }
            "update_expression" => {
                self.step(node);
                return;
            }
            "yield_expression" => {
                self.expr(node);
                return;
            }
            "unary_expression" if self.operator(node) == "void" => {
                if let Some(argument) = node.field("argument") {
                    self.forget(argument);
                }
                return;
            }
            "unary_expression" if self.operator(node) == "delete" => {
                if let Some(argument) = node.field("argument") {
                    let call = self.delete(node, argument);
                    self.assign(vec![], call, span);
                }
                return;
            }
            "ternary_expression" => return self.effect_ternary(node),
            "binary_expression" if matches!(self.operator(node), "&&" | "||" | "??") => {
                return self.effect_logical(node);
            }
            "await_expression" => {
                if let Some(inner) = only_kid(node).map(unwrapped)
                    && self.starts_optional(inner)
                    && !self.is_promise_chain(inner)
                {
                    self.optional(inner, Wait::Now, false);
                    return;
                }
            }
            "call_expression" if self.is_promise_chain(node) || self.is_async_closure_call(node) => {
                return self.forget(node);
            }
            "call_expression" if self.starts_optional(node) => {
                self.optional(node, Wait::Later, false);
                return;
            }
            _ => {}
        }
        let before = self.out.len();
        let value = self.rvalue(node, Wait::Later);
        // What was emitted already, or does nothing.
        let done = matches!(&value, Rvalue::Use(v) if matches!(v.kind, ValueKind::Lit(_)) || self.out.len() > before && matches!(v.kind, ValueKind::Local(_)));
        if !done {
            self.assign(vec![], value, span);
        }
    }

    fn effect_ternary(&mut self, node: Node<'t>) {
        let span = self.span(node);
        let cond = self.field_expr(node, "condition");
        let mut branch = |field: &str| match node.field(field) {
            Some(part) => self.nested(|s| s.nested_effect(part)),
            None => vec![],
        };
        let then = branch("consequence");
        let otherwise = branch("alternative");
        self.emit(StmtKind::If { cond, then, otherwise }, span);
    }

    /// `a && f()`: an `if`.
    fn effect_logical(&mut self, node: Node<'t>) {
        let span = self.span(node);
        let left = self.field_expr(node, "left");
        let cond = match self.operator(node) {
            "&&" => left,
            "||" => Value::new(ValueKind::Not(Box::new(left)), span),
            _ => self.is_nil(left),
        };
        let then = match node.field("right") {
            Some(right) => self.nested(|s| s.nested_effect(right)),
            None => vec![],
        };
        self.emit(StmtKind::If { cond, then, otherwise: vec![] }, span);
    }

    fn nested_effect(&mut self, node: Node<'t>) {
        if self.enter(node) {
            self.effect(node);
            self.leave();
        }
    }
}

/// Whether a call cannot give a promise.
fn is_sync(callee: &Callee) -> bool {
    let Callee::Named(name) = callee else { return false };
    let Some(name) = name.strip_prefix("builtin.") else { return false };
    let asynchronous = matches!(name, "fetch" | "import" | "sleep" | "require" | "createImageBitmap")
        || name.starts_with("Promise.")
        || (name.starts_with("crypto.subtle.") || name.starts_with("WebAssembly."));
    let known = name.chars().next().is_some_and(char::is_uppercase)
        || matches!(name.split('.').next(), Some("console" | "process" | "crypto" | "performance" | "document"))
        || name.starts_with("set")
        || name.starts_with("clear")
        || matches!(
            name,
            "parseInt"
                | "parseFloat"
                | "isNaN"
                | "isFinite"
                | "encodeURIComponent"
                | "decodeURIComponent"
                | "queueMicrotask"
                | "structuredClone"
                | "delete"
                | "typeof"
                | "in"
                | "alert"
                | "btoa"
                | "atob"
        );
    known && !asynchronous
}

/// The identifier a squiggle belongs under.
pub(crate) fn callee_name(function: Node<'_>) -> Node<'_> {
    let mut node = unwrapped(function);
    loop {
        let next = match node.kind() {
            "member_expression" => node.field("property"),
            "subscript_expression" => node.field("index"),
            "arrow_function" | "function_expression" => node.child(0),
            _ => None,
        };
        match next {
            Some(next) if next.id() != node.id() => node = unwrapped(next),
            _ => return node,
        }
    }
}
