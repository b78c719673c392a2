//! Key spaces to run a script in: a key that holds a given text in each of the
//! shapes the script was seen to expect.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::probe::{Prober, keys_of};
use super::sandbox::Run;
use crate::model::{Score, Value};

/// At most so many shapes of one key.
const SHAPES: usize = 10;

/// How a script was seen to use one key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Use {
    string: bool,
    /// The fields it asked a hash for.
    hash: Option<BTreeSet<Vec<u8>>>,
    list: bool,
    set: bool,
    zset: bool,
    /// It was deleted or given an expiry.
    pub(super) ended: bool,
}

/// All keys in use, those of `KEYS` first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Uses(pub(super) BTreeMap<Vec<u8>, Use>);

impl Uses {
    /// Adds what one run used.
    pub(super) fn learn(&mut self, run: &Run) {
        for command in &run.log {
            let name = command.first().map(|name| name.to_ascii_uppercase()).unwrap_or_default();
            let (_, keys) = keys_of(command);
            for key in keys {
                let one = self.0.entry(key).or_default();
                match name.as_slice() {
                    b"EXISTS" | b"TYPE" | b"TTL" | b"PTTL" | b"PERSIST" | b"TOUCH" => {}
                    b"DEL" | b"UNLINK" | b"EXPIRE" | b"PEXPIRE" | b"EXPIREAT" | b"PEXPIREAT" => {
                        one.ended = true;
                    }
                    b"GETDEL" | b"DELEX" | b"DELIFEQ" => {
                        one.ended = true;
                        one.string = true;
                    }
                    b"SADD" | b"SREM" | b"SISMEMBER" | b"SCARD" | b"SMEMBERS" => one.set = true,
                    [b'H', ..] => {
                        let fields = one.hash.get_or_insert_default();
                        let step = if matches!(name.as_slice(), b"HSET" | b"HMSET") { 2 } else { 1 };
                        let most = match name.as_slice() {
                            b"HGET" | b"HEXISTS" | b"HSETNX" | b"HINCRBY" => 1,
                            b"HLEN" | b"HGETALL" | b"HKEYS" | b"HVALS" => 0,
                            _ => 8,
                        };
                        fields.extend(command.iter().skip(2).step_by(step).take(most).cloned());
                    }
                    [b'Z', ..] => one.zset = true,
                    [b'L' | b'R', ..] => one.list = true,
                    _ => one.string = true,
                }
            }
        }
    }

    /// Keys in the order in which they are looked at: `KEYS` first.
    pub(super) fn order(&self, prober: &Prober) -> Vec<Vec<u8>> {
        let mut keys: Vec<Vec<u8>> =
            prober.keys.iter().map(|key| key.clone().into_bytes()).filter(|key| self.0.contains_key(key)).collect();
        for key in self.0.keys() {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        keys.truncate(8);
        keys
    }

    /// The shapes in which `key` can hold `text`; `instead` is the caller's text that
    /// `text` stands in for, where a name of a field is the owner.
    pub(super) fn shapes(&self, prober: &Prober, key: &[u8], text: &str, instead: &str) -> Vec<Value> {
        let used = self.0.get(key).cloned().unwrap_or_default();
        let bytes = text.as_bytes().to_vec();
        let mut out = Vec::new();
        if let Some(fields) = &used.hash {
            out.extend(hashes(fields, text, instead));
        }
        if used.list {
            out.push(Value::List(VecDeque::from([bytes.clone()])));
        }
        if used.set {
            out.push(Value::Set(BTreeSet::from([bytes.clone()])));
        }
        if used.zset {
            out.push(Value::Zset(BTreeMap::from([(bytes.clone(), Score(9_000_000.0))])));
        }
        if used.string || out.is_empty() {
            out.push(Value::Str(bytes));
            if prober.decoded {
                out.extend(documents(&prober.field_names, text));
            }
        }
        out.truncate(SHAPES);
        out
    }
}

/// Hashes that say `text` is the owner: by the name of a field, by all values, or by
/// one value among counters.
fn hashes(fields: &BTreeSet<Vec<u8>>, text: &str, instead: &str) -> Vec<Value> {
    let has = |field: &[u8]| String::from_utf8_lossy(field).contains(instead);
    let (named, plain): (Vec<&Vec<u8>>, Vec<&Vec<u8>>) = fields.iter().partition(|field| has(field));
    let one = b"1".to_vec();
    let bytes = text.as_bytes().to_vec();
    let mut out = Vec::new();
    if !named.is_empty() {
        let mut hash: BTreeMap<Vec<u8>, Vec<u8>> = named
            .iter()
            .map(|field| {
                let field = String::from_utf8_lossy(field).replace(instead, text);
                (field.into_bytes(), one.clone())
            })
            .collect();
        hash.extend(plain.iter().map(|field| ((*field).clone(), bytes.clone())));
        out.push(Value::Hash(hash));
    } else if plain.is_empty() {
        out.push(Value::Hash(BTreeMap::from([(bytes.clone(), one.clone())])));
    }
    if !plain.is_empty() {
        let all = plain.iter().map(|field| ((*field).clone(), bytes.clone())).collect();
        out.push(Value::Hash(all));
        for owner in plain.iter().take(if plain.len() > 1 { 4 } else { 0 }) {
            let hash =
                plain.iter().map(|field| ((*field).clone(), if field == owner { bytes.clone() } else { one.clone() }));
            out.push(Value::Hash(hash.collect()));
        }
    }
    out
}

/// JSON documents that say `text` is the owner, in any field the script mentions.
fn documents(names: &[String], text: &str) -> Vec<Value> {
    let object = |owner: Option<&String>| {
        let fields: Vec<String> = names
            .iter()
            .map(|name| {
                let value = if owner.is_none_or(|owner| owner == name) { text } else { "1" };
                format!("\"{name}\":\"{value}\"")
            })
            .collect();
        Value::Str(format!("{{{}}}", fields.join(",")).into_bytes())
    };
    let mut out = vec![object(None)];
    out.extend(names.iter().take(4).map(|name| object(Some(name))));
    out
}
