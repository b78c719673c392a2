//! Types as written, and what a value's form says about its type.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, bare, kids, only_kid};
use crate::scope::Binding;
use dogpile_ir::{Lit, QualName, Rvalue, Type, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// A type node, or the annotation around one.
    pub(crate) fn ty(&mut self, node: Node<'t>) -> Type {
        if !self.enter_type(node) {
            return Type::Unknown;
        }
        let ty = self.ty_inside(node);
        self.leave();
        ty
    }

    fn enter_type(&mut self, node: Node<'t>) -> bool {
        let out = self.out.len();
        let entered = self.enter(node);
        self.out.truncate(out);
        entered
    }

    pub(crate) fn field_type(&mut self, node: Node<'t>, field: &str) -> Type {
        node.field(field).map_or(Type::Unknown, |inner| self.ty(inner))
    }

    fn ty_inside(&mut self, node: Node<'t>) -> Type {
        match node.kind() {
            "type_annotation" | "parenthesized_type" | "readonly_type" | "constraint" | "optional_type" => {
                only_kid(node).map_or(Type::Unknown, |inner| self.ty(inner))
            }
            "type_predicate_annotation" | "type_predicate" => Type::Named("bool".into()),
            "predefined_type" => predefined(self.text_of(node)),
            "literal_type" => match only_kid(node).map(|n| n.kind()) {
                Some("string") => Type::Named("string".into()),
                Some("number" | "unary_expression") => Type::Named("number".into()),
                Some("true" | "false") => Type::Named("bool".into()),
                _ => Type::Unknown,
            },
            "template_literal_type" => Type::Named("string".into()),
            "type_identifier" | "identifier" => self.type_name(self.text_of(node)),
            "nested_type_identifier" | "nested_identifier" | "member_expression" => self.nested_type(node),
            "generic_type" => self.generic_type(node),
            "array_type" => Type::List(Box::new(only_kid(node).map_or(Type::Unknown, |n| self.ty(n)))),
            "tuple_type" => Type::List(Box::new(self.common(&kids(node)))),
            "union_type" => {
                let parts = self.union_parts(node);
                self.common(&parts)
            }
            "function_type" => {
                let (params, results) = self.signature_types(node);
                Type::function(params, results)
            }
            "object_type" => self.index_type(node),
            _ => Type::Unknown,
        }
    }

    /// The members of a union that say what the value is when there is one.
    fn union_parts(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        let mut parts = vec![];
        let mut open = vec![node];
        while let Some(at) = open.pop() {
            if at.kind() == "union_type" {
                open.extend(kids(at));
            } else if !matches!(self.text_of(at), "null" | "undefined" | "void" | "false") {
                parts.push(at);
            }
        }
        parts
    }

    /// The type that all nodes agree on.
    fn common(&mut self, nodes: &[Node<'t>]) -> Type {
        let Some((first, rest)) = nodes.split_first() else { return Type::Unknown };
        let ty = self.ty(*first);
        if rest.iter().all(|n| self.ty(*n) == ty) || self.one_library(&ty, rest) { ty } else { Type::Unknown }
    }

    /// `Redis | Cluster` of one library: what can be done with either can be done with the first.
    fn one_library(&mut self, first: &Type, rest: &[Node<'t>]) -> bool {
        let Some((package, _)) = first.name().and_then(|n| n.rsplit_once('.')).filter(|(p, _)| *p != "builtin") else {
            return false;
        };
        rest.iter().all(|n| self.ty(*n).name().and_then(|n| n.rsplit_once('.')).is_some_and(|(p, _)| p == package))
    }

    /// `{ [key: K]: V }` and `{ [k in K]: V }` are maps; any other object has no name.
    fn index_type(&mut self, node: Node<'t>) -> Type {
        let parts = kids(node);
        let [only] = parts.as_slice() else { return Type::Unknown };
        if only.kind() != "index_signature" {
            return Type::Unknown;
        }
        let key = self.field_type(*only, "index_type");
        let value = only.field("type").and_then(only_kid);
        Type::Map(Box::new(key), Box::new(value.map_or(Type::Unknown, |n| self.ty(n))))
    }

    fn generic_type(&mut self, node: Node<'t>) -> Type {
        let Some(name) = node.field("name") else { return Type::Unknown };
        let arguments = node.field("type_arguments").map_or(vec![], kids);
        let declared = self.names.find_type(self.text_of(name)).is_some() || self.resolve(self.text_of(name)).is_some();
        if name.kind() != "type_identifier" || declared {
            return self.ty(name);
        }
        let argument = |s: &mut Self, n: usize| arguments.get(n).map_or(Type::Unknown, |node| s.ty(*node));
        match self.text_of(name) {
            "Promise" | "PromiseLike" | "Readonly" | "Partial" | "Required" | "NonNullable" | "Awaited" | "Omit"
            | "Pick" | "Extract" | "Exclude" => argument(self, 0),
            "Array" | "ReadonlyArray" => Type::List(Box::new(argument(self, 0))),
            "Map" | "ReadonlyMap" | "Record" => Type::Map(Box::new(argument(self, 0)), Box::new(argument(self, 1))),
            // What a named function gives has no name of its own: the analysis finds it by the function's.
            "ReturnType" => match arguments.first().and_then(|node| self.asked(*node)) {
                Some(Type::Named(function)) => Type::Named(format!("{function}()").into()),
                _ => Type::Unknown,
            },
            "InstanceType" => arguments.first().and_then(|node| self.asked(*node)).unwrap_or_default(),
            "Parameters" | "ConstructorParameters" => Type::Unknown,
            _ => self.ty(name),
        }
    }

    /// The name in `typeof name`.
    fn asked(&mut self, node: Node<'t>) -> Option<Type> {
        let name = (node.kind() == "type_query").then(|| only_kid(node)).flatten()?;
        matches!(name.kind(), "identifier" | "member_expression" | "nested_identifier").then(|| self.ty(name))
    }

    pub(crate) fn type_name(&self, name: &str) -> Type {
        if let Some(ty) = self.names.find_type(name) {
            return ty.clone();
        }
        match self.resolve(name) {
            Some(Binding::Item(full, _) | Binding::Import(full)) => Type::Named(full),
            Some(Binding::Module { path, required: true }) => Type::Named(format!("{path}.default").into()),
            Some(Binding::Module { path, .. }) => Type::Named(path),
            Some(Binding::Local(_)) => Type::Unknown,
            None if name.is_empty() => Type::Unknown,
            None => Type::Named(format!("builtin.{name}").into()),
        }
    }

    /// `n.T`.
    fn nested_type(&mut self, node: Node<'t>) -> Type {
        let parts: Vec<&str> = self.text_of(node).split('.').map(str::trim).collect();
        let [first, rest @ ..] = parts.as_slice() else { return Type::Unknown };
        let base: QualName = match self.resolve(first) {
            Some(Binding::Item(full, _) | Binding::Import(full)) => full,
            Some(Binding::Module { path, .. }) => path,
            Some(Binding::Local(_)) => return Type::Unknown,
            None => format!("builtin.{first}").into(),
        };
        Type::Named(format!("{base}.{}", rest.join(".")).into())
    }

    /// Parameter and result types of a node with those fields.
    pub(crate) fn signature_types(&mut self, node: Node<'t>) -> (Vec<Type>, Vec<Type>) {
        let list = node.field("parameters").map_or(vec![], kids);
        let params = list.into_iter().map(|p| self.field_type(p, "type")).collect();
        (params, self.results(node))
    }

    /// The declared result: one type, or none.
    pub(crate) fn results(&mut self, node: Node<'t>) -> Vec<Type> {
        let Some(result) = node.field("return_type") else { return vec![] };
        if result.kind().starts_with("asserts") {
            return vec![];
        }
        let text = self.text_of(result).trim_start_matches(':').trim();
        if matches!(text, "void" | "undefined" | "never" | "Promise<void>" | "Promise<undefined>" | "Promise<never>") {
            return vec![];
        }
        vec![self.ty(result)]
    }

    /// What the form of an expression says of its type: `x as T`.
    pub(crate) fn asserted_type(&mut self, node: Node<'t>) -> Type {
        let mut node = crate::lowering::unwrapped(node);
        while node.kind() == "await_expression" {
            match only_kid(node) {
                Some(inner) => node = crate::lowering::unwrapped(inner),
                None => break,
            }
        }
        match node.kind() {
            "as_expression" => kids(node).get(1).map_or(Type::Unknown, |n| self.ty(*n)),
            "type_assertion" => match only_kid(node) {
                Some(arguments) => only_kid(arguments).map_or(Type::Unknown, |n| self.ty(n)),
                None => Type::Unknown,
            },
            "new_expression" => match node.field("constructor").map(bare) {
                Some(class) if matches!(class.kind(), "identifier" | "member_expression") => {
                    self.made_type(node, class)
                }
                _ => Type::Unknown,
            },
            _ => Type::Unknown,
        }
    }

    /// Like [`Self::asserted_type`], and of literals.
    pub(crate) fn evident_type(&mut self, node: Node<'t>) -> Type {
        match bare(node).kind() {
            "string" | "template_string" => Type::Named("string".into()),
            "number" => Type::Named("number".into()),
            "true" | "false" => Type::Named("bool".into()),
            _ => self.asserted_type(node),
        }
    }

    /// The type of `new C()`: known where a class or an import is named.
    fn made_type(&mut self, node: Node<'t>, class: Node<'t>) -> Type {
        let text = self.text_of(class);
        let first = text.split('.').next().unwrap_or("").trim();
        let arguments = node.field("type_arguments").map_or(vec![], kids);
        match (self.resolve(first), text) {
            (None, "Map") => {
                let argument = |s: &mut Self, n: usize| arguments.get(n).map_or(Type::Unknown, |node| s.ty(*node));
                Type::Map(Box::new(argument(self, 0)), Box::new(argument(self, 1)))
            }
            (None, _) | (Some(Binding::Local(_)), _) => Type::Unknown,
            (Some(Binding::Item(_, kind)), _) if kind != crate::scope::ItemKind::Class => Type::Unknown,
            (Some(_), _) if class.kind() == "identifier" => self.type_name(text),
            (Some(_), _) => self.nested_type(class),
        }
    }

    pub(crate) fn type_of(&self, value: &Value) -> Type {
        match &value.kind {
            ValueKind::Local(local) => self.build.module.local(*local).ty.clone(),
            ValueKind::Aggregate { ty, .. } | ValueKind::Convert(ty, _) => ty.clone(),
            ValueKind::Lit(Lit::Str(_)) | ValueKind::Concat(_) => Type::Named("string".into()),
            ValueKind::Lit(Lit::Bool(_)) => Type::Named("bool".into()),
            ValueKind::Lit(Lit::Int(_) | Lit::Float(_)) => Type::Named("number".into()),
            ValueKind::Slice(base) => self.type_of(base),
            _ => Type::Unknown,
        }
    }

    pub(crate) fn type_of_rvalue(&self, value: &Rvalue) -> Type {
        match value {
            Rvalue::Use(value) => self.type_of(value),
            _ => Type::Unknown,
        }
    }
}

/// Names of the field where it has them: `boolean` is `bool` in all three languages.
pub(crate) fn predefined(name: &str) -> Type {
    match name {
        "string" | "number" | "bigint" | "symbol" => Type::Named(name.into()),
        "boolean" => Type::Named("bool".into()),
        _ => Type::Unknown,
    }
}
