//! A real server: one connection for each client, one that only looks, and time that is jumped. It has no clock of its own
//! that a schedule could go by, so it is no store by itself: see [`super::Lockstep`].

use super::{Fate, Halt, Look};
use dogpile_redis::{RespReply, Score, Value};
use dogpile_server::{Lease, Left, Link, Redis, ServerError};
use std::collections::{BTreeMap, BTreeSet};

const LOOK: &str = include_str!("look.lua");

/// A real server with the clients of one schedule.
#[derive(Debug)]
pub struct LiveStore<'r> {
    redis: &'r Redis,
    observer: Link,
    clients: BTreeMap<usize, Link>,
    /// Connections that listen: a RESP2 connection that subscribed takes no other commands, so clients keep two.
    listeners: BTreeMap<usize, Link>,
    /// Keys of the program, as it calls them.
    keys: BTreeSet<Vec<u8>>,
}

impl<'r> LiveStore<'r> {
    /// A server emptied of what this run left on it before.
    ///
    /// # Errors
    /// The server cannot be used.
    pub fn new(redis: &'r Redis, keys: impl Iterator<Item = Vec<u8>>) -> Result<Self, Halt> {
        let mut observer = redis.connect().map_err(halted)?;
        redis.clear(&mut observer).map_err(halted)?;
        Ok(Self { redis, observer, clients: BTreeMap::new(), listeners: BTreeMap::new(), keys: keys.collect() })
    }

    /// Jumps the leases of all keys by so much; `left_ms` is what the model says that each had left.
    ///
    /// # Errors
    /// The server cannot be used.
    pub fn jump(
        &mut self,
        left_ms: &BTreeMap<Vec<u8>, Option<u64>>,
        by_ms: u64,
    ) -> Result<BTreeMap<Vec<u8>, Left>, Halt> {
        let named: Vec<(Vec<u8>, Option<u64>)> = left_ms.iter().map(|(key, left)| (self.full(key), *left)).collect();
        let leases: Vec<Lease<'_>> = named.iter().map(|(key, left)| Lease { key, left_ms: *left }).collect();
        let warped = self.redis.warp_leases(&mut self.observer, &leases, by_ms).map_err(halted)?;
        Ok(left_ms.keys().cloned().zip(warped.left).collect())
    }

    /// The name of a key on the server.
    fn full(&self, key: &[u8]) -> Vec<u8> {
        [self.redis.prefix().as_bytes(), key].concat()
    }

    /// A command with its keys under the run's prefix.
    fn placed(&mut self, words: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let name = words.first().map(|w| String::from_utf8_lossy(w).to_ascii_uppercase()).unwrap_or_default();
        let mut at: BTreeSet<usize> = match name.as_str() {
            "EVAL" => {
                let count =
                    words.get(2).and_then(|n| std::str::from_utf8(n).ok()).and_then(|n| n.parse::<usize>().ok());
                (3..words.len().min(3 + count.unwrap_or(0))).collect()
            }
            "DEL" | "UNLINK" | "EXISTS" | "MGET" | "TOUCH" => (1..words.len()).collect(),
            "PING" | "MULTI" | "EXEC" | "TIME" => BTreeSet::new(),
            _ => BTreeSet::from([1]),
        };
        at.extend((1..words.len()).filter(|index| *index != 2 && self.keys.contains(&words[*index])));
        let publishes = matches!(name.as_str(), "PUBLISH" | "SUBSCRIBE");
        for index in &at {
            if let Some(key) = words.get(*index).filter(|_| !publishes) {
                self.keys.insert(key.clone());
            }
        }
        words
            .iter()
            .enumerate()
            .map(|(index, word)| if at.contains(&index) { self.full(word) } else { word.clone() })
            .collect()
    }

    /// An error with keys as the program calls them: errors quote what they got, and the run's prefix would make the
    /// reports of two runs differ.
    fn bare(&self, reply: RespReply) -> RespReply {
        match reply {
            RespReply::Error(text) => RespReply::Error(text.replace(self.redis.prefix(), "")),
            other => other,
        }
    }

    fn link(&mut self, client: usize) -> Result<&mut Link, Halt> {
        if self.clients.get(&client).is_none_or(Link::is_cut) {
            let link = self.redis.connect().map_err(halted)?;
            self.clients.insert(client, link);
        }
        self.clients.get_mut(&client).ok_or_else(|| Halt::Server("no connection".to_owned()))
    }

    /// Every key that was named so far.
    #[must_use]
    pub fn known(&self) -> Vec<Vec<u8>> {
        self.keys.iter().cloned().collect()
    }
}

impl LiveStore<'_> {
    /// As [`super::Store::send`].
    ///
    /// # Errors
    /// The server cannot be used.
    pub fn send(&mut self, client: usize, commands: &[Vec<Vec<u8>>], fate: Fate) -> Result<Option<RespReply>, Halt> {
        let placed: Vec<Vec<Vec<u8>>> = commands.iter().map(|words| self.placed(words)).collect();
        let link = self.link(client)?;
        if fate == Fate::Refused {
            link.fail_before_sending();
            return Ok(None);
        }
        if let [one] = placed.as_slice() {
            if fate == Fate::LosesReply {
                link.call_losing_reply(one).map_err(halted)?;
                return Ok(None);
            }
            let reply = told(one, link.call(one).map_err(halted)?)?;
            return Ok(Some(self.bare(reply)));
        }
        let word = |text: &str| vec![text.as_bytes().to_vec()];
        for words in std::iter::once(&word("MULTI")).chain(&placed) {
            told(words, link.call(words).map_err(halted)?)?;
        }
        let exec = word("EXEC");
        if fate == Fate::LosesReply {
            link.call_losing_reply(&exec).map_err(halted)?;
            return Ok(None);
        }
        told(&exec, link.call(&exec).map_err(halted)?).map(Some)
    }

    /// As [`super::Store::subscribe`].
    ///
    /// # Errors
    /// The server cannot be used.
    pub fn subscribe(&mut self, client: usize, channel: &[u8]) -> Result<RespReply, Halt> {
        let channel = self.full(channel);
        let mut link = self.redis.connect().map_err(halted)?;
        link.subscribe(&channel).map_err(halted)?;
        self.listeners.insert(client, link);
        Ok(RespReply::Status("subscribed".to_owned()))
    }

    /// As [`super::Store::hears`].
    ///
    /// # Errors
    /// The server cannot be used.
    pub fn hears(&mut self, client: usize) -> Result<bool, Halt> {
        let Some(link) = self.listeners.get_mut(&client) else { return Ok(false) };
        Ok(!link.messages().map_err(halted)?.is_empty())
    }

    /// As [`super::Store::look`].
    ///
    /// # Errors
    /// The server cannot be used.
    pub fn look(&mut self, keys: &[&[u8]]) -> Result<Vec<Look>, Halt> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut words = vec![b"EVAL".to_vec(), LOOK.as_bytes().to_vec(), keys.len().to_string().into_bytes()];
        words.extend(keys.iter().map(|key| self.full(key)));
        let reply = self.observer.call(&words).map_err(halted)?;
        match told(&words, reply)? {
            RespReply::Array(all) if all.len() == keys.len() => all
                .into_iter()
                .map(|one| looked(one).ok_or_else(|| Halt::Server("an answer that is none".to_owned())))
                .collect(),
            other => Err(Halt::Server(format!("looking at the keys gave {other:?}"))),
        }
    }

    /// As [`super::Store::close`].
    pub fn close(&mut self, client: usize) {
        self.clients.remove(&client);
        self.listeners.remove(&client);
    }
}

/// A reply; one that speaks of the server and not of the program ends the run.
fn told(words: &[Vec<u8>], reply: RespReply) -> Result<RespReply, Halt> {
    if let RespReply::Error(said) = &reply
        && let Some(error) = ServerError::of_reply(words, said)
    {
        return Err(halted(error));
    }
    Ok(reply)
}

fn halted(error: ServerError) -> Halt {
    Halt::Server(error.to_string())
}

fn looked(reply: RespReply) -> Option<Look> {
    let RespReply::Array(parts) = reply else { return None };
    let [kind, value, RespReply::Int(left)] = parts.as_slice() else { return None };
    let kind = match kind {
        RespReply::Bulk(text) => String::from_utf8_lossy(text).into_owned(),
        RespReply::Status(text) => text.clone(),
        _ => return None,
    };
    let items = || match value {
        RespReply::Array(items) => items
            .iter()
            .map(|item| match item {
                RespReply::Bulk(text) => Some(text.clone()),
                _ => None,
            })
            .collect::<Option<Vec<Vec<u8>>>>(),
        _ => None,
    };
    let pairs = || Some(items()?.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect::<Vec<_>>());
    let value = match (kind.as_str(), value) {
        ("none", _) => None,
        ("string", RespReply::Bulk(text)) => Some(Value::Str(text.clone())),
        ("hash", _) => Some(Value::Hash(pairs()?.into_iter().collect())),
        ("list", _) => Some(Value::List(items()?.into())),
        ("set", _) => Some(Value::Set(items()?.into_iter().collect())),
        ("zset", _) => {
            let score = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<f64>().ok().map(Score);
            let scored = pairs()?.into_iter().map(|(member, text)| Some((member, score(&text)?)));
            Some(Value::Zset(scored.collect::<Option<_>>()?))
        }
        _ => return None,
    };
    Some(Look { value, left_ms: (*left >= 0).then_some(*left) })
}
