//! The textual form (`.lir`): one text for the same program in three languages.
//!
//! ```text
//! fn example.com/app.Rebuild(%ctx: context.Context, %rdb: github.com/redis/go-redis/v9.Client) -> (error) {
//!   %1 = call %rdb.SetNX(%ctx, "lock:report", %token, 10000000000)
//!   %ok, %err = call %1.Result()
//!   if (or (ne %err nil) (not %ok)) {
//!     return %err
//!   }
//! }
//! ```
//!
//! `fixtures/ir/README.md` has the whole grammar. Spans, comments and statistics are left out, and so are the language
//! and its imports unless they are asked for. A function and the closures in it share their locals' names: what a
//! closure captures has the name it has outside.

mod item;
pub(crate) mod names;
mod stmt;
mod value;

use crate::{FuncId, LabelId, LocalId, Module, Type};
use dogpile_source::{SourceFile, Span};
use names::Scope;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

/// What to print beside the program itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrintOptions {
    /// ` @line:col` behind statements, functions and declarations; needs the file.
    pub spans: bool,
    /// The language and its imports.
    pub origin: bool,
}

/// Prints a module without spans, language and imports: the form that expected IR is written in.
#[must_use]
pub fn print_module(module: &Module) -> String {
    print_module_with(module, PrintOptions::default(), None)
}

/// Prints a module; positions need the `file` it came from.
#[must_use]
pub fn print_module_with(module: &Module, options: PrintOptions, file: Option<&SourceFile>) -> String {
    let mut printer = Printer::new(module, options, file);
    let mut text = printer.module_head();
    for function in printer.functions() {
        text.push('\n');
        text.push_str(&function);
    }
    text
}

/// Prints one function as [`print_module`] would; `""` where there is none of this id.
#[must_use]
pub fn print_function(module: &Module, id: FuncId) -> String {
    print_function_with(module, id, PrintOptions::default(), None)
}

/// Prints one function as [`print_module_with`] would; `""` where there is none of this id.
#[must_use]
pub fn print_function_with(module: &Module, id: FuncId, options: PrintOptions, file: Option<&SourceFile>) -> String {
    let mut printer = Printer::new(module, options, file);
    let _ = printer.module_head();
    printer.functions().into_iter().nth(id.0 as usize).unwrap_or_default()
}

/// Prints in an order that names every local where it first appears.
struct Printer<'m> {
    module: &'m Module,
    options: PrintOptions,
    file: Option<&'m SourceFile>,
    /// How a function is referred to.
    refs: Vec<String>,
    /// Whose names a function shares.
    scopes: Vec<Scope>,
    /// Types that signatures give to locals, so that no `var` line must.
    implied: HashMap<(Scope, LocalId), &'m Type>,
    names: HashMap<(Scope, LocalId), String>,
    taken: HashMap<(Scope, String), u32>,
    // Of the function at hand.
    scope: Scope,
    labels: BTreeMap<LabelId, usize>,
    fresh: Vec<LocalId>,
    out: String,
    indent: usize,
}

impl<'m> Printer<'m> {
    fn new(module: &'m Module, options: PrintOptions, file: Option<&'m SourceFile>) -> Self {
        let kinds: Vec<_> = module.functions.iter().map(|f| f.kind).collect();
        let scopes = names::scopes(&kinds);
        let mut implied = HashMap::new();
        for (function, scope) in module.functions.iter().zip(&scopes) {
            for param in function.receiver.iter().chain(&function.params) {
                implied.entry((*scope, param.local)).or_insert(&param.ty);
            }
            for (local, ty) in function.named_results.iter().zip(&function.results) {
                implied.entry((*scope, *local)).or_insert(ty);
            }
        }
        Self {
            module,
            options,
            file,
            refs: names::references(module.functions.iter().map(|f| &*f.name)),
            scopes,
            implied,
            names: HashMap::new(),
            taken: HashMap::new(),
            scope: Scope::Init,
            labels: BTreeMap::new(),
            fresh: vec![],
            out: String::new(),
            indent: 0,
        }
    }

    /// Every function's text by id. Functions come before closures, so that names are theirs first.
    fn functions(&mut self) -> Vec<String> {
        let count = self.module.functions.len();
        let closure = |i: &usize| matches!(self.module.functions[*i].kind, crate::FunctionKind::Closure { .. });
        let (last, first): (Vec<usize>, Vec<usize>) = (0..count).partition(closure);
        let mut texts = vec![String::new(); count];
        for id in first.into_iter().chain(last) {
            texts[id] = self.function(id);
        }
        texts
    }

    /// The name of a local, made up where it first appears.
    fn local(&mut self, id: LocalId) {
        let key = (self.scope, id);
        if !self.names.contains_key(&key) {
            let base = self.module.locals.get(id.0 as usize).map_or("", |l| &*l.name);
            let count = self.taken.entry((self.scope, base.to_owned())).or_insert(0);
            *count += 1;
            let mut name = String::from("%");
            if base.is_empty() {
                let _ = write!(name, "{count}");
            } else {
                names::push_ident(&mut name, base);
                if *count > 1 {
                    let _ = write!(name, ".{count}");
                }
            }
            self.names.insert(key, name);
            self.fresh.push(id);
        }
        self.out.push_str(&self.names[&key]);
    }

    /// The number of a label, counted where it first appears.
    fn label(&mut self, id: LabelId) {
        let next = self.labels.len() + 1;
        let number = *self.labels.entry(id).or_insert(next);
        let _ = write!(self.out, "@{number}");
    }

    /// A reference to a function.
    fn reference(&mut self, id: FuncId) {
        match self.refs.get(id.0 as usize) {
            Some(name) => self.out.push_str(name),
            None => {
                let _ = write!(self.out, "#{}", id.0);
            }
        }
    }

    /// Ends a line, with a position where they are wanted.
    fn end(&mut self, span: Span) {
        if let (true, Some(file)) = (self.options.spans, self.file) {
            let at = file.position(span.start);
            let _ = write!(self.out, " @{}:{}", at.line, at.column);
        }
        self.out.push('\n');
    }

    /// Starts a line.
    fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
    }

    /// Items with commas between.
    fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        for (i, it) in items.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            item(self, it);
        }
    }
}
