//! Every span that a module mentions.

use dogpile_ir::*;
use dogpile_source::Span;

pub(crate) fn spans(module: &Module) -> Vec<Span> {
    let mut found = Found(vec![]);
    for function in &module.functions {
        found.0.extend([function.span, function.name_span]);
        function.body.iter().for_each(|body| found.block(body));
    }
    for global in &module.globals {
        found.0.push(global.span);
        found.block(&global.init);
        global.value.iter().for_each(|v| found.value(v));
    }
    found.0.extend(module.locals.iter().map(|l| l.span));
    found.0.extend(module.types.iter().map(|t| t.span));
    found.0.extend(module.imports.iter().map(|i| i.span));
    found.0.extend(module.comments.iter().map(|c| c.span));
    found.0.extend(module.problems.iter().map(|p| p.span));
    found.0
}

struct Found(Vec<Span>);

impl Found {
    fn block(&mut self, block: &Block) {
        for stmt in block {
            self.0.push(stmt.span);
            self.stmt(&stmt.kind);
        }
    }

    fn stmt(&mut self, kind: &StmtKind) {
        match kind {
            StmtKind::Let { targets, value } => {
                targets.iter().for_each(|p| self.place(p));
                self.rvalue(value);
            }
            StmtKind::If { cond, then, otherwise } => {
                self.value(cond);
                self.block(then);
                self.block(otherwise);
            }
            StmtKind::Loop { kind, header, cond, body, post, .. } => {
                if let LoopKind::Range { over } = kind {
                    self.value(over);
                }
                cond.iter().for_each(|v| self.value(v));
                [header, body, post].into_iter().for_each(|b| self.block(b));
            }
            StmtKind::Switch { cases, default, .. } => {
                for case in cases {
                    case.guards.iter().for_each(|v| self.value(v));
                    self.block(&case.body);
                }
                default.iter().for_each(|b| self.block(b));
            }
            StmtKind::Choose { arms, .. } => {
                for arm in arms {
                    self.0.push(arm.span);
                    match &arm.comm {
                        Comm::Receive { from, targets } => {
                            self.value(from);
                            targets.iter().for_each(|p| self.place(p));
                        }
                        Comm::Send { to, value } => {
                            self.value(to);
                            self.value(value);
                        }
                        Comm::Default => {}
                    }
                    self.block(&arm.body);
                }
            }
            StmtKind::Try { body, catch, finally } => {
                self.block(body);
                catch.iter().for_each(|(_, b)| self.block(b));
                self.block(finally);
            }
            StmtKind::Defer { body } | StmtKind::Spawn { body, .. } | StmtKind::Scope { body, .. } => self.block(body),
            StmtKind::Return { values } => values.iter().for_each(|v| self.value(v)),
            StmtKind::Raise { value } => self.value(value),
            StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Opaque { .. } => {}
        }
    }

    fn place(&mut self, place: &Place) {
        match place {
            Place::Field(v, _) | Place::Deref(v) => self.value(v),
            Place::Index(a, b) => {
                self.value(a);
                self.value(b);
            }
            Place::Blank | Place::Local(_) | Place::Global(_) => {}
        }
    }

    fn rvalue(&mut self, value: &Rvalue) {
        match value {
            Rvalue::Use(v) | Rvalue::Await(v) | Rvalue::Receive(v) | Rvalue::TypeTest(v, _) => self.value(v),
            Rvalue::Race(all) | Rvalue::All(all) => all.iter().for_each(|v| self.value(v)),
            Rvalue::Send(a, b) | Rvalue::Lookup(a, b) => {
                self.value(a);
                self.value(b);
            }
            Rvalue::Call(call) => {
                self.0.extend([call.span, call.name_span]);
                match &call.callee {
                    Callee::Method { receiver, .. } => self.value(receiver),
                    Callee::Value(v) => self.value(v),
                    Callee::Named(_) => {}
                }
                call.args.iter().for_each(|v| self.value(v));
            }
        }
    }

    fn value(&mut self, value: &Value) {
        self.0.push(value.span);
        value.parts().for_each(|v| self.value(v));
    }
}
