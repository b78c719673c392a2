//! What a name means where it stands.

use crate::lowering::Lowering;
use dogpile_ir::{LocalId, QualName, Type};
use rustc_hash::FxHashMap;

/// What a value's name stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Binding {
    Local(LocalId),
    /// Declared at the top of this file or of a namespace in it.
    Item(QualName, ItemKind),
    /// An item of another module.
    Import(QualName),
    /// Another module as a whole; `required`: by `require`, so that it stands for the module's default too.
    Module {
        path: QualName,
        required: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemKind {
    Func,
    Var,
    Class,
    /// An enum or a namespace.
    Space,
}

/// Names bound in the scopes that are open. Values and types do not share a name space.
#[derive(Debug, Default)]
pub(crate) struct Names<'t> {
    values: FxHashMap<&'t str, Vec<(usize, Binding)>>,
    types: FxHashMap<&'t str, Vec<(usize, Type)>>,
    scopes: Vec<Vec<(&'t str, bool)>>,
    /// Scopes below this one belong to functions around a class: its methods cannot name their variables.
    pub(crate) barrier: usize,
}

impl<'t> Names<'t> {
    pub(crate) fn push(&mut self) {
        self.scopes.push(vec![]);
    }

    pub(crate) fn pop(&mut self) {
        for (name, is_type) in self.scopes.pop().unwrap_or_default() {
            if is_type {
                self.types.get_mut(name).and_then(Vec::pop);
            } else {
                self.values.get_mut(name).and_then(Vec::pop);
            }
        }
    }

    pub(crate) fn depth(&self) -> usize {
        self.scopes.len()
    }

    pub(crate) fn bind(&mut self, name: &'t str, binding: Binding) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name, false));
            self.values.entry(name).or_default().push((self.scopes.len(), binding));
        }
    }

    pub(crate) fn bind_type(&mut self, name: &'t str, ty: Type) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name, true));
            self.types.entry(name).or_default().push((self.scopes.len(), ty));
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&(usize, Binding)> {
        self.values.get(name)?.last()
    }

    pub(crate) fn in_this_scope(&self, name: &str) -> Option<LocalId> {
        match self.values.get(name)?.last()? {
            (depth, Binding::Local(local)) if *depth == self.scopes.len() => Some(*local),
            _ => None,
        }
    }

    pub(crate) fn find_type(&self, name: &str) -> Option<&Type> {
        self.types.get(name)?.last().map(|(_, ty)| ty)
    }
}

impl Lowering<'_> {
    /// What a name stands for; `None`: nothing in this file declares it.
    pub(crate) fn resolve(&self, name: &str) -> Option<Binding> {
        let (depth, binding) = self.names.find(name)?;
        match binding {
            // A variable of the function around a class.
            Binding::Local(local) if *depth <= self.names.barrier => {
                let owner = self.build.module.local(*local).owner;
                let around = owner.map_or(&self.package, |id| &self.build.module.function(id).name);
                Some(Binding::Item(format!("{around}.{name}").into(), ItemKind::Var))
            }
            binding => Some(binding.clone()),
        }
    }
}
