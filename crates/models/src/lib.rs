//! Client libraries as validated data.
//!
//! Knows how libraries' calls become Redis commands or lock contracts; knows nothing of how code is parsed, nor of
//! rules.

mod builtin;
mod call;
mod catalog;
mod contract;
mod does;
mod endings;
mod error;
mod index;
mod models;
mod names;
mod path;
mod patterns;
mod prepared;
mod rewrite;
mod row;
mod said;
mod validate;
mod visit;

pub use builtin::BUILTIN;
pub use catalog::{Catalog, Words, is_clients};
pub use contract::*;
pub use does::*;
pub use endings::{ENDINGS, is_javascript, language_of};
pub use error::{Fault, ModelError};
pub use models::{ClientId, Models, Row};
pub use path::{AccessPath, Base};
pub use rewrite::{ReplyChange, RewriteKind, RewriteRow};
pub use row::*;
pub use said::{promised, says_client};
pub use validate::{DECLARED, PHRASES, RESULTS};
