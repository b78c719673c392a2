//! Statements, one by one.

use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids, only_kid};
use dogpile_ir::{Stmt, StmtKind, Value};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// An error between statements: counted as a statement of its own.
    pub(crate) fn stray_error(&mut self, node: Node<'t>, place: &str) {
        let outer = self.opaque_here;
        self.syntax_error(node, place);
        self.build.module.stats.statements += 1;
        self.build.module.stats.opaque += 1;
        self.opaque_here = outer;
    }

    /// A statement; its hoisted calls and itself go to the block at hand.
    pub(crate) fn stmt(&mut self, node: Node<'t>) {
        let counts = !matches!(
            node.kind(),
            "statement_block"
                | "empty_statement"
                | "labeled_statement"
                | "function_declaration"
                | "generator_function_declaration"
        );
        let outer = std::mem::replace(&mut self.opaque_here, false);
        if self.enter(node) {
            if counts {
                self.note_errors(node);
            }
            self.stmt_inside(node);
            self.leave();
        }
        let stats = &mut self.build.module.stats;
        stats.statements += u32::from(counts || self.opaque_here);
        stats.opaque += u32::from(self.opaque_here);
        self.opaque_here = outer;
    }

    fn stmt_inside(&mut self, node: Node<'t>) {
        let label = self.pending_label.take();
        match node.kind() {
            "expression_statement" => {
                if let Some(inner) = only_kid(node) {
                    self.effect(inner);
                }
            }
            "lexical_declaration" | "variable_declaration" => {
                for declarator in kids(node) {
                    if !self.require_declarator(declarator, false) {
                        self.local_declarator(declarator);
                    }
                }
            }
            "return_statement" => self.return_statement(node),
            "throw_statement" => {
                let span = self.span(node);
                let value = match only_kid(node) {
                    Some(inner) => self.expr(inner),
                    None => self.nil(span),
                };
                self.emit(StmtKind::Raise { value }, span);
            }
            "if_statement" => self.if_statement(node),
            "for_statement" => self.for_statement(node, label),
            "for_in_statement" => self.for_in(node, label),
            "while_statement" => self.while_statement(node, label),
            "do_statement" => self.do_statement(node, label),
            "switch_statement" => self.switch(node, label),
            "try_statement" => self.try_statement(node),
            "labeled_statement" => self.labeled(node),
            "break_statement" => self.jump(node, false),
            "continue_statement" => self.jump(node, true),
            "statement_block" => match label {
                Some(label) => self.labeled_block(node, label),
                None => {
                    self.names.push();
                    self.block_here(node);
                    self.names.pop();
                }
            },
            // Made when its block was opened.
            "function_declaration" | "generator_function_declaration" => {}
            "function_signature"
            | "empty_statement"
            | "debugger_statement"
            | "import_statement"
            | "import_alias"
            | "ambient_declaration"
            | "hash_bang_line"
            | "decorator" => {}
            // In a block by mistake, or in a namespace.
            "export_statement" => {
                if let Some(inner) = node.field("declaration").or(node.field("value")) {
                    if inner.kind().ends_with("_declaration") { self.stmt_inside(inner) } else { self.effect(inner) }
                }
            }
            "internal_module" | "module" => {
                for loose in self.namespace(node) {
                    self.stmt(loose);
                }
            }
            "with_statement" => {
                self.field_expr(node, "object");
                if let Some(body) = node.field("body") {
                    self.stmt(body);
                }
            }
            _ if self.type_level(node) => {}
            _ => self.unknown_form(node),
        }
    }

    fn return_statement(&mut self, node: Node<'t>) {
        let span = self.span(node);
        let Some(inner) = only_kid(node) else {
            return self.emit(StmtKind::Return { values: vec![] }, span);
        };
        let before = self.out.len();
        // `finally` and the like run before what is returned from them is settled.
        let guarded = self.frames.last().is_some_and(|f| f.guards > 0);
        let value = self.expr_as(inner, if guarded { Wait::Later } else { Wait::PassedOn });
        if !self.raised_since(before) {
            self.emit(StmtKind::Return { values: vec![value] }, span);
        }
    }

    /// Whether what was emitted last is a raise: `return Promise.reject(e)`.
    pub(crate) fn raised_since(&self, before: usize) -> bool {
        self.out.len() > before && matches!(self.out.last(), Some(Stmt { kind: StmtKind::Raise { .. }, .. }))
    }

    /// A condition in parentheses.
    pub(crate) fn condition(&mut self, node: Node<'t>) -> Value {
        self.field_expr(node, "condition")
    }
}
