//! What can be wrong with a model file.

use thiserror::Error;

/// A fault of a model file.
#[derive(Debug, Error)]
#[error("{file}: {fault}")]
pub struct ModelError {
    /// The file.
    pub file: String,
    /// What is wrong with it. The message has it in full, so it is no source besides.
    pub fault: Fault,
}

/// Kinds of [`ModelError`].
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Fault {
    /// No TOML, or not of the schema.
    #[error(transparent)]
    Syntax(#[from] Box<toml::de::Error>),
    /// `packages` is empty, or one of them is.
    #[error("`packages` names no package")]
    NoPackages,
    /// A client that can lock, coalesce or miss, with no word to find it by.
    #[error("`triggers` is empty, so no file would ever be read for this client")]
    NoTriggers,
    /// A trigger that is so short that most files have it.
    #[error("trigger `{0}` is shorter than three characters")]
    ShortTrigger(String),
    /// `inherits` names no model that was read before.
    #[error("`inherits` names `{0}`, which is no earlier model")]
    NoParent(String),
    /// Dropping leading arguments lost one that a row needs.
    #[error("{row}: `{path}` is lost with the {dropped} leading arguments that `drop_args` takes away")]
    LostArgument {
        /// The row.
        row: String,
        /// Its path.
        path: String,
        /// How many were dropped.
        dropped: usize,
    },
    /// Not an access path.
    #[error("{row}: `{path}` is no access path (`$1`, `$0.field`, `$3...`, `$ret`)")]
    BadPath {
        /// The row.
        row: String,
        /// What was written.
        path: String,
    },
    /// A path to `$0` in a row that is no method.
    #[error("{row}: `$0` is the receiver, and this row is no method")]
    NoReceiver {
        /// The row.
        row: String,
    },
    /// A path beyond the most arguments the row takes.
    #[error("{row}: `{path}` lies beyond its {most} arguments")]
    BeyondArguments {
        /// The row.
        row: String,
        /// The path.
        path: String,
        /// `max_args`.
        most: usize,
    },
    /// A name that stands for nothing.
    #[error("{row}: no {kind} is called `{name}`")]
    Unknown {
        /// The row.
        row: String,
        /// `type`, `reply`, `phrase`, `result`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// The same call twice.
    #[error("{row}: there are two rows for this call with {min_args} arguments or more")]
    Duplicate {
        /// The row.
        row: String,
        /// `min_args`.
        min_args: usize,
    },
    /// The same type or reply twice.
    #[error("two {kind} rows are called `{name}`")]
    DuplicateName {
        /// `type` or `reply`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A row with no names.
    #[error("{row}: no name")]
    NoName {
        /// The row.
        row: String,
    },
    /// A row whose example is missing or does not call it.
    #[error("{row}: its example calls none of its names")]
    BadExample {
        /// The row.
        row: String,
    },
    /// A time with no unit: a bare path after `EX`, `PX`, ….
    #[error("{row}: `{path}` after `{word}` has no unit; write it as {{ ttl, unit, word }}")]
    NoUnit {
        /// The row.
        row: String,
        /// The path.
        path: String,
        /// The word before it.
        word: String,
    },
    /// `min_args` over `max_args`.
    #[error("{row}: `min_args` is greater than `max_args`")]
    Arity {
        /// The row.
        row: String,
    },
}
