//! `if`, loops, labels and jumps.

use crate::exprs::bare;
use crate::lowering::{Dest, Lowering, Target};
use crate::patterns::irrefutable_name;
use crate::scope::Binding;
use crate::stmts::gives_guard;
use dogpile_ir::{BinaryOp, Block, LabelId, Lit, LoopKind, Place, Rvalue, StmtKind, Type, Value, ValueKind};
use dogpile_source::Span;
use syn::{
    Expr, ExprBlock, ExprBreak, ExprContinue, ExprForLoop, ExprIf, ExprLoop, ExprWhile, Label, Pat, RangeLimits,
};

impl Lowering<'_> {
    pub(crate) fn if_expr(&mut self, e: &ExprIf, dest: &Dest) {
        let span = self.span(&e.cond);
        let span =
            Span { start: self.at(e.if_token.span).start, end: self.at(last_of_if(e)).end.max(span.end), ..span };
        self.names.push();
        let outer_guards = std::mem::take(&mut self.guards);
        let then_span = self.span_of_block(&e.then_branch);
        let (cond, then) = match bare(&e.cond) {
            Expr::Let(test) => {
                let subject = self.subject(&test.expr, &[&test.pat]);
                let cond = self.test(&test.pat, &subject).unwrap_or_else(|| Self::boolean(true, span));
                let fresh = gives_guard(&test.expr);
                let then = self.scoped(then_span, |s| {
                    s.bind_subject(&test.pat, &subject, fresh);
                    s.block_here(&e.then_branch, dest);
                });
                (cond, then)
            }
            // Variables of a chain of `let`s are visible in the rest of it, and in the block.
            _ => {
                let cond = self.value(&e.cond, None);
                let then = self.scoped(then_span, |s| s.block_here(&e.then_branch, dest));
                (cond, then)
            }
        };
        let guards = std::mem::replace(&mut self.guards, outer_guards);
        self.owned(guards);
        self.names.pop();
        let otherwise = match &e.else_branch {
            Some((_, other)) => {
                let at = self.span(other);
                self.scoped(at, |s| s.into(other, dest))
            }
            None => vec![],
        };
        let unit = e.else_branch.is_none() && !matches!(dest, Dest::Discard | Dest::Return);
        if !self.ended() {
            self.emit(StmtKind::If { cond, then, otherwise }, span);
        }
        if unit {
            self.unit(dest, span);
        }
    }

    /// `{ … }` and `'a: { … break 'a value … }`.
    pub(crate) fn block_expr(&mut self, e: &ExprBlock, dest: &Dest) {
        let Some(name) = &e.label else { return self.plain_block(&e.block, dest) };
        let span = self.span_of_block(&e.block);
        let label = self.open(Some(name), false, dest);
        let body = self.scoped(span, |s| s.block_here(&e.block, dest));
        self.close();
        self.emit(StmtKind::Switch { label, cases: vec![], default: Some(body) }, span);
    }

    /// A block in a scope of its own; what it owns is dropped at its end.
    pub(crate) fn plain_block(&mut self, block: &syn::Block, dest: &Dest) {
        let span = self.span_of_block(block);
        let mut inner = self.scoped(span, |s| s.block_here(block, dest));
        self.out.append(&mut inner);
    }

    pub(crate) fn loop_expr(&mut self, e: &ExprLoop, dest: &Dest) {
        let span = self.between(e.loop_token.span, e.body.brace_token.span.close());
        let body_span = self.span_of_block(&e.body);
        let label = self.open(e.label.as_ref(), true, dest);
        let body = self.scoped(body_span, |s| s.block_here(&e.body, &Dest::Discard));
        self.close();
        let kind = LoopKind::Forever;
        self.emit(StmtKind::Loop { label, kind, header: vec![], cond: None, body, post: vec![] }, span);
    }

    pub(crate) fn while_expr(&mut self, e: &ExprWhile, dest: &Dest) {
        let span = self.between(e.while_token.span, e.body.brace_token.span.close());
        let body_span = self.span_of_block(&e.body);
        let mut cond = None;
        let mut found = None;
        self.names.push();
        let header = self.nested(|s| match bare(&e.cond) {
            Expr::Let(test) => {
                let subject = s.subject(&test.expr, &[&test.pat]);
                cond = s.test(&test.pat, &subject);
                found = Some((&test.pat, subject, gives_guard(&test.expr)));
            }
            Expr::Lit(lit) if matches!(&lit.lit, syn::Lit::Bool(b) if b.value) => {}
            _ => cond = Some(s.value(&e.cond, None)),
        });
        let label = self.open(e.label.as_ref(), true, &Dest::Discard);
        let body = self.scoped(body_span, |s| {
            if let Some((pat, subject, fresh)) = &found {
                s.bind_subject(pat, subject, *fresh);
            }
            s.block_here(&e.body, &Dest::Discard);
        });
        self.close();
        self.names.pop();
        let kind = if cond.is_none() && header.is_empty() { LoopKind::Forever } else { LoopKind::While };
        self.emit(StmtKind::Loop { label, kind, header, cond: cond.map(Box::new), body, post: vec![] }, span);
        self.unit(dest, span);
    }

    pub(crate) fn for_expr(&mut self, e: &ExprForLoop, dest: &Dest) {
        let span = self.between(e.for_token.span, e.body.brace_token.span.close());
        match bare(&e.expr) {
            Expr::Range(range) if range.end.is_some() && is_name(&e.pat) => self.counted_loop(e, range, span),
            _ => self.range_loop(e, span),
        }
        self.unit(dest, span);
    }

    /// `for n in a..b`.
    fn counted_loop(&mut self, e: &ExprForLoop, range: &syn::ExprRange, span: Span) {
        let Some(end) = &range.end else { return };
        let closed = matches!(range.limits, RangeLimits::Closed(_));
        let from_zero = range.start.as_ref().is_none_or(|s| self.constant_number(s) == Some(0));
        let body_span = self.span_of_block(&e.body);
        if from_zero && !closed && matches!(*e.pat, Pat::Wild(_)) {
            let over = self.value(end, None);
            let label = self.open(e.label.as_ref(), true, &Dest::Discard);
            let body = self.scoped(body_span, |s| s.block_here(&e.body, &Dest::Discard));
            self.close();
            let kind = LoopKind::Range { over: Box::new(over) };
            return self.emit(StmtKind::Loop { label, kind, header: vec![], cond: None, body, post: vec![] }, span);
        }
        let at = self.span_of_pat(&e.pat);
        let start = match &range.start {
            Some(start) => self.value(start, None),
            None => Value::new(ValueKind::Lit(Lit::int(0)), at),
        };
        let end = self.value(end, None);
        self.names.push();
        let counter = match irrefutable_name(&e.pat) {
            Some(ident) => {
                let local = self.variable(ident.to_string().as_str(), Type::Unknown, at);
                self.names.bind(ident.to_string(), Binding::Local(local));
                local
            }
            None => self.temp(at),
        };
        self.store(counter, Rvalue::Use(start), at);
        let value = Self::local_value(counter, at);
        let op = if closed { BinaryOp::Le } else { BinaryOp::Lt };
        let cond = Self::both(op, value.clone(), end);
        let label = self.open(e.label.as_ref(), true, &Dest::Discard);
        let body = self.scoped(body_span, |s| s.block_here(&e.body, &Dest::Discard));
        self.close();
        let post = self.nested(|s| {
            let one = Value::new(ValueKind::Lit(Lit::int(1)), at);
            let next = Self::both(BinaryOp::Add, value, one);
            s.store(counter, Rvalue::Use(next), at);
        });
        self.names.pop();
        let kind = LoopKind::Counted;
        self.emit(StmtKind::Loop { label, kind, header: vec![], cond: Some(Box::new(cond)), body, post }, span);
    }

    /// `for x in items`.
    fn range_loop(&mut self, e: &ExprForLoop, span: Span) {
        let over = self.place_value(walked(&e.expr), None);
        let body_span = self.span_of_block(&e.body);
        let label = self.open(e.label.as_ref(), true, &Dest::Discard);
        let body = self.scoped(body_span, |s| {
            if !matches!(*e.pat, Pat::Wild(_)) {
                let at = s.span_of_pat(&e.pat);
                // Documented form of a range key: says nothing about how much was understood.
                let key = Value::new(ValueKind::Opaque("range key".into()), at);
                let item = Value::new(ValueKind::Index(Box::new(over.clone()), Box::new(key)), at);
                s.bind_pattern(&e.pat, &item);
            }
            s.block_here(&e.body, &Dest::Discard);
        });
        self.close();
        let kind = LoopKind::Range { over: Box::new(over) };
        self.emit(StmtKind::Loop { label, kind, header: vec![], cond: None, body, post: vec![] }, span);
    }

    pub(crate) fn open(&mut self, name: Option<&Label>, is_loop: bool, dest: &Dest) -> LabelId {
        let label = self.build.label();
        let name = name.map(|l| l.name.ident.to_string());
        if let Some(frame) = self.frames.last_mut() {
            frame.targets.push(Target { name, label, is_loop, dest: dest.clone() });
        }
        label
    }

    pub(crate) fn close(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.targets.pop();
        }
    }

    /// What a `break` leaves; or what a `continue` goes on with, which is a loop whatever it is called.
    fn target(&self, name: Option<&syn::Lifetime>, to_loop: bool) -> Option<(LabelId, Dest)> {
        let targets = &self.frames.last()?.targets;
        let found = match name {
            Some(name) => {
                let name = name.ident.to_string();
                targets.iter().rev().find(|t| t.name.as_deref() == Some(&name))
            }
            None => targets.iter().rev().find(|t| t.is_loop),
        };
        found.filter(|t| t.is_loop || !to_loop).map(|t| (t.label, t.dest.clone()))
    }

    pub(crate) fn break_expr(&mut self, e: &ExprBreak, span: Span) {
        let Some((label, dest)) = self.target(e.label.as_ref(), false) else {
            return self.emit_opaque("break out of nothing", false, true, span);
        };
        match &e.expr {
            Some(value) => self.into(value, &dest),
            None => self.unit(&dest, span),
        }
        if !self.ended() {
            self.emit(StmtKind::Break(label), span);
        }
    }

    pub(crate) fn continue_expr(&mut self, e: &ExprContinue, span: Span) {
        match self.target(e.label.as_ref(), true) {
            Some((label, _)) => self.emit(StmtKind::Continue(label), span),
            None => self.emit_opaque("continue of nothing", false, true, span),
        }
    }

    /// A condition that, where it does not hold, runs a block.
    pub(crate) fn unless(&mut self, cond: Value, span: Span, act: impl FnOnce(&mut Self)) {
        let then: Block = self.nested(act);
        let at = cond.span;
        self.emit(StmtKind::If { cond: Self::negated(cond, at), then, otherwise: vec![] }, span);
    }

    /// A place that a pattern names, for what is received.
    pub(crate) fn pattern_place(&mut self, pat: &Pat) -> Option<(Place, dogpile_ir::LocalId)> {
        let span = self.span_of_pat(pat);
        match pat {
            Pat::Wild(_) => None,
            _ => {
                let temp = match irrefutable_name(pat) {
                    Some(ident) => {
                        let local = self.variable(ident.to_string().as_str(), Type::Unknown, span);
                        self.names.bind(ident.to_string(), Binding::Local(local));
                        local
                    }
                    None => self.temp(span),
                };
                Some((Place::Local(temp), temp))
            }
        }
    }
}

fn is_name(pat: &Pat) -> bool {
    matches!(pat, Pat::Wild(_)) || irrefutable_name(pat).is_some()
}

/// What a loop walks, without the call that only says how (`.iter()`).
fn walked(expr: &Expr) -> &Expr {
    match bare(expr) {
        Expr::MethodCall(call)
            if call.args.is_empty()
                && matches!(call.method.to_string().as_str(), "iter" | "iter_mut" | "into_iter") =>
        {
            walked(&call.receiver)
        }
        other => other,
    }
}

fn last_of_if(e: &ExprIf) -> proc_macro2::Span {
    match &e.else_branch {
        Some((_, other)) => crate::spans::last(other),
        None => e.then_branch.brace_token.span.close(),
    }
}
