//! Promises in a map of the process: taken away again, but only where the work went well.

use super::cell::{Cell, map_of};
use super::steps::Step;
use super::{View, started};
use crate::program::Program;
use crate::typing::Typing;
use dogpile_ir::{Call, Callee, FuncId, LocalId, Module, Place, Rvalue, Stmt, StmtKind, Value, ValueKind};
use dogpile_source::Span;
use std::collections::BTreeSet;

/// Whether the entry that a call of `set` leaves in a map stays there when its promise is rejected. No, where that cannot be
/// seen: another module has the map, or it is handed on.
pub(crate) fn keeps_entry(program: &Program<'_>, typing: &Typing, set: Span) -> bool {
    let modules = (0u32..).zip(program.modules.iter().map(AsRef::as_ref));
    let Some((m, module)) = modules.filter(|(_, module)| module.file == set.file).last() else { return false };
    let view = View::of_all(program, typing, m, module);
    for (at, steps) in view.steps.iter().enumerate() {
        let Some(order) = steps.iter().position(|s| call_of(s.stmt).is_some_and(|call| call.name_span == set)) else {
            continue;
        };
        let Ok(at) = u32::try_from(at).map(FuncId) else { return false };
        let Some((map, promise)) = left(module, steps[order].stmt) else { continue };
        let Some(work) = steps[..order].iter().rev().find_map(|s| {
            let names = aliases(steps, promise);
            names.iter().find_map(|name| started(s.stmt, *name))
        }) else {
            continue;
        };
        let ours = !program.modules.iter().any(|other| other.file != set.file && reaches(other, &map));
        let cell = Cell::Entry { map };
        return ours
            && !view.steps.iter().flatten().any(|s| cell.is_handed_on_by(module, s.stmt))
            && view.can_fail(&work)
            && !view.is_healed(at, order, &cell, &work);
    }
    false
}

impl<'a> View<'_, 'a> {
    /// Variables that hold the promise that a statement stores.
    pub(super) fn names_of_stored(&self, steps: &[Step<'a>], store: usize) -> BTreeSet<LocalId> {
        let stored = match &steps[store].stmt.kind {
            StmtKind::Let { value: Rvalue::Use(Value { kind: ValueKind::Local(local), .. }), .. } => Some(*local),
            _ => left(self.module, steps[store].stmt).map(|(_, local)| local),
        };
        stored.map(|local| aliases(steps, local)).unwrap_or_default()
    }
}

/// The map and the variable of `map.set(key, promise)`.
fn left(module: &Module, stmt: &Stmt) -> Option<(String, LocalId)> {
    let call = call_of(stmt)?;
    match (&call.callee, call.args.as_slice()) {
        (Callee::Method { receiver, name }, [_, Value { kind: ValueKind::Local(promise), .. }]) if &**name == "set" => {
            Some((map_of(module, receiver)?, *promise))
        }
        _ => None,
    }
}

/// A variable and those that it was given to, or from.
fn aliases(steps: &[Step<'_>], of: LocalId) -> BTreeSet<LocalId> {
    let mut all = BTreeSet::from([of]);
    for step in steps {
        if let StmtKind::Let { targets, value: Rvalue::Use(Value { kind: ValueKind::Local(from), .. }) } =
            &step.stmt.kind
            && let [Place::Local(to)] = targets.as_slice()
            && (all.contains(to) || all.contains(from))
        {
            all.extend([*from, *to]);
        }
    }
    all
}

/// Whether a module has a map of another one in its hands: by its name, or a field of that name.
fn reaches(module: &Module, map: &str) -> bool {
    let field = map.rsplit_once(".#").map(|(_, field)| field);
    let mut found = false;
    for body in module.functions.iter().filter_map(|f| f.body.as_ref()) {
        crate::walk::each_stmt(body, &mut |stmt| {
            found |= crate::walk::values(stmt).any(|value| touches(value, map, field));
        });
    }
    found
}

fn touches(value: &Value, map: &str, field: Option<&str>) -> bool {
    let here = match &value.kind {
        ValueKind::Global(name) => **name == *map,
        ValueKind::Field(_, name) => field == Some(&**name),
        _ => false,
    };
    here || value.parts().any(|part| touches(part, map, field))
}

fn call_of(stmt: &Stmt) -> Option<&Call> {
    match &stmt.kind {
        StmtKind::Let { value: Rvalue::Call(call), .. } => Some(call),
        _ => None,
    }
}
