//! Values of expressions on a path.

use super::Explorer;
use super::state::State;
use crate::fold::{binary, not, to_duration, to_number};
use crate::program::FuncRef;
use crate::sym::{ContextSym, FrameId, Origin, S, Scale, Sym, Val, concat};
use crate::typing::named_fields;
use dogpile_ir::{FieldInit, Lit, Name, Param, Type, Value, ValueKind};
use dogpile_source::Span;
use std::sync::Arc;

/// Field of an object that stands for those that somebody else's object brings.
pub(super) const REST: &str = "...";

impl<'a> Explorer<'a, '_> {
    pub(super) fn eval(&mut self, frame: FrameId, value: &'a Value, state: &mut State<'a>) -> Val {
        let span = value.span;
        match &value.kind {
            ValueKind::Lit(lit) => Val::new(literal(lit), span),
            ValueKind::Local(local) => {
                let home = self.home(frame, *local);
                match state.local(home, *local) {
                    Some(val) => val.clone(),
                    None => self.unbound(home, *local, span),
                }
            }
            ValueKind::Global(name) => self.global(frame, name, span, state),
            ValueKind::Field(base, name) => {
                let base_val = self.eval(frame, base, state);
                let base_val = self.the_only_one(frame, base, base_val);
                let ty = self.static_type(frame, value);
                let val = self.field(&base_val, name, &ty, span, state);
                self.note_single(frame, base, name, &val);
                val
            }
            ValueKind::Index(base, index) => {
                let base = self.eval(frame, base, state);
                let index = self.eval(frame, index, state);
                self.index(&base, &index, span, state)
            }
            ValueKind::Slice(base) => {
                let base = self.eval(frame, base, state);
                match &*base.sym {
                    Sym::List(_) => base,
                    _ => Val::new(Sym::Result(span, 0, "slice".into(), vec![base.sym]), span),
                }
            }
            ValueKind::Not(inner) => {
                let inner = self.operand(frame, inner, state);
                Val::new(not(&inner.sym), span)
            }
            ValueKind::Neg(inner) => {
                let inner = self.operand(frame, inner, state);
                Val::new(binary(dogpile_ir::BinaryOp::Sub, &Arc::new(Sym::Int(0, Scale::Bare)), &inner.sym), span)
            }
            ValueKind::Binary(op, a, b) => {
                let a = self.operand(frame, a, state);
                let b = self.operand(frame, b, state);
                let sym = binary(*op, &a.sym, &b.sym);
                self.out.cut |= *op == dogpile_ir::BinaryOp::Add && sym == Sym::Unknown;
                Val::new(sym, span)
            }
            ValueKind::Concat(parts) => {
                let parts = parts.iter().map(|p| self.operand(frame, p, state).sym).collect();
                let sym = concat(parts);
                self.out.cut |= sym == Sym::Unknown;
                Val::new(sym, span)
            }
            ValueKind::Aggregate { ty, fields } => self.aggregate(frame, ty, fields, span, state),
            ValueKind::Closure(id) => {
                let func = FuncRef { module: self.frame(frame).func.module, func: *id };
                Val::new(Sym::Func(func, Some(frame)), span)
            }
            ValueKind::Convert(ty, inner) => {
                let inner = self.eval(frame, inner, state);
                Val { sym: Arc::new(self.convert(frame, ty, &inner.sym)), span: inner.span }
            }
            ValueKind::Opaque(_) => Val::unknown(span),
        }
    }

    /// What an operator is applied to, or a function. In Rust a modelled call may be kept whole, as its value and the lack of an
    /// error: no operator takes a `Result`, and few functions do, so what stands here is the value.
    pub(super) fn operand(&mut self, frame: FrameId, value: &'a Value, state: &mut State<'a>) -> Val {
        let val = self.eval(frame, value, state);
        match &*val.sym {
            Sym::List(parts) if self.lang(frame) == dogpile_ir::Lang::Rust => match parts.as_slice() {
                [whole, error] if *error.sym == Sym::Nil && matches!(value.kind, ValueKind::Local(_)) => whole.clone(),
                _ => val,
            },
            _ => val,
        }
    }

    fn convert(&self, frame: FrameId, ty: &Type, sym: &S) -> Sym {
        let ty = self.cx.program.resolve_alias(ty);
        match ty.name() {
            Some("time.Duration") => to_duration(sym),
            Some(
                "int" | "int8" | "int16" | "int32" | "int64" | "uint" | "uint8" | "uint16" | "uint32" | "uint64"
                | "float64" | "float32",
            ) => to_number(sym),
            // Go: a number made a string is the character that it numbers (the language's specification, conversions to
            // a string type).
            Some("string") => match **sym {
                Sym::Int(code, _) if self.lang(frame) == dogpile_ir::Lang::Go => {
                    let char = u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
                    Sym::Str(char.to_string().into())
                }
                _ => (**sym).clone(),
            },
            _ => (**sym).clone(),
        }
    }

    /// A variable that nothing on this path has set.
    fn unbound(&self, home: FrameId, local: dogpile_ir::LocalId, span: Span) -> Val {
        let func = self.frame(home).func;
        let declared = self.cx.program.module(func).local(local);
        let in_function = func.func.0 != u32::MAX;
        let is_param = in_function && self.cx.program.function(func).params.iter().any(|p| p.local == local);
        if !is_param && declared.owner == Some(func.func) && declared.ty != Type::Unknown {
            return self.zero(&declared.ty, span);
        }
        let ty = self.cx.typing.local_type(&self.cx.program, func.module, local);
        Val::new(typed(Sym::Param(func.module, local, declared.name.clone()), &ty), span)
    }

    /// A parameter of the root.
    pub(super) fn parameter(&mut self, module: u32, param: &Param) -> Val {
        let span = self.cx.program.module_at(module).local(param.local).span;
        let id = self.fresh_id();
        let sym = match param.ty.name() {
            Some("context.Context") => Sym::Context(ContextSym {
                origin: Origin::Caller,
                timeout_ms: None,
                limited: false,
                endless: false,
                span,
                id,
            }),
            _ => typed(Sym::Param(module, param.local, param.name.clone()), &param.ty),
        };
        Val::new(sym, span)
    }

    fn zero(&self, ty: &Type, span: Span) -> Val {
        let sym = match self.cx.program.resolve_alias(ty) {
            Type::Named(name) => match &**name {
                "bool" => Sym::Bool(false),
                "string" => Sym::Str("".into()),
                "time.Duration" => Sym::Int(0, Scale::Duration),
                "int" | "int8" | "int16" | "int32" | "int64" | "uint" | "uint8" | "uint16" | "uint32" | "uint64" => {
                    Sym::Int(0, Scale::Bare)
                }
                "error" => Sym::Nil,
                _ => return Val::unknown(span),
            },
            _ => return Val::unknown(span),
        };
        Val::new(sym, span)
    }

    pub(super) fn field(&mut self, base: &Val, name: &Name, ty: &Type, span: Span, state: &State<'a>) -> Val {
        if state.field(&base.sym, name).is_none()
            && let Some(val) = self.set_once(&base.sym, name)
        {
            return val;
        }
        if let Some(known) = state.field(&base.sym, name) {
            return known.clone();
        }
        match &*base.sym {
            Sym::Alloc(id) => {
                let owner = self.types[*id as usize].clone();
                if let Some(inner) = self.promoted(base, &owner, name, state) {
                    return inner;
                }
                let declared = self.cx.typing.field_of(&self.cx.program, &owner, name);
                let zero = self.zero(if declared == Type::Unknown { ty } else { &declared }, span);
                if *zero.sym != Sym::Unknown && state.filled_at(&base.sym).is_none() {
                    return zero;
                }
                Val::new(typed(Sym::Field(base.sym.clone(), name.clone()), &declared), span)
            }
            Sym::Phi(parts) => {
                let mut vals: Vec<S> = parts
                    .iter()
                    .filter(|p| ***p != Sym::Nil)
                    .map(|p| self.field(&Val { sym: p.clone(), span: base.span }, name, ty, span, state).sym)
                    .collect();
                vals.dedup();
                match vals.len() {
                    1 => Val { sym: vals.remove(0), span },
                    _ => Val {
                        sym: vals
                            .into_iter()
                            .reduce(|a, b| crate::sym::either(&a, &b))
                            .unwrap_or_else(|| Arc::new(Sym::Unknown)),
                        span,
                    },
                }
            }
            // A part of a tuple.
            Sym::List(items) if name.parse::<usize>().is_ok_and(|at| at < items.len()) => {
                name.parse::<usize>().ok().and_then(|at| items.get(at)).cloned().unwrap_or_else(|| Val::unknown(span))
            }
            Sym::Unknown | Sym::Nil => Val::unknown(span),
            _ => Val::new(typed(Sym::Field(base.sym.clone(), name.clone()), ty), span),
        }
    }

    /// Whatever variable holds it: of some classes there is one object in the process.
    fn the_only_one(&self, frame: FrameId, base: &'a Value, val: Val) -> Val {
        if *val.sym != Sym::Unknown {
            return val;
        }
        match self.static_type(frame, base).name() {
            Some(class) if self.is_single(class) => Val::new(Sym::Global(class.into()), val.span),
            _ => val,
        }
    }

    /// Whether there is one object of a class in a process.
    fn is_single(&self, class: &str) -> bool {
        crate::asked::note(crate::asked::About::Single, class);
        self.cx.single.contains(class)
    }

    /// A field that is set once, of an object of which there is one.
    fn note_single(&mut self, frame: FrameId, base: &'a Value, name: &Name, val: &Val) {
        if !matches!(&*val.sym, Sym::Field(..)) {
            return;
        }
        let ty = self.static_type(frame, base);
        let single = ty.name().is_some_and(|owner| self.is_single(owner) && self.cx.fields.is_set_once(owner, name));
        if single {
            self.out.single.insert(val.sym.clone());
        }
    }

    /// The value of a field that one place of the project sets, and sets to something that does not depend on where.
    fn set_once(&mut self, base: &Sym, name: &str) -> Option<Val> {
        if matches!(base, Sym::Alloc(_) | Sym::Object(..) | Sym::Unknown | Sym::Nil) {
            return None;
        }
        let ty = self.sym_type(base);
        let owner = self.cx.program.resolve_alias(&ty).name()?.to_owned();
        // A fact of an object of a library, which stands in a field.
        if let Some(fact) = self.fact_of_field(base, &owner, name) {
            return Some(fact);
        }
        let (val, state) = self.set_to(&owner, name)?;
        // A script object is worth its text; anything else must stand by itself.
        let sym = match &*val.sym {
            Sym::Object(..) => state.field(&val.sym, "text")?.sym.clone(),
            _ => val.sym.clone(),
        };
        stands_by_itself(&sym).then_some(Val { sym, span: val.span })
    }

    fn fact_of_field(&mut self, object: &Sym, class: &str, name: &str) -> Option<Val> {
        let Sym::Field(holder, field) = object else { return None };
        let holder = self.sym_type(holder);
        let holder = self.cx.program.resolve_alias(&holder).name()?.to_owned();
        if self.cx.program.type_decl(class).is_some() {
            return None;
        }
        let (made, state) = self.set_to(&holder, field)?;
        state.field(&made.sym, name).filter(|fact| stands_by_itself(&fact.sym)).cloned()
    }

    /// What the one place sets a field to, and what is known of it there.
    fn set_to(&mut self, owner: &str, field: &str) -> Option<(Val, State<'a>)> {
        let setter = self.cx.fields.setter(&self.cx.program, owner, field)?;
        let before = self.budget;
        let made = self.made_by_setter(&setter);
        self.budget = before;
        made
    }

    fn made_by_setter(&mut self, setter: &crate::fields::Setter<'a>) -> Option<(Val, State<'a>)> {
        let frame = self.initialiser_frame(setter.module);
        let mut state = State::new();
        for (local, call) in setter.before {
            let (after, val) = Self::first_value(self.call(frame, call, state))?;
            state = after;
            state.set_local(frame, *local, val);
        }
        let val = match (setter.computed, setter.value) {
            (Some(call), _) => {
                let (after, val) = Self::first_value(self.call(frame, call, state))?;
                state = after;
                val
            }
            (None, Some(value)) => self.eval(frame, value, &mut state),
            (None, None) => return None,
        };
        Some((val, state))
    }

    fn first_value(outs: super::call::Outs<'a>) -> Option<(State<'a>, Val)> {
        outs.into_iter().find_map(|(state, out)| match out {
            super::Out::Values(vals) => Some((state, vals.into_iter().next()?)),
            _ => None,
        })
    }

    /// A field of an embedded struct.
    fn promoted(&mut self, base: &Val, owner: &Type, name: &Name, state: &State<'a>) -> Option<Val> {
        let decl = self.cx.program.type_decl(owner.name()?)?;
        let dogpile_ir::TypeKind::Struct(fields) = &decl.kind else { return None };
        if fields.iter().any(|f| f.name == *name) {
            return None;
        }
        fields.iter().filter(|f| f.embedded).find_map(|f| {
            let inner = state.field(&base.sym, &f.name)?.clone();
            state.field(&inner.sym, name).cloned()
        })
    }

    fn index(&mut self, base: &Val, index: &Val, span: Span, state: &State<'a>) -> Val {
        if let (Sym::List(items), Some(i)) = (&*base.sym, index.sym.int())
            && let Some(item) = usize::try_from(i).ok().and_then(|i| items.get(i))
        {
            return item.clone();
        }
        match &*base.sym {
            Sym::List(items) if items.len() == 1 => items[0].clone(),
            Sym::Unknown => Val::unknown(span),
            _ => {
                let item = Val::new(Sym::Index(base.sym.clone(), index.sym.clone()), span);
                super::kept::kept_item(&item.sym, state).cloned().unwrap_or(item)
            }
        }
    }

    fn aggregate(
        &mut self,
        frame: FrameId,
        ty: &Type,
        fields: &'a [FieldInit],
        span: Span,
        state: &mut State<'a>,
    ) -> Val {
        let resolved = self.cx.program.resolve_alias(ty).clone();
        if matches!(resolved, Type::List(_) | Type::Tuple(_))
            || (resolved == Type::Unknown
                && !fields.is_empty()
                && fields.iter().all(|f| matches!(f, FieldInit::Item(_))))
        {
            let items = fields
                .iter()
                .map(|f| match f {
                    FieldInit::Item(v) | FieldInit::Named(_, v) | FieldInit::Keyed(_, v) | FieldInit::Spread(v) => {
                        self.eval(frame, v, state)
                    }
                })
                .collect();
            return Val::new(Sym::List(items), span);
        }
        if let Some(words) = self.words_built(frame, &resolved, fields, span, state) {
            return words;
        }
        let sym = self.alloc(ty.clone(), frame, span, state);
        let val = Val::new(sym, span);
        for field in fields {
            if let FieldInit::Spread(value) = field {
                let spread = self.eval(frame, value, state);
                match &*spread.sym {
                    Sym::Alloc(_) => state.copy_fields(&spread.sym, &val.sym),
                    Sym::Nil => {}
                    _ => state.set_field(val.sym.clone(), REST.into(), spread),
                }
            }
        }
        for (name, value) in named_fields(&self.cx.program, &resolved, fields) {
            let part = self.eval(frame, value, state);
            state.set_field(val.sym.clone(), name, part);
        }
        for field in fields {
            if let FieldInit::Keyed(key, value) = field {
                let key = self.eval(frame, key, state);
                let part = self.eval(frame, value, state);
                if let Some(text) = key.sym.str() {
                    state.set_field(val.sym.clone(), text.into(), part);
                }
            }
        }
        val
    }

    /// The type of what a value holds on this path, else its declared type.
    pub(super) fn type_of(&self, frame: FrameId, value: &'a Value, val: &Val) -> Type {
        self.dynamic_type(&val.sym).unwrap_or_else(|| self.static_type(frame, value))
    }

    pub(super) fn dynamic_type(&self, sym: &Sym) -> Option<Type> {
        match sym {
            Sym::Alloc(id) => Some(self.types[*id as usize].clone()).filter(|t| *t != Type::Unknown),
            Sym::Object(ty, _) => Some(Type::Named(ty.clone())),
            Sym::Phi(parts) => {
                let mut types: Vec<Type> =
                    parts.iter().filter(|p| ***p != Sym::Nil).map(|p| self.dynamic_type(p)).collect::<Option<_>>()?;
                types.dedup();
                (types.len() == 1).then(|| types.remove(0))
            }
            _ => None,
        }
    }
}

/// Whether a value is the same wherever it is read.
fn stands_by_itself(sym: &Sym) -> bool {
    matches!(sym, Sym::Str(_) | Sym::Int(..) | Sym::Bool(_))
}

pub(super) fn typed(sym: Sym, ty: &Type) -> Sym {
    match ty.name() {
        Some("time.Duration") => Sym::Scaled(Scale::Duration, Arc::new(sym)),
        Some("time.Time") => Sym::Scaled(Scale::Point, Arc::new(sym)),
        _ => sym,
    }
}

fn literal(lit: &Lit) -> Sym {
    match lit {
        Lit::Nil => Sym::Nil,
        Lit::Bool(b) => Sym::Bool(*b),
        Lit::Int(n) => Sym::Int(n.get(), Scale::Bare),
        #[allow(clippy::cast_possible_truncation)]
        Lit::Float(f) if f.fract() == 0.0 && f.abs() < 1e15 => Sym::Int(*f as i128, Scale::Bare),
        Lit::Float(f) => fraction(*f).unwrap_or(Sym::Unknown),
        Lit::Str(text) => Sym::Str(text.clone()),
    }
}

/// `0.8` is eight tenths: what it is multiplied with stays a whole number.
fn fraction(f: f64) -> Option<Sym> {
    let text = f.to_string();
    let (whole, part) = text.split_once('.')?;
    if part.len() > 6 || whole.len() > 9 {
        return None;
    }
    let number: i128 = format!("{whole}{part}").parse().ok()?;
    let per = 10_i128.pow(u32::try_from(part.len()).ok()?);
    let int = |n| Arc::new(Sym::Int(n, Scale::Bare));
    Some(Sym::Bin(dogpile_ir::BinaryOp::Div, int(number), int(per)))
}
