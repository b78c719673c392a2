//! Statements: every way through them.

use super::state::{Deferred, State, Status, merge};
use super::trace::WaitEnd;
use super::waits::{is_decided, is_handle, is_outage, wait_end};
use super::{Explorer, Flow, MAX_PATHS};
use crate::sym::{FrameId, S, Sym, Val};
use crate::walk::each_stmt;
use dogpile_ir::{Arm, Block, Comm, LabelId, LoopKind, Place, Stmt, StmtKind, Value};
use dogpile_source::Span;
use std::collections::BTreeSet;

pub(super) type Paths<'a> = Vec<(State<'a>, Flow)>;

impl<'a> Explorer<'a, '_> {
    /// Runs a function body with its defers.
    pub(super) fn finish(&mut self, frame: FrameId, body: &'a Block, state: State<'a>) -> Paths<'a> {
        let mut done = Vec::new();
        let flights = self.flights.len();
        let end = self.cx.program.function(self.frame(frame).func).span;
        for (state, flow) in self.block(frame, body, vec![state]) {
            let flow = match flow {
                Flow::Next | Flow::Break(_) | Flow::Continue(_) => {
                    Flow::Return(vec![], Span { start: end.end.saturating_sub(1), ..end })
                }
                other => other,
            };
            if matches!(flow, Flow::Stop) {
                done.push((state, flow));
                continue;
            }
            done.extend(self.run_defers(frame, state, flow));
        }
        let done = self.drop_locals(frame, done);
        let done = self.quorum_ends(frame, done);
        // A flight by hand ends with its function.
        self.flights.truncate(flights);
        done
    }

    fn run_defers(&mut self, frame: FrameId, mut state: State<'a>, flow: Flow) -> Paths<'a> {
        let mut mine: Vec<Deferred<'a>> = vec![];
        state.defers.retain(|d| {
            if d.frame == frame {
                mine.push(*d);
            }
            d.frame != frame
        });
        if mine.is_empty() {
            return vec![(state, flow)];
        }
        let outer = state.deferring;
        state.deferring = true;
        let mut states = vec![state];
        for deferred in mine.iter().rev() {
            let after = self.block(frame, deferred.body, states);
            states = merge(after.into_iter().filter(|(_, f)| !matches!(f, Flow::Stop)).map(|(s, _)| s).collect());
        }
        states
            .into_iter()
            .map(|mut s| {
                s.deferring = outer;
                (s, flow.clone())
            })
            .collect()
    }

    pub(super) fn block(&mut self, frame: FrameId, block: &'a [Stmt], states: Vec<State<'a>>) -> Paths<'a> {
        let mut live = states;
        let mut done: Paths<'a> = Vec::new();
        for stmt in block {
            let mut next = Vec::new();
            for state in live {
                if !self.spend() {
                    done.push((state, Flow::Stop));
                    continue;
                }
                for (state, flow) in self.stmt(frame, stmt, state) {
                    match flow {
                        Flow::Next => next.push(state),
                        other => done.push((state, other)),
                    }
                }
            }
            live = merge(next);
            if live.len() > MAX_PATHS {
                self.out.cut = true;
                live.truncate(MAX_PATHS);
            }
            if live.is_empty() {
                break;
            }
        }
        done.extend(live.into_iter().map(|s| (s, Flow::Next)));
        done
    }

    fn stmt(&mut self, frame: FrameId, stmt: &'a Stmt, mut state: State<'a>) -> Paths<'a> {
        match &stmt.kind {
            StmtKind::Let { targets, value } => self.assign(frame, targets, value, stmt.span, state),
            StmtKind::If { cond, then, otherwise } => self.branch(frame, cond, then, otherwise, state),
            StmtKind::Loop { label, kind, header, cond, body, post } => {
                self.repeat(frame, stmt.span, *label, kind, header, cond.as_deref(), body, post, state)
            }
            StmtKind::Switch { label, cases, default } => self.switch(frame, *label, cases, default.as_ref(), state),
            StmtKind::Choose { label, arms } => self.choose(frame, *label, arms, state),
            StmtKind::Try { body, catch, finally } => self.attempt(frame, body, catch.as_ref(), finally, state),
            StmtKind::Defer { body } => {
                state.defers.push(Deferred { frame, body });
                vec![(state, Flow::Next)]
            }
            // What an executor starts is what its promise waits for.
            StmtKind::Spawn { body, .. } if self.executors > 0 && self.throws(frame) => {
                self.block(frame, body, vec![state])
            }
            StmtKind::Spawn { body, handle } => {
                let flight = self.begin_promise(frame, handle.is_none(), stmt.span);
                let ends = self.spawn(frame, body, stmt.span, flight, &mut state);
                self.end_promise(flight, frame, *handle);
                self.keep_stoppable_block(frame, body, *handle);
                self.keep_handle(frame, *handle, &ends, stmt.span, &mut state);
                self.parts_of_tasks(&ends, state).into_iter().map(|state| (state, Flow::Next)).collect()
            }
            StmtKind::Scope { owns, body } => {
                let paths = self.block(frame, body, vec![state]);
                self.drop_all(frame, owns, paths)
            }
            StmtKind::Return { values } => {
                let mut vals: Vec<Val> = values.iter().map(|v| self.eval(frame, v, &mut state)).collect();
                vals.iter().for_each(|v| self.looked_at(&v.sym));
                self.made_error(frame, values, &mut vals, &mut state);
                self.returned_error(frame, &mut vals, &mut state);
                if self.throws(frame) {
                    vals.iter().for_each(|val| self.local_wait(&val.sym));
                }
                vec![(state, Flow::Return(vals, stmt.span))]
            }
            StmtKind::Raise { value } => {
                let val = self.eval(frame, value, &mut state);
                vec![(state, Flow::Raise(Val { sym: val.sym, span: stmt.span }))]
            }
            StmtKind::Break(label) => {
                if state.spawned {
                    self.breaks_on_loss(frame, stmt.span, &state);
                }
                vec![(state, Flow::Break(*label))]
            }
            StmtKind::Continue(label) => vec![(state, Flow::Continue(*label))],
            StmtKind::Opaque { writes, may_call, .. } => {
                for (n, local) in writes.iter().enumerate() {
                    let home = self.home(frame, *local);
                    state.written(home, *local, n, stmt.span);
                }
                if *may_call {
                    self.note_opaque(&state);
                }
                vec![(state, Flow::Next)]
            }
        }
    }

    fn branch(
        &mut self,
        frame: FrameId,
        cond: &'a Value,
        then: &'a Block,
        otherwise: &'a Block,
        mut state: State<'a>,
    ) -> Paths<'a> {
        state.fine = None;
        let asked = self.circuit(frame, cond, &state);
        let (yes, no) = self.sides(frame, cond, state);
        let mut paths = Vec::new();
        if let Some(mut yes) = yes {
            if no.is_some() {
                yes.step(cond.span, true);
            }
            paths.extend(self.block(frame, then, vec![yes]));
        }
        if let Some(mut no) = no {
            if !then.is_empty() {
                no.step(cond.span, false);
            }
            paths.extend(self.block(frame, otherwise, vec![no]));
        }
        self.keep_both(frame, cond, (then, otherwise), asked.as_ref(), &mut paths);
        joined(paths)
    }

    fn switch(
        &mut self,
        frame: FrameId,
        label: LabelId,
        cases: &'a [dogpile_ir::Case],
        default: Option<&'a Block>,
        state: State<'a>,
    ) -> Paths<'a> {
        let mut paths = Vec::new();
        let mut rest = vec![state];
        for (i, case) in cases.iter().enumerate() {
            let mut entering = Vec::new();
            for guard in &case.guards {
                let mut still = Vec::new();
                for state in rest {
                    let (yes, no) = self.sides(frame, guard, state);
                    entering.extend(yes);
                    still.extend(no);
                }
                rest = merge(still);
            }
            if entering.is_empty() {
                continue;
            }
            let mut ran = self.block(frame, &case.body, merge(entering));
            let mut at = i;
            while cases[at].falls_through && at + 1 < cases.len() {
                at += 1;
                let (through, out): (Paths<'a>, Paths<'a>) =
                    ran.into_iter().partition(|(_, f)| matches!(f, Flow::Next));
                paths.extend(out);
                ran = self.block(frame, &cases[at].body, through.into_iter().map(|(s, _)| s).collect());
            }
            paths.extend(ran);
        }
        match default {
            Some(body) => paths.extend(self.block(frame, body, rest)),
            None => paths.extend(rest.into_iter().map(|s| (s, Flow::Next))),
        }
        joined(breaks(paths, label))
    }

    fn choose(&mut self, frame: FrameId, label: LabelId, arms: &'a [Arm], state: State<'a>) -> Paths<'a> {
        let mut paths = Vec::new();
        let channels: Vec<Option<S>> = arms
            .iter()
            .map(|arm| match &arm.comm {
                Comm::Receive { from, .. } => Some(self.eval(frame, from, &mut state.clone()).sym),
                _ => None,
            })
            .collect();
        let never: Vec<bool> = arms.iter().map(|arm| self.never_comes(frame, arm, &state)).collect();
        // Where none comes, what follows is still looked at.
        let others = never.contains(&false);
        for (i, arm) in arms.iter().enumerate() {
            if never[i] && others {
                continue;
            }
            let mut state = state.clone();
            if let Comm::Receive { from, targets } = &arm.comm {
                let chan = self.eval(frame, from, &mut state);
                self.received(&chan, &mut state);
                self.end_heard(&chan.sym);
                self.message_received(frame, arm.span, &chan, wait_end(&channels, i), &state);
                self.arm_won(frame, arms, i, &mut state);
                let came = Val::new(Sym::Result(arm.span, 0, "receive".into(), vec![chan.sym.clone()]), arm.span);
                let came = if self.made_future(frame, from).is_some() { chan } else { came };
                for target in targets {
                    self.store(frame, target, came.clone(), &mut state);
                }
            }
            if let Comm::Send { to, .. } = &arm.comm {
                let to = self.eval(frame, to, &mut state);
                self.fired(&to.sym, arm.span, &mut state);
            }
            paths.extend(self.block(frame, &arm.body, vec![state]));
        }
        joined(breaks(paths, label))
    }

    fn attempt(
        &mut self,
        frame: FrameId,
        body: &'a Block,
        catch: Option<&'a (Option<dogpile_ir::LocalId>, Block)>,
        finally: &'a Block,
        state: State<'a>,
    ) -> Paths<'a> {
        let mut paths = Vec::new();
        for (mut state, flow) in self.block(frame, body, vec![state]) {
            match (&flow, catch) {
                (Flow::Raise(raised), Some((local, handler))) => {
                    self.note_caught(frame, raised, *local, handler, &state);
                    if let Some(local) = local {
                        let home = self.home(frame, *local);
                        state.set_local(home, *local, raised.clone());
                    }
                    let supposed = usize::from(matches!(&*raised.sym, Sym::Error(what) if &**what == "raised"));
                    self.handlers += supposed;
                    paths.extend(self.block(frame, handler, vec![state]));
                    self.handlers -= supposed;
                }
                _ => paths.push((state, flow)),
            }
        }
        if finally.is_empty() {
            return joined(paths);
        }
        let mut out = Vec::new();
        for (mut state, flow) in paths {
            if matches!(flow, Flow::Stop) {
                out.push((state, flow));
                continue;
            }
            let outer = std::mem::replace(&mut state.deferring, true);
            for (mut after, end) in self.block(frame, finally, vec![state]) {
                after.deferring = outer;
                out.push((after, if matches!(end, Flow::Next) { flow.clone() } else { end }));
            }
        }
        joined(out)
    }

    /// A handler gets the failure of an acquire.
    fn note_caught(
        &mut self,
        frame: FrameId,
        raised: &Val,
        local: Option<dogpile_ir::LocalId>,
        handler: &Block,
        state: &State<'a>,
    ) {
        if !matches!(&*raised.sym, Sym::Error(what) if &**what == "failure") {
            return;
        }
        let declared = local.map(|local| self.cx.program.module(self.frame(frame).func).local(local).span);
        let Some(at) = declared.or_else(|| handler.first().map(|stmt| stmt.span)) else { return };
        for held in state.held.iter().filter(|h| h.status == Status::Failed) {
            self.out.sessions[held.slot].caught.get_or_insert(at);
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn repeat(
        &mut self,
        frame: FrameId,
        span: Span,
        label: LabelId,
        kind: &'a LoopKind,
        header: &'a Block,
        cond: Option<&'a Value>,
        body: &'a Block,
        post: &'a Block,
        mut state: State<'a>,
    ) -> Paths<'a> {
        // A ticker's channel is never closed: that loop ends by a way out of its own.
        let mut ticks = false;
        let (mut list, mut rounds) = (None, None);
        if let LoopKind::Range { over } = kind {
            ticks = self.received_each(frame, over, &mut state);
            let chan = self.eval(frame, over, &mut state);
            self.message_received(frame, over.span, &chan, WaitEnd::Nothing, &state);
            rounds = chan.sym.int().and_then(|n| u64::try_from(n).ok());
            // So many rounds are an attempt each, not an item each.
            list = (!self.is_count(frame, over, &chan)).then_some(chan);
        }
        let entered = state.clone();
        let assigned = assigned_in(&[header, body, post]);
        let conds = state.conds.clone();
        let before: Vec<(usize, Status)> = state.held.iter().map(|h| (h.slot, h.status)).collect();
        if let Some(rounds) = rounds {
            let won = before.iter().filter(|(_, status)| *status == Status::Won).map(|(slot, _)| *slot);
            self.counted.push((rounds, won.collect()));
        }
        let mut paths: Paths<'a> = Vec::new();
        let mut live = vec![state];
        let mut back: BTreeSet<usize> = BTreeSet::new();
        let mut served: BTreeSet<usize> = BTreeSet::new();
        let mut left: BTreeSet<(usize, Status)> = BTreeSet::new();
        for round in 0..3 {
            if round > 0 {
                // What the body assigns differs from round to round; what it tested does too.
                for state in &mut live {
                    let mut there = Vec::new();
                    for local in &assigned {
                        let home = self.home(frame, *local);
                        // What an acquire's reply decided on this path stays decided.
                        let decided =
                            !state.held.is_empty() && state.local(home, *local).is_some_and(|v| is_decided(&v.sym));
                        if (round == 1 && !decided) || state.local(home, *local).is_some_and(|v| v.sym.int().is_some())
                        {
                            let handle =
                                !state.held.is_empty() && state.local(home, *local).is_some_and(|v| is_handle(&v.sym));
                            state.forget_local(home, *local);
                            if !self.is_temp(home, *local) {
                                let val =
                                    if handle { super::waits::some_handle(span, *local) } else { Val::unknown(span) };
                                there.extend(handle.then(|| val.sym.clone()));
                                state.set_local(home, *local, val);
                            }
                        }
                    }
                    state.conds = conds.clone();
                    there.iter().for_each(|handle| super::waits::is_there(handle, state));
                }
                live = merge(live);
            }
            let headed = self.block(frame, header, live);
            let mut entering = Vec::new();
            for (mut state, flow) in headed {
                if !matches!(flow, Flow::Next) {
                    paths.push((state, flow));
                    continue;
                }
                match cond {
                    Some(cond) => {
                        let val = self.eval(frame, cond, &mut state);
                        let (yes, no) = split(&val, state);
                        entering.extend(yes);
                        if let Some(no) = no {
                            left.extend(no.held.iter().map(|h| (h.slot, h.status)));
                            paths.push((no, Flow::Next));
                        }
                    }
                    None if matches!(kind, LoopKind::Range { .. }) => {
                        if !ticks {
                            paths.push((state.clone(), Flow::Next));
                        }
                        entering.push(state);
                    }
                    None => entering.push(state),
                }
            }
            if round > 0 {
                // A round that won and is followed by another is a job that runs again, not a wait.
                let done =
                    |h: &&super::state::Held| matches!(h.status, Status::Won | Status::Released | Status::HandedOver);
                served.extend(entering.iter().flat_map(|s| s.held.iter().filter(done).map(|h| h.slot)));
            }
            if round == 2 {
                break;
            }
            let mut again = Vec::new();
            let beats = list.is_none() || ticks;
            if let Some(list) = &list {
                self.begin_round(frame, span, list);
            }
            self.regions.turn(1, beats.then_some(self.frame(frame).via.len()));
            let ran = self.block(frame, body, merge(entering));
            self.regions.turn(-1, beats.then_some(0));
            if list.is_some() {
                self.end_round();
            }
            for (state, flow) in ran {
                match flow {
                    Flow::Next => again.push(state),
                    Flow::Continue(l) if l == label => again.push(state),
                    Flow::Break(l) if l == label => {
                        left.extend(state.held.iter().map(|h| (h.slot, h.status)));
                        paths.push((state, Flow::Next));
                    }
                    other => {
                        let panics = matches!(other, Flow::Raise(_)) && !self.throws(frame);
                        if !panics && !is_outage(&other) {
                            let leaving = state.held.iter().filter(|h| !self.is_miscounted(frame, h, &other, &state));
                            left.extend(leaving.map(|h| (h.slot, h.status)));
                        }
                        paths.push((state, other));
                    }
                }
            }
            self.asks_anew(frame, span, body, &mut again, |slot| left.contains(&(slot, Status::Won)));
            // What stands at the end of a round may leave the loop: the test of a `do … while`.
            live = vec![];
            for (state, flow) in self.block(frame, post, merge(again)) {
                match flow {
                    Flow::Next => live.push(state),
                    Flow::Break(l) if l == label => {
                        left.extend(state.held.iter().map(|h| (h.slot, h.status)));
                        paths.push((state, Flow::Next));
                    }
                    other => paths.push((state, other)),
                }
            }
            for state in &live {
                self.survived(state);
                back.extend(state.held.iter().filter(|h| h.status == Status::Lost).map(|h| h.slot));
            }
            if live.is_empty() {
                break;
            }
        }
        if rounds.is_some() {
            self.counted.pop();
        }
        if !matches!(kind, LoopKind::Range { .. }) {
            for slot in back.difference(&served).copied() {
                if before.iter().any(|(s, st)| *s == slot && *st != Status::Released) {
                    continue;
                }
                self.note_wait(slot, span, kind, &left, body);
            }
        }
        if list.is_some() {
            self.loop_gives_back(&entered, &mut paths);
        }
        joined(paths)
    }
}

/// The two sides of a condition, where each is possible.
pub(super) fn split<'a>(val: &Val, state: State<'a>) -> (Option<State<'a>>, Option<State<'a>>) {
    match state.truth(&val.sym) {
        Some(true) => (Some(state), None),
        Some(false) => (None, Some(state)),
        None => {
            let (mut yes, mut no) = (state.clone(), state);
            yes.assume(&val.sym, true);
            no.assume(&val.sym, false);
            (Some(yes), Some(no))
        }
    }
}

/// Merges the paths that go on; the rest stay apart.
pub(super) fn joined(paths: Paths<'_>) -> Paths<'_> {
    if paths.len() < 2 {
        return paths;
    }
    let mut next = Vec::new();
    let mut out = Vec::new();
    for (state, flow) in paths {
        if matches!(flow, Flow::Next) { next.push(state) } else { out.push((state, flow)) }
    }
    out.extend(merge(next).into_iter().map(|s| (s, Flow::Next)));
    out
}

fn breaks(paths: Paths<'_>, label: LabelId) -> Paths<'_> {
    paths
        .into_iter()
        .map(|(s, f)| (s, if matches!(f, Flow::Break(l) if l == label) { Flow::Next } else { f }))
        .collect()
}

fn assigned_in(blocks: &[&Block]) -> BTreeSet<dogpile_ir::LocalId> {
    let mut all = BTreeSet::new();
    for block in blocks {
        each_stmt(block, &mut |stmt| {
            let targets: Vec<&Place> = match &stmt.kind {
                StmtKind::Let { targets, .. } => targets.iter().collect(),
                StmtKind::Choose { arms, .. } => arms
                    .iter()
                    .flat_map(|a| match &a.comm {
                        Comm::Receive { targets, .. } => targets.iter().collect(),
                        _ => vec![],
                    })
                    .collect(),
                _ => vec![],
            };
            all.extend(targets.into_iter().filter_map(|t| match t {
                Place::Local(l) => Some(*l),
                _ => None,
            }));
        });
    }
    all
}
