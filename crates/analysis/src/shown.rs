//! What other modules see of the types that were inferred in one: where it is as before, so are theirs.

use crate::program::Program;
use crate::typing::{ROUNDS, Typing};
use dogpile_ir::{FunctionKind, LocalId, Module, Param, Type};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What other modules can see of the types that were inferred in one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shown {
    pub(crate) by_use: BTreeMap<String, (Type, u8)>,
    /// Of parameters, by function, and of variables of initialisers, in order.
    params: Vec<(u32, usize, (Type, u8))>,
    initial: Vec<Option<(Type, u8)>>,
}

impl Typing {
    /// Infers one module anew, as if it had been inferred in its turn with all the others. The others' types hold as long
    /// as it shows the same as before ([`Typing::shown`]), and what it declares is the same.
    pub(crate) fn infer_again(&mut self, program: &Program<'_>, m: u32) {
        self.locals[m as usize] = Arc::default();
        Arc::make_mut(&mut self.by_use).retain(|_, (_, stamp)| stamp.1 != m);
        for round in 0..ROUNDS {
            self.now = Some((round, m));
            self.infer_module(program, (round, m));
        }
        self.now = None;
    }

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
