//! How a client's call is written another way: what `--fix` knows of a library.

use serde::Deserialize;

/// A call, and what it becomes. `$name` in both stands for an expression: `$client`, `$ctx`, `$key`, `$token` and the like
/// are taken over as they are written; `$ttl` (a typed duration), `$ms`, `$s`, `$script` and `$connection` are filled in.
/// Words in quotes match in any quotes and any case. The first row that fits is taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RewriteRow {
    /// What for.
    pub does: RewriteKind,
    /// The call as code writes it.
    pub from: String,
    /// The call as it is to be; rows that only say where things stand have none.
    #[serde(default)]
    pub to: Option<String>,
    /// What becomes of its reply.
    #[serde(default)]
    pub reply: ReplyChange,
}

/// What a rewriting is for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "kebab-case")]
pub enum RewriteKind {
    /// A set-if-absent is given an expiry in the same command.
    Lease,
    /// A plain deletion becomes one of a key that still has the token.
    CompareAndDelete,
    /// Where the time stands in a command that gives an expiry to a key.
    Expiry,
    /// Where key and token stand in a command that takes a lock.
    Acquire,
}

/// What becomes of a reply.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum ReplyChange {
    /// It is read as before.
    #[default]
    Same,
    /// What was 1 or true is the text OK, what was 0 or false is nothing.
    OneToOk,
    /// It has another type: only where nobody reads it.
    Unread,
}
