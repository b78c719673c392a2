//! Promises that race: whoever loses goes on, unless somebody waits for it after all, or something can stop it.

use super::promise::TIMED;
use super::state::{State, Status};
use super::{Explorer, Flow};
use crate::sym::{FrameId, S, Sym, Val};
use crate::walk::{blocks, called_with, values};
use dogpile_ir::{Block, Call, LocalId, Value, ValueKind};
use dogpile_source::Span;
use std::collections::BTreeSet;

/// Promises in variables whose work was given a signal that can end it.
#[derive(Default)]
pub(super) struct Stoppable(BTreeSet<(FrameId, LocalId)>);

/// Work that may have lost a race, and that nobody has waited for since.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Raced {
    /// The session that the race was run under.
    slot: usize,
    span: Span,
    local: Option<(FrameId, LocalId)>,
    promise: S,
}

impl<'a> Explorer<'a, '_> {
    /// A promise is kept in a variable; whether its work can be stopped is seen where it is started.
    pub(super) fn keep_stoppable(
        &mut self,
        frame: FrameId,
        call: &'a Call,
        local: Option<LocalId>,
        state: &mut State<'a>,
    ) {
        let Some(local) = local.filter(|_| !call.awaited && self.throws(frame)) else { return };
        if called_with(call).any(|value| self.has_signal(frame, value, state)) {
            let home = self.home(frame, local);
            self.stoppable.0.insert((home, local));
        }
    }

    /// The same for a block that is started in place.
    pub(super) fn keep_stoppable_block(&mut self, frame: FrameId, body: &'a Block, local: Option<LocalId>) {
        let Some(local) = local else { return };
        if self.reads_signal(frame, body) {
            let home = self.home(frame, local);
            self.stoppable.0.insert((home, local));
        }
    }

    /// The same promise in another variable.
    pub(super) fn copy_stoppable(&mut self, frame: FrameId, from: &Value, to: LocalId) {
        if let ValueKind::Local(from) = from.kind
            && self.stoppable.0.contains(&(self.home(frame, from), from))
        {
            let home = self.home(frame, to);
            self.stoppable.0.insert((home, to));
        }
    }

    /// Whether a value is a signal, an object that has one, or a function that reads one.
    fn has_signal(&mut self, frame: FrameId, value: &'a Value, state: &mut State<'a>) -> bool {
        let val = self.eval(frame, value, state);
        if self.is_signal(&val.sym) || state.fields_of(&val.sym).any(|part| self.is_signal(&part.sym)) {
            return true;
        }
        if let Sym::Func(f, _) = &*val.sym {
            let body = self.cx.program.function(*f).body.as_ref();
            return f.module == self.frame(frame).func.module
                && body.is_some_and(|body| self.reads_signal(frame, body));
        }
        self.names_signal(frame, value)
    }

    /// Whether a value carries a signal.
    fn is_signal(&self, sym: &Sym) -> bool {
        sym.any(&mut |part| match part {
            Sym::Context(_) => true,
            Sym::Object(ty, _) => is_signal_type(ty),
            Sym::Param(..) | Sym::Field(..) | Sym::Global(_) => self.sym_type(part).name().is_some_and(is_signal_type),
            _ => false,
        })
    }

    /// Whether a value reads something of a type that is, or is called, a signal.
    fn names_signal(&self, frame: FrameId, value: &'a Value) -> bool {
        if self.static_type(frame, value).name().is_some_and(is_signal_type) {
            return true;
        }
        let named = match &value.kind {
            ValueKind::Local(local) => &self.cx.program.module(self.frame(frame).func).local(*local).name,
            ValueKind::Field(_, name) | ValueKind::Global(name) => name,
            _ => return value.parts().any(|part| self.names_signal(frame, part)),
        };
        let name = crate::names::last(named).to_ascii_lowercase();
        name.contains("signal") || name.contains("abort") || value.parts().any(|part| self.names_signal(frame, part))
    }

    fn reads_signal(&self, frame: FrameId, body: &'a Block) -> bool {
        body.iter().any(|stmt| {
            values(stmt).any(|value| self.names_signal(frame, value))
                || blocks(stmt).any(|inner| self.reads_signal(frame, inner))
        })
    }

    /// Work races with a timeout inside a section. Where the timeout only rejects, whoever goes on has the work's result.
    pub(super) fn note_race(
        &mut self,
        frame: FrameId,
        racers: &'a [Value],
        vals: &[Val],
        span: Span,
        mut state: State<'a>,
    ) -> Vec<(State<'a>, Flow)> {
        let timer = |val: &Val| match &*val.sym {
            Sym::Result(_, _, name, given) if &**name == TIMED => Some(given.is_empty()),
            _ => None,
        };
        let works: Vec<(&'a Value, &Val)> = racers.iter().zip(vals).filter(|(_, val)| timer(val).is_none()).collect();
        let won: Vec<usize> = state.held.iter().filter(|h| h.status == Status::Won).map(|h| h.slot).collect();
        if won.is_empty() || works.is_empty() || works.len() == vals.len() {
            return vec![(state, Flow::Next)];
        }
        let mut raced = BTreeSet::new();
        for (racer, val) in &works {
            let local = match racer.kind {
                ValueKind::Local(local) => Some((self.home(frame, local), local)),
                _ => None,
            };
            if local.is_some_and(|local| self.stoppable.0.contains(&local)) || self.is_signal(&val.sym) {
                continue;
            }
            let promise = val.sym.clone();
            raced.extend(won.iter().map(|slot| Raced { slot: *slot, span, local, promise: promise.clone() }));
        }
        let mut paths = Vec::new();
        let resolves = vals.iter().any(|val| timer(val) == Some(true));
        if !resolves {
            let mut late = state.clone();
            late.beside.raced.extend(raced.iter().cloned());
            paths.push((late, Flow::Raise(Val::new(Sym::Error("raised".into()), span))));
        }
        if resolves || works.len() > 1 {
            state.beside.raced.extend(raced);
        }
        paths.push((state, Flow::Next));
        paths
    }

    /// What a statement waits for is over, and so is what it hands to somebody who is waited for.
    pub(super) fn race_joined<'v>(
        &mut self,
        frame: FrameId,
        values: impl Iterator<Item = &'a Value>,
        vals: impl Iterator<Item = &'v Val>,
        state: &mut State<'a>,
    ) {
        if state.beside.raced.is_empty() {
            return;
        }
        for value in values {
            each_local(value, &mut |local| {
                let home = self.home(frame, local);
                state.beside.raced.retain(|raced| raced.local != Some((home, local)));
            });
        }
        for val in vals {
            let same = |raced: &Raced| {
                matches!(&*raced.promise, Sym::Result(..)) && val.sym.any(&mut |part| *part == *raced.promise)
            };
            state.beside.raced.retain(|raced| !same(raced));
        }
    }

    /// A session ends: work that lost a race under it goes on without it.
    pub(super) fn note_lost_races(&mut self, slot: usize, state: &State<'a>) {
        let lost = state.beside.raced.iter().filter(|raced| raced.slot == slot).map(|raced| raced.span);
        self.out.sessions[slot].races.extend(lost);
    }
}

fn is_signal_type(name: &str) -> bool {
    matches!(crate::names::last(name), "AbortSignal" | "AbortController")
}

fn each_local(value: &Value, visit: &mut dyn FnMut(LocalId)) {
    if let ValueKind::Local(local) = value.kind {
        visit(local);
    }
    value.parts().for_each(|part| each_local(part, visit));
}
