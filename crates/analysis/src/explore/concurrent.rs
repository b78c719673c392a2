//! Work beside the path: goroutines, tasks, timers, and what they tell.

use super::call::{CallSite, Outs};
use super::region::Start;
use super::state::{State, Status};
use super::unknown::results;
use super::{Explorer, Flow, Out};
use crate::sym::{FrameId, S, Sym, Val};
use dogpile_ir::Block;
use dogpile_source::Span;
use std::collections::BTreeSet;

impl<'a> Explorer<'a, '_> {
    /// Runs a function argument now.
    pub(super) fn run_function(
        &mut self,
        path: &str,
        args: Vec<Val>,
        site: &CallSite<'a>,
        state: State<'a>,
    ) -> Outs<'a> {
        let span = site.call.span;
        let Some(f) = self.path(path, site, &state) else {
            self.unknown_flight_work();
            return vec![(state, Out::Values(results(span, "function", 2, &[])))];
        };
        match &*f.sym {
            Sym::Func(func, home) => {
                let params = &self.cx.program.function(*func).params;
                let args = params
                    .iter()
                    .enumerate()
                    .map(|(i, p)| match args.get(i) {
                        Some(a) => a.clone(),
                        None => site
                            .args
                            .iter()
                            .find(|a| p.ty.name() == Some("context.Context") && matches!(&*a.sym, Sym::Context(_)))
                            .cloned()
                            .unwrap_or_else(|| self.parameter(func.module, p)),
                    })
                    .collect();
                self.invoke(*func, *home, None, args, site.call, site.frame, state)
            }
            Sym::Field(base, name) | Sym::Bound(base, name) if self.method_of(base, name).is_some() => {
                let func = self.method_of(base, name).unwrap_or(self.root);
                let receiver = Val { sym: base.clone(), span: f.span };
                self.invoke(func, None, Some(receiver), args, site.call, site.frame, state)
            }
            Sym::Bound(base, how) if matches!(&**base, Sym::Object(ty, _) if &**ty == super::promise::PROMISE) => {
                self.settles(how);
                vec![(state, Out::Values(vec![]))]
            }
            _ => {
                self.unknown_flight_work();
                for held in state.held.iter().filter(|h| h.status == Status::Won) {
                    self.out.sessions[held.slot].runs_caller = true;
                }
                self.note_work("callback", None, site, &state);
                vec![(state, Out::Values(results(span, "function", 2, &[])))]
            }
        }
    }

    /// The method that a method value stands for.
    fn method_of(&self, base: &S, name: &str) -> Option<crate::program::FuncRef> {
        let ty = self.sym_type(base);
        self.cx.program.method(self.cx.program.resolve_alias(&ty).name()?, name)
    }

    /// The type of a symbolic value, as far as declarations tell.
    pub(super) fn sym_type(&self, sym: &Sym) -> dogpile_ir::Type {
        match sym {
            Sym::Param(module, local, _) => self.cx.typing.local_type(&self.cx.program, *module, *local),
            Sym::Field(base, name) => self.cx.typing.field_of(&self.cx.program, &self.sym_type(base), name),
            Sym::Global(name) => self.cx.typing.global_type(&self.cx.program, name, 0),
            _ => self.dynamic_type(sym).unwrap_or_default(),
        }
    }

    fn unknown_flight_work(&mut self) {
        if let Some(flight) = self.flights.last() {
            self.out.flights[*flight].unknown_work = true;
        }
    }

    /// Starts a block beside the path. It is work of no flight, but of the one that it makes.
    pub(super) fn spawn(
        &mut self,
        frame: FrameId,
        body: &'a Block,
        span: Span,
        flight: Option<usize>,
        state: &mut State<'a>,
    ) -> Vec<State<'a>> {
        let beside = self.set_out_now(state);
        let flights = std::mem::replace(&mut self.flights, flight.into_iter().collect());
        self.enter_region(Start::Now, frame);
        let ends = Self::region_ends(self.block(frame, body, vec![beside]));
        self.flights = flights;
        self.after_spawn(ends.iter().map(|(s, _)| s), state);
        self.leave_region(&ends, span, frame, state);
        ends.into_iter().filter(|(_, over)| *over).map(|(state, _)| state).collect()
    }

    /// What runs beside the path from now on; started by a beat, it comes as often as that.
    pub(super) fn set_out_now(&self, state: &State<'a>) -> State<'a> {
        set_out(state, state.tick.filter(|_| self.regions.is_in_round()))
    }

    /// The same for a function; its handle is what ends it.
    pub(super) fn spawn_function(
        &mut self,
        path: &str,
        start: Start,
        handle: &S,
        site: &CallSite<'a>,
        state: &mut State<'a>,
    ) {
        let beside = set_out(state, start.delay());
        let flights = std::mem::take(&mut self.flights);
        if start != Start::Now {
            self.rearmed(site.frame, state);
        }
        self.enter_region(start, site.frame);
        if matches!(start, Start::Every(_)) {
            let asks = self.path(path, site, state).is_none_or(|f| self.asks_whether_to_go_on(&f.sym));
            self.regions.ends_by(handle, asks);
        }
        let ends = Self::run_ends(self.run_function(path, vec![], site, beside));
        self.flights = flights;
        self.after_spawn(ends.iter().map(|(s, _)| s), state);
        self.leave_region(&ends, site.call.span, site.frame, state);
    }

    /// What was started may own the lock now: it gives it back.
    pub(super) fn after_spawn<'s>(&mut self, ends: impl Iterator<Item = &'s State<'a>> + Clone, state: &mut State<'a>)
    where
        'a: 's,
    {
        let held: Vec<usize> = state.held.iter().filter(|h| h.status == Status::Won).map(|h| h.slot).collect();
        for slot in held {
            if ends.clone().any(|e| e.status(slot) == Some(Status::Released)) {
                state.set_status(slot, Status::HandedOver);
            }
        }
    }

    /// A value came from a channel: a tick sets the pace of what follows.
    pub(super) fn received(&mut self, chan: &Val, state: &mut State<'a>) {
        self.woken(chan, state);
        self.local_wait(&chan.sym);
        if let Sym::Timer(ms) = &*chan.sym {
            state.tick = *ms;
        }
    }

    /// `ticks.tick()` of a Rust interval: the first tick is there at once, unless somebody said when it is to come.
    pub(super) fn ticked(&mut self, site: &CallSite<'a>, mut state: State<'a>) -> Outs<'a> {
        const TICKED: &str = "ticked";
        let Some(timer) = site.receiver.clone() else { return vec![] };
        let at_once = state.field(&timer.sym, TICKED).is_none();
        state.set_field(timer.sym.clone(), TICKED.into(), Val::new(Sym::Bool(true), timer.span));
        let tick = if at_once { Val::new(Sym::Timer(None), site.call.span) } else { timer };
        if !site.call.awaited {
            return vec![(state, Out::Values(vec![tick]))];
        }
        self.received(&tick, &mut state);
        vec![(state, Out::Values(vec![Val::unknown(site.call.span)]))]
    }

    /// Something outside the heartbeat can notice now: a loss on this path is told.
    pub(super) fn tell(&mut self, state: &State<'a>) {
        for index in &state.losses {
            self.out.renewals[*index].told = true;
        }
        for index in &state.beside.failures {
            self.out.renewals[*index].heart.told = true;
        }
    }

    /// A flag is set, or a value sent: whoever looks or listens hears of it.
    pub(super) fn told(&mut self, site: &CallSite<'a>, mut state: State<'a>) -> Outs<'a> {
        self.tell(&state);
        if let (Some(told), Some(flag)) = (site.args.first(), &site.receiver)
            && matches!(*told.sym, Sym::Bool(_))
            && *flag.sym != Sym::Unknown
        {
            state.set_field(flag.sym.clone(), "told".into(), told.clone());
        }
        vec![(state, Out::Values(super::unknown::results(site.call.span, "told", 1, &[])))]
    }

    /// Rust: whoever starts a task has its handle, and can wait for its end beside the work.
    pub(super) fn keep_handle(
        &mut self,
        frame: FrameId,
        handle: Option<dogpile_ir::LocalId>,
        ends: &[State<'a>],
        span: Span,
        state: &mut State<'a>,
    ) {
        let Some(local) = handle.filter(|_| self.lang(frame) == dogpile_ir::Lang::Rust) else { return };
        let task = Val::new(self.object(super::beside::TASK), span);
        let losses = ends.iter().flat_map(|end| end.losses.iter().copied()).collect();
        let failures = ends.iter().flat_map(|end| end.beside.failures.iter().copied()).collect();
        let via = &self.frame(frame).via;
        let beats = self.out.heartbeats.iter().position(|h| h.span == span && h.via == *via);
        self.regions.handles.insert(task.sym.clone(), super::region::Handle { losses, failures, beats });
        let home = self.home(frame, local);
        state.set_local(home, local, task);
    }

    /// The end of a task is heard of: a heartbeat that ends by a loss tells it by that.
    pub(super) fn end_heard(&mut self, handle: &S) {
        let Some(task) = self.regions.handles.get(handle) else { return };
        for index in &task.losses {
            self.out.renewals[*index].told = true;
        }
        for index in &task.failures {
            self.out.renewals[*index].heart.told = true;
        }
    }

    /// A function beside the path returns after a loss: the outermost one that does so is where the heartbeat ends.
    pub(super) fn ends_on_loss(&mut self, frame: FrameId, at: Span, state: &State<'a>) {
        let depth = self.depth(frame);
        let via = self.frame(frame).via.clone();
        for index in &state.losses {
            let fact = &mut self.out.renewals[*index];
            // Helpers called after the loss (`errors.Is`) return too, and end nothing.
            if !fact.site.via.starts_with(&via) {
                continue;
            }
            let from = fact.site.span;
            let after = at.file != from.file || at.start > from.start;
            if after && fact.ended.is_none_or(|(known, _)| depth < known) {
                fact.ended = Some((depth, at));
            }
            if after
                && state.beside.failures.contains(index)
                && fact.heart.returns.is_none_or(|(known, _)| depth < known)
            {
                fact.heart.returns = Some((depth, at));
            }
        }
    }

    /// A loop beside the path is left after a loss.
    pub(super) fn breaks_on_loss(&mut self, frame: FrameId, at: Span, state: &State<'a>) {
        let depth = self.depth(frame);
        for index in &state.losses {
            let fact = &mut self.out.renewals[*index];
            let behind = fact.heart.beat.is_some_and(|beat| at.file == beat.file && at.start > beat.start);
            if behind && fact.ended.is_none_or(|(known, _)| depth < known) {
                fact.ended = Some((depth, at));
            }
        }
    }

    /// The result of a call was thrown away, and with it the loss that it reported.
    pub(super) fn discard_losses(&mut self, before: &BTreeSet<usize>, state: &mut State<'a>, span: Span) {
        for index in state.losses.difference(before).copied().collect::<Vec<_>>() {
            self.out.renewals[index].ignored.get_or_insert(span);
            state.losses.remove(&index);
        }
    }

    /// A `cancel` that a lock library returned gives the lock back.
    pub(super) fn cancel_releases(
        &mut self,
        base: &S,
        call: &'a dogpile_ir::Call,
        frame: FrameId,
        state: &mut State<'a>,
    ) {
        let Sym::Object(ty, at) = &**base else { return };
        if &**ty != "lock-cancel" {
            return;
        }
        let slot =
            self.out.sessions.iter().position(|s| s.library && s.site.span.start <= *at && *at <= s.site.span.end);
        let slot = slot.or_else(|| {
            state.held.iter().find(|h| self.out.sessions[h.slot].library && h.status == Status::Won).map(|h| h.slot)
        });
        let Some(slot) = slot else { return };
        let frame = self.frame(frame);
        let site = super::record::OpSite {
            span: call.name_span,
            via: frame.via.clone(),
            func: self.named_function(frame.func),
            command: "cancel".to_owned(),
            words: std::sync::Arc::default(),
            client: self.out.sessions[slot].site.client,
            evidence: self.out.sessions[slot].site.evidence,
        };
        let statuses = state.status(slot).into_iter().collect();
        self.note_release(
            slot,
            super::record::ReleaseFacts {
                site,
                guard: super::record::GuardFact::Atomic(None),
                statuses,
                context: None,
                cancelled: false,
                deferred: state.deferring,
                throws_unheld: false,
                handling: false,
            },
        );
        if state.status(slot) == Some(Status::Won) {
            self.note_escapes(slot, state);
            state.set_status(slot, Status::Released);
        }
    }

    /// The process ends here: no `finally` runs, and nothing that is held is given back.
    pub(super) fn leave_process(&mut self, site: &CallSite<'a>, state: &State<'a>) {
        // The work ends with it: nobody need be told of a loss.
        self.tell(state);
        if !self.throws(site.frame) {
            return;
        }
        let span = site.call.span;
        let well = site.args.first().is_none_or(|code| code.sym.int() == Some(0));
        for held in
            state.held.iter().filter(|h| matches!(h.status, Status::Won | Status::Released | Status::HandedOver))
        {
            let exits = &mut self.out.sessions[held.slot].exits;
            if !exits.iter().any(|e| e.span == span && e.status == held.status) {
                exits.push(super::record::ExitFacts {
                    span,
                    status: held.status,
                    error: Some(!well),
                    values: vec![],
                    answers: false,
                    panics: false,
                    ends_process: true,
                    beating: BTreeSet::new(),
                    steps: vec![],
                });
            }
        }
    }

    /// The root ends on this path.
    pub(super) fn leave_root(&mut self, root: crate::program::FuncRef, state: &State<'a>, flow: &Flow) {
        self.leave(root, state, flow, &|_| true);
    }

    /// A closure that runs beside the path ends: so do the sessions that it opened.
    pub(super) fn leave_task(&mut self, task: crate::program::FuncRef, state: &State<'a>, flow: &Flow) {
        let mut opened = self.regions.inside.last().map(|region| region.opens.clone()).unwrap_or_default();
        // A leader keeps it from round to round, and time takes it away when its process is over.
        opened.retain(|slot| !self.out.sessions[*slot].kept_over);
        if !opened.is_empty() {
            self.leave(task, state, flow, &|slot| opened.contains(&slot));
        }
    }

    fn leave(&mut self, root: crate::program::FuncRef, state: &State<'a>, flow: &Flow, of: &dyn Fn(usize) -> bool) {
        // Where exceptions are how errors are told, leaving by one is an error return; elsewhere it is a panic.
        let throws = self.cx.program.module(root).lang == dogpile_ir::Lang::TypeScript;
        let (values, span, raises) = match flow {
            Flow::Return(values, span) => (values.clone(), *span, false),
            Flow::Raise(raised) if throws => (vec![raised.clone()], raised.span, true),
            Flow::Raise(raised) => (vec![], raised.span, true),
            _ => return,
        };
        let panics = raises && !throws;
        let function = self.cx.program.function(root);
        let returns_error = throws || function.results.last().and_then(|t| t.name()) == Some("error");
        let error = if throws {
            Some(raises)
        } else if !returns_error {
            None
        } else {
            values.last().and_then(|v| match &*v.sym {
                Sym::Nil => Some(false),
                Sym::Error(_) => Some(true),
                _ => state.is_nil(&v.sym).map(|nil| !nil),
            })
        };
        // A loss that the function's own error reports is told to its caller.
        if !state.spawned && error != Some(false) && returns_error {
            for index in &state.losses {
                self.out.renewals[*index].returned = true;
            }
        }
        let beating = self.still_beating(state);
        self.keeps_parts(state);
        for held in state.held.iter().filter(|held| of(held.slot)) {
            let steps = state.taken_since(held.slot);
            let answers = self.answers(held.slot, &values, state);
            let session = &mut self.out.sessions[held.slot];
            // Read, compared, found to be somebody else's: nothing is left to give back.
            let asked = held.examined
                && held.status == Status::Won
                && session.releases.iter().any(|r| {
                    matches!(r.guard, super::record::GuardFact::ReadThenAct(_))
                        || (r.guard == super::record::GuardFact::Atomic(None) && !session.library)
                });
            let over = asked || (held.unanswered && held.status == Status::Won);
            let status = if over { Status::Released } else { held.status };
            let exits = &mut session.exits;
            let values: Vec<S> = values.iter().map(|v| v.sym.clone()).collect();
            if exits.len() < 64
                && !exits.iter().any(|e| {
                    e.span == span
                        && e.status == status
                        && e.error == error
                        && e.values == values
                        && e.beating == beating
                })
            {
                exits.push(super::record::ExitFacts {
                    span,
                    status,
                    error,
                    values,
                    answers,
                    panics,
                    ends_process: false,
                    beating: beating.clone(),
                    steps,
                });
            }
        }
    }
}

/// The path of what is started: it has the values of now, and a story of its own.
pub(super) fn set_out<'a>(state: &State<'a>, delay: Option<u64>) -> State<'a> {
    let mut beside = state.clone();
    beside.spawned = true;
    beside.defers = vec![];
    beside.losses = BTreeSet::new();
    beside.tick = delay;
    beside.beside.failures.clear();
    beside.beside.woken.clear();
    beside.beside.running.clear();
    beside.beside.raced.clear();
    beside
}
