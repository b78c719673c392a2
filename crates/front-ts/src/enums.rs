//! Enums and namespaces.

use crate::fields::Fields as _;
use crate::lowering::{Frame, Lowering, kids};
use dogpile_ir::{Global, Lit, Type, TypeDecl, TypeKind, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// Members become constants, counted where no value is written.
    pub(crate) fn enumeration(&mut self, node: Node<'t>) {
        let Some(name) = node.field("name") else { return };
        let full = match self.names.find_type(self.text_of(name)) {
            Some(Type::Named(full)) => full.clone(),
            _ => self.qualified(self.text_of(name)),
        };
        let mut next = Some(0_i128);
        let mut of_text = false;
        for member in node.field("body").map_or(vec![], kids) {
            let (key, written) = match member.kind() {
                "enum_assignment" => (member.field("name"), member.field("value")),
                _ => (Some(member), None),
            };
            let Some(key) = key else { continue };
            let span = self.span(key);
            let member_name: dogpile_ir::QualName = format!("{full}.{}", self.property_name(key)).into();
            let mut value =
                Value::new(next.map_or(ValueKind::Opaque("enum".into()), |n| ValueKind::Lit(Lit::int(n))), span);
            self.frames.push(Frame::bare(None, member_name.clone()));
            let init = self.nested(|s| {
                if let Some(written) = written {
                    value = s.expr(written);
                }
            });
            self.frames.pop();
            next = match &value.kind {
                ValueKind::Lit(Lit::Int(n)) => n.get().checked_add(1),
                _ => None,
            };
            of_text |= matches!(&value.kind, ValueKind::Lit(Lit::Str(_)));
            let ty = Type::Named(full.clone());
            self.build.module.globals.push(Global {
                name: member_name,
                ty,
                constant: true,
                init,
                value: Some(value),
                embeds: None,
                span,
            });
        }
        let kind = TypeKind::Alias(Type::Named(if of_text { "string" } else { "number" }.into()));
        let span = self.span(name);
        self.build.module.types.push(TypeDecl { name: full, kind, span });
        self.build.module.stats.statements += 1;
    }

    /// `namespace N { … }`: items named `N.…`. Returns what in it is no declaration.
    pub(crate) fn namespace(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        let Some(body) = node.field("body") else { return vec![] };
        let name = self.field_text(node, "name").trim_matches(['"', '\'']);
        if !self.enter(node) {
            return vec![];
        }
        let inner = self.qualified(name);
        let outer = std::mem::replace(&mut self.prefix, inner);
        self.names.push();
        let loose = self.items(&kids(body));
        self.names.pop();
        self.prefix = outer;
        self.leave();
        loose
    }
}
