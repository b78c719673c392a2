//! Interfaces and type aliases.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids, only_kid};
use dogpile_ir::{Field, Name, QualName, Type, TypeDecl, TypeKind};
use dogpile_source::Span;
use tree_sitter::Node;

type Methods = Vec<(Name, Vec<Type>, Vec<Type>)>;

impl<'t> Lowering<'t> {
    pub(crate) fn interface(&mut self, node: Node<'t>) {
        self.names.push();
        self.type_parameters(node);
        let mut parents = vec![];
        for clause in kids(node).into_iter().filter(|n| n.kind() == "extends_type_clause") {
            parents.extend(kids(clause).into_iter().map(|n| self.ty(n)).filter(|ty| *ty != Type::Unknown));
        }
        let body = node.field("body");
        self.shape(node, body.map_or(vec![], kids), parents);
        self.names.pop();
    }

    pub(crate) fn type_alias(&mut self, node: Node<'t>) {
        let Some(value) = node.field("value") else { return };
        self.names.push();
        self.type_parameters(node);
        match value.kind() {
            "object_type" if self.ty(value) == Type::Unknown => self.shape(node, kids(value), vec![]),
            "intersection_type" => {
                let (mut members, mut parents) = (vec![], vec![]);
                let mut open = vec![value];
                while let Some(part) = open.pop() {
                    match part.kind() {
                        "intersection_type" => open.extend(kids(part).into_iter().rev()),
                        "object_type" => members.extend(kids(part)),
                        _ => parents.extend(Some(self.ty(part)).filter(|ty| *ty != Type::Unknown)),
                    }
                }
                self.shape(node, members, parents);
            }
            _ => {
                let ty = self.ty(value);
                let (name, span) = self.declared_type(node);
                self.build.module.types.push(TypeDecl { name, kind: TypeKind::Alias(ty), span });
            }
        }
        self.names.pop();
    }

    fn declared_type(&mut self, node: Node<'t>) -> (QualName, Span) {
        let name = node.field("name").unwrap_or(node);
        let text = self.text_of(name);
        let full = match self.names.find_type(text) {
            Some(Type::Named(full)) => full.clone(),
            _ => self.qualified(text),
        };
        (full, self.span(name))
    }

    /// Fields make a struct, methods an interface; what has both is a struct that embeds its methods.
    fn shape(&mut self, node: Node<'t>, members: Vec<Node<'t>>, parents: Vec<Type>) {
        let (name, span) = self.declared_type(node);
        let (mut fields, mut methods): (Vec<Field>, Methods) = (vec![], vec![]);
        for member in members {
            let key = member.field("name").map_or("", |n| self.property_name(n));
            match member.kind() {
                "method_signature" => {
                    let (params, results) = self.signature_types(member);
                    methods.push((key.into(), params, results));
                }
                "property_signature" => match self.field_type(member, "type") {
                    Type::Func(of) => methods.push((key.into(), of.0, of.1)),
                    ty => fields.push(Field { name: key.into(), ty, embedded: false, span: self.span(member) }),
                },
                _ => {}
            }
        }
        let types = &mut self.build.module.types;
        if fields.is_empty() && !methods.is_empty() {
            types.push(TypeDecl { name, kind: TypeKind::Interface { methods, embeds: parents }, span });
            return;
        }
        let embed = |ty: Type| {
            let last = ty.name().map_or("", |n| n.rsplit(['.', '/']).next().unwrap_or(n)).into();
            Field { name: last, ty, embedded: true, span }
        };
        let mut all: Vec<Field> = parents.into_iter().map(embed).collect();
        if !methods.is_empty() {
            let part: QualName = format!("{name}.methods").into();
            all.push(embed(Type::Named(part.clone())));
            let kind = TypeKind::Interface { methods, embeds: vec![] };
            types.push(TypeDecl { name: part, kind, span });
        }
        all.extend(fields);
        types.push(TypeDecl { name, kind: TypeKind::Struct(all), span });
    }

    /// Makes type parameters known: as what they are constrained to, or as types nothing is known of.
    pub(crate) fn type_parameters(&mut self, node: Node<'t>) {
        let Some(list) = node.field("type_parameters") else { return };
        for parameter in kids(list) {
            let name = self.field_text(parameter, "name");
            let mut cursor = parameter.walk();
            let constraint = parameter.children(&mut cursor).find(|n| n.kind() == "constraint").and_then(only_kid);
            self.names.bind_type(name, Type::Unknown);
            let ty = constraint.map_or(Type::Unknown, |n| self.ty(n));
            self.names.bind_type(name, ty);
        }
    }
}
