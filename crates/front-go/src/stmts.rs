//! Statements, one by one.

use crate::lowering::{Lowering, kids, only_kid, unwrapped};
use crate::operators::binary_op;
use dogpile_ir::{BinaryOp, Lit, Place, Rvalue, StmtKind, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// The statements of a block node, in the scope and block at hand.
    pub(crate) fn block_here(&mut self, block: Node<'t>) {
        let mut cursor = block.walk();
        for child in block.children(&mut cursor) {
            if child.is_error() || child.is_missing() {
                self.stray_error(child, "block");
            } else if child.kind() == "statement_list" {
                self.statement_list(child);
            }
        }
    }

    pub(crate) fn statement_list(&mut self, list: Node<'t>) {
        let mut cursor = list.walk();
        for child in list.children(&mut cursor) {
            if child.is_error() || child.is_missing() {
                self.stray_error(child, "statement list");
            } else if child.is_named() && !child.is_extra() {
                self.stmt(child);
            }
        }
    }

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
        let counts = !matches!(node.kind(), "block" | "empty_statement" | "labeled_statement");
        let outer = std::mem::replace(&mut self.opaque_here, false);
        if self.enter(node) {
            if node.kind() != "labeled_statement" && node.kind() != "block" {
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
        let label = if matches!(
            node.kind(),
            "for_statement" | "expression_switch_statement" | "type_switch_statement" | "select_statement"
        ) {
            self.pending_label.take()
        } else {
            self.pending_label = None;
            None
        };
        match node.kind() {
            "expression_statement" => {
                if let Some(inner) = only_kid(node) {
                    self.effect(inner);
                }
            }
            "short_var_declaration" => self.assignment(node, true),
            "assignment_statement" => self.assignment(node, false),
            "inc_statement" => self.step(node, BinaryOp::Add),
            "dec_statement" => self.step(node, BinaryOp::Sub),
            "var_declaration" => self.local_vars(node),
            "const_declaration" => self.local_consts(node),
            "type_declaration" => self.type_declaration(node),
            "return_statement" => self.return_statement(node),
            "if_statement" => self.if_statement(node),
            "for_statement" => self.for_statement(node, label),
            "expression_switch_statement" => self.switch(node, label),
            "type_switch_statement" => self.type_switch(node, label),
            "select_statement" => self.select(node, label),
            "labeled_statement" => self.labeled(node),
            "break_statement" => self.jump(node, false),
            "continue_statement" => self.jump(node, true),
            "goto_statement" => {
                let span = self.span(node);
                self.emit_opaque("goto", false, true, span);
            }
            // Read by the switch around it.
            "fallthrough_statement" | "empty_statement" => {}
            "block" => {
                self.names.push();
                self.block_here(node);
                self.names.pop();
            }
            "defer_statement" => self.defer(node),
            "go_statement" => self.go(node),
            "send_statement" => {
                let span = self.span(node);
                let channel = self.field_expr(node, "channel");
                let value = self.field_expr(node, "value");
                self.assign(vec![], Rvalue::Send(Box::new(channel), Box::new(value)), span);
            }
            // In broken or unfinished source: a function in a function.
            "function_declaration" | "method_declaration" => self.unknown_form(node),
            _ => self.unknown_form(node),
        }
    }

    fn step(&mut self, node: Node<'t>, op: BinaryOp) {
        let Some(operand) = only_kid(node) else { return };
        let span = self.span(node);
        let place = self.place(operand);
        let value = self.read(&place, self.span(operand));
        let one = Value::new(ValueKind::Lit(Lit::int(1)), span);
        let sum = Value::new(ValueKind::Binary(op, Box::new(value), Box::new(one)), span);
        self.assign(vec![place], Rvalue::Use(sum), span);
    }

    /// `x op= value`.
    pub(crate) fn compound(&mut self, node: Node<'t>, left: Node<'t>, right: Node<'t>, operator: &str) {
        let span = self.span(node);
        let place = self.place(left);
        let old = self.read(&place, self.span(left));
        let value = self.expr(right);
        let op = binary_op(operator.strip_suffix('=').unwrap_or(operator));
        let result = Value::new(ValueKind::Binary(op, Box::new(old), Box::new(value)), span);
        self.assign(vec![place], Rvalue::Use(result), span);
    }

    fn return_statement(&mut self, node: Node<'t>) {
        let span = self.span(node);
        let (results, named) = self.frames.last().map_or((0, vec![]), |f| (f.results, f.named_results.clone()));
        let values = match only_kid(node) {
            None => named.into_iter().map(|local| Value::new(ValueKind::Local(local), span)).collect(),
            Some(list) => {
                let nodes = if list.kind() == "expression_list" { kids(list) } else { vec![list] };
                match nodes.as_slice() {
                    [only] if results > 1 && unwrapped(*only).kind() == "call_expression" => {
                        self.spread_call(*only, results)
                    }
                    _ => nodes.into_iter().map(|n| self.expr(n)).collect(),
                }
            }
        };
        self.emit(StmtKind::Return { values }, span);
    }

    /// What a place holds now.
    pub(crate) fn read(&mut self, place: &Place, span: dogpile_source::Span) -> Value {
        let kind = match place {
            Place::Local(local) => ValueKind::Local(*local),
            Place::Global(name) => ValueKind::Global(name.clone()),
            Place::Field(base, name) => ValueKind::Field(base.clone(), name.clone()),
            Place::Index(base, index) => ValueKind::Index(base.clone(), index.clone()),
            Place::Deref(pointer) => return (**pointer).clone(),
            Place::Blank => return self.opaque_value("incomplete expression", span),
        };
        Value::new(kind, span)
    }
}
