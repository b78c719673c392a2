//! The one intermediate representation of three languages.
//!
//! Structured statements over pure values: a call never hides inside a value, so that the order of effects is the order
//! of statements. Knows nothing of grammars, Redis or rules. See `fixtures/ir/` for what constructs become.

mod build;
mod depth;
mod few;
mod module;
mod outline;
mod parse;
mod print;
mod stmt;
mod tighten;
mod types;
mod validate;
mod value;

use serde::{Deserialize, Serialize};

pub use build::Builder;
pub use few::Few;
pub use module::{
    Comment, Field, Function, FunctionKind, Global, Import, Lang, Local, Module, Param, Problem, Stats, TypeDecl,
    TypeKind,
};
pub use outline::Outline;
pub use parse::{ParseError, parse_module};
pub use print::{PrintOptions, print_function, print_function_with, print_module, print_module_with};
pub use stmt::{Arm, Block, Call, Callee, Case, Comm, LabelId, LoopKind, Place, Rvalue, Stmt, StmtKind};
pub use types::Type;
pub use validate::{Violation, validate, validate_in};
pub use value::{BinaryOp, FieldInit, Int, Lit, Value, ValueKind};

/// A function of a module: index into [`Module::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FuncId(pub u32);

/// A local variable or temporary: index into [`Module::locals`], unique in its module, so that a closure names the
/// variables it captures by the same id as the function around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LocalId(pub u32);

/// A canonical dotted name. Packages keep their path: `github.com/redis/go-redis/v9.NewClient`,
/// `example.com/app/lock.Locker.Unlock` (package path, type, method).
pub type QualName = std::sync::Arc<str>;

/// A plain identifier.
pub type Name = std::sync::Arc<str>;
