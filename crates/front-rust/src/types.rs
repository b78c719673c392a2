//! Types as written, with names made canonical and what wraps without meaning taken off.

use crate::lowering::Lowering;
use crate::paths::is_primitive;
use crate::scope::Binding;
use dogpile_ir::{QualName, Type};
use syn::{GenericArgument, GenericParam, Generics, PathArguments, ReturnType, TypeParamBound};

/// The name that a declared `Option` keeps where its absence is an answer.
pub(crate) const OPTION: &str = "core.option.Option";

/// Deepest type that is looked into.
const MAX_TYPE_DEPTH: u32 = 40;

/// Whether an `Option` is its content or an answer of its own.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Optional {
    Through,
    Kept,
}

impl Lowering<'_> {
    /// A type of a field or parameter.
    pub(crate) fn ty(&self, ty: &syn::Type) -> Type {
        self.ty_at(ty, Optional::Through, 0)
    }

    /// A type of a binding, a turbofish or a result, where `Option` means that nothing may come.
    pub(crate) fn reply_type(&self, ty: &syn::Type) -> Type {
        self.ty_at(ty, Optional::Kept, 0)
    }

    fn ty_at(&self, ty: &syn::Type, optional: Optional, depth: u32) -> Type {
        if depth > MAX_TYPE_DEPTH {
            return Type::Unknown;
        }
        let inner = |ty: &syn::Type| self.ty_at(ty, optional, depth + 1);
        match ty {
            syn::Type::Reference(t) => inner(&t.elem),
            syn::Type::Paren(t) => inner(&t.elem),
            syn::Type::Group(t) => inner(&t.elem),
            syn::Type::Ptr(t) => inner(&t.elem),
            syn::Type::Tuple(t) => Type::Tuple(t.elems.iter().map(inner).collect()),
            syn::Type::Array(t) => Type::List(Box::new(self.ty_at(&t.elem, Optional::Through, depth + 1))),
            syn::Type::Slice(t) => Type::List(Box::new(self.ty_at(&t.elem, Optional::Through, depth + 1))),
            syn::Type::BareFn(t) => {
                let params = t.inputs.iter().map(|p| self.ty_at(&p.ty, Optional::Through, depth + 1)).collect();
                Type::function(params, self.output(&t.output, depth))
            }
            syn::Type::ImplTrait(t) => self.bounds(t.bounds.iter(), depth),
            syn::Type::TraitObject(t) => self.bounds(t.bounds.iter(), depth),
            syn::Type::Path(t) if t.qself.is_none() => self.path_type(&t.path, optional, depth),
            _ => Type::Unknown,
        }
    }

    fn path_type(&self, path: &syn::Path, optional: Optional, depth: u32) -> Type {
        let Some(last) = path.segments.last() else { return Type::Unknown };
        let name = last.ident.to_string();
        if path.segments.len() == 1 {
            if name == "Self" {
                return self.self_type.clone().unwrap_or_default();
            }
            if let Some(Binding::Type(ty)) = self.names.find(&name) {
                return ty.clone();
            }
            if name == "str" {
                return Type::Named("string".into());
            }
            if is_primitive(&name) {
                return Type::Named(name.as_str().into());
            }
        }
        // An associated type of a parameter or of `Self`.
        if let (true, Some(first)) = (path.segments.len() > 1, path.segments.first())
            && (first.ident == "Self" || matches!(self.names.find(&first.ident.to_string()), Some(Binding::Type(_))))
        {
            return Type::Unknown;
        }
        let full = self.canonical(path);
        if let Some(alias) = self.names.aliases.get(&full) {
            return alias.clone();
        }
        if self.names.types.contains(&full) {
            return Type::Named(full);
        }
        let args = type_arguments(&last.arguments);
        if let (true, [held]) = (is_extractor(&full), args.as_slice()) {
            return self.ty_at(held, Optional::Through, depth + 1);
        }
        let arg = |n: usize, optional| args.get(n).map_or(Type::Unknown, |t| self.ty_at(t, optional, depth + 1));
        match name.as_str() {
            "String" if args.is_empty() => Type::Named("string".into()),
            "Option" if args.len() == 1 => match optional {
                Optional::Kept => Type::Named(OPTION.into()),
                Optional::Through => arg(0, Optional::Through),
            },
            "Box" | "Arc" | "Rc" | "Pin" | "Cow" | "ManuallyDrop" if !args.is_empty() => {
                self.ty_at(args[args.len() - 1], optional, depth + 1)
            }
            // A global's first use makes it; from then on it is its content.
            "Lazy" | "LazyLock" | "LazyCell" | "OnceLock" | "OnceCell" if !args.is_empty() => arg(0, Optional::Through),
            "Vec" | "VecDeque" | "HashSet" | "BTreeSet" | "BoxStream" if !args.is_empty() => {
                Type::List(Box::new(arg(0, Optional::Through)))
            }
            "HashMap" | "BTreeMap" | "IndexMap" | "AHashMap" | "FxHashMap" if args.len() >= 2 => {
                Type::Map(Box::new(arg(0, Optional::Through)), Box::new(arg(1, Optional::Through)))
            }
            "BoxFuture" | "LocalBoxFuture" if !args.is_empty() => arg(0, optional),
            _ => match self.result_parts(path, &name, &full) {
                Some(value) => {
                    let value = value.map_or(Type::Tuple(vec![]), |t| self.ty_at(t, Optional::Kept, depth + 1));
                    Type::Tuple(vec![value, error()])
                }
                None => Type::Named(full),
            },
        }
    }

    /// Whether a path names a `Result`, and what it gives when all goes well (`fmt::Result` gives nothing).
    fn result_parts<'a>(&self, path: &'a syn::Path, name: &str, full: &QualName) -> Option<Option<&'a syn::Type>> {
        let args = type_arguments(&path.segments.last()?.arguments);
        let plain = name == "Result";
        let named = name.ends_with("Result") && !args.is_empty() && !self.names.types.contains(full);
        if plain || named { Some(args.first().copied()) } else { None }
    }

    /// The first bound that says something: a function, a future's value, a trait.
    pub(crate) fn bounds<'a>(&self, bounds: impl Iterator<Item = &'a TypeParamBound>, depth: u32) -> Type {
        let mut found = Type::Unknown;
        for bound in bounds {
            let TypeParamBound::Trait(bound) = bound else { continue };
            let Some(last) = bound.path.segments.last() else { continue };
            match (last.ident.to_string().as_str(), &last.arguments) {
                (
                    "Fn" | "FnMut" | "FnOnce" | "AsyncFn" | "AsyncFnMut" | "AsyncFnOnce",
                    PathArguments::Parenthesized(of),
                ) => {
                    let params = of.inputs.iter().map(|t| self.ty_at(t, Optional::Through, depth + 1)).collect();
                    return Type::function(params, self.output(&of.output, depth));
                }
                ("Future" | "IntoFuture", PathArguments::AngleBracketed(of)) => {
                    for arg in &of.args {
                        if let GenericArgument::AssocType(output) = arg
                            && output.ident == "Output"
                        {
                            return self.ty_at(&output.ty, Optional::Kept, depth + 1);
                        }
                    }
                }
                ("Into" | "AsRef" | "Borrow" | "Deref", PathArguments::AngleBracketed(of)) => {
                    if let Some(GenericArgument::Type(inner)) = of.args.first() {
                        found = self.ty_at(inner, Optional::Through, depth + 1);
                    }
                }
                (
                    "Send" | "Sync" | "Sized" | "Unpin" | "Clone" | "Copy" | "Debug" | "Display" | "Hash" | "Eq"
                    | "PartialEq" | "Ord" | "PartialOrd" | "Default" | "ToString" | "Serialize" | "Deserialize"
                    | "DeserializeOwned",
                    _,
                ) => {}
                _ if found == Type::Unknown => found = Type::Named(self.canonical(&bound.path)),
                _ => {}
            }
        }
        found
    }

    /// Results of a signature: none for `()`, several for a tuple, value and error for a `Result`.
    pub(crate) fn output(&self, output: &ReturnType, depth: u32) -> Vec<Type> {
        match output {
            ReturnType::Default => vec![],
            ReturnType::Type(_, ty) => match self.ty_at(ty, Optional::Kept, depth + 1) {
                Type::Tuple(parts) => parts,
                Type::Unknown if matches!(**ty, syn::Type::Never(_)) => vec![],
                // A future of a function without results.
                ty => vec![ty],
            },
        }
    }

    /// Makes the parameters of a generic item known, with what their bounds say.
    pub(crate) fn bind_generics(&mut self, generics: &Generics) {
        for param in &generics.params {
            match param {
                GenericParam::Type(param) => self.names.bind(param.ident.to_string(), Binding::Type(Type::Unknown)),
                GenericParam::Const(param) => self.names.bind(param.ident.to_string(), Binding::Type(Type::Unknown)),
                GenericParam::Lifetime(_) => {}
            }
        }
        for param in &generics.params {
            if let GenericParam::Type(param) = param {
                let ty = self.bounds(param.bounds.iter(), 0);
                self.names.bind(param.ident.to_string(), Binding::Type(ty));
            }
        }
        let Some(clause) = &generics.where_clause else { return };
        for predicate in &clause.predicates {
            if let syn::WherePredicate::Type(predicate) = predicate
                && let syn::Type::Path(path) = &predicate.bounded_ty
                && let Some(name) = path.path.get_ident()
                && let Some(Binding::Type(known)) = self.names.find(&name.to_string())
                && *known == Type::Unknown
            {
                let ty = self.bounds(predicate.bounds.iter(), 0);
                self.names.bind(name.to_string(), Binding::Type(ty));
            }
        }
    }
}

/// The builtin name of an error.
pub(crate) fn error() -> Type {
    Type::Named("error".into())
}

/// The types among the arguments of a path's part.
pub(crate) fn type_arguments(arguments: &PathArguments) -> Vec<&syn::Type> {
    match arguments {
        PathArguments::AngleBracketed(list) => {
            list.args.iter().filter_map(|a| if let GenericArgument::Type(ty) = a { Some(ty) } else { None }).collect()
        }
        _ => vec![],
    }
}

/// Whether a function that is not `async` returns a future all the same.
pub(crate) fn is_future(output: &ReturnType) -> bool {
    let ReturnType::Type(_, ty) = output else { return false };
    let is = |bounds: &syn::punctuated::Punctuated<TypeParamBound, syn::Token![+]>| {
        bounds.iter().any(
            |b| matches!(b, TypeParamBound::Trait(t) if t.path.segments.last().is_some_and(|s| s.ident == "Future")),
        )
    };
    let mut at = &**ty;
    loop {
        match at {
            syn::Type::ImplTrait(t) => return is(&t.bounds),
            syn::Type::TraitObject(t) => return is(&t.bounds),
            syn::Type::Paren(t) => at = &t.elem,
            syn::Type::Path(t) => {
                let Some(last) = t.path.segments.last() else { return false };
                match last.ident.to_string().as_str() {
                    "BoxFuture" | "LocalBoxFuture" => return true,
                    "Pin" | "Box" => match type_arguments(&last.arguments).first() {
                        Some(inner) => at = inner,
                        None => return false,
                    },
                    _ => return false,
                }
            }
            _ => return false,
        }
    }
}

/// What a web framework wraps a handler's arguments in: all of it is what is inside.
pub(crate) fn is_extractor(full: &str) -> bool {
    let Some((package, name)) = full.rsplit_once('.') else { return false };
    let framework = package.split("::").next().unwrap_or(package);
    matches!(framework, "axum" | "axum_extra" | "actix_web" | "rocket")
        && matches!(name, "State" | "Extension" | "Data" | "Json" | "Path" | "Query" | "Form")
}
