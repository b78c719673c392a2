//! `Result` and `Option`: two results, nil, and what `?` and `return` make of them.

use crate::exprs::{bare, is_structured};
use crate::lowering::{Dest, Lowering};
use crate::types::{OPTION, error};
use dogpile_ir::{BinaryOp, FieldInit, LocalId, Place, Rvalue, Stmt, StmtKind, Type, Value, ValueKind};
use dogpile_source::Span;
use syn::visit::Visit;
use syn::{Expr, ExprCall};

/// What a function gives back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Returns {
    Nothing,
    One,
    /// A tuple.
    Many(usize),
    /// A value and an error.
    Result,
    /// A value or nil.
    Option,
}

/// What declared results say.
pub(crate) fn returns_of(results: &[Type]) -> Returns {
    match results {
        [] => Returns::Nothing,
        [Type::Named(name)] if **name == *OPTION => Returns::Option,
        [_] => Returns::One,
        [_, last] if *last == error() => Returns::Result,
        many => Returns::Many(many.len()),
    }
}

/// `Ok(x)`, `Err(e)`, `Some(x)` with its only argument.
pub(crate) fn wrapper(expr: &Expr) -> Option<(&'static str, &Expr)> {
    let Expr::Call(call) = bare(expr) else { return None };
    wrapped(call)
}

/// [`wrapper`] of a call.
pub(crate) fn wrapped(call: &ExprCall) -> Option<(&'static str, &Expr)> {
    let ExprCall { func, args, .. } = call;
    let Expr::Path(path) = bare(func) else { return None };
    let name = path.path.segments.last()?.ident.to_string();
    let found = ["Ok", "Err", "Some"].into_iter().find(|known| **known == name)?;
    if args.len() == 1 && path.path.segments.len() <= 2 { Some((found, &args[0])) } else { None }
}

impl Lowering<'_> {
    /// A value and an error as one.
    pub(crate) fn result_tuple(value: Value, err: Value, span: Span) -> Value {
        let ty = Type::Tuple(vec![Type::Unknown, error()]);
        Value::new(ValueKind::Aggregate { ty, fields: vec![FieldInit::Item(value), FieldInit::Item(err)] }, span)
    }

    /// A `Result` as its value and its error.
    pub(crate) fn pair(&mut self, expr: &Expr, want: Option<Type>) -> (Value, Value) {
        let span = self.span(expr);
        match wrapper(expr) {
            Some(("Ok", inner)) => return (self.value(inner, want), Self::nil(span)),
            Some(("Err", inner)) => {
                let err = self.value(inner, None);
                return (Self::nil(span), err);
            }
            _ => {}
        }
        let value = self.typed_temp(want, span);
        let err = self.temp(span);
        let before = self.out.len();
        self.pair_into(expr, Place::Local(value), Place::Local(err));
        if let Some(Stmt { kind: StmtKind::Let { targets, value: found }, .. }) = self.out.last()
            && targets.first() == Some(&Place::Local(value))
            && self.is_own(found)
        {
            self.build.module.locals[value.0 as usize].ty = Type::Unknown;
        }
        // Every way may have left.
        let read = |s: &Self, local| {
            if s.stored_since(before, local) { Self::local_value(local, span) } else { Self::nil(span) }
        };
        (read(self, value), read(self, err))
    }

    /// Stores the parts of a `Result`.
    pub(crate) fn pair_into(&mut self, expr: &Expr, value: Place, err: Place) {
        let span = self.span(expr);
        if matches!(wrapper(expr), Some(("Ok" | "Err", _))) {
            let (v, e) = self.pair(expr, None);
            self.store_pair((value, v), (err, e), span);
        } else if is_structured(bare(expr)) {
            let own = |s: &mut Self, place: &Place| match place {
                Place::Local(local) => *local,
                _ => s.temp(span),
            };
            let (v, e) = (own(self, &value), own(self, &err));
            self.into(expr, &Dest::Pair(v, e));
        } else {
            let found = self.rvalue(expr, None);
            // Libraries answer by the type that is asked for, also where nobody looks.
            let value = match (&value, self.names.turbofish.clone()) {
                (Place::Blank, Some(told)) if told != Type::Tuple(vec![]) => {
                    Place::Local(self.typed_temp(Some(told), span))
                }
                _ => value,
            };
            self.told_type(&value, &found);
            if !(self.ended() && matches!(found, Rvalue::Use(_))) {
                self.assign(vec![value, err], found, span);
            }
        }
    }

    fn store_pair(&mut self, value: (Place, Value), err: (Place, Value), span: Span) {
        for (place, what) in [value, err] {
            if place != Place::Blank {
                self.assign(vec![place], Rvalue::Use(what), span);
            }
        }
    }

    /// Gives the variable a call is stored in the type that its turbofish names.
    pub(crate) fn told_type(&mut self, place: &Place, value: &Rvalue) {
        let told = self.names.turbofish.take();
        if let (Place::Local(local), Rvalue::Call(_) | Rvalue::Await(_), Some(told)) = (place, value, told) {
            let ty = &mut self.build.module.locals[local.0 as usize].ty;
            if *ty == Type::Unknown {
                *ty = told;
            }
        }
    }

    /// `inner?`: where the value goes, and leaving on an error.
    pub(crate) fn question(&mut self, inner: &Expr, place: Place, span: Span) {
        if self.frames.last().is_some_and(|f| f.returns == Returns::Option) {
            let value = match place {
                Place::Local(local) => {
                    self.into(inner, &Dest::Local(local));
                    Self::local_value(local, span)
                }
                _ => self.value(inner, None),
            };
            let none = Value::new(ValueKind::Binary(BinaryOp::Eq, Box::new(value), Box::new(Self::nil(span))), span);
            let then = self.nested(|s| s.emit(StmtKind::Return { values: vec![Self::nil(span)] }, span));
            self.emit(StmtKind::If { cond: none, then, otherwise: vec![] }, span);
            return;
        }
        let err = self.variable("err", Type::Unknown, span);
        self.pair_into(inner, place, Place::Local(err));
        let failed = self.failed(Self::local_value(err, span), BinaryOp::Ne);
        let then = self.nested(|s| s.return_error(Self::local_value(err, span), span));
        self.emit(StmtKind::If { cond: failed, then, otherwise: vec![] }, span);
    }

    /// `err != nil`, or `err == nil`.
    pub(crate) fn failed(&self, err: Value, op: BinaryOp) -> Value {
        let span = err.span;
        Value::new(ValueKind::Binary(op, Box::new(err), Box::new(Self::nil(span))), span)
    }

    pub(crate) fn return_error(&mut self, err: Value, span: Span) {
        self.emit(StmtKind::Return { values: vec![Self::nil(span), err] }, span);
    }

    /// The value of `inner?`.
    pub(crate) fn question_value(&mut self, inner: &Expr, want: Option<Type>, span: Span) -> Value {
        let temp = self.typed_temp(want, span);
        self.question(inner, Place::Local(temp), span);
        if self.stored_anywhere(temp) { Self::local_value(temp, span) } else { Self::nil(span) }
    }

    /// Leaves the function with what an expression gives.
    pub(crate) fn return_value(&mut self, expr: &Expr, span: Span) {
        let (returns, results) = self.frames.last().map_or((Returns::One, vec![]), |f| (f.returns, f.results.clone()));
        let values = match returns {
            Returns::Nothing => {
                self.effect(expr);
                vec![]
            }
            Returns::Result => {
                let (value, err) = self.pair(expr, results.first().cloned());
                vec![value, err]
            }
            Returns::Many(count) => self.tuple_parts(expr, count),
            Returns::One | Returns::Option => vec![self.value(expr, results.first().cloned())],
        };
        if !self.ended() {
            self.emit(StmtKind::Return { values }, span);
        }
    }

    /// The parts of a tuple: as written, or taken apart.
    pub(crate) fn tuple_parts(&mut self, expr: &Expr, count: usize) -> Vec<Value> {
        let span = self.span(expr);
        if let Expr::Tuple(tuple) = bare(expr)
            && tuple.elems.len() == count
        {
            return tuple.elems.iter().map(|e| self.value(e, None)).collect();
        }
        let value = self.rvalue(expr, None);
        if self.ended() {
            return vec![];
        }
        let temps: Vec<LocalId> = (0..count).map(|_| self.temp(span)).collect();
        self.assign(temps.iter().map(|t| Place::Local(*t)).collect(), value, span);
        temps.into_iter().map(|t| Self::local_value(t, span)).collect()
    }
}

/// Whether a block asks with `?` itself, not in a closure or an `async` block.
pub(crate) fn asks(block: &syn::Block) -> bool {
    let mut found = Asks(false);
    found.visit_block(block);
    found.0
}

pub(crate) fn asks_expr(expr: &Expr) -> bool {
    let mut found = Asks(false);
    found.visit_expr(expr);
    found.0
}

struct Asks(bool);

impl<'a> Visit<'a> for Asks {
    fn visit_expr_try(&mut self, _: &'a syn::ExprTry) {
        self.0 = true;
    }
    fn visit_macro(&mut self, mac: &'a syn::Macro) {
        self.0 |= mac.path.segments.last().is_some_and(|s| s.ident == "bail" || s.ident == "ensure");
    }
    fn visit_expr_closure(&mut self, _: &'a syn::ExprClosure) {}
    fn visit_expr_async(&mut self, _: &'a syn::ExprAsync) {}
    fn visit_item(&mut self, _: &'a syn::Item) {}
}
