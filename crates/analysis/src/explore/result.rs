//! Rust's results and options: two results and a value or nil, and the methods that take them apart.

use super::call::{CallSite, Outs};
use super::control::split;
use super::failure::made_at;
use super::state::State;
use super::{Explorer, Out};
use crate::fold::binary;
use crate::sym::{FrameId, S, Sym, Val, is_result_error};
use dogpile_ir::{BinaryOp, Lang, Lit, Type, Value, ValueKind};
use dogpile_source::Span;
use std::sync::Arc;

/// A result taken apart: its value and its error (nil where it is fine). An option has no error.
struct Parts {
    value: Val,
    error: Option<Val>,
}

impl Parts {
    /// A truth value: there is something to take.
    fn fine(&self) -> Val {
        let (side, op) = match &self.error {
            Some(error) => (error, BinaryOp::Eq),
            None => (&self.value, BinaryOp::Ne),
        };
        Val { sym: Arc::new(binary(op, &side.sym, &nil())), span: side.span }
    }
}

fn nil() -> S {
    Arc::new(Sym::Nil)
}

impl<'a> Explorer<'a, '_> {
    /// A method that every result or option has; `None`: it is none of them, or the receiver has a method of its own.
    pub(super) fn result_method(&mut self, name: &str, site: &CallSite<'a>, state: &State<'a>) -> Option<Outs<'a>> {
        if self.lang(site.frame) != Lang::Rust {
            return None;
        }
        let receiver = site.receiver.clone()?;
        let parts = match &*receiver.sym {
            Sym::List(items) if items.len() == 2 && is_result_error(&items[1].sym) => {
                Parts { value: items[0].clone(), error: Some(items[1].clone()) }
            }
            // A handle that was given is an option with something in it.
            Sym::Object(..) | Sym::Alloc(_) if takes_option(name) => Parts { value: receiver, error: None },
            Sym::Object(..) | Sym::Alloc(_) | Sym::Reply(..) | Sym::Command(..) | Sym::List(_) => return None,
            _ => Parts { value: receiver, error: None },
        };
        let state = state.clone();
        let span = site.call.span;
        let arg = site.args.first().cloned();
        Some(match name {
            "is_ok" | "is_some" => vec![(state, Out::Values(vec![parts.fine()]))],
            "is_err" | "is_none" => {
                let fine = parts.fine();
                let sym = match &*fine.sym {
                    Sym::Bool(known) => Sym::Bool(!known),
                    _ => Sym::Not(fine.sym.clone()),
                };
                vec![(state, Out::Values(vec![Val::new(sym, span)]))]
            }
            "unwrap" | "expect" => self.either(parts, state, |_, parts, state, fine| {
                let raised = Val::new(Sym::Error("panic".into()), span);
                vec![(state, if fine { Out::Values(vec![parts.value.clone()]) } else { Out::Raise(raised) })]
            }),
            // A future has a method of this name, too; what follows it gets what it gave.
            "then" | "then_some" if name == "then_some" || arg.as_ref().is_some_and(|f| self.asks_nothing(f)) => {
                let (yes, no) = split(&parts.value, state);
                let mut outs = match yes {
                    Some(state) if name == "then" => self.run_given(arg.as_ref(), vec![], site, state),
                    Some(state) => vec![(state, Out::Values(arg.into_iter().collect()))],
                    None => vec![],
                };
                outs.iter_mut().for_each(|(state, out)| is_there(span, state, out));
                outs.extend(no.map(|state| (state, Out::Values(vec![Val::new(Sym::Nil, span)]))));
                outs
            }
            "unwrap_or" => self.either(parts, state, |_, parts, state, fine| {
                let other = arg.clone().unwrap_or_else(|| Val::unknown(span));
                vec![(state, Out::Values(vec![if fine { parts.value.clone() } else { other }]))]
            }),
            "unwrap_or_default" => self.either(parts, state, |_, parts, state, fine| {
                let zero = match &*parts.value.sym {
                    Sym::Bool(_) => Sym::Bool(false),
                    Sym::Int(_, scale) => Sym::Int(0, *scale),
                    Sym::Str(_) | Sym::Concat(_) | Sym::PerProcess(_) => Sym::Str("".into()),
                    // A failure has no value to tell the type by; what is asked of it next is whether it is true.
                    Sym::Nil => Sym::Bool(false),
                    _ => Sym::Unknown,
                };
                vec![(state, Out::Values(vec![if fine { parts.value.clone() } else { Val::new(zero, span) }]))]
            }),
            "unwrap_or_else" => self.either(parts, state, |this, parts, state, fine| {
                if fine {
                    return vec![(state, Out::Values(vec![parts.value.clone()]))];
                }
                let given = parts.error.clone().into_iter().collect();
                this.run_given(arg.as_ref(), given, site, state)
            }),
            "ok" => self.either(parts, state, |_, parts, state, fine| {
                vec![(state, Out::Values(vec![if fine { parts.value.clone() } else { Val::new(Sym::Nil, span) }]))]
            }),
            "err" => {
                let error = parts.error.unwrap_or_else(|| Val::unknown(span));
                vec![(state, Out::Values(vec![error]))]
            }
            "ok_or" | "ok_or_else" => self.either(parts, state, |_, parts, state, fine| {
                let error = if fine { Sym::Nil } else { Sym::Error(made_at(span)) };
                let value = if fine { parts.value.clone() } else { Val::new(Sym::Nil, span) };
                vec![(state, Out::Values(vec![value, Val::new(error, span)]))]
            }),
            "map" if parts.error.is_none() && state.truth(&parts.fine().sym) == Some(true) => {
                // Of what is there something is made that is there.
                let mut outs = self.run_given(arg.as_ref(), vec![parts.value.clone()], site, state);
                outs.iter_mut().for_each(|(state, out)| is_there(span, state, out));
                outs
            }
            "map" => self.either(parts, state, |this, parts, state, fine| {
                if !fine {
                    return vec![(state, Out::Values(whole(Val::new(Sym::Nil, span), parts.error.clone())))];
                }
                let error = parts.error.clone();
                with_error(this.run_given(arg.as_ref(), vec![parts.value.clone()], site, state), error)
            }),
            "and_then" => self.either(parts, state, |this, parts, state, fine| {
                if fine {
                    return this.run_given(arg.as_ref(), vec![parts.value.clone()], site, state);
                }
                vec![(state, Out::Values(whole(Val::new(Sym::Nil, span), parts.error.clone())))]
            }),
            "or_else" => self.either(parts, state, |this, parts, state, fine| {
                if fine {
                    return vec![(state, Out::Values(whole(parts.value.clone(), parts.error.clone())))];
                }
                this.run_given(arg.as_ref(), parts.error.clone().into_iter().collect(), site, state)
            }),
            // Nothing is fine, too; what is there may have gone wrong.
            "transpose" if parts.error.is_none() => self.either(parts, state, |_, parts, state, there| {
                let nothing = || Val::new(Sym::Nil, span);
                let made = match there {
                    false => vec![nothing(), nothing()],
                    true => result_in(&parts.value.sym).unwrap_or_else(|| {
                        let error = Sym::Result(span, 1, "transpose".into(), vec![]);
                        vec![parts.value.clone(), Val::new(error, span)]
                    }),
                };
                vec![(state, Out::Values(made))]
            }),
            "transpose" => vec![(state, Out::Values(whole(parts.value, parts.error)))],
            // Of what nobody knows, the value that a result holds may be nothing, and the result fine.
            "map_err" | "context" | "with_context" | "wrap_err" | "wrap_err_with" | "change_context"
                if parts.error.is_none()
                    && matches!(&*parts.value.sym, Sym::Result(..))
                    && state.truth(&parts.fine().sym).is_none() =>
            {
                let error = Val::new(Sym::Error(format!("made at {}:{}", span.file.0, span.start).into()), span);
                vec![
                    (state.clone(), Out::Values(vec![parts.value, Val::new(Sym::Nil, span)])),
                    (state, Out::Values(vec![Val::new(Sym::Nil, span), error])),
                ]
            }
            "map_err" | "context" | "with_context" | "inspect_err" | "wrap_err" | "wrap_err_with"
            | "change_context" => {
                self.either(parts, state, |this, parts, mut state, fine| {
                    let error = parts.error.clone().unwrap_or_else(|| Val::new(Sym::Nil, span));
                    if !fine && name.ends_with("_err") {
                        // What the closure does (it logs, counts) is done; what it makes is an error all the same.
                        let outs = this.run_given(arg.as_ref(), vec![error.clone()], site, state.clone());
                        if let Some((after, Out::Values(_))) = outs.into_iter().next() {
                            state = after;
                        }
                    }
                    let error = match (&parts.error, fine) {
                        (None, false) => Val::new(Sym::Error(made_at(span)), span),
                        _ => error,
                    };
                    vec![(state, Out::Values(vec![parts.value.clone(), error]))]
                })
            }
            "map_or" | "is_ok_and" | "is_some_and" => self.either(parts, state, |this, parts, state, fine| {
                let (default, function) = if name == "map_or" {
                    (arg.clone().unwrap_or_else(|| Val::unknown(span)), site.args.get(1))
                } else {
                    (Val::new(Sym::Bool(false), span), arg.as_ref())
                };
                if !fine {
                    return vec![(state, Out::Values(vec![default]))];
                }
                this.run_given(function, vec![parts.value.clone()], site, state)
            }),
            "as_ref" | "as_mut" | "as_deref" | "as_deref_mut" | "cloned" | "copied" | "take" | "inspect" | "as_str"
            | "as_bytes" | "as_slice" => {
                vec![(state, Out::Values(whole(parts.value, parts.error)))]
            }
            _ => return None,
        })
    }

    /// Whether a call that gave a Rust result was fine, where this path knows.
    pub(super) fn was_fine(&self, frame: FrameId, vals: &[Val], state: &State<'a>) -> Option<bool> {
        let [_, error] = vals else { return state.fine };
        if self.lang(frame) != Lang::Rust {
            return None;
        }
        let none = crate::fold::binary(BinaryOp::Eq, &error.sym, &Sym::Nil.into());
        state.truth(&none.into())
    }

    /// `Err(e)` is an error, whatever it was made of.
    pub(super) fn made_error(&self, frame: FrameId, values: &[Value], vals: &mut [Val], state: &mut State<'a>) {
        let nothing = |v: &Value| matches!(v.kind, ValueKind::Lit(Lit::Nil));
        let ([value, error], [_, made]) = (values, vals) else { return };
        if self.lang(frame) != Lang::Rust || !nothing(value) || nothing(error) {
            return;
        }
        let name = match &*made.sym {
            Sym::Unknown => made_at(made.span),
            Sym::Global(variant) => variant.clone(),
            _ => return state.is_something(&made.sym),
        };
        *made = Val::new(Sym::Error(name), made.span);
    }

    /// Whether a value is of a variant, where this path built it as one of the same enum.
    pub(super) fn is_variant(&self, sym: &Sym, ty: &Type) -> Option<bool> {
        let built = match sym {
            Sym::Global(name) | Sym::Error(name) => Type::Named(name.clone()),
            Sym::Alloc(_) => self.dynamic_type(sym)?,
            _ => return None,
        };
        let (built, asked) = (self.cx.program.canonical(built.name()?), self.cx.program.canonical(ty.name()?));
        let same_enum = matches!((built.rsplit_once('.'), asked.rsplit_once('.')), (Some((a, _)), Some((b, _))) if a == b && a.contains('.'));
        same_enum.then(|| built == asked)
    }

    /// Both sides of a result, where each is possible.
    fn either(
        &mut self,
        parts: Parts,
        state: State<'a>,
        mut side: impl FnMut(&mut Self, &Parts, State<'a>, bool) -> Outs<'a>,
    ) -> Outs<'a> {
        let (fine, not) = split(&parts.fine(), state);
        let mut outs = Vec::new();
        if let Some(state) = fine {
            outs.extend(side(self, &parts, state, true));
        }
        if let Some(state) = not {
            outs.extend(side(self, &parts, state, false));
        }
        outs
    }

    /// A closure without parameters.
    fn asks_nothing(&self, function: &Val) -> bool {
        matches!(&*function.sym, Sym::Func(f, _) if self.cx.program.function(*f).params.is_empty())
    }

    /// Runs a function value that was given to a method.
    fn run_given(&mut self, function: Option<&Val>, args: Vec<Val>, site: &CallSite<'a>, state: State<'a>) -> Outs<'a> {
        match function.map(|f| (*f.sym).clone()) {
            Some(Sym::Func(f, home)) => self.invoke(f, home, None, args, site.call, site.frame, state),
            _ => vec![(state, Out::Values(vec![Val::unknown(site.call.span)]))],
        }
    }
}

/// The result that an option holds, where there is something in it.
fn result_in(sym: &Sym) -> Option<Vec<Val>> {
    match sym {
        Sym::List(items) if items.len() == 2 && is_result_error(&items[1].sym) => Some(items.clone()),
        Sym::Phi(parts) => parts.iter().find_map(|part| result_in(part)),
        _ => None,
    }
}

/// What a function gave is an option with something in it.
fn is_there(span: Span, state: &mut State<'_>, out: &mut Out) {
    if let Out::Values(vals) = out {
        let given = vals.first().filter(|val| *val.sym != Sym::Unknown).cloned();
        let there = given.unwrap_or_else(|| Val::new(Sym::Result(span, 0, "there".into(), vec![]), span));
        state.is_something(&there.sym);
        *vals = vec![there];
    }
}

/// An option's one value, or a result's two.
fn whole(value: Val, error: Option<Val>) -> Vec<Val> {
    std::iter::once(value).chain(error).collect()
}

/// Results of a function put beside the error that there was none of.
fn with_error(outs: Outs<'_>, error: Option<Val>) -> Outs<'_> {
    outs.into_iter()
        .map(|(state, out)| match out {
            Out::Values(vals) => {
                let value = vals.into_iter().next();
                (state, Out::Values(value.into_iter().chain(error.clone()).collect()))
            }
            other => (state, other),
        })
        .collect()
}

/// Whether nothing but an option or a result is asked this.
fn takes_option(name: &str) -> bool {
    matches!(name, "ok_or" | "ok_or_else" | "is_some" | "is_none" | "unwrap" | "expect")
}
