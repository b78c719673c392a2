//! Assignments, `:=`, and declarations inside functions.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, field_list, kids, unwrapped};
use dogpile_ir::{FieldInit, Lit, LocalId, Place, Rvalue, Type, Value, ValueKind};
use dogpile_source::Span;
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// `a, b = x, y`, `a, b := x, y` and `a op= x`.
    pub(crate) fn assignment(&mut self, node: Node<'t>, define: bool) {
        let (Some(left), Some(right)) = (node.field("left"), node.field("right")) else {
            return self.unknown_form(node);
        };
        let lefts = list_of(left);
        let rights = list_of(right);
        let operator = self.operator(node);
        if let ([target], [value], false) =
            (lefts.as_slice(), rights.as_slice(), define || operator == "=" || operator.is_empty())
        {
            return self.compound(node, *target, *value, operator);
        }
        let span = self.span(node);
        // In `a[f()] = g()` the left side is evaluated first; `:=` declares after its right side.
        let mut places: Vec<Place> = if define { vec![] } else { lefts.iter().map(|n| self.place(*n)).collect() };
        let values = self.values(&rights, lefts.len());
        if define {
            let types = self.types_for(&values, lefts.len());
            places = lefts.iter().zip(types).map(|(n, ty)| self.define_place(*n, ty)).collect();
        }
        self.store(places, values, span);
    }

    /// The right sides: one for each target, or one for all.
    fn values(&mut self, nodes: &[Node<'t>], targets: usize) -> Vec<Rvalue> {
        match nodes {
            [only] if targets > 1 => vec![self.multi_rvalue(*only)],
            [only] => vec![self.rvalue(*only)],
            _ => nodes.iter().map(|n| Rvalue::Use(self.expr(*n))).collect(),
        }
    }

    fn types_for(&self, values: &[Rvalue], targets: usize) -> Vec<Type> {
        let mut types: Vec<Type> = values.iter().map(|v| self.type_of_rvalue(v)).collect();
        if let ([Rvalue::Call(_)], true) = (values, targets > 1) {
            types.clear();
        }
        types.resize(targets.max(types.len()), Type::Unknown);
        types
    }

    fn store(&mut self, places: Vec<Place>, values: Vec<Rvalue>, span: Span) {
        if values.len() == 1 {
            if let Some(value) = values.into_iter().next() {
                self.assign(places, value, span);
            }
            return;
        }
        // `a, b = b, a`: all right sides are read before the first target changes.
        let mut values: Vec<Value> = values
            .into_iter()
            .filter_map(|v| match v {
                Rvalue::Use(value) => Some(value),
                _ => None,
            })
            .collect();
        if overlap(&places, &values) {
            values = values
                .into_iter()
                .map(|v| {
                    let span = v.span;
                    if matches!(v.kind, ValueKind::Lit(_)) { v } else { self.hoist(Rvalue::Use(v), span) }
                })
                .collect();
        }
        for (place, value) in places.into_iter().zip(values) {
            self.assign(vec![place], Rvalue::Use(value), span);
        }
    }

    /// A target of `:=`: a variable of this scope is assigned to, any other name is new.
    pub(crate) fn define_place(&mut self, node: Node<'t>, ty: Type) -> Place {
        let name = self.text_of(node);
        if node.kind() != "identifier" {
            return self.place(node);
        }
        if name == "_" {
            return Place::Blank;
        }
        match self.names.in_this_scope(name) {
            Some(local) => Place::Local(local),
            None => Place::Local(self.declare(node, ty)),
        }
    }

    /// What stands left of `=`.
    pub(crate) fn place(&mut self, node: Node<'t>) -> Place {
        let node = unwrapped(node);
        match node.kind() {
            "identifier" if self.text_of(node) == "_" => Place::Blank,
            "unary_expression" if self.operator(node) == "*" => {
                Place::Deref(Box::new(self.field_expr(node, "operand")))
            }
            _ => {
                let value = self.expr(node);
                match value.kind {
                    ValueKind::Local(local) => Place::Local(local),
                    ValueKind::Global(name) => Place::Global(name),
                    ValueKind::Field(base, name) => Place::Field(base, name),
                    ValueKind::Index(base, index) => Place::Index(base, index),
                    kind => Place::Deref(Box::new(Value::new(kind, value.span))),
                }
            }
        }
    }

    pub(crate) fn local_vars(&mut self, node: Node<'t>) {
        for spec in specs(node) {
            let ty = spec.field("type").map(|n| self.ty(n));
            let values = spec.field("value").map(list_of);
            self.local_spec(spec, ty, values.as_deref());
        }
    }

    pub(crate) fn local_consts(&mut self, node: Node<'t>) {
        let outer = self.iota.take();
        let mut last: (Option<Node<'t>>, Vec<Node<'t>>) = (None, vec![]);
        for (n, spec) in (0_i128..).zip(specs(node)) {
            if let Some(values) = spec.field("value") {
                last = (spec.field("type"), list_of(values));
            }
            let ty = last.0.map(|n| self.ty(n));
            self.iota = self.iota_for(&last.1, n);
            self.local_spec(spec, ty, Some(&last.1));
        }
        self.iota = outer;
    }

    fn local_spec(&mut self, spec: Node<'t>, ty: Option<Type>, values: Option<&[Node<'t>]>) {
        let span = self.span(spec);
        let names = field_list(spec, "name");
        let Some(values) = values.filter(|v| !v.is_empty()) else {
            for name in names {
                let ty = ty.clone().unwrap_or_default();
                let zero = zero(&ty, span);
                let place = self.new_place(name, ty);
                self.assign(vec![place], Rvalue::Use(zero), span);
            }
            return;
        };
        let values = self.values(values, names.len());
        let types = match ty {
            Some(ty) => vec![ty; names.len()],
            None => self.types_for(&values, names.len()),
        };
        let places = names.iter().zip(types).map(|(n, ty)| self.new_place(*n, ty)).collect();
        self.store(places, values, span);
    }

    fn new_place(&mut self, name: Node<'t>, ty: Type) -> Place {
        if self.text_of(name) == "_" { Place::Blank } else { Place::Local(self.declare(name, ty)) }
    }
}

/// The specs of a `var` or `const` declaration, with or without parentheses.
pub(crate) fn specs(declaration: Node<'_>) -> Vec<Node<'_>> {
    let mut specs = vec![];
    for child in kids(declaration) {
        match child.kind() {
            "var_spec_list" => specs.extend(kids(child)),
            _ => specs.push(child),
        }
    }
    specs
}

pub(crate) fn list_of(node: Node<'_>) -> Vec<Node<'_>> {
    if node.kind() == "expression_list" { kids(node) } else { vec![node] }
}

/// What a variable of a type holds before anything is assigned to it.
fn zero(ty: &Type, span: Span) -> Value {
    let lit = match ty {
        Type::Named(name) => match &**name {
            "string" => Lit::Str("".into()),
            "bool" => Lit::Bool(false),
            "float32" | "float64" => Lit::Float(0.0),
            "any" | "error" => Lit::Nil,
            "time.Duration" => Lit::int(0),
            name if crate::scope::is_builtin_type(name) => Lit::int(0),
            _ => {
                let kind = ValueKind::Aggregate { ty: ty.clone(), fields: vec![] };
                return Value::new(kind, span);
            }
        },
        _ => Lit::Nil,
    };
    Value::new(ValueKind::Lit(lit), span)
}

/// Whether storing one by one could change what a later right side reads.
fn overlap(places: &[Place], values: &[Value]) -> bool {
    places.iter().enumerate().any(|(n, place)| {
        let later = values.get(n + 1..).unwrap_or(&[]);
        match place {
            Place::Blank => false,
            Place::Local(local) => later.iter().any(|v| reads(v, *local)),
            _ => {
                later.iter().any(|v| !matches!(v.kind, ValueKind::Lit(_) | ValueKind::Local(_) | ValueKind::Closure(_)))
            }
        }
    })
}

fn reads(value: &Value, local: LocalId) -> bool {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match &value.kind {
            ValueKind::Local(found) if *found == local => return true,
            ValueKind::Aggregate { fields, .. } => open.extend(fields.iter().flat_map(|f| match f {
                FieldInit::Keyed(k, v) => vec![k, v],
                FieldInit::Named(_, v) | FieldInit::Item(v) | FieldInit::Spread(v) => vec![v],
            })),
            _ => open.extend(value.parts()),
        }
    }
    false
}
