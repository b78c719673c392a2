//! Values that calls of libraries give: tokens, times, texts, errors.

use super::call::{CallSite, Outs};
use super::failure::made_at;
use super::state::State;
use super::{Explorer, Out};
use crate::sym::{S, Scale, Sym, Val, concat};
use dogpile_models::{Row, ValueKind};
use std::sync::Arc;

impl<'a> Explorer<'a, '_> {
    /// What a call gives that does nothing else.
    pub(super) fn valued(
        &mut self,
        kind: ValueKind,
        row: Row<'a>,
        site: &CallSite<'a>,
        mut state: State<'a>,
    ) -> Outs<'a> {
        let mut vals = match (kind, &site.receiver) {
            (ValueKind::Told, Some(flag)) if state.field(&flag.sym, "told").is_some() => {
                state.field(&flag.sym, "told").cloned().into_iter().collect()
            }
            _ => self.value_of(kind, row, site),
        };
        if kind == ValueKind::Present {
            state.is_something(&vals[0].sym);
        }
        // Rust says it where a value can fail; these never do, and are no result to be taken apart.
        if self.lang(site.frame) == dogpile_ir::Lang::Rust && cannot_fail(kind) {
            vals.truncate(1);
        }
        vec![(state, Out::Values(vals))]
    }

    pub(super) fn value_of(&mut self, kind: ValueKind, row: Row<'a>, site: &CallSite<'a>) -> Vec<Val> {
        let span = site.call.span;
        let receiver = site.receiver.as_ref();
        let arg = |i: usize| site.args.get(i);
        let name: Arc<str> = row.call.name.first().map_or("", String::as_str).into();
        let given: Vec<S> = receiver.into_iter().chain(&site.args).map(|v| v.sym.clone()).collect();
        let pure = || Sym::Result(span, 0, name.clone(), given.clone());
        let sym = match kind {
            ValueKind::Fresh => Sym::Fresh(span),
            ValueKind::RandomBelow | ValueKind::Random => Sym::Fresh(span),
            ValueKind::ContextDone => match receiver {
                Some(r) => Sym::Done(r.sym.clone()),
                None => pure(),
            },
            ValueKind::ContextError => Sym::Result(span, 0, "Context.Err".into(), given),
            ValueKind::TimeAdd | ValueKind::TimeOfUnix => Sym::Scaled(Scale::Point, Arc::new(pure())),
            ValueKind::Elapsed => Sym::Scaled(Scale::Duration, Arc::new(pure())),
            ValueKind::PerProcess => Sym::PerProcess(span),
            ValueKind::Environment => {
                let mut vals = super::unknown::results(span, &site.call_name(), 2, &given);
                if arg(0).and_then(|name| name.sym.str()).is_some_and(names_a_host) {
                    vals[0] = Val::new(Sym::PerProcess(span), span);
                }
                return vals;
            }
            ValueKind::Clock => Sym::Clock(span, Scale::Point),
            ValueKind::UnixSeconds | ValueKind::UnixMillis | ValueKind::UnixNanos => match receiver.map(|r| &*r.sym) {
                Some(Sym::Clock(at, _)) => Sym::Clock(*at, Scale::Point),
                Some(s) if s.any(&mut |x| matches!(x, Sym::Clock(..))) => Sym::Clock(span, Scale::Point),
                _ => Sym::Scaled(Scale::Point, Arc::new(pure())),
            },
            ValueKind::Format => crate::format::sprintf(&site.args, &name, span),
            ValueKind::Concat => concat(site.args.iter().map(|a| a.sym.clone()).collect()),
            ValueKind::Join => match (arg(0).map(|a| &*a.sym), arg(1).map(|a| a.sym.clone())) {
                (Some(Sym::List(items)), Some(sep)) => {
                    let mut parts = Vec::new();
                    for (i, item) in items.iter().enumerate() {
                        if i > 0 {
                            parts.push(sep.clone());
                        }
                        parts.push(item.sym.clone());
                    }
                    concat(parts)
                }
                _ => pure(),
            },
            ValueKind::Pure | ValueKind::Told => {
                let mut made = given.clone();
                made.retain(|s| **s != Sym::Nil);
                Sym::Result(span, 0, name.clone(), made)
            }
            ValueKind::Same => match arg(0).or(receiver) {
                Some(v) => return vec![v.clone(), Val::new(Sym::Result(span, 1, name, given), span)],
                None => pure(),
            },
            ValueKind::Text => match arg(0) {
                Some(v) if *v.sym == Sym::Nil => nothing(&["null", "undefined"]),
                Some(v) => return vec![v.clone(), Val::new(Sym::Result(span, 1, name, given), span)],
                None => Sym::Str("".into()),
            },
            // A division of whole numbers gives one already.
            ValueKind::Floor => match arg(0).map(|v| &*v.sym) {
                Some(Sym::Int(n, scale)) => Sym::Int(*n, *scale),
                Some(point) if point.scale() == Scale::Point => Sym::Scaled(Scale::Point, Arc::new(pure())),
                _ => pure(),
            },
            ValueKind::Present => match arg(0).map(|v| &*v.sym) {
                Some(Sym::Unknown) | None => pure(),
                Some(known) => known.clone(),
            },
            ValueKind::Promisified => match arg(0).map(|f| &*f.sym) {
                Some(Sym::Field(object, method)) => Sym::Field(object.clone(), dogpile_models::promised(method).into()),
                Some(Sym::Bound(object, method)) => Sym::Bound(object.clone(), dogpile_models::promised(method).into()),
                Some(function) => function.clone(),
                None => pure(),
            },
            ValueKind::Error => Sym::Error(made_at(span)),
            ValueKind::WrapsError => site
                .args
                .iter()
                .rev()
                .find_map(|a| match &*a.sym {
                    Sym::Error(_) => Some((*a.sym).clone()),
                    _ => None,
                })
                .unwrap_or_else(|| Sym::Error(made_at(span))),
            ValueKind::ErrorIs => match (arg(0), arg(1)) {
                (Some(a), Some(b)) => match crate::fold::equal(&a.sym, &b.sym) {
                    Some(t) => Sym::Bool(t),
                    None if *a.sym == Sym::Nil => Sym::Bool(false),
                    None => pure(),
                },
                (Some(error), None) => match &*error.sym {
                    Sym::Nil => Sym::Bool(false),
                    Sym::Error(what) => Sym::Bool(self.cx.program.models.is_nil_reply(row.client, what)),
                    _ => pure(),
                },
                _ => pure(),
            },
            ValueKind::DurationSeconds => rescale(receiver, Scale::Seconds, 1_000_000_000).unwrap_or_else(pure),
            ValueKind::DurationMillis => rescale(receiver, Scale::Millis, 1_000_000).unwrap_or_else(pure),
            ValueKind::DurationNanos => rescale(receiver, Scale::Nanos, 1).unwrap_or_else(pure),
            ValueKind::DurationOfHours => duration_of(arg(0), 3_600_000_000_000).unwrap_or_else(pure),
            ValueKind::DurationOfMinutes => duration_of(arg(0), 60_000_000_000).unwrap_or_else(pure),
            ValueKind::DurationOfSeconds => duration_of(arg(0), 1_000_000_000).unwrap_or_else(pure),
            ValueKind::DurationOfMillis => duration_of(arg(0), 1_000_000).unwrap_or_else(pure),
            ValueKind::DurationOfMicros => duration_of(arg(0), 1_000).unwrap_or_else(pure),
            ValueKind::DurationOfNanos => duration_of(arg(0), 1).unwrap_or_else(pure),
            ValueKind::ParseMillis => {
                match arg(0).and_then(|a| a.sym.str()).and_then(dogpile_source::parse_duration_ms) {
                    Some(ms) => Sym::Int(i128::from(ms), Scale::Millis),
                    None => Sym::Scaled(Scale::Millis, Arc::new(pure())),
                }
            }
            ValueKind::ParseDuration => {
                match arg(0).and_then(|a| a.sym.str()).and_then(dogpile_source::parse_duration_ms) {
                    Some(ms) => Sym::Int(i128::from(ms) * 1_000_000, Scale::Duration),
                    None => Sym::Scaled(Scale::Duration, Arc::new(pure())),
                }
            }
        };
        vec![Val::new(sym, span), Val::new(Sym::Nil, span)]
    }
}

/// One of the words that say that there is nothing: `null` and `undefined` are one value here.
pub(super) fn nothing(words: &[&str]) -> Sym {
    let words = words.iter().map(|word| Arc::new(Sym::Str((*word).into())));
    words.reduce(|a, b| crate::sym::either(&a, &b)).map_or(Sym::Unknown, |both| (*both).clone())
}

/// Variables by which a process tells where it runs.
fn names_a_host(variable: &str) -> bool {
    ["HOSTNAME", "HOST", "COMPUTERNAME", "POD_NAME", "NODE_NAME", "DYNO"].contains(&variable)
}

/// Times made of numbers, and numbers of times.
pub(super) fn cannot_fail(kind: ValueKind) -> bool {
    matches!(
        kind,
        ValueKind::Clock
            | ValueKind::Present
            | ValueKind::Told
            | ValueKind::DurationSeconds
            | ValueKind::DurationMillis
            | ValueKind::DurationNanos
            | ValueKind::DurationOfHours
            | ValueKind::DurationOfMinutes
            | ValueKind::DurationOfSeconds
            | ValueKind::DurationOfMillis
            | ValueKind::DurationOfMicros
            | ValueKind::DurationOfNanos
    )
}

fn rescale(receiver: Option<&Val>, scale: Scale, per: i128) -> Option<Sym> {
    let receiver = receiver?;
    Some(match &*receiver.sym {
        Sym::Int(n, Scale::Duration) => Sym::Int(n / per, scale),
        _ => Sym::Scaled(scale, receiver.sym.clone()),
    })
}

/// A duration of so many units; of a number that is not known, a duration all the same.
fn duration_of(number: Option<&Val>, nanos: i128) -> Option<Sym> {
    let number = number?;
    match &*number.sym {
        Sym::Int(n, _) => Some(Sym::Int(n.checked_mul(nanos)?, Scale::Duration)),
        _ => Some(Sym::Scaled(Scale::Duration, number.sym.clone())),
    }
}
