//! Parameters: names, patterns, defaults.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids, only_kid};
use crate::scope::Binding;
use dogpile_ir::{LocalId, Param, Place, Rvalue, Type, Value, ValueKind};
use tree_sitter::Node;

/// What a parameter needs before the body: a default, or to be taken apart.
pub(crate) struct Unpack<'t> {
    local: LocalId,
    pattern: Option<Node<'t>>,
    annotation: Option<Node<'t>>,
    default: Option<Node<'t>>,
    node: Node<'t>,
}

impl<'t> Lowering<'t> {
    pub(crate) fn params(&mut self, list: Node<'t>, variadic: &mut bool, opening: &mut Vec<Unpack<'t>>) -> Vec<Param> {
        let mut params = vec![];
        for part in kids(list) {
            let Some(pattern) = part.field("pattern").or(part.field("name")) else {
                continue;
            };
            // `this: T` is for the type checker.
            if pattern.kind() == "this" {
                continue;
            }
            let annotation = part.field("type");
            let written = annotation.map_or(Type::Unknown, |n| self.ty(n));
            let default = part.field("value");
            let written = match default {
                Some(default) if written == Type::Unknown => self.evident_type(default),
                _ => written,
            };
            let written = match (written, list.parent()) {
                (Type::Unknown, Some(function)) if annotation.is_none() && pattern.kind() == "identifier" => {
                    self.documented_param(function, self.text_of(pattern))
                }
                (written, _) => written,
            };
            let (pattern, ty) = match pattern.kind() {
                "rest_pattern" => {
                    *variadic = true;
                    let list = if let Type::List(_) = written { written } else { Type::List(Box::new(Type::Unknown)) };
                    (only_kid(pattern).unwrap_or(pattern), list)
                }
                _ => (pattern, written),
            };
            if pattern.kind() == "identifier" {
                let param = self.plain_param(pattern, ty);
                if default.is_some() {
                    opening.push(Unpack { local: param.local, pattern: None, annotation, default, node: part });
                }
                params.push(param);
            } else {
                let span = self.span(pattern);
                let local = self.typed_temp(ty.clone(), span);
                opening.push(Unpack { local, pattern: Some(pattern), annotation, default, node: part });
                params.push(Param { local, name: "".into(), ty });
            }
        }
        params
    }

    pub(crate) fn plain_param(&mut self, name: Node<'t>, ty: Type) -> Param {
        let text = self.text_of(name);
        let span = self.span(name);
        let owner = self.owner();
        let local = self.build.local(text, ty.clone(), span, owner);
        self.names.bind(text, Binding::Local(local));
        Param { local, name: text.into(), ty }
    }

    /// The first statements of a body: defaults, and patterns taken apart.
    pub(crate) fn open_params(&mut self, opening: Vec<Unpack<'t>>) {
        for unpack in opening {
            let span = self.span(unpack.node);
            let mut value = Value::new(ValueKind::Local(unpack.local), span);
            if let Some(default) = unpack.default {
                let full = self.or_default(value.clone(), default);
                self.assign(vec![Place::Local(unpack.local)], Rvalue::Use(full), span);
            }
            value.span = span;
            if let Some(pattern) = unpack.pattern {
                self.destructure(pattern, value, true, unpack.annotation);
            }
        }
    }
}
