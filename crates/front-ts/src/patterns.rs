//! Destructuring: fields and items of a value, with defaults.

use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids, only_kid};
use dogpile_ir::{BinaryOp, Lit, LocalId, Name, Place, Rvalue, StmtKind, Type, Value, ValueKind};
use tree_sitter::Node;

/// One name (or place) of a pattern, and what it is given.
pub(crate) struct Part<'t> {
    pub(crate) target: Node<'t>,
    pub(crate) value: Value,
    pub(crate) default: Option<Node<'t>>,
}

impl<'t> Lowering<'t> {
    /// The names that a pattern declares.
    pub(crate) fn pattern_names(&self, pattern: Node<'t>) -> Vec<Node<'t>> {
        let mut names = vec![];
        let mut open = vec![pattern];
        while let Some(node) = open.pop() {
            match node.kind() {
                "identifier" | "shorthand_property_identifier_pattern" => names.push(node),
                "pair_pattern" => open.extend(node.field("value")),
                "assignment_pattern" | "object_assignment_pattern" => open.extend(node.field("left")),
                "object_pattern" | "array_pattern" | "rest_pattern" => open.extend(kids(node).into_iter().rev()),
                _ => {}
            }
        }
        names
    }

    /// The parts of a pattern, inner patterns taken apart too. `whole` is read once for each part.
    pub(crate) fn parts(&mut self, pattern: Node<'t>, whole: Value) -> Vec<Part<'t>> {
        let mut parts = vec![];
        self.collect_parts(pattern, whole, &mut parts);
        parts
    }

    fn collect_parts(&mut self, pattern: Node<'t>, whole: Value, parts: &mut Vec<Part<'t>>) {
        if !self.enter(pattern) {
            return;
        }
        let whole = self.readable(whole);
        let mut index = 0;
        let mut cursor = pattern.walk();
        for child in pattern.children(&mut cursor).collect::<Vec<_>>() {
            if child.kind() == "," && pattern.kind() == "array_pattern" {
                index += 1;
            }
            if !child.is_named() || child.is_extra() || child.is_error() {
                continue;
            }
            let span = self.span(child);
            let field = |name: Name| Value::new(ValueKind::Field(Box::new(whole.clone()), name), span);
            let (target, default, value) = match child.kind() {
                "shorthand_property_identifier_pattern" => (child, None, field(self.text_of(child).into())),
                "object_assignment_pattern" => {
                    let Some(left) = child.field("left") else { continue };
                    (left, child.field("right"), field(self.text_of(left).into()))
                }
                "pair_pattern" => {
                    let (Some(key), Some(target)) = (child.field("key"), child.field("value")) else {
                        continue;
                    };
                    let value = match key.kind() {
                        "computed_property_name" => {
                            let key = only_kid(key).map(|n| self.expr(n));
                            let key = key.unwrap_or(Value::new(ValueKind::Lit(Lit::Nil), span));
                            Value::new(ValueKind::Index(Box::new(whole.clone()), Box::new(key)), span)
                        }
                        _ => field(self.property_name(key).into()),
                    };
                    let (target, default) = with_default(target);
                    (target, default, value)
                }
                "rest_pattern" => {
                    let Some(target) = only_kid(child) else { continue };
                    (target, None, Value::new(ValueKind::Slice(Box::new(whole.clone())), span))
                }
                _ => {
                    let (target, default) = with_default(child);
                    let index = Value::new(ValueKind::Lit(Lit::int(index)), span);
                    (target, default, Value::new(ValueKind::Index(Box::new(whole.clone()), Box::new(index)), span))
                }
            };
            if matches!(target.kind(), "object_pattern" | "array_pattern") {
                let value = self.part_value(&Part { target, value, default });
                self.collect_parts(target, value, parts);
            } else {
                parts.push(Part { target, value, default });
            }
        }
        self.leave();
    }

    /// A value that can be read several times as it stands.
    fn readable(&mut self, value: Value) -> Value {
        match &value.kind {
            ValueKind::Local(_) | ValueKind::Global(_) | ValueKind::Field(..) | ValueKind::Index(..) => value,
            _ => {
                let span = value.span;
                self.hoist(Rvalue::Use(value), span)
            }
        }
    }

    /// What a part is given, its default considered.
    pub(crate) fn part_value(&mut self, part: &Part<'t>) -> Value {
        match part.default {
            Some(default) => self.or_default(part.value.clone(), default),
            None => part.value.clone(),
        }
    }

    /// `value`, or `default` where that is nil.
    pub(crate) fn or_default(&mut self, value: Value, default: Node<'t>) -> Value {
        let span = self.span(default);
        let mut other = None;
        let hoisted = self.nested(|s| other = Some(s.expr(default)));
        let Some(other) = other else { return value };
        if hoisted.is_empty() {
            return Value::new(ValueKind::Binary(BinaryOp::Coalesce, Box::new(value), Box::new(other)), span);
        }
        let temp = self.temp(span);
        self.assign(vec![Place::Local(temp)], Rvalue::Use(value), span);
        let read = Value::new(ValueKind::Local(temp), span);
        let cond = self.is_nil(read.clone());
        let mut then = hoisted;
        let kind = StmtKind::Let { targets: vec![Place::Local(temp)], value: Rvalue::Use(other) };
        then.push(dogpile_ir::Stmt { kind, span });
        self.emit(StmtKind::If { cond, then, otherwise: vec![] }, span);
        read
    }

    /// `const pattern = value`.
    pub(crate) fn destructure(&mut self, pattern: Node<'t>, whole: Value, declare: bool, types: Option<Node<'t>>) {
        for part in self.parts(pattern, whole) {
            let span = self.span(part.target);
            let value = self.part_value(&part);
            let place = if declare && part.target.kind().contains("identifier") {
                let written = types.and_then(|types| self.member_type(types, self.text_of(part.target)));
                let ty = written.unwrap_or_else(|| self.type_of(&value));
                Place::Local(self.declared(part.target, ty))
            } else {
                self.place(part.target)
            };
            self.assign(vec![place], Rvalue::Use(value), span);
        }
    }

    /// The type that `{ a: A; b: B }` gives a name.
    fn member_type(&mut self, annotation: Node<'t>, name: &str) -> Option<Type> {
        let object = if annotation.kind() == "type_annotation" { only_kid(annotation)? } else { annotation };
        if object.kind() != "object_type" {
            return None;
        }
        let member = kids(object).into_iter().find(|n| self.field_text(*n, "name") == name)?;
        Some(self.field_type(member, "type"))
    }

    /// The variable that a declaration names: bound already when its block was opened, or new.
    pub(crate) fn declared(&mut self, name: Node<'t>, ty: Type) -> LocalId {
        let text = self.text_of(name);
        let span = self.span(name);
        let bound = match self.names.find(text) {
            Some((_, crate::scope::Binding::Local(local))) => Some(*local),
            _ => None,
        };
        if let Some(local) = bound {
            let here = self.build.module.local(local).span == span;
            let hoisted = self.names.in_this_scope(text) == Some(local);
            if here || hoisted || self.is_var(name) {
                let known = &mut self.build.module.locals[local.0 as usize];
                if known.ty == Type::Unknown {
                    known.ty = ty;
                }
                return local;
            }
        }
        let owner = self.owner();
        let local = self.build.local(text, ty, span, owner);
        self.names.bind(text, crate::scope::Binding::Local(local));
        local
    }

    fn is_var(&self, name: Node<'t>) -> bool {
        let mut at = name;
        while let Some(parent) = at.parent() {
            match parent.kind() {
                "variable_declaration" => return true,
                "for_in_statement" => return self.field_text(parent, "kind") == "var",
                "variable_declarator"
                | "object_pattern"
                | "array_pattern"
                | "pair_pattern"
                | "rest_pattern"
                | "assignment_pattern"
                | "object_assignment_pattern" => at = parent,
                _ => return false,
            }
        }
        false
    }

    pub(crate) fn is_nil(&self, value: Value) -> Value {
        let span = value.span;
        let nil = Value::new(ValueKind::Lit(Lit::Nil), span);
        Value::new(ValueKind::Binary(BinaryOp::Eq, Box::new(value), Box::new(nil)), span)
    }

    /// `let x = …`, `var {a} = …` in a function.
    pub(crate) fn local_declarator(&mut self, declarator: Node<'t>) {
        let Some(name) = declarator.field("name") else { return };
        let span = self.span(declarator);
        let annotation = declarator.field("type");
        let value = declarator.field("value");
        if name.kind() != "identifier" {
            let Some(value) = value else { return };
            let whole = self.expr_as(value, Wait::Later);
            return self.destructure(name, whole, true, annotation);
        }
        let Some(value) = value else {
            let ty = match annotation {
                Some(annotation) => self.ty(annotation),
                None => self.documented_type(declarator),
            };
            let bound = self.in_loop_head(declarator);
            let local = self.declared(name, ty);
            if !bound && !(self.is_var(name)) {
                let nil = Value::new(ValueKind::Lit(Lit::Nil), span);
                self.assign(vec![Place::Local(local)], Rvalue::Use(nil), span);
            }
            return;
        };
        let asserted = self.asserted_type(value);
        let inner = if asserted == Type::Unknown { value } else { crate::lowering::bare(value) };
        let result = self.rvalue(inner, Wait::Later);
        let ty = match annotation.map(|n| self.ty(n)) {
            Some(ty) => ty,
            None if asserted != Type::Unknown => asserted,
            None => match self.documented_type(declarator) {
                Type::Unknown => self.type_of_rvalue(&result),
                written => written,
            },
        };
        let local = self.declared(name, ty.clone());
        self.assign(vec![Place::Local(local)], of_type(result, &ty), span);
    }

    fn in_loop_head(&self, declarator: Node<'t>) -> bool {
        declarator.parent().and_then(|n| n.parent()).is_some_and(|n| n.kind() == "for_in_statement")
    }
}

fn with_default(node: Node<'_>) -> (Node<'_>, Option<Node<'_>>) {
    match (node.kind(), node.field("left")) {
        ("assignment_pattern", Some(left)) => (left, node.field("right")),
        _ => (node, None),
    }
}

/// An object or list written in place is of the type that is declared for it.
pub(crate) fn of_type(value: Rvalue, declared: &Type) -> Rvalue {
    match value {
        Rvalue::Use(Value { kind: ValueKind::Aggregate { fields, .. }, span }) if *declared != Type::Unknown => {
            Rvalue::Use(Value::new(ValueKind::Aggregate { ty: declared.clone(), fields }, span))
        }
        value => value,
    }
}
