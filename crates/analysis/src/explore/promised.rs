//! Promises kept in a map of this process, where later callers find them: TypeScript's flights by hand.

use super::byhand::Entry;
use super::call::{CallSite, Outs};
use super::kept::kept_item;
use super::state::State;
use super::unknown::results;
use super::{Explorer, Out};
use crate::sym::{FrameId, Sym, Val};
use dogpile_ir::{Type, Value, ValueKind};
use dogpile_source::Span;

impl<'a> Explorer<'a, '_> {
    /// A promise is made where a map was asked before: if it is put there, it is a flight, and what runs now its work.
    pub(super) fn begin_promise(&mut self, frame: FrameId, awaited: bool, span: Span) -> Option<usize> {
        if awaited || !self.throws(frame) || self.local.is_idle() {
            return None;
        }
        let flight = self.flight_by_hand(frame, span, Some(span));
        self.local.pending.insert(flight);
        self.flights.push(flight);
        Some(flight)
    }

    /// The call that makes it has been walked.
    pub(super) fn end_promise(&mut self, flight: Option<usize>, frame: FrameId, kept: Option<dogpile_ir::LocalId>) {
        let Some(flight) = flight else { return };
        self.flights.retain(|f| *f != flight);
        if let Some(local) = kept {
            let home = self.home(frame, local);
            self.local.promised.insert((home, local), flight);
        }
    }

    /// A variable that holds a promise is given another name.
    pub(super) fn copy_promise(&mut self, frame: FrameId, from: &Value, to: dogpile_ir::LocalId) {
        let ValueKind::Local(from) = from.kind else { return };
        let (from, to) = ((self.home(frame, from), from), (self.home(frame, to), to));
        if let Some(flight) = self.local.promised.get(&from).copied() {
            self.local.promised.insert(to, flight);
        }
    }

    /// A promise is left in a map for others.
    pub(super) fn keep_promise(&mut self, frame: FrameId, map: &Val, key: &Val, value: &Value, span: Span) {
        let ValueKind::Local(local) = value.kind else { return };
        let home = self.home(frame, local);
        if let Some(flight) = self.local.promised.get(&(home, local)).copied() {
            self.keep_flight(flight, map, key, span);
        }
    }

    pub(super) fn keep_flight(&mut self, flight: usize, map: &Val, key: &Val, span: Span) {
        let place = (map.sym.clone(), key.sym.clone());
        if !self.local.was_asked(&place) || !self.local.pending.remove(&flight) {
            return;
        }
        self.out.flights[flight].site.span = span;
        self.local.entries.push(Entry { place, flight, keeps_error: true });
    }

    /// `get`, `has`, `set` and `delete` of a `Map`.
    pub(super) fn map_method(
        &mut self,
        name: &str,
        ty: &Type,
        site: &CallSite<'a>,
        state: &State<'a>,
    ) -> Option<Outs<'a>> {
        let is_map = matches!(ty, Type::Map(..)) || matches!(ty.name(), Some("builtin.Map" | "builtin.WeakMap"));
        // A map of the module goes by its name: other functions may empty it.
        let map = match &site.call.callee {
            dogpile_ir::Callee::Method { receiver, .. } => match &receiver.kind {
                ValueKind::Global(name) => Val::new(Sym::Global(name.clone()), receiver.span),
                _ => site.receiver.clone()?,
            },
            _ => return None,
        };
        if !is_map || !self.throws(site.frame) {
            return None;
        }
        let key = site.args.first().cloned()?;
        let span = site.call.span;
        let mut state = state.clone();
        let item = Val::new(Sym::Index(map.sym.clone(), key.sym.clone()), span);
        let val = match name {
            "get" => {
                self.local_lookup(&map, &key);
                kept_item(&item.sym, &state).cloned().unwrap_or(item)
            }
            "has" => {
                self.local_lookup(&map, &key);
                match kept_item(&item.sym, &state) {
                    Some(kept) => Val::new(Sym::Bool(*kept.sym != Sym::Nil), span),
                    None => results(span, "has", 1, &[map.sym, key.sym]).remove(0),
                }
            }
            "set" => {
                if let Some(value) = site.call.args.get(1) {
                    self.keep_promise(site.frame, &map, &key, value, site.call.name_span);
                }
                if let Some(value) = site.args.get(1) {
                    self.keep_item(site.frame, &map, &key, value, &mut state);
                }
                map
            }
            "delete" => {
                self.local_delete(&map, &key);
                let had = kept_item(&item.sym, &state).map(|kept| Sym::Bool(*kept.sym != Sym::Nil));
                self.drop_item(site.frame, &map, &key, &mut state);
                Val::new(had.unwrap_or(Sym::Unknown), span)
            }
            _ => return None,
        };
        Some(vec![(state, Out::Values(vec![val]))])
    }
}
