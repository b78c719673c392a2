//! What other modules see of the types that were inferred in one: where it is as before, so are theirs.

use crate::typing::Typing;
use dogpile_ir::{FunctionKind, LocalId, Module, Param, Type};
use std::collections::BTreeMap;

/// What other modules can see of the types that were inferred in one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shown {
    pub(crate) by_use: BTreeMap<String, (Type, u8)>,
    /// Of parameters, by function, and of variables of initialisers, in order.
    params: Vec<(u32, usize, (Type, u8))>,
    initial: Vec<Option<(Type, u8)>>,
}

impl Typing {
    /// What others see of a module.
    pub(crate) fn shown(&self, module: &Module, m: u32) -> Shown {
        let by_use = self.by_use.iter().filter(|(_, (_, stamp))| stamp.1 == m);
        let by_use = by_use.map(|(name, (ty, (round, _)))| (name.clone(), (ty.clone(), *round))).collect();
        Shown { by_use, ..self.shown_locals(module, m) }
    }

    pub(crate) fn shown_locals(&self, module: &Module, m: u32) -> Shown {
        let locals = &self.locals[m as usize];
        let named = (0u32..).zip(&module.functions).filter(|(_, f)| !matches!(f.kind, FunctionKind::Closure { .. }));
        let params = named.flat_map(|(f, function)| {
            let known = |(i, param): (usize, &Param)| Some((f, i, locals.get(&param.local).cloned()?));
            function.params.iter().enumerate().filter_map(known).collect::<Vec<_>>()
        });
        let initial = (0u32..).zip(&module.locals).filter(|(_, local)| local.owner.is_none());
        Shown {
            by_use: BTreeMap::new(),
            params: params.collect(),
            initial: initial.map(|(id, _)| locals.get(&LocalId(id)).cloned()).collect(),
        }
    }
}
