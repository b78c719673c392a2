//! Patterns: whether a value has their shape, and the variables they bind.

use crate::exprs::bare;
use crate::lowering::Lowering;
use crate::paths::word;
use crate::scope::Binding;
use crate::types::is_extractor;
use dogpile_ir::{BinaryOp, Place, Rvalue, Type, Value, ValueKind};
use dogpile_source::Span;
use syn::{Expr, Member, Pat};

/// What a pattern is held against.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    One(Value),
    /// A `Result`, as its value and its error.
    Pair(Value, Value),
    /// A tuple written in place.
    Tuple(Vec<Subject>, Span),
}

/// The variable of a pattern that is nothing but one.
pub(crate) fn irrefutable_name(pat: &Pat) -> Option<&syn::Ident> {
    match pat {
        Pat::Ident(name) if name.subpat.is_none() && !is_constant(&name.ident) => Some(&name.ident),
        Pat::Paren(inner) => irrefutable_name(&inner.pat),
        Pat::Reference(inner) => irrefutable_name(&inner.pat),
        Pat::Type(inner) => irrefutable_name(&inner.pat),
        _ => None,
    }
}

fn is_constant(ident: &syn::Ident) -> bool {
    ident.to_string().starts_with(char::is_uppercase)
}

/// Whether a pattern asks for `Ok` or `Err`.
fn asks_result(pat: &Pat) -> bool {
    match pat {
        Pat::TupleStruct(p) => p.path.segments.last().is_some_and(|s| s.ident == "Ok" || s.ident == "Err"),
        Pat::Or(p) => p.cases.iter().any(asks_result),
        Pat::Paren(p) => asks_result(&p.pat),
        Pat::Reference(p) => asks_result(&p.pat),
        Pat::Ident(p) => p.subpat.as_ref().is_some_and(|(_, sub)| asks_result(sub)),
        _ => false,
    }
}

impl Lowering<'_> {
    /// Evaluates what patterns are held against, once.
    pub(crate) fn subject(&mut self, expr: &Expr, pats: &[&Pat]) -> Subject {
        let span = self.span(expr);
        if let Expr::Tuple(tuple) = bare(expr)
            && pats.iter().all(|p| tuple_parts(p, tuple.elems.len()).is_some() || matches!(p, Pat::Wild(_)))
        {
            let parts: Vec<Vec<&Pat>> = pats.iter().filter_map(|p| tuple_parts(p, tuple.elems.len())).collect();
            let subjects = tuple.elems.iter().enumerate().map(|(n, e)| {
                let column: Vec<&Pat> = parts.iter().filter_map(|p| p.get(n).copied()).collect();
                self.subject(e, &column)
            });
            return Subject::Tuple(subjects.collect(), span);
        }
        if pats.iter().any(|p| asks_result(p)) {
            let (value, err) = self.pair(expr, None);
            return Subject::Pair(self.held(value), self.held(err));
        }
        let value = self.place_value(expr, None);
        // The value is named again in every test.
        Subject::One(self.held(value))
    }

    /// A value that is cheap to repeat.
    fn held(&mut self, value: Value) -> Value {
        let mut at = &value;
        let simple = loop {
            match &at.kind {
                ValueKind::Local(_) | ValueKind::Global(_) | ValueKind::Lit(_) => break true,
                ValueKind::Field(base, _) => at = base,
                _ => break false,
            }
        };
        if simple {
            return value;
        }
        let span = value.span;
        self.hoist(Rvalue::Use(value), None, span)
    }

    pub(crate) fn whole(&self, subject: &Subject) -> Value {
        match subject {
            Subject::One(value) => value.clone(),
            Subject::Pair(value, err) => Self::result_tuple(value.clone(), err.clone(), value.span),
            Subject::Tuple(parts, span) => {
                let items: Vec<Value> = parts.iter().map(|p| self.whole(p)).collect();
                let ty = Type::Tuple(items.iter().map(|v| self.type_of(v)).collect());
                self.aggregate(ty, items, *span)
            }
        }
    }

    /// Whether a subject has the shape of a pattern; `None` where it always has.
    pub(crate) fn test(&mut self, pat: &Pat, subject: &Subject) -> Option<Value> {
        let span = self.span_of_pat(pat);
        match pat {
            Pat::Wild(_) | Pat::Rest(_) => None,
            Pat::Ident(name) => match &name.subpat {
                Some((_, sub)) => self.test(sub, subject),
                None if is_constant(&name.ident) => {
                    let path = syn::ExprPath { attrs: vec![], qself: None, path: name.ident.clone().into() };
                    self.equals(&Expr::Path(path), subject, span)
                }
                None => None,
            },
            Pat::Paren(p) => self.test(&p.pat, subject),
            Pat::Reference(p) => self.test(&p.pat, subject),
            Pat::Type(p) => self.test(&p.pat, subject),
            Pat::Lit(lit) => self.equals(&Expr::Lit(lit.clone()), subject, span),
            Pat::Path(path) => self.equals(&Expr::Path(path.clone()), subject, span),
            Pat::Const(_) | Pat::Macro(_) | Pat::Verbatim(_) => Some(self.opaque_value("pattern", span)),
            Pat::Range(range) => {
                let value = self.whole(subject);
                let mut tests = vec![];
                if let Some(start) = &range.start {
                    let low = self.value(start, None);
                    tests.push(Self::both(BinaryOp::Ge, value.clone(), low));
                }
                if let Some(end) = &range.end {
                    let high = self.value(end, None);
                    let op =
                        if matches!(range.limits, syn::RangeLimits::Closed(_)) { BinaryOp::Le } else { BinaryOp::Lt };
                    tests.push(Self::both(op, value, high));
                }
                Self::all_of(tests)
            }
            Pat::Or(p) => {
                let mut tests = vec![];
                for case in &p.cases {
                    tests.push(self.test(case, subject)?);
                }
                Self::any_of(tests)
            }
            Pat::Tuple(p) => self.test_parts(&p.elems, subject, span),
            Pat::TupleStruct(p) => self.test_variant(p, subject, span),
            Pat::Struct(p) => {
                let value = self.whole(subject);
                let mut tests = vec![];
                if self.is_variant(&p.path) {
                    tests.push(self.type_test(&p.path, value.clone(), span));
                }
                for field in &p.fields {
                    let part = Self::member(&value, &field.member, span);
                    tests.extend(self.test(&field.pat, &Subject::One(part)));
                }
                Self::all_of(tests)
            }
            // How long a list is, is not followed: says nothing about how much was understood.
            Pat::Slice(_) => Some(Value::new(ValueKind::Opaque("slice pattern".into()), span)),
            _ => Some(self.opaque_value("pattern", span)),
        }
    }

    fn equals(&mut self, expr: &Expr, subject: &Subject, span: Span) -> Option<Value> {
        let right = self.value(expr, None);
        let left = self.whole(subject);
        if let ValueKind::Lit(dogpile_ir::Lit::Bool(wanted)) = right.kind {
            let kind = if wanted { left.kind } else { ValueKind::Not(Box::new(left)) };
            return Some(Value::new(kind, span));
        }
        Some(Value::new(ValueKind::Binary(BinaryOp::Eq, Box::new(left), Box::new(right)), span))
    }

    fn test_parts<'p>(
        &mut self,
        pats: impl IntoIterator<Item = &'p Pat>,
        subject: &Subject,
        span: Span,
    ) -> Option<Value> {
        let mut tests = vec![];
        for (n, pat) in pats.into_iter().enumerate() {
            if matches!(pat, Pat::Rest(_)) {
                // Counted from the end from here on.
                break;
            }
            let part = self.part(subject, n, span);
            tests.extend(self.test(pat, &part));
        }
        Self::all_of(tests)
    }

    fn part(&self, subject: &Subject, n: usize, span: Span) -> Subject {
        match subject {
            Subject::Tuple(parts, _) if n < parts.len() => parts[n].clone(),
            _ => {
                let whole = self.whole(subject);
                Subject::One(Value::new(ValueKind::Field(Box::new(whole), n.to_string().into()), span))
            }
        }
    }

    fn test_variant(&mut self, p: &syn::PatTupleStruct, subject: &Subject, span: Span) -> Option<Value> {
        let name = p.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        let first = p.elems.first();
        match name.as_str() {
            "Some" => {
                let value = self.whole(subject);
                let mut tests = vec![self.failed(Value { span, ..value.clone() }, BinaryOp::Ne)];
                if let Some(inner) = first {
                    tests.extend(self.test(inner, &Subject::One(value)));
                }
                Self::all_of(tests)
            }
            "Ok" | "Err" => {
                let (value, err) = self.parts_of_result(subject, span);
                let ok = name == "Ok";
                let op = if ok { BinaryOp::Eq } else { BinaryOp::Ne };
                let mut tests = vec![self.failed(Value { span, ..err.clone() }, op)];
                if let Some(inner) = first {
                    tests.extend(self.test(inner, &Subject::One(if ok { value } else { err })));
                }
                Self::all_of(tests)
            }
            _ => {
                let value = self.whole(subject);
                let mut tests = vec![];
                if self.is_variant(&p.path) {
                    tests.push(self.type_test(&p.path, value.clone(), span));
                }
                tests.extend(self.test_parts(&p.elems, &Subject::One(value), span));
                Self::all_of(tests)
            }
        }
    }

    fn parts_of_result(&self, subject: &Subject, span: Span) -> (Value, Value) {
        match subject {
            Subject::Pair(value, err) => (value.clone(), err.clone()),
            other => {
                let whole = self.whole(other);
                let part = |name: &str| Value::new(ValueKind::Field(Box::new(whole.clone()), name.into()), span);
                (part("0"), part("1"))
            }
        }
    }

    /// A struct of this file always has its own shape; anything else may be one of several variants.
    fn is_variant(&self, path: &syn::Path) -> bool {
        if path.is_ident("Self") {
            return false;
        }
        let name = self.canonical(path);
        !self.names.types.contains(&name) || self.names.variants.contains(&name)
    }

    fn type_test(&mut self, path: &syn::Path, value: Value, span: Span) -> Value {
        let ty = Type::Named(self.canonical(path));
        let is = self.typed_temp(Some(Type::Named("bool".into())), span);
        self.assign(vec![Place::Blank, Place::Local(is)], Rvalue::TypeTest(value, ty), span);
        Self::local_value(is, span)
    }

    fn member(value: &Value, member: &Member, span: Span) -> Value {
        let name = match member {
            Member::Named(ident) => word(ident),
            Member::Unnamed(index) => index.index.to_string(),
        };
        Value::new(ValueKind::Field(Box::new(value.clone()), name.into()), span)
    }

    /// Binds a pattern's variables to parts of a value.
    pub(crate) fn bind_pattern(&mut self, pat: &Pat, value: &Value) {
        self.bind_subject(pat, &Subject::One(value.clone()), false);
    }

    /// Binds a pattern's variables; `fresh` ones may be guards of the block at hand.
    pub(crate) fn bind_subject(&mut self, pat: &Pat, subject: &Subject, fresh: bool) {
        let span = self.span_of_pat(pat);
        match pat {
            Pat::Ident(name) => {
                if let Some((_, sub)) = &name.subpat {
                    self.bind_subject(sub, subject, false);
                } else if is_constant(&name.ident) {
                    return;
                }
                let value = self.whole(subject);
                self.bind_name(&name.ident, value, fresh);
            }
            Pat::Paren(p) => self.bind_subject(&p.pat, subject, fresh),
            Pat::Reference(p) => self.bind_subject(&p.pat, subject, fresh),
            Pat::Type(p) => self.bind_subject(&p.pat, subject, fresh),
            // Every case binds the same names; which one it was is not kept.
            Pat::Or(p) => {
                if let Some(first) = p.cases.first() {
                    self.bind_subject(first, subject, fresh);
                }
            }
            Pat::Tuple(p) => self.bind_parts(&p.elems, subject, fresh, span),
            Pat::TupleStruct(p) => {
                let name = p.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
                let first = p.elems.first();
                match (name.as_str(), first) {
                    (_, Some(inner)) if is_extractor(&self.canonical(&p.path)) => {
                        self.bind_subject(inner, subject, fresh)
                    }
                    ("Some", Some(inner)) => self.bind_subject(inner, subject, fresh),
                    ("Ok", Some(inner)) => {
                        let (value, _) = self.parts_of_result(subject, span);
                        self.bind_subject(inner, &Subject::One(value), fresh);
                    }
                    ("Err", Some(inner)) => {
                        let (_, err) = self.parts_of_result(subject, span);
                        self.bind_subject(inner, &Subject::One(err), false);
                    }
                    _ => self.bind_parts(&p.elems, subject, fresh, span),
                }
            }
            Pat::Struct(p) => {
                let value = self.whole(subject);
                for field in &p.fields {
                    let at = self.span_of_pat(&field.pat);
                    let part = Self::member(&value, &field.member, at);
                    self.bind_subject(&field.pat, &Subject::One(part), false);
                }
            }
            Pat::Slice(p) => {
                let value = self.whole(subject);
                for (n, part) in p.elems.iter().enumerate() {
                    let index = Value::new(ValueKind::Lit(dogpile_ir::Lit::int(n as i128)), span);
                    let item = Value::new(ValueKind::Index(Box::new(value.clone()), Box::new(index)), span);
                    self.bind_subject(part, &Subject::One(item), false);
                }
            }
            _ => {}
        }
    }

    fn bind_parts<'p>(&mut self, pats: impl IntoIterator<Item = &'p Pat>, subject: &Subject, fresh: bool, span: Span) {
        for (n, pat) in pats.into_iter().enumerate() {
            if matches!(pat, Pat::Wild(_) | Pat::Rest(_)) {
                continue;
            }
            let part = self.part(subject, n, span);
            self.bind_subject(pat, &part, fresh);
        }
    }

    /// A new variable with a value.
    pub(crate) fn bind_name(&mut self, ident: &syn::Ident, value: Value, fresh: bool) {
        let name = word(ident);
        let span = self.at(ident.span());
        let ty = self.type_of(&value);
        let local = self.variable(name.as_str(), ty, span);
        self.store(local, Rvalue::Use(value), span);
        if fresh {
            self.guards.push(local);
        }
        self.names.bind(name, Binding::Local(local));
    }
}

/// The parts of a tuple pattern without a rest.
fn tuple_parts(pat: &Pat, count: usize) -> Option<Vec<&Pat>> {
    match pat {
        Pat::Tuple(p) if p.elems.len() == count && !p.elems.iter().any(|e| matches!(e, Pat::Rest(_))) => {
            Some(p.elems.iter().collect())
        }
        Pat::Paren(p) => tuple_parts(&p.pat, count),
        _ => None,
    }
}
