//! Blocks and statements.

use crate::exprs::{bare, is_structured};
use crate::lowering::{Dest, Lowering};
use crate::paths::word;
use crate::patterns::{Subject, irrefutable_name};
use crate::scope::Binding;
use dogpile_ir::{Place, Rvalue, StmtKind, Type, Value, ValueKind};
use dogpile_source::Span;
use syn::{Expr, Item, Local, Pat, Stmt};

impl Lowering<'_> {
    /// The statements of a block in the scope at hand; what the last one gives goes to `dest`.
    pub(crate) fn block_here(&mut self, block: &syn::Block, dest: &Dest) {
        self.declare_items(&block.stmts);
        let Some((last, before)) = block.stmts.split_last() else {
            return self.unit(dest, self.span_of_block(block));
        };
        for stmt in before {
            self.stmt(stmt);
        }
        match last {
            Stmt::Expr(expr, None) => self.counted(|s| s.into(expr, dest)),
            // A macro in braces without a semicolon is a tail, if it is not a statement.
            Stmt::Macro(mac) if mac.semi_token.is_none() && *dest != Dest::Discard => {
                let expr = Expr::Macro(syn::ExprMacro { attrs: vec![], mac: mac.mac.clone() });
                self.counted(|s| s.into(&expr, dest));
            }
            _ => {
                self.stmt(last);
                let span = self.span_of_stmt(last);
                self.unit(dest, span);
            }
        }
    }

    /// All statements but the last.
    pub(crate) fn statements_but_last(&mut self, block: &syn::Block) {
        self.declare_items(&block.stmts);
        if let Some((_, before)) = block.stmts.split_last() {
            for stmt in before {
                self.stmt(stmt);
            }
        }
    }

    /// Gives `()`, where anybody asks and the end is reached.
    pub(crate) fn unit(&mut self, dest: &Dest, span: Span) {
        if self.ended() {
            return;
        }
        match dest {
            Dest::Discard | Dest::Return => {}
            Dest::Local(local) => self.store(*local, Rvalue::Use(Self::nil(span)), span),
            Dest::Pair(value, err) => {
                self.store(*value, Rvalue::Use(Self::nil(span)), span);
                self.store(*err, Rvalue::Use(Self::nil(span)), span);
            }
        }
    }

    /// Items and imports of a block are known in all of it.
    fn declare_items(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            if let Stmt::Item(item) = stmt {
                if let Item::Use(import) = item {
                    self.local_use(&import.tree);
                } else if let Some(name) = crate::collect::item_name(item) {
                    let outer = self.frames.last().map(|f| f.name.clone()).unwrap_or_else(|| "".into());
                    let full: dogpile_ir::QualName = format!("{outer}.{name}").into();
                    if let Item::Fn(function) = item {
                        let fact = self.fact(&function.sig);
                        self.names.functions.insert(full.clone(), fact);
                    }
                    if matches!(item, Item::Struct(_) | Item::Enum(_)) {
                        self.names.types.insert(full.clone());
                    }
                    if let Item::Enum(decl) = item {
                        for variant in &decl.variants {
                            let name = format!("{full}.{}", word(&variant.ident)).into();
                            self.names.variants.insert(name);
                        }
                    }
                    self.names.bind(name, Binding::Name(full));
                }
            }
        }
    }

    /// Translates one statement of the source and counts it.
    pub(crate) fn counted(&mut self, act: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.opaque_here, false);
        act(self);
        let stats = &mut self.build.module.stats;
        stats.statements += 1;
        stats.opaque += u32::from(self.opaque_here);
        self.opaque_here = outer;
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Item(item) => {
                let outer = std::mem::take(&mut self.out);
                let hidden = self.names.hide_locals();
                self.item(item);
                self.names.show_again(hidden);
                self.out = outer;
            }
            Stmt::Local(local) => self.counted(|s| s.local(local)),
            Stmt::Expr(expr, _) => self.counted(|s| s.effect(expr)),
            Stmt::Macro(mac) if crate::statics::declares(&mac.mac) => {
                let outer = std::mem::take(&mut self.out);
                let hidden = self.names.hide_locals();
                self.statics_here(&mac.mac);
                self.names.show_again(hidden);
                self.out = outer;
            }
            Stmt::Macro(mac) => self.counted(|s| s.macro_effect(&mac.mac)),
        }
    }

    /// `let`.
    fn local(&mut self, local: &Local) {
        let span = self.between(local.let_token.span, local.semi_token.span);
        let (pat, declared) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, Some(self.reply_type(&typed.ty))),
            pat => (pat, None),
        };
        let Some(init) = &local.init else {
            self.declare_all(pat, declared.unwrap_or_default());
            return;
        };
        if let Some((_, other)) = &init.diverge {
            return self.let_else(pat, &init.expr, other, span);
        }
        let expr = &init.expr;
        match pat {
            Pat::Wild(_) => self.thrown_away(expr, span),
            _ if irrefutable_name(pat).is_some() => {
                let Some(ident) = irrefutable_name(pat) else { return };
                let name = word(ident);
                let place = self.at(ident.span());
                let starts_later = self.frames.last().is_some_and(|f| f.awaited_later.contains(&name));
                let variable = self.variable(name.as_str(), declared.unwrap_or_default(), place);
                if starts_later && matches!(bare(expr), Expr::Call(_) | Expr::MethodCall(_)) {
                    let future = self.future(expr);
                    self.store(variable, future, span);
                } else {
                    self.into(expr, &Dest::Local(variable));
                }
                if gives_guard(expr) {
                    self.guards.push(variable);
                }
                self.names.bind(name, Binding::Local(variable));
            }
            Pat::Tuple(tuple)
                if tuple.elems.iter().all(|p| matches!(p, Pat::Wild(_)) || irrefutable_name(p).is_some()) =>
            {
                self.let_tuple(tuple, expr, declared, span);
            }
            _ => {
                let value = self.value(expr, declared);
                let fresh = gives_guard(expr);
                self.bind_subject(pat, &Subject::One(value), fresh);
            }
        }
    }

    fn let_tuple(&mut self, tuple: &syn::PatTuple, expr: &Expr, declared: Option<Type>, span: Span) {
        let types = match declared {
            Some(Type::Tuple(types)) => types,
            _ => vec![],
        };
        let mut places = vec![];
        let mut bound = vec![];
        for (n, pat) in tuple.elems.iter().enumerate() {
            match irrefutable_name(pat) {
                Some(ident) => {
                    let name = word(ident);
                    let at = self.at(ident.span());
                    let local = self.variable(name.as_str(), types.get(n).cloned().unwrap_or_default(), at);
                    places.push(Place::Local(local));
                    bound.push((name, local));
                }
                None => places.push(Place::Blank),
            }
        }
        match bare(expr) {
            Expr::Tuple(values) if values.elems.len() == places.len() => {
                for (place, value) in places.iter().zip(&values.elems) {
                    match place {
                        Place::Local(local) => {
                            self.into(value, &Dest::Local(*local));
                            if gives_guard(value) {
                                self.guards.push(*local);
                            }
                        }
                        _ => self.thrown_away(value, span),
                    }
                }
            }
            _ => {
                let value = self.rvalue(expr, None);
                if !self.ended() {
                    self.assign(places, value, span);
                }
                if gives_guard(expr) {
                    self.guards.extend(bound.iter().map(|(_, local)| *local));
                }
            }
        }
        for (name, local) in bound {
            self.names.bind(name, Binding::Local(local));
        }
    }

    /// `let _ = …`: dropped at once.
    fn thrown_away(&mut self, expr: &Expr, span: Span) {
        match bare(expr) {
            Expr::Try(inner) => self.question(&inner.expr, Place::Blank, span),
            inner if is_structured(inner) => self.into(inner, &Dest::Discard),
            inner => {
                let value = self.rvalue(inner, None);
                if !matches!(value, Rvalue::Use(_)) {
                    self.assign(vec![Place::Blank], value, span);
                }
            }
        }
    }

    /// `let x;`.
    fn declare_all(&mut self, pat: &Pat, ty: Type) {
        if let Some(ident) = irrefutable_name(pat) {
            let span = self.at(ident.span());
            let name = word(ident);
            let local = self.variable(name.as_str(), ty, span);
            self.names.bind(name, Binding::Local(local));
        } else if let Pat::Tuple(tuple) = pat {
            for part in &tuple.elems {
                self.declare_all(part, Type::Unknown);
            }
        }
    }

    /// `let P = e else { … };`.
    fn let_else(&mut self, pat: &Pat, expr: &Expr, other: &Expr, span: Span) {
        let subject = self.subject(expr, &[pat]);
        let test = self.test(pat, &subject);
        let otherwise_span = self.span(other);
        let leave = self.scoped(otherwise_span, |s| s.into(other, &Dest::Discard));
        if let Some(test) = test {
            let at = test.span;
            let cond = Self::negated(test, at);
            self.emit(StmtKind::If { cond, then: leave, otherwise: vec![] }, span);
        }
        self.bind_subject(pat, &subject, gives_guard(expr));
    }

    /// `!cond`, with the comparison turned round where there is one.
    pub(crate) fn negated(cond: Value, span: Span) -> Value {
        use dogpile_ir::BinaryOp::{Eq, Ne};
        let kind = match cond.kind {
            ValueKind::Not(inner) => return *inner,
            ValueKind::Binary(Eq, a, b) => ValueKind::Binary(Ne, a, b),
            ValueKind::Binary(Ne, a, b) => ValueKind::Binary(Eq, a, b),
            kind => ValueKind::Not(Box::new(Value::new(kind, span))),
        };
        Value::new(kind, span)
    }
}

/// Whether what an expression gives may be a guard: it comes from a call or is built here.
pub(crate) fn gives_guard(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Call(_) | Expr::MethodCall(_) | Expr::Struct(_) => true,
        Expr::Await(e) => gives_guard(&e.base),
        Expr::Try(e) => gives_guard(&e.expr),
        Expr::Match(_) | Expr::If(_) | Expr::Unsafe(_) => true,
        _ => false,
    }
}
