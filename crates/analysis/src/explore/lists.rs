//! Lists of Rust that change in place.

use super::call::{CallSite, Outs};
use super::state::State;
use super::{Explorer, Out};
use crate::sym::{Sym, Val};
use dogpile_ir::{Callee, Lang, ValueKind};

/// Longest list whose items are kept.
const MAX_ITEMS: usize = 64;

impl<'a> Explorer<'a, '_> {
    /// `list.push(x)`, `list.extend(all)`: the list is longer from here. `list.iter()` gives its items one by one, and is
    /// told by what it gives.
    pub(super) fn list_method(&mut self, name: &str, site: &CallSite<'a>, state: &State<'a>) -> Option<Outs<'a>> {
        if self.lang(site.frame) != Lang::Rust {
            return None;
        }
        let Callee::Method { receiver, .. } = &site.call.callee else { return None };
        if let ("iter" | "into_iter" | "iter_mut", [], Some(list)) = (name, site.args.as_slice(), &site.receiver)
            && !matches!(&*list.sym, Sym::Object(..) | Sym::Alloc(_) | Sym::Reply(..) | Sym::Unknown)
        {
            return Some(vec![(state.clone(), Out::Values(vec![list.clone()]))]);
        }
        let (ValueKind::Local(local), Sym::List(items)) = (&receiver.kind, &*site.receiver.as_ref()?.sym) else {
            return None;
        };
        let mut items = items.clone();
        match (name, site.args.as_slice()) {
            ("push" | "push_back", [item]) => items.push(item.clone()),
            ("extend" | "append" | "extend_from_slice", [all]) => match &*all.sym {
                Sym::List(more) => items.extend(more.iter().cloned()),
                // Some more, nobody knows how many.
                _ => items.push(Val::unknown(all.span)),
            },
            _ => return None,
        }
        let grown = if items.len() > MAX_ITEMS { Sym::Unknown } else { Sym::List(items) };
        let mut state = state.clone();
        let home = self.home(site.frame, *local);
        state.set_local(home, *local, Val::new(grown, site.call.span));
        Some(vec![(state, Out::Values(vec![]))])
    }

    /// A list that is still empty was given to code that nobody knows: it fills it. So it does with an object.
    pub(super) fn filled_by_others(&self, name: &str, site: &CallSite<'a>, state: &mut State<'a>) {
        if self.lang(site.frame) == Lang::Go && !self.name_tells(name).logging {
            let objects = site.args.iter().filter(|given| matches!(*given.sym, Sym::Alloc(_)));
            objects.for_each(|object| state.filled(&object.sym, site.call.span));
        }
        if self.lang(site.frame) != Lang::Rust {
            return;
        }
        for (value, given) in site.call.args.iter().zip(&site.args) {
            if let (ValueKind::Local(local), Sym::List(items)) = (&value.kind, &*given.sym)
                && items.is_empty()
            {
                let home = self.home(site.frame, *local);
                state.set_local(home, *local, Val::unknown(given.span));
            }
        }
    }
}
