//! Expressions, one by one.

use crate::lowering::{Dest, Lowering};
use crate::paths::word;
use crate::scope::Binding;
use dogpile_ir::{BinaryOp, Call, Callee, FieldInit, LocalId, Place, Rvalue, Stmt, StmtKind, Type, Value, ValueKind};
use syn::{Expr, UnOp};

/// An expression without the brackets around it.
pub(crate) fn bare(mut expr: &Expr) -> &Expr {
    loop {
        expr = match expr {
            Expr::Paren(inner) => &inner.expr,
            Expr::Group(inner) => &inner.expr,
            _ => return expr,
        };
    }
}

/// Whether an expression is made of statements, so that what it gives goes where each of its ends says.
pub(crate) fn is_structured(expr: &Expr) -> bool {
    match expr {
        Expr::If(_)
        | Expr::Match(_)
        | Expr::Block(_)
        | Expr::Unsafe(_)
        | Expr::Loop(_)
        | Expr::While(_)
        | Expr::ForLoop(_)
        | Expr::Const(_)
        | Expr::TryBlock(_) => true,
        Expr::Macro(mac) => crate::select::is_select(&mac.mac),
        // `select! { … }` of a future in brackets.
        _ => false,
    }
}

impl Lowering<'_> {
    /// Sends what an expression gives to `dest`.
    pub(crate) fn into(&mut self, expr: &Expr, dest: &Dest) {
        let expr = bare(expr);
        let span = self.span(expr);
        if !self.enter(span) {
            return;
        }
        if is_structured(expr) {
            self.structured(expr, dest);
        } else {
            self.leaf(expr, dest);
        }
        self.leave();
    }

    fn structured(&mut self, expr: &Expr, dest: &Dest) {
        match expr {
            Expr::If(e) => self.if_expr(e, dest),
            Expr::Match(e) => self.match_expr(e, dest),
            Expr::Block(e) => self.block_expr(e, dest),
            Expr::Unsafe(e) => self.plain_block(&e.block, dest),
            Expr::Const(e) => self.plain_block(&e.block, dest),
            Expr::TryBlock(e) => self.plain_block(&e.block, dest),
            Expr::Loop(e) => self.loop_expr(e, dest),
            Expr::While(e) => self.while_expr(e, dest),
            Expr::ForLoop(e) => self.for_expr(e, dest),
            Expr::Macro(e) => self.select(&e.mac, dest),
            _ => {}
        }
    }

    /// The end of one way: stores or returns what it gives.
    fn leaf(&mut self, expr: &Expr, dest: &Dest) {
        let span = self.span(expr);
        match dest {
            Dest::Discard => self.effect(expr),
            Dest::Return => self.return_value(expr, span),
            Dest::Pair(value, err) => self.pair_into(expr, Place::Local(*value), Place::Local(*err)),
            Dest::Local(local) => {
                if let Expr::Try(inner) = expr {
                    return self.question(&inner.expr, Place::Local(*local), span);
                }
                let want = Some(self.build.module.local(*local).ty.clone()).filter(|ty| *ty != Type::Unknown);
                let value = self.rvalue(expr, want);
                if self.ended() && matches!(value, Rvalue::Use(_)) {
                    return;
                }
                match &value {
                    Rvalue::Use(v) => {
                        let ty = self.type_of(v);
                        let known = &mut self.build.module.locals[local.0 as usize].ty;
                        if *known == Type::Unknown {
                            *known = ty;
                        }
                    }
                    _ => self.told_type(&Place::Local(*local), &value),
                }
                self.store(*local, value, span);
            }
        }
    }

    /// An expression for its effect.
    pub(crate) fn effect(&mut self, expr: &Expr) {
        let expr = bare(expr);
        let span = self.span(expr);
        match expr {
            _ if is_structured(expr) => self.into(expr, &Dest::Discard),
            Expr::Try(inner) => self.question(&inner.expr, Place::Blank, span),
            Expr::Macro(mac) => self.macro_effect(&mac.mac),
            Expr::Assign(_) | Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => {
                self.value(expr, None);
            }
            _ => {
                let value = self.rvalue(expr, None);
                // Nobody will join it.
                if let (Rvalue::Use(_), Some(Stmt { kind: StmtKind::Spawn { handle, .. }, .. })) =
                    (&value, self.out.last_mut())
                {
                    *handle = None;
                }
                self.effect_of(value, span);
            }
        }
    }

    /// Whether a call is of this crate's functions: only libraries answer by the type that is wanted.
    pub(crate) fn is_own(&self, value: &Rvalue) -> bool {
        let root = self.names.modules[0].path.first().map_or("", String::as_str);
        let Rvalue::Call(Call { callee: Callee::Named(name), .. }) = value else { return false };
        name.strip_prefix(root).is_some_and(|rest| rest.starts_with(['.', ':']))
    }

    /// What an expression computes; only what it is made of is hoisted.
    pub(crate) fn rvalue(&mut self, expr: &Expr, want: Option<Type>) -> Rvalue {
        let expr = bare(expr);
        self.names.turbofish = None;
        let span = self.span(expr);
        if !self.enter(span) {
            return Rvalue::Use(Value::new(ValueKind::Opaque("nested too deeply".into()), span));
        }
        let value = match expr {
            Expr::Call(call) => self.call(call, crate::calls::Mode::Plain, want),
            Expr::MethodCall(call) => self.method_call(call, crate::calls::Mode::Plain, want),
            Expr::Await(e) => self.await_expr(&e.base, want),
            Expr::Macro(e) => self.macro_rvalue(&e.mac),
            _ => Rvalue::Use(self.value_inside(expr, want)),
        };
        self.leave();
        value
    }

    /// A pure value; calls in it are hoisted.
    pub(crate) fn value(&mut self, expr: &Expr, want: Option<Type>) -> Value {
        let expr = bare(expr);
        let span = self.span(expr);
        let found = match expr {
            Expr::Macro(mac) => self.macro_operand(&mac.mac),
            _ => self.rvalue(expr, want.clone()),
        };
        match found {
            Rvalue::Use(value) => value,
            value => {
                let told = self.names.turbofish.take();
                let want = want.filter(|_| !self.is_own(&value));
                self.hoist(value, told.or(want), span)
            }
        }
    }

    fn value_inside(&mut self, expr: &Expr, want: Option<Type>) -> Value {
        let span = self.span(expr);
        match expr {
            Expr::Path(path) => self.path_value(path, false),
            Expr::Lit(lit) => self.literal(&lit.lit),
            Expr::Reference(e) => self.place_value(&e.expr, want),
            Expr::Unary(e) => match e.op {
                UnOp::Deref(_) => self.value(&e.expr, want),
                UnOp::Not(_) => {
                    let value = self.value(&e.expr, None);
                    Value::new(ValueKind::Not(Box::new(value)), span)
                }
                _ => {
                    let value = self.value(&e.expr, want);
                    Value::new(ValueKind::Neg(Box::new(value)), span)
                }
            },
            Expr::Binary(_) => self.binary(expr),
            Expr::Let(e) => {
                let subject = self.subject(&e.expr, &[&e.pat]);
                let test = self.test(&e.pat, &subject);
                self.bind_subject(&e.pat, &subject, false);
                test.unwrap_or_else(|| Self::boolean(true, span))
            }
            Expr::Field(e) => {
                let base = self.place_value(&e.base, None);
                let name = match &e.member {
                    syn::Member::Named(ident) => word(ident),
                    syn::Member::Unnamed(index) => index.index.to_string(),
                };
                Value::new(ValueKind::Field(Box::new(base), name.into()), span)
            }
            Expr::Index(e) => {
                let base = self.place_value(&e.expr, None);
                if let Expr::Range(range) = bare(&e.index) {
                    for end in range.start.iter().chain(&range.end) {
                        self.value(end, None);
                    }
                    return Value::new(ValueKind::Slice(Box::new(base)), span);
                }
                let index = self.value(&e.index, None);
                Value::new(ValueKind::Index(Box::new(base), Box::new(index)), span)
            }
            Expr::Cast(e) => {
                let value = self.value(&e.expr, None);
                Value::new(ValueKind::Convert(self.ty(&e.ty), Box::new(value)), span)
            }
            Expr::Tuple(e) => {
                let items: Vec<Value> = e.elems.iter().map(|e| self.value(e, None)).collect();
                if items.is_empty() {
                    return Self::nil(span);
                }
                let ty = Type::Tuple(items.iter().map(|v| self.type_of(v)).collect());
                self.aggregate(ty, items, span)
            }
            Expr::Array(e) => {
                let items: Vec<Value> = e.elems.iter().map(|e| self.value(e, None)).collect();
                let ty = self.list_of(&items, want);
                self.aggregate(ty, items, span)
            }
            Expr::Repeat(e) => {
                let item = self.value(&e.expr, None);
                self.value(&e.len, None);
                let ty = self.list_of(std::slice::from_ref(&item), want);
                self.aggregate(ty, vec![item], span)
            }
            Expr::Struct(e) => self.struct_value(e),
            Expr::Range(e) => {
                let mut fields = vec![];
                for (name, end) in [("start", &e.start), ("end", &e.end)] {
                    if let Some(end) = end {
                        fields.push(FieldInit::Named(name.into(), self.value(end, None)));
                    }
                }
                let ty = Type::Named("core::ops.Range".into());
                Value::new(ValueKind::Aggregate { ty, fields }, span)
            }
            Expr::Closure(e) => self.closure(e),
            Expr::Async(e) => self.async_block(e),
            Expr::Try(e) => self.question_value(&e.expr, want, span),
            Expr::Assign(e) => {
                self.assignment(e, span);
                Self::nil(span)
            }
            Expr::Return(e) => {
                match &e.expr {
                    Some(inner) => self.into(inner, &Dest::Return),
                    None => self.return_nothing(span),
                }
                Self::nil(span)
            }
            Expr::Break(e) => {
                self.break_expr(e, span);
                Self::nil(span)
            }
            Expr::Continue(e) => {
                self.continue_expr(e, span);
                Self::nil(span)
            }
            Expr::Yield(_) => self.opaque_value("yield", span),
            Expr::RawAddr(e) => self.place_value(&e.expr, want),
            Expr::Infer(_) => Self::nil(span),
            _ if is_structured(expr) => {
                let temp = self.typed_temp(want, span);
                let before = self.out.len();
                self.into(expr, &Dest::Local(temp));
                if self.stored_since(before, temp) { Self::local_value(temp, span) } else { Self::nil(span) }
            }
            _ => {
                self.unknown_form("expression", span);
                self.opaque_value("expression", span)
            }
        }
    }

    pub(crate) fn aggregate(&self, ty: Type, items: Vec<Value>, span: dogpile_source::Span) -> Value {
        Value::new(ValueKind::Aggregate { ty, fields: items.into_iter().map(FieldInit::Item).collect() }, span)
    }

    /// The type of a list: as wanted, or as its first item tells.
    pub(crate) fn list_of(&self, items: &[Value], want: Option<Type>) -> Type {
        match want {
            Some(ty @ Type::List(_)) => ty,
            _ => Type::List(Box::new(items.first().map_or(Type::Unknown, |v| self.type_of(v)))),
        }
    }

    /// An expression that is only looked at: borrowed, read a field of, called a method on. Its variable stays whole.
    pub(crate) fn place_value(&mut self, expr: &Expr, want: Option<Type>) -> Value {
        match bare(expr) {
            Expr::Path(path) => self.path_value(path, true),
            Expr::Reference(e) => self.place_value(&e.expr, want),
            Expr::Unary(e) if matches!(e.op, UnOp::Deref(_)) => self.place_value(&e.expr, want),
            inner => self.value(inner, want),
        }
    }

    fn path_value(&mut self, path: &syn::ExprPath, looked_at: bool) -> Value {
        let span = self.span_of_path(path);
        if path.qself.is_none()
            && let Some(ident) = path.path.get_ident()
        {
            let name = word(ident);
            if let Some(local) = self.names.local(&name) {
                self.mention(local, looked_at);
                return Self::local_value(local, span);
            }
            if name == "None" && self.names.find(&name).is_none() {
                return Self::nil(span);
            }
        }
        if let Some(value) = self.known_constant(&path.path, span) {
            return value;
        }
        let name = self.qself_name(path);
        if self.names.units.contains(&name) {
            return Value::new(ValueKind::Aggregate { ty: Type::Named(name), fields: vec![] }, span);
        }
        Value::new(ValueKind::Global(name), span)
    }

    /// The canonical name of a path, `<T as Trait>::f` included.
    pub(crate) fn qself_name(&self, path: &syn::ExprPath) -> dogpile_ir::QualName {
        match &path.qself {
            Some(qself) if qself.position == 0 => {
                let ty = self.ty(&qself.ty);
                let rest: Vec<String> = path.path.segments.iter().map(|s| word(&s.ident)).collect();
                format!("{}.{}", ty.name().unwrap_or("_"), rest.join(".")).into()
            }
            _ => self.canonical(&path.path),
        }
    }

    pub(crate) fn span_of_path(&self, path: &syn::ExprPath) -> dogpile_source::Span {
        match path.path.get_ident() {
            Some(ident) if path.qself.is_none() => self.at(ident.span()),
            _ => self.span_of(path),
        }
    }

    /// Notes how a variable is used.
    pub(crate) fn mention(&mut self, local: LocalId, looked_at: bool) {
        if !looked_at {
            self.plain.insert(local);
            return;
        }
        let owner = self.build.module.local(local).owner;
        let moved = self.frames.iter().rev().take_while(|f| f.id != owner).any(|f| f.moves);
        if moved {
            self.plain.insert(local);
        }
    }

    /// What is known of the type of a value.
    pub(crate) fn type_of(&self, value: &Value) -> Type {
        use dogpile_ir::Lit;
        match &value.kind {
            ValueKind::Lit(Lit::Str(_)) | ValueKind::Concat(_) => Type::Named("string".into()),
            ValueKind::Lit(Lit::Bool(_)) | ValueKind::Not(_) => Type::Named("bool".into()),
            ValueKind::Local(local) => self.build.module.local(*local).ty.clone(),
            ValueKind::Aggregate { ty, .. } | ValueKind::Convert(ty, _) => ty.clone(),
            ValueKind::Binary(op, left, _) => match op {
                BinaryOp::Eq
                | BinaryOp::Ne
                | BinaryOp::Lt
                | BinaryOp::Le
                | BinaryOp::Gt
                | BinaryOp::Ge
                | BinaryOp::And
                | BinaryOp::Or => Type::Named("bool".into()),
                _ => self.type_of(left),
            },
            ValueKind::Index(base, _) => match self.type_of(base) {
                Type::List(item) => *item,
                Type::Map(_, item) => *item,
                _ => Type::Unknown,
            },
            _ => Type::Unknown,
        }
    }

    /// Whether a name is a variable's here.
    pub(crate) fn is_bound(&self, name: &str) -> bool {
        matches!(self.names.find(name), Some(Binding::Local(_)))
    }

    /// A struct built in place.
    fn struct_value(&mut self, e: &syn::ExprStruct) -> Value {
        let span = self.between(
            e.path.segments.first().map_or(e.brace_token.span.open(), |s| s.ident.span()),
            e.brace_token.span.close(),
        );
        let ty = self.constructed(&e.path);
        let mut fields = vec![];
        for field in &e.fields {
            let name = match &field.member {
                syn::Member::Named(ident) => word(ident),
                syn::Member::Unnamed(index) => index.index.to_string(),
            };
            fields.push(FieldInit::Named(name.into(), self.value(&field.expr, None)));
        }
        if let Some(rest) = &e.rest {
            fields.push(FieldInit::Spread(self.value(rest, None)));
        }
        Value::new(ValueKind::Aggregate { ty, fields }, span)
    }

    /// The type that a constructor's path names.
    pub(crate) fn constructed(&self, path: &syn::Path) -> Type {
        if path.is_ident("Self") {
            return self.self_type.clone().unwrap_or_default();
        }
        Type::Named(self.canonical(path))
    }

    /// An opaque statement that stands for a whole expression.
    pub(crate) fn opaque_effect(&mut self, why: &str, reads: Vec<LocalId>, span: dogpile_source::Span) {
        self.opaque_here = true;
        self.emit(StmtKind::Opaque { why: why.into(), may_call: true, may_exit: true, reads, writes: vec![] }, span);
    }
}
