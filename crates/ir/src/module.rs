//! A translated source file.

use crate::{Block, FuncId, LocalId, Name, QualName, Type, Value};
use dogpile_source::{FileId, Span};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The language a module was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Lang {
    Go,
    TypeScript,
    Rust,
}

/// One source file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Module {
    /// The file.
    pub file: FileId,
    /// Its language.
    pub lang: Lang,
    /// Canonical path of its package or module; items are named `<package>.<item>`.
    pub package: QualName,
    /// What it imports.
    pub imports: Vec<Import>,
    /// Functions, methods and closures.
    pub functions: Vec<Function>,
    /// Locals of all functions.
    pub locals: Vec<Local>,
    /// Package-level variables and constants.
    pub globals: Vec<Global>,
    /// Types it declares.
    pub types: Vec<TypeDecl>,
    /// Every comment, for annotations, suppressions and declared latencies.
    pub comments: Vec<Comment>,
    /// What could not be read or understood.
    pub problems: Vec<Problem>,
    /// How much was translated.
    pub stats: Stats,
}

/// An import: the local name and what it stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// Name in this file (`_` and `.` as written). `*`: everything of the path is offered on under this module's own name
    /// (`export * from`, `pub use x::*`).
    pub name: Name,
    /// Canonical path of the package or item.
    pub path: QualName,
    /// Where it stands.
    pub span: Span,
}

/// A function, method or closure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Function {
    /// `<package>.<name>`, `<package>.<Type>.<method>`; a closure: its parent's name + `.func<n>`.
    pub name: QualName,
    /// What kind it is.
    pub kind: FunctionKind,
    /// The receiver, for a method.
    pub receiver: Option<Param>,
    /// Parameters in order.
    pub params: Vec<Param>,
    /// Whether the last parameter takes the rest (`...T`); its type is then the list.
    pub variadic: bool,
    /// Declared result types.
    pub results: Vec<Type>,
    /// Named results, which a bare `return` gives and a deferred call can change.
    pub named_results: Vec<LocalId>,
    /// What it does; `None` for a declaration without a body (interface method, extern).
    pub body: Option<Block>,
    /// Whether it is `async`.
    pub is_async: bool,
    /// The whole of it.
    pub span: Span,
    /// Its name (a closure: its first token).
    pub name_span: Span,
}

/// The kinds of function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FunctionKind {
    /// By itself.
    Plain,
    /// On a type.
    Method,
    /// A value in another function (or in a global's initialiser).
    Closure {
        /// The function around it.
        parent: Option<FuncId>,
    },
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// Its variable.
    pub local: LocalId,
    /// Its name, for people and named arguments.
    pub name: Name,
    /// Its declared type.
    pub ty: Type,
}

/// A variable or temporary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Local {
    /// Its name; temporaries have an empty one.
    pub name: Name,
    /// Its declared type.
    pub ty: Type,
    /// Where it is declared.
    pub span: Span,
    /// The function that declares it; `None` in initialisers of globals.
    pub owner: Option<FuncId>,
    /// Rust: whether it looks like a guard that its block still owns at its end, where its `Drop` runs. Only what
    /// syntax tells: bound to what a call or a struct expression gives, and never used as a plain value.
    pub drops: bool,
}

/// A package-level variable or constant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Global {
    /// `<package>.<name>`.
    pub name: QualName,
    /// Declared type.
    pub ty: Type,
    /// Whether the language promises that it never changes.
    pub constant: bool,
    /// Statements that must run before `value` is meaningful (calls hoisted out of it).
    pub init: Block,
    /// Its initial value.
    pub value: Option<Value>,
    /// Path of a file whose text it holds (`//go:embed`, `include_str!`), relative to this file.
    pub embeds: Option<Arc<str>>,
    /// Where its name stands.
    pub span: Span,
}

/// A declared type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TypeDecl {
    /// `<package>.<name>`.
    pub name: QualName,
    /// What it is.
    pub kind: TypeKind,
    /// Where its name stands.
    pub span: Span,
}

/// The kinds of type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum TypeKind {
    /// Fields in order; embedded ones are marked.
    Struct(Vec<Field>),
    /// Method names with parameter and result types, and embedded interfaces.
    Interface {
        /// Methods: name, parameters, results.
        methods: Vec<(Name, Vec<Type>, Vec<Type>)>,
        /// Interfaces it includes.
        embeds: Vec<Type>,
    },
    /// Another name for a type, or a new type on top of one.
    Alias(Type),
}

/// A struct field.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Its name (an embedded field: the type's last name).
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// Whether its methods and fields are promoted.
    pub embedded: bool,
    /// Where it stands.
    pub span: Span,
}

/// A comment with its markers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comment {
    /// Where it stands; its text is the span's text.
    pub span: Span,
    /// Whether code stands before it on its line.
    pub trailing: bool,
}

/// Something that kept part of a file from being understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What, for people.
    pub message: String,
}

/// How much of a file was translated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Statements of the source.
    pub statements: u32,
    /// Those that became (or contain, as a value) something opaque.
    pub opaque: u32,
}

impl Module {
    /// The place of a file that nobody has read yet: what is read later gets no other number than it would have had at once.
    #[must_use]
    pub fn absent(lang: Lang) -> Self {
        Self::empty(Self::NOWHERE, lang, "".into())
    }

    /// A module of a package with nothing in it.
    #[must_use]
    pub fn empty(file: FileId, lang: Lang, package: QualName) -> Self {
        Self {
            file,
            lang,
            package,
            imports: vec![],
            functions: vec![],
            locals: vec![],
            globals: vec![],
            types: vec![],
            comments: vec![],
            problems: vec![],
            stats: Stats::default(),
        }
    }

    /// Whether this is only a place.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.file == Self::NOWHERE
    }

    const NOWHERE: FileId = FileId(u32::MAX);

    /// A function by id.
    #[must_use]
    pub fn function(&self, id: FuncId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// A local by id.
    #[must_use]
    pub fn local(&self, id: LocalId) -> &Local {
        &self.locals[id.0 as usize]
    }
}
