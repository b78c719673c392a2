//! Variables and constants at the top of a file.

use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::functions::is_function;
use crate::lowering::{Frame, Lowering, bare, has_word, kids};
use crate::patterns::Part;
use dogpile_ir::{Global, QualName, Type, Value};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    pub(crate) fn global_declaration(&mut self, node: Node<'t>) {
        let constant = has_word(node, "const");
        for declarator in kids(node).into_iter().filter(|n| n.kind() == "variable_declarator") {
            if self.require_declarator(declarator, false) {
                continue;
            }
            let outer = std::mem::replace(&mut self.opaque_here, false);
            self.global(declarator, constant);
            let stats = &mut self.build.module.stats;
            stats.statements += 1;
            stats.opaque += u32::from(self.opaque_here);
            self.opaque_here = outer;
        }
    }

    fn global(&mut self, declarator: Node<'t>, constant: bool) {
        let Some(name) = declarator.field("name") else { return };
        let value = declarator.field("value");
        if name.kind() != "identifier" {
            return self.global_pattern(declarator, name, constant);
        }
        let full = self.qualified(self.text_of(name));
        let span = self.span(name);
        if let Some(inner) = value.map(bare) {
            if constant && is_function(inner.kind()) {
                return self.plain_function(inner, full, span);
            }
            if inner.kind() == "class" {
                return self.class(inner, full);
            }
        }
        let annotated = match declarator.field("type") {
            Some(written) => Some(self.ty(written)),
            None => Some(self.documented_type(declarator)).filter(|ty| *ty != Type::Unknown),
        };
        let asserted = value.map_or(Type::Unknown, |n| self.asserted_type(n));
        self.frames.push(Frame::bare(None, full.clone()));
        let mut result = None;
        let init = self.nested(|s| {
            s.note_errors(declarator);
            if let Some(value) = value {
                let value = if asserted == Type::Unknown { value } else { bare(value) };
                result = Some(s.expr_as(value, Wait::Later));
            }
        });
        self.frames.pop();
        let ty = match annotated {
            Some(ty) => ty,
            None if asserted != Type::Unknown => asserted,
            None => result.as_ref().map_or(Type::Unknown, |v| self.type_of(v)),
        };
        let result = result.map(|value| match crate::patterns::of_type(dogpile_ir::Rvalue::Use(value.clone()), &ty) {
            dogpile_ir::Rvalue::Use(value) => value,
            _ => value,
        });
        self.add_global(full, ty, constant, init, result, name);
    }

    /// `const { a, b } = x`: one global for each name.
    fn global_pattern(&mut self, declarator: Node<'t>, pattern: Node<'t>, constant: bool) {
        let Some(value) = declarator.field("value") else { return };
        let first = self.pattern_names(pattern).first().map_or("", |n| self.text_of(*n));
        self.frames.push(Frame::bare(None, self.qualified(first)));
        let mut parts: Vec<Part<'t>> = vec![];
        let mut init = self.nested(|s| {
            s.note_errors(declarator);
            let whole = s.expr_as(value, Wait::Later);
            parts = s.parts(pattern, whole);
        });
        for part in parts {
            let mut result = None;
            let own = self.nested(|s| result = Some(s.part_value(&part)));
            init.extend(own);
            if part.target.kind().contains("identifier") {
                let full = self.qualified(self.text_of(part.target));
                self.add_global(full, Type::Unknown, constant, std::mem::take(&mut init), result, part.target);
            }
        }
        self.frames.pop();
    }

    fn add_global(
        &mut self,
        name: QualName,
        ty: Type,
        constant: bool,
        init: Vec<dogpile_ir::Stmt>,
        value: Option<Value>,
        node: Node<'t>,
    ) {
        self.given.insert(name.clone());
        let span = self.span(node);
        self.build.module.globals.push(Global { name, ty, constant, init, value, embeds: None, span });
    }
}
