//! The table of commands whose meaning follows from their name and from where
//! their keys stand. Commands with options of their own (SET, EXPIRE, EVAL, …)
//! are read in [`crate::meaning`] and [`crate::set`].
//!
//! Every row's source is the command page of the same name on redis.io (or
//! valkey.io for the Valkey-only rows, which say so). Key positions are those of
//! the page's key specification.

/// Which words of a command vector are keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// The command names no key.
    None,
    /// One word.
    At(usize),
    /// From this word to the end.
    From(usize),
    /// From the first number to the end, leaving off so many words.
    FromBut(usize, usize),
    /// Every second word from here: `k v k v …`.
    Pairs(usize),
    /// Two words: source and destination.
    Two(usize, usize),
    /// The count stands at this word, and the keys follow it.
    Counted(usize),
}

/// What a command with no options of interest does to its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    Read,
    Write,
    Increment,
    Delete,
    Neutral,
}

/// Looks a command up by its name in upper case.
pub(crate) fn row(name: &str) -> Option<(Does, Keys)> {
    use Does::{Delete, Increment, Neutral, Read, Write};
    use Keys::{At, Counted, From, FromBut, Pairs, Two};
    Some(match name {
        // Generic
        "DEL" | "UNLINK" => (Delete, From(1)),
        "EXISTS" | "TOUCH" => (Read, From(1)),
        "TTL" | "PTTL" | "EXPIRETIME" | "PEXPIRETIME" | "TYPE" | "DUMP" | "SORT_RO" => (Read, At(1)),
        "OBJECT" => (Read, At(2)),
        "RENAME" | "RENAMENX" | "COPY" => (Write, Two(1, 2)),
        "MOVE" | "RESTORE" | "SORT" => (Write, At(1)),
        "KEYS" | "SCAN" | "RANDOMKEY" | "DBSIZE" => (Read, Keys::None),
        // Strings
        "GET" | "GETRANGE" | "SUBSTR" | "STRLEN" | "GETBIT" | "BITCOUNT" | "BITPOS" | "BITFIELD_RO" | "DIGEST" => {
            (Read, At(1))
        }
        "MGET" => (Read, From(1)),
        "LCS" => (Read, Two(1, 2)),
        "INCR" | "INCRBY" | "INCRBYFLOAT" | "DECR" | "DECRBY" => (Increment, At(1)),
        "APPEND" | "SETRANGE" | "SETBIT" | "BITFIELD" => (Write, At(1)),
        "MSET" => (Write, Pairs(1)),
        // BITOP operation destkey key…
        "BITOP" => (Write, At(2)),
        // Hashes
        "HGET" | "HMGET" | "HGETALL" | "HEXISTS" | "HKEYS" | "HVALS" | "HLEN" | "HSTRLEN" | "HSCAN" | "HRANDFIELD"
        | "HTTL" | "HPTTL" | "HEXPIRETIME" | "HPEXPIRETIME" => (Read, At(1)),
        "HINCRBY" | "HINCRBYFLOAT" => (Increment, At(1)),
        "HSET" | "HMSET" | "HDEL" | "HEXPIRE" | "HPEXPIRE" | "HEXPIREAT" | "HPEXPIREAT" | "HPERSIST" | "HSETEX"
        | "HGETEX" | "HGETDEL" => (Write, At(1)),
        // Lists (pops are read in `meaning`)
        "LRANGE" | "LLEN" | "LINDEX" | "LPOS" => (Read, At(1)),
        "LPUSH" | "RPUSH" | "LPUSHX" | "RPUSHX" | "LREM" | "LSET" | "LTRIM" | "LINSERT" => (Write, At(1)),
        // Sets
        "SISMEMBER" | "SMISMEMBER" | "SCARD" | "SMEMBERS" | "SRANDMEMBER" | "SSCAN" => (Read, At(1)),
        "SINTER" | "SUNION" | "SDIFF" => (Read, From(1)),
        "SINTERCARD" => (Read, Counted(1)),
        "SADD" | "SREM" | "SPOP" => (Write, At(1)),
        "SMOVE" => (Write, Two(1, 2)),
        "SINTERSTORE" | "SUNIONSTORE" | "SDIFFSTORE" => (Write, At(1)),
        // Sorted sets
        "ZSCORE" | "ZMSCORE" | "ZCARD" | "ZCOUNT" | "ZLEXCOUNT" | "ZRANGE" | "ZREVRANGE" | "ZRANGEBYSCORE"
        | "ZREVRANGEBYSCORE" | "ZRANGEBYLEX" | "ZREVRANGEBYLEX" | "ZRANK" | "ZREVRANK" | "ZSCAN" | "ZRANDMEMBER" => {
            (Read, At(1))
        }
        "ZINTER" | "ZUNION" | "ZDIFF" | "ZINTERCARD" => (Read, Counted(1)),
        "ZADD" | "ZREM" | "ZPOPMIN" | "ZPOPMAX" | "ZREMRANGEBYSCORE" | "ZREMRANGEBYRANK" | "ZREMRANGEBYLEX" => {
            (Write, At(1))
        }
        "ZINCRBY" => (Increment, At(1)),
        "ZRANGESTORE" | "ZINTERSTORE" | "ZUNIONSTORE" | "ZDIFFSTORE" => (Write, At(1)),
        "BZPOPMIN" | "BZPOPMAX" => (Write, FromBut(1, 1)),
        "ZMPOP" => (Write, Counted(1)),
        "BZMPOP" => (Write, Counted(2)),
        // Streams, HyperLogLog, geo
        "XLEN" | "XRANGE" | "XREVRANGE" | "XPENDING" => (Read, At(1)),
        "XADD" | "XDEL" | "XACK" | "XTRIM" | "XCLAIM" | "XAUTOCLAIM" | "XSETID" => (Write, At(1)),
        "XGROUP" => (Write, At(2)),
        "XINFO" => (Read, At(2)),
        "PFADD" => (Write, At(1)),
        "PFCOUNT" => (Read, From(1)),
        "PFMERGE" => (Write, At(1)),
        "GEOADD" => (Write, At(1)),
        "GEOPOS" | "GEODIST" | "GEOHASH" | "GEOSEARCH" => (Read, At(1)),
        // RedisJSON, whose documents are sometimes lock records
        "JSON.GET" | "JSON.TYPE" | "JSON.STRLEN" | "JSON.OBJLEN" | "JSON.ARRLEN" => (Read, At(1)),
        "JSON.SET" | "JSON.DEL" | "JSON.MERGE" | "JSON.ARRAPPEND" => (Write, At(1)),
        // Connection, server, scripting management
        "PING" | "ECHO" | "AUTH" | "HELLO" | "SELECT" | "QUIT" | "RESET" | "CLIENT" | "INFO" | "CONFIG" | "COMMAND"
        | "CLUSTER" | "TIME" | "ROLE" | "SCRIPT" | "FUNCTION" | "WAIT" | "WAITAOF" | "LATENCY" | "MEMORY"
        | "SLOWLOG" | "ACL" | "DEBUG" | "MODULE" | "READONLY" | "READWRITE" | "ASKING" | "LASTSAVE" | "SAVE"
        | "BGSAVE" | "PUBSUB" | "UNSUBSCRIBE" | "PUNSUBSCRIBE" | "SUNSUBSCRIBE" | "MONITOR" => (Neutral, Keys::None),
        _ => return Option::None,
    })
}
