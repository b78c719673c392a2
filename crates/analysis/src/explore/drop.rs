//! Rust's destructors: what a guard does when its owner's scope ends.

use super::call::{CallSite, Outs};
use super::state::{Held, State, Status};
use super::{Explorer, Flow, Out};
use crate::program::FuncRef;
use crate::sym::{FrameId, Sym, Val};
use crate::typing::Evidence;
use dogpile_ir::{Call, Callee, FuncId, Lang, LocalId};
use dogpile_source::Span;

/// Fact on a value that its destructor has run, or never will.
const GONE: &str = "dropped";

impl<'a> Explorer<'a, '_> {
    /// Drops what a function still owns on each way out, last bound first.
    pub(super) fn drop_locals(&mut self, frame: FrameId, paths: Vec<(State<'a>, Flow)>) -> Vec<(State<'a>, Flow)> {
        let func = self.frame(frame).func;
        let module = self.cx.program.module(func);
        if module.lang != Lang::Rust {
            return paths;
        }
        let owned: Vec<LocalId> = (0u32..)
            .zip(&module.locals)
            .filter(|(_, local)| local.drops && local.owner == Some(func.func))
            .map(|(id, _)| LocalId(id))
            .collect();
        self.drop_all(frame, &owned, paths)
    }

    /// Drops these locals on every path but those that end the process.
    pub(super) fn drop_all(
        &mut self,
        frame: FrameId,
        owned: &[LocalId],
        paths: Vec<(State<'a>, Flow)>,
    ) -> Vec<(State<'a>, Flow)> {
        let mut paths = paths;
        for local in owned.iter().rev() {
            paths = paths
                .into_iter()
                .flat_map(|(state, flow)| {
                    let held = state.local(frame, *local).cloned();
                    match held {
                        Some(val) if !matches!(flow, Flow::Stop) => {
                            self.dropped(frame, &val, state).into_iter().map(|s| (s, flow.clone())).collect()
                        }
                        _ => vec![(state, flow)],
                    }
                })
                .collect();
        }
        paths
    }

    /// Runs the destructor of a value, if it has one and has not run it.
    pub(super) fn dropped(&mut self, frame: FrameId, val: &Val, mut state: State<'a>) -> Vec<State<'a>> {
        let Some(ty) = self.dynamic_type(&val.sym) else { return vec![state] };
        let Some(name) = ty.name().map(str::to_owned) else { return vec![state] };
        if state.field(&val.sym, GONE).is_some() {
            return vec![state];
        }
        let own = self.cx.program.method(&name, "drop");
        let row = self.cx.program.models.method(&name, "drop", 0);
        if own.is_none() && row.is_none() {
            return vec![state];
        }
        self.forget(val, &mut state);
        let held: Vec<usize> = state.held.iter().filter(|h| h.status == Status::Won).map(|h| h.slot).collect();
        let outer = std::mem::replace(&mut state.deferring, true);
        let Some(call) = self.destructor_call(frame) else { return vec![state] };
        let outs = match (own, row) {
            (Some(f), _) => self.invoke(f, None, Some(val.clone()), vec![], call, frame, state),
            (None, Some(row)) => {
                let site = CallSite { call, frame, receiver: Some(val.clone()), args: vec![], wanted: None };
                self.model(row, Evidence::Exact, site, state)
            }
            (None, None) => vec![],
        };
        let mut ends: Vec<State<'a>> =
            outs.into_iter().filter(|(_, out)| !matches!(out, Out::Stop)).map(|(state, _)| state).collect();
        // A destructor that cannot reach the server, or has no runtime to do it on, forgot nothing.
        let over =
            |slot: usize, state: &State<'a>| matches!(state.status(slot), Some(Status::Released | Status::HandedOver));
        let given_back: Vec<usize> =
            held.into_iter().filter(|slot| ends.iter().any(|state| over(*slot, state))).collect();
        for state in &mut ends {
            state.deferring = outer;
            let tried = |held: &&mut Held| held.status == Status::Won && given_back.contains(&held.slot);
            state.held.iter_mut().filter(tried).for_each(|held| held.unanswered = true);
        }
        ends
    }

    /// The value has another owner now, or none ever: its destructor does not run here.
    pub(super) fn forget(&mut self, val: &Val, state: &mut State<'a>) {
        state.set_field(val.sym.clone(), GONE.into(), Val::new(Sym::Bool(true), val.span));
    }

    /// `drop(x)` and `mem::forget(x)`.
    pub(super) fn given_to_drop(&mut self, name: &str, site: &CallSite<'a>, state: &State<'a>) -> Option<Outs<'a>> {
        let val = site.args.first()?;
        match name {
            "core::mem.drop" | "std::mem.drop" => {
                let states = self.dropped(site.frame, val, state.clone());
                Some(states.into_iter().map(|s| (s, Out::Values(vec![]))).collect())
            }
            "core::mem.forget" | "std::mem.forget" => {
                let mut state = state.clone();
                self.forget(val, &mut state);
                Some(vec![(state, Out::Values(vec![]))])
            }
            _ => None,
        }
    }

    /// A destructor's call stands nowhere in the source: it is told at the end of the function that owns the value.
    pub(super) fn destructor_call(&mut self, frame: FrameId) -> Option<&'a Call> {
        let func: FuncRef = self.frame(frame).func;
        self.cx.destructors.get(&func).map(std::convert::AsRef::as_ref)
    }
}

/// The calls of destructors, one for each function, at its end.
pub(crate) fn destructor_calls(program: &crate::program::Program<'_>) -> std::collections::HashMap<FuncRef, Box<Call>> {
    let mut calls = std::collections::HashMap::new();
    for (m, module) in (0u32..).zip(program.modules).filter(|(_, module)| module.lang == Lang::Rust) {
        for (f, function) in (0u32..).zip(&module.functions) {
            let end = Span { start: function.span.end.saturating_sub(1), ..function.span };
            let call = Call {
                callee: Callee::Named("core::mem.drop".into()),
                args: vec![],
                spread: false,
                awaited: true,
                span: end,
                name_span: end,
            };
            calls.insert(FuncRef { module: m, func: FuncId(f) }, Box::new(call));
        }
    }
    calls
}
