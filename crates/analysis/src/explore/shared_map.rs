//! Go's `sync.Map`: a map of this process in which callers meet, with its own steps.

use super::Explorer;
use super::Out;
use super::call::{CallSite, Outs};
use super::state::State;
use crate::sym::{S, Sym, Val};
use crate::walk::each_stmt;
use dogpile_ir::{StmtKind, Type};
use std::sync::Arc;

impl<'a> Explorer<'a, '_> {
    /// A method of a `sync.Map`. `LoadOrStore` leaves an entry and learns of another's in one step: who learns of one
    /// waits, and is not the one who works.
    pub(super) fn shared_map_method(
        &mut self,
        name: &str,
        ty: &Type,
        site: &CallSite<'a>,
        state: &State<'a>,
    ) -> Option<Outs<'a>> {
        if ty.name() != Some("sync.Map") {
            return None;
        }
        let (map, key) = (site.receiver.clone()?, site.args.first().cloned()?);
        let span = site.call.span;
        let item = Sym::Index(map.sym.clone(), key.sym.clone());
        let found = || -> S { Arc::new(Sym::Result(span, 1, "has".into(), vec![item.clone().into()])) };
        let pair = || vec![Val::new(item.clone(), span), Val { sym: found(), span }];
        let vals = match (name, site.args.get(1)) {
            ("Load", None) => {
                self.local_lookup(&map, &key);
                pair()
            }
            ("LoadOrStore", Some(val)) => {
                self.local_lookup(&map, &key);
                // Who tries again takes turns, and shares nothing.
                if !self.is_repeated(site)
                    && let Some(flight) = self.local_store(site.frame, site.call.name_span, &map, &key, val)
                {
                    self.local.joined.insert(flight, found());
                }
                pair()
            }
            ("Store" | "Swap", Some(val)) => {
                self.local_store(site.frame, site.call.name_span, &map, &key, val);
                pair()
            }
            ("Delete" | "LoadAndDelete", None) => {
                self.local_delete(&map, &key);
                let of_map: Vec<usize> =
                    self.local.entries.iter().filter(|e| e.place.0 == map.sym).map(|e| e.flight).collect();
                self.flights.retain(|flight| !of_map.contains(flight));
                pair()
            }
            _ => return None,
        };
        Some(vec![(state.clone(), Out::Values(vals))])
    }

    /// Whether a call stands in a loop of its function.
    fn is_repeated(&self, site: &CallSite<'a>) -> bool {
        let func = self.frame(site.frame).func;
        let mut found = false;
        if func.func.0 != u32::MAX
            && let Some(body) = &self.cx.program.function(func).body
        {
            each_stmt(body, &mut |stmt| {
                found |= matches!(stmt.kind, StmtKind::Loop { .. }) && stmt.span.contains(site.call.span);
            });
        }
        found
    }

    /// The flight that this path works for; none where it waits for one.
    pub(super) fn flight_of(&self, state: &State<'a>) -> Option<usize> {
        self.flights.last().copied().filter(|flight| self.works_for(*flight, state))
    }

    /// Whether a path does the work of a flight that it is in.
    pub(super) fn works_for(&self, flight: usize, state: &State<'a>) -> bool {
        self.local.joined.get(&flight).is_none_or(|other| state.truth(other) != Some(true))
    }
}
