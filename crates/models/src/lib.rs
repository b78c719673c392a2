//! Client libraries as validated data.
//!
//! Knows how libraries' calls become Redis commands or lock contracts; knows nothing of how code is parsed, nor of
//! rules.

mod row;

pub use row::*;
