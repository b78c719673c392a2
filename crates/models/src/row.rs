//! The rows of a model file: what one call of a client library means.
//!
//! A row says which Redis command vector a call sends, or, for a lock library, which contract it keeps. It never says
//! what a command means: that is `dogpile-redis`'s table.

use serde::Deserialize;

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
    /// Known and irrelevant: method or function names that neither lock nor lead to one.
    #[serde(default)]
    pub neutral: Vec<String>,
}

/// Head of a model file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientHead {
    /// Name for people.
    pub name: String,
    /// `go`, `typescript`, `rust`.
    pub language: String,
    /// Import paths; `*` stands for any characters but `/` (`github.com/redis/go-redis/v*`). `std` models the language.
    pub packages: Vec<String>,
    /// Another model whose rows also hold here, with `drop_args` leading arguments gone (old majors without a context).
    #[serde(default)]
    pub inherits: Option<String>,
    /// See `inherits`.
    #[serde(default)]
    pub drop_args: usize,
    /// Documentation address.
    #[serde(default)]
    pub docs: Option<String>,
    /// Version and day the facts were checked against.
    pub checked: Checked,
    /// Words that must stand in a file for it to matter: at least one per way of locking. Kept narrow.
    #[serde(default)]
    pub triggers: Vec<String>,
    /// Repairs in this client's idiom, by name of the phrase (`acquire-with-ttl`, `compare-and-delete`,
    /// `compare-and-expire`, `detached-release`, `fenced-write`, `token`).
    #[serde(default)]
    pub phrases: std::collections::BTreeMap<String, String>,
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
    /// Its name in the package; the first one is how rows call it, the rest behave alike.
    pub names: Vec<String>,
    /// What it is: `client`, `pipeline`, `transaction`, `script`, `lock`, `reply`, `builder`, `flight`, `cache`, `other`.
    pub role: Role,
    /// Types of this file whose rows hold here too.
    #[serde(default)]
    pub like: Vec<String>,
    /// Fields that matter: name → access meaning (`timeout` of an HTTP client, say).
    #[serde(default)]
    pub fields: std::collections::BTreeMap<String, String>,
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

/// What a call does. Exactly one `does`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRow {
    /// Type it is a method of; absent: a package-level function.
    #[serde(default)]
    pub on: Option<String>,
    /// Its names.
    pub name: Vec<String>,
    /// Fewest arguments it takes, where names alone are ambiguous.
    #[serde(default)]
    pub min_args: usize,
    /// Which argument is the context (`$1`), where there is one.
    #[serde(default)]
    pub context: Option<String>,
    /// What it does.
    pub does: Does,
    /// Whether the shape alone is telling (`SetNX(ctx, k, v, ttl).Result()`): seen on an unknown receiver it is taken
    /// as `likely`. A lone `Get` or `Del` is not.
    #[serde(default)]
    pub distinctive: bool,
    /// A line of code that the front end must resolve to this row (a test runs every one).
    pub example: String,
}

/// Access path: `$1` (first argument), `$0` (receiver), `$3...` (third and rest), `$4.Field`, `$ret`.
pub type Path = String;

/// The forms of `does`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// Sends a command at once (queues it, on a pipeline).
    Command {
        /// The words in order.
        words: Vec<WordRow>,
        /// Name of the [`ReplyRow`].
        reply: String,
    },
    /// Makes a command value that something else executes.
    MakesCommand {
        /// The words in order.
        words: Vec<WordRow>,
        /// Where the reply is stored, for out-parameters (`$1`).
        #[serde(default)]
        out: Option<Path>,
    },
    /// Continues a builder on `$0`: pushes words.
    Pushes {
        /// The words in order.
        words: Vec<WordRow>,
    },
    /// Executes command value(s).
    Executes {
        /// Where the command is.
        command: Path,
        /// Name of the [`ReplyRow`].
        reply: String,
    },
    /// Runs a Lua script.
    Eval {
        /// Its text, or the script object.
        script: Path,
        /// The keys: a list, or a count followed by the words (`numkeys`).
        keys: KeysRow,
        /// The arguments.
        args: Path,
        /// Name of the [`ReplyRow`].
        reply: String,
    },
    /// Makes an object of a type.
    Makes {
        /// The type's row name.
        #[serde(rename = "type")]
        ty: String,
        /// Facts kept on the object, by name (`text` of a script, `key` of a lock handle, `ttl`, `options`).
        #[serde(default)]
        keeps: std::collections::BTreeMap<String, Path>,
        /// Whether a second result is an error.
        #[serde(default)]
        error: bool,
    },
    /// Runs a function with a new pipeline or transaction and then sends what it queued.
    RunsQueued {
        /// The function.
        function: Path,
        /// Type of what it gets.
        #[serde(rename = "type")]
        ty: String,
    },
    /// WATCH keys, then run a function.
    Watches {
        /// The function.
        function: Path,
        /// The keys.
        keys: Path,
    },
    /// Sends what was queued on `$0`.
    Flushes,
    /// An option value: facts it sets, by name.
    Option {
        /// Name → where the value is.
        sets: std::collections::BTreeMap<String, Path>,
    },
    /// Takes a lock.
    Acquire(AcquireRow),
    /// Gives it back.
    Release(HandleRow),
    /// Extends it.
    Renew(HandleRow),
    /// A coalescing call in one process.
    Flight {
        /// Key, if it has one.
        #[serde(default)]
        key: Option<Path>,
        /// The work.
        function: Path,
        /// Whether a failed flight stays for later callers.
        #[serde(default)]
        keeps_failures: bool,
        /// Whether each caller can leave on its own context (DoChan).
        #[serde(default)]
        detachable: bool,
        /// What the results are: of `value`, `error`, `shared`, `channel`.
        gives: Vec<String>,
    },
    /// A cache call.
    Cache {
        /// `get`, `set`, `delete`, `load` (get, or compute with `function` and set).
        op: CacheOp,
        /// Key.
        key: Path,
        /// The loader, for `load`.
        #[serde(default)]
        function: Option<Path>,
        /// TTL with its unit.
        #[serde(default)]
        ttl: Option<TtlRow>,
        /// `shared`, `process`, `unknown`.
        scope: CacheScope,
        /// Who waits for whom: `none`, `process`, `cluster`.
        #[serde(default)]
        coalesces: Coalesces,
        /// What the results are.
        #[serde(default)]
        gives: Vec<String>,
    },
    /// Turns a reply value into another form: `redis.String(reply, err)`.
    Converts {
        /// The reply.
        reply: Path,
        /// Its error.
        error: Path,
        /// Name of the [`ReplyRow`] that the results follow.
        to: String,
    },
    /// The value it gives.
    Value(ValueKind),
    /// Blocks for at least this long.
    Sleeps {
        /// How long.
        time: TtlRow,
    },
    /// A context: where it comes from.
    Context(ContextRow),
    /// Does not return: the process or goroutine ends.
    NoReturn,
    /// Ends the process abnormally in this goroutine only (panic).
    Panics,
    /// Calls a function argument once, before it returns (`once.Do(f)`, retry helpers).
    Calls {
        /// The function.
        function: Path,
        /// How often it may run: absent is once.
        #[serde(default)]
        many: bool,
    },
    /// Runs a function argument concurrently (`pool.Submit(f)`, `time.AfterFunc(d, f)`, `errgroup.Go(f)`).
    Spawns {
        /// The function.
        function: Path,
        /// After what time.
        #[serde(default)]
        after: Option<TtlRow>,
        /// Whether `$0` can be waited for.
        #[serde(default)]
        joinable: bool,
    },
    /// Waits for what was spawned on `$0`.
    Joins,
    /// A timer or ticker channel.
    Timer {
        /// Period or delay.
        time: TtlRow,
        /// Whether it repeats.
        #[serde(default)]
        periodic: bool,
    },
    /// Remote work that a client-side limit bounds; counts as slow work in a critical section.
    Remote {
        /// Field of `$0` that holds its timeout.
        #[serde(default)]
        timeout: Option<TtlRow>,
    },
}

/// One or more words of a command vector.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum WordRow {
    /// A literal word, or a path (`$2`, `$3...`).
    Text(String),
    /// A TTL: becomes `PX <ttl>` (or nothing when it folds to `zero`).
    Ttl(TtlRow),
    /// A flag argument that is a word when true: `{ when = "$4.KeepTTL", word = "KEEPTTL" }`.
    When {
        /// The condition.
        when: Path,
        /// The word.
        word: String,
    },
    /// A word argument that is left out when it is an empty string: `{ optional = "$4.Mode" }`.
    Optional {
        /// Where it is.
        optional: Path,
    },
}

/// A time argument.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TtlRow {
    /// Where it is.
    pub ttl: Path,
    /// Its unit: `duration` (typed), `s`, `ms`, `ns`, `unix-s`, `unix-ms`, `time` (a point in time).
    pub unit: Unit,
    /// What 0 means: `none` (no expiry), `error`, `default`, `literal`.
    #[serde(default)]
    pub zero: Zero,
    /// Used when it is not given, in ms.
    #[serde(default)]
    pub default_ms: Option<u64>,
    /// The word that goes before it (`PX` when absent): `EX`, `PX`, `EXAT`.
    #[serde(default)]
    pub word: Option<String>,
}

/// Units of time arguments.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Unit {
    Duration,
    S,
    Ms,
    Ns,
    UnixS,
    UnixMs,
    Time,
}

/// What a zero time means.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Zero {
    None,
    Error,
    Default,
    #[default]
    Literal,
}

/// Where a script's keys are.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum KeysRow {
    /// A list value.
    List(Path),
    /// A count, followed by keys and then arguments in one flat list.
    Flat {
        /// The count.
        count: Path,
    },
    /// Fixed when the script was made: the object's `keys` fact counts them, they lead `args`.
    Kept {
        /// Name of the fact.
        kept: String,
    },
}

/// A lock library's acquire. The lock's facts come from the call or from the handle (`$0.key`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcquireRow {
    /// The key.
    pub key: Path,
    /// TTL.
    #[serde(default)]
    pub ttl: Option<TtlRow>,
    /// Token: `fresh` (per acquisition), `handle` (per object), `none`, or a path.
    #[serde(default)]
    pub token: Option<String>,
    /// Waiting: `none`, `bounded`, `context`, `forever`.
    pub waits: Waits,
    /// Whether the library renews by itself.
    #[serde(default)]
    pub renews: bool,
    /// Whether the same handle or token acquires again.
    #[serde(default)]
    pub reentrant: bool,
    /// A callback that runs while it is held, and is followed by the release.
    #[serde(default)]
    pub runs: Option<Path>,
    /// Results by outcome; each word: `nil`, `true`, `false`, `error`, `error:<qualified name>`, `handle`, `context`,
    /// `cancel`, `value`, `unknown`.
    pub won: Vec<String>,
    /// Somebody else holds it.
    pub lost: Vec<String>,
    /// The server could not be asked.
    pub failed: Vec<String>,
    /// Type of `handle` among the results (row name).
    #[serde(default)]
    pub handle: Option<String>,
}

/// Waiting of an acquire.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash)]
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
    /// Results when it was ours, not ours, and when the server could not be asked.
    pub done: Vec<String>,
    /// See `done`.
    pub lost: Vec<String>,
    /// See `done`.
    pub failed: Vec<String>,
    /// Whether it throws or panics when the lock is not held.
    #[serde(default)]
    pub throws_unheld: bool,
}

/// Cache operations.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum CacheOp {
    Get,
    Set,
    Delete,
    Load,
}

/// Who shares a cache.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum CacheScope {
    Shared,
    Process,
    Unknown,
}

/// Who waits for whom on a miss.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Hash)]
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
    /// The text of `$1`, unchanged (`[]byte(s)`, `strconv.Itoa`, `fmt.Sprint`).
    Same,
    /// An error made here.
    Error,
    /// Whether `$1` is (or wraps) the error `$2`.
    ErrorIs,
    /// Wraps the error in its last argument.
    WrapsError,
    /// Duration `$0` in whole seconds / milliseconds / … (`d.Seconds()`).
    DurationSeconds,
    /// See above.
    DurationMillis,
    /// See above.
    DurationNanos,
    /// A duration from text.
    ParseDuration,
    /// The unix time of `$0` in seconds.
    UnixSeconds,
    /// The unix time of `$0` in milliseconds.
    UnixMillis,
    /// The unix time of `$0` in nanoseconds.
    UnixNanos,
    /// A random number below `$1`.
    RandomBelow,
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
    /// What the results are: of `context`, `cancel`.
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
    /// The error that a nil reply is, when `nil = "error"` (qualified name).
    #[serde(default)]
    pub nil_error: Option<String>,
    /// Results of the call itself, when it gives them directly: of `value`, `error`.
    #[serde(default)]
    pub direct: Vec<String>,
    /// Methods of the reply object → what they give (`Result = ["value", "error"]`).
    #[serde(default)]
    pub accessors: std::collections::BTreeMap<String, Vec<String>>,
    /// Methods that read the value in another form: method → name of the [`ReplyRow`].
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
    Int,
    Text,
    /// Nothing but the error.
    Nothing,
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
