//! Heartbeats and tasks: what runs beside the path, what ends it, and whether anybody waits for it.

use super::call::{CallSite, Outs};
use super::region::{Region, Start};
use super::state::{State, Status};
use super::{Explorer, Flow, Out};
use crate::sym::{ContextSym, FrameId, Origin, S, Sym, Val};
use dogpile_ir::{Type, Value};
use dogpile_models::Does;
use dogpile_source::Span;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Type of the objects that stand for what was started: a timer, a task.
pub(super) const TASK: &str = "task";

/// What a path knows of the things that run beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Beside {
    /// Renewals that this path has seen fail: not lost, only not answered.
    pub(crate) failures: BTreeSet<usize>,
    /// Heartbeats that were started and not stopped.
    pub(crate) beating: BTreeSet<usize>,
    /// Tasks that were started and that nobody has waited for.
    pub(crate) running: BTreeSet<usize>,
    /// Work that lost a race and that nobody has waited for.
    pub(crate) raced: BTreeSet<super::race::Raced>,
    /// What the last wait of a heartbeat ended by.
    pub(crate) woken: BTreeSet<S>,
}

impl Beside {
    /// Whether two paths agree on what runs beside them.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        (&self.failures, &self.beating) == (&other.failures, &other.beating)
            && (&self.running, &self.raced) == (&other.running, &other.raced)
    }
}

/// How a renewal behaves as a heartbeat.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct HeartFacts {
    /// It comes again: it stands in a loop, or its timer is armed again.
    pub(crate) repeats: bool,
    /// The call that beats, in the function with the loop or timer; absent where it is the command itself.
    pub(crate) beat: Option<Span>,
    /// It comes before the first tick.
    pub(crate) prompt: bool,
    /// Some path goes on beating after a failure.
    pub(crate) survives: bool,
    /// A failure is told to somebody.
    pub(crate) told: bool,
    /// Where a function returns after a failure: how many calls deep, and the place.
    pub(crate) returns: Option<(usize, Span)>,
    /// The heartbeat is over after a failure.
    pub(crate) dies: bool,
}

/// A heartbeat, with what ends it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct HeartbeatFacts {
    /// Where it is started, and the calls that lead there.
    pub(crate) span: Span,
    pub(crate) via: Vec<Span>,
    /// Channels and contexts that end it.
    pub(crate) stops: BTreeSet<S>,
    /// It may end by something we do not follow, or by itself.
    pub(crate) unclear: bool,
    /// It ends when it finds the lock lost: by a release, too, but not where the lock is kept.
    pub(crate) by_loss: bool,
    /// Something ends it on some path.
    pub(crate) stopped: Option<Span>,
    /// A deferred call ends it.
    pub(crate) stopped_late: bool,
    pub(crate) renewals: BTreeSet<usize>,
}

/// Work started beside a section.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TaskFacts {
    pub(crate) span: Span,
    pub(crate) via: Vec<Span>,
    pub(crate) work: Span,
    /// Keys that it writes, in their normal form.
    pub(crate) writes: BTreeSet<String>,
    /// Its runs.
    pub(crate) regions: BTreeSet<u32>,
    /// Sessions that were held when it was started.
    pub(crate) slots: BTreeSet<usize>,
}

impl<'a> Explorer<'a, '_> {
    pub(super) fn enter_region(&mut self, start: Start, frame: FrameId) {
        self.regions.next += 1;
        let every = matches!(start, Start::Every(_));
        let region = Region {
            id: self.regions.next,
            started_in: self.regions.loops,
            start,
            loops: usize::from(every),
            rearms: every,
            beats_at: self.frame(frame).via.len(),
            ..Region::default()
        };
        self.regions.inside.push(region);
    }

    /// A block beside the path was walked: it is a heartbeat, a task, or nothing to us.
    pub(super) fn leave_region(
        &mut self,
        ends: &[(State<'a>, bool)],
        span: Span,
        frame: FrameId,
        state: &mut State<'a>,
    ) {
        let Some(region) = self.regions.inside.pop() else { return };
        let via = self.frame(frame).via.clone();
        // Whatever it stops, may be stopped.
        for (end, _) in ends {
            state.beside.beating.retain(|h| end.beside.beating.contains(h));
        }
        if matches!(region.start, Start::Every(_)) {
            for index in &region.renewals {
                self.out.renewals[*index].heart.survives = true;
            }
        }
        let beats: BTreeSet<usize> =
            region.renewals.iter().copied().filter(|r| self.out.renewals[*r].heart.repeats).collect();
        let begun = if beats.is_empty() { region.work } else { Some(span) };
        if let Some(begun) = begun.filter(|_| region.start == Start::Now && !state.spawned) {
            self.note_started(&region, begun, state);
        }
        if !beats.is_empty() {
            self.heartbeat(&region, beats, ends, span, via, state);
            return;
        }
        let slots: BTreeSet<usize> = state
            .held
            .iter()
            .filter(|h| h.status == Status::Won && !region.opens.contains(&h.slot))
            .map(|h| h.slot)
            .collect();
        let (Some(work), false, true) =
            (region.work, region.start != Start::Now || slots.is_empty(), region.renewals.is_empty())
        else {
            return;
        };
        let known = self.out.tasks.iter().position(|t| t.span == span && t.via == via);
        let task = known.unwrap_or_else(|| {
            self.out.tasks.push(TaskFacts {
                span,
                via,
                work,
                writes: BTreeSet::new(),
                regions: BTreeSet::new(),
                slots: BTreeSet::new(),
            });
            self.out.tasks.len() - 1
        });
        let fact = &mut self.out.tasks[task];
        fact.writes.extend(region.writes);
        fact.regions.insert(region.id);
        fact.slots.extend(slots);
        state.beside.running.insert(task);
    }

    /// Whoever starts it goes on as if it held the lock; what was handed over was won.
    fn note_started(&mut self, region: &Region, begun: Span, state: &State<'a>) {
        for held in state.held.iter().filter(|h| !region.opens.contains(&h.slot)) {
            let status = match held.status {
                Status::HandedOver => Status::Won,
                Status::Released => continue,
                other => other,
            };
            self.out.sessions[held.slot].beyond.started.entry(begun).or_default().insert(status);
        }
    }

    fn heartbeat(
        &mut self,
        region: &Region,
        beats: BTreeSet<usize>,
        ends: &[(State<'a>, bool)],
        span: Span,
        via: Vec<Span>,
        state: &mut State<'a>,
    ) {
        let mut stops: BTreeSet<S> = region.handle.iter().cloned().collect();
        let mut unclear = (region.rearms && region.handle.is_none()) || region.asks || self.out.cut;
        let mut by_loss = false;
        // One round of a timer ends nothing.
        let ends = if region.handle.is_some() { &[] } else { ends };
        for (end, complete) in ends {
            if !complete {
                unclear = true;
                continue;
            }
            let failed: Vec<usize> = beats.intersection(&end.beside.failures).copied().collect();
            for index in &failed {
                self.out.renewals[*index].heart.dies = true;
            }
            let asked: Vec<S> = end.conds.keys().filter_map(asked_context).collect();
            if !end.beside.woken.is_empty() {
                stops.extend(end.beside.woken.iter().cloned());
            } else if !failed.is_empty() {
                // It ends by a failure only: nothing that anybody does.
            } else if asked.is_empty() && end.losses.intersection(&beats).next().is_some() {
                by_loss = true;
            } else if asked.is_empty() {
                // By itself.
                unclear = true;
            } else {
                stops.extend(asked);
            }
        }
        // A deadline is a cap; a context of the caller's ends with the caller; what we cannot name may be stopped anywhere.
        let unbounded = |s: &S| match &**s {
            Sym::Done(c) => match &**c {
                Sym::Context(c) => {
                    !c.limited && (c.origin == Origin::Background || self.regions.parents.contains_key(&c.id))
                }
                _ => false,
            },
            Sym::Alloc(_) => true,
            Sym::Object(ty, _) => &**ty == TASK,
            _ => false,
        };
        unclear |= !stops.iter().all(unbounded) || (stops.is_empty() && !region.contexts.iter().all(unbounded));
        stops.extend(region.contexts.iter().cloned());
        let known = self.out.heartbeats.iter().position(|h| h.span == span && h.via == via);
        let index = known.unwrap_or_else(|| {
            self.out.heartbeats.push(HeartbeatFacts {
                span,
                via,
                stops: BTreeSet::new(),
                unclear: false,
                by_loss: false,
                stopped: None,
                stopped_late: false,
                renewals: BTreeSet::new(),
            });
            self.out.heartbeats.len() - 1
        });
        let fact = &mut self.out.heartbeats[index];
        fact.stops.extend(stops);
        fact.unclear |= unclear;
        fact.by_loss |= by_loss;
        fact.renewals.extend(beats);
        state.beside.beating.insert(index);
    }

    /// A renewal is sent.
    pub(super) fn note_beat(&mut self, index: usize, context: Option<&Val>, state: &State<'a>) {
        let Some(region) = self.regions.beating() else { return };
        region.renewals.insert(index);
        if let Some(Sym::Context(c)) = context.map(|c| &*c.sym)
            && !(c.origin == Origin::Background && c.limited)
        {
            // A time limit of one beat is no limit of the heartbeat.
            let own = ContextSym { limited: false, ..c.clone() };
            region.contexts.insert(Arc::new(Sym::Done(Arc::new(Sym::Context(own)))));
        }
        let fact = &mut self.out.renewals[index];
        let heart = &mut fact.heart;
        heart.repeats |= region.loops > 0;
        heart.beat = heart.beat.or_else(|| fact.site.via.get(region.beats_at).copied());
        heart.prompt |= state.tick.is_none();
    }

    /// A timer is set inside a region: a heartbeat that arms it after a beat comes again.
    pub(super) fn rearmed(&mut self, frame: FrameId, state: &State<'a>) {
        let depth = self.frame(frame).via.len();
        let Some(region) = self.regions.inside.last_mut() else { return };
        region.rearms = true;
        for index in &region.renewals {
            let fact = &mut self.out.renewals[*index];
            fact.heart.repeats = true;
            fact.heart.beat = fact.site.via.get(depth).copied();
        }
        self.survived(state);
    }

    /// The path goes on beating although a renewal failed.
    pub(super) fn survived(&mut self, state: &State<'a>) {
        for index in &state.beside.failures {
            self.out.renewals[*index].heart.survives = true;
        }
    }

    /// Work in the innermost region.
    pub(super) fn note_region_work(&mut self, span: Span, writes: Option<&Val>) {
        if let Some(region) = self.regions.inside.last_mut() {
            region.work.get_or_insert(span);
            region
                .writes
                .extend(writes.filter(|k| crate::keys::is_telling(&k.sym)).map(|k| crate::keys::shape(&k.sym)));
        }
    }

    /// A value was received in a wait.
    pub(super) fn woken(&mut self, chan: &Val, state: &mut State<'a>) {
        state.beside.woken.clear();
        let timer = matches!(&*chan.sym, Sym::Timer(_));
        if state.spawned && !timer {
            state.beside.woken.insert(chan.sym.clone());
        }
        if !timer {
            // Somebody's word was waited for, or the end of a context that tasks have, too.
            state.beside.running.clear();
        }
    }

    /// A loop over a channel, or over items; whether it is a ticker's.
    pub(super) fn received_each(&mut self, frame: FrameId, over: &'a Value, state: &mut State<'a>) -> bool {
        let chan = self.eval(frame, over, state);
        let ticks = matches!(&*chan.sym, Sym::Timer(_));
        if ticks || matches!(self.static_type(frame, over), Type::Chan(_)) {
            self.received(&chan, state);
        } else {
            self.local_wait(&chan.sym);
        }
        ticks
    }

    /// Somebody waits for what was started, or stops it: a timer may be any heartbeat's.
    pub(super) fn joined_or_stopped(&mut self, does: &Does, at: Span, state: &mut State<'a>) {
        match does {
            Does::Joins => {
                state.beside.running.clear();
                state.beside.raced.clear();
            }
            Does::Cancels { handle } => {
                // Whoever has the signal or the task hears of it; a timer that is cleared tells nobody.
                if handle == "$0" {
                    self.tell(state);
                    state.beside.raced.clear();
                } else {
                    self.may_end_itself();
                }
                self.stopped(at, state);
            }
            Does::Stops => {
                self.may_end_itself();
                self.stopped(at, state);
            }
            _ => {}
        }
    }

    /// A timer's round that stops a timer may well stop its own.
    fn may_end_itself(&mut self) {
        for region in self.regions.inside.iter_mut().filter(|region| region.handle.is_some()) {
            region.asks = true;
        }
    }

    /// Whatever beats may have been meant.
    fn stopped(&mut self, at: Span, state: &mut State<'a>) {
        for index in std::mem::take(&mut state.beside.beating) {
            let fact = &mut self.out.heartbeats[index];
            fact.stopped.get_or_insert(at);
            fact.stopped_late |= state.deferring;
        }
    }

    /// A function whose rounds depend on something outside it: a flag that says that it is over.
    pub(super) fn asks_whether_to_go_on(&self, f: &Sym) -> bool {
        let Sym::Func(f, _) = f else { return true };
        let Some(body) = &self.cx.program.function(*f).body else { return true };
        let module = self.cx.program.module(*f);
        let mut asks = false;
        crate::walk::each_stmt(body, &mut |stmt| {
            if let dogpile_ir::StmtKind::If { cond, .. } = &stmt.kind {
                asks |= reads_outside(module, *f, cond);
            }
        });
        asks
    }

    /// A channel was closed or sent on, a context was cancelled.
    pub(super) fn fired(&mut self, stop: &S, at: Span, state: &mut State<'a>) {
        self.tell(state);
        let hit = |s: &S, parents: &BTreeMap<u32, u32>| match (context_of(s), context_of(stop)) {
            (Some(theirs), Some(mine)) => {
                std::iter::successors(Some(theirs.id), |id| parents.get(id).copied()).take(32).any(|id| id == mine.id)
            }
            _ => s == stop,
        };
        for index in state.beside.beating.clone() {
            let fact = &mut self.out.heartbeats[index];
            if fact.stops.iter().any(|s| hit(s, &self.regions.parents)) {
                fact.stopped.get_or_insert(at);
                fact.stopped_late |= state.deferring;
                state.beside.beating.remove(&index);
            }
        }
        state.beside.running.clear();
    }

    /// What a call that is not followed gets.
    pub(super) fn given_away(&mut self, name: &str, site: &CallSite<'a>, state: &mut State<'a>) {
        let method = crate::names::last(name).to_ascii_lowercase();
        // Rust's iterators collect the handles of tasks; its streams wait for what they hold.
        let rust = self.lang(site.frame) == dogpile_ir::Lang::Rust;
        let iterates = rust && method == "collect" && !site.call.awaited;
        let streams = rust
            && site.call.awaited
            && ["next", "try_next", "for_each", "for_each_concurrent", "try_for_each", "count", "fold"]
                .contains(&method.as_str());
        if streams
            || (!iterates
                && ["wait", "join", "drain", "close", "stop", "shutdown", "collect", "result", "flush"]
                    .iter()
                    .any(|w| method.contains(w)))
        {
            state.beside.running.clear();
        }
        // Whoever lost a race is told to stop.
        if ["abort", "cancel", "kill", "terminate", "destroy"].contains(&method.as_str()) {
            state.beside.raced.clear();
        }
        for arg in &site.args {
            // Whoever has the handle hears of its end, and may end it: an `AbortOnDropHandle` does.
            self.end_heard(&arg.sym);
            if let Some(beats) = self.regions.handles.get(&arg.sym).and_then(|task| task.beats) {
                state.beside.beating.remove(&beats);
            }
        }
        // A handle that nobody knows the type of may be any heartbeat's.
        if ["abort", "cancel"].contains(&method.as_str()) {
            state.beside.beating.clear();
        }
        if state.beside.beating.is_empty() {
            return;
        }
        for value in site.args.iter().chain(&site.receiver) {
            match &*value.sym {
                Sym::Func(..) => state.beside.beating.clear(),
                Sym::Bound(base, _) => {
                    let stop: S = Arc::new(Sym::Done(base.clone()));
                    self.forget_stop(&stop, state);
                }
                Sym::Alloc(_) => self.forget_stop(&value.sym.clone(), state),
                Sym::Object(ty, _) if &**ty == TASK => self.forget_stop(&value.sym.clone(), state),
                _ => {}
            }
        }
    }

    fn forget_stop(&self, stop: &S, state: &mut State<'a>) {
        state.beside.beating.retain(|h| !self.out.heartbeats[*h].stops.contains(stop));
    }

    /// A session ends: tasks that were started under it and still run go on without it.
    pub(super) fn note_escapes(&mut self, slot: usize, state: &State<'a>) {
        let tasks = state.beside.running.iter().copied().filter(|t| self.out.tasks[*t].slots.contains(&slot));
        let tasks: Vec<usize> = tasks.collect();
        self.out.sessions[slot].beyond.escapes.extend(tasks);
        self.note_lost_races(slot, state);
    }

    /// Heartbeats that go on when the root ends here, as far as nobody else has their stop.
    pub(super) fn still_beating(&self, state: &State<'a>) -> BTreeSet<usize> {
        let kept = |stop: &S| {
            state.keeps(&mut |base, val| {
                let outside = !matches!(**base, Sym::Alloc(_) | Sym::Object(..));
                outside
                    && val.sym.any(&mut |s| {
                        *s == **stop
                            || matches!((s, &**stop), (Sym::Bound(c, _), Sym::Done(d)) if c == d)
                            || matches!(s, Sym::Func(..))
                    })
            })
        };
        let beating = state.beside.beating.iter().copied();
        beating
            .filter(|h| !self.out.heartbeats[*h].unclear && !self.out.heartbeats[*h].stops.iter().any(kept))
            .collect()
    }

    /// Runs that are over and how: a path that we stopped following is not complete.
    pub(super) fn region_ends(paths: Vec<(State<'a>, Flow)>) -> Vec<(State<'a>, bool)> {
        let over = |f: &Flow| !matches!(f, Flow::Stop | Flow::Raise(_));
        paths.into_iter().map(|(s, f)| (s, over(&f))).collect()
    }

    /// See [`Self::region_ends`].
    pub(super) fn run_ends(outs: Outs<'a>) -> Vec<(State<'a>, bool)> {
        outs.into_iter().map(|(s, out)| (s, matches!(out, Out::Values(_)))).collect()
    }
}

/// Whether a condition reads a variable that is not the function's own, or a field.
fn reads_outside(module: &dogpile_ir::Module, f: crate::program::FuncRef, cond: &Value) -> bool {
    let own = match &cond.kind {
        dogpile_ir::ValueKind::Local(local) => module.local(*local).owner == Some(f.func),
        dogpile_ir::ValueKind::Field(..) | dogpile_ir::ValueKind::Global(_) => false,
        _ => true,
    };
    !own || cond.parts().any(|part| reads_outside(module, f, part))
}

fn context_of(stop: &S) -> Option<&ContextSym> {
    match &**stop {
        Sym::Done(c) => match &**c {
            Sym::Context(c) => Some(c),
            _ => None,
        },
        _ => None,
    }
}

/// `ctx.Err()` was asked: its context's end.
fn asked_context(cond: &S) -> Option<S> {
    let mut found = None;
    cond.any(&mut |s| {
        if let Sym::Result(_, _, name, given) = s
            && name.starts_with("Context.")
            && let Some(c) = given.first().filter(|c| matches!(***c, Sym::Context(_)))
        {
            found = Some(Arc::new(Sym::Done(c.clone())));
        }
        false
    });
    found
}
