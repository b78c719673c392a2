//! Calls: what is called, with what; and what only looks like a call.

use crate::exprs::bare;
use crate::lowering::Lowering;
use crate::paths::{is_primitive, word};
use crate::results::wrapped;
use crate::types::{is_extractor, type_arguments};
use dogpile_ir::{Call, Callee, Lit, LocalId, QualName, Rvalue, Type, Value, ValueKind};
use syn::{Expr, ExprCall, ExprMethodCall};

/// What happens to a call's future.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    /// Nothing is said: it is awaited unless the function is known to be `async`.
    Plain,
    /// `.await` follows.
    Awaited,
    /// It is handed on as a future.
    Future,
}

/// Methods without arguments that give what they are called on, as far as a lock goes.
const SAME: &[&str] = &[
    "as_bytes",
    "as_deref",
    "as_deref_mut",
    "as_mut",
    "as_mut_slice",
    "as_ref",
    "as_slice",
    "as_str",
    "boxed",
    "boxed_local",
    "by_ref",
    "clone",
    "cloned",
    "copied",
    "fuse",
    "into",
    "into_boxed_str",
    "into_future",
    "into_owned",
    "to_owned",
    "to_string_lossy",
    "to_vec",
];

/// What stands for `Some(x)`: gives what it is given.
const SOME: &str = "Option.Some";

impl Lowering<'_> {
    pub(crate) fn call(&mut self, e: &ExprCall, mode: Mode, want: Option<Type>) -> Rvalue {
        let span = self.between(crate::spans::first(&e.func), e.paren_token.span.close());
        if let Some((kind, inner)) = wrapped(e) {
            return Rvalue::Use(match kind {
                "Ok" => {
                    let value = self.value(inner, want);
                    Self::result_tuple(value, Self::nil(span), span)
                }
                "Err" => {
                    let err = self.value(inner, None);
                    Self::result_tuple(Self::nil(span), err, span)
                }
                _ => {
                    let value = self.value(inner, want);
                    if matches!(value.kind, ValueKind::Local(_) | ValueKind::Field(..) | ValueKind::Index(..)) {
                        // What a call gave may be nothing, for all that is known; this is something.
                        return self.called(Callee::Named(SOME.into()), vec![value], true, span, span);
                    }
                    value
                }
            });
        }
        let Expr::Path(path) = bare(&e.func) else {
            let name_span = self.span(&e.func);
            let callee = match bare(&e.func) {
                Expr::Field(_) => self.place_value(&e.func, None),
                func => self.value(func, None),
            };
            let args = self.arguments(&e.args);
            return self.called(Callee::Value(Box::new(callee)), args, mode != Mode::Future, span, name_span);
        };
        let last = path.path.segments.last();
        let name_span = last.map_or(span, |s| self.at(s.ident.span()));
        if path.qself.is_none()
            && let Some(ident) = path.path.get_ident()
            && let Some(local) = self.names.local(&word(ident))
        {
            self.mention(local, true);
            let args = self.arguments(&e.args);
            let callee = Callee::Value(Box::new(Self::local_value(local, name_span)));
            return self.called(callee, args, mode != Mode::Future, span, name_span);
        }
        let name = self.qself_name(path);
        if let Some(value) = self.special(&name, path, e, mode, want, span) {
            return value;
        }
        let fact = self.names.functions.get(&name).copied();
        if fact.is_none() && Self::constructs(&path.path) {
            let items = self.arguments(&e.args);
            let ty = self.constructed(&path.path);
            return Rvalue::Use(self.aggregate(ty, items, span));
        }
        let args = match (takes_futures(&name), e.args.len()) {
            (Futures::Last, count @ 1..) => {
                let mut args = self.arguments(e.args.iter().take(count - 1));
                args.extend(e.args.last().map(|last| self.future_value(last)));
                args
            }
            (Futures::All, _) => self.futures(&e.args),
            _ => self.arguments(&e.args),
        };
        let told = last.and_then(|s| type_arguments(&s.arguments).last().map(|t| self.reply_type(t)));
        let awaited = match mode {
            Mode::Plain => !fact.is_some_and(|f| f.is_async),
            Mode::Awaited => true,
            Mode::Future => false,
        };
        let call = self.called(Callee::Named(name), args, awaited, span, name_span);
        self.names.turbofish = told.filter(|t| *t != Type::Unknown);
        call
    }

    fn called(
        &mut self,
        callee: Callee,
        args: Vec<Value>,
        awaited: bool,
        span: dogpile_source::Span,
        name_span: dogpile_source::Span,
    ) -> Rvalue {
        self.names.turbofish = None;
        Rvalue::Call(Call { callee, args, spread: false, awaited, span, name_span })
    }

    pub(crate) fn arguments<'e>(&mut self, args: impl IntoIterator<Item = &'e Expr>) -> Vec<Value> {
        let mut values = Vec::new();
        for arg in args {
            self.lent.extend(self.lends(arg));
            values.push(self.value(arg, None));
        }
        values
    }

    /// `&mut n` as an argument: the variable, which what is called may write to.
    fn lends(&self, arg: &Expr) -> Option<LocalId> {
        let Expr::Reference(reference) = bare(arg) else { return None };
        let Expr::Path(path) = bare(&reference.expr) else { return None };
        reference.mutability.and_then(|_| self.names.local(&path.path.get_ident()?.to_string()))
    }

    fn futures<'e>(&mut self, args: impl IntoIterator<Item = &'e Expr>) -> Vec<Value> {
        args.into_iter().map(|arg| self.future_value(arg)).collect()
    }

    /// Whether a path that is called builds a struct or variant: those start with a capital, functions do not.
    fn constructs(path: &syn::Path) -> bool {
        path.segments.last().is_some_and(|s| s.ident.to_string().starts_with(char::is_uppercase))
    }

    /// Calls that give one of their arguments, or a constant.
    fn special(
        &mut self,
        name: &QualName,
        path: &syn::ExprPath,
        e: &ExprCall,
        mode: Mode,
        want: Option<Type>,
        span: dogpile_source::Span,
    ) -> Option<Rvalue> {
        let parts: Vec<String> = path.path.segments.iter().map(|s| s.ident.to_string()).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let tail = match parts.as_slice() {
            [.., ty, method] => (*ty, *method),
            _ => ("", parts.first().copied().unwrap_or("")),
        };
        if let Some(spawned) = self.spawn_call(name, e, mode, span) {
            return Some(spawned);
        }
        let args: Vec<&Expr> = e.args.iter().collect();
        if let (true, [one]) = (is_extractor(name), args.as_slice()) {
            return Some(Rvalue::Use(self.value(one, want)));
        }
        Some(Rvalue::Use(match (tail, args.as_slice()) {
            (("Box", "pin"), [one]) => self.future_value(one),
            (("Box" | "Arc" | "Rc" | "Pin" | "Cow", "new" | "from" | "Borrowed" | "Owned"), [one]) => {
                self.value(one, want)
            }
            (("Arc" | "Rc", "clone"), [one]) => self.place_value(one, want),
            (("String", "from") | ("Some", "from"), [one]) => self.value(one, want),
            (("String", "new"), []) => Self::text_value("", span),
            (("Vec" | "VecDeque" | "HashSet" | "BTreeSet", "new" | "with_capacity"), args) => {
                for arg in args {
                    self.value(arg, None);
                }
                let ty = match want {
                    Some(ty @ Type::List(_)) => ty,
                    _ => Type::List(Box::new(
                        type_arguments_before_last(&path.path).first().map_or(Type::Unknown, |t| self.ty(t)),
                    )),
                };
                self.aggregate(ty, vec![], span)
            }
            (("HashMap" | "BTreeMap", "new" | "with_capacity"), args) => {
                for arg in args {
                    self.value(arg, None);
                }
                let ty = match want {
                    Some(ty @ Type::Map(..)) => ty,
                    _ => Type::Map(Box::default(), Box::default()),
                };
                self.aggregate(ty, vec![], span)
            }
            ((ty, "from"), [one]) if is_primitive(ty) => {
                let value = self.value(one, None);
                Value::new(ValueKind::Convert(Type::Named(ty.into()), Box::new(value)), span)
            }
            _ => return None,
        }))
    }

    pub(crate) fn method_call(&mut self, e: &ExprMethodCall, mode: Mode, want: Option<Type>) -> Rvalue {
        let span = self.between(crate::spans::first(&e.receiver), e.paren_token.span.close());
        let name = word(&e.method);
        let name_span = self.at(e.method.span());
        if e.args.is_empty() {
            if SAME.contains(&name.as_str()) {
                return Rvalue::Use(self.place_value(&e.receiver, want));
            }
            if matches!(name.as_str(), "to_string" | "into_string") {
                let value = self.place_value(&e.receiver, None);
                if matches!(value.kind, ValueKind::Lit(Lit::Str(_)) | ValueKind::Concat(_))
                    || self.type_of(&value) == Type::Named("string".into())
                {
                    return Rvalue::Use(value);
                }
                let receiver = Box::new(value);
                return self.called(Callee::Method { receiver, name: name.into() }, vec![], true, span, name_span);
            }
        }
        if let Some(spawned) = self.spawn_method(e, &name, mode, span) {
            return spawned;
        }
        if let Some(once) = self.once(e, &name, span) {
            return once;
        }
        let receiver = self.place_value(&e.receiver, None);
        let args = if name == "block_on" { self.futures(&e.args) } else { self.arguments(&e.args) };
        let told = e
            .turbofish
            .as_ref()
            .and_then(|t| {
                t.args
                    .iter()
                    .filter_map(|a| if let syn::GenericArgument::Type(t) = a { Some(t) } else { None })
                    .next_back()
            })
            .map(|t| self.reply_type(t));
        let awaited = match mode {
            Mode::Plain => !self.names.method(&name).is_some_and(|f| f.is_async),
            Mode::Awaited => true,
            Mode::Future => false,
        };
        let callee = Callee::Method { receiver: Box::new(receiver), name: name.into() };
        let call = self.called(callee, args, awaited, span, name_span);
        self.names.turbofish = told.filter(|t| *t != Type::Unknown);
        call
    }
}

/// Which arguments of a function are futures that run inside it.
enum Futures {
    None,
    Last,
    All,
}

fn takes_futures(name: &str) -> Futures {
    match name.rsplit(['.', ':']).next().unwrap_or("") {
        _ if !name.contains(['.', ':']) => Futures::None,
        "timeout" | "timeout_at" | "unconstrained" | "block_on" | "abortable" => Futures::Last,
        "select" | "join" | "join3" | "try_join" | "try_select" => Futures::All,
        _ => Futures::None,
    }
}

/// Type arguments of the part before the last (`Vec::<String>::new`).
fn type_arguments_before_last(path: &syn::Path) -> Vec<&syn::Type> {
    let count = path.segments.len();
    if count < 2 { vec![] } else { type_arguments(&path.segments[count - 2].arguments) }
}
