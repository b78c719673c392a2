//! What is written down on the way: work, reads, writes, sleeps.

use super::Explorer;
use super::call::{CallSite, Outs};
use super::record::{CacheFacts, CalledFacts, Lease, OpSite, Work};
use super::state::written;
use super::state::{State, Status};
use super::unknown::results;
use crate::program::FuncRef;
use crate::sym::{Origin, S, Sym, Val};
use crate::typing::Evidence;
use dogpile_models::{CacheOp, CacheScope};
use dogpile_source::Span;
use std::collections::BTreeSet;

/// Objects within objects that are looked into for what a call is given.
const DEEPEST_OBJECT: usize = 3;
/// Parts of values that are looked at for that: whole graphs of objects are handed around.
const MOST_PARTS: usize = 256;

impl<'a> Explorer<'a, '_> {
    /// The sessions on this path whose key is the given one.
    pub(super) fn sessions_of(&self, key: &Val, state: &State<'a>) -> Vec<usize> {
        if *key.sym == Sym::Unknown {
            return vec![];
        }
        state.held.iter().map(|h| h.slot).filter(|slot| self.same_key(&self.out.sessions[*slot].key, key)).collect()
    }

    pub(super) fn session_of(&self, key: &Val, state: &State<'a>) -> Option<usize> {
        self.sessions_of(key, state).into_iter().next_back()
    }

    fn same_key(&self, a: &Val, b: &Val) -> bool {
        if a.sym == b.sym {
            return true;
        }
        // A batch: the list that was taken is the list that is given back, or one of its items.
        match (&*a.sym, &*b.sym) {
            (Sym::List(items), _) => items.iter().any(|i| i.sym == b.sym),
            (_, Sym::List(items)) => items.iter().any(|i| i.sym == a.sym),
            _ => crate::keys::shape(&a.sym) == crate::keys::shape(&b.sym) && crate::keys::is_telling(&a.sym),
        }
    }

    /// `SET key value` with an option that asks for NX in a way that this client does not read: whoever comes overwrites.
    pub(super) fn note_ignored(
        &mut self,
        row: dogpile_models::Row<'a>,
        evidence: Evidence,
        words: &[Val],
        site: &CallSite<'a>,
    ) {
        let asks = |path: &&String| path.rsplit('.').next().is_some_and(|option| option.eq_ignore_ascii_case("nx"));
        let written = row.call.ignored.iter().filter(asks).find(|path| crate::typing::writes_option(site.call, path));
        let says_nx = words.iter().any(|w| w.sym.str().is_some_and(|w| w.eq_ignore_ascii_case("nx")));
        let (Some(path), Some(key), false) = (written, words.get(1), says_nx) else { return };
        let option = path.rsplit('.').next().unwrap_or(path).to_owned();
        let op = self.op_site(site, "SET", Some(row.client), evidence);
        if !self.out.ignored.iter().any(|(known, _, _)| known.span == op.span) {
            self.out.ignored.push((op, key.clone(), option));
        }
    }

    pub(super) fn note_opaque(&mut self, state: &State<'a>) {
        for held in state.held.iter().filter(|h| h.status == Status::Won) {
            self.out.sessions[held.slot].opaque = true;
        }
    }

    /// Work that may matter to a critical section.
    pub(super) fn note_work(&mut self, name: &str, target: Option<FuncRef>, site: &CallSite<'a>, state: &State<'a>) {
        self.note_context_use(site, state);
        if !self.name_tells(name).idle {
            self.note_work_done(name, target, false, site, state);
        }
    }

    fn note_work_done(
        &mut self,
        name: &str,
        target: Option<FuncRef>,
        remote: bool,
        site: &CallSite<'a>,
        state: &State<'a>,
    ) {
        let span = site.call.span;
        if let Some(flight) = self.flight_of(state) {
            self.out.flights[flight].work.get_or_insert(span);
        }
        self.note_region_work(span, None);
        let given = self.entries_given(site, state);
        if let Some(known) = self.out.works.iter_mut().find(|known| known.span == span) {
            known.remote |= remote;
            known.given.extend(given);
        } else if self.out.works.len() < 400 {
            let waited = self.is_waited_for(site);
            self.out.works.push(Work { span, name: name.to_owned(), remote, waited, given });
        }
        if sql(site).is_some_and(|text| {
            matches!(text.split_whitespace().next(), Some("insert" | "update" | "delete" | "replace" | "merge"))
        }) {
            self.out.changes.insert(span);
        }
        if let Some(fenced) = overwrites(name, site) {
            let mut op = self.op_site(site, crate::names::last(name), None, Evidence::Import);
            op.command = "SQL write".to_owned();
            let key = Val::new(Sym::Str("sql".into()), span);
            self.note_write(&op, &key, fenced, state);
        }
        if state.deferring {
            return;
        }
        let limit = site.args.iter().find_map(|a| match &*a.sym {
            Sym::Context(c) => c.timeout_ms,
            _ => None,
        });
        let region = self.regions.id();
        for held in &state.held {
            let second = self.is_won_by_another(held, state);
            let facts = &mut self.out.sessions[held.slot];
            // A heartbeat is no section: what it does tells nothing of who got in.
            if !state.spawned && !second {
                facts.visits.entry(span).or_default().insert(held.status);
                if self.handlers > 0 {
                    facts.beyond.handled.insert(span);
                }
            }
            if held.status == Status::Won {
                facts.beyond.works.insert((span, region));
                facts.called.entry(span).or_insert_with(|| CalledFacts {
                    name: name.to_owned(),
                    target,
                    limit,
                    timeout: None,
                });
            }
        }
    }

    /// Keys whose entries a call is given, or what is made of them.
    fn entries_given(&self, site: &CallSite<'a>, state: &State<'a>) -> BTreeSet<S> {
        let mut given = BTreeSet::new();
        if self.out.caches.iter().any(|c| c.op == CacheOp::Get) {
            parts(&site.args, state, &mut |part| {
                match part {
                    Sym::Read(key, _) => given.extend([key.clone()]),
                    // A field of what somebody else has filled.
                    Sym::Field(object, _) => given.extend(state.filled_at(object).map(written)),
                    _ => {}
                }
            });
        }
        given
    }

    /// Whether the code waits for a call, and may so for long: Rust's calls do not tell, for they are the same where
    /// nothing is awaited.
    fn is_waited_for(&self, site: &CallSite<'a>) -> bool {
        match self.lang(site.frame) {
            dogpile_ir::Lang::TypeScript => site.call.awaited,
            dogpile_ir::Lang::Go => site.args.iter().any(|arg| matches!(&*arg.sym, Sym::Context(_))),
            dogpile_ir::Lang::Rust => false,
        }
    }

    /// A remote call that a client-side timeout bounds.
    pub(super) fn note_remote(&mut self, site: &CallSite<'a>, timeout: Option<Val>, state: &State<'a>) {
        let name: std::sync::Arc<str> = match &site.call.callee {
            dogpile_ir::Callee::Named(full) => full.clone(),
            dogpile_ir::Callee::Method { receiver, name } => match self.static_type(site.frame, receiver).name() {
                Some(owner) => format!("{owner}.{name}").into(),
                None => name.clone(),
            },
            dogpile_ir::Callee::Value(_) => site.call_name(),
        };
        self.note_context_use(site, state);
        // Whatever it is called: `fetch` is built in, and builds nothing.
        self.note_work_done(&name, None, true, site, state);
        for held in state.held.iter().filter(|h| h.status == Status::Won) {
            if let Some(called) = self.out.sessions[held.slot].called.get_mut(&site.call.span) {
                called.timeout = called.timeout.take().or_else(|| timeout.clone());
            }
        }
    }

    /// A context that may be cancelled reaches the shared work of a flight.
    pub(super) fn note_context_use(&mut self, site: &CallSite<'a>, state: &State<'a>) {
        if self.flights.is_empty() {
            return;
        }
        let name = site.call_name();
        let callers = |arg: &Val| matches!(&*arg.sym, Sym::Context(c) if c.origin == Origin::Caller);
        let tells = self.name_tells(&name);
        if tells.logging || tells.reads_context || !site.args.iter().any(callers) {
            return;
        }
        // The work of a flight within a flight is work of both.
        for flight in self.flights.clone() {
            if !self.works_for(flight, state) {
                continue;
            }
            // What the shared function itself hands it to, not some helper's insides.
            let depth = self.out.flights[flight].site.via.len();
            let span = self.frame(site.frame).via.get(depth).copied().unwrap_or(site.call.span);
            let span = if span.file == self.out.flights[flight].site.span.file {
                span
            } else {
                self.out.flights[flight].site.span
            };
            self.out.flights[flight].caller_context.get_or_insert(span);
        }
    }

    pub(super) fn note_sleep(&mut self, span: Span, ms: u64, state: &mut State<'a>) {
        state.tick = Some(ms);
        if state.spawned {
            return;
        }
        // Parts of a quorum are no section yet.
        for held in state.held.iter().filter(|h| h.status == Status::Won && !h.part) {
            let rounds =
                self.counted.iter().filter(|(_, before)| before.contains(&held.slot)).map(|(rounds, _)| *rounds);
            let all = rounds.fold(ms, u64::saturating_mul);
            self.out.sessions[held.slot].sleeps.insert(span, all);
        }
    }

    pub(super) fn note_write(&mut self, op: &OpSite, key: &Val, fenced: bool, state: &State<'a>) {
        // Under WATCH the write fails when somebody else was there.
        let fenced = fenced || state.watching;
        self.note_region_work(op.span, Some(key));
        for held in state.held.iter().filter(|h| h.status == Status::Won) {
            let slot = held.slot;
            if self.same_key(&self.out.sessions[slot].key.clone(), key) {
                continue;
            }
            let region = self.regions.id();
            let facts = &mut self.out.sessions[slot];
            facts.beyond.works.insert((op.span, region));
            facts.visits.entry(op.span).or_default();
            if self.handlers > 0 {
                facts.beyond.handled.insert(op.span);
            }
            facts.writes.entry(op.span).or_insert_with(|| (op.clone(), fenced)).1 |= fenced;
        }
        for held in &state.held {
            if !state.deferring && !self.is_won_by_another(held, state) {
                self.out.sessions[held.slot].visits.entry(op.span).or_default().insert(held.status);
            }
        }
    }

    /// A cache operation: part of a cache-aside, a re-check under a lock, or the cache behind a flight.
    pub(super) fn note_cache(&mut self, mut facts: CacheFacts, state: &State<'a>) {
        facts.in_flight = !self.flights.is_empty();
        facts.held = state.held.iter().any(|h| h.status == Status::Won);
        if let Some(flight) = self.flight_of(state) {
            self.out.flights[flight].caches.push((facts.scope, facts.site.span));
        }
        if facts.op == CacheOp::Get {
            for held in state.held.iter().filter(|h| h.status == Status::Won) {
                self.out.sessions[held.slot].reads_held.push((facts.key.sym.clone(), facts.site.span));
            }
        }
        if facts.op == CacheOp::Set {
            for held in state.held.iter().filter(|h| h.status == Status::Won) {
                let filled = &mut self.out.sessions[held.slot].filled;
                if !filled.contains(&facts.key.sym) {
                    filled.push(facts.key.sym.clone());
                }
            }
        }
        if facts.op == CacheOp::Set && facts.scope != CacheScope::Process {
            self.note_write(&facts.site.clone(), &facts.key.clone(), false, state);
        }
        facts.after_hit = facts.op == CacheOp::Set && was_there(&facts.key.sym, state);
        match self.out.caches.iter_mut().find(|c| c.site == facts.site && c.op == facts.op) {
            Some(known) => {
                known.after_hit &= facts.after_hit;
                known.is_flag &= facts.is_flag;
                known.made_by.extend(facts.made_by);
            }
            None => self.out.caches.push(facts),
        }
    }

    /// Reads seen so far in this root.
    pub(super) fn reads_so_far(&self, _state: &State<'a>) -> Vec<(S, Span)> {
        self.out
            .caches
            .iter()
            .filter(|c| c.op == CacheOp::Get && !c.held)
            .map(|c| (c.key.sym.clone(), c.site.span))
            .collect()
    }

    /// A call on an unknown receiver that has a cache's shape: `c.Get(key)` with two results, `c.Set(key, value, ttl)`.
    pub(super) fn shaped_cache(&mut self, name: &str, site: &CallSite<'a>, state: &mut State<'a>) -> Option<Outs<'a>> {
        let dogpile_ir::Callee::Method { receiver, .. } = &site.call.callee else { return None };
        let method = crate::names::last(name);
        let base = crate::names::describe(receiver, self.cx.program.module(self.frame(site.frame).func));
        let lower = base.to_ascii_lowercase();
        if !(lower.contains("cache") || lower.contains("store") || lower.contains("memo")) {
            return None;
        }
        let (op, key) = match (method, site.args.len()) {
            ("Get" | "GetWithTTL" | "Fetch" | "Load", 1) => (CacheOp::Get, 0),
            ("Get" | "Fetch", 2 | 3) if matches!(&*site.args[0].sym, Sym::Context(_)) => (CacheOp::Get, 1),
            ("Set" | "Put" | "Store" | "SetWithTTL" | "Add", 2 | 3)
                if !matches!(&*site.args[0].sym, Sym::Context(_)) =>
            {
                (CacheOp::Set, 0)
            }
            ("Set" | "Put" | "SetWithTTL", 3 | 4) => (CacheOp::Set, 1),
            _ => return None,
        };
        let span = site.call.span;
        let op_site = self.op_site(site, &format!("{base}.{method}"), None, Evidence::Shape);
        // What is asked over a network takes a context along; a map of this process (`lru`, `ristretto`) needs none.
        let scope = if key == 0 { CacheScope::Process } else { CacheScope::Unknown };
        let facts = CacheFacts::new(op_site, op, site.args[key].clone(), scope, Lease::Unknown);
        self.note_context_use(site, state);
        self.note_cache(facts, state);
        let given: Vec<S> = site.args.iter().map(|a| a.sym.clone()).collect();
        Some(vec![(state.clone(), super::Out::Values(results(span, name, 3, &given)))])
    }

    /// A function that is not in sight gets the key of a lock on this path, and its name says what for: it releases
    /// or renews in a way we cannot judge. Unknown is not guilty, and it is not absent either.
    pub(super) fn unknown_helper(&mut self, name: &str, site: &CallSite<'a>, state: &mut State<'a>) -> bool {
        use super::record::{GuardFact, RenewalFacts};
        let Some(key) = site.args.iter().find(|a| self.session_of(a, state).is_some()).cloned() else { return false };
        let method = crate::names::last(name).to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|w| method.contains(w));
        let op = self.op_site(site, crate::names::last(name), None, Evidence::Shape);
        if says(&["release", "unlock", "delete", "del", "free"]) {
            for slot in self.sessions_of(&key, state) {
                let facts = super::record::ReleaseFacts {
                    site: op.clone(),
                    guard: GuardFact::Unknown,
                    statuses: state.status(slot).into_iter().collect(),
                    context: None,
                    cancelled: false,
                    deferred: state.deferring,
                    throws_unheld: false,
                    handling: self.handlers > 0 || state.undoes(slot),
                };
                self.note_release(slot, facts);
                self.gives_parts_back(slot, &op, state);
                if state.status(slot) == Some(Status::Won) {
                    self.note_escapes(slot, state);
                    state.set_status(slot, Status::Released);
                }
            }
            return true;
        }
        if says(&["renew", "extend", "refresh", "heartbeat", "keepalive", "touch", "prolong"]) {
            for slot in self.sessions_of(&key, state) {
                let index = self.out.renewals.iter().position(|r| r.site == op).unwrap_or_else(|| {
                    self.out.renewals.push(RenewalFacts {
                        site: op.clone(),
                        key: key.clone(),
                        guard: GuardFact::Unknown,
                        lease: Lease::Unknown,
                        interval: state.tick,
                        heartbeat: state.spawned,
                        unheld: false,
                        ignored: None,
                        ended: None,
                        told: false,
                        returned: false,
                        in_session: true,
                        heart: super::beside::HeartFacts::default(),
                    });
                    self.out.renewals.len() - 1
                });
                if !self.out.sessions[slot].renewals.contains(&index) {
                    self.out.sessions[slot].renewals.push(index);
                }
            }
            return true;
        }
        false
    }

    /// The named function that a frame belongs to.
    pub(super) fn named_function(&self, f: FuncRef) -> FuncRef {
        if f.func.0 == u32::MAX { self.root } else { crate::reach::outermost(&self.cx.program, f) }
    }

    /// Whether losers of a slot can leave by a context.
    pub(super) fn left_by_context(&self, slot: usize) -> bool {
        self.out.sessions[slot].exits.iter().any(|e| e.status == Status::Lost && e.error == Some(true))
    }
}

/// The first text among the arguments, in lower case: a statement of SQL where the call is a database's.
fn sql(site: &CallSite<'_>) -> Option<String> {
    let text = site.args.iter().find_map(|a| match &*a.sym {
        Sym::Str(text) => Some(text.to_ascii_lowercase()),
        Sym::Concat(parts) => parts.first().and_then(|p| p.str()).map(str::to_ascii_lowercase),
        _ => None,
    })?;
    Some(text.trim_start().to_owned())
}

/// A statement that replaces rows: whether it compares a version or token first. New rows overwrite nothing.
fn overwrites(name: &str, site: &CallSite<'_>) -> Option<bool> {
    let method = crate::names::last(name).to_ascii_lowercase();
    if !method.contains("exec") && !method.contains("query") {
        return None;
    }
    let text = sql(site)?;
    let verb = text.split_whitespace().next()?;
    let replaces = match verb {
        "update" => text.split_whitespace().any(|word| word == "set"),
        "replace" | "merge" => true,
        "insert" => text.contains("do update") || text.contains("on duplicate key update"),
        _ => false,
    };
    let test = text.split_once("where").map_or("", |(_, test)| test);
    let fences =
        ["version", "revision", "token", "fence", "fencing", "epoch", "generation", "etag", "updated_at", "seq"];
    replaces.then(|| fences.iter().any(|w| test.contains(w)))
}

/// Calls whose results a value is made of.
pub(super) fn made_by(value: &Val, state: &State<'_>) -> BTreeSet<Span> {
    let mut calls = BTreeSet::new();
    parts(std::slice::from_ref(value), state, &mut |part| {
        if let Sym::Result(span, ..) = part {
            calls.insert(*span);
        }
    });
    calls
}

/// The parts of some values, or the first of very many. `get({ url })`: an object is a number, and what it holds lies in the
/// heap.
fn parts(vals: &[Val], state: &State<'_>, seen: &mut impl FnMut(&Sym)) {
    let mut open: Vec<(S, usize)> = vals.iter().map(|val| (val.sym.clone(), 0)).collect();
    let mut left = MOST_PARTS;
    while let Some((sym, depth)) = open.pop() {
        let ended = sym.any(&mut |part: &Sym| {
            seen(part);
            if matches!(part, Sym::Alloc(_) | Sym::Object(..)) && depth < DEEPEST_OBJECT {
                open.extend(state.fields_of(part).take(left).map(|val| (val.sym.clone(), depth + 1)));
            }
            left -= 1;
            left == 0
        });
        if ended {
            return;
        }
    }
}

/// Whether a path has seen that a key holds something.
fn was_there(key: &S, state: &State<'_>) -> bool {
    let read = |sym: &Sym| matches!(sym, Sym::Read(of, _) if of == key);
    state.conds.iter().any(|(cond, truth)| match &**cond {
        Sym::Bin(dogpile_ir::BinaryOp::Eq, a, b) => {
            !truth && ((read(a) && **b == Sym::Nil) || (read(b) && **a == Sym::Nil))
        }
        other => *truth && read(other),
    })
}
