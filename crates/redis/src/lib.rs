//! What Redis commands and Redis scripts mean.
//!
//! This room knows Redis (and Valkey) and nothing else: no client library, no
//! programming language but Lua, no intermediate representation. Three doors:
//!
//! - [`meaning`]: a command vector, as far as the caller could fold its words,
//!   becomes a [`Meaning`] whose fields are indices into that vector;
//! - [`classify`]: a Lua script becomes a [`ScriptClass`], decided by running it
//!   in a sandbox against small key spaces and looking at what it did;
//! - [`Server`]: the tiny, deterministic, clonable and hashable Redis that both
//!   the sandbox and an explorer of interleavings run on.
//!
//! Command semantics follow the command pages of <https://redis.io/docs/latest/commands/>
//! and <https://valkey.io/commands/>; each row or function names the command it
//! follows, so the page to check is `<base>/<command>/`.

mod command;
mod forms;
mod meaning;
mod model;
mod script;
mod set;

pub use meaning::{DelWhen, ExpireWhen, Meaning, SetWhen, TtlArg, Word, meaning};
pub use model::{Entry, RespReply, Score, Server, Unmodelled, Value};
pub use script::{
    ArgRef, BulkIs, GuardKind, KeyRef, Limits, Reply, ScriptClass, ScriptProbe, ScriptTtl, Scripts, TimeUnit, classify,
    classify_call, classify_function,
};
