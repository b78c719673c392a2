//! Types as written, and what a value's form says about its type.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids, only_kid};
use crate::scope::{Item, Resolved};
use dogpile_ir::{Callee, Lit, Rvalue, Type, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// A type node. Pointers and generic arguments are left out.
    pub(crate) fn ty(&mut self, node: Node<'t>) -> Type {
        if !self.enter(node) {
            return Type::Unknown;
        }
        let ty = self.ty_inside(node);
        self.leave();
        ty
    }

    fn ty_inside(&mut self, node: Node<'t>) -> Type {
        match node.kind() {
            "type_identifier" | "identifier" | "package_identifier" => self.type_name(self.text_of(node)),
            "qualified_type" => self.qualified_type(node),
            "generic_type" => self.field_type(node, "type"),
            "pointer_type" | "parenthesized_type" | "negated_type" | "parenthesized_expression" => {
                only_kid(node).map_or(Type::Unknown, |inner| self.ty(inner))
            }
            "type_elem" | "type_constraint" => match kids(node).as_slice() {
                [one] => self.ty(*one),
                _ => Type::Unknown,
            },
            "array_type" | "slice_type" | "implicit_length_array_type" => {
                Type::List(Box::new(self.field_type(node, "element")))
            }
            "map_type" => Type::Map(Box::new(self.field_type(node, "key")), Box::new(self.field_type(node, "value"))),
            "channel_type" => Type::Chan(Box::new(self.field_type(node, "value"))),
            "function_type" => {
                let (params, results) = self.signature_types(node);
                Type::function(params, results)
            }
            "interface_type" if only_kid(node).is_none() => Type::Named("any".into()),
            _ => Type::Unknown,
        }
    }

    pub(crate) fn field_type(&mut self, node: Node<'t>, field: &str) -> Type {
        node.field(field).map_or(Type::Unknown, |inner| self.ty(inner))
    }

    pub(crate) fn type_name(&self, name: &str) -> Type {
        match self.resolve(name) {
            Resolved::LocalType(ty) => ty,
            Resolved::BuiltinType => Type::Named(name.into()),
            _ if name.is_empty() => Type::Unknown,
            _ => Type::Named(self.qualified(name)),
        }
    }

    fn qualified_type(&self, node: Node<'t>) -> Type {
        let part = |field| node.field(field).map_or("", |n| self.text_of(n));
        self.imported_type(part("package"), part("name"))
    }

    /// `package.name` as a type; without the import, as written.
    pub(crate) fn imported_type(&self, package: &str, name: &str) -> Type {
        Type::Named(match self.resolve(package) {
            Resolved::Import(path) => format!("{path}.{name}").into(),
            _ => format!("{package}.{name}").into(),
        })
    }

    /// Parameter and result types of a node with those fields.
    pub(crate) fn signature_types(&mut self, node: Node<'t>) -> (Vec<Type>, Vec<Type>) {
        let params = node.field("parameters").map_or(vec![], |list| self.list_types(list));
        let results = node.field("result").map_or(vec![], |list| self.list_types(list));
        (params, results)
    }

    /// The types of a parameter list, one for each name; any other type node: that one.
    pub(crate) fn list_types(&mut self, node: Node<'t>) -> Vec<Type> {
        if node.kind() != "parameter_list" {
            return vec![self.ty(node)];
        }
        let mut types = vec![];
        for part in kids(node) {
            let ty = self.field_type(part, "type");
            let ty = if part.kind() == "variadic_parameter_declaration" { Type::List(Box::new(ty)) } else { ty };
            let names = crate::lowering::field_list(part, "name").len().max(1);
            types.extend(std::iter::repeat_n(ty, names));
        }
        types
    }

    pub(crate) fn type_of(&self, value: &Value) -> Type {
        match &value.kind {
            ValueKind::Local(local) => self.build.module.local(*local).ty.clone(),
            ValueKind::Aggregate { ty, .. } | ValueKind::Convert(ty, _) => ty.clone(),
            ValueKind::Lit(Lit::Str(_)) => Type::Named("string".into()),
            ValueKind::Lit(Lit::Bool(_)) => Type::Named("bool".into()),
            ValueKind::Lit(Lit::Int(_)) => Type::Named("int".into()),
            ValueKind::Slice(base) => self.type_of(base),
            _ => Type::Unknown,
        }
    }

    pub(crate) fn type_of_rvalue(&self, value: &Rvalue) -> Type {
        match value {
            Rvalue::Use(value) => self.type_of(value),
            Rvalue::TypeTest(_, ty) => ty.clone(),
            Rvalue::Receive(channel) => match self.type_of(channel) {
                Type::Chan(item) => *item,
                _ => Type::Unknown,
            },
            Rvalue::Lookup(map, _) => match self.type_of(map) {
                Type::Map(_, item) => *item,
                _ => Type::Unknown,
            },
            Rvalue::Call(call) => match (&call.callee, call.args.first()) {
                (Callee::Named(name), Some(first)) if matches!(&**name, "builtin.make" | "builtin.append") => {
                    self.type_of(first)
                }
                _ => Type::Unknown,
            },
            _ => Type::Unknown,
        }
    }

    /// What a declared type of this file stands for, where that is a list, map or the like.
    pub(crate) fn underlying(&self, ty: &Type) -> Type {
        let Some(short) = ty.name().and_then(|n| n.strip_prefix(&*self.package)).and_then(|n| n.strip_prefix('.'))
        else {
            return ty.clone();
        };
        match self.names.items.get(short) {
            Some(Item::Type(inner)) if *inner != Type::Unknown => inner.clone(),
            _ => ty.clone(),
        }
    }
}

/// Whether a node can only be a type.
pub(crate) fn is_type(kind: &str) -> bool {
    kind.ends_with("_type") || kind == "type_identifier"
}
