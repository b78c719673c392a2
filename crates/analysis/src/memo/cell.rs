//! Where a promise stands for later callers.

use dogpile_ir::{Callee, Module, Place, Rvalue, Stmt, StmtKind, Value, ValueKind};

/// A variable of the process, or an entry of a map.
pub(super) enum Cell {
    Variable(String),
    Entry { map: String },
}

impl Cell {
    /// A function that puts there what was there first: a map's constructor makes an empty one.
    pub(super) fn is_made_in(&self, function: &str) -> bool {
        matches!(self, Self::Entry { .. }) && crate::names::last(function) == "constructor"
    }

    /// Whether a statement puts something else there, or takes it away.
    pub(super) fn is_reset_by(&self, module: &Module, stmt: &Stmt) -> bool {
        match self {
            Self::Variable(cell) => assigned(stmt).is_some_and(|(other, _)| other == *cell),
            Self::Entry { map } => {
                let StmtKind::Let { targets, value } = &stmt.kind else { return false };
                let empties = match value {
                    Rvalue::Call(call) => match &call.callee {
                        Callee::Method { receiver, name } => {
                            matches!(&**name, "delete" | "clear") && map_of(module, receiver).as_ref() == Some(map)
                        }
                        _ => false,
                    },
                    _ => false,
                };
                empties || targets.iter().any(|to| place_of(module, to).as_ref() == Some(map))
            }
        }
    }

    /// Whether a statement gives the whole map to somebody else.
    pub(super) fn is_handed_on_by(&self, module: &Module, stmt: &Stmt) -> bool {
        let Self::Entry { map } = self else { return false };
        let receiver = match &stmt.kind {
            StmtKind::Let { value: Rvalue::Call(call), .. } => match &call.callee {
                Callee::Method { receiver, .. } => Some(receiver),
                _ => None,
            },
            _ => None,
        };
        let is_receiver = |value: &Value| receiver.is_some_and(|r| std::ptr::eq(&**r, value));
        crate::walk::values(stmt).any(|value| !is_receiver(value) && mentions_map(module, value, map))
    }

    /// Whether a statement waits for it where it stands.
    pub(super) fn is_awaited_by(&self, stmt: &Stmt) -> bool {
        match self {
            Self::Variable(cell) => awaits(stmt, cell),
            Self::Entry { .. } => false,
        }
    }
}

/// A map of the module, or of an object: by its class, for all objects of it.
pub(super) fn map_of(module: &Module, value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::Field(base, name) => field_of(module, base, name),
        _ => cell(value),
    }
}

fn mentions_map(module: &Module, value: &Value, map: &str) -> bool {
    map_of(module, value).as_deref() == Some(map) || value.parts().any(|part| mentions_map(module, part, map))
}

fn place_of(module: &Module, place: &Place) -> Option<String> {
    match place {
        Place::Global(name) => Some(name.to_string()),
        Place::Field(base, name) => field_of(module, base, name),
        _ => None,
    }
}

fn field_of(module: &Module, base: &Value, name: &str) -> Option<String> {
    match &base.kind {
        ValueKind::Local(local) => module.local(*local).ty.name().map(|class| format!("{class}.#{name}")),
        _ => of_global(base, name),
    }
}

/// A field of a variable of the process.
fn of_global(base: &Value, name: &str) -> Option<String> {
    match &base.kind {
        ValueKind::Global(global) => Some(format!("{global}.#{name}")),
        _ => None,
    }
}

/// A variable of the process, or a field of one.
pub(super) fn cell(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::Global(name) => Some(name.to_string()),
        ValueKind::Field(base, name) => of_global(base, name),
        _ => None,
    }
}

/// What a statement puts in such a place.
pub(super) fn assigned(stmt: &Stmt) -> Option<(String, &Rvalue)> {
    let StmtKind::Let { targets, value } = &stmt.kind else { return None };
    let cell = match targets.as_slice() {
        [Place::Global(name)] => name.to_string(),
        [Place::Field(base, name)] => of_global(base, name)?,
        _ => return None,
    };
    Some((cell, value))
}

/// Whether a statement waits for the promise in such a place.
pub(super) fn awaits(stmt: &Stmt, name: &str) -> bool {
    matches!(&stmt.kind, StmtKind::Let { value: Rvalue::Await(value), .. } if cell(value).as_deref() == Some(name))
}
