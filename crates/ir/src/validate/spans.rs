//! Whether every span lies in its file.

use super::Violation;
use super::walk::{blocks, operands, place_parts};
use crate::{Block, Comm, LoopKind, Module, Place, Rvalue, Stmt, StmtKind, TypeKind, Value};
use dogpile_source::{SourceFile, Span};

pub(super) fn check(module: &Module, file: &SourceFile) -> Vec<Violation> {
    let mut spans = Spans { module, file, violations: vec![] };
    spans.module();
    spans.violations
}

struct Spans<'m> {
    module: &'m Module,
    file: &'m SourceFile,
    violations: Vec<Violation>,
}

impl Spans<'_> {
    fn span(&mut self, span: Span, what: &str) {
        let whole = self.file.text.get(span.start as usize..span.end as usize).is_some();
        if span.file != self.module.file || !whole {
            let message = format!("the span {}..{} of {what} does not lie in the file", span.start, span.end);
            self.violations.push(Violation { span, message });
        }
    }

    fn module(&mut self) {
        let module = self.module;
        for import in &module.imports {
            self.span(import.span, "an import");
        }
        for local in &module.locals {
            self.span(local.span, "a local");
        }
        for comment in &module.comments {
            self.span(comment.span, "a comment");
        }
        for problem in &module.problems {
            self.span(problem.span, "a problem");
        }
        for decl in &module.types {
            self.span(decl.span, "a type");
            if let TypeKind::Struct(fields) = &decl.kind {
                for field in fields {
                    self.span(field.span, "a field");
                }
            }
        }
        for global in &module.globals {
            self.span(global.span, "a global");
            self.block(&global.init);
            self.values(&global.value);
        }
        for function in &module.functions {
            self.span(function.span, "a function");
            self.span(function.name_span, "a function's name");
            if let Some(body) = &function.body {
                self.block(body);
            }
        }
    }

    fn value(&mut self, value: &Value) {
        self.span(value.span, "a value");
        self.values(value.parts());
    }

    fn values<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>) {
        for value in values {
            self.value(value);
        }
    }

    fn places(&mut self, places: &[Place]) {
        for place in places {
            self.values(place_parts(place));
        }
    }

    fn block(&mut self, block: &Block) {
        for stmt in block {
            self.stmt(stmt);
            for inner in blocks(stmt) {
                self.block(inner);
            }
        }
    }

    /// A statement without the blocks in it.
    fn stmt(&mut self, stmt: &Stmt) {
        self.span(stmt.span, "a statement");
        match &stmt.kind {
            StmtKind::Let { targets, value } => {
                self.places(targets);
                self.values(operands(value));
                if let Rvalue::Call(call) = value {
                    self.span(call.span, "a call");
                    self.span(call.name_span, "a call's name");
                }
            }
            StmtKind::If { cond, .. } => self.value(cond),
            StmtKind::Loop { kind, cond, .. } => {
                if let LoopKind::Range { over } = kind {
                    self.value(over);
                }
                self.values(cond.as_deref());
            }
            StmtKind::Switch { cases, .. } => self.values(cases.iter().flat_map(|c| &c.guards)),
            StmtKind::Choose { arms, .. } => {
                for arm in arms {
                    self.span(arm.span, "an arm");
                    match &arm.comm {
                        Comm::Receive { from, targets } => {
                            self.value(from);
                            self.places(targets);
                        }
                        Comm::Send { to, value } => self.values([to, value]),
                        Comm::Default => {}
                    }
                }
            }
            StmtKind::Return { values } => self.values(values),
            StmtKind::Raise { value } => self.value(value),
            _ => {}
        }
    }
}
