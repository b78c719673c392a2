//! Items of a module: types, traits, `impl` blocks.

use crate::lowering::Lowering;
use crate::paths::word;
use crate::scope::Binding;
use dogpile_ir::{Field, FunctionKind, Global, Lit, QualName, Type, TypeDecl, TypeKind, Value, ValueKind};
use syn::{ImplItem, Item, ItemEnum, ItemImpl, ItemTrait, TraitItem};

impl Lowering<'_> {
    /// A file's items, in two passes.
    pub(crate) fn file(&mut self, items: &[Item]) {
        self.collect(items);
        self.items(items);
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            self.item(item);
            self.out.clear();
        }
    }

    pub(crate) fn item(&mut self, item: &Item) {
        match item {
            Item::Fn(function) => {
                let name = self.item_name(&function.sig.ident);
                self.function(name, &function.sig, Some(&function.block), FunctionKind::Plain, item);
            }
            Item::Impl(block) => self.impl_block(block),
            Item::Trait(decl) => self.trait_decl(decl),
            Item::Struct(decl) => {
                self.names.push();
                self.bind_generics(&decl.generics);
                let fields = self.fields(&decl.fields);
                self.names.pop();
                self.declare_type(&decl.ident, TypeKind::Struct(fields));
            }
            Item::Union(decl) => self.declare_type(&decl.ident, TypeKind::Struct(vec![])),
            Item::Enum(decl) => self.enumeration(decl),
            Item::Type(decl) => {
                self.names.push();
                self.bind_generics(&decl.generics);
                let ty = self.ty(&decl.ty);
                self.names.pop();
                self.declare_type(&decl.ident, TypeKind::Alias(ty));
            }
            Item::Const(decl) => {
                let name = self.item_name(&decl.ident);
                self.global(name, &decl.ident, Some(&decl.ty), Some(&decl.expr), true);
            }
            Item::Static(decl) => {
                let name = self.item_name(&decl.ident);
                self.global(
                    name,
                    &decl.ident,
                    Some(&decl.ty),
                    Some(&decl.expr),
                    matches!(decl.mutability, syn::StaticMutability::None),
                );
            }
            Item::Mod(inner) => {
                if let Some((_, content)) = &inner.content {
                    if self.frames.is_empty() {
                        self.in_module(&word(&inner.ident), |s| s.items(content));
                    } else {
                        let span = self.span_of(inner);
                        self.emit_opaque("module in a function", false, false, span);
                    }
                }
            }
            Item::Macro(mac) => self.item_macro(mac),
            Item::ForeignMod(block) => {
                for part in &block.items {
                    if let syn::ForeignItem::Fn(function) = part {
                        let name = self.item_name(&function.sig.ident);
                        self.function(name, &function.sig, None, FunctionKind::Plain, part);
                    }
                }
            }
            _ => {}
        }
    }

    /// The canonical name of an item: of its module, or of the function around it.
    pub(crate) fn item_name(&self, ident: &syn::Ident) -> QualName {
        let name = word(ident);
        match (self.frames.last(), self.names.find(&name)) {
            (Some(_), Some(Binding::Name(full))) => full.clone(),
            (Some(frame), _) => format!("{}.{name}", frame.name).into(),
            (None, _) => self.qualified(&name),
        }
    }

    fn declare_type(&mut self, ident: &syn::Ident, kind: TypeKind) {
        let name = self.item_name(ident);
        let span = self.at(ident.span());
        self.build.module.types.push(TypeDecl { name, kind, span });
    }

    fn fields(&mut self, fields: &syn::Fields) -> Vec<Field> {
        let mut found = vec![];
        for (n, field) in fields.iter().enumerate() {
            let (name, span) = match &field.ident {
                Some(ident) => (word(ident), self.at(ident.span())),
                None => (n.to_string(), self.span_of(&field.ty)),
            };
            found.push(Field { name: name.into(), ty: self.ty(&field.ty), embedded: false, span });
        }
        found
    }

    /// An enum is a struct without fields; its variants are constants, or types where they hold something.
    fn enumeration(&mut self, decl: &ItemEnum) {
        self.names.push();
        self.bind_generics(&decl.generics);
        let enum_name = self.item_name(&decl.ident);
        self.declare_type(&decl.ident, TypeKind::Struct(vec![]));
        let numbered = decl.variants.iter().all(|v| matches!(v.fields, syn::Fields::Unit));
        let mut next = Some(0_i128);
        for variant in &decl.variants {
            let name: QualName = format!("{enum_name}.{}", word(&variant.ident)).into();
            let span = self.at(variant.ident.span());
            if !matches!(variant.fields, syn::Fields::Unit) {
                let fields = self.fields(&variant.fields);
                self.build.module.types.push(TypeDecl { name, kind: TypeKind::Struct(fields), span });
                continue;
            }
            if let Some((_, given)) = &variant.discriminant {
                next = self.constant_number(given);
            }
            let value = match next {
                Some(n) if numbered => Some(Value::new(ValueKind::Lit(Lit::int(n)), span)),
                _ => None,
            };
            next = next.and_then(|n| n.checked_add(1));
            let ty = Type::Named(enum_name.clone());
            self.build.module.globals.push(Global {
                name,
                ty,
                constant: true,
                init: vec![],
                value,
                embeds: None,
                span,
            });
        }
        self.names.pop();
    }

    fn trait_decl(&mut self, decl: &ItemTrait) {
        let name = self.item_name(&decl.ident);
        self.names.push();
        self.bind_generics(&decl.generics);
        let outer = self.self_type.replace(Type::Named(name.clone()));
        let mut methods = vec![];
        for part in &decl.items {
            if let TraitItem::Fn(method) = part {
                self.names.push();
                self.bind_generics(&method.sig.generics);
                let params = method.sig.inputs.iter().filter_map(|p| match p {
                    syn::FnArg::Typed(p) => Some(self.ty(&p.ty)),
                    syn::FnArg::Receiver(_) => None,
                });
                let params = params.collect();
                let results = self.output(&method.sig.output, 0);
                self.names.pop();
                methods.push((word(&method.sig.ident).into(), params, results));
            }
        }
        let mut embeds = vec![];
        for bound in &decl.supertraits {
            if let ty @ Type::Named(_) = self.bounds(std::iter::once(bound), 0) {
                embeds.push(ty);
            }
        }
        self.declare_type(&decl.ident, TypeKind::Interface { methods, embeds });
        for part in &decl.items {
            match part {
                TraitItem::Fn(method) if method.default.is_some() => {
                    self.method(&method.sig, method.default.as_ref(), part);
                }
                TraitItem::Const(constant) => {
                    let full: QualName = format!("{name}.{}", word(&constant.ident)).into();
                    self.global(
                        full,
                        &constant.ident,
                        Some(&constant.ty),
                        constant.default.as_ref().map(|d| &d.1),
                        true,
                    );
                }
                _ => {}
            }
        }
        self.self_type = outer;
        self.names.pop();
    }

    /// Makes an `impl` block's parameters and `Self` known; gives what `Self` was before.
    pub(crate) fn enter_impl(&mut self, block: &ItemImpl) -> Option<Type> {
        self.names.push();
        self.bind_generics(&block.generics);
        let mut ty = self.ty(&block.self_ty);
        if !matches!(ty, Type::Named(_)) {
            // For every type, or one without a name: what it does is the trait's.
            let of = block.trait_.as_ref().map(|(_, path, _)| self.canonical(path));
            ty = of.map_or(Type::Unknown, Type::Named);
        }
        self.self_type.replace(ty)
    }

    pub(crate) fn leave_impl(&mut self, outer: Option<Type>) {
        self.self_type = outer;
        self.names.pop();
    }

    fn impl_block(&mut self, block: &ItemImpl) {
        let outer = self.enter_impl(block);
        let name: QualName = match &self.self_type {
            Some(Type::Named(name)) => name.clone(),
            _ => self.qualified("_"),
        };
        for part in &block.items {
            match part {
                ImplItem::Fn(method) => self.method(&method.sig, Some(&method.block), part),
                ImplItem::Const(constant) => {
                    let full: QualName = format!("{name}.{}", word(&constant.ident)).into();
                    self.global(full, &constant.ident, Some(&constant.ty), Some(&constant.expr), true);
                }
                _ => {}
            }
        }
        self.leave_impl(outer);
    }

    /// A function of a type: a method where it has a receiver.
    fn method(&mut self, sig: &syn::Signature, block: Option<&syn::Block>, whole: &impl syn::spanned::Spanned) {
        let short = word(&sig.ident);
        let name: QualName = match &self.self_type {
            Some(Type::Named(ty)) => format!("{ty}.{short}").into(),
            _ => self.qualified(&format!("_.{short}")),
        };
        let kind = if sig.receiver().is_some() { FunctionKind::Method } else { FunctionKind::Plain };
        self.function(name, sig, block, kind, whole);
    }
}
