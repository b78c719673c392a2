//! Interfaces: their methods, and the types that have them all.

use super::{FuncRef, Program};
use crate::asked::{About, note};
use dogpile_ir::{QualName, Type, TypeDecl, TypeKind};
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

impl<'a> Program<'a> {
    pub(super) fn find_implementors(&self) -> HashMap<QualName, Vec<Arc<str>>> {
        let mut found: HashMap<QualName, Vec<Arc<str>>> = HashMap::default();
        // Candidates by method name, so that cost is not interfaces × types.
        let mut having: HashMap<&str, Vec<&Arc<str>>> = HashMap::default();
        for (ty, methods) in &self.tables.methods {
            for method in methods.keys() {
                having.entry(method).or_default().push(ty);
            }
        }
        for at in self.tables.types.values() {
            let decl = self.type_at(*at);
            let TypeKind::Interface { .. } = &decl.kind else { continue };
            let wanted = self.interface_methods(&decl.name, 0);
            let Some(rarest) = wanted.iter().min_by_key(|m| having.get(m.0).map_or(0, Vec::len)) else { continue };
            let mut types: Vec<Arc<str>> = having
                .get(rarest.0)
                .into_iter()
                .flatten()
                .filter(|ty| {
                    wanted.iter().all(|(name, arity)| {
                        self.method(ty, name).is_some_and(|f| self.function(f).params.len() == *arity)
                    })
                })
                .map(|ty| Arc::clone(ty))
                .collect();
            types.sort_unstable();
            types.dedup();
            found.insert(decl.name.clone(), types);
        }
        found
    }

    fn interface_methods(&self, name: &str, depth: usize) -> Vec<(&'a str, usize)> {
        let Some(TypeDecl { kind: TypeKind::Interface { methods, embeds }, .. }) = self.type_of_name(name) else {
            return vec![];
        };
        let mut all: Vec<(&'a str, usize)> = methods.iter().map(|(n, p, _)| (&**n, p.len())).collect();
        if depth < 4 {
            for embed in embeds {
                all.extend(embed.name().map(|n| self.interface_methods(n, depth + 1)).unwrap_or_default());
            }
        }
        all
    }

    pub(crate) fn is_interface(&self, ty: &str) -> bool {
        matches!(self.type_decl(ty), Some(TypeDecl { kind: TypeKind::Interface { .. }, .. }))
    }

    /// Functions behind a method of an interface: those of all its implementors.
    pub(crate) fn implementations(&self, interface: &str, method: &str) -> Vec<FuncRef> {
        note(About::Implementors, interface);
        let Some(types) = self.tables.implementors.get(interface) else { return vec![] };
        let mut all: Vec<FuncRef> = types.iter().filter_map(|ty| self.method(ty, method)).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Interfaces that a method's type has every method of, and this one among them.
    pub(crate) fn interfaces_of(&self, f: FuncRef) -> Vec<&str> {
        let Some((ty, method)) = self.function(f).name.rsplit_once('.') else { return vec![] };
        let has = |types: &[Arc<str>]| types.binary_search_by(|known| (**known).cmp(ty)).is_ok();
        let with = self.tables.implementors.iter().filter(|(_, types)| has(types)).map(|(interface, _)| &**interface);
        let mut all: Vec<&str> = with
            .filter(|interface| self.interface_methods(interface, 0).iter().any(|(name, _)| *name == method))
            .collect();
        all.sort_unstable();
        all
    }

    /// Every interface that is declared.
    pub(crate) fn interfaces(&self) -> impl Iterator<Item = &str> {
        let declared = self.modules.iter().flat_map(|module| &module.types);
        declared.filter(|decl| matches!(decl.kind, TypeKind::Interface { .. })).map(|decl| &*decl.name)
    }

    /// The names of an interface's methods, those of interfaces that it embeds among them.
    pub(crate) fn methods_of_interface(&self, name: &str) -> Vec<&str> {
        self.interface_methods(name, 0).into_iter().map(|(name, _)| name).collect()
    }

    pub(crate) fn interface_results(&self, interface: &str, method: &str, depth: usize) -> Option<&'a [Type]> {
        let TypeDecl { kind: TypeKind::Interface { methods, embeds }, .. } = self.type_decl(interface)? else {
            return None;
        };
        methods.iter().find(|(n, _, _)| &**n == method).map(|(_, _, r)| r.as_slice()).or_else(|| {
            (depth < 4)
                .then(|| embeds.iter().find_map(|e| self.interface_results(e.name()?, method, depth + 1)))
                .flatten()
        })
    }
}
