//! Struct fields that the project sets in one place only: a constructor's script, a key's prefix, a fixed interval.

use crate::program::Program;
use crate::typing::{Typing, named_fields};
use crate::walk::{each_stmt, values};
use dogpile_ir::{Callee, Place, Rvalue, Stmt, StmtKind, Value, ValueKind};
use std::collections::HashMap;

/// Where a field gets its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setter<'a> {
    pub(crate) module: u32,
    pub(crate) value: &'a Value,
    /// The statement that computes the value, where it is a call's temporary.
    pub(crate) computed: Option<&'a Stmt>,
}

/// Fields by `Type.field`; `None` where several places set one.
pub(crate) struct Fields<'a> {
    setters: HashMap<String, Option<Setter<'a>>>,
}

impl<'a> Fields<'a> {
    pub(crate) fn find(program: &Program<'a>, typing: &Typing) -> Self {
        let mut fields = Self { setters: HashMap::new() };
        for (m, module) in (0u32..).zip(program.modules) {
            let bodies = module.functions.iter().filter_map(|f| f.body.as_ref()).chain(module.globals.iter().map(|g| &g.init));
            for body in bodies {
                let mut temps: HashMap<dogpile_ir::LocalId, &'a Stmt> = HashMap::new();
                each_stmt(body, &mut |stmt| {
                    if let StmtKind::Let { targets, value } = &stmt.kind {
                        if let ([Place::Local(local)], Rvalue::Call(_)) = (targets.as_slice(), value) {
                            temps.insert(*local, stmt);
                        }
                        if let ([Place::Field(base, name)], Rvalue::Use(set)) = (targets.as_slice(), value) {
                            let ty = typing.value_type(program, m, base, 0);
                            if let Some(owner) = program.resolve_alias(&ty).name() {
                                fields.add(format!("{owner}.{name}"), m, set, &temps);
                            }
                        }
                    }
                    for value in values(stmt) {
                        fields.aggregates(program, m, value, &temps);
                    }
                });
            }
            for value in module.globals.iter().filter_map(|g| g.value.as_ref()) {
                fields.aggregates(program, m, value, &HashMap::new());
            }
        }
        fields
    }

    fn aggregates(&mut self, program: &Program<'a>, m: u32, value: &'a Value, temps: &HashMap<dogpile_ir::LocalId, &'a Stmt>) {
        if let ValueKind::Aggregate { ty, fields } = &value.kind
            && let Some(owner) = ty.name()
        {
            for (name, part) in named_fields(program, ty, fields) {
                self.add(format!("{owner}.{name}"), m, part, temps);
            }
        }
        for part in value.parts() {
            self.aggregates(program, m, part, temps);
        }
    }

    fn add(&mut self, field: String, module: u32, value: &'a Value, temps: &HashMap<dogpile_ir::LocalId, &'a Stmt>) {
        let computed = match value.kind {
            ValueKind::Local(local) => temps.get(&local).copied(),
            _ => None,
        };
        // Anything that reads variables or other fields depends on where it stands, and could lead back to itself.
        let stands_alone = match computed.map(|stmt| &stmt.kind) {
            Some(StmtKind::Let { value: Rvalue::Call(call), .. }) => matches!(call.callee, Callee::Named(_)) && call.args.iter().all(closed),
            _ => closed(value),
        };
        let setter = stands_alone.then_some(Setter { module, value, computed });
        self.setters
            .entry(field)
            .and_modify(|known| {
                if known.is_none_or(|k| k.value.span != value.span) {
                    *known = None;
                }
            })
            .or_insert(setter);
    }

    /// The only place that sets a field.
    pub(crate) fn setter(&self, owner: &str, field: &str) -> Option<Setter<'a>> {
        self.setters.get(&format!("{owner}.{field}")).copied().flatten()
    }
}

/// Made of literals and package-level names only.
fn closed(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Lit(_) | ValueKind::Global(_) => true,
        ValueKind::Binary(..) | ValueKind::Concat(_) | ValueKind::Convert(..) | ValueKind::Neg(_) => value.parts().into_iter().all(closed),
        _ => false,
    }
}
