//! What a Lua script does, found out by running it.
//!
//! No text of any library is recognised. The script runs in a sandbox
//! ([`sandbox`]) on the tiny [`Server`](crate::Server) with the keys absent, ours,
//! and somebody else's, and the classification names what it was seen to do:
//! `world` builds the key spaces, `probe` runs the script in them, `decide` and
//! `acquire` compare what came out.

mod acquire;
mod cjson;
mod decide;
mod eval;
mod probe;
mod sandbox;
mod sha1;
mod text;
mod world;

pub use eval::Scripts;

/// How many `KEYS` and `ARGV` the call passes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScriptProbe {
    /// `None`: not known; as many as the text mentions.
    pub keys: Option<usize>,
    /// `None`: not known; as many as the text mentions.
    pub args: Option<usize>,
}

/// What one classification may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Lua instructions (and equivalent work of library functions) for one run.
    pub instructions: u64,
    /// The same for all runs of one classification together.
    pub total_instructions: u64,
    /// Bytes of Lua memory.
    pub memory: usize,
    /// Redis commands in one run.
    pub commands: usize,
    /// Bytes of script text.
    pub text: usize,
    /// Milliseconds of wall clock for the whole classification: the last resort,
    /// far beyond what any honest script needs.
    pub millis: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            instructions: 200_000,
            total_instructions: 4_000_000,
            memory: 8 << 20,
            commands: 2_000,
            text: 256 << 10,
            millis: 3_000,
        }
    }
}

/// A key as the script names it. Indices count from 0: `Key(0)` is `KEYS[1]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KeyRef {
    /// `KEYS[n + 1]`.
    Key(usize),
    /// `ARGV[n + 1]` used as a key name.
    Arg(usize),
    /// A name written in the script.
    Text(String),
    /// A name built from keys or arguments.
    Derived,
}

/// A value as the script names it. Indices count from 0: `Arg(0)` is `ARGV[1]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ArgRef {
    /// `ARGV[n + 1]`, alone or as a part of the value.
    Arg(usize),
    /// A value that depends on nothing the caller passes.
    Const(String),
    /// Anything else.
    Unknown,
}

/// The unit and kind of a TTL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    /// A duration in seconds.
    Seconds,
    /// A duration in milliseconds.
    Millis,
    /// A point in time, in seconds since the epoch.
    UnixSeconds,
    /// A point in time, in milliseconds since the epoch.
    UnixMillis,
}

/// The TTL a script was seen to set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptTtl {
    /// The unit of `value`.
    pub unit: TimeUnit,
    /// Where the number comes from.
    pub value: ArgRef,
}

/// What a bulk string reply holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkIs {
    /// The same text as `ARGV[n + 1]`.
    Arg(usize),
    /// Always this text.
    Text(String),
    /// Something that depends on the state.
    Other,
}

/// A script's reply in one situation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// This integer (also `true`, which is 1).
    Int(i64),
    /// An integer that depends on the state, such as a remaining TTL.
    Number,
    /// A status such as `OK`.
    Status(String),
    /// A string.
    Bulk(BulkIs),
    /// Nil (also `false`, and a script that returns nothing).
    Nil,
    /// An array.
    List,
    /// An error reply, returned or raised.
    Error,
    /// The situation did not arise, or nothing can be said.
    Other,
}

/// What the writes of a [`ScriptClass::GuardedWrite`] depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GuardKind {
    /// The guard key must hold exactly the caller's value.
    Equal,
    /// The caller's number must not be below (or above) the one held: a version,
    /// timestamp or fencing token.
    Version,
}

/// What a script does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptClass {
    /// Set-if-absent in one atomic step: takes the key when absent, leaves
    /// somebody else's alone.
    Acquire {
        key: KeyRef,
        /// The value that tells owners apart.
        token: ArgRef,
        /// `None`: the key never expires. A time that the script stores and compares
        /// by itself, with no expiry of Redis', is `Some` with an unknown value.
        ttl: Option<ScriptTtl>,
        /// The same caller wins again while it holds the key.
        reentrant: bool,
        /// A loser's call prolongs (or otherwise moves) the holder's expiry.
        loser_extends: bool,
        won: Reply,
        lost: Reply,
    },
    /// Deletes the key (or the caller's part of it).
    Release {
        key: KeyRef,
        /// `Some`: only when the key holds this.
        guard: Option<ArgRef>,
        /// Keys written in the same step: hand-over queues, results, counters.
        also_writes: Vec<KeyRef>,
        won: Reply,
        /// The key was somebody else's.
        lost: Reply,
        /// The key was not there.
        absent: Reply,
    },
    /// Moves the expiry of a key that is there.
    Renew {
        key: KeyRef,
        /// `Some`: only when the key holds this.
        guard: Option<ArgRef>,
        ttl: Option<ScriptTtl>,
        /// Makes the key when absent.
        creates: bool,
        won: Reply,
        /// With a guard: the key was somebody else's. Without: it was not there.
        lost: Reply,
    },
    /// Takes the key when absent, prolongs it when it is the caller's, leaves
    /// somebody else's alone.
    AcquireOrRenew {
        key: KeyRef,
        token: ArgRef,
        ttl: Option<ScriptTtl>,
        /// Counts its acquisitions, so releases must match in number.
        reentrant: bool,
        won: Reply,
        lost: Reply,
    },
    /// Writes only while the guard holds; what is written may be the guard key
    /// itself (compare-and-set).
    GuardedWrite { guard_key: KeyRef, guard: ArgRef, kind: GuardKind, writes: Vec<KeyRef>, won: Reply, lost: Reply },
    /// Counts calls: rate limiters, semaphores by count, epochs.
    Counter { key: KeyRef, ttl: Option<ScriptTtl> },
    /// Changes nothing that was seen, and reads.
    Read { keys: Vec<KeyRef> },
    /// Writes, in no pattern above.
    Write { keys: Vec<KeyRef> },
    /// Calls no command that touches a key.
    Nothing,
    /// Could not be run to its end.
    NotUnderstood { why: String },
}

/// What the script does, decided by running it.
pub fn classify(text: &str, probe: ScriptProbe, limits: Limits) -> ScriptClass {
    apart(text, None, probe, &[], limits)
}

/// The same, where the call site writes some arguments down: a script may choose what
/// it does by a word such as `"renew"`. `fixed` is by index into `ARGV`; numbers in it
/// make no difference.
pub fn classify_call(text: &str, probe: ScriptProbe, fixed: &[Option<&str>], limits: Limits) -> ScriptClass {
    apart(text, None, probe, fixed, limits)
}

/// The same for one function of a FUNCTION library (`#!lua name=…`).
pub fn classify_function(library: &str, name: &str, probe: ScriptProbe, limits: Limits) -> ScriptClass {
    apart(library, Some(name), probe, &[], limits)
}

/// Runs on a thread of its own: its stack holds Lua's deepest nesting whatever the
/// caller's stack is, and a panic there would not be the caller's.
fn apart(
    text: &str,
    function: Option<&str>,
    probe: ScriptProbe,
    fixed: &[Option<&str>],
    limits: Limits,
) -> ScriptClass {
    let not = |why: &str| ScriptClass::NotUnderstood { why: why.to_owned() };
    std::thread::scope(|scope| {
        let worker =
            std::thread::Builder::new().name("lua".to_owned()).stack_size(16 << 20).spawn_scoped(scope, || {
                decide::decide(text, function, probe, fixed, limits)
                    .unwrap_or_else(|refused| ScriptClass::NotUnderstood { why: refused.0 })
            });
        match worker.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(class)) => class,
            Ok(Err(_)) => not("the sandbox failed"),
            Err(_) => not("no thread for the sandbox"),
        }
    })
}
