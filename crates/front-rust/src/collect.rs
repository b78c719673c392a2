//! What a file declares and imports, known before anything is translated, so that order does not matter.

use crate::lowering::Lowering;
use crate::paths::{joined, word};
use crate::results::returns_of;
use crate::scope::{Binding, Fact, ModuleScope};
use crate::types::is_future;
use dogpile_ir::{Global, Import, Type, Value, ValueKind};
use syn::{ImplItem, Item, Signature, TraitItem, UseTree, Visibility};

/// Modules in modules that are followed.
const MAX_MODULES: usize = 60;

impl Lowering<'_> {
    /// Registers modules and names, then imports, then types and what functions return.
    pub(crate) fn collect(&mut self, items: &[Item]) {
        self.collect_names(items, 0);
        self.each_module(items, &mut |s, items| s.collect_uses(items));
        self.each_module(items, &mut |s, items| s.collect_types(items));
        self.each_module(items, &mut |s, items| s.collect_functions(items));
    }

    fn collect_names(&mut self, items: &[Item], module: usize) {
        for item in items {
            if let Some(name) = item_name(item) {
                self.names.modules[module].items.insert(name);
            }
            if let Item::Macro(mac) = item {
                self.names.modules[module].items.extend(Self::static_names(mac));
            }
            if let Item::Mod(inner) = item
                && let Some((_, content)) = &inner.content
                && self.names.modules[module].path.len() < MAX_MODULES
            {
                let name = word(&inner.ident);
                let mut path = self.names.modules[module].path.clone();
                path.push(name.clone());
                let id = self.names.modules.len();
                self.names.modules.push(ModuleScope { path, ..ModuleScope::default() });
                self.names.modules[module].inner.insert(name, id);
                self.collect_names(content, id);
            }
        }
    }

    fn each_module(&mut self, items: &[Item], act: &mut dyn FnMut(&mut Self, &[Item])) {
        act(self, items);
        for item in items {
            if let Item::Mod(inner) = item
                && let Some((_, content)) = &inner.content
            {
                self.in_module(&word(&inner.ident), |s| s.each_module(content, act));
            }
        }
    }

    /// Acts in a module of this file.
    pub(crate) fn in_module(&mut self, name: &str, act: impl FnOnce(&mut Self)) {
        let Some(&id) = self.names.module().inner.get(name) else { return };
        let outer = std::mem::replace(&mut self.names.here, id);
        act(self);
        self.names.here = outer;
    }

    fn collect_uses(&mut self, items: &[Item]) {
        // Modules below see what is imported here, and take it with `use super::*`; those of other files cannot look.
        let shared = items.iter().any(|item| matches!(item, Item::Mod(inner) if inner.content.is_none()));
        for item in items {
            match item {
                Item::Use(import) => {
                    let public = !matches!(import.vis, Visibility::Inherited);
                    let mut found = vec![];
                    flatten(&import.tree, &mut vec![], &mut found);
                    for (parts, name, span) in found {
                        // Of what comes by a glob, only its own file has names.
                        let public = public || shared && name != "*";
                        self.import(&parts, name, public, span, import.leading_colon.is_some());
                    }
                }
                Item::ExternCrate(krate) => {
                    let name = krate.rename.as_ref().map_or(word(&krate.ident), |(_, name)| word(name));
                    let here = self.names.here;
                    self.names.modules[here].uses.insert(name, vec![word(&krate.ident)]);
                }
                _ => {}
            }
        }
    }

    fn import(&mut self, parts: &[String], name: String, public: bool, span: proc_macro2::Span, outside: bool) {
        let here = self.names.here;
        let whole = if outside { parts.to_vec() } else { self.imported(here, parts) };
        let glob = name == "*";
        let path = if glob { whole.join("::").into() } else { joined(&whole) };
        let span = self.at(span);
        let shown = match (glob, public) {
            (true, true) => "*",
            (true, false) => ".",
            _ => name.as_str(),
        };
        self.build.module.imports.push(Import { name: shown.into(), path, span });
        if glob || name == "_" {
            return;
        }
        if public {
            let value = Value::new(ValueKind::Global(joined(&whole)), span);
            let global = self.qualified(&name);
            self.build.module.globals.push(Global {
                name: global,
                ty: Type::Unknown,
                constant: true,
                init: vec![],
                value: Some(value),
                embeds: None,
                span,
            });
        }
        self.names.modules[here].uses.insert(name, whole);
    }

    /// The parts of an import: unlike other paths, one of a single unknown name is a crate.
    pub(crate) fn imported(&self, module: usize, parts: &[String]) -> Vec<String> {
        match parts {
            [only]
                if !self.names.modules[module].items.contains(only)
                    && !matches!(only.as_str(), "crate" | "self" | "super") =>
            {
                parts.to_vec()
            }
            // `use redis::redis;` must not lead to itself.
            [first, ..]
                if self.names.modules[module].uses.contains_key(first)
                    && !self.names.modules[module].items.contains(first) =>
            {
                let found = &self.names.modules[module].uses[first];
                if found.len() == 1 { parts.to_vec() } else { self.absolute(module, parts) }
            }
            _ => self.absolute(module, parts),
        }
    }

    /// An import in a block.
    pub(crate) fn local_use(&mut self, tree: &UseTree) {
        let mut found = vec![];
        flatten(tree, &mut vec![], &mut found);
        for (parts, name, span) in found {
            let parts = match parts.split_first() {
                Some((first, rest)) => match self.names.find(first) {
                    Some(Binding::Path(path)) => [path.as_slice(), rest].concat(),
                    _ => self.imported(self.names.here, &parts),
                },
                None => continue,
            };
            let span = self.at(span);
            let path = if name == "*" { parts.join("::").into() } else { joined(&parts) };
            let shown = if name == "*" { "." } else { name.as_str() };
            self.build.module.imports.push(Import { name: shown.into(), path, span });
            if name != "*" && name != "_" {
                self.names.bind(name, Binding::Path(parts));
            }
        }
    }

    fn collect_types(&mut self, items: &[Item]) {
        for item in items {
            let name = match item {
                Item::Struct(item) => {
                    if matches!(item.fields, syn::Fields::Unit) {
                        let name = self.qualified(&word(&item.ident));
                        self.names.units.insert(name);
                    }
                    &item.ident
                }
                Item::Enum(item) => {
                    for variant in &item.variants {
                        let name = self.qualified(&format!("{}.{}", word(&item.ident), word(&variant.ident)));
                        self.names.variants.insert(name);
                    }
                    &item.ident
                }
                Item::Union(item) => &item.ident,
                _ => continue,
            };
            let name = self.qualified(&word(name));
            self.names.types.insert(name);
        }
        for item in items {
            if let Item::Type(item) = item {
                self.names.push();
                self.bind_generics(&item.generics);
                let ty = self.reply_type(&item.ty);
                self.names.pop();
                let name = self.qualified(&word(&item.ident));
                // Only what changes how values are taken apart must be seen through here; the rest is linked later.
                if matches!(ty, Type::Tuple(_) | Type::Func(..)) {
                    self.names.aliases.insert(name, ty);
                }
            }
        }
    }

    fn collect_functions(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Fn(function) => {
                    let fact = self.fact(&function.sig);
                    let name = self.qualified(&word(&function.sig.ident));
                    self.names.functions.insert(name, fact);
                }
                Item::Impl(block) => {
                    let outer = self.enter_impl(block);
                    for part in &block.items {
                        if let ImplItem::Fn(method) = part {
                            self.collect_method(&method.sig);
                        }
                    }
                    self.leave_impl(outer);
                }
                Item::Trait(decl) => {
                    let name = self.qualified(&word(&decl.ident));
                    self.names.push();
                    self.bind_generics(&decl.generics);
                    let outer = self.self_type.replace(Type::Named(name));
                    for part in &decl.items {
                        if let TraitItem::Fn(method) = part {
                            self.collect_method(&method.sig);
                        }
                    }
                    self.self_type = outer;
                    self.names.pop();
                }
                _ => {}
            }
        }
    }

    fn collect_method(&mut self, sig: &Signature) {
        let fact = self.fact(sig);
        let short = word(&sig.ident);
        if let Some(Type::Named(ty)) = &self.self_type {
            let name = format!("{ty}.{short}").into();
            self.names.functions.insert(name, fact);
        }
        if sig.receiver().is_some() {
            let known = self.names.methods.entry(short).or_insert(Some(fact));
            if *known != Some(fact) {
                *known = None;
            }
        }
    }

    /// What callers must know of a function.
    pub(crate) fn fact(&mut self, sig: &Signature) -> Fact {
        self.names.push();
        self.bind_generics(&sig.generics);
        let results = self.output(&sig.output, 0);
        self.names.pop();
        Fact { returns: returns_of(&results), is_async: sig.asyncness.is_some() || is_future(&sig.output) }
    }
}

/// The name an item has in its module.
pub(crate) fn item_name(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => word(&item.ident),
        Item::Enum(item) => word(&item.ident),
        Item::Fn(item) => word(&item.sig.ident),
        Item::Mod(item) => word(&item.ident),
        Item::Static(item) => word(&item.ident),
        Item::Struct(item) => word(&item.ident),
        Item::Trait(item) => word(&item.ident),
        Item::TraitAlias(item) => word(&item.ident),
        Item::Type(item) => word(&item.ident),
        Item::Union(item) => word(&item.ident),
        _ => return None,
    })
}

/// Every name that a `use` binds: its path, the name, its place.
fn flatten(tree: &UseTree, before: &mut Vec<String>, found: &mut Vec<(Vec<String>, String, proc_macro2::Span)>) {
    // A group's `self` is the path before it.
    let whole = |before: &[String], ident: &syn::Ident| {
        let mut parts = before.to_vec();
        if ident != "self" || before.is_empty() {
            parts.push(word(ident));
        }
        parts
    };
    match tree {
        UseTree::Path(path) => {
            before.push(word(&path.ident));
            flatten(&path.tree, before, found);
            before.pop();
        }
        UseTree::Name(name) => {
            let parts = whole(before, &name.ident);
            if let Some(last) = parts.last().cloned() {
                found.push((parts, last, name.ident.span()));
            }
        }
        UseTree::Rename(rename) => {
            found.push((whole(before, &rename.ident), word(&rename.rename), rename.rename.span()))
        }
        UseTree::Glob(glob) => found.push((before.clone(), "*".to_owned(), glob.star_token.span)),
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, found);
            }
        }
    }
}
