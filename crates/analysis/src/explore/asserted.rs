//! Tests of values that are calls: assertions, and methods of texts and lists that are known.

use super::call::{CallSite, Outs};
use super::control::split;
use super::state::State;
use super::{Explorer, Out};
use crate::fold::{binary, equal};
use crate::sym::{S, Sym, Val, either};
use dogpile_ir::{BinaryOp, Lang};

impl<'a> Explorer<'a, '_> {
    /// Goes on only where something holds. Where that is not known, it is taken to hold: an assertion is no branch that
    /// people count on.
    pub(super) fn asserted(
        &mut self,
        holds: &str,
        equals: Option<&str>,
        site: &CallSite<'a>,
        state: State<'a>,
    ) -> Outs<'a> {
        let span = site.call.span;
        let Some(val) = self.path(holds, site, &state) else { return vec![(state, Out::Values(vec![]))] };
        let val = match equals.and_then(|path| self.path(path, site, &state)) {
            Some(other) => Val::new(binary(BinaryOp::Eq, &val.sym, &other.sym), span),
            None => val,
        };
        match split(&val, state) {
            (Some(holds), _) => vec![(holds, Out::Values(vec![]))],
            (None, Some(fails)) => vec![(fails, Out::Raise(Val::new(Sym::Error("assertion".into()), span)))],
            (None, None) => vec![],
        }
    }

    /// What a method of a known text or list gives: `reply.toUpperCase()`, `['OK', 1].includes(reply)`.
    pub(super) fn known_method(&self, name: &str, site: &CallSite<'a>) -> Option<Val> {
        if self.lang(site.frame) != Lang::TypeScript {
            return None;
        }
        let sym = known(&site.receiver.as_ref()?.sym, name, &site.args)?;
        Some(Val::new(sym, site.call.span))
    }
}

fn known(base: &S, name: &str, args: &[Val]) -> Option<Sym> {
    let given = args.first().map(|arg| &arg.sym);
    Some(match (&**base, name, given) {
        (Sym::Str(text), "toUpperCase", None) => Sym::Str(text.to_uppercase().into()),
        (Sym::Str(text), "toLowerCase", None) => Sym::Str(text.to_lowercase().into()),
        (Sym::Str(text), "trim", None) => Sym::Str(text.trim().into()),
        (Sym::Str(_), "toString" | "valueOf", None) => (**base).clone(),
        (Sym::Str(text), "includes", Some(part)) => Sym::Bool(text.contains(part.str()?)),
        (Sym::Str(text), "startsWith", Some(part)) if args.len() == 1 => Sym::Bool(text.starts_with(part.str()?)),
        (Sym::List(items), "includes", Some(one)) if args.len() == 1 => {
            let same: Vec<Option<bool>> = items.iter().map(|item| equal(&item.sym, one)).collect();
            if same.contains(&Some(true)) {
                Sym::Bool(true)
            } else if same.iter().all(|same| *same == Some(false)) {
                Sym::Bool(false)
            } else {
                return None;
            }
        }
        (Sym::Phi(parts), _, _) => {
            let each: Option<Vec<S>> = parts.iter().map(|part| known(part, name, args).map(S::new)).collect();
            (*each?.into_iter().reduce(|a, b| either(&a, &b))?).clone()
        }
        _ => return None,
    })
}
