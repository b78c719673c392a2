//! Calls that are not awaited there and then, and what becomes of their promises.
//!
//! A promise is its value; one that is rejected is the error, and awaiting it throws.

use super::call::{CallSite, Outs};
use super::state::State;
use super::unknown::results;
use super::{Explorer, Out};
use crate::program::FuncRef;
use crate::sym::{FrameId, S, Sym, Val};
use crate::typing::Target;
use dogpile_ir::{Call, Callee, Lang};
use dogpile_models::Does;
use std::sync::Arc;

/// What the executor of a promise listens to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hears {
    messages: bool,
    /// Something else may settle it: a timer, the end of a connection.
    others: bool,
    /// What is set up, or anything in it, resolves it.
    resolves: bool,
    rejects: bool,
}

impl Hears {
    /// Nothing but a message of a subscription settles it.
    fn is_message(self) -> bool {
        self.messages && !self.others
    }
}

/// Type of the object that stands for a promise while its executor runs.
pub(super) const PROMISE: &str = "promise";

/// What a promise is worth that something settles later. It has parts only where that cannot resolve it.
pub(super) const TIMED: &str = "promise";

impl<'a> Explorer<'a, '_> {
    /// `new Promise((resolve, reject) => …)`: what the executor resolves it with is what it is worth. A path that
    /// settles nothing leaves its settling to something later, which starts from another path.
    pub(super) fn new_promise(&mut self, site: CallSite<'a>, state: State<'a>) -> Outs<'a> {
        let span = site.call.span;
        let Some(Sym::Func(f, home)) = site.args.first().map(|a| (*a.sym).clone()) else {
            return vec![(state, Out::Values(results(span, "promise", 1, &[])))];
        };
        let promise: S = Arc::new(self.object(PROMISE));
        let settle = |name: &str| Val::new(Sym::Bound(promise.clone(), name.into()), span);
        let args = vec![settle("resolve"), settle("reject")];
        self.executors += 1;
        let outer = std::mem::take(&mut self.hears);
        let outs = self.invoke(f, home, None, args, site.call, site.frame, state);
        let heard = std::mem::replace(&mut self.hears, outer);
        let unsettled = if heard.is_message() { "messages" } else { TIMED };
        let rejects: &[S] =
            if heard.rejects && !heard.resolves { &[Arc::new(Sym::Error("raised".into()))] } else { &[] };
        self.executors -= 1;
        let mut settled: Outs<'a> = Vec::new();
        let mut open = Vec::new();
        for (state, out) in outs {
            let resolved = state.field(&promise, "resolve").cloned();
            let rejected = state.field(&promise, "reject").cloned();
            if !matches!(out, Out::Values(_)) {
                settled.push((state, out));
                continue;
            }
            if rejected.is_none() && resolved.is_none() {
                open.push(state);
                continue;
            }
            // Paths that settled it in different ways may have met since.
            if let Some(error) = rejected {
                let sym = if matches!(&*error.sym, Sym::Error(_)) {
                    error.sym
                } else {
                    Arc::new(Sym::Error("raised".into()))
                };
                settled.push((state.clone(), Out::Raise(Val { sym, span })));
            }
            if let Some(value) = resolved {
                settled.push((state, Out::Values(vec![value])));
            }
        }
        if settled.is_empty() {
            settled.extend(open.into_iter().map(|state| (state, Out::Values(results(span, unsettled, 1, rejects)))));
        } else {
            settled.extend(open.into_iter().map(|state| (state, Out::Stop)));
        }
        settled
    }

    /// A promise is settled by what its executor has set up, or by its executor.
    pub(super) fn settles(&mut self, how: &str) {
        self.hears.resolves |= how == "resolve";
        self.hears.rejects |= how == "reject";
    }

    /// A listener or a timer is set up in the executor of a promise.
    pub(super) fn listens(&mut self, does: &Does, site: &CallSite<'a>) {
        if self.executors == 0 {
            return;
        }
        let event = site.args.first().and_then(|a| a.sym.str()).unwrap_or_default();
        match does {
            Does::Subscribes { function, .. } => self.hears.messages |= function.is_some(),
            Does::Spawns { .. } if event.ends_with("message") => self.hears.messages = true,
            // A failed connection sends nothing either.
            Does::Spawns { .. } if event == "error" => {}
            Does::Spawns { .. } | Does::Sleeps { .. } | Does::Timer { .. } => self.hears.others = true,
            _ => {}
        }
    }

    /// The language of the code that a frame runs.
    pub(super) fn lang(&self, frame: FrameId) -> Lang {
        self.cx.program.module(self.frame(frame).func).lang
    }

    /// Whether exceptions are how errors are told where a frame runs.
    pub(super) fn throws(&self, frame: FrameId) -> bool {
        self.lang(frame) == Lang::TypeScript
    }

    /// The async function of the project that this call starts and does not wait for.
    pub(super) fn started(&mut self, frame: FrameId, call: &'a Call, state: &mut State<'a>) -> Option<FuncRef> {
        if call.awaited || !self.throws(frame) {
            return None;
        }
        let target = match &call.callee {
            Callee::Value(value) => match &*self.eval(frame, value, state).sym {
                Sym::Func(f, _) => Some(*f),
                _ => None,
            },
            Callee::Named(_) | Callee::Method { .. } => {
                let module = self.frame(frame).func.module;
                match self.cx.typing.target(&self.cx.program, module, call) {
                    Target::Local(f) => Some(f),
                    _ => None,
                }
            }
        };
        target.filter(|f| self.cx.program.function(*f).is_async)
    }

    /// A call whose promise nobody keeps: it runs beside what follows.
    pub(super) fn start_beside(&mut self, frame: FrameId, call: &'a Call, state: &mut State<'a>) {
        let beside = self.set_out_now(state);
        let flights = std::mem::take(&mut self.flights);
        self.enter_region(super::region::Start::Now, frame);
        let ends = Self::run_ends(self.call(frame, call, beside));
        self.flights = flights;
        self.after_spawn(ends.iter().map(|(s, _)| s), state);
        self.leave_region(&ends, call.span, frame, state);
    }

    /// What a call that is not awaited throws stays in its promise; a function that gives no promise throws at once.
    pub(super) fn kept(&mut self, frame: FrameId, call: &'a Call, outs: Outs<'a>) -> Outs<'a> {
        let raises = outs.iter().any(|(_, out)| matches!(out, Out::Raise(_)));
        if call.awaited || !raises || !self.throws(frame) || self.is_synchronous(frame, call) {
            return outs;
        }
        outs.into_iter()
            .map(|(state, out)| (state, if let Out::Raise(raised) = out { Out::Values(vec![raised]) } else { out }))
            .collect()
    }

    /// Whether a function of the project is called that gives no promise: it is not async, and waits for nothing.
    fn is_synchronous(&self, frame: FrameId, call: &Call) -> bool {
        let module = self.frame(frame).func.module;
        let f = match self.cx.typing.target(&self.cx.program, module, call) {
            Target::Local(f) => f,
            Target::Model(row, _) => return matches!(row.call.does, Does::Asserts { .. }),
            Target::Dispatch(_) | Target::Unknown(_) => return false,
        };
        let function = self.cx.program.function(f);
        let mut waits = function.is_async;
        if let Some(body) = &function.body {
            crate::walk::each_call(body, &mut |inner| waits |= inner.awaited && !self.is_plain(f.module, inner));
        }
        !waits
    }

    /// A call that is known to give no promise: an error made, a value computed.
    fn is_plain(&self, module: u32, call: &Call) -> bool {
        match self.cx.typing.target(&self.cx.program, module, call) {
            Target::Model(row, _) => matches!(row.call.does, dogpile_models::Does::Value(_)),
            Target::Unknown(name) => name.starts_with("builtin.") && !name.starts_with("builtin.Promise"),
            Target::Local(_) | Target::Dispatch(_) => false,
        }
    }

    /// An awaited value: a rejected promise throws.
    pub(super) fn awaited(&self, frame: FrameId, val: Val) -> Result<Val, Val> {
        if self.throws(frame) && matches!(&*val.sym, Sym::Error(_)) { Err(val) } else { Ok(val) }
    }

    /// The path on which an awaited call throws that nobody knows, or that asks another machine; with something at stake.
    pub(super) fn thrown(&self, frame: FrameId, call: &Call, state: &State<'a>) -> Option<(State<'a>, Out)> {
        let held = state.held.iter().any(|h| h.status == super::state::Status::Won);
        let may = call.awaited && self.throws(frame) && !state.deferring && (held || !self.flights.is_empty());
        may.then(|| (state.clone(), Out::Raise(Val::new(Sym::Error("raised".into()), call.span))))
    }
}
