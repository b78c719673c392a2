//! `if`, loops, labels and jumps.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, Target, kids};
use dogpile_ir::{Block, LabelId, LoopKind, Place, Rvalue, StmtKind, Type, Value, ValueKind};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    pub(crate) fn if_statement(&mut self, node: Node<'t>) {
        let span = self.span(node);
        self.names.push();
        if let Some(init) = node.field("initializer") {
            self.stmt(init);
        }
        let cond = self.field_expr(node, "condition");
        let then = match node.field("consequence") {
            Some(body) => self.scoped(|s| s.block_here(body)),
            None => vec![],
        };
        let otherwise = match node.field("alternative") {
            Some(other) => self.scoped(|s| s.stmt(other)),
            None => vec![],
        };
        self.names.pop();
        self.emit(StmtKind::If { cond, then, otherwise }, span);
    }

    pub(crate) fn for_statement(&mut self, node: Node<'t>, name: Option<&'t str>) {
        let body = node.field("body");
        let head = kids(node).into_iter().find(|n| Some(*n) != body);
        self.names.push();
        match head {
            Some(clause) if clause.kind() == "range_clause" => self.range_loop(node, clause, body, name),
            Some(clause) if clause.kind() == "for_clause" => self.clause_loop(node, clause, body, name),
            Some(cond) => {
                let mut test = None;
                let header = self.nested(|s| test = Some(s.expr(cond)));
                self.finish_loop(node, LoopKind::While, header, test, None, body, name);
            }
            None => self.finish_loop(node, LoopKind::Forever, vec![], None, None, body, name),
        }
        self.names.pop();
    }

    fn clause_loop(&mut self, node: Node<'t>, clause: Node<'t>, body: Option<Node<'t>>, name: Option<&'t str>) {
        if let Some(init) = clause.field("initializer") {
            self.stmt(init);
        }
        let mut test = None;
        let header = match clause.field("condition") {
            Some(cond) => self.nested(|s| test = Some(s.expr(cond))),
            None => vec![],
        };
        let update = clause.field("update");
        let kind = match (&test, update) {
            (_, Some(_)) => LoopKind::Counted,
            (Some(_), None) => LoopKind::While,
            (None, None) => LoopKind::Forever,
        };
        self.finish_loop(node, kind, header, test, update, body, name);
    }

    #[allow(clippy::too_many_arguments)]
    fn finish_loop(
        &mut self,
        node: Node<'t>,
        kind: LoopKind,
        header: Block,
        cond: Option<Value>,
        update: Option<Node<'t>>,
        body: Option<Node<'t>>,
        name: Option<&'t str>,
    ) {
        let span = self.span(node);
        let label = self.open(name, true);
        let body = self.scoped(|s| {
            if let Some(body) = body {
                s.block_here(body);
            }
        });
        self.close();
        let post = match update {
            Some(update) => self.nested(|s| s.stmt(update)),
            None => vec![],
        };
        self.emit(StmtKind::Loop { label, kind, header, cond: cond.map(Box::new), body, post }, span);
    }

    fn range_loop(&mut self, node: Node<'t>, clause: Node<'t>, body: Option<Node<'t>>, name: Option<&'t str>) {
        let span = self.span(node);
        let mut over = self.field_expr(clause, "right");
        // A table written in place is walked as a variable: every binding would hold a copy of it.
        if matches!(over.kind, ValueKind::Aggregate { .. }) {
            let span = over.span;
            over = self.hoist(Rvalue::Use(over), span);
        }
        let label = self.open(name, true);
        let body = self.scoped(|s| {
            s.range_bindings(clause, &over);
            if let Some(body) = body {
                s.names.push();
                s.block_here(body);
                s.names.pop();
            }
        });
        self.close();
        let kind = LoopKind::Range { over: Box::new(over) };
        self.emit(StmtKind::Loop { label, kind, header: vec![], cond: None, body, post: vec![] }, span);
    }

    /// The first statements of a range loop's body.
    fn range_bindings(&mut self, clause: Node<'t>, over: &Value) {
        let Some(left) = clause.field("left") else { return };
        let mut cursor = clause.walk();
        let define = clause.children(&mut cursor).any(|n| n.kind() == ":=");
        let (key_type, item_type) = match self.type_of(over) {
            Type::List(item) => (Type::Named("int".into()), *item),
            Type::Map(key, item) => (*key, *item),
            Type::Chan(item) => (*item, Type::Unknown),
            ty if ty.name() == Some("int") => (ty, Type::Unknown),
            _ => (Type::Unknown, Type::Unknown),
        };
        let targets = if left.kind() == "expression_list" { kids(left) } else { vec![left] };
        let mut places = vec![];
        for (node, ty) in targets.iter().zip([key_type, item_type]) {
            places.push((*node, if define { self.define_place(*node, ty) } else { self.place(*node) }));
        }
        let mut index = None;
        for (n, (node, place)) in places.into_iter().enumerate() {
            let span = self.span(node);
            // Documented form of a range key: says nothing about how much was understood.
            let key = Value::new(ValueKind::Opaque("range key".into()), span);
            if place == Place::Blank {
                continue;
            }
            let value = if n == 0 {
                index = Some(self.read(&place, span));
                key
            } else {
                let index = index.take().unwrap_or(key);
                Value::new(ValueKind::Index(Box::new(over.clone()), Box::new(index)), span)
            };
            self.assign(vec![place], Rvalue::Use(value), span);
        }
    }

    pub(crate) fn labeled(&mut self, node: Node<'t>) {
        let name = node.field("label");
        let Some(inner) = kids(node).into_iter().find(|n| Some(*n) != name) else { return };
        self.pending_label = name.map(|n| self.text_of(n));
        self.stmt(inner);
        self.pending_label = None;
    }

    pub(crate) fn jump(&mut self, node: Node<'t>, to_loop: bool) {
        let span = self.span(node);
        let name = kids(node).first().map(|n| self.text_of(*n));
        let target = self.frames.last().and_then(|frame| {
            frame.labels.iter().rev().find(|t| (t.is_loop || !to_loop) && name.is_none_or(|name| t.name == Some(name)))
        });
        match target.map(|t| t.label) {
            Some(label) if to_loop => self.emit(StmtKind::Continue(label), span),
            Some(label) => self.emit(StmtKind::Break(label), span),
            None => self.emit_opaque("jump out of nothing", false, true, span),
        }
    }

    /// Opens something that `break` can leave.
    pub(crate) fn open(&mut self, name: Option<&'t str>, is_loop: bool) -> LabelId {
        let label = self.build.label();
        if let Some(frame) = self.frames.last_mut() {
            frame.labels.push(Target { name, label, is_loop });
        }
        label
    }

    pub(crate) fn close(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.labels.pop();
        }
    }
}
