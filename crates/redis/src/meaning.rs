//! From a command vector to what it means.

use std::ops::Range;

use crate::command::{Does, Keys, row};
use crate::forms::{delex, eval, expire, getex, msetex, streams};
use crate::set::set_options;

/// One word of a command vector as far as the caller could fold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word<'a> {
    /// The word's text is known.
    Lit(&'a str),
    /// There is a word here whose text is not known.
    Hole,
}

impl<'a> Word<'a> {
    /// The text, when known.
    pub fn text(self) -> Option<&'a str> {
        match self {
            Word::Lit(text) => Some(text),
            Word::Hole => None,
        }
    }

    pub(crate) fn is(self, name: &str) -> bool {
        self.text().is_some_and(|text| text.eq_ignore_ascii_case(name))
    }

    pub(crate) fn number(self) -> Option<usize> {
        self.text().and_then(|text| text.trim().parse().ok())
    }
}

/// Where a TTL comes from: the index of the word that holds the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TtlArg {
    /// The command gives none: a new value lives for ever.
    Absent,
    /// A duration in seconds (EX, EXPIRE, SETEX).
    Seconds(usize),
    /// A duration in milliseconds (PX, PEXPIRE, PSETEX).
    Millis(usize),
    /// A point in time, in seconds since the epoch (EXAT, EXPIREAT).
    UnixSeconds(usize),
    /// A point in time, in milliseconds since the epoch (PXAT, PEXPIREAT).
    UnixMillis(usize),
    /// KEEPTTL: what the old value had; a new key has none.
    Keep,
    /// A word that could not be folded may give one.
    Unknown,
}

impl TtlArg {
    /// The word that holds the number, if there is one.
    pub fn word(self) -> Option<usize> {
        match self {
            TtlArg::Seconds(at) | TtlArg::Millis(at) | TtlArg::UnixSeconds(at) | TtlArg::UnixMillis(at) => Some(at),
            TtlArg::Absent | TtlArg::Keep | TtlArg::Unknown => None,
        }
    }
}

/// The condition of a SET; indices are of the word compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetWhen {
    /// Unconditional.
    Always,
    /// NX.
    IfAbsent,
    /// XX.
    IfPresent,
    /// IFEQ: only over this value; never creates the key.
    IfEqual(usize),
    /// IFNE: over any other value, and on an absent key.
    IfNotEqual(usize),
    /// IFDEQ: as IFEQ, by digest.
    IfDigestEqual(usize),
    /// IFDNE: as IFNE, by digest.
    IfDigestNotEqual(usize),
    /// A word that could not be folded may be the condition.
    Unknown,
}

/// The condition of a delete; indices are of the word compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DelWhen {
    /// Unconditional: DEL, UNLINK, GETDEL, and DELEX with no condition.
    Always,
    /// DELEX … IFEQ or IFDEQ, DELIFEQ.
    IfEqual(usize),
    /// DELEX … IFNE or IFDNE.
    IfNotEqual(usize),
    /// The condition could not be folded.
    Unknown,
}

/// The condition of EXPIRE and its kin (since Redis 7.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpireWhen {
    /// No option.
    Always,
    /// Only when the key has no expiry.
    Nx,
    /// Only when the key has one.
    Xx,
    /// Only when the new one is later.
    Gt,
    /// Only when the new one is earlier.
    Lt,
    /// The option could not be folded.
    Unknown,
}

/// What a command does, in the terms locks are made of. Numbers are indices of
/// words in the vector given to [`meaning`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// SET and its older kin: SETNX, SETEX, PSETEX, GETSET, MSETNX, MSETEX (the
    /// last two by their first pair).
    Set {
        key: usize,
        value: usize,
        ttl: TtlArg,
        when: SetWhen,
        get: bool,
    },
    /// EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT, GETEX with a TTL.
    Expire {
        key: usize,
        ttl: TtlArg,
        when: ExpireWhen,
    },
    /// PERSIST, GETEX … PERSIST.
    Persist {
        key: usize,
    },
    /// DEL, UNLINK, GETDEL, DELEX, DELIFEQ.
    Delete {
        keys: Vec<usize>,
        when: DelWhen,
    },
    /// Commands that change nothing.
    Read {
        keys: Vec<usize>,
    },
    /// INCR, HINCRBY, ZINCRBY and their kin.
    Increment {
        key: usize,
    },
    /// Other writes.
    Write {
        keys: Vec<usize>,
    },
    /// HSETNX.
    HashSetIfAbsent {
        key: usize,
        field: usize,
        value: usize,
    },
    /// LPOP, BLPOP, LMOVE and their kin; `timeout` is the word that holds seconds.
    ListPop {
        key: usize,
        timeout: Option<usize>,
        blocking: bool,
    },
    /// SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE.
    Subscribe {
        channels: Vec<usize>,
    },
    /// PUBLISH, SPUBLISH.
    Publish {
        channel: usize,
    },
    /// EVAL, EVALSHA, FCALL and their read-only kin. When the number of keys is
    /// not a literal, `keys` is empty, `args` is everything after it, and
    /// `counted` is false.
    Eval {
        /// The script's text, its hash (`by_sha`) or its name (`function`).
        script: usize,
        keys: Range<usize>,
        args: Range<usize>,
        by_sha: bool,
        function: bool,
        counted: bool,
    },
    Multi,
    Exec,
    Discard,
    Watch {
        keys: Vec<usize>,
    },
    Unwatch,
    /// PING, INFO, SELECT and the like: no key is concerned.
    Neutral,
    /// Not a command we know, or not a vector the server would accept.
    Unknown,
}

impl Meaning {
    /// The words that are keys, channels left out.
    pub fn keys(&self) -> Vec<usize> {
        match self {
            Meaning::Set { key, .. }
            | Meaning::Expire { key, .. }
            | Meaning::Persist { key }
            | Meaning::Increment { key }
            | Meaning::HashSetIfAbsent { key, .. }
            | Meaning::ListPop { key, .. } => vec![*key],
            Meaning::Delete { keys, .. }
            | Meaning::Read { keys }
            | Meaning::Write { keys }
            | Meaning::Watch { keys } => keys.clone(),
            Meaning::Eval { keys, .. } => keys.clone().collect(),
            Meaning::Subscribe { .. }
            | Meaning::Publish { .. }
            | Meaning::Multi
            | Meaning::Exec
            | Meaning::Discard
            | Meaning::Unwatch
            | Meaning::Neutral
            | Meaning::Unknown => Vec::new(),
        }
    }
}

/// The meaning of a command vector. Names and options in any case, options in any
/// order.
pub fn meaning(words: &[Word<'_>]) -> Meaning {
    let Some(Word::Lit(name)) = words.first() else {
        return Meaning::Unknown;
    };
    let name = name.trim().to_ascii_uppercase();
    special(&name, words).unwrap_or_else(|| by_table(&name, words))
}

fn by_table(name: &str, words: &[Word<'_>]) -> Meaning {
    let Some((does, spec)) = row(name) else {
        return Meaning::Unknown;
    };
    if does == Does::Neutral {
        return Meaning::Neutral;
    }
    let Some(keys) = key_words(spec, words) else {
        return Meaning::Unknown;
    };
    match does {
        Does::Read => Meaning::Read { keys },
        Does::Write => Meaning::Write { keys },
        Does::Delete => Meaning::Delete { keys, when: DelWhen::Always },
        Does::Increment => keys.first().map_or(Meaning::Unknown, |&key| Meaning::Increment { key }),
        Does::Neutral => Meaning::Neutral,
    }
}

/// The words that are keys; `None` when the vector is too short for the command.
fn key_words(spec: Keys, words: &[Word<'_>]) -> Option<Vec<usize>> {
    let len = words.len();
    let keys: Vec<usize> = match spec {
        Keys::None => return Some(Vec::new()),
        Keys::At(at) => (at..len.min(at + 1)).collect(),
        Keys::From(from) => (from..len).collect(),
        Keys::FromBut(from, but) => (from..len.saturating_sub(but)).collect(),
        Keys::Pairs(from) => (from..len).step_by(2).collect(),
        Keys::Two(one, two) => [one, two].into_iter().filter(|&at| at < len).collect(),
        Keys::Counted(at) => {
            let count = words.get(at)?.number()?;
            let end = at.checked_add(1)?.checked_add(count)?;
            if end > len {
                return None;
            }
            (at + 1..end).collect()
        }
    };
    (!keys.is_empty()).then_some(keys)
}

/// Commands with operands or options of their own. `None`: look in the table.
fn special(name: &str, words: &[Word<'_>]) -> Option<Meaning> {
    let len = words.len();
    let at_least = |n: usize, then: Meaning| if len >= n { then } else { Meaning::Unknown };
    let set = |key, value, ttl, when, get| Meaning::Set { key, value, ttl, when, get };
    Some(match name {
        "SET" => {
            if len < 3 {
                return Some(Meaning::Unknown);
            }
            let options = set_options(words, 3);
            if options.bad {
                return Some(Meaning::Unknown);
            }
            set(1, 2, options.ttl, options.when, options.get)
        }
        "SETNX" => at_least(3, set(1, 2, TtlArg::Absent, SetWhen::IfAbsent, false)),
        "MSETNX" => at_least(3, set(1, 2, TtlArg::Absent, SetWhen::IfAbsent, false)),
        "SETEX" => at_least(4, set(1, 3, TtlArg::Seconds(2), SetWhen::Always, false)),
        "PSETEX" => at_least(4, set(1, 3, TtlArg::Millis(2), SetWhen::Always, false)),
        "GETSET" => at_least(3, set(1, 2, TtlArg::Absent, SetWhen::Always, true)),
        // MSETEX numkeys key value [key value …] [NX | XX] [EX … | KEEPTTL] (Redis 8.4)
        "MSETEX" => msetex(words),
        "EXPIRE" => expire(words, TtlArg::Seconds(2)),
        "PEXPIRE" => expire(words, TtlArg::Millis(2)),
        "EXPIREAT" => expire(words, TtlArg::UnixSeconds(2)),
        "PEXPIREAT" => expire(words, TtlArg::UnixMillis(2)),
        "PERSIST" => at_least(2, Meaning::Persist { key: 1 }),
        "GETEX" => getex(words),
        "GETDEL" => at_least(2, Meaning::Delete { keys: vec![1], when: DelWhen::Always }),
        "DELEX" => delex(words),
        // DELIFEQ key value (Valkey 9.0)
        "DELIFEQ" => at_least(3, Meaning::Delete { keys: vec![1], when: DelWhen::IfEqual(2) }),
        "HSETNX" => at_least(4, Meaning::HashSetIfAbsent { key: 1, field: 2, value: 3 }),
        "LPOP" | "RPOP" => at_least(2, Meaning::ListPop { key: 1, timeout: None, blocking: false }),
        "RPOPLPUSH" | "LMOVE" => at_least(3, Meaning::ListPop { key: 1, timeout: None, blocking: false }),
        // LMPOP numkeys key …
        "LMPOP" => at_least(4, Meaning::ListPop { key: 2, timeout: None, blocking: false }),
        // BLMPOP timeout numkeys key …
        "BLMPOP" => at_least(5, Meaning::ListPop { key: 3, timeout: Some(1), blocking: true }),
        "BLPOP" | "BRPOP" | "BRPOPLPUSH" | "BLMOVE" => {
            at_least(3, Meaning::ListPop { key: 1, timeout: len.checked_sub(1), blocking: true })
        }
        "SUBSCRIBE" | "PSUBSCRIBE" | "SSUBSCRIBE" => at_least(2, Meaning::Subscribe { channels: (1..len).collect() }),
        "PUBLISH" | "SPUBLISH" => at_least(3, Meaning::Publish { channel: 1 }),
        "EVAL" | "EVAL_RO" => eval(words, false, false),
        "EVALSHA" | "EVALSHA_RO" => eval(words, true, false),
        "FCALL" | "FCALL_RO" => eval(words, false, true),
        "MULTI" => Meaning::Multi,
        "EXEC" => Meaning::Exec,
        "DISCARD" => Meaning::Discard,
        "WATCH" => at_least(2, Meaning::Watch { keys: (1..len).collect() }),
        "UNWATCH" => Meaning::Unwatch,
        // XREAD [COUNT n] [BLOCK ms] STREAMS key… id…; XREADGROUP alike
        "XREAD" | "XREADGROUP" => streams(words),
        _ => return None,
    })
}
