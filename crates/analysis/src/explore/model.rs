//! Modelled calls: rows to effects.

use super::builder::{built_words, commands};
use super::call::{CallSite, Outs};
use super::record::{CacheFacts, FlightFacts, LeaseUnit};
use super::state::State;
use super::unknown::results;
use super::{Explorer, Out};
use crate::sym::{ContextSym, Origin, S, Scale, Sym, Val};
use crate::typing::Evidence;
use dogpile_ir::Name;
use dogpile_models::{AccessPath, Base, ContextOrigin, ContextRow, Does, Role, Row, TtlRow, Unit, WordRow, Zero};
use dogpile_source::Span;
use std::sync::Arc;

impl<'a> Explorer<'a, '_> {
    pub(super) fn model(
        &mut self,
        row: Row<'a>,
        evidence: Evidence,
        site: CallSite<'a>,
        mut state: State<'a>,
    ) -> Outs<'a> {
        let span = site.call.span;
        self.listens(&row.call.does, &site);
        match &row.call.does {
            Does::Command { words, reply, .. } => {
                let words = self.words(words, &site, &state);
                self.note_ignored(row, evidence, &words, &site);
                self.command(row, evidence, reply, words, site, state)
            }
            Does::MakesCommand { words, ty, .. } => {
                let words = self.words(words, &site, &state);
                let built = self.new_command(row, ty.as_deref(), words, span, &mut state);
                vec![(state, Out::Values(vec![built]))]
            }
            Does::Pushes { words } => {
                let added = self.words(words, &site, &state);
                let built = self.push_words(row, &site, added, &mut state);
                vec![(state, Out::Values(vec![built]))]
            }
            // A command begun on a queue is not followed yet: what it does there is not known.
            Does::Begins { .. } => {
                self.note_opaque(&state);
                let queue = site.receiver.clone().unwrap_or_else(|| Val::unknown(span));
                vec![(state, Out::Values(vec![queue]))]
            }
            Does::Becomes { .. } => {
                let object = site.receiver.clone().unwrap_or_else(|| Val::unknown(span));
                vec![(state, Out::Values(vec![object]))]
            }
            Does::Appends { lists } => {
                let object = site.receiver.clone().unwrap_or_else(|| Val::unknown(span));
                for (name, path) in lists {
                    let mut all = match state.field(&object.sym, name).map(|v| (*v.sym).clone()) {
                        Some(Sym::List(items)) => items,
                        _ => vec![],
                    };
                    for added in self.path_list(path, &site, &state) {
                        match &*added.sym {
                            Sym::List(items) => all.extend(items.iter().cloned()),
                            _ => all.push(added),
                        }
                    }
                    state.set_field(object.sym.clone(), Name::from(name.as_str()), Val::new(Sym::List(all), span));
                }
                vec![(state, Out::Values(vec![object]))]
            }
            Does::Executes { command, reply } => {
                let all = self.path(command, &site, &state).map(|v| commands(&v, &state)).unwrap_or_default();
                if all.is_empty() {
                    return self.opaque_reply(row, reply, &site, state);
                }
                let mut outs = Vec::new();
                for words in all {
                    outs.extend(self.command(row, evidence, reply, words, site.again(), state.clone()));
                }
                outs
            }
            Does::Eval { script, keys, args, reply } => {
                self.eval_script(row, evidence, script, keys, args, reply, site, state)
            }
            Does::Makes { ty, keeps, error, .. } => {
                let val = self.make(row, ty, keeps, &site, &mut state);
                let mut vals = vec![val];
                if *error {
                    vals.push(Val::new(Sym::Result(span, 1, "makes".into(), vec![]), span));
                }
                vec![(state, Out::Values(vals))]
            }
            Does::Option { sets } => {
                let object = self.object("option");
                for (name, path) in sets {
                    if let Some(val) = self.path(path, &site, &state) {
                        state.set_field(Arc::new(object.clone()), Name::from(name.as_str()), val);
                    }
                }
                one(state, object, &site)
            }
            Does::Sets { sets } => {
                for (name, path) in sets {
                    if let (Some(val), Some(base)) = (self.path(path, &site, &state), &site.receiver) {
                        state.set_field(base.sym.clone(), Name::from(name.as_str()), val);
                    }
                }
                let again = site.receiver.clone().filter(|_| self.chains(row));
                vec![(state, Out::Values(again.into_iter().collect()))]
            }
            Does::RunsQueued { function, ty } => {
                let name = self.cx.program.models.qualified_type(row.client, ty);
                let object = self.object(&name);
                let queue = Val::new(object, span);
                let outs = self.run_function(function, vec![queue.clone()], &site, state);
                outs.into_iter().map(|(s, out)| self.sent(&queue, s, out, span)).collect()
            }
            Does::Watches { function, gets, .. } => {
                let outer = std::mem::replace(&mut state.watching, true);
                let gets = if gets.is_empty() { &["Tx".to_owned()][..] } else { gets };
                let args = gets
                    .iter()
                    .map(|ty| Val::new(self.object(&self.cx.program.models.qualified_type(row.client, ty)), span))
                    .collect();
                let mut outs = self.run_function(function, args, &site, state);
                outs.iter_mut().for_each(|(s, _)| s.watching = outer);
                outs
            }
            Does::Acquire(acquire) => self.library_acquire(row, evidence, acquire, site, state),
            Does::Release(handle) => self.library_release(row, evidence, handle, site, state),
            Does::Renew(handle) => self.library_renew(row, evidence, handle, site, state),
            Does::Flight { function, keeps_failures, gives, .. } => {
                let op = self.op_site(
                    &site,
                    row.call.name.first().map_or("flight", String::as_str),
                    Some(row.client),
                    evidence,
                );
                let index = self.out.flights.len();
                self.out.flights.push(FlightFacts {
                    site: op,
                    by_hand: false,
                    caller_context: None,
                    unknown_work: false,
                    keeps_failures: keeps_failures.then_some(span),
                    lock_inside: false,
                    caches: vec![],
                    work: None,
                });
                self.flights.push(index);
                let outs = self.run_function(function, vec![], &site, state);
                self.flights.pop();
                if outs.iter().all(|(_, out)| gives_nothing(out)) {
                    // Whoever joined waits for an end, and no cancellation spoils that.
                    self.out.flights[index].caller_context = None;
                }
                outs.into_iter()
                    .map(|(s, out)| match out {
                        Out::Values(inner) => {
                            let vals = gives
                                .iter()
                                .enumerate()
                                .map(|(i, g)| {
                                    match g.as_str() {
                                        "value" => inner.first().cloned(),
                                        "error" => inner.get(1).cloned(),
                                        _ => None,
                                    }
                                    .unwrap_or_else(|| Val::new(Sym::Result(span, i, "flight".into(), vec![]), span))
                                })
                                .collect();
                            (s, Out::Values(vals))
                        }
                        other => (s, other),
                    })
                    .collect()
            }
            Does::MakesFlight { function, .. } => {
                let work = self.path(function, &site, &state).unwrap_or_else(|| Val::unknown(span));
                vec![(state, Out::Values(vec![work]))]
            }
            Does::Cache { op, key, function, ttl, scope, coalesces, gives } => {
                let command = row.call.name.first().cloned().unwrap_or_default();
                let op_site = self.op_site(&site, &command, Some(row.client), evidence);
                let key = self.path(key, &site, &state).unwrap_or_else(|| Val::unknown(span));
                let lease = ttl.as_ref().map_or(super::record::Lease::Unknown, |t| self.lease(t, &site, &state));
                self.cache_deed(*op, *scope, &op_site, &key, lease.clone(), &mut state);
                self.note_cache(
                    CacheFacts { coalesces: *coalesces, ..CacheFacts::new(op_site, *op, key, *scope, lease) },
                    &state,
                );
                match function {
                    Some(f) => self.run_function(f, vec![], &site, state),
                    None => {
                        let n = gives.len();
                        vec![(state, Out::Values(results(span, "cache", n, &[])))]
                    }
                }
            }
            Does::Converts { reply, error, to } => self.convert_reply(row, reply, error, to, &site, state),
            Does::Value(kind) => self.valued(*kind, row, &site, state),
            Does::Sleeps { time } => self.slept(time, site, state),
            Does::Context(context) => self.context(context, &site, state),
            Does::NoReturn => {
                self.leave_process(&site, &state);
                vec![(state, Out::Stop)]
            }
            Does::Panics => vec![(state, Out::Raise(Val::new(Sym::Error("panic".into()), span)))],
            Does::Asserts { holds, equals } => self.asserted(holds, equals.as_deref(), &site, state),
            Does::Tells => self.told(&site, state),
            Does::Limits { future, time } => self.limited(future, time.as_ref(), site, state),
            Does::Calls { function, .. } => self.run_function(function, vec![], &site, state),
            Does::Spawns { function, after, repeats, .. } => {
                let delay =
                    after.as_ref().and_then(|t| self.path(&t.ttl, &site, &state).and_then(|v| self.time_ms(t, &v)));
                let start = super::region::Start::of(after.is_some(), *repeats, delay);
                let object = self.object(super::beside::TASK);
                self.spawn_function(function, start, &std::sync::Arc::new(object.clone()), &site, &mut state);
                one(state, object, &site)
            }
            Does::MakesEval { script, keys, args, .. } => {
                let built = self.script_made(row, script, keys, args, &site, &mut state);
                vec![(state, Out::Values(vec![built]))]
            }
            Does::Subscribes { .. }
            | Does::Waits { .. }
            | Does::Transacts { .. }
            | Does::BeginsTransaction { .. }
            | Does::EndsTransaction { .. } => self.trace_call(row, evidence, site, state),
            Does::Joins
            | Does::Flushes
            | Does::Forgets { .. }
            | Does::Stops
            | Does::Cancels { .. }
            | Does::DefinesCommand { .. } => {
                self.joined_or_stopped(&row.call.does, span, &mut state);
                // One value of Rust that nobody knows may be a result, an option, or both: the code takes it apart.
                let n = if self.lang(site.frame) == dogpile_ir::Lang::Rust { 1 } else { 2 };
                vec![(state, Out::Values(results(span, "row", n, &[])))]
            }
            Does::Timer { time, .. } => {
                let ms = self.path(&time.ttl, &site, &state).and_then(|v| self.time_ms(time, &v));
                let timer = Val::new(Sym::Timer(ms), span);
                state.forget_fields(&timer.sym);
                if site.args.len() > 1 {
                    state.set_field(timer.sym.clone(), "ticked".into(), timer.clone());
                }
                // A ticker is an object with its channel in `C`.
                state.set_field(timer.sym.clone(), "C".into(), timer.clone());
                vec![(state, Out::Values(vec![timer]))]
            }
            Does::Remote { timeout, sql, ty } => {
                let limit = timeout.as_ref().and_then(|t| self.path(&t.ttl, &site, &state));
                self.note_remote(&site, limit, &state);
                let thrown = self.thrown(site.frame, site.call, &state);
                if let Some(sent) = sql.as_ref().and_then(|sql| self.path(sql, &site, &state)) {
                    self.statement_sent(&sent, &site, &mut state);
                }
                let mut vals = results(span, "remote", 2, &[]);
                if let Some(ty) = ty {
                    let ty = self.cx.program.models.qualified_type(row.client, ty);
                    vals[0] = Val::new(self.object(&ty), span);
                }
                std::iter::once((state, Out::Values(vals))).chain(thrown).collect()
            }
        }
    }

    /// What comes back when a queue was sent: its commands, and the error of the function or of the server.
    fn sent(&self, queue: &Val, state: State<'a>, out: Out, span: Span) -> (State<'a>, Out) {
        use super::state::Status;
        let Out::Values(inner) = out else { return (state, out) };
        let own =
            inner.first().cloned().unwrap_or_else(|| Val::new(Sym::Result(span, 1, "error".into(), vec![]), span));
        let queued = state.held.iter().find(|h| self.out.sessions[h.slot].queue.as_ref() == Some(&queue.sym));
        let error = match (&*own.sym, queued.map(|h| h.status)) {
            (Sym::Nil, Some(Status::Won)) => own,
            (Sym::Nil, Some(Status::Failed)) => Val::new(Sym::Error("failure".into()), span),
            (Sym::Nil, _) => Val::new(Sym::Result(span, 1, "error".into(), vec![]), span),
            _ => own,
        };
        (state, Out::Values(vec![Val::new(Sym::Result(span, 0, "queued".into(), vec![]), span), error]))
    }

    pub(super) fn object(&mut self, ty: &str) -> Sym {
        let id = self.fresh_id();
        Sym::Object(ty.into(), id)
    }

    fn make(
        &mut self,
        row: Row<'a>,
        ty: &str,
        keeps: &std::collections::BTreeMap<String, String>,
        site: &CallSite<'a>,
        state: &mut State<'a>,
    ) -> Val {
        let name = self.cx.program.models.qualified_type(row.client, ty);
        let object = self.object(&name);
        let val = Val::new(object, site.call.span);
        self.regions.made(&val.sym);
        self.made_of(&val.sym, site, state);
        for (fact, path) in keeps {
            if fact == "options" {
                for option in self.path_list(path, site, state) {
                    self.apply_option(&option, &val.sym, state);
                }
            } else if let Some(kept) = self.path(path, site, state) {
                state.set_field(val.sym.clone(), Name::from(fact.as_str()), kept);
            }
        }
        val
    }

    fn apply_option(&mut self, option: &Val, to: &S, state: &mut State<'a>) {
        match &*option.sym {
            Sym::List(items) => items.clone().iter().for_each(|i| self.apply_option(i, to, state)),
            Sym::Object(..) | Sym::Alloc(_) => state.copy_fields(&option.sym, to),
            _ => state.set_field(to.clone(), "unknown-option".into(), option.clone()),
        }
    }

    /// The value at an access path; a path into a list of the rest gives the list.
    pub(super) fn path(&mut self, path: &str, site: &CallSite<'a>, state: &State<'a>) -> Option<Val> {
        let parsed = AccessPath::parse(path)?;
        let mut val = match parsed.base {
            Base::Receiver => site.receiver.clone()?,
            Base::Arg(n) => site.args.get(n.checked_sub(1)?)?.clone(),
            Base::Rest(n) => {
                Val::new(Sym::List(site.args.get(n.checked_sub(1)?..).unwrap_or_default().to_vec()), site.call.span)
            }
            Base::Ret => return None,
        };
        for field in &parsed.fields {
            val = match state.field(&val.sym, field) {
                Some(known) => known.clone(),
                None => match &*val.sym {
                    // An option struct that leaves a field out, or a fact that was never set.
                    Sym::Nil | Sym::Object(..) | Sym::Alloc(_) => return None,
                    // A script field that one constructor sets is known by its text.
                    Sym::Str(_) if field == "text" => val,
                    _ => self.field(&val, &Name::from(field.as_str()), &dogpile_ir::Type::Unknown, val.span, state),
                },
            };
        }
        Some(val)
    }

    pub(super) fn path_list(&mut self, path: &str, site: &CallSite<'a>, state: &State<'a>) -> Vec<Val> {
        match self.path(path, site, state) {
            Some(val) => match &*val.sym {
                Sym::List(items) => items.clone(),
                _ => vec![val],
            },
            None => vec![],
        }
    }

    pub(super) fn words(&mut self, rows: &[WordRow], site: &CallSite<'a>, state: &State<'a>) -> Vec<Val> {
        let span = site.call.span;
        let literal = |text: &str| Val::new(Sym::Str(text.into()), span);
        let mut out = Vec::new();
        for word in rows {
            match word {
                WordRow::Text(text) if text == "$name" => {
                    let name = site.call_name();
                    out.push(literal(&name.to_ascii_uppercase()));
                }
                WordRow::Text(text) if text.starts_with('$') => {
                    if text.ends_with("...") {
                        for item in self.path_list(text, site, state) {
                            match (&*item.sym, built_words(&item, state)) {
                                (Sym::List(items) | Sym::Command(_, items), _) => out.extend(items.iter().cloned()),
                                (_, Some(words)) => out.extend(words),
                                _ => out.push(item),
                            }
                        }
                    } else {
                        let val = self.path(text, site, state).unwrap_or_else(|| Val::unknown(span));
                        match built_words(&val, state) {
                            Some(words) => out.extend(words),
                            None => out.push(val),
                        }
                    }
                }
                WordRow::Text(text) => out.push(literal(text)),
                WordRow::Ttl(ttl) => {
                    let Some(val) = self.path(&ttl.ttl, site, state) else {
                        if let Some(ms) = ttl.default_ms {
                            out.push(literal("PX"));
                            out.push(Val::new(Sym::Int(i128::from(ms), Scale::Millis), span));
                        }
                        continue;
                    };
                    if ttl.zero == Zero::None && val.sym.int().is_some_and(|n| n <= 0) {
                        continue;
                    }
                    let word = ttl.word.as_deref().unwrap_or("PX");
                    if word.starts_with('$') {
                        out.push(self.path(word, site, state).unwrap_or_else(|| Val::unknown(span)));
                    } else if !word.is_empty() {
                        out.push(literal(word));
                    }
                    out.push(self.in_unit(ttl, val));
                }
                WordRow::When { when, word } => {
                    if self.path(when, site, state).and_then(|v| state.truth(&v.sym)) == Some(true) {
                        out.push(literal(word));
                    }
                }
                WordRow::Optional { optional } => match self.path(optional, site, state) {
                    Some(v) if v.sym.str() == Some("") || *v.sym == Sym::Nil => {}
                    Some(v) => match &*v.sym {
                        Sym::Command(_, words) => out.extend(words.iter().cloned()),
                        _ => out.push(v),
                    },
                    None => {}
                },
                WordRow::Map { map, words } => match self.path(map, site, state) {
                    Some(v) if *v.sym == Sym::Nil => {}
                    Some(v) => match v.sym.str().and_then(|text| words.get(text)) {
                        Some(words) => out.extend(words.iter().map(|word| match self.path(word, site, state) {
                            Some(v) => v,
                            None if word.starts_with('$') => Val::unknown(span),
                            None => literal(word),
                        })),
                        None => out.push(Val::unknown(span)),
                    },
                    None => {}
                },
            }
        }
        // Options that are not in sight may say anything.
        let hidden = site
            .args
            .iter()
            .filter(|arg| matches!(*arg.sym, Sym::Alloc(_)) && state.field(&arg.sym, super::eval::REST).is_some());
        out.extend(hidden.map(|arg| Val::unknown(arg.span)));
        out
    }

    /// A time argument marked with the unit that the row says it is in.
    fn in_unit(&mut self, row: &TtlRow, val: Val) -> Val {
        let sym = match (row.unit, &*val.sym) {
            (Unit::Duration, Sym::Int(n, Scale::Bare)) => Sym::Int(*n, Scale::Duration),
            (Unit::Duration, s) if s.scale() == Scale::Bare => Sym::Scaled(Scale::Duration, val.sym.clone()),
            _ => return val,
        };
        Val::new(sym, val.span)
    }

    pub(super) fn lease(&mut self, row: &TtlRow, site: &CallSite<'a>, state: &State<'a>) -> super::record::Lease {
        use super::record::Lease;
        match self.path(&row.ttl, site, state) {
            None => row.default_ms.map_or(Lease::Unknown, Lease::Default),
            Some(val) if val.sym.int() == Some(0) => match row.zero {
                Zero::None => Lease::Absent,
                Zero::Default => row.default_ms.map_or(Lease::Unknown, Lease::Default),
                _ => Lease::Value(val, unit_of(row.unit)),
            },
            Some(val) if row.unit == Unit::Text && val.sym.str().is_some() => {
                let ms = val.sym.str().and_then(dogpile_source::parse_duration_ms);
                ms.map_or(Lease::Unknown, |ms| {
                    Lease::Value(Val::new(Sym::Int(i128::from(ms), Scale::Millis), val.span), LeaseUnit::Millis)
                })
            }
            Some(val) => Lease::Value(val, unit_of(row.unit)),
        }
    }

    pub(super) fn time_ms(&self, row: &TtlRow, val: &Val) -> Option<u64> {
        let n = val.sym.int()?;
        let ms = match (row.unit, val.sym.scale()) {
            (Unit::S, _) => n.checked_mul(1000)?,
            (Unit::Ms | Unit::Text, _) => n,
            _ => n / 1_000_000,
        };
        u64::try_from(ms).ok()
    }

    fn context(&mut self, row: &ContextRow, site: &CallSite<'a>, mut state: State<'a>) -> Outs<'a> {
        let span = site.call.span;
        let parent = row.from.as_deref().and_then(|p| self.path(p, site, &state));
        let base = parent.as_ref().and_then(|p| match &*p.sym {
            Sym::Context(c) => Some(c.clone()),
            _ => None,
        });
        let id = self.fresh_id();
        if let Some(parent) = &base {
            self.regions.parents.insert(id, parent.id);
        }
        // A child with a limit of its own still ends with its parent.
        if row.origin == ContextOrigin::Derived && row.gives.iter().any(|g| g == "cancel") {
            self.note_context_use(site, &state);
        }
        let mut context = match row.origin {
            ContextOrigin::Background => {
                ContextSym { origin: Origin::Background, timeout_ms: None, limited: false, endless: true, span, id }
            }
            ContextOrigin::Detached => {
                ContextSym { origin: Origin::Background, timeout_ms: None, limited: false, endless: true, span, id }
            }
            ContextOrigin::Request => {
                ContextSym { origin: Origin::Caller, timeout_ms: None, limited: false, endless: false, span, id }
            }
            ContextOrigin::Derived => base
                .map(|b| ContextSym { id: if row.gives.iter().any(|g| g == "cancel") { id } else { b.id }, ..b })
                .unwrap_or(ContextSym {
                    origin: Origin::Unknown,
                    timeout_ms: None,
                    limited: false,
                    endless: false,
                    span,
                    id,
                }),
        };
        // One that carries a value ends with its parent; whatever else a call gives may cancel.
        context.endless &= row.origin != ContextOrigin::Derived || row.gives.iter().all(|g| g == "context");
        if let Some(limit) = &row.timeout {
            let ms = self.path(&limit.ttl, site, &state).and_then(|v| self.time_ms(limit, &v));
            if let (Some(ms), false, false) = (ms, state.deferring, state.spawned) {
                for held in state.held.iter().filter(|h| h.status == super::state::Status::Won) {
                    self.out.sessions[held.slot].deadlines.insert(span, ms);
                }
            }
            context.limited = true;
            context.endless = false;
            context.timeout_ms = match (context.timeout_ms, ms) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        let sym: S = Arc::new(Sym::Context(context));
        // What is made from a cancelled context is cancelled.
        let ended = |c: &Val| state.truth(&Arc::new(Sym::Done(c.sym.clone()))) == Some(true);
        if row.origin == ContextOrigin::Derived && parent.as_ref().is_some_and(ended) {
            state.assume(&Arc::new(Sym::Done(sym.clone())), true);
        }
        let vals = row
            .gives
            .iter()
            .map(|g| match g.as_str() {
                "context" => Val { sym: sym.clone(), span },
                "cancel" => Val::new(Sym::Bound(sym.clone(), "cancel".into()), span),
                _ => Val::unknown(span),
            })
            .collect();
        vec![(state, Out::Values(vals))]
    }

    /// The type behind an object, with its role.
    pub(super) fn role(&self, sym: &Sym) -> Option<Role> {
        match sym {
            Sym::Object(ty, _) => self.cx.program.models.type_of(ty).map(|(_, t)| t.role),
            _ => None,
        }
    }
}

pub(super) fn unit_of(unit: Unit) -> LeaseUnit {
    match unit {
        Unit::Duration | Unit::Ns => LeaseUnit::Duration,
        Unit::S => LeaseUnit::Seconds,
        Unit::Ms | Unit::Text | Unit::Word => LeaseUnit::Millis,
        Unit::UnixS | Unit::UnixMs | Unit::Time => LeaseUnit::Point,
    }
}

fn one<'a>(state: State<'a>, sym: Sym, site: &CallSite<'a>) -> Outs<'a> {
    vec![(state, Out::Values(vec![Val::new(sym, site.call.span)]))]
}

impl<'a> CallSite<'a> {
    /// The same call once more, on another path.
    pub(super) fn again(&self) -> Self {
        let CallSite { call, frame, receiver, args, wanted } = self;
        CallSite { call, frame: *frame, receiver: receiver.clone(), args: args.clone(), wanted: *wanted }
    }

    pub(super) fn call_name(&self) -> Arc<str> {
        match &self.call.callee {
            dogpile_ir::Callee::Named(n) => crate::names::last(n).into(),
            dogpile_ir::Callee::Method { name, .. } => name.clone(),
            dogpile_ir::Callee::Value(_) => "".into(),
        }
    }
}

/// Neither a value nor an error comes of it.
fn gives_nothing(out: &Out) -> bool {
    matches!(out, Out::Values(vals) if !vals.is_empty() && vals.iter().all(|val| matches!(&*val.sym, Sym::Nil)))
}
