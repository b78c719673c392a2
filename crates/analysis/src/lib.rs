//! From IR to lock lifecycles: linking, values, operations, paths, sessions.
//!
//! Knows nothing of syntax trees, of clients by name, or of output.

pub mod lifecycle;

mod absent;
mod asked;
mod assemble;
mod constants;
mod defined;
mod explore;
mod extended;
mod fields;
mod fold;
mod format;
mod grown;
mod infer;
mod keys;
mod linked;
mod memo;
mod memory;
mod mentions;
mod missed;
mod names;
mod program;
mod project;
mod reach;
mod resolved;
mod shown;
mod single;
mod summaries;
mod sym;
mod typing;
mod walk;

pub use absent::{Absent, Declares};
pub use memory::Memory;
pub use project::{Analysis, Declared, analyze};
pub use summaries::Summaries;
