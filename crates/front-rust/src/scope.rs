//! What a name means where it stands.

use crate::results::Returns;
use dogpile_ir::{LocalId, QualName, Type};
use rustc_hash::{FxHashMap, FxHashSet};

/// A name bound inside a function, or a generic parameter.
#[derive(Clone, Debug)]
pub(crate) enum Binding {
    Local(LocalId),
    /// A type parameter: what its bounds say.
    Type(Type),
    /// An item or import of a block, by canonical name.
    Name(QualName),
    /// An import of a block, in parts.
    Path(Vec<String>),
}

/// What a file knows of one of its functions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fact {
    pub(crate) returns: Returns,
    pub(crate) is_async: bool,
}

/// A module of this file: the file's own, or one written in it.
#[derive(Debug, Default)]
pub(crate) struct ModuleScope {
    /// Canonical parts of its path.
    pub(crate) path: Vec<String>,
    /// Everything it declares, modules too.
    pub(crate) items: FxHashSet<String>,
    /// What its imports stand for, in canonical parts.
    pub(crate) uses: FxHashMap<String, Vec<String>>,
    /// Modules written in it.
    pub(crate) inner: FxHashMap<String, usize>,
}

/// Scopes of the function at hand, and the names of the file.
#[derive(Debug, Default)]
pub(crate) struct Names {
    bound: FxHashMap<String, Vec<Binding>>,
    scopes: Vec<Vec<String>>,
    pub(crate) modules: Vec<ModuleScope>,
    /// The module at hand.
    pub(crate) here: usize,
    /// Functions of this file, by canonical name.
    pub(crate) functions: FxHashMap<QualName, Fact>,
    /// Methods of a name, where all in this file agree.
    pub(crate) methods: FxHashMap<String, Option<Fact>>,
    /// Other names for types, by canonical name; a `Result` is known by its two parts.
    pub(crate) aliases: FxHashMap<QualName, Type>,
    /// Structs and enums of this file, by canonical name.
    pub(crate) types: FxHashSet<QualName>,
    /// Structs without fields.
    pub(crate) units: FxHashSet<QualName>,
    /// Variants of enums of this file.
    pub(crate) variants: FxHashSet<QualName>,
    /// The last type argument of the call that was just translated.
    pub(crate) turbofish: Option<Type>,
}

/// What [`Names::hide_locals`] put away.
#[derive(Debug)]
pub(crate) struct Hidden {
    bound: FxHashMap<String, Vec<Binding>>,
    scopes: Vec<Vec<String>>,
}

impl Names {
    pub(crate) fn new(package: &str) -> Self {
        let root = ModuleScope { path: package.split("::").map(str::to_owned).collect(), ..ModuleScope::default() };
        Self { modules: vec![root], ..Self::default() }
    }

    pub(crate) fn push(&mut self) {
        self.scopes.push(vec![]);
    }

    pub(crate) fn pop(&mut self) {
        for name in self.scopes.pop().unwrap_or_default() {
            if let Some(stack) = self.bound.get_mut(&name) {
                stack.pop();
            }
        }
    }

    /// Hides the variables of the function at hand: an item that stands in it sees its items, and none of them. What is
    /// given back brings them to sight again.
    pub(crate) fn hide_locals(&mut self) -> Hidden {
        let items = |stack: &[Binding]| -> Vec<Binding> {
            stack.iter().filter(|binding| !matches!(binding, Binding::Local(_))).cloned().collect()
        };
        let items = self.bound.iter().map(|(name, stack)| (name.clone(), items(stack))).collect();
        Hidden { bound: std::mem::replace(&mut self.bound, items), scopes: std::mem::take(&mut self.scopes) }
    }

    pub(crate) fn show_again(&mut self, hidden: Hidden) {
        self.bound = hidden.bound;
        self.scopes = hidden.scopes;
    }

    pub(crate) fn bind(&mut self, name: String, binding: Binding) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(name.clone());
            self.bound.entry(name).or_default().push(binding);
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Binding> {
        self.bound.get(name)?.last()
    }

    pub(crate) fn local(&self, name: &str) -> Option<LocalId> {
        match self.find(name)? {
            Binding::Local(local) => Some(*local),
            _ => None,
        }
    }

    /// The module at hand.
    pub(crate) fn module(&self) -> &ModuleScope {
        // `here` is only ever set to the index of a module.
        &self.modules[self.here]
    }

    /// What is known of the methods of a name.
    pub(crate) fn method(&self, name: &str) -> Option<Fact> {
        self.methods.get(name).copied().flatten()
    }
}
