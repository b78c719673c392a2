//! Scripts on a path: run once in the sandbox, then treated by what they do.

use super::Explorer;
use super::call::{CallSite, Outs};
use super::command::Sending;
use super::record::{GuardFact, Lease, LeaseUnit};
use super::reply::Raw;
use super::state::{State, Status};
use crate::sym::{Sym, Val};
use crate::typing::Evidence;
use dogpile_ir::Type;
use dogpile_models::{Does, KeysRow, Row};
use dogpile_redis::{ArgRef, KeyRef, Limits, Reply, ScriptClass, ScriptProbe, ScriptTtl, TimeUnit, classify};
use std::sync::Arc;

impl<'a> Explorer<'a, '_> {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn eval_script(
        &mut self,
        row: Row<'a>,
        evidence: Evidence,
        script: &str,
        keys: &KeysRow,
        args: &str,
        reply: &str,
        site: CallSite<'a>,
        state: State<'a>,
    ) -> Outs<'a> {
        self.note_context_use(&site, &state);
        let s = self.sending(row, evidence, reply, "EVAL", &site, &state);
        let (text, keys, rest) = self.script_given(script, keys, args, &site, &state);
        self.run_script(s, &text, keys, rest, &site, state)
    }

    /// A script's call that is made now and sent later is a command, where its text and its keys are known.
    pub(super) fn script_made(
        &mut self,
        row: Row<'a>,
        script: &str,
        keys: &KeysRow,
        args: &str,
        site: &CallSite<'a>,
        state: &mut State<'a>,
    ) -> Val {
        let span = site.call.span;
        let (text, keys, rest) = self.script_given(script, keys, args, site, state);
        let words = vector(&text, keys.as_deref(), &rest, span);
        if words.is_empty() {
            self.note_opaque(state);
            return Val::unknown(span);
        }
        self.new_command(row, None, words.to_vec(), span, state)
    }

    /// The text of a script, its keys as far as they are told from its arguments, and those.
    fn script_given(
        &mut self,
        script: &str,
        keys: &KeysRow,
        args: &str,
        site: &CallSite<'a>,
        state: &State<'a>,
    ) -> (Val, Option<Vec<Val>>, Vec<Val>) {
        let text = match self.path(script, site, state) {
            Some(val) => match &*val.sym {
                Sym::Object(..) | Sym::Alloc(_) => state.field(&val.sym, "text").cloned().unwrap_or(val),
                _ => val,
            },
            None => Val::unknown(site.call.span),
        };
        let mut rest = self.path_list(args, site, state);
        if let [one] = rest.as_slice()
            && let Sym::List(items) = &*one.sym
        {
            rest = items.clone();
        }
        let keys = match keys {
            KeysRow::List(path) => match self.path(path, site, state).map(|v| v.sym) {
                Some(sym) => match fullest(&sym) {
                    Sym::List(items) => Some(items.clone()),
                    Sym::Nil => Some(vec![]),
                    Sym::Str(_) | Sym::Concat(_) => Some(vec![Val { sym: sym.clone(), span: site.call.span }]),
                    _ => None,
                },
                None => None,
            },
            KeysRow::Flat { count } => {
                let n = self.path(count, site, state).and_then(|v| v.sym.int()).and_then(|n| usize::try_from(n).ok());
                take(&mut rest, n)
            }
            KeysRow::Kept { kept } => {
                let n = site
                    .receiver
                    .as_ref()
                    .and_then(|r| state.field(&r.sym, kept))
                    .and_then(|v| v.sym.int())
                    .and_then(|n| usize::try_from(n).ok());
                take(&mut rest, n)
            }
        };
        (text, keys, rest)
    }

    /// A script that a client, of this type as far as known, has as a method: keys first, then arguments.
    pub(super) fn run_defined(
        &mut self,
        command: &crate::defined::Command,
        ty: &Type,
        site: CallSite<'a>,
        state: State<'a>,
    ) -> Outs<'a> {
        let language = crate::typing::lang(self.cx.program.module(self.frame(site.frame).func));
        let of_type = ty.name().and_then(|owner| command.row_of(&self.cx.program, &self.cx.program.canonical(owner)));
        let row = of_type.or_else(|| {
            let mut rows = self.cx.program.models.by_method_name(language, &command.by, command.given).into_iter();
            rows.find(|row| matches!(row.call.does, Does::DefinesCommand { .. }))
        });
        let mut rest = site.args.clone();
        let count = match command.keys {
            Some(n) => Some(n),
            None if rest.is_empty() => None,
            None => rest.remove(0).sym.int().and_then(|n| usize::try_from(n).ok()),
        };
        // With fewer arguments than the script has keys, it is another method of that name.
        let fits = count.is_none_or(|n| n <= rest.len());
        let Some(row) = row.filter(|_| fits) else { return self.unknown(site.call_name(), site, state) };
        self.note_context_use(&site, &state);
        let s = self.sending(row, Evidence::Import, &command.reply, "EVAL", &site, &state);
        let keys = take(&mut rest, count);
        let text = Val::new(Sym::Str(command.script.clone()), site.call.span);
        self.run_script(s, &text, keys, rest, &site, state)
    }

    pub(super) fn run_script(
        &mut self,
        mut s: Sending<'a>,
        text: &Val,
        keys: Option<Vec<Val>>,
        args: Vec<Val>,
        site: &CallSite<'a>,
        mut state: State<'a>,
    ) -> Outs<'a> {
        let class = match text.sym.str() {
            Some(text) => self.classified(text, keys.as_ref().map(Vec::len), Some(args.len())),
            None => Arc::new(ScriptClass::NotUnderstood { why: "its text is not known here".to_owned() }),
        };
        let span = site.call.span;
        s.op.words = vector(text, keys.as_deref(), &args, span);
        let keys = keys.unwrap_or_default();
        let key_of = |k: &KeyRef| match k {
            KeyRef::Key(i) => keys.get(*i).cloned().unwrap_or_else(|| Val::unknown(span)),
            KeyRef::Arg(i) => args.get(*i).cloned().unwrap_or_else(|| Val::unknown(span)),
            KeyRef::Text(text) => Val::new(Sym::Str(text.as_str().into()), span),
            KeyRef::Derived => Val::unknown(span),
        };
        let arg_of = |a: &ArgRef| match a {
            ArgRef::Arg(i) => args.get(*i).cloned(),
            ArgRef::Const(text) => Some(Val::new(Sym::Str(text.as_str().into()), span)),
            ArgRef::Unknown => None,
        };
        let lease_of = |ttl: &Option<ScriptTtl>| match ttl {
            None => Lease::Absent,
            Some(ttl) => match arg_of(&ttl.value) {
                Some(val) => {
                    let val = match val.sym.str().and_then(|t| t.parse::<i128>().ok()) {
                        Some(n) => Val::new(Sym::Int(n, crate::sym::Scale::Bare), val.span),
                        None => val,
                    };
                    Lease::Value(val, unit(ttl.unit))
                }
                None => Lease::Unknown,
            },
        };
        match &*class {
            ScriptClass::Acquire { key, token, ttl, reentrant, loser_extends, won, lost } => {
                s.op.command = "EVAL set-if-absent".to_owned();
                let replies = (raw(won), raw(lost));
                self.acquire(
                    s,
                    key_of(key),
                    lease_of(ttl),
                    arg_of(token),
                    replies,
                    *reentrant,
                    *loser_extends,
                    site,
                    state,
                )
            }
            ScriptClass::AcquireOrRenew { key, token, ttl, won, lost, reentrant } => {
                s.op.command = "EVAL set-or-extend".to_owned();
                self.acquire(
                    s,
                    key_of(key),
                    lease_of(ttl),
                    arg_of(token),
                    (raw(won), raw(lost)),
                    *reentrant,
                    false,
                    site,
                    state,
                )
            }
            ScriptClass::Release { key, guard, .. } => {
                s.op.command = if guard.is_some() { "EVAL compare-and-delete" } else { "EVAL delete" }.to_owned();
                let guard = guard.as_ref().map_or(GuardFact::None, |g| GuardFact::Atomic(arg_of(g)));
                self.release_key(&s, &key_of(key), guard, false, &mut state);
                self.simple_reply(s, Raw::Number, site, state)
            }
            ScriptClass::Renew { key, guard, ttl, .. } => {
                s.op.command = if guard.is_some() { "EVAL compare-and-expire" } else { "EVAL expire" }.to_owned();
                let lease = lease_of(ttl);
                self.units_of_lease(&s.op, &lease, site, &state);
                let guard = guard.as_ref().map_or(GuardFact::None, |g| GuardFact::Atomic(arg_of(g)));
                self.renew_command(s, key_of(key), guard, lease, site, state)
            }
            ScriptClass::GuardedWrite { writes, .. } => {
                s.op.command = "EVAL guarded write".to_owned();
                for key in writes {
                    self.note_write(&s.op, &key_of(key), true, &state);
                    self.note_fill(&key_of(key), &state);
                }
                self.simple_reply(s, Raw::Any, site, state)
            }
            ScriptClass::Write { keys } => {
                s.op.command = "EVAL write".to_owned();
                for key in keys {
                    self.note_write(&s.op, &key_of(key), false, &state);
                }
                self.simple_reply(s, Raw::Any, site, state)
            }
            ScriptClass::Counter { .. } | ScriptClass::Read { .. } | ScriptClass::Nothing => {
                self.simple_reply(s, Raw::Any, site, state)
            }
            ScriptClass::NotUnderstood { .. } => {
                self.unknown_script(&s, &keys, &mut state);
                self.simple_reply(s, Raw::Any, site, state)
            }
        }
    }

    fn classified(&mut self, text: &str, keys: Option<usize>, args: Option<usize>) -> Arc<ScriptClass> {
        let id = (text.to_owned(), keys, args);
        if let Ok(known) = self.cx.scripts.lock()
            && let Some(class) = known.get(&id)
        {
            return class.clone();
        }
        let class = Arc::new(classify(text, ScriptProbe { keys, args }, Limits::default()));
        if let Ok(mut known) = self.cx.scripts.lock() {
            known.insert(id, class.clone());
        }
        class
    }

    /// A write that asks for the owner may be how the cache is filled: whether it was read before decides about a second look.
    fn note_fill(&mut self, key: &Val, state: &State<'a>) {
        for held in state.held.iter().filter(|h| h.status == Status::Won) {
            self.out.sessions[held.slot].filled.push(key.sym.clone());
        }
    }

    /// A script nobody understood on a key we hold may well be its release: unknown is not guilty.
    fn unknown_script(&mut self, s: &Sending<'a>, keys: &[Val], state: &mut State<'a>) {
        self.note_opaque(state);
        for key in keys {
            if self.session_of(key, state).is_some() {
                self.release_key(s, key, GuardFact::Unknown, false, state);
            }
        }
    }
}

/// Of lists that paths built in loops and that met since, the one with most in it: a loop over no items tells nothing.
fn fullest(sym: &Sym) -> &Sym {
    let Sym::Phi(parts) = sym else { return sym };
    let lists = parts.iter().filter_map(|p| match &**p {
        Sym::List(items) => Some((items.len(), &**p)),
        _ => None,
    });
    lists.max_by_key(|(n, _)| *n).map_or(sym, |(_, list)| list)
}

fn take(rest: &mut Vec<Val>, n: Option<usize>) -> Option<Vec<Val>> {
    let n = n?;
    if n > rest.len() {
        return None;
    }
    let tail = rest.split_off(n);
    Some(std::mem::replace(rest, tail))
}

/// The script's call word for word, where text and keys are known.
fn vector(text: &Val, keys: Option<&[Val]>, args: &[Val], span: dogpile_source::Span) -> Arc<[Val]> {
    let (Some(keys), Some(_)) = (keys, text.sym.str()) else { return Arc::default() };
    let word = |text: &str| Val::new(Sym::Str(text.into()), span);
    let head = [word("EVAL"), text.clone(), word(&keys.len().to_string())];
    head.into_iter().chain(keys.iter().cloned()).chain(args.iter().cloned()).collect()
}

fn raw(reply: &Reply) -> Raw {
    match reply {
        Reply::Int(n) => Raw::Int(*n),
        Reply::Status(_) => Raw::Ok,
        Reply::Nil => Raw::Nil,
        Reply::Bulk(_) => Raw::Text,
        Reply::Number => Raw::Number,
        Reply::Error => Raw::Failure,
        Reply::List | Reply::Other => Raw::Any,
    }
}

fn unit(unit: TimeUnit) -> LeaseUnit {
    match unit {
        TimeUnit::Seconds => LeaseUnit::Seconds,
        TimeUnit::Millis => LeaseUnit::Millis,
        TimeUnit::UnixSeconds | TimeUnit::UnixMillis => LeaseUnit::Point,
    }
}
