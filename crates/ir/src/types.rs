//! What a front end can say of a type without a type checker.

use crate::QualName;
use serde::{Deserialize, Serialize};

/// A declared type, as written, with names made canonical. Pointers and references are left out: the analysis never
/// needs to tell `T` from `*T`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub enum Type {
    /// Nothing is declared or it is not understood.
    #[default]
    Unknown,
    /// A named type, incl. builtins (`string`, `int64`, `bool`, `error`, `any`); generic arguments are dropped.
    Named(QualName),
    /// A list, slice or array.
    List(Box<Type>),
    /// A map.
    Map(Box<Type>, Box<Type>),
    /// A channel.
    Chan(Box<Type>),
    /// A function: parameters, results. Boxed, for nothing else of a type is as large and there is one with every value.
    Func(Box<(Vec<Type>, Vec<Type>)>),
    /// Several results together.
    Tuple(Vec<Type>),
}

impl Type {
    /// A function's type.
    #[must_use]
    pub fn function(params: Vec<Type>, results: Vec<Type>) -> Self {
        Self::Func(Box::new((params, results)))
    }

    /// The name, for a named type.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Type::Named(name) => Some(name),
            _ => None,
        }
    }
}
