//! Contracts of lock libraries and caches, kinds of value, origins of contexts, readings of replies.

use serde::{Deserialize, Serialize};

use crate::does::{Path, TtlRow};

/// A lock library's acquire. The lock's facts come from the call or from the handle (`$0.key`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcquireRow {
    /// The key; a list of one is that one. Where it is an argument of a lock's method, it becomes the fact `key` of `$0`.
    pub key: Path,
    /// TTL.
    #[serde(default)]
    pub ttl: Option<TtlRow>,
    /// Token: `fresh` (per acquisition), `handle` (per object), `none`, or a path; where nothing was set at the path, it
    /// is fresh.
    #[serde(default)]
    pub token: Option<String>,
    /// Waiting: `none`, `bounded`, `context`, `forever`.
    pub waits: Waits,
    /// How often it tries again, where that can be chosen, at the first of these that says so: 0 waits for nothing, less
    /// for ever.
    #[serde(default)]
    pub retries: Vec<Path>,
    /// Where one of these is given, it does not wait for ever.
    #[serde(default)]
    pub limits: Vec<Path>,
    /// Whether the library renews by itself.
    #[serde(default)]
    pub renews: bool,
    /// How often, where that can be chosen; with `zero = "none"`, 0 is never.
    #[serde(default)]
    pub interval: Option<TtlRow>,
    /// Whether the same handle or token acquires again.
    #[serde(default)]
    pub reentrant: bool,
    /// A callback that runs while it is held, and is followed by the release. `value` in `won` is what it gives.
    #[serde(default)]
    pub runs: Option<Path>,
    /// What that callback is called with; the words of `won`, where `context` is one that ends when the lock is lost (an
    /// AbortSignal).
    #[serde(default)]
    pub passes: Vec<String>,
    /// Whether calling the `cancel` result gives the lock back.
    #[serde(default)]
    pub cancel_releases: bool,
    /// Whether that deletes the key whoever owns it, or compares and deletes in two steps.
    #[serde(default)]
    pub cancel_unguarded: bool,
    /// Whether it takes the key away from whoever holds it.
    #[serde(default)]
    pub steals: bool,
    /// Results by outcome; each word: `nil`, `true`, `false`, `error`, `error:<name>` (qualified, or of this client's
    /// package), `handle`, `context`, `cancel`, `value`, `unknown`. Where the call gives no results but throws, its one
    /// word is `raises`, or `raises:<name>` for an error of that class.
    pub won: Vec<String>,
    /// Somebody else holds it.
    pub lost: Vec<String>,
    /// The server could not be asked.
    pub failed: Vec<String>,
    /// Whether the results come as one list (`const [ok, release] = await …`).
    #[serde(default)]
    pub listed: bool,
    /// Type of `handle` among the results (row name).
    #[serde(default)]
    pub handle: Option<String>,
}

/// Waiting of an acquire.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Waits {
    None,
    Bounded,
    Context,
    Forever,
}

/// Release or renewal of a lock library.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandleRow {
    /// The key, when it is not the handle's.
    #[serde(default)]
    pub key: Option<Path>,
    /// Whether the owner is compared, in one step.
    pub guarded: bool,
    /// New TTL of a renewal.
    #[serde(default)]
    pub ttl: Option<TtlRow>,
    /// Results when it was ours, not ours, and when the server could not be asked. The words are those of
    /// [`AcquireRow::won`]; a renewal's `handle` is the one to use from now on.
    pub done: Vec<String>,
    /// See `done`.
    pub lost: Vec<String>,
    /// See `done`.
    pub failed: Vec<String>,
    /// Whether it throws or panics when the lock is not held.
    #[serde(default)]
    pub throws_unheld: bool,
    /// Type of `handle` among the results (row name).
    #[serde(default)]
    pub handle: Option<String>,
}

/// Cache operations.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum CacheOp {
    Get,
    Set,
    Delete,
    Load,
}

/// Who shares a cache.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum CacheScope {
    Shared,
    Process,
    Unknown,
}

/// Who waits for whom on a miss.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Coalesces {
    #[default]
    None,
    Process,
    Cluster,
}

/// What kind of value a call gives.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
pub enum ValueKind {
    /// New at every call: uuid, random bytes, ulid, xid.
    Fresh,
    /// The same for one process: pid, hostname, goroutine id.
    PerProcess,
    /// The variable `$1` of the environment: the same for one process, and by its name no other's.
    Environment,
    /// The clock.
    Clock,
    /// `fmt.Sprintf` and its kin: format in `$1`, parts in `$2...`.
    Format,
    /// Joins its arguments as text.
    Concat,
    /// Joins a list `$1` with a separator `$2`.
    Join,
    /// A pure function of its arguments (hashing, strconv, strings.ToLower).
    Pure,
    /// The whole number below `$1` (`Math.floor`).
    Floor,
    /// The text of `$1` (of `$0`, in a method without arguments), unchanged (`[]byte(s)`, `strconv.Itoa`, `fmt.Sprint`).
    Same,
    /// `$1` made a text: of nothing the word for it.
    Text,
    /// Its argument, which is not nil: `Some(x)`.
    Present,
    /// What a [`crate::Does::Tells`] row last told `$0`, where it is known.
    Told,
    /// The function `$1` with a promise in place of its callback; of a method, the one of that name and `Async`, which is also
    /// what `promisifyAll` adds to an object.
    Promisified,
    /// An error made here.
    Error,
    /// Whether `$1` is (or wraps) the error `$2`; with one argument, the error that a nil reply is.
    ErrorIs,
    /// Wraps the error in its last argument.
    WrapsError,
    /// Duration `$0` in whole seconds / milliseconds / … (`d.Seconds()`).
    DurationSeconds,
    /// See above.
    DurationMillis,
    /// See above.
    DurationNanos,
    /// A duration of `$1` hours / minutes / seconds / … (`Duration::from_secs(30)`).
    DurationOfHours,
    /// See above.
    DurationOfMinutes,
    /// See above.
    DurationOfSeconds,
    /// See above.
    DurationOfMillis,
    /// See above.
    DurationOfMicros,
    /// See above.
    DurationOfNanos,
    /// A duration from text.
    ParseDuration,
    /// A number of milliseconds from text (`ms('10s')`).
    ParseMillis,
    /// The unix time of `$0` in seconds.
    UnixSeconds,
    /// The unix time of `$0` in milliseconds.
    UnixMillis,
    /// The unix time of `$0` in nanoseconds.
    UnixNanos,
    /// A random number below `$1`.
    RandomBelow,
    /// A random number that tells two processes apart only by luck of few bits, or by the seed (`rand.Int()`).
    Random,
    /// The channel that closes when the context `$0` ends.
    ContextDone,
    /// Why the context `$0` ended.
    ContextError,
    /// The time `$0` plus the duration `$1`.
    TimeAdd,
    /// The duration from `$1` to `$0` or to now.
    Elapsed,
    /// A time of `$1` seconds since 1970.
    TimeOfUnix,
}

impl ValueKind {
    /// Whether it makes a duration of a number.
    #[must_use]
    pub fn makes_duration(self) -> bool {
        use ValueKind as V;
        matches!(
            self,
            V::DurationOfHours
                | V::DurationOfMinutes
                | V::DurationOfSeconds
                | V::DurationOfMillis
                | V::DurationOfMicros
                | V::DurationOfNanos
        )
    }
}

/// A context's origin.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextRow {
    /// `background`, `detached` (of `$1`), `derived` (of `from`), `request`.
    pub origin: ContextOrigin,
    /// The parent.
    #[serde(default)]
    pub from: Option<Path>,
    /// A time limit.
    #[serde(default)]
    pub timeout: Option<TtlRow>,
    /// Type of `handle` among the results (row name): an errgroup.
    #[serde(default)]
    pub handle: Option<String>,
    /// What the results are: of `context`, `cancel`, `handle`.
    pub gives: Vec<String>,
}

/// See [`ContextRow`].
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ContextOrigin {
    Background,
    Detached,
    Derived,
    Request,
}

/// How the reply of a command reads in code.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyRow {
    /// Its name in this file; also the name of the type, where the reply is an object.
    pub name: String,
    /// What the value is turned into.
    pub value: ReplyValue,
    /// What a nil reply is.
    pub nil: NilReply,
    /// The error that a nil reply is, when `nil = "error"` (qualified name, or a name of this client's package).
    #[serde(default)]
    pub nil_error: Option<String>,
    /// Results of the call itself, when it gives them directly: of `value`, `error`. Where there is no `error` among them
    /// in a language with exceptions, the call throws when it fails.
    #[serde(default)]
    pub direct: Vec<String>,
    /// For `declared`: kind of the type declared for the first result ([`crate::DECLARED`]) → name of the [`ReplyRow`]
    /// that its value and nil follow. A kind that is not listed is as `raw`, with `nil = "value"`.
    #[serde(default)]
    pub by_type: std::collections::BTreeMap<String, String>,
    /// Whether the call gives nothing itself: its last argument is a function that gets an error and the value.
    #[serde(default)]
    pub callback: bool,
    /// Methods of the reply object → what they give (`Result = ["value", "error"]`).
    #[serde(default)]
    pub accessors: std::collections::BTreeMap<String, Vec<String>>,
    /// Methods that read the value in another form: method → name of the [`ReplyRow`] (what they give is in
    /// `accessors`).
    #[serde(default)]
    pub reads_as: std::collections::BTreeMap<String, String>,
}

/// Forms of a reply's value.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ReplyValue {
    /// As it came.
    Raw,
    /// OK and 1 are true; nil and 0 false.
    Bool,
    /// As `bool` in some versions of the library, as `int` in others: it compares equal to `true` and to 1, to `false`
    /// and to 0.
    Flag,
    Int,
    Text,
    /// Nothing but the error.
    Nothing,
    /// What the code asks for by the type it declares: see [`ReplyRow::by_type`].
    Declared,
}

/// Forms of a nil reply.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum NilReply {
    /// A distinguished error.
    Error,
    /// A nil value, no error.
    Value,
    /// The zero value (false, 0, ""), no error.
    Zero,
}
