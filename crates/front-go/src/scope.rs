//! What a name means where it stands.

use crate::lowering::Lowering;
use dogpile_ir::{LocalId, QualName, Type};
use rustc_hash::FxHashMap;

/// A name bound inside a function.
#[derive(Clone, Debug)]
pub(crate) enum Binding {
    Local(LocalId),
    /// A type declared in a function, or a type parameter (then unknown).
    Type(Type),
}

/// A name declared at the top of this file.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Func {
        results: usize,
    },
    Var,
    /// A type, with what it stands for where that is no struct or interface.
    Type(Type),
}

/// What a name turned out to be.
#[derive(Clone, Debug)]
pub(crate) enum Resolved {
    Local(LocalId),
    LocalType(Type),
    Item(Item),
    Import(QualName),
    BuiltinType,
    BuiltinFunc,
    /// Of this package, in another file.
    Elsewhere,
}

/// Scopes of the function at hand, and the names of the file.
#[derive(Debug, Default)]
pub(crate) struct Names<'t> {
    bound: FxHashMap<&'t str, Vec<(usize, Binding)>>,
    scopes: Vec<Vec<&'t str>>,
    pub(crate) items: FxHashMap<&'t str, Item>,
    pub(crate) imports: FxHashMap<String, QualName>,
    /// How many results the methods of a name have, where all in this file agree.
    pub(crate) method_results: FxHashMap<&'t str, Option<usize>>,
}

impl<'t> Names<'t> {
    pub(crate) fn push(&mut self) {
        self.scopes.push(vec![]);
    }

    pub(crate) fn pop(&mut self) {
        for name in self.scopes.pop().unwrap_or_default() {
            if let Some(stack) = self.bound.get_mut(name) {
                stack.pop();
            }
        }
    }

    pub(crate) fn bind(&mut self, name: &'t str, binding: Binding) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(name);
            self.bound.entry(name).or_default().push((self.scopes.len(), binding));
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Binding> {
        self.bound.get(name)?.last().map(|(_, binding)| binding)
    }

    /// The variable that `:=` would assign to instead of declaring a new one.
    pub(crate) fn in_this_scope(&self, name: &str) -> Option<LocalId> {
        match self.bound.get(name)?.last()? {
            (depth, Binding::Local(local)) if *depth == self.scopes.len() => Some(*local),
            _ => None,
        }
    }
}

impl Lowering<'_> {
    pub(crate) fn resolve(&self, name: &str) -> Resolved {
        if let Some(binding) = self.names.find(name) {
            return match binding {
                Binding::Local(local) => Resolved::Local(*local),
                Binding::Type(ty) => Resolved::LocalType(ty.clone()),
            };
        }
        if let Some(item) = self.names.items.get(name) {
            return Resolved::Item(item.clone());
        }
        if let Some(path) = self.names.imports.get(name) {
            return Resolved::Import(path.clone());
        }
        if is_builtin_type(name) {
            Resolved::BuiltinType
        } else if is_builtin_func(name) {
            Resolved::BuiltinFunc
        } else if let Some(path) = self.names.imports.is_empty().then(|| standard_package(name)).flatten() {
            Resolved::Import(path.into())
        } else {
            Resolved::Elsewhere
        }
    }
}

/// A file that imports nothing is a snippet: `time.Second` in it can only mean the standard package.
fn standard_package(name: &str) -> Option<&'static str> {
    ["context", "errors", "fmt", "log", "os", "sort", "strconv", "strings", "sync", "time"]
        .into_iter()
        .find(|known| *known == name)
        .or((name == "http").then_some("net/http"))
        .or((name == "singleflight").then_some("golang.org/x/sync/singleflight"))
}

pub(crate) fn is_builtin_type(name: &str) -> bool {
    matches!(
        name,
        "any"
            | "bool"
            | "byte"
            | "comparable"
            | "complex64"
            | "complex128"
            | "error"
            | "float32"
            | "float64"
            | "int"
            | "int8"
            | "int16"
            | "int32"
            | "int64"
            | "rune"
            | "string"
            | "uint"
            | "uint8"
            | "uint16"
            | "uint32"
            | "uint64"
            | "uintptr"
    )
}

fn is_builtin_func(name: &str) -> bool {
    matches!(
        name,
        "append"
            | "cap"
            | "clear"
            | "close"
            | "complex"
            | "copy"
            | "delete"
            | "imag"
            | "len"
            | "make"
            | "max"
            | "min"
            | "new"
            | "panic"
            | "print"
            | "println"
            | "real"
            | "recover"
    )
}
