//! A short rendering of lowered code, so that a test can state what it expects in a few lines.
#![allow(dead_code)]

pub(crate) mod spans;

use dogpile_ir::*;
use dogpile_source::{FileId, SourceFile};
use std::fmt::Write;

pub(crate) fn module(text: &str) -> Module {
    let module = dogpile_front_go::parse(FileId(0), "ex.com/p", text);
    let broken = validate_in(&module, &SourceFile::new("f.go", text));
    assert!(broken.is_empty(), "{broken:?}");
    module
}

/// The body of function `f` of a file without problems.
pub(crate) fn body(text: &str) -> String {
    let module = module(text);
    assert!(module.problems.is_empty(), "{:?}", module.problems);
    function(&module, "f")
}

pub(crate) fn function(module: &Module, name: &str) -> String {
    let full = format!("ex.com/p.{name}");
    let found = module.functions.iter().find(|f| *f.name == *full).unwrap_or_else(|| panic!("no {full}"));
    let mut show = Show { module, out: String::new(), depth: 0 };
    show.block(found.body.as_ref().expect("a body"));
    show.out
}

pub(crate) fn check(source: &str, expected: &str) {
    let strip = |text: &str| {
        let lines: Vec<_> = text.lines().filter(|l| !l.trim().is_empty()).collect();
        let indent = lines.iter().map(|l| l.len() - l.trim_start().len()).min().unwrap_or(0);
        lines.iter().map(|l| l[indent..].trim_end()).collect::<Vec<_>>().join("\n")
    };
    let got = body(source);
    assert_eq!(strip(&got), strip(expected), "\n--- got\n{got}");
}

pub(crate) fn value(module: &Module, value: &Value) -> String {
    Show { module, out: String::new(), depth: 0 }.value(value)
}

struct Show<'a> {
    module: &'a Module,
    out: String,
    depth: usize,
}

impl Show<'_> {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "  ".repeat(self.depth));
    }

    fn block(&mut self, block: &Block) {
        for stmt in block {
            self.stmt(stmt);
        }
    }

    fn inner(&mut self, block: &Block) {
        self.depth += 1;
        self.block(block);
        self.depth -= 1;
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { targets, value } => {
                let value = self.rvalue(value);
                let targets: Vec<_> = targets.iter().map(|p| self.place(p)).collect();
                if targets.is_empty() {
                    self.line(&value)
                } else {
                    self.line(&format!("{} = {value}", targets.join(", ")))
                }
            }
            StmtKind::If { cond, then, otherwise } => {
                let cond = self.value(cond);
                self.line(&format!("if {cond}"));
                self.inner(then);
                if !otherwise.is_empty() {
                    self.line("else");
                    self.inner(otherwise);
                }
            }
            StmtKind::Loop { label, kind, header, cond, body, post } => {
                let kind = match kind {
                    LoopKind::While => "while".to_owned(),
                    LoopKind::Forever => "forever".to_owned(),
                    LoopKind::Counted => "counted".to_owned(),
                    LoopKind::Range { over } => format!("range {}", self.value(over)),
                };
                self.line(&format!("loop L{} {kind}", label.0));
                if !header.is_empty() {
                    self.line(" header");
                    self.inner(header);
                }
                if let Some(cond) = cond {
                    let cond = self.value(cond);
                    self.line(&format!(" cond {cond}"));
                }
                self.inner(body);
                if !post.is_empty() {
                    self.line(" post");
                    self.inner(post);
                }
            }
            StmtKind::Switch { label, cases, default } => {
                self.line(&format!("switch L{}", label.0));
                for case in cases {
                    let guards: Vec<_> = case.guards.iter().map(|g| self.value(g)).collect();
                    self.line(&format!(
                        "case {}{}",
                        guards.join(" | "),
                        if case.falls_through { " falls" } else { "" }
                    ));
                    self.inner(&case.body);
                }
                if let Some(default) = default {
                    self.line("default");
                    self.inner(default);
                }
            }
            StmtKind::Choose { label, arms } => {
                self.line(&format!("choose L{}", label.0));
                for arm in arms {
                    let comm = match &arm.comm {
                        Comm::Default => "default".to_owned(),
                        Comm::Send { to, value } => format!("{} <- {}", self.value(to), self.value(value)),
                        Comm::Receive { from, targets } => {
                            let targets: Vec<_> = targets.iter().map(|p| self.place(p)).collect();
                            format!("[{}] <- {}", targets.join(", "), self.value(from))
                        }
                    };
                    self.line(&format!("arm {comm}"));
                    self.inner(&arm.body);
                }
            }
            StmtKind::Defer { body } => {
                self.line("defer");
                self.inner(body);
            }
            StmtKind::Spawn { body, .. } => {
                self.line("spawn");
                self.inner(body);
            }
            StmtKind::Return { values } => {
                let values: Vec<_> = values.iter().map(|v| self.value(v)).collect();
                self.line(format!("return {}", values.join(", ")).trim_end());
            }
            StmtKind::Raise { value } => {
                let value = self.value(value);
                self.line(&format!("raise {value}"));
            }
            StmtKind::Break(label) => self.line(&format!("break L{}", label.0)),
            StmtKind::Continue(label) => self.line(&format!("continue L{}", label.0)),
            StmtKind::Opaque { why, .. } => self.line(&format!("opaque {why}")),
            other => self.line(&format!("{other:?}")),
        }
    }

    fn place(&mut self, place: &Place) -> String {
        match place {
            Place::Blank => "_".into(),
            Place::Local(local) => self.local(*local),
            Place::Global(name) => short(name),
            Place::Field(base, name) => format!("{}.{name}", self.value(base)),
            Place::Index(base, index) => format!("{}[{}]", self.value(base), self.value(index)),
            Place::Deref(pointer) => format!("*{}", self.value(pointer)),
        }
    }

    /// A local's name, numbered where an earlier local has the same one, so that shadowing shows.
    fn local(&self, local: LocalId) -> String {
        let name = &self.module.local(local).name;
        let before = self.module.locals[..local.0 as usize].iter().filter(|l| l.name == *name).count();
        match (name.is_empty(), before) {
            (true, n) => format!("t{}", n + 1),
            (false, 0) => name.to_string(),
            (false, n) => format!("{name}#{}", n + 1),
        }
    }

    fn rvalue(&mut self, value: &Rvalue) -> String {
        match value {
            Rvalue::Use(v) => self.value(v),
            Rvalue::Call(call) => {
                let mut args: Vec<_> = call.args.iter().map(|a| self.value(a)).collect();
                if call.spread
                    && let Some(last) = args.last_mut()
                {
                    last.push_str("...");
                }
                let callee = match &call.callee {
                    Callee::Named(name) => short(name),
                    Callee::Method { receiver, name } => format!("{}:{name}", self.value(receiver)),
                    Callee::Value(v) => format!("({})", self.value(v)),
                };
                format!("{callee}({})", args.join(", "))
            }
            Rvalue::Receive(v) => format!("<-{}", self.value(v)),
            Rvalue::Send(a, b) => format!("{} <- {}", self.value(a), self.value(b)),
            Rvalue::TypeTest(v, ty) => format!("{} is {}", self.value(v), self::ty(ty)),
            Rvalue::Lookup(m, k) => format!("lookup {}[{}]", self.value(m), self.value(k)),
            other => format!("{other:?}"),
        }
    }

    fn value(&mut self, value: &Value) -> String {
        match &value.kind {
            ValueKind::Lit(Lit::Nil) => "nil".into(),
            ValueKind::Lit(Lit::Bool(b)) => b.to_string(),
            ValueKind::Lit(Lit::Int(n)) => n.get().to_string(),
            ValueKind::Lit(Lit::Float(n)) => format!("{n:?}"),
            ValueKind::Lit(Lit::Str(s)) => format!("{s:?}"),
            ValueKind::Local(local) => self.local(*local),
            ValueKind::Global(name) => short(name),
            ValueKind::Field(base, name) => format!("{}.{name}", self.value(base)),
            ValueKind::Index(a, b) => format!("{}[{}]", self.value(a), self.value(b)),
            ValueKind::Slice(a) => format!("{}[:]", self.value(a)),
            ValueKind::Not(a) => format!("!{}", self.value(a)),
            ValueKind::Neg(a) => format!("-{}", self.value(a)),
            ValueKind::Binary(op, a, b) => format!("({} {op:?} {})", self.value(a), self.value(b)),
            ValueKind::Aggregate { ty, fields } => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|f| match f {
                        FieldInit::Named(n, v) => format!("{n}: {}", self.value(v)),
                        FieldInit::Keyed(k, v) => format!("[{}]: {}", self.value(k), self.value(v)),
                        FieldInit::Item(v) => self.value(v),
                        FieldInit::Spread(v) => format!("...{}", self.value(v)),
                    })
                    .collect();
                format!("{}{{{}}}", self::ty(ty), fields.join(", "))
            }
            ValueKind::Closure(id) => {
                let function = self.module.function(*id);
                let mut inner = Show { module: self.module, out: String::new(), depth: self.depth + 1 };
                inner.block(function.body.as_ref().expect("a closure's body"));
                let params: Vec<_> = function.params.iter().map(|p| self.local(p.local)).collect();
                format!("func({}) {{\n{}{}}}", params.join(", "), inner.out, "  ".repeat(self.depth))
            }
            ValueKind::Convert(ty, v) => format!("{}({})", self::ty(ty), self.value(v)),
            ValueKind::Opaque(why) => format!("?{why}"),
            other => format!("{other:?}"),
        }
    }
}

/// A name without this package's path.
fn short(name: &str) -> String {
    name.strip_prefix("ex.com/p.").map_or(name.to_owned(), |n| format!(".{n}"))
}

pub(crate) fn ty(ty: &Type) -> String {
    match ty {
        Type::Unknown => "?".into(),
        Type::Named(name) => short(name),
        Type::List(item) => format!("[]{}", self::ty(item)),
        Type::Map(k, v) => format!("map[{}]{}", self::ty(k), self::ty(v)),
        Type::Chan(item) => format!("chan {}", self::ty(item)),
        Type::Func(of) => {
            let (params, results) = &**of;
            let list = |types: &[Type]| types.iter().map(self::ty).collect::<Vec<_>>().join(", ");
            format!("func({})({})", list(params), list(results))
        }
        Type::Tuple(types) => format!("{types:?}"),
    }
}
