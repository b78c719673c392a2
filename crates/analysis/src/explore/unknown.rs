//! Calls of what nobody knows: what they may do to what they are given, and what comes back.

use super::call::{CallSite, Outs};
use super::state::{State, merge};
use super::{Explorer, Out};
use crate::program::FuncRef;
use crate::sym::{Origin, S, Sym, Val};
use dogpile_ir::Callee;
use dogpile_source::Span;
use std::sync::Arc;

impl<'a> Explorer<'a, '_> {
    /// A call that nobody knows.
    pub(super) fn unknown(&mut self, name: Arc<str>, site: CallSite<'a>, state: State<'a>) -> Outs<'a> {
        self.unknown_work(name, None, site, state)
    }

    /// Says something to somebody, by its name: a channel of unknown type, an emitter, whoever can stop the work.
    fn tells(name: &str) -> bool {
        let method = crate::names::last(name).to_ascii_lowercase();
        ["send", "try_send", "emit", "reject", "abort", "cancel", "shutdown", "kill"].contains(&method.as_str())
            || method.starts_with("notify")
    }

    /// A line in a log reaches nobody who works. A logger that nobody declared is known by what it is called.
    fn logs(&self, name: &str, site: &CallSite<'a>) -> bool {
        let spoken = match &site.call.callee {
            Callee::Method { receiver, .. } => {
                crate::names::describe(receiver, self.cx.program.module(self.frame(site.frame).func))
                    .to_ascii_lowercase()
            }
            _ => String::new(),
        };
        self.name_tells(name).logging || matches!(spoken.as_str(), "log" | "logger" | "console")
    }

    pub(super) fn unknown_work(
        &mut self,
        name: Arc<str>,
        target: Option<FuncRef>,
        site: CallSite<'a>,
        mut state: State<'a>,
    ) -> Outs<'a> {
        self.given_away(&name, &site, &mut state);
        self.filled_by_others(&name, &site, &mut state);
        if let Some(outs) = self.shaped_cache(&name, &site, &mut state) {
            return outs;
        }
        site.args.iter().for_each(|a| self.looked_at(&a.sym));
        if !self.name_tells(&name).idle {
            self.may_have_asked(&mut state);
        }
        if !self.unknown_helper(&name, &site, &mut state) {
            self.note_work(&name, target, &site, &state);
        }
        let carries_error = site.args.iter().any(|a| a.sym.any(&mut |s| matches!(s, Sym::Error(_))));
        if (carries_error || Self::tells(&name)) && !self.logs(&name, &site) {
            self.tell(&state);
        }
        let arity = match target {
            Some(f) => self.cx.program.function(f).results.len(),
            None => 0,
        };
        let given: Vec<S> =
            site.receiver.iter().map(|r| r.sym.clone()).chain(site.args.iter().map(|a| a.sym.clone())).collect();
        let vals = results(site.call.span, &name, arity.max(3), &given);
        let thrown = self.thrown(site.frame, site.call, &state);
        // A function given away may run, now, once; what walks a list runs it for each item.
        let walks = matches!(
            crate::names::last(&name),
            "map"
                | "forEach"
                | "flatMap"
                | "filter"
                | "some"
                | "every"
                | "reduce"
                | "for_each"
                | "filter_map"
                | "flat_map"
        );
        // Around what it is given, a function of which we know that it takes locks or asks Redis may do so: what was not
        // followed is no place to judge from.
        let encloses = target.is_some_and(|f| self.cx.reach.is_relevant(&self.cx.program, f));
        if let Some(given) = self.fallible_argument(&name, &site, &state).filter(|_| !encloses) {
            return self.carried(given, &vals, &site, state);
        }
        let before = state.clone();
        let mut late: Outs<'a> = vec![];
        let mut states = vec![state];
        for arg in site.args.iter().filter(|_| !encloses) {
            if let Sym::Func(f, home) = &*arg.sym {
                let matters = self.cx.reach.is_relevant(&self.cx.program, *f)
                    || states.iter().any(|s| !s.held.is_empty())
                    || !self.flights.is_empty();
                if !matters {
                    continue;
                }
                let mut next = Vec::new();
                let list = site
                    .receiver
                    .as_ref()
                    .filter(|list| walks && self.lang(site.frame) == dogpile_ir::Lang::Rust && is_list(&list.sym))
                    .cloned();
                match &list {
                    Some(list) => self.begin_round(site.frame, site.call.span, list),
                    None if walks => self.begin_walk(site.frame, site.call.span, *f),
                    None => {}
                }
                for state in states {
                    let params = self.cx.program.function(*f).params.clone();
                    let mut fargs: Vec<Val> =
                        params.iter().map(|p| self.callback_argument(f.module, p, &site)).collect();
                    if let ([item], Some(list)) = (fargs.as_mut_slice(), &list) {
                        *item = Val::new(Sym::Index(list.sym.clone(), Sym::Unknown.into()), item.span);
                    }
                    next.push(state.clone());
                    for (after, out) in self.invoke(*f, *home, None, fargs, site.call, site.frame, state) {
                        if matches!(out, Out::Values(_)) {
                            next.push(after);
                        } else if !after.beside.raced.is_empty() {
                            // A timeout that won a race: whoever runs it passes its error on.
                            late.push((after, out));
                        }
                    }
                }
                if walks {
                    self.end_round();
                }
                let mut next: Vec<(State<'a>, bool)> = next.into_iter().map(|s| (s, true)).collect();
                self.given_back_by_all(&before, &mut next);
                states = merge(next.into_iter().map(|(s, _)| s).collect());
            }
        }
        let mut outs: Outs<'a> = states.into_iter().map(|s| (s, Out::Values(vals.clone()))).collect();
        outs.extend(thrown);
        outs.extend(late);
        outs
    }

    /// What a function gets that an unknown caller runs: a context it may be handed is the one given to that caller.
    pub(super) fn callback_argument(&mut self, module: u32, param: &dogpile_ir::Param, site: &CallSite<'a>) -> Val {
        if param.ty.name() == Some("context.Context")
            && let Some(ctx) = site.args.iter().find(|a| matches!(&*a.sym, Sym::Context(_)))
        {
            return ctx.clone();
        }
        let mut val = self.parameter(module, param);
        if let Sym::Context(ctx) = &*val.sym {
            let mut ctx = ctx.clone();
            ctx.origin = Origin::Unknown;
            val = Val::new(Sym::Context(ctx), val.span);
        }
        val
    }
}

/// Whether a list is known well enough to tell its items by it.
fn is_list(sym: &Sym) -> bool {
    matches!(sym, Sym::Param(..) | Sym::Field(..) | Sym::Index(..) | Sym::Result(..))
}

/// Results of a call nobody followed.
pub(super) fn results(span: Span, name: &str, n: usize, given: &[S]) -> Vec<Val> {
    (0..n.max(1)).map(|i| Val::new(Sym::Result(span, i, name.into(), given.to_vec()), span)).collect()
}
