//! Commands of the code, as templates that a client fills in.

use crate::program::{Filling, Segment, Template, render};
use crate::store::{Fate, Halt, ModelStore, Store};
use dogpile_analysis::lifecycle::{HoleKind, Part, Sent, Site, Word};
use dogpile_redis::RespReply;
use std::collections::BTreeSet;

/// A lease whose length the code does not tell, ms. Any will do: schedules only ask what comes before what.
pub(crate) const SOME_LEASE_MS: u64 = 10_000;

/// Deletes a key that holds a value: `KEYS[1]`, `ARGV[1]`. <https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/>
const COMPARE_AND_DELETE: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end";
/// Prolongs a key that holds a value: `KEYS[1]`, `ARGV[1]`, `ARGV[2]` in ms.
const COMPARE_AND_EXPIRE: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) else return 0 end";
/// Writes a value unless a higher number has written before: `KEYS[1]`, `KEYS[2]` keeps the number.
const FENCED_SET: &str = "if tonumber(redis.call('GET', KEYS[2]) or '0') > tonumber(ARGV[2]) then return 0 end redis.call('SET', KEYS[2], ARGV[2]) redis.call('SET', KEYS[1], ARGV[1]) return 1";

pub(super) fn text(word: &str) -> Template {
    vec![Segment::Text(word.as_bytes().to_vec())]
}

pub(super) fn bytes(word: &[u8]) -> Template {
    vec![Segment::Text(word.to_vec())]
}

pub(super) fn compare_and_delete(key: &[u8], token: Template) -> Vec<Template> {
    vec![text("EVAL"), text(COMPARE_AND_DELETE), text("1"), bytes(key), token]
}

pub(super) fn compare_and_expire(key: &[u8], token: Template, lease_ms: u64) -> Vec<Template> {
    vec![text("EVAL"), text(COMPARE_AND_EXPIRE), text("1"), bytes(key), token, text(&lease_ms.to_string())]
}

/// The key that remembers the highest fencing number that wrote.
pub(super) fn fence_key(key: &[u8]) -> Vec<u8> {
    [key, b":fence"].concat()
}

pub(super) fn fenced_set(key: &[u8]) -> Vec<Template> {
    vec![
        text("EVAL"),
        text(FENCED_SET),
        text("2"),
        bytes(key),
        bytes(&fence_key(key)),
        vec![Segment::Value],
        vec![Segment::Fence],
    ]
}

/// Writes a value unless the source is newer than what it was made of: `KEYS[2]` keeps the source's version.
const VERSIONED_SET: &str = "if tonumber(redis.call('GET', KEYS[2]) or '0') > tonumber(ARGV[2]) then return 0 end redis.call('SET', KEYS[1], ARGV[1]) return 1";

pub(super) fn versioned_set(key: &[u8], version: &[u8]) -> Vec<Template> {
    vec![
        text("EVAL"),
        text(VERSIONED_SET),
        text("2"),
        bytes(key),
        bytes(version),
        vec![Segment::Value],
        vec![Segment::Version],
    ]
}

/// How the holes of commands on one lock are filled.
#[derive(Clone, Debug, Default)]
pub(super) struct Holes {
    /// Holes that hold the token.
    pub(super) token: BTreeSet<String>,
    /// Holes that hold a number: a time, as a rule.
    pub(super) number: BTreeSet<String>,
    /// Every unknown hole of a command on the lock is its token.
    pub(super) trusting: bool,
    /// A lease that is not known, as seconds and as milliseconds: a unit fault makes one of them the other.
    pub(super) lease: Option<(&'static str, &'static str)>,
    /// The token, where all holders have the same.
    pub(super) same: Option<Template>,
}

impl Holes {
    /// One word.
    pub(super) fn word(&self, word: &Word) -> Template {
        word.parts.iter().map(|part| self.part(part)).collect()
    }

    fn part(&self, part: &Part) -> Segment {
        let plain = |name: &str| Segment::Text(plain(name).into_bytes());
        match part {
            Part::Text(text) => Segment::Text(text.as_bytes().to_vec()),
            Part::Hole { name, .. } if self.number.contains(name) => {
                Segment::Text(SOME_LEASE_MS.to_string().into_bytes())
            }
            Part::Hole { name, .. } if self.token.contains(name) => Segment::Token,
            Part::Hole { kind: HoleKind::Fresh, .. } => Segment::Token,
            Part::Hole { kind: HoleKind::Process, .. } => Segment::Text(b"process".to_vec()),
            Part::Hole { kind: HoleKind::Clock, .. } if self.trusting => Segment::Clock,
            Part::Hole { kind: HoleKind::Clock, .. } => Segment::Text(b"now".to_vec()),
            Part::Hole { name, kind: HoleKind::Given | HoleKind::Unknown } => plain(name),
        }
    }

    /// A whole command on the lock; its key stands for the lock's, however it is called there.
    pub(super) fn on_lock(&self, sent: &Sent, key: &[u8]) -> Vec<Template> {
        let name = sent.name();
        let at = key_position(&name);
        let mut out: Vec<Template> = Vec::new();
        for (index, word) in sent.words.iter().enumerate() {
            let hole = matches!(word.parts.as_slice(), [Part::Hole { .. }]);
            let template = if index == at {
                bytes(key)
            } else if is_clock(word) && is_time(&name, index, &out) {
                // A point in time where a span of time is meant.
                vec![Segment::Clock]
            } else if hole && is_time(&name, index, &out) {
                let (seconds, millis) = self.lease.unwrap_or(("10", "10000"));
                text(if counts_seconds(&name, &out) { seconds } else { millis })
            } else if self.trusting && index > at && word.text().is_none_or(str::is_empty) && !self.is_number(word) {
                vec![Segment::Token]
            } else if hole && index > at && !self.is_number(word) {
                self.same.clone().unwrap_or_else(|| self.word(word))
            } else {
                self.word(word)
            };
            out.push(template);
        }
        out
    }

    fn is_number(&self, word: &Word) -> bool {
        matches!(word.parts.as_slice(), [Part::Hole { name, .. }] if self.number.contains(name))
    }

    /// A whole command on data: what it writes tells who wrote it.
    pub(super) fn on_data(&self, sent: &Sent) -> Vec<Template> {
        let name = sent.name();
        let value = match name.as_str() {
            "SET" | "SETNX" | "GETSET" | "RPUSH" | "LPUSH" | "SADD" | "APPEND" | "PUBLISH" => Some(2),
            "SETEX" | "PSETEX" | "HSET" | "HMSET" | "HSETNX" | "ZADD" => Some(3),
            _ => None,
        };
        let mut out: Vec<Template> = Vec::new();
        for (index, word) in sent.words.iter().enumerate() {
            // A value that the analysis knows nothing of has no parts at all.
            let hole = word.text().is_none_or(str::is_empty);
            let template = if Some(index) == value && hole {
                vec![Segment::Value]
            } else if hole && word.parts.len() == 1 && is_time(&name, index, &out) {
                text(if counts_seconds(&name, &out) { "300" } else { "300000" })
            } else {
                self.word(word)
            };
            out.push(template);
        }
        out
    }
}

/// Where a command names its first key.
pub(super) fn key_position(name: &str) -> usize {
    match name {
        "EVAL" | "EVALSHA" | "FCALL" | "EVAL_RO" | "EVALSHA_RO" => 3,
        _ => 1,
    }
}

fn is_clock(word: &Word) -> bool {
    word.parts.iter().any(|part| matches!(part, Part::Hole { kind: HoleKind::Clock, .. }))
}

fn last_is(out: &[Template], options: &[&str]) -> bool {
    matches!(out.last().map(Vec::as_slice), Some([Segment::Text(text)]) if options.iter().any(|o| o.as_bytes().eq_ignore_ascii_case(text)))
}

fn is_time(name: &str, index: usize, before: &[Template]) -> bool {
    matches!((name, index), ("EXPIRE" | "PEXPIRE" | "SETEX" | "PSETEX", 2))
        || (matches!(name, "SET" | "GETEX") && last_is(before, &["EX", "PX"]))
}

fn counts_seconds(name: &str, before: &[Template]) -> bool {
    matches!(name, "EXPIRE" | "SETEX") || last_is(before, &["EX"])
}

/// A value for something that is the same for everybody: its name.
pub(super) fn plain(name: &str) -> String {
    let words: Vec<&str> =
        name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').filter(|w| !w.is_empty()).collect();
    words.last().map_or_else(|| "x".to_owned(), |word| word.chars().take(24).collect())
}

/// A key that is only known as it reads for people: `"lock:" + id` becomes `lock:id`.
pub(super) fn plain_key(shown: &str) -> Vec<u8> {
    let mut out = String::new();
    for part in shown.split(" + ") {
        match part.strip_prefix('"').and_then(|p| p.strip_suffix('"')) {
            Some(text) => out.push_str(text),
            None => out.push_str(&plain(part)),
        }
    }
    if out.is_empty() { b"lock".to_vec() } else { out.into_bytes() }
}

/// The key of a command on data.
pub(super) fn data_key(site: &Site, holes: &Holes) -> Option<Vec<u8>> {
    let sent = site.sent.as_ref()?;
    let word = sent.words.get(key_position(&sent.name()))?;
    Some(render(&holes.word(word), &sample('a')))
}

/// What a client called so would fill in.
pub(super) fn sample(who: char) -> Filling {
    Filling {
        token: format!("{who}0").into_bytes(),
        value: format!("by-{who}").into_bytes(),
        fence: 1,
        version: 0,
        clock: 1_700_000_000_000,
    }
}

/// What the model replies to commands sent one after the other by two clients.
pub(super) fn tried(
    setup: &[Vec<Vec<u8>>],
    batch: &[Vec<Template>],
) -> Result<(Option<RespReply>, Option<RespReply>, ModelStore), Halt> {
    let mut store = ModelStore::default();
    for command in setup {
        store.send(0, std::slice::from_ref(command), Fate::Arrives)?;
    }
    let mut reply = |who: char| {
        let with = sample(who);
        let commands: Vec<Vec<Vec<u8>>> =
            batch.iter().map(|words| words.iter().map(|w| render(w, &with)).collect()).collect();
        store.send(0, &commands, Fate::Arrives)
    };
    let (first, second) = (reply('a')?, reply('b')?);
    Ok((first, second, store))
}
