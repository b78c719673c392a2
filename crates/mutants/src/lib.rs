//! Sources changed by rule, and what the linter makes of them: changes that mean nothing must leave the findings as they
//! are, a fault put into a clean lock must be found, a repair must silence it.
//!
//! Where a lock stands is taken from the linter's own lifecycles; what is changed there, and how, from the source alone.
#![allow(clippy::disallowed_methods, reason = "trees to try on are read from disk")]

pub mod edit;
pub mod measure;
pub mod metamorph;
pub mod mutate;
pub mod project;
pub mod scramble;
pub mod syntax;
