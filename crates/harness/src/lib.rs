//! Proofs: a lifecycle becomes a small concurrent program, the program is explored over every schedule, and the
//! shortest bad schedule is replayed on a real Redis.
//!
//! Knows nothing of syntax, clients or rules' insides; a rule says which invariant breaks, and no more.

pub mod again;
mod computed;
pub mod confirm;
pub mod explore;
pub mod fleet;
pub mod judge;
pub mod lower;
pub mod program;
pub mod store;
pub mod tell;
pub mod world;

pub mod narrate;
pub mod repair;
pub mod replay;
