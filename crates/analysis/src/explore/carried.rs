//! Functions that are handed to somebody who is not in sight and who tells how they ended: `retry.Do(f)`,
//! `breaker.Execute(f)`, `db.Transaction(f)`.

use super::call::{CallSite, Outs};
use super::state::State;
use super::{Explorer, Out};
use crate::program::FuncRef;
use crate::sym::{FrameId, Sym, Val};
use dogpile_ir::{Lang, Type};

/// A function of Go that may end with an error.
#[derive(Clone, Copy)]
pub(super) struct Fallible {
    function: FuncRef,
    home: Option<FrameId>,
    /// How many results it has.
    results: usize,
    /// It says whether it is done, beside its error, and is asked again until it is.
    polled: bool,
}

impl<'a> Explorer<'a, '_> {
    /// The only function among the arguments, where it can fail and somebody could matter to us in it.
    pub(super) fn fallible_argument(&self, name: &str, site: &CallSite<'a>, state: &State<'a>) -> Option<Fallible> {
        let mut functions = site.args.iter().filter_map(|arg| match &*arg.sym {
            Sym::Func(function, home) => Some((*function, *home)),
            _ => None,
        });
        let (function, home) = functions.next().filter(|_| self.lang(site.frame) == Lang::Go)?;
        let results = &self.cx.program.function(function).results;
        let matters = self.cx.reach.is_relevant(&self.cx.program, function) || !state.held.is_empty();
        if functions.next().is_some() || !matters || results.last().and_then(Type::name) != Some("error") {
            return None;
        }
        let says_done = results.len() == 2 && results[0].name() == Some("bool");
        let last = crate::names::last(name).to_ascii_lowercase();
        let polled = says_done && ["poll", "wait", "until", "retry"].iter().any(|word| last.contains(word));
        Some(Fallible { function, home, results: results.len(), polled })
    }

    /// Whoever runs it tells how it ended: no error where it had none, its error else. It may not have been run at all.
    pub(super) fn carried(
        &mut self,
        given: Fallible,
        unknown: &[Val],
        site: &CallSite<'a>,
        state: State<'a>,
    ) -> Outs<'a> {
        let params = self.cx.program.function(given.function).params.clone();
        let args = params.iter().map(|p| self.callback_argument(given.function.module, p, site)).collect();
        let not_run = state.clone();
        let mut outs = self.invoke(given.function, given.home, None, args, site.call, site.frame, state);
        for (state, out) in &mut outs {
            let Out::Values(vals) = out else { continue };
            let Some(error) = vals.last().cloned().filter(|_| vals.len() == given.results) else { continue };
            let span = error.span;
            let told = match given.polled {
                true if state.is_nil(&error.sym) == Some(true) => match state.truth(&vals[0].sym) {
                    Some(true) => error,
                    Some(false) => Val::new(Sym::Error(super::failure::made_at(span)), span),
                    None => Val::unknown(span),
                },
                _ => error,
            };
            *vals = match given.results {
                1 => vec![told.clone(), told],
                2 if given.polled => vec![told, unknown[1].clone()],
                _ => std::mem::take(vals),
            };
        }
        outs.push((not_run, Out::Values(unknown.to_vec())));
        outs
    }
}
