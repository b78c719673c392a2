//! What a path has behind it: deeds on keys in their order, subscriptions, open transactions of a database.

use super::call::{CallSite, Outs};
use super::command::Sending;
use super::record::{Lease, OpSite};
use super::state::{State, Status};
use super::unknown::results;
use super::{Explorer, Out};
use crate::sym::{Origin, S, Sym, Val};
use crate::typing::Evidence;
use dogpile_models::{CacheOp, CacheScope, Does, Row};
use dogpile_source::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most deeds kept of one exploration.
const MAX_DEEDS: usize = 256;

/// The part of a path that is behind it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// Deeds that may have been done by now: paths that were joined keep what either had.
    past: BTreeSet<usize>,
    /// Subscriptions that may be open, latest last.
    listening: Vec<Listening>,
    /// Transactions of a database that are open, outermost first: where they begin.
    transactions: Vec<Span>,
    /// Locks given back in a transaction that is still open.
    early: BTreeSet<usize>,
}

/// An open subscription.
#[derive(Clone, Debug, PartialEq)]
struct Listening {
    span: Span,
    /// Something was asked of Redis since.
    asked: bool,
    /// Its confirmation was taken from the channel.
    confirmed: bool,
}

impl Trace {
    pub(crate) fn join(&mut self, other: &Trace) {
        self.past.extend(&other.past);
        for theirs in &other.listening {
            match self.listening.iter_mut().find(|l| l.span == theirs.span) {
                Some(mine) => {
                    mine.asked |= theirs.asked;
                    mine.confirmed &= theirs.confirmed;
                }
                None => self.listening.push(theirs.clone()),
            }
        }
        self.transactions.retain(|t| other.transactions.contains(t));
        self.early.extend(&other.early);
    }

    /// Takes the confirmation of the latest subscription, if it is still to come.
    pub(super) fn confirm(&mut self) -> bool {
        self.listening.last_mut().is_some_and(|l| !std::mem::replace(&mut l.confirmed, true))
    }

    pub(super) fn is_in_transaction(&self) -> bool {
        !self.transactions.is_empty()
    }
}

/// What is done to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum What {
    /// Read: its value, its TTL, whether it is there.
    Look,
    /// Taken if it is absent; the session.
    Take(usize),
    /// Set, whatever it holds.
    Put,
    /// Set, and the old value given back.
    Swap,
    /// Deleted; whether only if it holds what its owner wrote.
    Drop(bool),
}

/// Something done to a key on a path.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Deed {
    pub(crate) site: OpSite,
    pub(crate) key: Val,
    pub(crate) what: What,
    /// What the sessions of this key were on the paths here; empty: it was not tried yet.
    pub(crate) statuses: BTreeSet<Status>,
    /// Deeds that may come before it.
    pub(crate) before: BTreeSet<usize>,
    pub(crate) value: Option<Val>,
    pub(crate) lease: Lease,
    /// Once for each of many items.
    pub(crate) in_range: bool,
    /// Some lock is held on every path here.
    pub(crate) locked: bool,
    /// Under optimistic locking.
    pub(crate) watched: bool,
    /// A compared read stands between; where it reads.
    pub(crate) compared: Option<Span>,
    /// What it gave back was looked at.
    pub(crate) tested: bool,
}

/// A wait of somebody who lost, for a message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Wakeup {
    pub(crate) site: OpSite,
    /// Sessions that were lost on the way here.
    pub(crate) slots: BTreeSet<usize>,
    /// The subscription, where it is in sight.
    pub(crate) subscribed: Option<Span>,
    /// Something was asked of Redis between the subscription and the wait, on every path here.
    pub(crate) asked: bool,
    pub(crate) end: WaitEnd,
}

/// What ends a wait besides its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum WaitEnd {
    Nothing,
    /// The caller, when it gives up.
    Caller,
    Time,
}

/// A lock given back while a transaction of a database is open that is committed later.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EarlyRelease {
    pub(crate) slot: usize,
    pub(crate) release: usize,
    pub(crate) begun: Span,
    pub(crate) committed: Span,
}

/// What an exploration writes down of all this.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct TraceFacts {
    pub(crate) deeds: Vec<Deed>,
    pub(crate) wakeups: Vec<Wakeup>,
    pub(crate) early: Vec<EarlyRelease>,
}

impl<'a> Explorer<'a, '_> {
    /// Writes down a deed; `value` and `lease` where it stores something.
    pub(super) fn deed(
        &mut self,
        op: &OpSite,
        key: &Val,
        what: What,
        value: Option<&Val>,
        lease: Lease,
        state: &mut State<'a>,
    ) -> usize {
        let found = self.out.trace.deeds.iter().position(|d| d.what == what && d.site == *op && d.key.sym == key.sym);
        if found.is_none() && self.out.trace.deeds.len() >= MAX_DEEDS {
            return usize::MAX;
        }
        let statuses: Vec<Status> =
            self.sessions_of(key, state).into_iter().filter_map(|slot| state.status(slot)).collect();
        let locked = state.held.iter().any(|h| h.status == Status::Won);
        let index = found.unwrap_or_else(|| {
            self.out.trace.deeds.push(Deed {
                site: op.clone(),
                key: key.clone(),
                what,
                statuses: BTreeSet::new(),
                before: BTreeSet::new(),
                value: value.cloned(),
                lease,
                in_range: !self.rounds.is_empty(),
                locked: true,
                watched: true,
                compared: None,
                tested: false,
            });
            self.out.trace.deeds.len() - 1
        });
        let deed = &mut self.out.trace.deeds[index];
        deed.statuses.extend(statuses);
        deed.before.extend(&state.trace.past);
        deed.locked &= locked;
        deed.watched &= state.watching;
        state.trace.past.insert(index);
        if matches!(what, What::Look | What::Take(_) | What::Swap) {
            self.may_have_asked(state);
        }
        index
    }

    /// What a client's cache does to a key in Redis.
    pub(super) fn cache_deed(
        &mut self,
        op: CacheOp,
        scope: CacheScope,
        site: &OpSite,
        key: &Val,
        lease: Lease,
        state: &mut State<'a>,
    ) {
        if scope == CacheScope::Shared {
            let what = match op {
                CacheOp::Set => What::Put,
                CacheOp::Delete => What::Drop(false),
                CacheOp::Get | CacheOp::Load => What::Look,
            };
            self.deed(site, key, what, None, lease, state);
        }
    }

    /// DEL and its kin; `compared`: the read whose comparison this path has passed.
    pub(super) fn note_drop(
        &mut self,
        op: &OpSite,
        key: &Val,
        owned: bool,
        compared: Option<Span>,
        state: &mut State<'a>,
    ) {
        let index = self.deed(op, key, What::Drop(owned), None, Lease::Unknown, state);
        if let Some(deed) = self.out.trace.deeds.get_mut(index) {
            deed.compared = deed.compared.or(compared);
        }
    }

    /// A condition, or what is handed to other code: old values in it were looked at.
    pub(super) fn looked_at(&mut self, sym: &Sym) {
        if !self.out.trace.deeds.iter().any(|d| d.what == What::Swap && !d.tested) {
            return;
        }
        let mut reads = BTreeSet::new();
        sym.any(&mut |s| {
            if let Sym::Read(_, span) = s {
                reads.insert(*span);
            }
            false
        });
        for deed in self.out.trace.deeds.iter_mut().filter(|d| d.what == What::Swap && reads.contains(&d.site.span)) {
            deed.tested = true;
        }
    }

    /// Something whose effect is not known was called: it may well have asked again.
    pub(super) fn may_have_asked(&mut self, state: &mut State<'a>) {
        state.trace.listening.iter_mut().for_each(|l| l.asked = true);
    }

    /// A plain SET by somebody who lost, after a look at the key.
    pub(super) fn is_taken_over(&self, key: &Val, state: &State<'a>) -> bool {
        self.is_lost(key, state)
            && state.trace.past.iter().any(|at| {
                let deed = &self.out.trace.deeds[*at];
                deed.what == What::Look && deed.key.sym == key.sym && deed.statuses.contains(&Status::Lost)
            })
    }

    /// Every session of this key was lost on this path.
    pub(super) fn is_lost(&self, key: &Val, state: &State<'a>) -> bool {
        let slots = self.sessions_of(key, state);
        !slots.is_empty() && slots.iter().all(|slot| state.status(*slot) == Some(Status::Lost))
    }

    pub(super) fn subscribed(&mut self, span: Span, state: &mut State<'a>) {
        state.trace.listening.retain(|l| l.span != span);
        state.trace.listening.push(Listening { span, asked: false, confirmed: false });
    }

    /// A channel that brings messages, and where the subscription was made.
    pub(super) fn messages(&self, site: &CallSite<'a>) -> Val {
        let from = site.receiver.as_ref().map_or_else(|| Arc::new(Sym::Unknown), |r| r.sym.clone());
        Val::new(Sym::Result(site.call.span, 0, "messages".into(), vec![from]), site.call.span)
    }

    /// Waits for a message of a subscription in sight, on a path that lost a lock.
    pub(super) fn waits_for_message(&mut self, op: OpSite, end: WaitEnd, state: &State<'a>) {
        if let Some(last) = state.trace.listening.last() {
            self.waits(op, Some(last.span), last.asked, end, state);
        }
    }

    /// Waits for a word on a list, on a path that lost a lock; what is pushed before stays there.
    pub(super) fn waits_for_item(&mut self, op: OpSite, end: WaitEnd, state: &State<'a>) {
        self.waits(op, None, true, end, state);
    }

    fn waits(&mut self, op: OpSite, subscribed: Option<Span>, asked: bool, end: WaitEnd, state: &State<'a>) {
        let slots: BTreeSet<usize> = state.held.iter().filter(|h| h.status == Status::Lost).map(|h| h.slot).collect();
        if slots.is_empty() || state.spawned {
            return;
        }
        match self.out.trace.wakeups.iter_mut().find(|w| w.site == op) {
            Some(known) => {
                known.slots.extend(slots);
                known.asked &= asked;
                known.end = known.end.min(end);
            }
            None => self.out.trace.wakeups.push(Wakeup { site: op, slots, subscribed, asked, end }),
        }
    }

    /// A value is taken from a channel; `end`: what else would end this wait.
    pub(super) fn message_received(
        &mut self,
        frame: crate::sym::FrameId,
        at: Span,
        chan: &Val,
        end: WaitEnd,
        state: &State<'a>,
    ) {
        let Sym::Result(_, _, name, _) = &*chan.sym else { return };
        if &**name != "messages" {
            return;
        }
        let info = self.frame(frame);
        let op = OpSite {
            span: at,
            via: info.via.clone(),
            func: self.named_function(info.func),
            command: "receive".to_owned(),
            words: std::sync::Arc::default(),
            client: None,
            evidence: Evidence::Import,
        };
        self.waits_for_message(op, end, state);
    }

    /// How long a call waits by the context it gets.
    pub(super) fn ends_by_context(context: Option<&Val>) -> WaitEnd {
        match context.map(|c| &*c.sym) {
            None => WaitEnd::Nothing,
            Some(Sym::Context(c)) if c.limited => WaitEnd::Time,
            Some(Sym::Context(c)) if c.origin == Origin::Background => WaitEnd::Nothing,
            Some(_) => WaitEnd::Caller,
        }
    }

    /// Calls that leave a trace: subscriptions, waits for messages, transactions of a database.
    pub(super) fn trace_call(
        &mut self,
        row: Row<'a>,
        evidence: Evidence,
        site: CallSite<'a>,
        mut state: State<'a>,
    ) -> Outs<'a> {
        let span = site.call.span;
        match &row.call.does {
            Does::Subscribes { ty, .. } => {
                self.subscribed(span, &mut state);
                let gives = ty.as_ref().map_or(Sym::Result(span, 0, "subscribed".into(), vec![]), |ty| {
                    let ty = self.cx.program.models.qualified_type(row.client, ty);
                    self.object(&ty)
                });
                vec![(state, Out::Values(vec![Val::new(gives, span)]))]
            }
            Does::Waits { timeout, gives, confirms, future } => {
                // An emitter is waited on by the name of an event.
                if site.args.get(1).and_then(|a| a.sym.str()).is_some_and(|event| !event.ends_with("message")) {
                    return vec![(state, Out::Values(results(span, "row", 2, &[])))];
                }
                // Who takes a future waits, and says for how long.
                if gives.iter().any(|g| g == "channel") || (!site.call.awaited && (*future || self.throws(site.frame)))
                {
                    return vec![(state, Out::Values(vec![self.messages(&site)]))];
                }
                let context = row.call.context.as_deref().and_then(|p| self.path(p, &site, &state));
                let end = if timeout.is_some() { WaitEnd::Time } else { Self::ends_by_context(context.as_ref()) };
                let op = self.op_site(
                    &site,
                    row.call.name.first().map_or("receive", String::as_str),
                    Some(row.client),
                    evidence,
                );
                if !(*confirms && state.trace.confirm()) {
                    self.waits_for_message(op, end, &state);
                }
                vec![(state, Out::Values(results(span, "row", 2, &[])))]
            }
            Does::Transacts { function } => {
                self.transaction_begins(span, &mut state);
                let throws = self.throws(site.frame);
                let outs = self.run_function(function, vec![], &site, state);
                outs.into_iter()
                    .map(
                        |(state, out)| {
                            if throws { self.settled(span, state, out) } else { self.transacted(span, state, out) }
                        },
                    )
                    .collect()
            }
            Does::BeginsTransaction { ty, error } => {
                self.transaction_begins(span, &mut state);
                let mut vals = match ty {
                    Some(ty) => {
                        let ty = self.cx.program.models.qualified_type(row.client, ty);
                        vec![Val::new(self.object(&ty), span)]
                    }
                    None => results(span, "begin", 1, &[]),
                };
                if *error {
                    vals.push(Val::new(Sym::Result(span, 1, "error".into(), vec![]), span));
                }
                vec![(state, Out::Values(vals))]
            }
            Does::EndsTransaction { commits } => {
                self.transaction_ends(commits.then_some(site.call.name_span), &mut state);
                vec![(state, Out::Values(results(span, "end", 1, &[])))]
            }
            _ => vec![(state, Out::Values(results(span, "row", 2, &[])))],
        }
    }

    pub(super) fn transaction_begins(&mut self, span: Span, state: &mut State<'a>) {
        state.trace.transactions.retain(|t| *t != span);
        state.trace.transactions.push(span);
    }

    /// The same where exceptions tell of failures, and the call gives what the function gave.
    fn settled(&mut self, span: Span, mut state: State<'a>, out: Out) -> (State<'a>, Out) {
        self.transaction_ends(matches!(out, Out::Values(_)).then_some(span), &mut state);
        (state, out)
    }

    /// The function that a database ran in a transaction is back: it is committed if there was no error.
    pub(super) fn transacted(&mut self, span: Span, mut state: State<'a>, out: Out) -> (State<'a>, Out) {
        let failed = match &out {
            Out::Values(vals) => vals.last().is_some_and(|v| matches!(&*v.sym, Sym::Error(_))),
            _ => true,
        };
        self.transaction_ends((!failed).then_some(span), &mut state);
        // A commit can fail where the function did not.
        let out = match out {
            Out::Values(vals) if !failed => Out::Values(
                vals.iter()
                    .enumerate()
                    .map(|(i, _)| Val::new(Sym::Result(span, i, "commit".into(), vec![]), span))
                    .collect(),
            ),
            other => other,
        };
        (state, out)
    }

    /// A statement of SQL was sent: `BEGIN` and `COMMIT` are how a client without methods for them has transactions.
    pub(super) fn statement_sent(&mut self, sql: &Val, site: &CallSite<'a>, state: &mut State<'a>) {
        let Some(text) = sql.sym.str() else { return };
        let upper = text.trim().trim_end_matches(';').to_ascii_uppercase();
        let words: Vec<&str> = upper.split_whitespace().collect();
        match words.as_slice() {
            ["BEGIN", ..] | ["START", "TRANSACTION", ..] => self.transaction_begins(site.call.span, state),
            ["COMMIT" | "END", ..] => self.transaction_ends(Some(site.call.name_span), state),
            // Back to a savepoint is still in it.
            ["ROLLBACK", rest @ ..] if !rest.contains(&"TO") => self.transaction_ends(None, state),
            _ => {}
        }
    }

    /// The innermost transaction ends; what it did is visible to others from here.
    pub(super) fn transaction_ends(&mut self, committed: Option<Span>, state: &mut State<'a>) {
        let Some(begun) = state.trace.transactions.pop() else { return };
        for release in std::mem::take(&mut state.trace.early) {
            let Some(committed) = committed else { continue };
            let What::Drop(_) = self.out.trace.deeds[release].what else { continue };
            let slots: Vec<usize> = (0..self.out.sessions.len())
                .filter(|slot| {
                    self.out.sessions[*slot].releases.iter().any(|r| r.site == self.out.trace.deeds[release].site)
                })
                .collect();
            for slot in slots {
                if !self.out.trace.early.iter().any(|e| e.slot == slot && e.release == release) {
                    self.out.trace.early.push(EarlyRelease { slot, release, begun, committed });
                }
            }
        }
    }

    /// A lock that is held is given back: is a transaction open?
    pub(super) fn given_back(&mut self, s: &Sending<'a>, key: &Val, state: &mut State<'a>) {
        let held = self.sessions_of(key, state).into_iter().any(|slot| state.status(slot) == Some(Status::Won));
        if !held || !state.trace.is_in_transaction() {
            return;
        }
        if let Some(at) = self
            .out
            .trace
            .deeds
            .iter()
            .position(|d| matches!(d.what, What::Drop(_)) && d.site == s.op && d.key.sym == key.sym)
        {
            state.trace.early.insert(at);
        }
    }

    /// Whether a value is data, and not the token of a lock of this key.
    pub(super) fn is_data(&self, value: &Val, key: &Val, state: &State<'a>) -> bool {
        let slots = self.sessions_of(key, state);
        let tokens: Vec<S> = slots
            .into_iter()
            .filter_map(|slot| self.out.sessions[slot].token.as_ref().map(|t| t.sym.clone()))
            .collect();
        is_data(value, &tokens)
    }
}

/// Data, as far as can be told: not a token, not a flag, not a moment.
pub(crate) fn is_data(value: &Val, tokens: &[S]) -> bool {
    let mut parts = Vec::new();
    crate::keys::atoms(&value.sym, &mut parts);
    let token_like = |s: &S| {
        **s == Sym::Unknown
            || s.any(&mut |x| matches!(x, Sym::Fresh(_) | Sym::Clock(..) | Sym::PerProcess(_) | Sym::Bool(_)))
    };
    !parts.is_empty() && !tokens.contains(&value.sym) && !parts.iter().any(|p| token_like(p) || tokens.contains(p))
}
