//! Checks that a front end kept its promises.
use crate::Module;
use dogpile_source::Span;

/// A broken promise.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Where.
    pub span: Span,
    /// Which.
    pub message: String,
}

/// Every violation in a module.
#[must_use]
pub fn validate(module: &Module) -> Vec<Violation> {
    let _ = module;
    vec![]
}
