//! The guard rail on a server that is not ours: what is not listed here is not sent there.
//!
//! An allow-list, because a deny-list forgets the command of next year. Every command on it touches only the keys
//! that [`dogpile_redis::meaning`] finds in it (or that `keys_of` finds itself), and ends at once: nothing that blocks,
//! nothing that concerns other clients, nothing that lists or empties the key space, no configuration.

mod bound;
mod lua;
mod script;

use dogpile_redis::{Meaning, Word, meaning};

pub(crate) use script::Scripts;

/// At most so many connections at once. Clients of a widened schedule can share links: a link keeps nothing of its
/// client but an open MULTI and subscriptions.
pub(crate) const MAX_LINKS: usize = 8;

/// What may be sent.
const ALLOWED: &str = "\
    PING ECHO TIME \
    GET SET SETNX SETEX PSETEX GETSET GETDEL GETEX MGET MSET MSETNX APPEND STRLEN INCR INCRBY DECR \
    DECRBY \
    DEL UNLINK DELEX DELIFEQ EXISTS TYPE TTL PTTL EXPIRETIME PEXPIRETIME EXPIRE PEXPIRE EXPIREAT \
    PEXPIREAT PERSIST \
    HGET HMGET HGETALL HSET HMSET HSETNX HDEL HEXISTS HLEN HKEYS HVALS HINCRBY \
    LPUSH RPUSH LPUSHX RPUSHX LPOP RPOP LLEN LRANGE LINDEX LREM LTRIM \
    SADD SREM SCARD SISMEMBER SMEMBERS \
    ZADD ZREM ZCARD ZSCORE ZRANK ZCOUNT ZRANGE ZRANGEBYSCORE ZREMRANGEBYSCORE ZREMRANGEBYRANK \
    ZINCRBY \
    PUBLISH SUBSCRIBE UNSUBSCRIBE \
    EVAL EVALSHA MULTI EXEC DISCARD WATCH UNWATCH";

fn allowed(name: &str) -> bool {
    ALLOWED.split(' ').any(|allowed| name.eq_ignore_ascii_case(allowed))
}

/// The keys of a command that may be sent to somebody's server, or why it may not.
pub(crate) fn check<'a>(prefix: &str, words: &'a [Vec<u8>], scripts: &mut Scripts) -> Result<Vec<&'a [u8]>, String> {
    let name = words.first().and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default();
    if !allowed(name) {
        return Err("the command is not on the list".to_owned());
    }
    let texts: Vec<Word<'_>> =
        words.iter().map(|word| std::str::from_utf8(word).map_or(Word::Hole, Word::Lit)).collect();
    let meant = meaning(&texts);
    let (keys, channels) = keys_of(name, words.len(), &meant)?;
    let under = |at: &usize| words.get(*at).is_some_and(|word| word.starts_with(prefix.as_bytes()));
    if let Some(at) = keys.iter().chain(&channels).find(|at| !under(at)) {
        let word = words.get(*at).map(|word| String::from_utf8_lossy(word).into_owned()).unwrap_or_default();
        return Err(format!("{word:?} is not under the run's prefix"));
    }
    if let Meaning::Eval { script, by_sha, .. } = meant {
        let text = words.get(script).map(Vec::as_slice).unwrap_or_default();
        if by_sha { scripts.known(text)? } else { scripts.check(text)? }
    }
    Ok(keys.iter().filter_map(|&at| words.get(at)).map(Vec::as_slice).collect())
}

/// The words that are keys, and those that are channels.
fn keys_of(name: &str, len: usize, meant: &Meaning) -> Result<(Vec<usize>, Vec<usize>), String> {
    Ok(match meant {
        // The meaning names the first pair only.
        Meaning::Set { .. } if name.eq_ignore_ascii_case("MSETNX") => ((1..len).step_by(2).collect(), Vec::new()),
        Meaning::Subscribe { channels } => (Vec::new(), channels.clone()),
        Meaning::Publish { channel } => (Vec::new(), vec![*channel]),
        Meaning::Eval { counted: false, .. } => return Err("its number of keys is not a number".to_owned()),
        Meaning::Unknown => return Err("where its keys stand is not understood".to_owned()),
        other => (other.keys(), Vec::new()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Vec<u8>> {
        text.split(' ').map(|word| word.as_bytes().to_vec()).collect()
    }

    fn refused(text: &str) -> Option<String> {
        check("dpl:{1}:", &words(text), &mut Scripts::default()).err()
    }

    #[test]
    fn keys_and_channels_stay_under_the_prefix() {
        for good in [
            "PING",
            "get dpl:{1}:a",
            "SET dpl:{1}:a other NX PX 5000",
            "MSETNX dpl:{1}:a 1 dpl:{1}:b 2",
            "MGET dpl:{1}:a dpl:{1}:b",
            "PUBLISH dpl:{1}:c text",
            "SUBSCRIBE dpl:{1}:c",
            "EVAL return(1) 1 dpl:{1}:a other",
            "MULTI",
        ] {
            assert_eq!(refused(good), None, "{good}");
        }
        for bad in [
            "GET a",
            "GET dpl:{2}:a",
            "MSETNX dpl:{1}:a 1 b 2",
            "MSET dpl:{1}:a 1 b 2",
            "DEL dpl:{1}:a b",
            "PUBLISH c text",
            "SUBSCRIBE dpl:{1}:c d",
            "EVAL return(1) 2 dpl:{1}:a b",
            "EVAL return(1) many dpl:{1}:a",
            "EVALSHA 0123456789012345678901234567890123456789 1 dpl:{1}:a",
        ] {
            assert!(refused(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn the_list_is_one_of_commands() {
        for name in ALLOWED.split(' ') {
            assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase()), "{name:?}");
        }
        assert!(!allowed("") && allowed("get") && !allowed("GET SET"));
    }

    #[test]
    fn what_concerns_others_is_on_no_list() {
        let bad = "FLUSHALL; FLUSHDB; CONFIG SET a b; config get *; DEBUG SLEEP 1; SHUTDOWN; KEYS *; SCAN 0; \
            MONITOR; SWAPDB 0 1; REPLICAOF no one; SLAVEOF no one; FAILOVER; CLUSTER RESET; CLIENT PAUSE 1; \
            CLIENT KILL ID 1; SCRIPT FLUSH; SCRIPT KILL; SCRIPT LOAD x; FUNCTION FLUSH; FCALL f 0; SELECT 1; \
            PSUBSCRIBE dpl:{1}:*; RENAME dpl:{1}:a b; COPY dpl:{1}:a b; MOVE dpl:{1}:a 1; BLPOP dpl:{1}:a 0; \
            ACL LIST; SAVE; BGSAVE; BGREWRITEAOF; MIGRATE; RESET; MODULE LOAD x; LATENCY RESET; \
            SLOWLOG RESET; WAIT 1 0; SORT dpl:{1}:a STORE b";
        for bad in bad.split("; ") {
            assert!(refused(bad).is_some(), "{bad}");
        }
    }
}
