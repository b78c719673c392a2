//! Redis commands on a path: what they do to the locks in sight.

use super::call::{CallSite, Outs};
use super::observe::made_by;
use super::record::{CacheFacts, GuardFact, Lease, LeaseUnit, Loose, OpSite, ReleaseFacts, RenewalFacts};
use super::reply::Raw;
use super::state::{State, Status};
use super::trace::{WaitEnd, What};
use super::{Explorer, Out};
use crate::sym::{S, Sym, Val};
use crate::typing::Evidence;
use dogpile_ir::BinaryOp;
use dogpile_models::{CacheOp, CacheScope, Role, Row};
use dogpile_redis::{DelWhen, ExpireWhen, Meaning, SetWhen, TtlArg, Word, meaning};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A command on its way: who sends it, from where.
#[derive(Clone)]
pub(super) struct Sending<'a> {
    pub(super) row: Row<'a>,
    pub(super) reply: String,
    pub(super) op: OpSite,
    /// The context it is sent with.
    pub(super) context: Option<Val>,
    /// The pipeline or transaction it is queued on.
    pub(super) queue: Option<(S, Role)>,
}

impl<'a> Explorer<'a, '_> {
    pub(super) fn op_site(
        &self,
        site: &CallSite<'a>,
        command: &str,
        client: Option<dogpile_models::ClientId>,
        evidence: Evidence,
    ) -> OpSite {
        // A client behind another name sends nothing of its own: the call of it is the command's place.
        let mut frame = site.frame;
        let mut span = site.call.name_span;
        while self.cx.reach.is_thin(&self.cx.program, self.frame(frame).func)
            && let (Some(call), Some(caller)) = (self.frame(frame).via.last().copied(), self.frame(frame).caller)
        {
            span = call;
            frame = caller;
        }
        let info = self.frame(frame);
        OpSite {
            span,
            via: info.via.clone(),
            func: self.named_function(info.func),
            command: command.to_owned(),
            words: Arc::default(),
            client,
            evidence,
        }
    }

    pub(super) fn sending(
        &mut self,
        row: Row<'a>,
        evidence: Evidence,
        reply: &str,
        command: &str,
        site: &CallSite<'a>,
        state: &State<'a>,
    ) -> Sending<'a> {
        let op = self.op_site(site, command, Some(row.client), evidence);
        let context = row.call.context.as_deref().and_then(|p| self.path(p, site, state));
        let queue = site.receiver.as_ref().and_then(|r| {
            let role = self.role(&r.sym).or_else(|| match &site.call.callee {
                dogpile_ir::Callee::Method { receiver, .. } => {
                    let ty = self.static_type(site.frame, receiver);
                    ty.name().and_then(|n| self.cx.program.models.type_of(n)).map(|(_, t)| t.role)
                }
                _ => None,
            })?;
            matches!(role, Role::Pipeline | Role::Transaction).then(|| (r.sym.clone(), role))
        });
        Sending { row, reply: reply.to_owned(), op, context, queue }
    }

    pub(super) fn command(
        &mut self,
        row: Row<'a>,
        evidence: Evidence,
        reply: &str,
        words: Vec<Val>,
        site: CallSite<'a>,
        mut state: State<'a>,
    ) -> Outs<'a> {
        let texts: Vec<Option<String>> = words
            .iter()
            .map(|w| match &*w.sym {
                Sym::Str(text) => Some(text.to_string()),
                Sym::Int(n, _) => Some(n.to_string()),
                _ => None,
            })
            .collect();
        let view: Vec<Word<'_>> = texts.iter().map(|t| t.as_deref().map_or(Word::Hole, Word::Lit)).collect();
        let meant = meaning(&view);
        let name = texts.first().cloned().flatten().unwrap_or_default().to_ascii_uppercase();
        self.note_context_use(&site, &state);
        let mut s = self.sending(row, evidence, reply, &name, &site, &state);
        s.op.words = words.as_slice().into();
        match meant {
            Meaning::Set { key, value, ttl, when: SetWhen::IfAbsent, get } => {
                let mut s = s;
                s.op.command = if name == "SET" { "SET NX".to_owned() } else { name };
                let lease = lease_of(ttl, &words);
                let status = texts.first().is_some_and(|t| t.as_deref().is_some_and(|t| t.eq_ignore_ascii_case("set")));
                let (won, lost) = match (get, status) {
                    (true, _) => (Raw::Nil, Raw::Text),
                    (false, true) => (Raw::Ok, Raw::Nil),
                    (false, false) => (Raw::Int(1), Raw::Int(0)),
                };
                let token = Some(words[value].clone());
                self.acquire(s, words[key].clone(), lease, token, (won, lost), false, false, &site, state)
            }
            Meaning::Set { key, value, ttl, when, get } => {
                let lease = lease_of(ttl, &words);
                let (key, value) = (words[key].clone(), words[value].clone());
                let data = self.is_data(&value, &key, &state);
                let taken_over = self.is_taken_over(&key, &state);
                if when == SetWhen::Always {
                    let what = if get { What::Swap } else { What::Put };
                    self.deed(&s.op, &key, what, Some(&value), lease.clone(), &mut state);
                }
                match when {
                    SetWhen::IfEqual(_) | SetWhen::IfDigestEqual(_) => {
                        self.renew_command(s, key, GuardFact::Atomic(None), lease, &site, state)
                    }
                    SetWhen::IfPresent => self.renew_command(s, key, GuardFact::None, lease, &site, state),
                    // The old value tells who had it.
                    SetWhen::Always if get && self.is_lost(&key, &state) => {
                        for slot in self.sessions_of(&key, &state) {
                            self.out.sessions[slot].blurred = true;
                        }
                        let value = Sym::Read(key.sym, s.op.span);
                        self.reply_with(s, Arc::new(value), &site, state)
                    }
                    // Somebody else's lock, looked at and taken for over: it is this path's from here.
                    SetWhen::Always if taken_over => {
                        for slot in self.sessions_of(&key, &state) {
                            self.out.sessions[slot].blurred = true;
                            state.set_status(slot, Status::Won);
                        }
                        self.simple_reply(s, Raw::Ok, &site, state)
                    }
                    // Data over one's own lock is no renewal of it.
                    SetWhen::Always if data && self.session_of(&key, &state).is_some() => {
                        if let Some(slot) = self.session_of(&key, &state) {
                            self.out.sessions[slot].answered = true;
                        }
                        self.simple_reply(s, Raw::Ok, &site, state)
                    }
                    // A plain SET over one's own lock: a renewal that asks nobody.
                    _ if self.session_of(&key, &state).is_some_and(|slot| {
                        !matches!(state.status(slot), Some(Status::Lost | Status::Failed))
                            && !self.is_taken_in_turn(slot)
                    }) =>
                    {
                        let index = self.renewal_fact(&s, &key, GuardFact::None, lease, &state);
                        let mut failed = state.clone();
                        failed.losses.insert(index);
                        failed.beside.failures.insert(index);
                        let mut outs = self.simple_reply(s.clone(), Raw::Ok, &site, state);
                        outs.extend(self.simple_reply(s, Raw::Failure, &site, failed));
                        outs
                    }
                    _ => {
                        self.plain_set(&s, &key, &value, lease, &mut state);
                        self.simple_reply(s, Raw::Ok, &site, state)
                    }
                }
            }
            Meaning::Expire { key, ttl, when } => {
                let lease = lease_of(ttl, &words);
                let key = words[key].clone();
                self.entry_expires(&key, &lease);
                if when == ExpireWhen::Nx {
                    if let Some(slot) = self.session_of(&key, &state)
                        && s.queue.as_ref().is_some_and(|q| {
                            q.1 == Role::Transaction && self.out.sessions[slot].queue.as_ref() == Some(&q.0)
                        })
                        && self.out.sessions[slot].lease == Lease::Absent
                    {
                        self.out.sessions[slot].expiry_same_step = true;
                        self.out.sessions[slot].lease = lease;
                    }
                    return self.simple_reply(s, Raw::Number, &site, state);
                }
                self.expire_command(s, key, lease, &site, state)
            }
            Meaning::Persist { key } => {
                self.renew_command(s, words[key].clone(), GuardFact::None, Lease::Absent, &site, state)
            }
            Meaning::Delete { keys, when } => {
                let guard = match when {
                    DelWhen::Always => GuardFact::None,
                    DelWhen::IfEqual(at) => GuardFact::Atomic(words.get(at).cloned()),
                    DelWhen::IfNotEqual(_) | DelWhen::Unknown => GuardFact::Unknown,
                };
                for key in keys {
                    self.release_key(&s, &words[key].clone(), guard.clone(), false, &mut state);
                }
                self.simple_reply(s, Raw::Number, &site, state)
            }
            Meaning::Read { keys } => {
                let Some(key) = keys.first().map(|k| words[*k].clone()) else {
                    return self.simple_reply(s, Raw::Any, &site, state);
                };
                self.deed(&s.op, &key, What::Look, None, Lease::Unknown, &mut state);
                if matches!(name.as_str(), "GET" | "HGET" | "HGETALL" | "MGET" | "EXISTS" | "GETEX") {
                    self.note_read(&s, &key, &mut state);
                }
                self.looks_at_mark(&name, &words, &s.op, &state);
                let value = Sym::Read(key.sym, s.op.span);
                self.reply_with(s, Arc::new(value), &site, state)
            }
            // What is sent from here on is done only if nobody touched the key; what ends that, we need not know.
            Meaning::Watch { .. } | Meaning::Unwatch => {
                state.watching = matches!(meant, Meaning::Watch { .. });
                self.simple_reply(s, Raw::Ok, &site, state)
            }
            Meaning::Increment { .. } => self.simple_reply(s, Raw::Number, &site, state),
            Meaning::HashSetIfAbsent { .. } | Meaning::Write { .. } => {
                let keys = match &meant {
                    Meaning::Write { keys } => keys.clone(),
                    Meaning::HashSetIfAbsent { key, .. } => vec![*key],
                    _ => vec![],
                };
                self.fills_mark(&name, &words, &state);
                if let Some(key) = keys.first() {
                    self.note_write(&s.op, &words[*key].clone(), false, &state);
                }
                self.simple_reply(s, Raw::Any, &site, state)
            }
            Meaning::Eval { script, keys, args, by_sha: false, function: false, counted } => {
                let text = words[script].clone();
                let keys = if counted { Some(words[keys].to_vec()) } else { None };
                self.run_script(s, &text, keys, words[args].to_vec(), &site, state)
            }
            Meaning::Eval { .. } => {
                self.note_opaque(&state);
                self.simple_reply(s, Raw::Any, &site, state)
            }
            Meaning::ListPop { timeout: Some(at), blocking: true, .. } => {
                let end = match words[at].sym.int() {
                    Some(0) => Self::ends_by_context(s.context.as_ref()),
                    _ => WaitEnd::Time,
                };
                self.waits_for_item(s.op.clone(), end, &state);
                self.simple_reply(s, Raw::Any, &site, state)
            }
            _ => self.simple_reply(s, Raw::Any, &site, state),
        }
    }

    fn plain_set(&mut self, s: &Sending<'a>, key: &Val, value: &Val, lease: Lease, state: &mut State<'a>) {
        self.note_write(&s.op, key, false, state);
        let set = CacheFacts::new(s.op.clone(), CacheOp::Set, key.clone(), CacheScope::Shared, lease.clone());
        self.note_cache(CacheFacts { is_flag: is_flag(&value.sym), made_by: made_by(value, state), ..set }, state);
        // Under WATCH a read and the SET after it are one step.
        if !state.watching {
            self.out.loose.push(Loose::Set { site: s.op.clone(), key: key.clone() });
        }
    }

    fn note_read(&mut self, s: &Sending<'a>, key: &Val, state: &mut State<'a>) {
        for slot in self.sessions_of(key, state) {
            if let Some(held) = state.held.iter_mut().find(|h| h.slot == slot) {
                held.examined = true;
            }
        }
        self.out.loose.push(Loose::Read { site: s.op.clone(), key: key.clone() });
        self.note_cache(
            CacheFacts::new(s.op.clone(), CacheOp::Get, key.clone(), CacheScope::Shared, Lease::Unknown),
            state,
        );
    }

    /// EXPIRE behind a SET without one: the entry has an end after all.
    fn entry_expires(&mut self, key: &Val, lease: &Lease) {
        let endless = |c: &&mut CacheFacts| c.op == CacheOp::Set && c.key.sym == key.sym && c.ttl == Lease::Absent;
        self.out.caches.iter_mut().filter(endless).for_each(|set| set.ttl = lease.clone());
    }

    /// EXPIRE: the second half of a two-step acquire, or a renewal.
    fn expire_command(
        &mut self,
        s: Sending<'a>,
        key: Val,
        lease: Lease,
        site: &CallSite<'a>,
        state: State<'a>,
    ) -> Outs<'a> {
        let guard = compared_read(&key, &state).map_or(GuardFact::None, GuardFact::ReadThenAct);
        if let Some(slot) = self.session_of(&key, &state) {
            let status = state.status(slot);
            let first = self.out.sessions[slot].lease == Lease::Absent;
            let same_queue =
                s.queue.is_some() && s.queue.as_ref().map(|q| &q.0) == self.out.sessions[slot].queue.as_ref();
            if first && matches!(status, Some(Status::Won)) {
                if same_queue && s.queue.as_ref().is_some_and(|q| q.1 == Role::Transaction) {
                    self.out.sessions[slot].expiry_same_step = true;
                    self.out.sessions[slot].lease = lease;
                } else if !self.out.sessions[slot].expiries.iter().any(|(o, _)| o.span == s.op.span) {
                    self.out.sessions[slot].expiries.push((s.op.clone(), None));
                }
                return self.simple_reply(s, Raw::Number, site, state);
            }
            if first && self.out.sessions[slot].expiries.iter().any(|(o, _)| o.span == s.op.span) && !same_queue {
                return self.simple_reply(s, Raw::Number, site, state);
            }
            if matches!(status, Some(Status::Lost)) && (same_queue || s.queue.is_some()) {
                let index = self.renewal_fact(&s, &key, GuardFact::None, lease, &state);
                self.out.renewals[index].unheld = true;
                return self.simple_reply(s, Raw::Number, site, state);
            }
            // The second half of what is queued with the acquire, whatever came of that.
            if same_queue {
                return self.simple_reply(s, Raw::Number, site, state);
            }
            if self.is_taken_in_turn(slot) {
                return self.simple_reply(s, Raw::Number, site, state);
            }
        }
        self.renew_command(s, key, guard, lease, site, state)
    }

    /// A renewal: done, lost to somebody else, or not answered.
    pub(super) fn renew_command(
        &mut self,
        s: Sending<'a>,
        key: Val,
        guard: GuardFact,
        lease: Lease,
        site: &CallSite<'a>,
        state: State<'a>,
    ) -> Outs<'a> {
        let index = self.renewal_fact(&s, &key, guard, lease, &state);
        let mut outs = self.simple_reply(s.clone(), Raw::Int(1), site, state.clone());
        let vote = self.is_one_vote(&key, site, &state);
        self.out.renewals[index].told |= vote;
        for raw in [Raw::Int(0), Raw::Failure] {
            let mut lost = state.clone();
            if !vote {
                lost.losses.insert(index);
            }
            if matches!(raw, Raw::Failure) && !vote {
                lost.beside.failures.insert(index);
            }
            outs.extend(self.simple_reply(s.clone(), raw, site, lost));
        }
        outs
    }

    pub(super) fn renewal_fact(
        &mut self,
        s: &Sending<'a>,
        key: &Val,
        guard: GuardFact,
        lease: Lease,
        state: &State<'a>,
    ) -> usize {
        let slot = self.session_of(key, state);
        let found = self.out.renewals.iter().position(|r| r.site == s.op);
        let index = found.unwrap_or_else(|| {
            self.out.renewals.push(RenewalFacts {
                site: s.op.clone(),
                key: key.clone(),
                guard,
                lease,
                interval: None,
                heartbeat: false,
                unheld: false,
                ignored: None,
                ended: None,
                told: false,
                returned: false,
                in_session: false,
                heart: super::beside::HeartFacts::default(),
            });
            self.out.renewals.len() - 1
        });
        self.note_beat(index, s.context.as_ref(), state);
        let fact = &mut self.out.renewals[index];
        let of_round = self.regions.is_of_round(slot);
        fact.interval = fact.interval.or(state.tick.filter(|_| !of_round));
        fact.heartbeat |= state.spawned;
        if let Some(slot) = slot {
            fact.in_session = true;
            let list = &mut self.out.sessions[slot].renewals;
            if !list.contains(&index) {
                list.push(index);
            }
        } else if found.is_none() {
            self.out.loose.push(Loose::Renewal { index });
        }
        index
    }

    /// DEL and its kin on one key.
    pub(super) fn release_key(
        &mut self,
        s: &Sending<'a>,
        key: &Val,
        guard: GuardFact,
        throws_unheld: bool,
        state: &mut State<'a>,
    ) {
        let guard = match guard {
            GuardFact::None if state.watching => GuardFact::Atomic(None),
            GuardFact::None => compared_read(key, state).map_or(GuardFact::None, GuardFact::ReadThenAct),
            other => other,
        };
        let cancelled =
            s.context.as_ref().is_some_and(|c| state.truth(&Arc::new(Sym::Done(c.sym.clone()))) == Some(true));
        let compared = match guard {
            GuardFact::ReadThenAct(span) => Some(span),
            _ => None,
        };
        self.note_drop(&s.op, key, !matches!(guard, GuardFact::None | GuardFact::ReadThenAct(_)), compared, state);
        self.given_back(s, key, state);
        let mut slots = self.sessions_of(key, state);
        // What is held now is what is given back; an attempt before it that failed is over.
        let now: Vec<usize> = slots.iter().copied().filter(|slot| state.status(*slot) == Some(Status::Won)).collect();
        if !now.is_empty() {
            slots = now;
        }
        let mut statuses = BTreeSet::new();
        for slot in &slots {
            statuses.extend(state.status(*slot));
        }
        let facts = ReleaseFacts {
            site: s.op.clone(),
            guard: guard.clone(),
            statuses,
            context: s.context.clone(),
            cancelled,
            deferred: state.deferring,
            throws_unheld,
            handling: self.handlers > 0,
        };
        if slots.is_empty() {
            if !self.out.loose.iter().any(|l| matches!(l, Loose::Release { facts: f, .. } if f.site == facts.site)) {
                self.out.loose.push(Loose::Release { key: key.clone(), facts });
            }
            return;
        }
        for slot in slots {
            self.note_release(slot, ReleaseFacts { handling: facts.handling || state.undoes(slot), ..facts.clone() });
            self.gives_parts_back(slot, &s.op, state);
            if state.status(slot) == Some(Status::Won) {
                self.note_escapes(slot, state);
                state.set_status(slot, Status::Released);
            }
        }
    }

    pub(super) fn note_release(&mut self, slot: usize, facts: ReleaseFacts) {
        let list = &mut self.out.sessions[slot].releases;
        match list.iter_mut().find(|r| r.site == facts.site) {
            Some(known) => {
                known.statuses.extend(facts.statuses);
                known.cancelled |= facts.cancelled;
                known.deferred |= facts.deferred;
                known.handling &= facts.handling;
                if known.guard == GuardFact::None {
                    known.guard = facts.guard;
                }
            }
            None => list.push(facts),
        }
    }
}

/// The read whose comparison with something this path has passed, of the key that is now acted on.
fn compared_read(key: &Val, state: &State<'_>) -> Option<dogpile_source::Span> {
    state.conds.iter().find_map(|(cond, truth)| {
        let (Sym::Bin(BinaryOp::Eq, a, b), true) = (&**cond, *truth) else { return None };
        let mut found = None;
        for (side, other) in [(a, b), (b, a)] {
            if matches!(**other, Sym::Nil | Sym::Str(_)) && !matches!(&**other, Sym::Str(s) if !s.is_empty()) {
                continue;
            }
            side.any(&mut |s| {
                if let Sym::Read(k, span) = s
                    && *k == key.sym
                {
                    found = Some(*span);
                }
                false
            });
        }
        found
    })
}

fn lease_of(ttl: TtlArg, words: &[Val]) -> Lease {
    let unit = match ttl {
        TtlArg::Absent | TtlArg::Keep => return Lease::Absent,
        TtlArg::Unknown => return Lease::Unknown,
        TtlArg::Seconds(_) => LeaseUnit::Seconds,
        TtlArg::Millis(_) => LeaseUnit::Millis,
        TtlArg::UnixSeconds(_) | TtlArg::UnixMillis(_) => LeaseUnit::Point,
    };
    ttl.word().and_then(|at| words.get(at)).map_or(Lease::Unknown, |v| Lease::Value(v.clone(), unit))
}

impl<'a> Explorer<'a, '_> {
    /// A reply that we have no words for.
    pub(super) fn opaque_reply(
        &mut self,
        row: Row<'a>,
        reply: &str,
        site: &CallSite<'a>,
        state: State<'a>,
    ) -> Outs<'a> {
        self.note_opaque(&state);
        let s = self.sending(row, Evidence::Exact, reply, "?", site, &state);
        self.simple_reply(s, Raw::Any, site, state)
    }

    pub(super) fn simple_reply(&mut self, s: Sending<'a>, raw: Raw, site: &CallSite<'a>, state: State<'a>) -> Outs<'a> {
        if raw == Raw::Failure && self.raises(s.row.client, &s.reply) {
            return vec![(state, Out::Raise(Val::new(Sym::Error("failure".into()), site.call.span)))];
        }
        let vals = self.reply_values(&s, raw, site);
        vec![(state, Out::Values(vals))]
    }

    /// Whether a call that gives this reply throws when it fails: its language has exceptions, and no result is the
    /// error.
    fn raises(&self, client: dogpile_models::ClientId, reply: &str) -> bool {
        let models = self.cx.program.models;
        models.client(client).language == "typescript"
            && models
                .reply(client, reply)
                .is_some_and(|row| !row.direct.is_empty() && !row.direct.iter().any(|part| part == "error"))
    }
}

/// Whether a value is written out. What a variable is before anything fills it is none: a call that is not followed may have.
fn is_flag(value: &Sym) -> bool {
    match value {
        Sym::Str(text) => !text.is_empty(),
        Sym::Int(n, _) => *n != 0,
        Sym::Bool(truth) => *truth,
        _ => false,
    }
}
