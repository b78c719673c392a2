//! What one call does: the forms of `does`, words, times and keys.

use serde::Deserialize;

use crate::contract::{AcquireRow, CacheOp, CacheScope, Coalesces, ContextRow, HandleRow, ValueKind};

/// Access path: `$1` (first argument), `$0` (receiver), `$3...` (third and rest), `$4.Field`, `$ret`. A field of `$0`
/// may be a fact that a [`Does::Makes`], [`Does::Option`] or [`Does::Sets`] row left on the object (`$0.ttl`). Lists among
/// the rest are flat; a function among them (a callback) is none of the words.
pub type Path = String;

/// The forms of `does`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// Sends a command at once (queues it, on a pipeline).
    Command {
        /// The words in order.
        words: Vec<WordRow>,
        /// Name of the [`crate::ReplyRow`].
        reply: String,
        /// Queued on `$0` until a [`Does::Flushes`] row, though `$0` is no pipeline.
        #[serde(default)]
        queued: bool,
    },
    /// Makes a command value that something else executes.
    MakesCommand {
        /// The words in order.
        words: Vec<WordRow>,
        /// Where the reply is stored, for out-parameters (`$1`).
        #[serde(default)]
        out: Option<Path>,
        /// Row name of the builder type it gives, whose [`Does::Pushes`] rows add words. They give that type again.
        #[serde(default, rename = "type")]
        ty: Option<String>,
    },
    /// Makes a command value that runs a Lua script when something executes it.
    MakesEval {
        /// See [`Does::Eval`].
        script: Path,
        /// See [`Does::Eval`].
        keys: KeysRow,
        /// The arguments.
        args: Path,
        /// Where the reply is stored, for out-parameters (`$1`).
        #[serde(default)]
        out: Option<Path>,
    },
    /// Continues a builder on `$0`: pushes words. On a queue, they go to the command that [`Does::Begins`] began.
    Pushes {
        /// The words in order.
        words: Vec<WordRow>,
    },
    /// Begins a command on the queue `$0`, and gives the queue again; the next command, or a [`Does::Flushes`], ends it
    /// (`pipe.cmd("SET").arg(key)`).
    Begins {
        /// Its first words.
        words: Vec<WordRow>,
    },
    /// Adds to lists that `$0` keeps, and gives `$0` again (`invocation.key(k).arg(token)`).
    Appends {
        /// Fact → what is added to it; lists among it are flat.
        lists: std::collections::BTreeMap<String, Path>,
    },
    /// Makes `$0` an object of another type, and gives it again (`pipe.atomic()`).
    Becomes {
        /// The type's row name.
        #[serde(rename = "type")]
        ty: String,
    },
    /// Executes command value(s).
    Executes {
        /// Where the command is.
        command: Path,
        /// Name of the [`crate::ReplyRow`].
        reply: String,
    },
    /// Runs a Lua script.
    Eval {
        /// Its text, its hash (the reply of a `SCRIPT LOAD`), or the script object.
        script: Path,
        /// The keys: a list, or a count followed by the words (`numkeys`).
        keys: KeysRow,
        /// The arguments.
        args: Path,
        /// Name of the [`crate::ReplyRow`].
        reply: String,
    },
    /// Gives `$0` (and with it every object of its type) a method that runs a Lua script on its arguments.
    DefinesCommand {
        /// The method's name.
        name: Path,
        /// The script's text.
        script: Path,
        /// How many of the arguments are keys; where nothing stands at the path, the first argument says it.
        keys: Path,
        /// Name of the [`crate::ReplyRow`].
        reply: String,
    },
    /// Makes an object of a type.
    Makes {
        /// The type's row name.
        #[serde(rename = "type")]
        ty: String,
        /// Facts kept on the object, by name (`text` of a script, `key` of a lock handle, `ttl`, `options`). What the
        /// [`Does::Option`] values in `options` set become facts of the object too.
        #[serde(default)]
        keeps: std::collections::BTreeMap<String, Path>,
        /// Scripts that the object has as methods from the start.
        #[serde(default)]
        defines: Option<DefinesRow>,
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
        /// Row names of the types of what it gets; absent: one `Tx`.
        #[serde(default)]
        gets: Vec<String>,
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
    /// A method that sets facts on `$0` (`lock.SetExpire(10)`).
    Sets {
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
    /// Gives a function that does what `function` does and coalesces its calls in one process by their arguments
    /// (memoizers).
    MakesFlight {
        /// The work.
        function: Path,
        /// Whether a failed flight stays for later callers.
        #[serde(default)]
        keeps_failures: bool,
    },
    /// Makes later callers of a flight start a new one beside it.
    Forgets {
        /// The key.
        key: Path,
    },
    /// Opens a subscription; it holds only once a first [`Does::Waits`] on it returned.
    Subscribes {
        /// The channels or patterns.
        channels: Path,
        /// Row name of the type it gives; absent: the subscription is on `$0`.
        #[serde(default, rename = "type")]
        ty: Option<String>,
        /// A function that gets the messages: while the call blocks, or, where calls give promises, from then on.
        #[serde(default)]
        function: Option<Path>,
    },
    /// Waits for a message, or (`gives = ["channel"]`) gives the channel that brings them.
    Waits {
        /// Its own time limit; absent: none.
        #[serde(default)]
        timeout: Option<TtlRow>,
        /// What the results are: of `value`, `error`, `channel`.
        gives: Vec<String>,
        /// The first one after a subscription gives its confirmation.
        #[serde(default)]
        confirms: bool,
        /// The call gives a future: who awaits it waits, and says for how long.
        #[serde(default)]
        future: bool,
    },
    /// Stops the timer, ticker or renewal that `$0` is.
    Stops,
    /// Stops the timer, ticker or renewal that a value is (`clearInterval(t)`), or, where the value is the receiver, ends
    /// that context or task, which tells whoever works under it (`c.abort()`).
    Cancels {
        /// The value.
        handle: Path,
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
        /// Name of the [`crate::ReplyRow`] that the results follow.
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
    /// Throws unless what it is given holds (`assert(ok)`), or is equal to something (`assert.equal(reply, 'OK')`).
    Asserts {
        /// What must hold.
        holds: Path,
        /// What it must be equal to.
        #[serde(default)]
        equals: Option<Path>,
    },
    /// Says something to whoever looks or listens: sets a flag, sends a value. No work, and no wait.
    Tells,
    /// Waits for a future, or calls an asynchronous function, and gives its result in another one: an error when a time
    /// was over first and the future was dropped.
    Limits {
        /// The future, or the function.
        future: Path,
        /// The time.
        #[serde(default)]
        time: Option<TtlRow>,
    },
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
        /// Whether it runs again each time that `after` has passed, until its result is stopped.
        #[serde(default)]
        repeats: bool,
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
    /// Runs a function inside a transaction of a database, and commits when it returns without an error.
    Transacts {
        /// The function.
        function: Path,
    },
    /// Opens a transaction of a database.
    BeginsTransaction {
        /// Row name of the type it gives; absent: `$0` is in the transaction from now on.
        #[serde(default, rename = "type")]
        ty: Option<String>,
        /// Whether a second result is an error.
        #[serde(default)]
        error: bool,
    },
    /// Ends the transaction that `$0` is.
    EndsTransaction {
        /// Whether what was done in it stays.
        commits: bool,
    },
    /// Remote work that a client-side limit bounds; counts as slow work in a critical section.
    Remote {
        /// Field of `$0` that holds its timeout.
        #[serde(default)]
        timeout: Option<TtlRow>,
        /// A statement of SQL that it sends: one that begins or ends a transaction does that, too.
        #[serde(default)]
        sql: Option<Path>,
        /// Row name of the type it gives.
        #[serde(default, rename = "type")]
        ty: Option<String>,
    },
}

/// One or more words of a command vector.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum WordRow {
    /// A literal word, a path (`$2`, `$3...`), or `$name` (see [`crate::CallRow::name`]). A command value at the path (an
    /// options object, `SetExpiry::PX(30000)`) stands for its words.
    Text(String),
    /// A time: becomes `PX <ttl>` (or nothing when it folds to `zero`), in the unit that `word` stands for.
    Ttl(TtlRow),
    /// A flag argument that is a word when true: `{ when = "$4.KeepTTL", word = "KEEPTTL" }`.
    When {
        /// The condition.
        when: Path,
        /// The word.
        word: String,
    },
    /// A word argument that is left out when it is an empty string or nil: `{ optional = "$4.Mode" }`.
    Optional {
        /// Where it is.
        optional: Path,
    },
    /// Words by the text of an argument, none where it is not given: `{ map = "$3.conditionalSet", words = {
    /// onlyIfDoesNotExist = ["NX"] } }`. A text that is not listed is a word nobody knows.
    Map {
        /// The argument.
        map: Path,
        /// Text → the words, paths among them.
        words: std::collections::BTreeMap<String, Vec<String>>,
    },
}

/// A time argument.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TtlRow {
    /// Where it is.
    pub ttl: Path,
    /// Its unit: `duration` (typed), `s`, `ms`, `ns`, `unix-s`, `unix-ms`, `time` (a point in time), `text` (`30s`, or a
    /// number of ms), `word` (what `word` stands for, where that is a path).
    pub unit: Unit,
    /// What 0 means: `none` (no expiry), `error`, `default`, `literal`.
    #[serde(default)]
    pub zero: Zero,
    /// Used when it is not given, in ms.
    #[serde(default)]
    pub default_ms: Option<u64>,
    /// The word that goes before it (`PX` when absent): `EX`, `PX`, `EXAT`, `PXAT`, or the path of an argument that is one
    /// of them (`$3.expiration.type`; with `unit = "word"`). Empty: none, the number alone, in milliseconds (so the
    /// command is `PEXPIRE`, `PSETEX`, `PEXPIREAT`).
    #[serde(default)]
    pub word: Option<String>,
    /// Added by the library, in ms.
    #[serde(default)]
    pub plus_ms: u64,
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
    Text,
    Word,
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

/// Scripts that an object has as methods: an object of definitions, by the names of the methods.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefinesRow {
    /// Where the definitions are.
    pub each: Path,
    /// A method of the object's type that takes a name and one definition: its [`Does::DefinesCommand`] row reads each.
    pub by: String,
}

/// Where a script's keys are.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum KeysRow {
    /// A list value; a text is one key.
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
