//! A tiny Redis: one database, virtual milliseconds, no network.
//!
//! Deterministic, clonable, comparable and hashable, so that a state can be a key
//! in somebody's table of visited states. Unordered collections are kept sorted;
//! commands that list them answer in that order, where a server answers in any.
//!
//! Expiry is strict, as in Redis: at exactly its time a key is still there, one
//! millisecond later it is gone.

mod expiry;
mod hashes;
mod lists;
mod reply;
mod sets;
mod strings;
mod zsets;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use reply::{Out, Stop, arity, not_integer};
pub use reply::{RespReply, Unmodelled};

/// A sorted set's score, compared and hashed by its bits' total order.
#[derive(Debug, Clone, Copy)]
pub struct Score(pub f64);

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.0.total_cmp(&other.0).is_eq()
    }
}

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl std::hash::Hash for Score {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// What a key holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    Str(Vec<u8>),
    Hash(BTreeMap<Vec<u8>, Vec<u8>>),
    List(VecDeque<Vec<u8>>),
    Set(BTreeSet<Vec<u8>>),
    Zset(BTreeMap<Vec<u8>, Score>),
}

impl Value {
    fn type_name(&self) -> &'static str {
        match self {
            Value::Str(_) => "string",
            Value::Hash(_) => "hash",
            Value::List(_) => "list",
            Value::Set(_) => "set",
            Value::Zset(_) => "zset",
        }
    }

    /// An empty collection does not exist as a key.
    fn is_void(&self) -> bool {
        match self {
            Value::Str(_) => false,
            Value::Hash(fields) => fields.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Set(members) => members.is_empty(),
            Value::Zset(members) => members.is_empty(),
        }
    }
}

/// A key's value and expiry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    pub value: Value,
    /// In the server's milliseconds; `None`: never.
    pub expires: Option<i64>,
}

/// The server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Server {
    now: i64,
    keys: BTreeMap<Vec<u8>, Entry>,
}

impl Server {
    /// An empty server whose clock shows `now` milliseconds since the epoch.
    pub fn at(now: i64) -> Self {
        Server { now, keys: BTreeMap::new() }
    }

    /// The clock, in milliseconds since the epoch.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Lets time pass; keys whose time is over go.
    pub fn advance(&mut self, ms: u64) {
        self.now = self.now.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX));
        self.purge();
    }

    /// The keys that are there, in order.
    pub fn keys(&self) -> impl Iterator<Item = (&[u8], &Entry)> {
        self.keys.iter().map(|(key, entry)| (key.as_slice(), entry))
    }

    /// What a key holds.
    pub fn entry(&self, key: &[u8]) -> Option<&Entry> {
        self.keys.get(key)
    }

    /// Puts a key there, whatever was there before.
    pub fn put(&mut self, key: impl Into<Vec<u8>>, value: Value, expires: Option<i64>) {
        self.keys.insert(key.into(), Entry { value, expires });
        self.purge();
    }

    /// Takes a key away.
    pub fn take(&mut self, key: &[u8]) -> Option<Entry> {
        self.keys.remove(key)
    }

    /// Runs one command. A server's error is a reply; `Err` means that the model
    /// does not know what a server would say.
    pub fn apply(&mut self, command: &[Vec<u8>]) -> Result<RespReply, Unmodelled> {
        let Some(name) = command.first() else {
            return Err(Unmodelled("empty command".to_owned()));
        };
        let name = String::from_utf8_lossy(name).to_ascii_uppercase();
        let out = self.dispatch(&name, &command[1..]);
        self.purge();
        match out {
            Ok(reply) => Ok(reply),
            Err(Stop::Says(text)) => Ok(RespReply::Error(text)),
            Err(Stop::Unmodelled(what)) => Err(Unmodelled(what)),
        }
    }

    fn purge(&mut self) {
        let now = self.now;
        self.keys.retain(|_, entry| entry.expires.is_none_or(|when| now <= when) && !entry.value.is_void());
    }

    fn dispatch(&mut self, name: &str, args: &[Vec<u8>]) -> Out {
        if let Some((least, most)) = limits(name)
            && (args.len() < least || args.len() > most)
        {
            return Err(arity(name));
        }
        match name {
            "GET" | "SET" | "SETNX" | "SETEX" | "PSETEX" | "GETSET" | "GETDEL" | "GETEX" | "MGET" | "MSET"
            | "MSETNX" | "INCR" | "INCRBY" | "DECR" | "DECRBY" | "APPEND" | "STRLEN" | "GETRANGE" => {
                self.strings(name, args)
            }
            "DEL" | "UNLINK" | "EXISTS" | "TYPE" | "EXPIRE" | "PEXPIRE" | "EXPIREAT" | "PEXPIREAT" | "TTL" | "PTTL"
            | "EXPIRETIME" | "PEXPIRETIME" | "PERSIST" | "DELEX" | "DELIFEQ" | "TOUCH" => self.generic(name, args),
            "HSET" | "HMSET" | "HGET" | "HMGET" | "HDEL" | "HEXISTS" | "HSETNX" | "HGETALL" | "HINCRBY" | "HLEN"
            | "HKEYS" | "HVALS" => self.hashes(name, args),
            "LPUSH" | "RPUSH" | "LPUSHX" | "RPUSHX" | "LPOP" | "RPOP" | "LRANGE" | "LREM" | "LLEN" | "LINDEX"
            | "LTRIM" | "RPOPLPUSH" => self.lists(name, args),
            "SADD" | "SREM" | "SISMEMBER" | "SCARD" | "SMEMBERS" => self.sets(name, args),
            "ZADD" | "ZREM" | "ZSCORE" | "ZCARD" | "ZCOUNT" | "ZRANGEBYSCORE" | "ZREMRANGEBYSCORE" | "ZRANGE"
            | "ZRANK" | "ZINCRBY" => self.zsets(name, args),
            // TIME: seconds and microseconds.
            "TIME" => Ok(RespReply::Array(vec![
                RespReply::bulk((self.now.div_euclid(1000)).to_string()),
                RespReply::bulk((self.now.rem_euclid(1000) * 1000).to_string()),
            ])),
            // PUBLISH: nobody listens here; the caller sees the command itself.
            "PUBLISH" | "SPUBLISH" => Ok(RespReply::Int(0)),
            "PING" => Ok(RespReply::Status("PONG".to_owned())),
            "ECHO" => Ok(RespReply::bulk(args[0].clone())),
            _ => Err(Stop::Unmodelled(name.chars().take(40).collect())),
        }
    }
}

/// How many words may follow the name. Source: "Arity" of each command's page.
fn limits(name: &str) -> Option<(usize, usize)> {
    const MANY: usize = usize::MAX;
    Some(match name {
        "GET" | "GETDEL" | "INCR" | "DECR" | "STRLEN" | "TYPE" | "TTL" | "PTTL" | "EXPIRETIME" | "PEXPIRETIME"
        | "PERSIST" | "HGETALL" | "HLEN" | "HKEYS" | "HVALS" | "LLEN" | "SCARD" | "SMEMBERS" | "ZCARD" | "ECHO" => {
            (1, 1)
        }
        "SETNX" | "GETSET" | "INCRBY" | "DECRBY" | "APPEND" | "HGET" | "HEXISTS" | "LINDEX" | "RPOPLPUSH"
        | "SISMEMBER" | "ZSCORE" | "PUBLISH" | "SPUBLISH" | "DELIFEQ" | "ZRANK" => (2, 2),
        "SETEX" | "PSETEX" | "GETRANGE" | "HSETNX" | "HINCRBY" | "LRANGE" | "LREM" | "LTRIM" | "ZCOUNT"
        | "ZREMRANGEBYSCORE" | "ZINCRBY" => (3, 3),
        "MGET" | "DEL" | "UNLINK" | "EXISTS" | "TOUCH" | "GETEX" | "DELEX" => (1, MANY),
        "LPOP" | "RPOP" => (1, 2),
        "SET" | "MSET" | "MSETNX" | "EXPIRE" | "PEXPIRE" | "EXPIREAT" | "PEXPIREAT" | "HMGET" | "HDEL" | "LPUSH"
        | "RPUSH" | "LPUSHX" | "RPUSHX" | "SADD" | "SREM" | "ZREM" => (2, MANY),
        "HSET" | "HMSET" | "ZADD" | "ZRANGEBYSCORE" | "ZRANGE" => (3, MANY),
        "TIME" => (0, 0),
        "PING" => (0, 1),
        _ => return None,
    })
}

/// An integer as Redis reads one: no sign but `-`, no leading zeros, no blanks.
fn integer(word: &[u8]) -> Result<i64, Stop> {
    let text = std::str::from_utf8(word).map_err(|_| not_integer())?;
    let number: i64 = text.parse().map_err(|_| not_integer())?;
    if number.to_string() == text { Ok(number) } else { Err(not_integer()) }
}

/// Turns start and stop with negative offsets into a range of `len` items.
fn span(start: i64, stop: i64, len: usize) -> std::ops::Range<usize> {
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let from = if start < 0 { start.saturating_add(len).max(0) } else { start };
    let to = if stop < 0 { stop.saturating_add(len) } else { stop.min(len - 1) };
    if from > to || from >= len {
        return 0..0;
    }
    let from = usize::try_from(from).unwrap_or(0);
    from..usize::try_from(to + 1).unwrap_or(from)
}
