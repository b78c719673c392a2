//! Assignments: what a statement computes, and where it is stored.

use super::control::{Paths, joined};
use super::state::State;
use super::trace::WaitEnd;
use super::{Explorer, Flow, Out};
use crate::sym::{FrameId, Sym, Val};
use dogpile_ir::{Place, Rvalue};
use dogpile_source::Span;
use std::collections::BTreeSet;

impl<'a> Explorer<'a, '_> {
    pub(super) fn assign(
        &mut self,
        frame: FrameId,
        targets: &'a Vec<Place>,
        value: &'a Rvalue,
        span: Span,
        mut state: State<'a>,
    ) -> Paths<'a> {
        let blank = targets.iter().all(|t| matches!(t, Place::Blank));
        let values = match value {
            Rvalue::Use(v) => {
                if let [Place::Local(local)] = &targets[..] {
                    self.copy_promise(frame, v, *local);
                    self.copy_future(frame, v, *local);
                    self.copy_stoppable(frame, v, *local);
                }
                let val = self.eval(frame, v, &mut state);
                match (&*val.sym, targets.len()) {
                    (Sym::List(items), n) if n > 1 && items.len() == n => items.clone(),
                    _ => vec![val],
                }
            }
            Rvalue::Call(call) => {
                // What an executor starts is what its promise waits for.
                if blank && self.executors == 0 && self.started(frame, call, &mut state).is_some() {
                    self.start_beside(frame, call, &mut state);
                    return vec![(state, Flow::Next)];
                }
                let seen: BTreeSet<usize> = state.losses.clone();
                let mut paths = Vec::new();
                let wanted = self.wanted(frame, targets);
                let flight = self.begin_promise(frame, call.awaited, call.span);
                let kept = match targets.first() {
                    Some(Place::Local(local)) => Some(*local),
                    _ => None,
                };
                self.keep_stoppable(frame, call, kept, &mut state);
                if call.awaited {
                    self.race_joined(frame, crate::walk::called_with(call), std::iter::empty(), &mut state);
                }
                let outs = self.call_for(frame, call, wanted, state);
                self.end_promise(flight, frame, kept);
                self.keep_future(frame, call, kept);
                for (mut state, out) in self.kept(frame, call, outs) {
                    match out {
                        Out::Values(vals) => {
                            state.fine = self.was_fine(frame, &vals, &state);
                            if let (true, Some(val)) = (call.awaited && self.throws(frame), vals.first()) {
                                self.message_received(frame, call.span, val, WaitEnd::Nothing, &state);
                            }
                            let vals = self.packed(frame, targets, vals, call.span);
                            // A function that gives nothing back has thrown nothing away.
                            if blank && !vals.is_empty() {
                                self.discard_losses(&seen, &mut state, span);
                            }
                            if let ([Place::Local(local)], true) = (targets.as_slice(), vals.len() > 1)
                                && self.is_temp(frame, *local)
                            {
                                state.tuples.insert((frame, *local), vals.clone());
                            }
                            let unbound =
                                if matches!(targets.as_slice(), [Place::Blank]) { vals.first().cloned() } else { None };
                            self.store_all(frame, targets, vals, call.span, &mut state);
                            match unbound {
                                Some(val) => {
                                    paths.extend(self.dropped(frame, &val, state).into_iter().map(|s| (s, Flow::Next)))
                                }
                                None => paths.push((state, Flow::Next)),
                            }
                        }
                        Out::Raise(at) => paths.push((state, Flow::Raise(at))),
                        Out::Stop => paths.push((state, Flow::Stop)),
                    }
                }
                return joined(paths);
            }
            Rvalue::Await(v) => {
                let val = self.eval(frame, v, &mut state);
                self.local_wait(&val.sym);
                self.message_received(frame, span, &val, WaitEnd::Nothing, &state);
                state.beside.running.clear();
                self.race_joined(frame, std::iter::once(v), std::iter::once(&val), &mut state);
                if let Some((f, home)) = self.future(&val.sym).filter(|_| self.lang(frame) == dogpile_ir::Lang::Rust)
                    && let Some(call) = self.destructor_call(frame)
                {
                    let outs = self.invoke(f, home, None, vec![], call, frame, state);
                    return self.landed(frame, targets, outs, span);
                }
                match self.awaited(frame, val) {
                    Ok(val) => match (&*val.sym, targets.len()) {
                        (Sym::List(items), n) if n > 1 && items.len() == n => items.clone(),
                        _ => vec![val],
                    },
                    Err(raised) => return vec![(state, Flow::Raise(Val { sym: raised.sym, span }))],
                }
            }
            Rvalue::Race(vs) | Rvalue::All(vs) => {
                let mut vals = Vec::new();
                for v in vs {
                    let val = self.eval(frame, v, &mut state);
                    self.end_heard(&val.sym);
                    match self.awaited(frame, val) {
                        Ok(val) => vals.push(val),
                        Err(raised) => return vec![(state, Flow::Raise(Val { sym: raised.sym, span }))],
                    }
                }
                if matches!(value, Rvalue::All(_)) {
                    state.beside.running.clear();
                    self.race_joined(frame, vs.iter(), vals.iter(), &mut state);
                } else {
                    let first = Val::new(Sym::Result(span, 0, "race".into(), vec![]), span);
                    let mut paths = self.note_race(frame, vs, &vals, span, state);
                    for (state, _) in paths.iter_mut().filter(|(_, flow)| matches!(flow, Flow::Next)) {
                        self.store_all(frame, targets, vec![first.clone()], span, state);
                    }
                    return paths;
                }
                vec![Val::new(Sym::List(vals), span)]
            }
            Rvalue::Receive(v) => {
                let chan = self.eval(frame, v, &mut state);
                self.received(&chan, &mut state);
                self.message_received(frame, span, &chan, WaitEnd::Nothing, &state);
                vec![Val::new(Sym::Result(span, 0, "receive".into(), vec![chan.sym]), span)]
            }
            Rvalue::Send(to, v) => {
                let to = self.eval(frame, to, &mut state);
                self.eval(frame, v, &mut state);
                self.fired(&to.sym, span, &mut state);
                vec![]
            }
            Rvalue::TypeTest(v, ty) => {
                let val = self.eval(frame, v, &mut state);
                let known = if *val.sym == Sym::Nil { Some(false) } else { self.is_variant(&val.sym, ty) };
                let sure = known.map_or_else(|| Sym::Result(span, 1, "is".into(), vec![val.sym.clone()]), Sym::Bool);
                vec![val, Val::new(sure, span)]
            }
            Rvalue::Lookup(base, key) => {
                let base = self.eval(frame, base, &mut state);
                let key = self.eval(frame, key, &mut state);
                self.local_lookup(&base, &key);
                let item = Sym::Index(base.sym.clone(), key.sym.clone());
                vec![
                    Val::new(item.clone(), span),
                    Val::new(Sym::Result(span, 1, "has".into(), vec![item.into()]), span),
                ]
            }
        };
        self.store_all(frame, targets, values, span, &mut state);
        vec![(state, Flow::Next)]
    }

    /// What a future came to, where it goes.
    fn landed(&mut self, frame: FrameId, targets: &'a [Place], outs: super::call::Outs<'a>, span: Span) -> Paths<'a> {
        let mut paths = Vec::new();
        for (mut state, out) in outs {
            match out {
                Out::Values(vals) => {
                    state.fine = self.was_fine(frame, &vals, &state);
                    let vals = self.packed(frame, targets, vals, span);
                    self.store_all(frame, targets, vals, span, &mut state);
                    paths.push((state, Flow::Next));
                }
                Out::Raise(at) => paths.push((state, Flow::Raise(at))),
                Out::Stop => paths.push((state, Flow::Stop)),
            }
        }
        joined(paths)
    }

    /// The declared type of what the first result goes to.
    fn wanted(&self, frame: FrameId, targets: &'a [Place]) -> Option<&'a dogpile_ir::Type> {
        match targets.first() {
            Some(Place::Local(local)) => Some(&self.cx.program.module(self.frame(frame).func).local(*local).ty),
            _ => None,
        }
    }

    /// A Rust result that goes to one variable stays together; one thrown away is dropped at once.
    fn packed(&mut self, frame: FrameId, targets: &[Place], vals: Vec<Val>, span: Span) -> Vec<Val> {
        let whole = self.lang(frame) == dogpile_ir::Lang::Rust && targets.len() == 1 && vals.len() == 2;
        if whole { vec![Val::new(Sym::List(vals), span)] } else { vals }
    }

    fn store_all(&mut self, frame: FrameId, targets: &'a [Place], vals: Vec<Val>, span: Span, state: &mut State<'a>) {
        let mut vals = vals.into_iter();
        for (i, target) in targets.iter().enumerate() {
            let val = vals.next().unwrap_or_else(|| Val::new(Sym::Result(span, i, "part".into(), vec![]), span));
            self.store(frame, target, val, state);
        }
    }
}
