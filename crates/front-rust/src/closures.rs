//! Closures and `async` blocks: functions of their own, which share the variables around them.

use crate::asynchronous::awaited_names;
use crate::exprs::bare;
use crate::lowering::{Dest, Frame, Lowering};
use crate::results::{Returns, asks, asks_expr, returns_of, wrapper};
use crate::types::error;
use dogpile_ir::{FuncId, FunctionKind, Type, Value, ValueKind};
use dogpile_source::Span;
use rustc_hash::FxHashSet;
use syn::{Block, Expr, ExprAsync, ExprClosure, Pat, ReturnType, Stmt};

/// What a closure is made of.
struct Made<'e> {
    params: Vec<&'e Pat>,
    body: Body<'e>,
    returns: Returns,
    results: Vec<Type>,
    moves: bool,
    is_async: bool,
}

/// What a closure does.
enum Body<'e> {
    Block(&'e Block),
    Expr(&'e Expr),
}

impl Lowering<'_> {
    pub(crate) fn closure(&mut self, e: &ExprClosure) -> Value {
        let span = self.between(crate::spans::first(&e.body), crate::spans::last(&e.body));
        let start = e.asyncness.map(|t| t.span).or(e.capture.map(|t| t.span)).unwrap_or(e.or1_token.span);
        let span = Span { start: self.at(start).start, ..span };
        let is_async = e.asyncness.is_some();
        let mut moves = e.capture.is_some();
        let mut inner = bare(&e.body);
        // `|| async move { … }`: one closure.
        if let Some(block) = future_expr(inner) {
            moves |= block.capture.is_some();
            return self.async_closure(e, block, moves, span);
        }
        if let Expr::Block(block) = inner
            && block.label.is_none()
            && let Some(future) = future_block(&block.block)
            && block.block.stmts.len() == 1
        {
            moves |= future.capture.is_some();
            return self.async_closure(e, future, moves, span);
        }
        while let Expr::Block(block) = inner {
            match block.block.stmts.as_slice() {
                [Stmt::Expr(only, None)] if block.label.is_none() => inner = bare(only),
                _ => break,
            }
        }
        let (returns, results) = match &e.output {
            ReturnType::Type(..) => {
                let results = self.output(&e.output, 0);
                (returns_of(&results), results)
            }
            ReturnType::Default => self.found_returns(inner),
        };
        let body = match inner {
            Expr::Block(block) if block.label.is_none() => Body::Block(&block.block),
            other => Body::Expr(other),
        };
        let params = e.inputs.iter().collect();
        self.make(Made { params, body, returns, results, moves, is_async }, span)
    }

    fn async_closure(&mut self, e: &ExprClosure, block: &ExprAsync, moves: bool, span: Span) -> Value {
        let (returns, results) = self.block_returns(&block.block);
        let params = e.inputs.iter().collect();
        self.make(Made { params, body: Body::Block(&block.block), returns, results, moves, is_async: true }, span)
    }

    /// An `async` block that nobody awaits here.
    pub(crate) fn async_block(&mut self, e: &ExprAsync) -> Value {
        let span = self.between(e.async_token.span, e.block.brace_token.span.close());
        let (returns, results) = self.block_returns(&e.block);
        let moves = e.capture.is_some();
        self.make(Made { params: vec![], body: Body::Block(&e.block), returns, results, moves, is_async: true }, span)
    }

    /// A closure of a block of statements, for what a macro defers.
    pub(crate) fn block_closure(&mut self, block: &Block, params: Vec<&Pat>, span: Span) -> Value {
        let (returns, results) = self.block_returns(block);
        self.make(Made { params, body: Body::Block(block), returns, results, moves: false, is_async: false }, span)
    }

    fn make(&mut self, made: Made<'_>, span: Span) -> Value {
        let parent = self.owner();
        let around = self.frames.last().map_or_else(|| self.qualified("_"), |f| f.name.clone());
        let count = self.closures.entry(around.clone()).or_default();
        *count += 1;
        let name: dogpile_ir::QualName = format!("{around}.func{count}").into();
        let start = Span { end: (span.start + 1).min(span.end), ..span };
        let id: FuncId = self.reserve(FunctionKind::Closure { parent }, name.clone(), span, self.within(start));
        let outer_out = std::mem::take(&mut self.out);
        let outer_guards = std::mem::take(&mut self.guards);
        let outer_opaque = std::mem::take(&mut self.opaque_here);
        let awaited_later = match made.body {
            Body::Block(block) => awaited_names(block),
            Body::Expr(_) => FxHashSet::default(),
        };
        self.names.push();
        self.frames.push(Frame {
            id: Some(id),
            name,
            targets: vec![],
            returns: made.returns,
            results: made.results.clone(),
            moves: made.moves,
            awaited_later,
        });
        let mut params = vec![];
        let mut taken = vec![];
        for pat in made.params {
            params.push(self.param(pat, Type::Unknown, &mut taken));
        }
        let dest = if made.returns == Returns::Nothing { Dest::Discard } else { Dest::Return };
        let body = self.nested(|s| {
            s.take_apart(&taken);
            match made.body {
                Body::Block(block) => s.block_here(block, &dest),
                Body::Expr(expr) => s.into(expr, &dest),
            }
        });
        self.frames.pop();
        self.names.pop();
        let guards = std::mem::replace(&mut self.guards, outer_guards);
        self.owned(guards);
        self.opaque_here = outer_opaque | self.opaque_here & matches!(made.body, Body::Expr(_));
        self.out = outer_out;
        let function = &mut self.build.module.functions[id.0 as usize];
        function.params = params;
        function.results = made.results;
        function.body = Some(body);
        function.is_async = made.is_async;
        Value::new(ValueKind::Closure(id), span)
    }

    fn found_returns(&self, body: &Expr) -> (Returns, Vec<Type>) {
        let found = self.tail_returns(body, 0);
        let found = match found {
            Some(found) => found,
            None if asks_expr(body) => Returns::Result,
            None => Returns::One,
        };
        described(found)
    }

    fn block_returns(&self, block: &Block) -> (Returns, Vec<Type>) {
        let found = self.block_tail(block, 0);
        described(match found {
            Some(Returns::Nothing) if asks(block) => Returns::Result,
            Some(found) => found,
            None if asks(block) => Returns::Result,
            None => match left_with(block).and_then(|value| wrapper(&value).map(|(name, _)| name)) {
                Some("Ok" | "Err") => Returns::Result,
                Some(_) => Returns::Option,
                None => Returns::One,
            },
        })
    }

    fn block_tail(&self, block: &Block, depth: u32) -> Option<Returns> {
        match block.stmts.last() {
            Some(Stmt::Expr(tail, None)) => self.tail_returns(tail, depth + 1),
            // What leaves at the end may have returned anything.
            Some(Stmt::Expr(Expr::Return(e), Some(_))) => {
                e.expr.as_ref().map_or(Some(Returns::Nothing), |e| self.tail_returns(e, depth + 1))
            }
            Some(Stmt::Macro(mac)) if mac.semi_token.is_none() => {
                let name = mac.mac.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
                (crate::macros::gives_nothing(&name)).then_some(Returns::Nothing)
            }
            _ => Some(Returns::Nothing),
        }
    }

    /// What the ends of an expression say that its function gives, where one of them says anything.
    fn tail_returns(&self, expr: &Expr, depth: u32) -> Option<Returns> {
        if depth > 20 {
            return None;
        }
        match wrapper(expr) {
            Some(("Ok" | "Err", _)) => return Some(Returns::Result),
            Some(_) => return Some(Returns::Option),
            None => {}
        }
        match bare(expr) {
            Expr::Block(e) => self.block_tail(&e.block, depth),
            Expr::Unsafe(e) => self.block_tail(&e.block, depth),
            Expr::If(e) => match &e.else_branch {
                None => Some(Returns::Nothing),
                Some((_, other)) => {
                    self.block_tail(&e.then_branch, depth).or_else(|| self.tail_returns(other, depth + 1))
                }
            },
            Expr::Match(e) => e.arms.iter().find_map(|arm| self.tail_returns(&arm.body, depth + 1)),
            Expr::Path(path) if path.path.is_ident("None") => Some(Returns::Option),
            Expr::Return(e) => e.expr.as_ref().and_then(|e| self.tail_returns(e, depth + 1)),
            Expr::While(_) | Expr::ForLoop(_) | Expr::Assign(_) => Some(Returns::Nothing),
            Expr::Loop(e) => Some(match left_with(&e.body) {
                Some(value) => return self.tail_returns(&value, depth + 1),
                None => Returns::Nothing,
            }),
            Expr::Binary(e) if is_compound(&e.op) => Some(Returns::Nothing),
            Expr::Await(e) => self.tail_returns(&e.base, depth + 1),
            Expr::Call(call) => {
                let Expr::Path(path) = bare(&call.func) else { return None };
                let name = self.qself_name(path);
                self.names.functions.get(&name).map(|f| f.returns).filter(|r| *r != Returns::One)
            }
            Expr::MethodCall(call) => {
                let known = self.names.method(&call.method.to_string())?;
                (known.returns == Returns::Result).then_some(Returns::Result)
            }
            Expr::Macro(mac) => {
                let name = mac.mac.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
                crate::macros::gives_nothing(&name).then_some(Returns::Nothing)
            }
            _ => None,
        }
    }
}

/// The first value that a `return` or `break` of a block leaves with.
fn left_with(block: &Block) -> Option<Expr> {
    struct Left(Option<Expr>);
    impl<'a> syn::visit::Visit<'a> for Left {
        fn visit_expr_return(&mut self, e: &'a syn::ExprReturn) {
            self.0 = self.0.take().or_else(|| e.expr.as_deref().cloned());
        }
        fn visit_expr_break(&mut self, e: &'a syn::ExprBreak) {
            self.0 = self.0.take().or_else(|| e.expr.as_deref().cloned());
        }
        fn visit_expr_closure(&mut self, _: &'a ExprClosure) {}
        fn visit_expr_async(&mut self, _: &'a ExprAsync) {}
        fn visit_item(&mut self, _: &'a syn::Item) {}
    }
    let mut found = Left(None);
    syn::visit::Visit::visit_block(&mut found, block);
    found.0
}

fn is_compound(op: &syn::BinOp) -> bool {
    use syn::BinOp::*;
    matches!(
        op,
        AddAssign(_) | SubAssign(_) | MulAssign(_) | DivAssign(_) | RemAssign(_) | BitOrAssign(_) | BitAndAssign(_)
    )
}

fn described(returns: Returns) -> (Returns, Vec<Type>) {
    let results = match returns {
        Returns::Nothing => vec![],
        Returns::Result => vec![Type::Unknown, error()],
        Returns::Many(count) => vec![Type::Unknown; count],
        Returns::Option => vec![Type::Named(crate::types::OPTION.into())],
        Returns::One => vec![Type::Unknown],
    };
    (returns, results)
}

/// The `async` block that is all a block ends with, boxed or not.
pub(crate) fn future_block(block: &Block) -> Option<&ExprAsync> {
    match block.stmts.last()? {
        Stmt::Expr(expr, None) => future_expr(expr),
        _ => None,
    }
}

/// `async { … }`, `Box::pin(async { … })`, `async { … }.boxed()`.
fn future_expr(expr: &Expr) -> Option<&ExprAsync> {
    match bare(expr) {
        Expr::Async(block) => Some(block),
        Expr::Call(call) if call.args.len() == 1 => match bare(&call.func) {
            Expr::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == "pin" || s.ident == "new") => {
                future_expr(&call.args[0])
            }
            _ => None,
        },
        Expr::MethodCall(call)
            if call.args.is_empty() && matches!(call.method.to_string().as_str(), "boxed" | "boxed_local") =>
        {
            future_expr(&call.receiver)
        }
        _ => None,
    }
}
