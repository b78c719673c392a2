//! Replies as code reads them.

use super::call::{CallSite, Outs};
use super::command::Sending;
use super::state::State;
use super::unknown::results;
use super::{Explorer, Out};
use crate::sym::{S, Scale, Sym, Val};
use dogpile_ir::Type;
use dogpile_models::{ClientId, NilReply, ReplyRow, ReplyValue, Row};
use dogpile_source::Span;
use std::sync::Arc;

/// What the server answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raw {
    Ok,
    Int(i64),
    Nil,
    /// Some text.
    Text,
    /// Some number.
    Number,
    /// The server could not be asked, or said no.
    Failure,
    /// Anything.
    Any,
}

impl<'a> Explorer<'a, '_> {
    pub(super) fn reply_values(&mut self, s: &Sending<'a>, raw: Raw, site: &CallSite<'a>) -> Vec<Val> {
        let span = site.call.span;
        let (value, error): (Sym, Sym) = match raw {
            Raw::Ok => (Sym::Str("OK".into()), Sym::Nil),
            Raw::Int(n) => (Sym::Int(i128::from(n), Scale::Bare), Sym::Nil),
            Raw::Nil => (Sym::Nil, Sym::Nil),
            // Text we do not know, but text: never nil.
            Raw::Text => (Sym::Concat(vec![Arc::new(Sym::Result(span, 0, "text".into(), vec![]))]), Sym::Nil),
            Raw::Number => {
                (Sym::Result(span, 0, "number".into(), vec![]), Sym::Result(span, 1, "error".into(), vec![]))
            }
            Raw::Failure => (Sym::Nil, Sym::Error("failure".into())),
            Raw::Any => (Sym::Result(span, 0, "reply".into(), vec![]), Sym::Result(span, 1, "error".into(), vec![])),
        };
        self.present(s.row.client, &s.reply, Arc::new(value), Arc::new(error), site)
    }

    /// The results of a call that replies with a known value.
    pub(super) fn reply_with(&mut self, s: Sending<'a>, value: S, site: &CallSite<'a>, state: State<'a>) -> Outs<'a> {
        let error = Arc::new(Sym::Result(site.call.span, 1, "error".into(), vec![]));
        let vals = self.present(s.row.client, &s.reply, value, error, site);
        vec![(state, Out::Values(vals))]
    }

    fn present(&mut self, client: ClientId, reply: &str, value: S, error: S, site: &CallSite<'a>) -> Vec<Val> {
        let span = site.call.span;
        let Some(row) = self.cx.program.models.reply(client, reply) else { return results(span, "reply", 2, &[]) };
        if row.callback {
            return vec![Val::unknown(span)];
        }
        if row.direct.is_empty() {
            return vec![Val::new(Sym::Reply(client, row.name.as_str().into(), value, error), span)];
        }
        let asked =
            (row.value == ReplyValue::Declared).then(|| declared(site.wanted)).and_then(|kind| row.by_type.get(kind));
        let as_row = asked.and_then(|name| self.cx.program.models.reply(client, name)).unwrap_or(row);
        let (value, error) = self.shape(client, as_row, &value, &error);
        row.direct.iter().map(|part| pick(part, &value, &error, span)).collect()
    }

    /// The value and error that a row turns a raw reply into.
    fn shape(&self, client: ClientId, row: &ReplyRow, value: &S, error: &S) -> (S, S) {
        let failed = matches!(&**error, Sym::Error(_));
        if **value == Sym::Nil && !failed {
            return match row.nil {
                NilReply::Error => {
                    let name = row
                        .nil_error
                        .as_deref()
                        .map_or_else(|| "nil reply".to_owned(), |n| self.cx.program.models.qualified(client, n));
                    (zero(row.value), Arc::new(Sym::Error(name.into())))
                }
                NilReply::Value => (value.clone(), error.clone()),
                NilReply::Zero => (zero(row.value), error.clone()),
            };
        }
        if failed {
            return (if row.value == ReplyValue::Raw { value.clone() } else { zero(row.value) }, error.clone());
        }
        let value = match (row.value, &**value) {
            (ReplyValue::Bool | ReplyValue::Flag, Sym::Str(_)) => Arc::new(Sym::Bool(true)),
            (ReplyValue::Bool | ReplyValue::Flag, Sym::Int(n, _)) => Arc::new(Sym::Bool(*n != 0)),
            (ReplyValue::Nothing, _) => Arc::new(Sym::Nil),
            _ => value.clone(),
        };
        (value, error.clone())
    }

    /// Whether the reply is written to what an argument points at, and the call gives an error only.
    pub(super) fn answers_elsewhere(&self, client: ClientId, reply: &str) -> bool {
        let only_error = |row: &ReplyRow| row.value == ReplyValue::Raw && row.direct.iter().all(|part| part == "error");
        self.cx.program.models.reply(client, reply).is_some_and(|row| !row.direct.is_empty() && only_error(row))
    }

    /// A method that reads a reply.
    pub(super) fn read_reply(&mut self, name: &str, site: &CallSite<'a>, state: State<'a>) -> Outs<'a> {
        let span = site.call.span;
        let Some(Sym::Reply(client, row_name, value, error)) = site.receiver.as_ref().map(|r| (*r.sym).clone()) else {
            return vec![(state, Out::Values(results(span, name, 2, &[])))];
        };
        let models = self.cx.program.models;
        let Some(row) = models.reply(client, &row_name) else {
            return vec![(state, Out::Values(results(span, name, 2, &[])))];
        };
        let Some(parts) = row.accessors.get(name) else {
            return vec![(state, Out::Values(results(span, name, 2, &[value])))];
        };
        let as_row = row.reads_as.get(name).and_then(|n| models.reply(client, n)).unwrap_or(row);
        let (value, error) = self.shape(client, as_row, &value, &error);
        let vals = parts.iter().map(|part| pick(part, &value, &error, span)).collect();
        vec![(state, Out::Values(vals))]
    }

    /// `redis.String(reply, err)`: a reply read in another form by a function.
    pub(super) fn convert_reply(
        &mut self,
        row: Row<'a>,
        reply: &str,
        error: &str,
        to: &str,
        site: &CallSite<'a>,
        state: State<'a>,
    ) -> Outs<'a> {
        let span = site.call.span;
        // `redis.String(conn.Do(...))` gives both as one tuple of temporaries.
        let value = self.path(reply, site, &state);
        let error = self.path(error, site, &state);
        let (value, error) = match self.tuple(site.call, site.frame, &state) {
            Some(all) if error.is_none() => (all.first().cloned(), all.get(1).cloned()),
            _ => (value, error),
        };
        let models = self.cx.program.models;
        let (Some(value), Some(error), Some(as_row)) = (value, error, models.reply(row.client, to)) else {
            return vec![(state, Out::Values(results(span, "convert", 2, &[])))];
        };
        let (value, error) = self.shape(row.client, as_row, &value.sym, &error.sym);
        let parts: Vec<String> =
            if as_row.direct.is_empty() { vec!["value".into(), "error".into()] } else { as_row.direct.clone() };
        let vals = parts.iter().map(|part| pick(part, &value, &error, span)).collect();
        vec![(state, Out::Values(vals))]
    }
}

/// What kind of type the code asks a reply to be.
fn declared(wanted: Option<&Type>) -> &'static str {
    match wanted {
        Some(Type::Tuple(parts)) if parts.is_empty() => "unit",
        Some(Type::Named(name)) => match &**name {
            "bool" => "bool",
            "string" => "text",
            "core.option.Option" => "option",
            "()" => "unit",
            "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => {
                "integer"
            }
            _ => "",
        },
        Some(Type::Unknown) | None => "unwritten",
        Some(_) => "",
    }
}

fn pick(part: &str, value: &S, error: &S, span: Span) -> Val {
    match part {
        "error" => Val { sym: error.clone(), span },
        _ => Val { sym: value.clone(), span },
    }
}

fn zero(kind: ReplyValue) -> S {
    Arc::new(match kind {
        ReplyValue::Bool | ReplyValue::Flag => Sym::Bool(false),
        ReplyValue::Int => Sym::Int(0, Scale::Bare),
        ReplyValue::Text => Sym::Str("".into()),
        ReplyValue::Raw | ReplyValue::Declared | ReplyValue::Nothing => Sym::Nil,
    })
}
