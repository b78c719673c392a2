//! From IR to lock lifecycles: linking, values, operations, paths, sessions.
//!
//! Knows nothing of syntax trees, of clients by name, or of output.

pub mod lifecycle;
