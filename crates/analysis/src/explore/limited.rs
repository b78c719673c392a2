//! Futures that somebody drops when a time is over, or when another one was there first.

use super::call::{CallSite, Outs};
use super::state::{State, Status};
use super::{Explorer, Out};
use crate::lifecycle::WaitBound;
use crate::sym::{FrameId, Sym, Val};
use dogpile_ir::{Arm, Call, Comm, Lang, LocalId, Value, ValueKind};
use dogpile_models::TtlRow;
use dogpile_source::Span;
use std::collections::BTreeMap;

/// Futures that are kept in variables, with the calls that made them: what they do is explored where they are made.
#[derive(Default)]
pub(super) struct Futures(BTreeMap<(FrameId, LocalId), Span>);

impl<'a> Explorer<'a, '_> {
    /// A call whose future is kept in a variable.
    pub(super) fn keep_future(&mut self, frame: FrameId, call: &Call, local: Option<LocalId>) {
        if let Some(local) = local.filter(|_| !call.awaited && self.lang(frame) == Lang::Rust) {
            let home = self.home(frame, local);
            self.futures.0.insert((home, local), call.span);
        }
    }

    /// The same future in another variable: `let fut = pin!(fut)`.
    pub(super) fn copy_future(&mut self, frame: FrameId, from: &Value, to: LocalId) {
        if let Some(made) = self.made_future(frame, from) {
            self.futures.0.insert((self.home(frame, to), to), made);
        }
    }

    /// Where the future was made that a value is.
    pub(super) fn made_future(&self, frame: FrameId, value: &Value) -> Option<Span> {
        let ValueKind::Local(local) = value.kind else { return None };
        self.futures.0.get(&(self.home(frame, local), local)).copied()
    }

    /// A pause; a future that nobody waits for yet is a timer; a promise is settled by one.
    pub(super) fn slept(&mut self, time: &TtlRow, site: CallSite<'a>, mut state: State<'a>) -> Outs<'a> {
        let ms = self.path(&time.ttl, &site, &state).and_then(|v| self.time_ms(time, &v));
        if let Some(ms) = ms {
            self.note_sleep(site.call.span, ms, &mut state);
        }
        let vals = match self.lang(site.frame) {
            _ if site.call.awaited => vec![],
            Lang::Rust => vec![Val::new(Sym::Timer(ms), site.call.span)],
            Lang::TypeScript => super::unknown::results(site.call.span, super::promise::TIMED, 1, &[]),
            Lang::Go => vec![],
        };
        vec![(state, Out::Values(vals))]
    }

    /// `timeout(limit, future)`: what the future gives, in a result that is an error when the time is over.
    pub(super) fn limited(
        &mut self,
        future: &str,
        limit: Option<&TtlRow>,
        site: CallSite<'a>,
        mut state: State<'a>,
    ) -> Outs<'a> {
        let span = site.call.span;
        let limit = limit.and_then(|time| self.path(&time.ttl, &site, &state).map(|val| (time, val)));
        let is_code = |val: &Val| matches!(&*val.sym, Sym::Func(..) | Sym::Field(..) | Sym::Bound(..));
        let made = site.call.args.iter().find_map(|arg| Some((arg, self.made_future(site.frame, arg)?)));
        // What it gives is wanted whole, with its own error.
        let given = match made {
            Some((arg, _)) => Some(self.eval(site.frame, arg, &mut state)),
            None => self.path(future, &site, &state),
        };
        let made = made.map(|(_, made)| made);
        // A task has been started, and goes on when nobody waits any more.
        let is_task = made.is_none() && !given.as_ref().is_some_and(is_code);
        // A block is explored where it is awaited, as what it is: its function.
        let block = given.as_ref().and_then(|val| match &*val.sym {
            Sym::Func(f, _) => Some(self.cx.program.function(*f).span),
            _ => None,
        });
        let outs = match given {
            Some(val) if !is_code(&val) => vec![(state, Out::Values(vec![val]))],
            _ => self.run_function(future, vec![], &site, state),
        };
        if let Some((ms, val)) = limit.and_then(|(time, val)| Some((self.time_ms(time, &val)?, val))) {
            outs.iter().for_each(|(after, _)| self.may_work_for(ms, &val, &site, after));
        }
        let mut all = Vec::new();
        for (state, out) in outs {
            let Out::Values(mut inner) = out else {
                all.push((state, out));
                continue;
            };
            let mut late = state.clone();
            self.drop_future(site.frame, made.or(block).unwrap_or(span), &mut late);
            let error = Val::new(Sym::Error("elapsed".into()), span);
            all.push((late, Out::Values(vec![Val::new(Sym::Nil, span), error])));
            let mut in_time = state;
            if is_task {
                in_time.beside.running.clear();
            }
            let value = match inner.len() {
                1 => inner.remove(0),
                _ => Val::new(Sym::List(inner), span),
            };
            all.push((in_time, Out::Values(vec![value, Val::new(Sym::Nil, span)])));
        }
        all
    }

    /// Work under a lock is given so much time, and may need all of it. What asks the lock's own server is no work.
    fn may_work_for(&mut self, ms: u64, limit: &Val, site: &CallSite<'a>, state: &State<'a>) {
        let made = site.call.args.iter().find_map(|arg| self.made_future(site.frame, arg));
        let span = made.unwrap_or(site.call.span);
        let depth = self.frame(site.frame).via.len();
        for held in state.held.iter().filter(|h| h.status == Status::Won && !state.spawned && !state.deferring) {
            let facts = &mut self.out.sessions[held.slot];
            if span.contains(facts.site.via.get(depth).copied().unwrap_or(facts.site.span)) {
                continue;
            }
            let inner = facts.followed.get(&span).map(|f| self.cx.program.function(*f).span);
            let mut works = false;
            for (at, called) in &mut facts.called {
                if span.contains(*at) || inner.is_some_and(|inner| inner.contains(*at)) {
                    called.limit = Some(called.limit.map_or(ms, |known| known.min(ms)));
                    works = true;
                }
            }
            if works {
                facts.deadlines.insert(limit.span, ms);
            }
        }
    }

    /// A future was made at `made` and is dropped before it is over: nobody learns whether it took a lock, and a wait in
    /// it is over, too.
    pub(super) fn drop_future(&mut self, frame: FrameId, made: Span, state: &mut State<'a>) {
        let depth = self.frame(frame).via.len();
        let slots: Vec<usize> = state.held.iter().map(|held| held.slot).collect();
        for slot in slots {
            let facts = &mut self.out.sessions[slot];
            if !made.contains(facts.site.via.get(depth).copied().unwrap_or(facts.site.span)) {
                continue;
            }
            if let Some((.., bound @ (WaitBound::None | WaitBound::Unknown))) = &mut facts.wait {
                *bound = WaitBound::Deadline;
            }
            state.restart(slot, Status::Failed);
        }
    }

    /// One arm of a choice between futures was there first: the others are dropped.
    pub(super) fn arm_won(&mut self, frame: FrameId, arms: &[Arm], first: usize, state: &mut State<'a>) {
        for (_, arm) in arms.iter().enumerate().filter(|(i, _)| *i != first) {
            if let Comm::Receive { from, .. } = &arm.comm
                && let Some(made) = self.made_future(frame, from)
            {
                self.drop_future(frame, made, state);
            }
        }
    }
}
