//! The walk over statements and values.

use super::{Checker, Target};
use crate::{Block, Callee, Comm, LocalId, LoopKind, Module, Place, Rvalue, Stmt, StmtKind, Value, ValueKind};
use dogpile_source::Span;
use std::collections::HashSet;

/// Locals that get a value anywhere in a module.
pub(super) fn assigned(module: &Module) -> HashSet<LocalId> {
    let mut found = HashSet::new();
    for function in &module.functions {
        found.extend(function.receiver.iter().chain(&function.params).map(|p| p.local));
        found.extend(&function.named_results);
        stores(function.body.as_deref().unwrap_or(&[]), &mut found);
    }
    for global in &module.globals {
        stores(&global.init, &mut found);
    }
    found
}

/// Blocks of a statement, in the order in which they run.
pub(super) fn blocks(stmt: &Stmt) -> Vec<&Block> {
    match &stmt.kind {
        StmtKind::If { then, otherwise, .. } => vec![then, otherwise],
        StmtKind::Loop { header, body, post, .. } => vec![header, body, post],
        StmtKind::Switch { cases, default, .. } => cases.iter().map(|c| &c.body).chain(default).collect(),
        StmtKind::Choose { arms, .. } => arms.iter().map(|a| &a.body).collect(),
        StmtKind::Try { body, catch, finally } => {
            [body].into_iter().chain(catch.as_ref().map(|(_, b)| b)).chain([finally]).collect()
        }
        StmtKind::Defer { body } | StmtKind::Spawn { body, .. } | StmtKind::Scope { body, .. } => vec![body],
        _ => vec![],
    }
}

/// Locals that statements store to.
fn stores(block: &[Stmt], found: &mut HashSet<LocalId>) {
    let local = |place: &Place| if let Place::Local(id) = place { Some(*id) } else { None };
    for stmt in block {
        match &stmt.kind {
            StmtKind::Let { targets, .. } => found.extend(targets.iter().filter_map(local)),
            StmtKind::Choose { arms, .. } => {
                for arm in arms {
                    if let Comm::Receive { targets, .. } = &arm.comm {
                        found.extend(targets.iter().filter_map(local));
                    }
                }
            }
            StmtKind::Try { catch: Some((caught, _)), .. } => found.extend(caught),
            StmtKind::Spawn { handle, .. } => found.extend(handle),
            StmtKind::Opaque { writes, .. } => found.extend(writes),
            _ => {}
        }
        for inner in blocks(stmt) {
            stores(inner, found);
        }
    }
}

/// Values that something computed is made of, in source order.
pub(super) fn operands(rvalue: &Rvalue) -> Vec<&Value> {
    match rvalue {
        Rvalue::Use(v) | Rvalue::Await(v) | Rvalue::Receive(v) | Rvalue::TypeTest(v, _) => vec![v],
        Rvalue::Send(a, b) | Rvalue::Lookup(a, b) => vec![a, b],
        Rvalue::Race(values) | Rvalue::All(values) => values.iter().collect(),
        Rvalue::Call(call) => {
            let callee: Option<&Value> = match &call.callee {
                Callee::Named(_) => None,
                Callee::Method { receiver, .. } => Some(receiver),
                Callee::Value(value) => Some(value),
            };
            callee.into_iter().chain(&call.args).collect()
        }
    }
}

/// Values that a place is made of.
pub(super) fn place_parts(place: &Place) -> Vec<&Value> {
    match place {
        Place::Blank | Place::Local(_) | Place::Global(_) => vec![],
        Place::Field(base, _) | Place::Deref(base) => vec![base],
        Place::Index(base, index) => vec![base, index],
    }
}

impl Checker<'_> {
    pub(super) fn block(&mut self, block: &Block) {
        for stmt in block {
            self.stmt(stmt);
        }
    }

    pub(super) fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Local(id) => self.read(*id, value.span),
            ValueKind::Closure(id) => self.closure(*id, value.span),
            _ => {}
        }
        for part in value.parts() {
            self.value(part);
        }
    }

    fn values<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>) {
        for value in values {
            self.value(value);
        }
    }

    fn places(&mut self, places: &[Place], span: Span) {
        for place in places {
            self.values(place_parts(place));
        }
        for place in places {
            if let Place::Local(id) = place {
                self.store(*id, span);
            }
        }
    }

    /// A block that runs at another time, and that nothing jumps out of.
    fn apart(&mut self, block: &Block) {
        let targets = std::mem::take(&mut self.targets);
        let elsewhere = std::mem::replace(&mut self.elsewhere, true);
        self.block(block);
        self.elsewhere = elsewhere;
        self.targets = targets;
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { targets, value } => {
                self.values(operands(value));
                self.places(targets, stmt.span);
            }
            StmtKind::If { cond, then, otherwise } => {
                self.value(cond);
                self.block(then);
                self.block(otherwise);
            }
            StmtKind::Loop { .. } | StmtKind::Switch { .. } | StmtKind::Choose { .. } => self.labelled(stmt),
            StmtKind::Try { body, catch, finally } => {
                self.block(body);
                if let Some((caught, body)) = catch {
                    if let Some(caught) = caught {
                        self.store(*caught, stmt.span);
                    }
                    self.block(body);
                }
                self.block(finally);
            }
            StmtKind::Defer { body } => self.apart(body),
            StmtKind::Spawn { body, handle } => {
                self.apart(body);
                if let Some(handle) = handle {
                    self.store(*handle, stmt.span);
                }
            }
            StmtKind::Scope { owns, body } => {
                for local in owns {
                    self.see(*local, stmt.span);
                }
                self.block(body);
            }
            StmtKind::Return { values } => self.values(values),
            StmtKind::Raise { value } => self.value(value),
            StmtKind::Break(label) => {
                if !self.targets.iter().any(|t| matches!(t, Target::Loop(l) | Target::Branch(l) if l == label)) {
                    self.report(stmt.span, format!("break finds no label {} around it", label.0));
                }
            }
            StmtKind::Continue(label) => {
                if !self.targets.contains(&Target::Loop(*label)) {
                    self.report(stmt.span, format!("continue finds no loop {} around it", label.0));
                }
            }
            StmtKind::Opaque { reads, writes, .. } => {
                for local in reads {
                    self.read(*local, stmt.span);
                }
                for local in writes {
                    self.store(*local, stmt.span);
                }
            }
        }
    }

    fn labelled(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Loop { label, kind, header, cond, body, post } => {
                if let LoopKind::Range { over } = kind {
                    self.value(over);
                }
                // What one round computes, the next may read.
                let mut carried = HashSet::new();
                for block in blocks(stmt) {
                    stores(block, &mut carried);
                }
                self.done.extend(carried);
                self.open(Target::Loop(*label), stmt.span);
                self.block(header);
                self.values(cond.as_deref());
                self.block(body);
                self.block(post);
            }
            StmtKind::Switch { label, cases, default } => {
                self.open(Target::Branch(*label), stmt.span);
                for case in cases {
                    self.values(&case.guards);
                    self.block(&case.body);
                }
                if let Some(default) = default {
                    self.block(default);
                }
            }
            StmtKind::Choose { label, arms } => {
                self.open(Target::Branch(*label), stmt.span);
                for arm in arms {
                    match &arm.comm {
                        Comm::Receive { from, targets } => {
                            self.value(from);
                            self.places(targets, arm.span);
                        }
                        Comm::Send { to, value } => self.values([to, value]),
                        Comm::Default => {}
                    }
                    self.block(&arm.body);
                }
            }
            _ => return,
        }
        self.targets.pop();
    }
}
