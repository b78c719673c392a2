//! What a file offers: `export`, `module.exports`, `exports.x`.

use crate::fields::Fields as _;
use crate::functions::is_function;
use crate::lowering::{Frame, Lowering, bare, kids};
use dogpile_ir::{FieldInit, Global, Import, QualName, Type, Value, ValueKind};
use dogpile_source::Span;
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// An export other than of a declaration.
    pub(crate) fn export(&mut self, node: Node<'t>) {
        let from = node.field("source").map(|n| self.module_path(self.quoted(n)));
        if let Some(value) = node.field("value") {
            return self.export_value("default", value);
        }
        let mut cursor = node.walk();
        for part in node.children(&mut cursor).collect::<Vec<_>>() {
            match part.kind() {
                "*" => {
                    if let Some(path) = &from {
                        let span = self.span(node);
                        self.build.module.imports.push(Import { name: "*".into(), path: path.clone(), span });
                    }
                }
                "namespace_export" => {
                    let name = kids(part).first().map_or("", |n| self.property_name(*n));
                    if let Some(path) = &from {
                        let span = self.span(part);
                        self.constant(name, Value::new(ValueKind::Global(path.clone()), span), vec![], span);
                    }
                }
                "export_clause" => self.export_clause(part, from.as_ref()),
                // `export = x`
                "identifier" | "member_expression" | "call_expression" | "object" | "new_expression" => {
                    self.export_value("default", part);
                }
                _ => {}
            }
        }
    }

    fn export_clause(&mut self, clause: Node<'t>, from: Option<&QualName>) {
        for specifier in kids(clause) {
            let Some(name) = specifier.field("name") else { continue };
            let alias = specifier.field("alias").unwrap_or(name);
            let span = self.span(alias);
            let kind = match from {
                Some(path) => ValueKind::Global(format!("{path}.{}", self.property_name(name)).into()),
                None => self.name(self.text_of(name)),
            };
            self.constant(self.property_name(alias), Value::new(kind, span), vec![], span);
        }
    }

    /// `export default x`, `module.exports = x`, `exports.name = x`.
    pub(crate) fn export_value(&mut self, name: &'t str, value: Node<'t>) {
        let node = bare(value);
        let full = self.qualified(name);
        if is_function(node.kind()) {
            let span = node.field("name").map_or(self.span(value), |n| self.span(n));
            self.told_of(node, &full);
            return self.plain_function(node, full, span);
        }
        if node.kind() == "class" {
            return self.class(node, full);
        }
        let span = self.span(value);
        let outer = std::mem::replace(&mut self.opaque_here, false);
        self.frames.push(Frame::bare(None, full));
        let mut result = None;
        let mut init = self.nested(|s| {
            s.note_errors(value);
            result = Some(s.expr(value));
        });
        self.frames.pop();
        let Some(mut result) = result else { return };
        // The members of an exported object are exports themselves.
        if let ValueKind::Aggregate { fields, .. } = &mut result.kind {
            for field in fields {
                let FieldInit::Named(member, value) = field else { continue };
                let own = self.qualified(member);
                if self.given.contains(&own) {
                    continue;
                }
                let span = value.span;
                let value = std::mem::replace(value, Value::new(ValueKind::Global(own), span));
                if !matches!(&value.kind, ValueKind::Global(same) if *same == self.qualified(member)) {
                    self.constant(&member.clone(), value, std::mem::take(&mut init), span);
                }
            }
        }
        self.constant(name, result, init, span);
        let stats = &mut self.build.module.stats;
        stats.statements += 1;
        stats.opaque += u32::from(self.opaque_here);
        self.opaque_here = outer;
    }

    /// `const p.name = value`, unless that is what the name means anyway.
    fn constant(&mut self, name: &str, value: Value, init: Vec<dogpile_ir::Stmt>, span: Span) {
        let full = self.qualified(name);
        if matches!(&value.kind, ValueKind::Global(same) if *same == full) || !self.given.insert(full.clone()) {
            return;
        }
        let ty = match &value.kind {
            ValueKind::Global(_) => Type::Unknown,
            _ => self.type_of(&value),
        };
        self.build.module.globals.push(Global {
            name: full,
            ty,
            constant: true,
            init,
            value: Some(value),
            embeds: None,
            span,
        });
    }

    /// `module.exports = …`, `exports.x = …` at the top of a file; `false` for any other statement.
    pub(crate) fn commonjs_export(&mut self, statement: Node<'t>) -> bool {
        let Some(assignment) = kids(statement).first().copied().filter(|n| n.kind() == "assignment_expression") else {
            return false;
        };
        let (Some(left), Some(right)) = (assignment.field("left"), assignment.field("right")) else {
            return false;
        };
        if left.kind() != "member_expression" || self.resolve("exports").is_some() || self.resolve("module").is_some() {
            return false;
        }
        let object = left.field("object").map_or("", |n| self.text_of(n));
        let property = self.field_text(left, "property");
        match (object, property) {
            ("module", "exports") => {
                // `module.exports = exports = x`
                let inner = bare(right);
                let value =
                    if inner.kind() == "assignment_expression" { inner.field("right").unwrap_or(right) } else { right };
                self.export_value("default", value);
            }
            // Compilers declare exports before they have values.
            ("exports" | "module.exports", _) if self.text_of(right).ends_with("void 0") => {}
            ("exports" | "module.exports", name) if name != "__esModule" => self.export_value(name, right),
            ("exports", "__esModule") => {}
            _ => return false,
        }
        true
    }
}
