//! The model of Redis as a store: cheap to copy, so that every schedule can have its own.

use super::{Fate, Halt, Look, Store};
use dogpile_redis::{Entry, RespReply, Scripts, Server};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// Where the model's clock starts: any time will do, as long as it is the same in every run.
const EPOCH_MS: i64 = 1_700_000_000_000;

thread_local! {
    /// Compiled scripts: they hold no state of their own, and compiling one costs more than a thousand runs.
    static SCRIPTS: Rc<RefCell<Scripts>> = Rc::default();
}

/// Most results of scripts that are kept for one search.
const REMEMBERED: usize = 20_000;

/// What a script did: its reply, and the keys that are there afterwards with what they have left to live.
type Done = (RespReply, Vec<(Vec<u8>, Entry)>);

/// A model of Redis with its listeners.
#[derive(Clone, Debug)]
pub struct ModelStore {
    server: Server,
    listeners: BTreeMap<usize, Vec<u8>>,
    heard: BTreeSet<usize>,
    scripts: Rc<RefCell<Scripts>>,
    /// What scripts did before in the same state, shared by all copies: most schedules meet the same few.
    done: Rc<RefCell<HashMap<u128, Done>>>,
}

impl Default for ModelStore {
    fn default() -> Self {
        Self {
            server: Server::at(EPOCH_MS),
            listeners: BTreeMap::new(),
            heard: BTreeSet::new(),
            scripts: SCRIPTS.with(Rc::clone),
            done: Rc::default(),
        }
    }
}

impl ModelStore {
    /// Hashes what can still make a difference: times only as far as they are away.
    pub fn digest(&self, state: &mut impl Hasher) {
        for (key, entry) in self.server.keys() {
            key.hash(state);
            entry.value.hash(state);
            entry.expires.map(|when| when - self.server.now()).hash(state);
        }
        self.listeners.hash(state);
        self.heard.hash(state);
    }

    /// The next instant, in ms from now, at which a key is gone that is there now.
    #[must_use]
    pub fn next_expiry(&self) -> Option<u64> {
        let next = self.server.keys().filter_map(|(_, entry)| entry.expires).min()?;
        // Expiry is strict: at its time a key is still there.
        u64::try_from(next - self.server.now() + 1).ok()
    }

    /// A name for a command in this state.
    fn name_of(&self, command: &[Vec<u8>]) -> u128 {
        let half = |seed: u64| {
            let mut hasher = std::hash::DefaultHasher::new();
            seed.hash(&mut hasher);
            command.hash(&mut hasher);
            for (key, entry) in self.server.keys() {
                (key, &entry.value, entry.expires.map(|when| when - self.server.now())).hash(&mut hasher);
            }
            hasher.finish()
        };
        u128::from(half(1)) << 64 | u128::from(half(2))
    }

    /// Whether a message waits for a client.
    #[must_use]
    pub fn has_heard(&self, client: usize) -> bool {
        self.heard.contains(&client)
    }

    fn one(&mut self, client: usize, command: &[Vec<u8>]) -> Result<RespReply, Halt> {
        let name = command.first().map(|name| String::from_utf8_lossy(name).to_ascii_uppercase()).unwrap_or_default();
        match (name.as_str(), command) {
            ("EVAL", [_, text, count, rest @ ..]) => {
                let count =
                    std::str::from_utf8(count).ok().and_then(|n| n.parse::<usize>().ok()).filter(|n| *n <= rest.len());
                let (Some(count), Ok(text)) = (count, std::str::from_utf8(text)) else {
                    return Ok(RespReply::Error("ERR Number of keys can't be greater than number of args".to_owned()));
                };
                let (keys, args) = rest.split_at(count);
                // A script that asks for the time sees more than the state.
                let timed = text.to_ascii_uppercase().contains("TIME");
                let name = self.name_of(command);
                if let Some((reply, after)) = self.done.borrow().get(&name).filter(|_| !timed) {
                    self.server = Server::at(self.server.now());
                    for (key, entry) in after {
                        self.server.put(
                            key.clone(),
                            entry.value.clone(),
                            entry.expires.map(|left| left + self.server.now()),
                        );
                    }
                    return Ok(reply.clone());
                }
                let mut scripts = self.scripts.borrow_mut();
                let reply = scripts
                    .eval(&mut self.server, text, keys, args)
                    .map_err(|what| Halt::Unmodelled(what.to_string()))?;
                let now = self.server.now();
                let left = |(key, entry): (&[u8], &Entry)| {
                    (key.to_vec(), Entry { value: entry.value.clone(), expires: entry.expires.map(|when| when - now) })
                };
                let mut done = self.done.borrow_mut();
                if !timed && done.len() < REMEMBERED {
                    done.insert(name, (reply.clone(), self.server.keys().map(left).collect()));
                }
                Ok(reply)
            }
            ("PUBLISH" | "SPUBLISH", [_, channel, _]) => {
                let hearing: Vec<usize> =
                    self.listeners.iter().filter(|(_, to)| *to == channel).map(|(who, _)| *who).collect();
                self.heard.extend(&hearing);
                Ok(RespReply::Int(i64::try_from(hearing.len()).unwrap_or(i64::MAX)))
            }
            ("SUBSCRIBE", [_, channel]) => {
                self.listeners.insert(client, channel.clone());
                Ok(RespReply::Status("subscribed".to_owned()))
            }
            _ => self.server.apply(command).map_err(|what| Halt::Unmodelled(what.to_string())),
        }
    }
}

impl Store for ModelStore {
    fn send(&mut self, client: usize, commands: &[Vec<Vec<u8>>], fate: Fate) -> Result<Option<RespReply>, Halt> {
        if fate == Fate::Refused {
            return Ok(None);
        }
        let mut replies = Vec::new();
        for command in commands {
            replies.push(self.one(client, command)?);
        }
        if fate == Fate::LosesReply {
            return Ok(None);
        }
        Ok(Some(if replies.len() == 1 { replies.remove(0) } else { RespReply::Array(replies) }))
    }

    fn subscribe(&mut self, client: usize, channel: &[u8]) -> Result<RespReply, Halt> {
        self.one(client, &[b"SUBSCRIBE".to_vec(), channel.to_vec()])
    }

    fn hears(&mut self, client: usize) -> Result<bool, Halt> {
        Ok(self.heard.remove(&client))
    }

    fn look(&mut self, keys: &[&[u8]]) -> Result<Vec<Look>, Halt> {
        let now = self.server.now();
        let one = |key: &&[u8]| match self.server.entry(key) {
            Some(entry) => Look { value: Some(entry.value.clone()), left_ms: entry.expires.map(|when| when - now) },
            None => Look::default(),
        };
        Ok(keys.iter().map(one).collect())
    }

    fn pass(&mut self, ms: u64) -> Result<(), Halt> {
        self.server.advance(ms);
        Ok(())
    }

    fn close(&mut self, client: usize) {
        self.listeners.remove(&client);
        self.heard.remove(&client);
    }

    fn clock(&self) -> i64 {
        self.server.now()
    }
}
