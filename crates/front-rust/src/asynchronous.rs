//! Futures and tasks: `.await`, spawning, what runs once.

use crate::calls::Mode;
use crate::exprs::bare;
use crate::lowering::Lowering;
use dogpile_ir::{Call, Callee, Rvalue, StmtKind, Type, Value, ValueKind};
use dogpile_source::Span;
use rustc_hash::FxHashSet;
use syn::visit::Visit;
use syn::{Expr, ExprCall, ExprMethodCall};

impl Lowering<'_> {
    /// `base.await`.
    pub(crate) fn await_expr(&mut self, base: &Expr, want: Option<Type>) -> Rvalue {
        let span = self.span(base);
        match bare(base) {
            Expr::Call(call) => {
                let value = self.call(call, Mode::Awaited, want);
                self.waited(value, span)
            }
            Expr::MethodCall(call) => {
                let value = self.method_call(call, Mode::Awaited, want);
                self.waited(value, span)
            }
            Expr::Async(block) => {
                let closure = self.async_block(block);
                Rvalue::Call(Self::call_of(closure, span))
            }
            other => {
                let value = self.value(other, None);
                self.waited(Rvalue::Use(value), span)
            }
        }
    }

    /// A call that is awaited is the call; any other value is waited for.
    fn waited(&mut self, value: Rvalue, span: Span) -> Rvalue {
        match value {
            Rvalue::Use(value) => match value.kind {
                ValueKind::Closure(_) => Rvalue::Call(Self::call_of(value, span)),
                _ => Rvalue::Await(value),
            },
            value => value,
        }
    }

    /// A call of a function value without arguments.
    pub(crate) fn call_of(closure: Value, span: Span) -> Call {
        let name_span = Span { end: (closure.span.start + 1).min(closure.span.end), ..closure.span };
        Call { callee: Callee::Value(Box::new(closure)), args: vec![], spread: false, awaited: true, span, name_span }
    }

    /// An expression whose future is handed on.
    pub(crate) fn future(&mut self, expr: &Expr) -> Rvalue {
        match bare(expr) {
            Expr::Call(call) => self.call(call, Mode::Future, None),
            Expr::MethodCall(call) => self.method_call(call, Mode::Future, None),
            Expr::Reference(e) => Rvalue::Use(self.place_value(&e.expr, None)),
            other => self.rvalue(other, None),
        }
    }

    /// [`Self::future`] as a value.
    pub(crate) fn future_value(&mut self, expr: &Expr) -> Value {
        let span = self.span(expr);
        match self.future(expr) {
            Rvalue::Use(value) => value,
            value => {
                self.names.turbofish = None;
                self.hoist(value, None, span)
            }
        }
    }

    /// `tokio::spawn(future)`, `std::thread::spawn(closure)`.
    pub(crate) fn spawn_call(&mut self, name: &str, e: &ExprCall, mode: Mode, span: Span) -> Option<Rvalue> {
        let last = name.rsplit('.').next()?;
        let known = matches!(last, "spawn" | "spawn_blocking" | "spawn_local" | "spawn_unchecked" | "spawn_named");
        if !known || e.args.is_empty() || self.names.functions.contains_key(name) {
            return None;
        }
        let last = e.args.last()?;
        // `Worker::spawn(config)` is a function of its own; only what is written in place is surely what runs.
        let of_type = name.rsplit(['.', ':']).nth(1).is_some_and(|part| part.starts_with(char::is_uppercase));
        if (e.args.len() > 1 || of_type) && !matches!(bare(last), Expr::Closure(_) | Expr::Async(_)) {
            return None;
        }
        Some(self.spawn(last, mode, span))
    }

    /// `set.spawn(future)`, `handle.spawn_blocking(closure)`, `builder.spawn(closure)`.
    pub(crate) fn spawn_method(&mut self, e: &ExprMethodCall, name: &str, mode: Mode, span: Span) -> Option<Rvalue> {
        let known = matches!(name, "spawn" | "spawn_blocking" | "spawn_local" | "spawn_on" | "spawn_pinned");
        let work = e.args.first()?;
        if !known || !is_body(work) {
            return None;
        }
        self.place_value(&e.receiver, None);
        for other in e.args.iter().skip(1) {
            self.value(other, None);
        }
        Some(self.spawn(work, mode, span))
    }

    fn spawn(&mut self, work: &Expr, mode: Mode, span: Span) -> Rvalue {
        let rvalue = self.future(work);
        let body = self.nested(|s| {
            let value = match rvalue {
                Rvalue::Call(call) => Rvalue::Call(Call { awaited: true, ..call }),
                Rvalue::Use(value) if matches!(value.kind, ValueKind::Closure(_) | ValueKind::Global(_)) => {
                    Rvalue::Call(Self::call_of(value, span))
                }
                Rvalue::Use(value) => Rvalue::Await(value),
                other => other,
            };
            s.assign(vec![], value, span);
        });
        self.names.turbofish = None;
        let handle = self.temp(span);
        self.emit(StmtKind::Spawn { body, handle: Some(handle) }, span);
        let handle = Self::local_value(handle, span);
        if mode == Mode::Awaited { Rvalue::Await(handle) } else { Rvalue::Use(handle) }
    }

    /// `STATIC.get_or_init(|| …)`: what the closure gives.
    pub(crate) fn once(&mut self, e: &ExprMethodCall, name: &str, span: Span) -> Option<Rvalue> {
        let (Expr::Path(path), Some(Expr::Closure(init)), 1) = (bare(&e.receiver), e.args.first(), e.args.len()) else {
            return None;
        };
        let global = path.path.get_ident().is_none_or(|ident| !self.is_bound(&ident.to_string()));
        if name != "get_or_init" || !global || init.asyncness.is_some() || matches!(bare(&init.body), Expr::Async(_)) {
            return None;
        }
        let closure = self.closure(init);
        Some(Rvalue::Call(Self::call_of(closure, span)))
    }

    /// `join!(a, b)`: all of them, whose values go to as many targets.
    pub(crate) fn all_of_futures(&mut self, args: &[Expr]) -> Rvalue {
        let values = args.iter().map(|arg| self.future_value(arg)).collect();
        Rvalue::All(values)
    }
}

/// Whether an expression is work to do: a closure, an `async` block, a call that gives a future.
fn is_body(expr: &Expr) -> bool {
    matches!(bare(expr), Expr::Closure(_) | Expr::Async(_) | Expr::Call(_) | Expr::MethodCall(_))
}

/// Variables that are awaited somewhere in a block, or pinned: what they were bound to is a future.
pub(crate) fn awaited_names(block: &syn::Block) -> FxHashSet<String> {
    let mut found = Awaited(FxHashSet::default());
    found.visit_block(block);
    found.0
}

struct Awaited(FxHashSet<String>);

impl<'a> Visit<'a> for Awaited {
    fn visit_expr_await(&mut self, e: &'a syn::ExprAwait) {
        let mut base = bare(&e.base);
        while let Expr::Reference(inner) = base {
            base = bare(&inner.expr);
        }
        if let Expr::Path(path) = base
            && let Some(ident) = path.path.get_ident()
        {
            self.0.insert(ident.to_string());
        }
        syn::visit::visit_expr_await(self, e);
    }

    fn visit_macro(&mut self, mac: &'a syn::Macro) {
        let name = mac.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        if matches!(name.as_str(), "pin" | "pin_mut" | "join" | "try_join") {
            for tree in mac.tokens.clone() {
                if let proc_macro2::TokenTree::Ident(ident) = tree {
                    self.0.insert(ident.to_string());
                }
            }
        }
    }

    fn visit_item(&mut self, _: &'a syn::Item) {}
}
