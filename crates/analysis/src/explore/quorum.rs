//! One lock asked of several servers, or several locks asked in turn: won when enough of them are granted. Who is refused
//! after all has to give back what it did get.

use super::call::CallSite;
use super::control::Paths;
use super::record::OpSite;
use super::state::{State, Status};
use super::{Explorer, Flow};
use crate::program::FuncRef;
use crate::sym::{FrameId, S, Sym, Val};
use dogpile_ir::{Lang, Stmt, StmtKind, Type};
use dogpile_source::Span;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A loop over items that the exploration is in.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    frame: FrameId,
    span: Span,
    item: Item,
}

/// What differs from round to round.
#[derive(Clone, Debug)]
enum Item {
    /// An item of this list.
    Of(S),
    /// Whatever this function is given.
    Given(FuncRef),
}

/// A session that is taken in parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct QuorumFacts {
    /// The function that asks for the parts and tells what came of it.
    home: FrameId,
    /// The loop over them.
    round: Span,
    /// Ways out that keep parts although the whole was refused.
    pub(crate) leaks: BTreeMap<Span, PartLeak>,
    /// Those after which a caller gave the parts back.
    pub(crate) cleared: BTreeSet<Span>,
    /// By what the home function returns, won and refused can be told apart.
    pub(crate) decides: bool,
}

/// A way out with parts that nobody needs any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PartLeak {
    /// `None`: it does not leave, but asks anew.
    pub(crate) error: Option<bool>,
    pub(crate) steps: Vec<(Span, bool)>,
    /// They were still held when the root ended.
    pub(crate) kept: bool,
}

/// What a function says of a quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Won,
    /// Refused; whether by an error.
    Refused(bool),
    /// A number, or nothing at all: its caller decides.
    Open,
}

impl<'a> Explorer<'a, '_> {
    /// A loop over the items of a list begins.
    pub(super) fn begin_round(&mut self, frame: FrameId, span: Span, list: &Val) {
        self.rounds.push(Round { frame, span, item: Item::Of(list.sym.clone()) });
    }

    /// Whether a loop over it counts its rounds: a number, and nothing to take items from.
    pub(super) fn is_count(&self, frame: FrameId, over: &'a dogpile_ir::Value, val: &Val) -> bool {
        let number = |name: &str| {
            let digits = name.trim_start_matches(['u', 'i']).trim_start_matches("nt");
            matches!(digits, "" | "8" | "16" | "32" | "64" | "128" | "size") && name.starts_with(['u', 'i'])
        };
        val.sym.int().is_some() || self.static_type(frame, over).name().is_some_and(number)
    }

    /// A function is run for each item by somebody else.
    pub(super) fn begin_walk(&mut self, frame: FrameId, span: Span, function: FuncRef) {
        self.rounds.push(Round { frame, span, item: Item::Given(function) });
    }

    /// Whether somebody else runs what is explored for each item, perhaps all at once, and gets their answers together.
    pub(super) fn is_walked(&self) -> bool {
        self.rounds.iter().any(|round| matches!(round.item, Item::Given(_)))
    }

    pub(super) fn end_round(&mut self) {
        self.rounds.pop();
    }

    /// An object was made: of an item, it is as different from round to round as that is.
    pub(super) fn made_of(&mut self, object: &S, site: &CallSite<'a>, state: &State<'a>) {
        let Some(round) = self.rounds.last().cloned() else { return };
        if site.receiver.iter().chain(&site.args).any(|v| self.varies(&v.sym, &round, state)) {
            self.of_items.insert(object.clone());
        }
    }

    /// Whether a value differs from round to round.
    fn varies(&self, sym: &S, round: &Round, state: &State<'a>) -> bool {
        let own = |s: &Sym| match (s, &round.item) {
            (Sym::Index(list, _), Item::Of(over)) => list == over,
            (Sym::Param(module, local, _), Item::Given(f)) => {
                *module == f.module && self.cx.program.module(*f).local(*local).owner == Some(f.func)
            }
            (Sym::Object(..), _) => self.of_items.contains(s),
            _ => false,
        };
        let mut parts = vec![];
        let varies = sym.any(&mut |s| {
            if matches!(s, Sym::Alloc(_)) {
                parts.push(Arc::new(s.clone()));
            }
            own(s)
        });
        varies || parts.iter().any(|part| state.fields_of(part).any(|val| val.sym.any(&mut |s| own(s))))
    }

    /// An acquire, before its path splits: is it one of several that make one lock?
    pub(super) fn note_quorum(&mut self, slot: usize, key: &Val, site: &CallSite<'a>, state: &State<'a>) {
        let Some(round) = self.rounds.last().cloned() else { return };
        if self.out.sessions[slot].quorum.is_some() {
            if let Some(quorum) = &mut self.out.sessions[slot].quorum {
                quorum.home = round.frame;
            }
            return;
        }
        let one_token = self.out.sessions[slot].token.as_ref().is_none_or(|t| !self.varies(&t.sym, &round, state));
        if self.is_asked_of_item(key, one_token, &round, site, state) {
            self.out.sessions[slot].blurred = true;
            self.out.sessions[slot].quorum = Some(Box::new(QuorumFacts {
                home: round.frame,
                round: round.span,
                leaks: BTreeMap::new(),
                cleared: BTreeSet::new(),
                decides: false,
            }));
        }
    }

    /// One key on whatever server the round is about; or a lock that was made beforehand, one for each of them.
    fn is_asked_of_item(
        &self,
        key: &Val,
        one_token: bool,
        round: &Round,
        site: &CallSite<'a>,
        state: &State<'a>,
    ) -> bool {
        let mut frames = self.frames_up_to(site.frame, round.frame);
        let known = !key.sym.any(&mut |s| *s == Sym::Unknown);
        if one_token && known && !self.varies(&key.sym, round, state) {
            // Whom it is asked of: the object itself, or a connection that it is given.
            let number = |v: &Val| matches!(&*v.sym, Sym::Command(..) | Sym::Scaled(..) | Sym::Bin(..) | Sym::Int(..));
            return site
                .receiver
                .iter()
                .chain(site.args.iter().filter(|v| !number(v)))
                .any(|v| self.varies(&v.sym, round, state));
        }
        frames.any(|f| self.is_lock_of_item(f, round, state))
    }

    /// A command that is sent to one server after the other: what one of them says decides nothing.
    pub(super) fn is_one_vote(&self, key: &Val, site: &CallSite<'a>, state: &State<'a>) -> bool {
        self.rounds.last().is_some_and(|round| self.is_asked_of_item(key, true, round, site, state))
    }

    fn frames_up_to(&self, from: FrameId, home: FrameId) -> impl Iterator<Item = FrameId> + '_ {
        std::iter::successors(Some(from), |f| self.frame(*f).caller).take_while(move |f| *f != home)
    }

    fn is_lock_of_item(&self, frame: FrameId, round: &Round, state: &State<'a>) -> bool {
        let function = self.cx.program.function(self.frame(frame).func);
        let Some(receiver) = &function.receiver else { return false };
        let named = receiver.ty.name().map(|n| crate::names::last(n).to_ascii_lowercase()).unwrap_or_default();
        let item = state.local(frame, receiver.local).is_some_and(|v| match (&*v.sym, &round.item) {
            (Sym::Index(list, _), Item::Of(over)) => list == over,
            (Sym::Param(..), Item::Given(_)) => self.varies(&v.sym, round, state),
            _ => false,
        });
        item && (named.contains("lock") || named.contains("mutex"))
    }

    /// What a path knows of a session that it takes in parts is so far of parts.
    pub(super) fn is_part(&self, slot: usize, state: &mut State<'a>) {
        let in_turn = self.is_taken_in_turn(slot);
        if let Some(held) = state.held.iter_mut().find(|h| h.slot == slot) {
            held.part = in_turn;
        }
    }

    /// Won in part stays won in part, whatever the next server says.
    pub(super) fn is_won_in_part(&self, slot: usize, state: &State<'a>) -> bool {
        self.out.sessions[slot].quorum.is_some() && state.status(slot) == Some(Status::Won)
    }

    /// Parts that tasks beside the path took, for whoever started them to count.
    pub(super) fn parts_of_tasks(&self, ends: &[State<'a>], state: State<'a>) -> Vec<State<'a>> {
        let mut states = vec![state];
        let slots: BTreeSet<usize> = ends
            .iter()
            .flat_map(|end| &end.held)
            .filter(|h| h.status == Status::Won && self.out.sessions[h.slot].quorum.is_some())
            .map(|h| h.slot)
            .collect();
        for slot in slots.into_iter().filter(|slot| states[0].status(*slot) != Some(Status::Won)).collect::<Vec<_>>() {
            states = states
                .into_iter()
                .flat_map(|state| {
                    let (mut won, mut lost) = (state.clone(), state);
                    for (state, status) in [(&mut won, Status::Won), (&mut lost, Status::Lost)] {
                        state.restart(slot, status);
                        self.is_part(slot, state);
                    }
                    [won, lost]
                })
                .collect();
        }
        states
    }

    /// What is given back on each server is given back, as far as that can be: there are as many as were asked.
    pub(super) fn given_back_by_all(&self, before: &State<'a>, paths: &mut [(State<'a>, bool)]) {
        let held = before.held.iter().filter(|h| h.status == Status::Won && self.out.sessions[h.slot].quorum.is_some());
        for slot in held.map(|h| h.slot) {
            let given = |s: &State<'a>| matches!(s.status(slot), Some(Status::Released | Status::HandedOver));
            if paths.iter().any(|(s, goes_on)| *goes_on && given(s)) {
                for (state, _) in
                    paths.iter_mut().filter(|(s, goes_on)| *goes_on && s.status(slot) == Some(Status::Won))
                {
                    state.set_status(slot, Status::Released);
                }
            }
        }
    }

    /// See [`Self::given_back_by_all`], after a loop.
    pub(super) fn loop_gives_back(&self, before: &State<'a>, paths: &mut Paths<'a>) {
        if before.held.iter().all(|h| self.out.sessions[h.slot].quorum.is_none()) {
            return;
        }
        let (mut states, flows): (Vec<(State<'a>, bool)>, Vec<Flow>) =
            std::mem::take(paths).into_iter().map(|(s, f)| ((s, matches!(f, Flow::Next)), f)).unzip();
        self.given_back_by_all(before, &mut states);
        *paths = states.into_iter().map(|(s, _)| s).zip(flows).collect();
    }

    /// A loop goes round to ask all of them anew, with parts of the last round still held.
    pub(super) fn asks_anew(
        &mut self,
        frame: FrameId,
        span: Span,
        body: &'a [Stmt],
        again: &mut [State<'a>],
        leaves: impl Fn(usize) -> bool,
    ) {
        let Some(last) = last_span(body) else { return };
        for state in again {
            for slot in state.held.iter().filter(|h| h.status == Status::Won).map(|h| h.slot).collect::<Vec<_>>() {
                let Some(quorum) = &self.out.sessions[slot].quorum else { continue };
                if quorum.home == frame && quorum.round != span && span.contains(quorum.round) && leaves(slot) {
                    self.leave_parts(slot, last, None, state);
                }
            }
        }
    }

    /// The function that asks them ends: what it tells is what came of the whole.
    pub(super) fn quorum_ends(&mut self, frame: FrameId, mut paths: Paths<'a>) -> Paths<'a> {
        let mine = |s: &super::record::SessionFacts| s.quorum.as_ref().is_some_and(|q| q.home == frame);
        let slots: Vec<usize> = (0..self.out.sessions.len()).filter(|slot| mine(&self.out.sessions[*slot])).collect();
        for slot in slots {
            let asked = |state: &State<'a>| state.held.iter().any(|h| h.slot == slot && h.part);
            let verdict =
                |(state, flow): &(State<'a>, Flow)| if asked(state) { self.verdict(frame, state, flow) } else { None };
            let verdicts: Vec<Option<Verdict>> = paths.iter().map(verdict).collect();
            if verdicts.contains(&Some(Verdict::Open)) {
                if let (Some(caller), Some(quorum)) = (self.frame(frame).caller, &mut self.out.sessions[slot].quorum) {
                    quorum.home = caller;
                }
                continue;
            }
            let status = |state: &State<'a>| state.status(slot);
            let refuses = verdicts.iter().flatten().any(|v| matches!(v, Verdict::Refused(_)));
            let wins = paths
                .iter()
                .zip(&verdicts)
                .any(|((s, _), v)| *v == Some(Verdict::Won) && status(s) == Some(Status::Won));
            if let Some(quorum) = &mut self.out.sessions[slot].quorum {
                quorum.decides |= wins;
            }
            if !(refuses && wins) {
                continue;
            }
            let mut kept = Vec::new();
            for ((mut state, flow), verdict) in paths.into_iter().zip(verdicts) {
                match (verdict, status(&state)) {
                    // Nobody granted it, and it was granted: a count that we do not follow says otherwise.
                    (Some(Verdict::Won), Some(Status::Lost | Status::Failed)) => continue,
                    (Some(Verdict::Refused(error)), Some(Status::Won)) => {
                        let at = match &flow {
                            Flow::Return(_, span) => *span,
                            Flow::Raise(raised) => raised.span,
                            _ => continue,
                        };
                        self.leave_parts(slot, at, Some(error), &mut state);
                    }
                    (Some(Verdict::Won), Some(Status::Won)) => {
                        if let Some(held) = state.held.iter_mut().find(|h| h.slot == slot) {
                            held.part = false;
                        }
                    }
                    (Some(Verdict::Refused(_)), Some(Status::Released | Status::HandedOver)) => {
                        state.set_status(slot, Status::Lost)
                    }
                    _ => {}
                }
                kept.push((state, flow));
            }
            paths = kept;
        }
        paths
    }

    /// Leaves as if it were won although nobody granted it: by a count that we do not follow.
    pub(super) fn is_miscounted(
        &self,
        frame: FrameId,
        held: &super::state::Held,
        flow: &Flow,
        state: &State<'a>,
    ) -> bool {
        let home = self.out.sessions[held.slot].quorum.as_ref().is_some_and(|q| q.home == frame);
        home && held.part && held.status != Status::Won && self.verdict(frame, state, flow) == Some(Verdict::Won)
    }

    fn leave_parts(&mut self, slot: usize, at: Span, error: Option<bool>, state: &mut State<'a>) {
        let steps = state.taken_since(slot);
        if let Some(quorum) = &mut self.out.sessions[slot].quorum {
            quorum.leaks.entry(at).or_insert(PartLeak { error, steps, kept: false });
        }
        state.set_status(slot, Status::Lost);
        if let Some(held) = state.held.iter_mut().find(|h| h.slot == slot) {
            held.left = Some(at);
        }
    }

    /// Somebody gives back what was left; what the next attempt gives back is its own.
    pub(super) fn gives_parts_back(&mut self, slot: usize, op: &OpSite, state: &mut State<'a>) {
        let Some(home) = self.out.sessions[slot].quorum.as_ref().map(|q| q.home) else { return };
        let inside = self.frame(home).via.clone();
        let Some(held) = state.held.iter_mut().find(|h| h.slot == slot) else { return };
        let (Some(at), Some(quorum)) = (held.left, &mut self.out.sessions[slot].quorum) else { return };
        let retried = quorum.leaks.get(&at).is_some_and(|leak| leak.error.is_none());
        if retried || inside.is_empty() || !op.via.starts_with(&inside) {
            quorum.cleared.insert(at);
            held.left = None;
        }
    }

    /// The root ends with parts left behind.
    pub(super) fn keeps_parts(&mut self, state: &State<'a>) {
        for held in &state.held {
            if let (Some(at), Some(quorum)) = (held.left, &mut self.out.sessions[held.slot].quorum)
                && let Some(leak) = quorum.leaks.get_mut(&at)
            {
                leak.kept = true;
            }
        }
    }

    fn verdict(&self, frame: FrameId, state: &State<'a>, flow: &Flow) -> Option<Verdict> {
        let throws = self.lang(frame) == Lang::TypeScript;
        let vals = match flow {
            Flow::Return(vals, _) => vals,
            Flow::Raise(_) if throws => return Some(Verdict::Refused(true)),
            _ => return None,
        };
        let function = self.cx.program.function(self.frame(frame).func);
        let fallible = !throws && function.results.last().and_then(Type::name) == Some("error");
        let there = |val: &Val| {
            state.truth(&Arc::new(crate::fold::binary(dogpile_ir::BinaryOp::Ne, &val.sym, &Sym::Nil.into())))
        };
        let value = match vals.as_slice() {
            [] if throws => return Some(Verdict::Won),
            [] => return Some(Verdict::Open),
            [error] | [_, .., error] if fallible => match there(error) {
                Some(true) => return Some(Verdict::Refused(true)),
                None => return Some(Verdict::Open),
                Some(false) if vals.len() == 1 => return Some(Verdict::Won),
                Some(false) => &vals[0],
            },
            [value, ..] => value,
        };
        let counts = match function.results.first() {
            Some(Type::Named(name)) => is_number(name),
            Some(Type::List(_)) | None => true,
            Some(_) => false,
        };
        Some(match (&*value.sym, there(value)) {
            (Sym::Bool(false), _) | (_, Some(false)) => Verdict::Refused(false),
            (
                Sym::Bool(true)
                | Sym::Alloc(_)
                | Sym::Object(..)
                | Sym::Func(..)
                | Sym::Bound(..)
                | Sym::Str(_)
                | Sym::Fresh(_),
                _,
            ) => Verdict::Won,
            // What was made for this attempt is its token.
            (made, _) if made.any(&mut |s| matches!(s, Sym::Fresh(_))) => Verdict::Won,
            (_, Some(true)) if !counts => Verdict::Won,
            _ => Verdict::Open,
        })
    }

    /// Asked of one server after the other here: what is done to the key now is done on the next one.
    pub(super) fn is_taken_in_turn(&self, slot: usize) -> bool {
        self.out.sessions[slot].quorum.as_ref().is_some_and(|q| self.rounds.iter().any(|r| r.span == q.round))
    }
}

fn is_number(ty: &str) -> bool {
    matches!(ty, "int" | "uint" | "number" | "usize" | "isize")
        || ty.strip_prefix(['i', 'u', 'f']).is_some_and(|bits| bits.parse::<u16>().is_ok())
}

/// Where a block ends: scopes are no statements of anybody's.
fn last_span(body: &[Stmt]) -> Option<Span> {
    let last = body.last()?;
    match &last.kind {
        StmtKind::Scope { body, .. } => last_span(body),
        _ => Some(last.span),
    }
}
