//! `if`, loops, labels and jumps.

use crate::exprs::Wait;
use crate::fields::Fields as _;
use crate::lowering::{Lowering, Target, kids, only_kid};
use dogpile_ir::{Block, LabelId, LoopKind, Rvalue, StmtKind, Type, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    pub(crate) fn if_statement(&mut self, node: Node<'t>) {
        let span = self.span(node);
        let cond = self.condition(node);
        let then = self.branch(node.field("consequence"));
        let otherwise = self.branch(node.field("alternative").and_then(only_kid));
        self.emit(StmtKind::If { cond, then, otherwise }, span);
    }

    /// A statement as a block of its own.
    pub(crate) fn branch(&mut self, node: Option<Node<'t>>) -> Block {
        let Some(node) = node else { return vec![] };
        self.scoped(|s| match node.kind() {
            "statement_block" => {
                if s.enter(node) {
                    s.block_here(node);
                    s.leave();
                }
            }
            _ => s.stmt(node),
        })
    }

    pub(crate) fn while_statement(&mut self, node: Node<'t>, name: Option<&'t str>) {
        let (header, cond) = self.tested(node.field("condition"));
        let kind = if cond.is_some() { LoopKind::While } else { LoopKind::Forever };
        self.finish_loop(node, kind, header, cond, None, name);
    }

    /// A loop's test and what must run before it; none where it always holds.
    fn tested(&mut self, condition: Option<Node<'t>>) -> (Block, Option<Value>) {
        let Some(condition) = condition else { return (vec![], None) };
        let inner = crate::lowering::unwrapped(condition);
        if inner.kind() == "true" || self.text_of(inner) == "1" {
            return (vec![], None);
        }
        let mut test = None;
        let header = self.nested(|s| test = Some(s.expr(condition)));
        (header, test)
    }

    pub(crate) fn for_statement(&mut self, node: Node<'t>, name: Option<&'t str>) {
        self.names.push();
        if let Some(init) = node.field("initializer") {
            match init.kind() {
                "lexical_declaration" | "variable_declaration" => {
                    kids(init).into_iter().for_each(|n| self.local_declarator(n));
                }
                "empty_statement" => {}
                "expression_statement" => self.stmt(init),
                _ => self.effect(init),
            }
        }
        let condition = node.field("condition").filter(|n| !matches!(n.kind(), "empty_statement" | ";"));
        let condition =
            condition.map(|n| if n.kind() == "expression_statement" { only_kid(n).unwrap_or(n) } else { n });
        let (header, cond) = self.tested(condition);
        let update = node.field("increment");
        let kind = match (&cond, update) {
            (_, Some(_)) => LoopKind::Counted,
            (Some(_), None) => LoopKind::While,
            (None, None) => LoopKind::Forever,
        };
        self.finish_loop(node, kind, header, cond, update, name);
        self.names.pop();
    }

    fn finish_loop(
        &mut self,
        node: Node<'t>,
        kind: LoopKind,
        header: Block,
        cond: Option<Value>,
        update: Option<Node<'t>>,
        name: Option<&'t str>,
    ) {
        let span = self.span(node);
        let label = self.open(name, true, true);
        let body = self.branch(node.field("body"));
        self.close();
        let post = match update {
            Some(update) => self.nested(|s| s.effect(update)),
            None => vec![],
        };
        self.emit(StmtKind::Loop { label, kind, header, cond: cond.map(Box::new), body, post }, span);
    }

    /// `do … while (c)`: for ever, left at the end of a round.
    pub(crate) fn do_statement(&mut self, node: Node<'t>, name: Option<&'t str>) {
        let span = self.span(node);
        let label = self.open(name, true, true);
        let body = self.branch(node.field("body"));
        self.close();
        let post = self.nested(|s| {
            let (header, cond) = s.tested(node.field("condition"));
            s.out.extend(header);
            if let Some(cond) = cond {
                let test = Value::new(ValueKind::Not(Box::new(cond)), span);
                let then = s.nested(|s| s.emit(StmtKind::Break(label), span));
                s.emit(StmtKind::If { cond: test, then, otherwise: vec![] }, span);
            }
        });
        let kind = LoopKind::Forever;
        self.emit(StmtKind::Loop { label, kind, header: vec![], cond: None, body, post }, span);
    }

    /// `for (const x of xs)`, `for await`, `for (const k in o)`.
    pub(crate) fn for_in(&mut self, node: Node<'t>, name: Option<&'t str>) {
        let span = self.span(node);
        let mut over = match node.field("right") {
            Some(right) => self.expr_as(right, Wait::Later),
            None => self.opaque_value("incomplete expression", span),
        };
        // A table written in place is walked as a variable: every binding would hold a copy of it.
        if matches!(over.kind, ValueKind::Aggregate { .. }) {
            let span = over.span;
            over = self.hoist(Rvalue::Use(over), span);
        }
        let label = self.open(name, true, true);
        let body = self.scoped(|s| {
            s.binding(node, &over);
            let body = node.field("body");
            let block = s.branch(body);
            s.out.extend(block);
        });
        self.close();
        let kind = LoopKind::Range { over: Box::new(over) };
        self.emit(StmtKind::Loop { label, kind, header: vec![], cond: None, body, post: vec![] }, span);
    }

    /// The first statements of such a loop's body.
    fn binding(&mut self, node: Node<'t>, over: &Value) {
        let Some(left) = node.field("left") else { return };
        let span = self.span(left);
        // Documented form of a range key: says nothing about how much was understood.
        let key = Value::new(ValueKind::Opaque("range key".into()), span);
        let (value, ty) = if self.field_text(node, "operator") == "in" {
            (key, Type::Named("string".into()))
        } else {
            let item = match self.type_of(over) {
                Type::List(item) => *item,
                _ => Type::Unknown,
            };
            (Value::new(ValueKind::Index(Box::new(over.clone()), Box::new(key)), span), item)
        };
        let declares = node.field("kind").is_some();
        match left.kind() {
            "object_pattern" | "array_pattern" => {
                let whole = self.hoist(Rvalue::Use(value), span);
                self.destructure(left, whole, declares, None);
            }
            "identifier" if declares => {
                let local = self.declared(left, ty);
                self.assign(vec![dogpile_ir::Place::Local(local)], Rvalue::Use(value), span);
            }
            _ => {
                let place = self.place(left);
                self.assign(vec![place], Rvalue::Use(value), span);
            }
        }
    }

    pub(crate) fn labeled(&mut self, node: Node<'t>) {
        let Some(body) = node.field("body") else { return };
        let name = self.field_text(node, "label");
        if matches!(
            body.kind(),
            "for_statement"
                | "for_in_statement"
                | "while_statement"
                | "do_statement"
                | "statement_block"
                | "switch_statement"
        ) {
            self.pending_label = Some(name);
            self.stmt(body);
            self.pending_label = None;
        } else {
            self.labeled_block(body, name);
        }
    }

    /// A block that `break name` leaves: a choice with one way.
    pub(crate) fn labeled_block(&mut self, node: Node<'t>, name: &'t str) {
        let span = self.span(node);
        let label = self.open(Some(name), false, false);
        let body = self.branch(Some(node));
        self.close();
        self.emit(StmtKind::Switch { label, cases: vec![], default: Some(body) }, span);
    }

    pub(crate) fn jump(&mut self, node: Node<'t>, to_loop: bool) {
        let span = self.span(node);
        let name = node.field("label").map(|n| self.text_of(n));
        let target = self.frames.last().and_then(|frame| {
            frame.labels.iter().rev().find(|t| match name {
                Some(name) => t.name == Some(name),
                None => t.plain && (t.is_loop || !to_loop),
            })
        });
        // What is no loop has no next round, whatever it is called.
        let target = target.filter(|t| t.is_loop || !to_loop);
        match target.map(|t| t.label) {
            Some(label) if to_loop => self.emit(StmtKind::Continue(label), span),
            Some(label) => self.emit(StmtKind::Break(label), span),
            None => self.emit_opaque("jump out of nothing", false, true, span),
        }
    }

    /// Opens something that `break` can leave.
    pub(crate) fn open(&mut self, name: Option<&'t str>, is_loop: bool, plain: bool) -> LabelId {
        let label = self.build.label();
        if let Some(frame) = self.frames.last_mut() {
            frame.labels.push(Target { name, label, is_loop, plain });
        }
        label
    }

    pub(crate) fn close(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.labels.pop();
        }
    }
}
