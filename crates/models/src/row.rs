//! The rows of a model file: what one call of a client library means.
//!
//! A row says which Redis command vector a call sends, or, for a lock library, which contract it keeps. It never says
//! what a command means: that is `dogpile-redis`'s table.

use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::contract::{ReplyRow, ValueKind};
use crate::does::Does;
use crate::rewrite::RewriteRow;

/// A model file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientFile {
    /// Who this is and where the facts come from.
    pub client: ClientHead,
    /// Types of the library. Rows name them by `name`.
    #[serde(default, rename = "type")]
    pub types: Vec<TypeRow>,
    /// What its calls do.
    #[serde(default, rename = "call")]
    pub calls: Vec<CallRow>,
    /// How replies are read.
    #[serde(default, rename = "reply")]
    pub replies: Vec<ReplyRow>,
    /// Known and irrelevant: method or function names that neither lock nor lead to one. `strings.*` is every function
    /// of a package (in the model of the language).
    #[serde(default)]
    pub neutral: Vec<String>,
    /// How calls are written another way.
    #[serde(default, rename = "rewrite")]
    pub rewrites: Vec<RewriteRow>,
}

/// Head of a model file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientHead {
    /// Name for people.
    pub name: String,
    /// `go`, `typescript`, `rust`.
    pub language: String,
    /// Import paths; `*` stands for any characters but `/` (`github.com/redis/go-redis/v*`), a leading `**/` for any
    /// path. The first one gives types their canonical names. `std` models the language.
    pub packages: Vec<String>,
    /// Another model whose rows also hold here, with `drop_args` leading arguments gone (old majors without a context).
    #[serde(default)]
    pub inherits: Option<String>,
    /// See `inherits`. A row that names no context among those arguments (`NewScript(text)`) keeps them all.
    #[serde(default)]
    pub drop_args: usize,
    /// Whether a typed duration among a command's words is sent as the plain number that it is (nanoseconds, in Go).
    #[serde(default)]
    pub raw_durations: bool,
    /// Documentation address.
    #[serde(default)]
    pub docs: Option<String>,
    /// Objects that the packages export, by name → row name of their type (`kv = "Redis"`). A call of their methods may
    /// come as a function's (`@vercel/kv.kv.set`).
    #[serde(default)]
    pub globals: BTreeMap<String, String>,
    /// What is read there and is neither made by a call nor known as text (`"builtin.process.pid" = "per-process"`).
    #[serde(default)]
    pub values: BTreeMap<String, ValueKind>,
    /// Constants of the packages that stand for a text, or for a whole number written as one (`"TimeUnit.Seconds" = "EX"`).
    #[serde(default)]
    pub constants: BTreeMap<String, String>,
    /// Version and day the facts were checked against.
    pub checked: Checked,
    /// Words that must stand in a file for it to matter: at least one per way of locking. Kept narrow.
    #[serde(default)]
    pub triggers: Vec<String>,
    /// Words that much other code has, too (`.Eval(`): they count where some file of the package has one of `packages` or
    /// `companions`.
    #[serde(default, rename = "weak-triggers")]
    pub weak_triggers: Vec<String>,
    /// See `weak-triggers`.
    #[serde(default)]
    pub companions: Vec<String>,
    /// Words that begin like a companion and name nothing (`redistribute`).
    #[serde(default)]
    pub strangers: Vec<String>,
    /// Repairs in this client's idiom, by name of the phrase (`acquire-with-ttl`, `compare-and-delete`,
    /// `compare-and-expire`, `detached-release`, `fenced-write`, `token`).
    #[serde(default, deserialize_with = "shared")]
    pub phrases: Arc<BTreeMap<String, String>>,
}

/// Every site of a client's operation holds its phrases.
fn shared<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<BTreeMap<String, String>>, D::Error> {
    BTreeMap::deserialize(from).map(Arc::new)
}

/// Provenance.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checked {
    /// Version read.
    pub version: String,
    /// ISO day.
    pub on: String,
}

/// A type of the library.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeRow {
    /// Its name in the package; the first one is how rows call it, the rest behave alike. A name with a slash or `::` in
    /// it, and any name in the model of a language, is qualified by itself (`net/http.Client`, `string`). A class that
    /// TypeScript imports by default is `default` besides.
    pub names: Vec<String>,
    /// What it is: `client`, `pipeline`, `transaction`, `script`, `lock`, `reply`, `builder`, `flight`, `cache`, `other`.
    pub role: Role,
    /// Whether its methods change it and give it again (`pipe.set(k, v).expire(k, 30)`, `cmd.arg(k); cmd.arg(v);`), so
    /// that what one of them adds is there for whoever holds it. A command queued on such a type gives the queue, not a
    /// reply.
    #[serde(default)]
    pub chains: bool,
    /// Types of this file whose rows hold here too.
    #[serde(default)]
    pub like: Vec<String>,
    /// What sending the queue gives.
    #[serde(default)]
    pub flushed: Flushed,
    /// Fields that matter: name → access meaning (`timeout` of an HTTP client, say), or `type:<qualified name>`: the
    /// type of the field's value (`Request` of a gin context).
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}

/// What a type is for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Role {
    Client,
    /// Commands are queued and sent together, other clients may come between.
    Pipeline,
    /// Commands are queued and run as one step (MULTI/EXEC).
    Transaction,
    Script,
    Lock,
    Reply,
    Builder,
    Flight,
    Cache,
    Other,
}

/// What comes back when a queue is sent.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
pub enum Flushed {
    /// Nothing to read replies from.
    #[default]
    Nothing,
    /// The list of the replies, in order; it throws when one of them is an error.
    Values,
    /// A list of `[error, reply]`, in order; it does not throw for one of them.
    Pairs,
}

/// What a call does. Exactly one `does`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRow {
    /// Type it is a method of; absent: a package-level function.
    #[serde(default)]
    pub on: Option<String>,
    /// Its names. `()` is a call of the object itself. `*` (alone) is any method of `on` that no other row names. The word
    /// `$name` in a command stands for the name that was called, in upper case. A function's name is of the client's packages (`createClient`; with its
    /// type, if it is a constructor or static: `Redis.new`, `default.new`), unless it is qualified by itself: with a
    /// slash or `::` in it, or in the model of a language (`time.Sleep`). A method `drop` of a Rust type is what happens
    /// at the end of its scope and in `drop(x)`; a Rust variant with a payload is the function of its name
    /// (`SetExpiry.PX`).
    pub name: Vec<String>,
    /// Fewest arguments it takes, where names alone are ambiguous.
    #[serde(default)]
    pub min_args: usize,
    /// Most arguments it takes, where names alone are ambiguous.
    #[serde(default)]
    pub max_args: Option<usize>,
    /// Which argument is the context (`$1`), where there is one.
    #[serde(default)]
    pub context: Option<String>,
    /// Options that people write here and that this library passes over in silence (`$3.nx`, where it reads `$3.NX`).
    /// None of them is a word or a time of the command.
    #[serde(default)]
    pub ignored: Vec<String>,
    /// What it does.
    pub does: Does,
    /// Whether the shape alone is telling (`SetNX(ctx, k, v, ttl).Result()`): seen on an unknown receiver it is taken
    /// as `likely`. A lone `Get` or `Del` is not.
    #[serde(default)]
    pub distinctive: bool,
    /// Options of which each, written at the call, is as telling as a distinctive shape (`$3.NX` of `set`).
    #[serde(default)]
    pub telling: Vec<String>,
    /// A line of code that the front end must resolve to this row (a test runs every one).
    pub example: String,
}
