//! Calls: who is called, and what comes back.

use super::state::{State, Status, merge};
use super::unknown::results;
use super::{Explorer, Flow, MAX_DEPTH, Out};
use crate::program::FuncRef;
use crate::sym::{FrameId, S, Sym, Val};
use crate::typing::{Target, called_row};
use dogpile_ir::{Call, Callee, Name, Type};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) type Outs<'a> = Vec<(State<'a>, Out)>;

/// A call with its values.
pub(super) struct CallSite<'a> {
    pub(super) call: &'a Call,
    pub(super) frame: FrameId,
    pub(super) receiver: Option<Val>,
    pub(super) args: Vec<Val>,
    /// The type that the code declares for the first result.
    pub(super) wanted: Option<&'a Type>,
}

impl<'a> Explorer<'a, '_> {
    pub(super) fn call(&mut self, frame: FrameId, call: &'a Call, state: State<'a>) -> Outs<'a> {
        self.call_for(frame, call, None, state)
    }

    /// A call whose first result goes to something of a declared type.
    pub(super) fn call_for(
        &mut self,
        frame: FrameId,
        call: &'a Call,
        wanted: Option<&'a Type>,
        state: State<'a>,
    ) -> Outs<'a> {
        let outs = self.called(frame, call, wanted, state);
        if !call.awaited || self.lang(frame) != dogpile_ir::Lang::Rust {
            return outs;
        }
        let future = |out: &Out| match out {
            Out::Values(vals) => match vals.as_slice() {
                [Val { sym, .. }] => self.future(sym),
                _ => None,
            },
            _ => None,
        };
        let futures: Vec<_> = outs.iter().map(|(_, out)| future(out)).collect();
        let run = outs.into_iter().zip(futures);
        run.flat_map(|((state, out), future)| match future {
            Some((f, home)) => self.invoke(f, home, None, vec![], call, frame, state),
            None => vec![(state, out)],
        })
        .collect()
    }

    /// An `async` block that nobody has run yet.
    pub(super) fn future(&self, sym: &Sym) -> Option<(FuncRef, Option<FrameId>)> {
        let Sym::Func(f, home) = sym else { return None };
        let function = self.cx.program.function(*f);
        let block = function.is_async
            && function.params.is_empty()
            && matches!(function.kind, dogpile_ir::FunctionKind::Closure { .. });
        block.then_some((*f, *home))
    }

    fn called(&mut self, frame: FrameId, call: &'a Call, wanted: Option<&'a Type>, mut state: State<'a>) -> Outs<'a> {
        let receiver = match &call.callee {
            Callee::Method { receiver, .. } => Some(self.eval(frame, receiver, &mut state)),
            Callee::Value(f) => Some(self.eval(frame, f, &mut state)),
            Callee::Named(_) => None,
        };
        let mut args: Vec<Val> = call.args.iter().map(|a| self.operand(frame, a, &mut state)).collect();
        if call.spread
            && let Some(last) = args.last()
            && let Sym::List(items) = &*last.sym
        {
            let items = items.clone();
            args.pop();
            args.extend(items);
        }
        let site = CallSite { call, frame, receiver, args, wanted };
        match &call.callee {
            Callee::Named(name) if &**name == "builtin.Promise.new" => self.new_promise(site, state),
            Callee::Named(name)
                if name.starts_with("builtin.")
                    && (self.lang(frame) == dogpile_ir::Lang::Go
                        || matches!(&**name, "builtin.delete" | "builtin.typeof")) =>
            {
                self.builtin(name, &site, state)
            }
            Callee::Named(name) => {
                if let Some(outs) = self.given_to_drop(name, &site, &state) {
                    return outs;
                }
                let target = self.declared_target(frame, call);
                if let (Target::Unknown(_), Some(row)) = (&target, self.called_object(name, site.args.len())) {
                    let receiver = Some(self.global(frame, name, call.name_span, &mut state));
                    return self.model(row, crate::typing::Evidence::Exact, CallSite { receiver, ..site }, state);
                }
                let site = self.with_receiver(&target, site);
                self.go(target, name.clone(), site, state)
            }
            Callee::Method { name, .. } => self.method(name.clone(), site, state),
            Callee::Value(_) => self.call_value(site, state),
        }
    }

    /// What a call of an imported object does (`db('user')`), by the type of the variable.
    fn called_object(&self, name: &str, args: usize) -> Option<dogpile_models::Row<'a>> {
        let program = &self.cx.program;
        program.global(name)?;
        called_row(program, &self.cx.typing.global_type(program, name, 0), args)
    }

    /// A method that is called as a function has its receiver among its arguments.
    fn with_receiver(&self, target: &Target<'a>, mut site: CallSite<'a>) -> CallSite<'a> {
        let first = match target {
            Target::Local(f) => self.cx.program.function(*f).receiver.is_some(),
            Target::Model(row, _) => row.call.on.is_some(),
            Target::Dispatch(_) | Target::Unknown(_) => false,
        };
        if first && site.receiver.is_none() && !site.args.is_empty() {
            site.receiver = Some(site.args.remove(0));
        }
        site
    }

    fn method(&mut self, name: Name, site: CallSite<'a>, state: State<'a>) -> Outs<'a> {
        let Some(base) = site.receiver.clone() else { return self.unknown(name, site, state) };
        if &*name == "Wait" {
            self.local_wait(&base.sym);
        }
        match &*base.sym {
            Sym::Reply(..) => return self.read_reply(&name, &site, state),
            Sym::Context(_) => return self.context_method(&name, &site, state),
            Sym::Timer(_) if &*name == "tick" && self.lang(site.frame) == dogpile_ir::Lang::Rust => {
                return self.ticked(&site, state);
            }
            _ => {}
        }
        // A function in a field.
        if let Some(held) = state.field(&base.sym, &name).cloned()
            && matches!(*held.sym, Sym::Func(..) | Sym::Field(..) | Sym::Bound(..))
            && !self.is_fact(&base.sym, &name, site.args.len())
        {
            let site = CallSite { receiver: Some(held), ..site };
            return self.call_value(site, state);
        }
        if let Some(val) = self.known_method(&name, &site) {
            return vec![(state, Out::Values(vec![val]))];
        }
        if let Some(outs) = self.list_method(&name, &site, &state) {
            return outs;
        }
        if let Some(outs) = self.result_method(&name, &site, &state) {
            return outs;
        }
        let Callee::Method { receiver, .. } = &site.call.callee else { return self.unknown(name, site, state) };
        // `f.bind(object)`: the same function.
        if &*name == "bind"
            && let [to] = site.args.as_slice()
            && (matches!(&*base.sym, Sym::Func(..))
                || matches!(&*base.sym, Sym::Field(of, _) | Sym::Bound(of, _) if *of == to.sym))
        {
            return vec![(state, Out::Values(vec![base]))];
        }
        let ty = self.type_of(site.frame, receiver, &base);
        let of_map =
            self.map_method(&name, &ty, &site, &state).or_else(|| self.shared_map_method(&name, &ty, &site, &state));
        if let Some(outs) = of_map {
            return outs;
        }
        if ty == Type::Unknown {
            let typing = &self.cx.typing;
            let module = self.frame(site.frame).func.module;
            let found = typing.function_of(&self.cx.program, module, receiver, &name, site.args.len());
            if let Some(target) = found.or_else(|| typing.told(&self.cx.program, module, site.call)) {
                return self.go(target, name, site, state);
            }
        }
        let target = self.method_target(site.frame, &ty, &name, site.args.len());
        if matches!(target, Target::Unknown(_))
            && let Some(command) = self.cx.commands.taught(&self.cx.program, &name, || ty.clone()).cloned()
        {
            return self.run_defined(&command, &ty, site, state);
        }
        // An object in a field that is called itself: `this.lock(key)`.
        if matches!(target, Target::Unknown(_)) && ty.name().is_some() {
            let held = self.cx.typing.field_of(&self.cx.program, &ty, &name);
            if let Some(row) = called_row(&self.cx.program, &held, site.args.len()) {
                let field = Val::new(Sym::Field(base.sym.clone(), name), base.span);
                let site = CallSite { receiver: Some(field), ..site };
                return self.model(row, crate::typing::Evidence::Exact, site, state);
            }
        }
        let label: Arc<str> = match ty.name() {
            Some(owner) => format!("{owner}.{name}").into(),
            None => name.clone(),
        };
        self.go(target, label, site, state)
    }

    /// A fact that a model keeps under the name of a method (`request.timeout(limit)`) is no function.
    fn is_fact(&self, object: &Sym, name: &str, args: usize) -> bool {
        matches!(object, Sym::Object(ty, _) if self.cx.program.models.method(ty, name, args).is_some())
    }

    /// Calls a function value.
    fn call_value(&mut self, site: CallSite<'a>, mut state: State<'a>) -> Outs<'a> {
        let Some(f) = site.receiver.clone() else { return self.unknown("".into(), site, state) };
        match &*f.sym {
            Sym::Func(func, _) if self.times_on_stack(site.frame, *func) > 0 => self.recursion(*func, site, state),
            Sym::Func(func, home) => {
                let args = site.args.clone();
                self.invoke(*func, *home, None, args, site.call, site.frame, state)
            }
            Sym::Bound(base, name) if &**name == "cancel" => {
                let done: S = Arc::new(Sym::Done(base.clone()));
                state.assume(&done, true);
                self.fired(&done, site.call.span, &mut state);
                let mut state = state;
                self.cancel_releases(base, site.call, site.frame, &mut state);
                vec![(state, Out::Values(vec![]))]
            }
            Sym::Bound(base, name) if matches!(&**base, Sym::Object(ty, _) if &**ty == super::promise::PROMISE) => {
                let given = site.args.first().cloned().unwrap_or_else(|| Val::new(Sym::Nil, site.call.span));
                self.settles(name);
                state.set_field(base.clone(), name.clone(), given);
                vec![(state, Out::Values(vec![]))]
            }
            Sym::Bound(base, name) => {
                let ty = self.dynamic_type(base).unwrap_or_default();
                let target = self.method_target(site.frame, &ty, name, site.args.len());
                let site = CallSite { receiver: Some(Val { sym: base.clone(), span: f.span }), ..site };
                self.go(target, name.clone(), site, state)
            }
            Sym::Field(base, name) => {
                let ty = self.dynamic_type(base).unwrap_or_else(|| match &site.call.callee {
                    Callee::Value(v) => match &v.kind {
                        dogpile_ir::ValueKind::Field(b, _) => self.static_type(site.frame, b),
                        _ => Type::Unknown,
                    },
                    _ => Type::Unknown,
                });
                let target = self.method_target(site.frame, &ty, name, site.args.len());
                let (base, name) = (base.clone(), name.clone());
                let site = CallSite { receiver: Some(Val { sym: base, span: f.span }), ..site };
                self.go(target, name, site, state)
            }
            Sym::Param(..) | Sym::Scaled(..) => {
                // A callback of the root's caller: what it does is the caller's story.
                for held in state.held.iter().filter(|h| h.status == Status::Won) {
                    self.out.sessions[held.slot].runs_caller = true;
                }
                self.unknown("callback".into(), site, state)
            }
            _ => {
                // An object that is called itself: `limit(f)`.
                let Callee::Value(value) = &site.call.callee else { return self.unknown("".into(), site, state) };
                let ty = self.type_of(site.frame, value, &f);
                let row = called_row(&self.cx.program, &ty, site.args.len());
                let name: Name = match &value.kind {
                    dogpile_ir::ValueKind::Global(name) => name.clone(),
                    _ => "".into(),
                };
                match row {
                    Some(row) => self.model(row, crate::typing::Evidence::Exact, site, state),
                    None => self.unknown(name, site, state),
                }
            }
        }
    }

    /// All results of the call that is the only argument: `f(g())`.
    pub(super) fn tuple(&self, call: &Call, frame: FrameId, state: &State<'a>) -> Option<Vec<Val>> {
        let [only] = call.args.as_slice() else { return None };
        let dogpile_ir::ValueKind::Local(local) = only.kind else { return None };
        state.tuples.get(&(frame, local)).cloned()
    }

    fn go(&mut self, target: Target<'a>, name: Arc<str>, site: CallSite<'a>, state: State<'a>) -> Outs<'a> {
        match target {
            Target::Local(f) => self.enter(f, &name, site, state),
            Target::Dispatch(all) => self.dispatch(&all, &name, site, state),
            Target::Model(row, evidence) => self.model(row, evidence, site, state),
            Target::Unknown(name) => self.unknown(name, site, state),
        }
    }

    fn dispatch(&mut self, all: &[FuncRef], name: &Arc<str>, site: CallSite<'a>, state: State<'a>) -> Outs<'a> {
        let relevant: Vec<FuncRef> =
            all.iter().copied().filter(|f| self.cx.reach.is_relevant(&self.cx.program, *f)).collect();
        match relevant.as_slice() {
            [] if all.len() == 1 => self.enter(all[0], name, site, state),
            [] => self.unknown(name.clone(), site, state),
            [one] => self.enter(*one, name, site, state),
            few if few.len() <= 3 => {
                let mut outs = Vec::new();
                for f in few {
                    let copy = site.again();
                    outs.extend(self.enter(*f, name, copy, state.clone()));
                }
                outs
            }
            _ => self.unknown(name.clone(), site, state),
        }
    }

    /// A function of the project: followed when it matters or is small, otherwise taken as unknown work.
    fn enter(&mut self, f: FuncRef, name: &Arc<str>, site: CallSite<'a>, state: State<'a>) -> Outs<'a> {
        let program = &self.cx.program;
        let gives_functions = site.args.iter().any(|a| matches!(*a.sym, Sym::Func(..)));
        let matters = self.cx.reach.is_relevant(program, f) || self.cx.reach.is_small(program, f) || gives_functions;
        let depth = self.depth(site.frame);
        // `withLock(a, func)` inside `withLock(b, func)` is no recursion, but two locks.
        if self.times_on_stack(site.frame, f) > usize::from(gives_functions) {
            return self.recursion(f, site, state);
        }
        // Nobody reads what a line in a log comes to.
        let logs = site.wanted.is_none()
            && !gives_functions
            && self.name_tells(name).logging
            && !self.cx.reach.is_relevant(program, f);
        if self.cx.reach.is_relevant(program, f) && depth >= MAX_DEPTH {
            self.note_opaque(&state);
        }
        if !matters || logs || depth >= MAX_DEPTH || program.function(f).body.is_none() {
            return self.unknown_work(name.clone(), Some(f), site, state);
        }
        if !self.cx.reach.is_relevant(program, f) && !gives_functions {
            self.note_work(name, Some(f), &site, &state);
        }
        let (receiver, args) = (site.receiver.clone(), site.args.clone());
        self.invoke(f, None, receiver, args, site.call, site.frame, state)
    }

    fn times_on_stack(&self, frame: FrameId, f: FuncRef) -> usize {
        std::iter::successors(Some(frame), |at| self.frame(*at).caller).filter(|at| self.frame(*at).func == f).count()
    }

    /// How many calls deep a frame is.
    pub(super) fn depth(&self, frame: FrameId) -> usize {
        std::iter::successors(Some(frame), |f| self.frame(*f).caller).count() - 1
    }

    /// Follows a function of the project.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn invoke(
        &mut self,
        f: FuncRef,
        home: Option<FrameId>,
        receiver: Option<Val>,
        args: Vec<Val>,
        call: &'a Call,
        from: FrameId,
        mut state: State<'a>,
    ) -> Outs<'a> {
        let function = self.cx.program.function(f);
        let Some(body) = &function.body else {
            return vec![(state, Out::Values(results(call.span, &function.name, function.results.len(), &[])))];
        };
        if self.depth(from) > MAX_DEPTH + 5
            || self.times_on_stack(from, f) > usize::from(args.iter().any(|a| matches!(*a.sym, Sym::Func(..))))
        {
            return vec![(state, Out::Values(results(call.span, &function.name, function.results.len(), &[])))];
        }
        let args = match self.tuple(call, from, &state) {
            Some(all) if args.len() == 1 && function.params.len() == all.len() => all,
            _ => args,
        };
        // What a closure does, the function around it does: its place is there, whoever runs it.
        let via = match home {
            Some(home) => self.frame(home).via.clone(),
            None => {
                let mut via = self.frame(from).via.clone();
                via.push(call.name_span);
                via
            }
        };
        let frame = self.push_frame(f, home, via);
        self.frames[frame.0 as usize].caller = Some(from);
        // Where a callback runs, these are not its arguments.
        if args.len() == call.args.len() && (home.is_none() || matches!(call.callee, Callee::Value(_))) {
            self.frames[frame.0 as usize].lent = self.lends(f, call, from);
        }
        let tried = state.held.iter().filter(|h| h.status != Status::Released).map(|h| h.slot);
        self.out.passed.follow(f, tried);
        let won: Vec<usize> = state.held.iter().filter(|h| h.status == Status::Won).map(|h| h.slot).collect();
        if home.is_none() && !state.deferring && !state.spawned {
            for held in state.held.iter().filter(|h| h.status == Status::Won) {
                self.out.sessions[held.slot].followed.insert(call.span, f);
            }
        }
        if let (Some(param), Some(val)) = (&function.receiver, receiver) {
            state.set_local(frame, param.local, val);
        }
        let fixed = if function.variadic { function.params.len().saturating_sub(1) } else { function.params.len() };
        for (i, param) in function.params.iter().enumerate() {
            let val = if i >= fixed
                && !(call.spread
                    && args.len() == function.params.len()
                    && !matches!(args.last().map(|a| &*a.sym), Some(Sym::List(_))))
            {
                Val::new(Sym::List(args.get(fixed..).unwrap_or_default().to_vec()), call.span)
            } else {
                match args.get(i) {
                    Some(val) => val.clone(),
                    None => Val::unknown(call.span),
                }
            };
            state.set_local(frame, param.local, val);
        }
        let mut outs: Outs<'a> = Vec::new();
        let mut groups: Vec<(Vec<S>, Vec<State<'a>>, Vec<Val>)> = Vec::new();
        let captured = self.cx.reach.closures_of(&self.cx.program, f).next().is_some();
        let started = home.is_some() && self.regions.begins_with(frame);
        for (mut state, flow) in self.finish(frame, body, state) {
            if started {
                self.leave_task(f, &state, &flow);
            }
            // A closure that is handed out has its surroundings with it.
            let handed_out = |v: &Val| v.sym.any(&mut |s| matches!(s, Sym::Func(_, Some(home)) if *home == frame));
            if !captured && !matches!(&flow, Flow::Return(vals, _) if vals.iter().any(handed_out)) {
                state.forget_frame(frame);
            }
            match flow {
                Flow::Return(vals, at) => {
                    if state.spawned {
                        self.ends_on_loss(frame, at, &state);
                    }
                    let key: Vec<S> = vals.iter().map(|v| v.sym.clone()).collect();
                    match groups.iter_mut().find(|(k, _, _)| *k == key) {
                        Some(group) => group.1.push(state),
                        None => groups.push((key, vec![state], vals)),
                    }
                }
                Flow::Raise(raised) => {
                    // What a helper throws is told where the function that holds the lock calls the helper.
                    let depth = self.frame(frame).via.len();
                    let deeper = state
                        .held
                        .iter()
                        .any(|h| h.status == Status::Won && self.out.sessions[h.slot].site.via.len() < depth);
                    let span = if deeper && home.is_none() { call.span } else { raised.span };
                    outs.push((state, Out::Raise(Val { sym: raised.sym, span })));
                }
                _ => outs.push((state, Out::Stop)),
            }
        }
        if groups.len() > 8 && self.lang(frame) != dogpile_ir::Lang::Rust {
            // Many different results: paths that agree on the locks are told as one.
            let span = call.span;
            let n = function.results.len();
            let states = groups.into_iter().flat_map(|(_, s, _)| s).collect();
            outs.extend(merge(states).into_iter().map(|s| (s, Out::Values(results(span, &function.name, n, &[])))));
        } else if groups.len() > 8 {
            // Many different results: paths that agree on the locks and on what is there at all are told as one.
            let span = call.span;
            type Ends<'a> = Vec<(Vec<State<'a>>, Vec<Val>)>;
            let mut alike: BTreeMap<Vec<Option<bool>>, Ends<'a>> = BTreeMap::new();
            for (_, states, vals) in groups {
                let there = vals.iter().map(|v| states.first().and_then(|s| is_there(v, s))).collect();
                alike.entry(there).or_default().push((states, vals));
            }
            for (there, groups) in alike {
                let unlike = results(span, &function.name, there.len().max(function.results.len()), &[]);
                let vals: Vec<Val> = there
                    .iter()
                    .zip(unlike)
                    .enumerate()
                    .map(|(i, (there, unlike))| match (groups.split_first(), there) {
                        (Some(((_, first), rest)), _) if rest.iter().all(|(_, other)| other[i].sym == first[i].sym) => {
                            first[i].clone()
                        }
                        (_, Some(false)) => Val::new(Sym::Nil, span),
                        _ if groups.iter().all(|(_, other)| super::waits::is_failure(&other[i].sym)) => {
                            Val::new(Sym::Error("failure".into()), span)
                        }
                        _ => unlike,
                    })
                    .collect();
                let mut states = merge(groups.into_iter().flat_map(|(states, _)| states).collect());
                for state in &mut states {
                    for (val, there) in vals.iter().zip(&there) {
                        if *there == Some(true) {
                            state.assume(
                                &Arc::new(crate::fold::binary(dogpile_ir::BinaryOp::Ne, &val.sym, &Sym::Nil.into())),
                                true,
                            );
                        }
                    }
                }
                outs.extend(states.into_iter().map(|s| (s, Out::Values(vals.clone()))));
            }
        } else {
            for (_, states, vals) in groups {
                outs.extend(merge(states).into_iter().map(|s| (s, Out::Values(vals.clone()))));
            }
        }
        super::failure::unanswered(&won, &mut outs);
        outs
    }
}

/// Whether a value is something or nil, where a path knows.
fn is_there(val: &Val, state: &State<'_>) -> Option<bool> {
    state.is_nil(&val.sym).map(|nil| !nil)
}
