//! Statements.

use super::Printer;
use super::names::push_quoted;
use crate::{Block, Comm, LocalId, LoopKind, Rvalue, Stmt, StmtKind, Value};

impl Printer<'_> {
    pub(super) fn block(&mut self, block: &Block) {
        for stmt in block {
            self.stmt(stmt);
        }
    }

    /// A block one step further in, after its opening line.
    fn inner(&mut self, block: &Block) {
        self.indent += 1;
        self.block(block);
        self.indent -= 1;
    }

    fn section(&mut self, word: &str, block: &Block) {
        self.line(word);
        self.out.push_str(" {\n");
        self.inner(block);
        self.line("}\n");
    }

    /// Opens a statement's braces, prints the block and closes them.
    fn braces(&mut self, stmt: &Stmt, block: &Block) {
        self.open(stmt);
        self.inner(block);
        self.line("}\n");
    }

    fn open(&mut self, stmt: &Stmt) {
        self.out.push_str(" {");
        self.end(stmt.span);
    }

    fn locals(&mut self, locals: &[LocalId]) {
        self.list(locals, |p, id| p.local(*id));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        self.line("");
        match &stmt.kind {
            StmtKind::Let { targets, value } => {
                if !targets.is_empty() {
                    self.places(targets);
                    self.out.push_str(" = ");
                } else if matches!(value, Rvalue::Use(_)) {
                    self.out.push_str("use ");
                }
                self.rvalue(value);
                self.end(stmt.span);
            }
            StmtKind::If { cond, then, otherwise } => {
                self.out.push_str("if ");
                self.value(cond);
                self.open(stmt);
                self.inner(then);
                if !otherwise.is_empty() {
                    self.line("} else {\n");
                    self.inner(otherwise);
                }
                self.line("}\n");
            }
            StmtKind::Loop { label, kind, header, cond, body, post } => {
                self.out.push_str("loop ");
                self.label(*label);
                self.loop_kind(kind);
                self.open(stmt);
                self.indent += 1;
                self.loop_parts(header, cond.as_deref(), body, post);
                self.indent -= 1;
                self.line("}\n");
            }
            StmtKind::Try { body, catch, finally } => {
                self.out.push_str("try");
                self.open(stmt);
                self.inner(body);
                if let Some((caught, body)) = catch {
                    self.line("} catch");
                    if let Some(caught) = caught {
                        self.out.push(' ');
                        self.local(*caught);
                    }
                    self.out.push_str(" {\n");
                    self.inner(body);
                }
                if !finally.is_empty() {
                    self.line("} finally {\n");
                    self.inner(finally);
                }
                self.line("}\n");
            }
            StmtKind::Defer { body } => {
                self.out.push_str("defer");
                self.braces(stmt, body);
            }
            StmtKind::Spawn { body, handle } => {
                self.out.push_str("spawn");
                if let Some(handle) = handle {
                    self.out.push(' ');
                    self.local(*handle);
                }
                self.braces(stmt, body);
            }
            StmtKind::Scope { owns, body } => {
                self.out.push_str(if owns.is_empty() { "scope" } else { "scope " });
                self.locals(owns);
                self.braces(stmt, body);
            }
            StmtKind::Switch { .. } | StmtKind::Choose { .. } => self.choice(stmt),
            _ => self.leaf(stmt),
        }
    }

    fn loop_kind(&mut self, kind: &LoopKind) {
        match kind {
            LoopKind::While => self.out.push_str(" while"),
            LoopKind::Forever => self.out.push_str(" forever"),
            LoopKind::Counted => self.out.push_str(" counted"),
            LoopKind::Range { over } => {
                self.out.push_str(" range ");
                self.value(over);
            }
        }
    }

    fn loop_parts(&mut self, header: &Block, cond: Option<&Value>, body: &Block, post: &Block) {
        if !header.is_empty() {
            self.section("header", header);
        }
        if let Some(cond) = cond {
            self.line("cond ");
            self.value(cond);
            self.out.push('\n');
        }
        self.section("body", body);
        if !post.is_empty() {
            self.section("post", post);
        }
    }

    fn choice(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Switch { label, cases, default } => {
                self.out.push_str("switch ");
                self.label(*label);
                self.open(stmt);
                self.indent += 1;
                for case in cases {
                    self.line(if case.guards.is_empty() { "case" } else { "case " });
                    self.values(&case.guards);
                    self.out.push_str(if case.falls_through { " fallthrough {\n" } else { " {\n" });
                    self.inner(&case.body);
                    self.line("}\n");
                }
                if let Some(default) = default {
                    self.section("default", default);
                }
            }
            StmtKind::Choose { label, arms } => {
                self.out.push_str("choose ");
                self.label(*label);
                self.open(stmt);
                self.indent += 1;
                for arm in arms {
                    self.line("");
                    self.comm(&arm.comm);
                    self.out.push_str(" {");
                    self.end(arm.span);
                    self.inner(&arm.body);
                    self.line("}\n");
                }
            }
            _ => return,
        }
        self.indent -= 1;
        self.line("}\n");
    }

    fn comm(&mut self, comm: &Comm) {
        match comm {
            Comm::Default => self.out.push_str("default"),
            Comm::Receive { from, targets } => {
                self.out.push_str("receive ");
                self.value(from);
                if !targets.is_empty() {
                    self.out.push_str(" into ");
                    self.places(targets);
                }
            }
            Comm::Send { to, value } => {
                self.out.push_str("send ");
                self.value(to);
                self.out.push_str(", ");
                self.value(value);
            }
        }
    }

    /// Statements of one line.
    fn leaf(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Return { values } => {
                self.out.push_str(if values.is_empty() { "return" } else { "return " });
                self.values(values);
            }
            StmtKind::Raise { value } => {
                self.out.push_str("raise ");
                self.value(value);
            }
            StmtKind::Break(label) => {
                self.out.push_str("break ");
                self.label(*label);
            }
            StmtKind::Continue(label) => {
                self.out.push_str("continue ");
                self.label(*label);
            }
            StmtKind::Opaque { why, may_call, may_exit, reads, writes } => {
                self.out.push_str("opaque ");
                push_quoted(&mut self.out, why, '"');
                self.out.push_str(if *may_call { " may_call" } else { "" });
                self.out.push_str(if *may_exit { " may_exit" } else { "" });
                for (word, locals) in [(" reads ", reads), (" writes ", writes)] {
                    if !locals.is_empty() {
                        self.out.push_str(word);
                        self.locals(locals);
                    }
                }
            }
            _ => {}
        }
        self.end(stmt.span);
    }
}
