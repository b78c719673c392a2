//! Checks that a front end kept its promises.
//!
//! What holds for every module: ids name something; a function uses only its own locals and those of the functions
//! around it; a temporary is computed before it is read; jumps stay in their function and find their target; closures
//! are closures; no two functions share a name. With the file at hand also: every span lies in it.

mod spans;
mod walk;

use crate::{FuncId, Function, FunctionKind, LabelId, LocalId, Module};
use dogpile_source::{SourceFile, Span};
use std::collections::{HashMap, HashSet};

/// A broken promise.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Where.
    pub span: Span,
    /// Which.
    pub message: String,
}

/// Every violation in a module, but for spans.
#[must_use]
pub fn validate(module: &Module) -> Vec<Violation> {
    let mut checker = Checker::new(module);
    for global in &module.globals {
        checker.enter(None);
        checker.block(&global.init);
        if let Some(value) = &global.value {
            checker.value(value);
        }
    }
    for (id, function) in module.functions.iter().enumerate() {
        checker.function(FuncId(u32::try_from(id).unwrap_or(u32::MAX)), function);
    }
    checker.check_names();
    checker.violations
}

/// Every violation in a module, and every span that does not lie in its file.
#[must_use]
pub fn validate_in(module: &Module, file: &SourceFile) -> Vec<Violation> {
    let mut violations = validate(module);
    violations.extend(spans::check(module, file));
    violations
}

/// What can be jumped to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Loop(LabelId),
    Branch(LabelId),
}

/// Walks a module in the order in which it runs, as far as the tree tells.
struct Checker<'m> {
    module: &'m Module,
    violations: Vec<Violation>,
    /// Locals that get a value somewhere.
    assigned: HashSet<LocalId>,
    // Of the function at hand.
    function: Option<FuncId>,
    /// Locals that got a value so far.
    done: HashSet<LocalId>,
    /// Whether what is walked runs at another time than where it stands.
    elsewhere: bool,
    targets: Vec<Target>,
    labels: HashSet<LabelId>,
}

impl<'m> Checker<'m> {
    fn new(module: &'m Module) -> Self {
        Self {
            module,
            violations: vec![],
            assigned: walk::assigned(module),
            function: None,
            done: HashSet::new(),
            elsewhere: false,
            targets: vec![],
            labels: HashSet::new(),
        }
    }

    fn report(&mut self, span: Span, message: impl Into<String>) {
        self.violations.push(Violation { span, message: message.into() });
    }

    /// Starts on another function, or on the initialiser of a global.
    fn enter(&mut self, function: Option<FuncId>) {
        self.function = function;
        self.elsewhere = false;
        self.targets.clear();
        self.labels.clear();
        // Initialisers and the closures in them share their temporaries.
        if function.is_some() {
            self.done.clear();
        }
    }

    fn function(&mut self, id: FuncId, function: &Function) {
        self.enter(Some(id));
        self.check_parent(id, function);
        for param in function.receiver.iter().chain(&function.params) {
            self.store(param.local, function.name_span);
        }
        for local in &function.named_results {
            self.store(*local, function.name_span);
        }
        if let Some(body) = &function.body {
            self.block(body);
        }
    }

    /// The functions around a closure must be there, and not stand in one another.
    fn check_parent(&mut self, id: FuncId, function: &Function) {
        let FunctionKind::Closure { parent: Some(parent) } = function.kind else { return };
        if parent.0 as usize >= self.module.functions.len() {
            self.report(
                function.name_span,
                format!("{} stands in function #{}, which does not exist", function.name, parent.0),
            );
        } else if self.around(Some(parent)).any(|f| f == id) {
            self.report(function.name_span, format!("{} stands in itself", function.name));
        }
    }

    /// A function and those around it, inside out.
    fn around(&self, function: Option<FuncId>) -> impl Iterator<Item = FuncId> + use<'m> {
        let functions = &self.module.functions;
        std::iter::successors(function, |id| match functions.get(id.0 as usize)?.kind {
            FunctionKind::Closure { parent } => parent,
            _ => None,
        })
        .take(functions.len())
    }

    /// Whether the function at hand stands in an initialiser of a global, or is one.
    fn in_initialiser(&self) -> bool {
        let Some(outermost) = self.around(self.function).last() else { return true };
        let kind = self.module.functions.get(outermost.0 as usize).map(|f| f.kind);
        kind == Some(FunctionKind::Closure { parent: None })
    }

    /// A local must exist, and belong to this function or one around it.
    fn see(&mut self, id: LocalId, span: Span) {
        let Some(local) = self.module.locals.get(id.0 as usize) else {
            self.report(span, format!("local #{} does not exist", id.0));
            return;
        };
        let visible = match local.owner {
            Some(owner) => self.around(self.function).any(|f| f == owner),
            None => self.in_initialiser(),
        };
        if !visible {
            self.report(span, format!("local {} is used where it cannot be seen", self.describe(id)));
        }
    }

    /// A temporary that is read must have been computed.
    fn read(&mut self, id: LocalId, span: Span) {
        self.see(id, span);
        let Some(local) = self.module.locals.get(id.0 as usize) else { return };
        if !local.name.is_empty() {
            return;
        }
        if !self.assigned.contains(&id) {
            self.report(span, format!("temporary {} is read but never computed", self.describe(id)));
        } else if local.owner == self.function && !self.elsewhere && !self.done.contains(&id) {
            self.report(span, format!("temporary {} is read before it is computed", self.describe(id)));
        }
    }

    fn store(&mut self, id: LocalId, span: Span) {
        self.see(id, span);
        self.done.insert(id);
    }

    /// A local for people: its id and, where it has one, its name.
    fn describe(&self, id: LocalId) -> String {
        match self.module.locals.get(id.0 as usize) {
            Some(local) if !local.name.is_empty() => format!("#{} ({})", id.0, local.name),
            _ => format!("#{}", id.0),
        }
    }

    /// A label names one statement of its function.
    fn open(&mut self, target: Target, span: Span) {
        let (Target::Loop(label) | Target::Branch(label)) = target;
        if !self.labels.insert(label) {
            self.report(span, format!("label {} names two statements of a function", label.0));
        }
        self.targets.push(target);
    }

    fn closure(&mut self, id: FuncId, span: Span) {
        match self.module.functions.get(id.0 as usize) {
            None => self.report(span, format!("closure #{} does not exist", id.0)),
            Some(f) if !matches!(f.kind, FunctionKind::Closure { .. }) => {
                self.report(span, format!("{} is used as a closure but is none", f.name));
            }
            Some(_) => {}
        }
    }

    /// No two functions share a name, but for those that Go lets (`init`, `_`) and closures in them.
    fn check_names(&mut self) {
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (id, function) in self.module.functions.iter().enumerate() {
            let own = FuncId(u32::try_from(id).unwrap_or(u32::MAX));
            let repeatable = self.around(Some(own)).any(|f| {
                let name = self.module.functions.get(f.0 as usize).map_or("", |f| &*f.name);
                matches!(name.rsplit('.').next(), Some("init" | "_"))
            });
            if !repeatable && *first.entry(&*function.name).or_insert(id) != id {
                self.report(function.name_span, format!("two functions are named {}", function.name));
            }
        }
    }
}
