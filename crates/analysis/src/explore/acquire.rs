//! Taking a lock: the path splits in won, lost and failed.

use super::call::{CallSite, Outs};
use super::command::Sending;
use super::record::{GuardFact, Lease, SessionFacts};
use super::reply::Raw;
use super::state::{State, Status};
use super::{Explorer, Out};
use crate::sym::{S, Sym, Val};
use crate::typing::Evidence;
use dogpile_models::{AcquireRow, HandleRow, Row, Waits};
use std::collections::BTreeSet;
use std::sync::Arc;

impl<'a> Explorer<'a, '_> {
    /// The session that this acquire site belongs to, made on first sight.
    pub(super) fn open_session(
        &mut self,
        s: &Sending<'a>,
        key: &Val,
        lease: Lease,
        token: Option<Val>,
        state: &State<'a>,
    ) -> usize {
        if let Some(slot) = self.out.sessions.iter().position(|f| f.site.span == s.op.span && f.site.via == s.op.via) {
            // One place takes many locks, and holds some while it takes others: what one reply leads to, their count
            // decides. A loop that is done with one item's lock before it takes the next is like any other.
            let held = state.status(slot) == Some(Status::Won);
            self.out.sessions[slot].kept_over |= held;
            // An object of the whole process is asked twice, for two keys, at one place: these are two locks.
            let known = |sym: &Sym| !sym.any(&mut |s| *s == Sym::Unknown);
            let another = state.status(slot).is_some() && known(&key.sym) && self.out.sessions[slot].key.sym != key.sym;
            self.out.sessions[slot].blurred |= another || (held && !self.rounds.is_empty());
            return slot;
        }
        if let Some(flight) = self.flights.last() {
            self.out.flights[*flight].lock_inside = true;
        }
        let mut facts = SessionFacts::new(s.op.clone(), key.clone(), lease, token);
        facts.queue = s.queue.as_ref().map(|q| q.0.clone());
        facts.blurred = self.is_walked();
        facts.beyond.region = self.regions.id();
        self.out.sessions.push(facts);
        self.out.sessions.len() - 1
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn acquire(
        &mut self,
        s: Sending<'a>,
        key: Val,
        lease: Lease,
        token: Option<Val>,
        replies: (Raw, Raw),
        reentrant: bool,
        loser_extends: bool,
        site: &CallSite<'a>,
        mut state: State<'a>,
    ) -> Outs<'a> {
        let slot = self.open_session(&s, &key, lease, token, &state);
        self.deed(&s.op, &key, super::trace::What::Take(slot), None, Lease::Unknown, &mut state);
        let reads = self.reads_so_far(&state);
        self.marks_before(slot);
        let rust = self.lang(site.frame) == dogpile_ir::Lang::Rust;
        let elsewhere = self.answers_elsewhere(s.row.client, &s.reply);
        let facts = &mut self.out.sessions[slot];
        facts.reentrant = reentrant;
        facts.loser_extends = loser_extends;
        facts.blurred |=
            [replies.0, replies.1].iter().any(|r| matches!(r, Raw::Any | Raw::Number)) || replies.0 == replies.1;
        // The answer of what is queued comes when the queue is sent, and is not followed back to it.
        facts.blurred |= s.queue.is_some() && rust || elsewhere;
        facts.reads_before.extend(reads);
        self.units_of_lease(&s.op, &self.out.sessions[slot].lease.clone(), site, &state);
        self.note_sharing(slot, &key, site, &state);
        self.note_quorum(slot, &key, site, &state);
        let in_part = self.is_won_in_part(slot, &state);
        state.restart_site(slot);
        let mut outs = Vec::new();
        for (status, raw) in [(Status::Won, replies.0), (Status::Lost, replies.1), (Status::Failed, Raw::Failure)] {
            let mut state = state.clone();
            if status == Status::Won {
                self.supersede(&key, &mut state);
            }
            state.restart(slot, if in_part { Status::Won } else { status });
            self.is_part(slot, &mut state);
            outs.extend(self.simple_reply(s.clone(), raw, site, state));
        }
        outs
    }

    /// Who holds the lock by now did not lose it: an attempt of another site that failed is over.
    fn supersede(&self, key: &Val, state: &mut State<'a>) {
        let same = self.sessions_of(key, state);
        state.held.retain(|h| !(same.contains(&h.slot) && matches!(h.status, Status::Lost | Status::Failed)));
    }

    pub(super) fn library_acquire(
        &mut self,
        row: Row<'a>,
        evidence: Evidence,
        acquire: &'a AcquireRow,
        site: CallSite<'a>,
        mut state: State<'a>,
    ) -> Outs<'a> {
        let span = site.call.span;
        let name = site.call_name();
        let client = self.cx.program.models.client(row.client).name.clone();
        let mut s = self.sending(row, evidence, "", &format!("{client} {name}"), &site, &state);
        s.queue = None;
        self.note_context_use(&site, &state);
        let key = self
            .path(&acquire.key, &site, &state)
            .unwrap_or_else(|| Val::new(Sym::Result(span, 0, "key".into(), vec![]), span));
        let lease = acquire.ttl.as_ref().map_or(Lease::Unknown, |t| self.lease(t, &site, &state));
        let token = acquire.token.as_deref().filter(|t| t.starts_with('$')).and_then(|p| self.path(p, &site, &state));
        let waits = self.waits_inside(acquire, &site, &state);
        let slot = self.open_session(&s, &key, lease, token, &state);
        self.deed(&s.op, &key, super::trace::What::Take(slot), None, Lease::Unknown, &mut state);
        let reads = self.reads_so_far(&state);
        self.marks_before(slot);
        {
            let facts = &mut self.out.sessions[slot];
            facts.library = true;
            facts.runs = acquire.runs.is_some();
            facts.library_token = acquire.token.clone().filter(|t| !t.starts_with('$'));
            facts.indistinct = acquire.lost == acquire.failed;
            facts.auto_renews = acquire.renews;
            facts.reentrant = acquire.reentrant;
            facts.throws_when_lost = acquire.lost.iter().any(|w| w.starts_with("error") || w.starts_with("raises"));
            facts.waits_inside = (waits != Waits::None).then_some(waits);
            facts.reads_before.extend(reads);
        }
        self.units_of_lease(&s.op, &self.out.sessions[slot].lease.clone(), &site, &state);
        self.note_sharing(slot, &key, &site, &state);
        self.note_quorum(slot, &key, &site, &state);
        let in_part = self.is_won_in_part(slot, &state);
        state.restart_site(slot);
        let mut outs = Vec::new();
        let mut handle: Option<Val> = None;
        for (status, words) in
            [(Status::Won, &acquire.won), (Status::Lost, &acquire.lost), (Status::Failed, &acquire.failed)]
        {
            if words.is_empty() && status != Status::Won {
                continue;
            }
            let mut state = state.clone();
            if status == Status::Won {
                self.supersede(&key, &mut state);
                // Where nothing is given to release by, what took the lock has it: `lock.acquire(key)`.
                if let Some(taker) = &site.receiver
                    && !acquire.key.starts_with("$0")
                    && !words.iter().any(|word| word == "handle" || word == "cancel")
                {
                    state.set_field(taker.sym.clone(), "key".into(), key.clone());
                }
            }
            state.restart(slot, if in_part { Status::Won } else { status });
            self.is_part(slot, &mut state);
            let vals: Vec<Val> = words
                .iter()
                .enumerate()
                .map(|(i, w)| match w.as_str() {
                    "handle" => {
                        let ty = acquire
                            .handle
                            .as_deref()
                            .map(|t| self.cx.program.models.qualified_type(row.client, t))
                            .unwrap_or_default();
                        let val = handle
                            .get_or_insert_with(|| Val::new(Sym::Object(ty.into(), u32::MAX - span.start), span))
                            .clone();
                        state.set_field(val.sym.clone(), "key".into(), key.clone());
                        val
                    }
                    other => self.outcome_word(row, other, i, &site),
                })
                .collect();
            if let Some(raised) = self.raised_word(row, words, status == Status::Lost, site.call.span) {
                outs.push((state, Out::Raise(raised)));
                continue;
            }
            if status == Status::Won
                && let Some(runs) = &acquire.runs
            {
                let passed = acquire.passes.iter().map(|word| self.passed_word(word, span)).collect();
                if acquire.renews && acquire.passes.iter().any(|word| word == "context") {
                    self.note_signal(runs, &acquire.passes, &s, &key, &site, &state);
                }
                for (mut after, out) in self.run_function(runs, passed, &site, state) {
                    if after.status(slot) == Some(Status::Won) {
                        self.note_escapes(slot, &after);
                        after.set_status(slot, Status::Released);
                        self.note_release(
                            slot,
                            super::record::ReleaseFacts {
                                site: s.op.clone(),
                                guard: GuardFact::Atomic(None),
                                statuses: BTreeSet::from([Status::Won]),
                                context: None,
                                cancelled: false,
                                deferred: true,
                                throws_unheld: false,
                                handling: false,
                            },
                        );
                    }
                    let out = match out {
                        Out::Values(_) => Out::Values(vals.clone()),
                        other => other,
                    };
                    outs.push((after, out));
                }
                continue;
            }
            outs.push((state, Out::Values(vals)));
        }
        outs
    }

    /// What a library's callback is called with.
    fn passed_word(&mut self, word: &str, span: dogpile_source::Span) -> Val {
        if word != "context" {
            return Val::new(Sym::Result(span, 0, word.into(), vec![]), span);
        }
        let id = self.fresh_id();
        let context = crate::sym::ContextSym {
            origin: crate::sym::Origin::Background,
            timeout_ms: None,
            limited: false,
            endless: false,
            span,
            id,
        };
        Val::new(Sym::Context(context), span)
    }

    /// A library that renews tells of a loss by the signal that it passes: a callback that does not take it, or never
    /// reads it, ignores the loss.
    fn note_signal(
        &mut self,
        runs: &str,
        passes: &[String],
        s: &Sending<'a>,
        key: &Val,
        site: &CallSite<'a>,
        state: &State<'a>,
    ) {
        let Some(Sym::Func(f, _)) = self.path(runs, site, state).map(|v| (*v.sym).clone()) else { return };
        let function = self.cx.program.function(f);
        let at = passes.iter().position(|word| word == "context");
        let param = at.and_then(|i| function.params.get(i)).map(|p| p.local);
        let read = param.is_some_and(|local| crate::walk::mentions(self.cx.program.module(f), local));
        let index = self.renewal_fact(s, key, GuardFact::Atomic(None), Lease::Unknown, state);
        let fact = &mut self.out.renewals[index];
        if read {
            fact.told = true;
        } else {
            fact.ignored = Some(site.call.span);
        }
    }

    /// What is thrown where the words say `raises` or `raises:<name>`.
    fn raised_word(&self, row: Row<'a>, words: &[String], lost: bool, span: dogpile_source::Span) -> Option<Val> {
        let rest = words.first()?.strip_prefix("raises")?;
        let sym = match rest.strip_prefix(':') {
            Some(name) => Sym::Error(self.cx.program.models.qualified(row.client, name).into()),
            None => Sym::Error(if lost { "not ours" } else { "failure" }.into()),
        };
        Some(Val::new(sym, span))
    }

    fn outcome_word(&mut self, row: Row<'a>, word: &str, i: usize, site: &CallSite<'a>) -> Val {
        let span = site.call.span;
        let sym = match word {
            "nil" => Sym::Nil,
            "true" => Sym::Bool(true),
            "false" => Sym::Bool(false),
            "error" => Sym::Error("failure".into()),
            "cancel" => {
                let base: S = Arc::new(Sym::Object("lock-cancel".into(), span.start));
                Sym::Bound(base, "cancel".into())
            }
            "context" => match site.args.iter().find(|a| matches!(&*a.sym, Sym::Context(_))) {
                Some(ctx) => (*ctx.sym).clone(),
                None => Sym::Unknown,
            },
            other => match other.strip_prefix("error:") {
                Some(name) => Sym::Error(self.cx.program.models.qualified(row.client, name).into()),
                None => Sym::Result(span, i, other.into(), vec![]),
            },
        };
        Val::new(sym, span)
    }

    /// What a lock library sends for a handle, the lock's key, and whether it asks who owns it.
    fn of_handle(
        &mut self,
        row: Row<'a>,
        evidence: Evidence,
        handle: &'a HandleRow,
        site: &CallSite<'a>,
        state: &State<'a>,
    ) -> (Sending<'a>, Val, GuardFact) {
        let name = site.call_name();
        let client = self.cx.program.models.client(row.client).name.clone();
        let s = self.sending(row, evidence, "", &format!("{client} {name}"), site, state);
        let key = self.handle_key(handle, site, state);
        let guard = if handle.guarded { GuardFact::Atomic(None) } else { GuardFact::None };
        (s, key, guard)
    }

    /// How a library's acquire waits, by what it was told.
    fn waits_inside(&mut self, acquire: &AcquireRow, site: &CallSite<'a>, state: &State<'a>) -> Waits {
        let tries = acquire.retries.iter().find_map(|path| self.path(path, site, state)?.sym.int());
        let mut limits = acquire.limits.iter().filter_map(|path| self.path(path, site, state));
        match tries {
            Some(0) => Waits::None,
            Some(..0) => Waits::Forever,
            _ if acquire.waits == Waits::Forever && limits.any(|limit| *limit.sym != Sym::Nil) => Waits::Bounded,
            _ => acquire.waits,
        }
    }

    pub(super) fn library_release(
        &mut self,
        row: Row<'a>,
        evidence: Evidence,
        handle: &'a HandleRow,
        site: CallSite<'a>,
        state: State<'a>,
    ) -> Outs<'a> {
        let (s, key, guard) = self.of_handle(row, evidence, handle, &site, &state);
        let mut outs = Vec::new();
        for (i, words) in [&handle.done, &handle.lost, &handle.failed].into_iter().enumerate() {
            if words.is_empty() && i > 0 {
                continue;
            }
            let mut state = state.clone();
            self.release_key(&s, &key, guard.clone(), handle.throws_unheld, &mut state);
            if let Some(raised) = self.raised_word(row, words, i == 1, site.call.span) {
                outs.push((state, Out::Raise(raised)));
                continue;
            }
            let vals = words.iter().enumerate().map(|(i, w)| self.outcome_word(row, w, i, &site)).collect();
            outs.push((state, Out::Values(vals)));
        }
        outs
    }

    pub(super) fn library_renew(
        &mut self,
        row: Row<'a>,
        evidence: Evidence,
        handle: &'a HandleRow,
        site: CallSite<'a>,
        state: State<'a>,
    ) -> Outs<'a> {
        let (s, key, guard) = self.of_handle(row, evidence, handle, &site, &state);
        let lease = handle.ttl.as_ref().map_or(Lease::Unknown, |t| self.lease(t, &site, &state));
        let index = self.renewal_fact(&s, &key, guard, lease, &state);
        let vote = self.is_one_vote(&key, &site, &state);
        self.out.renewals[index].told |= vote;
        let mut outs = Vec::new();
        for (i, words) in [&handle.done, &handle.lost, &handle.failed].into_iter().enumerate() {
            if words.is_empty() && i > 0 {
                continue;
            }
            let mut state = state.clone();
            if i > 0 && !vote {
                state.losses.insert(index);
            }
            if i > 1 && !vote {
                state.beside.failures.insert(index);
            }
            if let Some(raised) = self.raised_word(row, words, i == 1, site.call.span) {
                outs.push((state, Out::Raise(raised)));
                continue;
            }
            let vals = words.iter().enumerate().map(|(i, w)| self.outcome_word(row, w, i, &site)).collect();
            outs.push((state, Out::Values(vals)));
        }
        outs
    }

    /// The key of a handle's lock: the one it was made for; else the handle itself stands for it.
    fn handle_key(&mut self, handle: &HandleRow, site: &CallSite<'a>, state: &State<'a>) -> Val {
        let span = site.call.span;
        let path = handle.key.as_deref().unwrap_or("$0.key");
        if let Some(val) = self.path(path, site, state)
            && *val.sym != Sym::Unknown
        {
            return val;
        }
        match &site.receiver {
            Some(r) if *r.sym != Sym::Unknown => Val::new(Sym::Field(r.sym.clone(), "key".into()), span),
            _ => Val::unknown(span),
        }
    }
}
