//! Flights by hand: a map of this process in which the first caller leaves an entry and later ones wait on it.

use super::Explorer;
use super::record::{FlightFacts, OpSite};
use crate::sym::{FrameId, S, Sym, Val};
use crate::typing::Evidence;
use crate::walk::each_stmt;
use dogpile_ir::{Callee, Place, Rvalue, StmtKind, Type, TypeKind, ValueKind};
use dogpile_source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Maps and keys seen in one exploration.
#[derive(Default)]
pub(super) struct Local {
    looked: BTreeSet<(S, S)>,
    waited: BTreeSet<(S, S)>,
    deleted: BTreeSet<(S, S)>,
    pub(super) entries: Vec<Entry>,
    /// What is true where a path found another's flight instead of leaving its own.
    pub(super) joined: BTreeMap<usize, S>,
    /// Flights that are promises nobody has put anywhere yet.
    pub(super) pending: BTreeSet<usize>,
    /// Variables that hold one.
    pub(super) promised: BTreeMap<(FrameId, dogpile_ir::LocalId), usize>,
}

impl Local {
    /// No map was asked yet.
    pub(super) fn is_idle(&self) -> bool {
        self.looked.is_empty()
    }

    /// Whether somebody asked for what is there.
    pub(super) fn was_asked(&self, place: &(S, S)) -> bool {
        self.looked.contains(place)
    }
}

pub(super) struct Entry {
    pub(super) place: (S, S),
    pub(super) flight: usize,
    /// The entry keeps an error for those who wait.
    pub(super) keeps_error: bool,
}

impl<'a> Explorer<'a, '_> {
    pub(super) fn local_lookup(&mut self, map: &Val, key: &Val) {
        self.local.looked.insert((map.sym.clone(), key.sym.clone()));
    }

    pub(super) fn local_delete(&mut self, map: &Val, key: &Val) {
        self.local.deleted.insert((map.sym.clone(), key.sym.clone()));
    }

    /// Somebody waits for a part of what was looked up.
    pub(super) fn local_wait(&mut self, on: &Sym) {
        // What was found, or what was just made and left there.
        if let Sym::Phi(parts) = on {
            parts.iter().for_each(|part| self.local_wait(part));
        }
        let item = match on {
            Sym::Field(base, _) => base,
            _ => on,
        };
        if let Sym::Index(map, key) = item {
            self.local.waited.insert((map.clone(), key.clone()));
        }
    }

    /// An entry that others can wait on is left under a key that was looked up.
    pub(super) fn local_store(&mut self, frame: FrameId, span: Span, map: &Val, key: &Val, val: &Val) -> Option<usize> {
        let place = (map.sym.clone(), key.sym.clone());
        let Sym::Alloc(id) = &*val.sym else { return None };
        if !self.local.looked.contains(&place) || self.out.flights.iter().any(|f| f.site.span == span) {
            return None;
        }
        let keeps_error = self.awaitable(&self.types[*id as usize])?;
        let flight = self.flight_by_hand(frame, span, None);
        self.flights.push(flight);
        self.local.entries.push(Entry { place, flight, keeps_error });
        Some(flight)
    }

    /// A flight of this process that begins here, with the work that it is known to do.
    pub(super) fn flight_by_hand(&mut self, frame: FrameId, span: Span, work: Option<Span>) -> usize {
        let info = self.frame(frame);
        let site = OpSite {
            span,
            via: info.via.clone(),
            func: self.named_function(info.func),
            command: "map entry".to_owned(),
            words: std::sync::Arc::default(),
            client: None,
            evidence: Evidence::Import,
        };
        self.out.flights.push(FlightFacts {
            site,
            by_hand: true,
            caller_context: None,
            unknown_work: false,
            keeps_failures: None,
            lock_inside: false,
            caches: vec![],
            work,
        });
        self.out.flights.len() - 1
    }

    /// Whether a value of this type can be waited on; if so, whether it keeps an error.
    fn awaitable(&self, ty: &Type) -> Option<bool> {
        if matches!(ty, Type::Chan(_)) {
            return Some(false);
        }
        let TypeKind::Struct(fields) = &self.cx.program.type_decl(ty.name()?)?.kind else { return None };
        let waits = fields.iter().any(|f| matches!(f.ty, Type::Chan(_)) || f.ty.name() == Some("sync.WaitGroup"));
        waits.then(|| fields.iter().any(|f| f.ty.name() == Some("error")))
    }

    /// What became of the entries: those nobody waits on were no flights, those nobody removes keep their failures.
    pub(super) fn settle_flights(&mut self) {
        let entries = std::mem::take(&mut self.local.entries);
        let mut none: BTreeSet<usize> = std::mem::take(&mut self.local.pending);
        for entry in entries {
            if !self.local.waited.contains(&entry.place) {
                none.insert(entry.flight);
            } else if entry.keeps_error && !self.local.deleted.contains(&entry.place) && !self.emptied(&entry.place.0) {
                self.out.flights[entry.flight].keeps_failures = Some(self.out.flights[entry.flight].site.span);
            }
        }
        let mut at = 0;
        self.out.flights.retain(|_| {
            at += 1;
            !none.contains(&(at - 1))
        });
    }

    /// Some function of the package deletes from a map of this name, or puts a new one in its place.
    fn emptied(&self, map: &S) -> bool {
        let field = match &**map {
            Sym::Field(_, name) => name.to_string(),
            Sym::Global(name) => name.to_string(),
            _ => return true,
        };
        let is_it = |kind: &ValueKind| {
            matches!(kind, ValueKind::Field(_, n) if **n == *field)
                || matches!(kind, ValueKind::Global(n) if **n == *field)
        };
        let package = &self.cx.program.module(self.root).package;
        let mut found = false;
        for module in self.cx.program.modules_of(package) {
            for (f, body) in module.functions.iter().filter_map(|f| Some((f, f.body.as_ref()?))) {
                // The map that a constructor puts there is the first one.
                let makes = crate::names::last(&f.name) == "constructor";
                each_stmt(body, &mut |stmt| {
                    let StmtKind::Let { targets, value } = &stmt.kind else { return };
                    found |= !makes
                        && targets.iter().any(|t| {
                            matches!(t, Place::Field(_, n) if **n == *field)
                                || matches!(t, Place::Global(n) if **n == *field)
                        });
                    if let Rvalue::Call(call) = value
                        && matches!(&call.callee, Callee::Named(n) if matches!(&**n, "builtin.delete" | "builtin.clear"))
                    {
                        found |= call.args.first().is_some_and(|a| is_it(&a.kind));
                    }
                    if let Rvalue::Call(call) = value
                        && let Callee::Method { receiver, name } = &call.callee
                        && matches!(&**name, "delete" | "clear" | "Delete" | "LoadAndDelete" | "Clear")
                    {
                        found |= is_it(&receiver.kind);
                    }
                });
            }
        }
        found
    }
}
