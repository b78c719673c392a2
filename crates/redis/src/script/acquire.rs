//! Scripts that make a key where there was none.

use super::probe::{Change, FOREIGN, NOW, Prober, changes};
use super::sandbox::{Refused, Run};
use super::{ArgRef, Reply, ScriptClass, ScriptTtl, TimeUnit};
use crate::model::{Server, Value};

/// A little later, when the second call comes.
const LATER: u64 = 100;

/// Set-if-absent, seen as: made when absent, and another caller's second call leaves
/// the value alone.
pub(super) fn acquire(prober: &mut Prober) -> Result<Option<ScriptClass>, Refused> {
    let args = prober.args.clone();
    let others = prober.other_args();
    let empty = Server::at(NOW);
    let first = prober.run(&empty, &args)?;
    let made: Vec<Vec<u8>> = changes(&empty, &first.server).into_keys().collect();
    if made.is_empty() || first.raised {
        return Ok(None);
    }
    let mut taken = first.server.clone();
    taken.advance(LATER);
    let second = prober.run(&taken, &others)?;
    if second.raised {
        // It could not read what it had written: our arguments do not fit it.
        return Ok(None);
    }
    let by_other = changes(&taken, &second.server);
    let keeps = |key: &Vec<u8>| matches!(by_other.get(key), None | Some(Change::Expiry));
    let mut held: Vec<Vec<u8>> = made.iter().filter(|key| taken.entry(key).is_some() && keeps(key)).cloned().collect();
    if held.is_empty() {
        return Ok(None);
    }
    held.sort_by_key(|key| prober.keys.iter().position(|one| one.as_bytes() == key.as_slice()).unwrap_or(99));

    // The lock is the key whose absence alone lets the other caller win.
    let mut key = None;
    let mut epoch = None;
    for one in &held {
        let mut without = taken.clone();
        without.take(one);
        let run = prober.run(&without, &others)?;
        if changes(&without, &run.server).get(one) == Some(&Change::Made) {
            key = Some(one.clone());
            epoch = Some(run);
            break;
        }
    }
    let Some(key) = key.or_else(|| held.first().cloned()) else {
        return Ok(None);
    };

    if overwrites(prober, &taken, &key)? {
        return Ok(None);
    }
    let mut ttl = prober.ttl(&empty, &key, None)?;
    if ttl.is_none() && lapses(prober, &taken, &key)? {
        ttl = Some(ScriptTtl { unit: TimeUnit::Millis, value: ArgRef::Unknown });
    }
    let token = token(prober, &first, &key, ttl.as_ref())?;
    let same_caller: Vec<String> = (0..args.len())
        .map(|at| if token == ArgRef::Arg(at) { args[at].clone() } else { others[at].clone() })
        .collect();
    let again = prober.run(&taken, &same_caller)?;
    let by_self = changes(&taken, &again.server);

    let mut won = prober.reply(&first);
    let mut lost = prober.reply_to(&second, &others);
    // Replies that are numbers of the moment, such as an epoch or a remaining TTL.
    if let (Reply::Int(_), Some(run)) = (&won, &epoch)
        && let Reply::Int(_) = prober.reply_to(run, &others)
        && prober.reply_to(run, &others) != won
    {
        won = Reply::Number;
    }
    let mut later = taken.clone();
    later.advance(1_500);
    if matches!(lost, Reply::Int(_)) && later.entry(&key).is_some() {
        let run = prober.run(&later, &others)?;
        if prober.reply_to(&run, &others) != lost {
            lost = Reply::Number;
        }
    }

    if won == lost && !by_other.contains_key(&key) && !matches!(token, ArgRef::Arg(_)) {
        // The same constant written twice, with nothing to tell the first time by.
        return Ok(None);
    }
    let loser_extends = by_other.get(&key) == Some(&Change::Expiry);
    let counts = by_self.get(&key) == Some(&Change::Value);
    let extends = by_self.get(&key) == Some(&Change::Expiry) || counts;
    let wins_again = again.reply == first.reply && again.reply != second.reply;
    let key_ref = prober.key_ref(&key);
    if loser_extends && won == lost {
        let (guard, creates) = (None, true);
        return Ok(Some(ScriptClass::Renew { key: key_ref, guard, ttl, creates, won, lost }));
    }
    if extends && !loser_extends {
        let reentrant = counts;
        return Ok(Some(ScriptClass::AcquireOrRenew { key: key_ref, token, ttl, reentrant, won, lost }));
    }
    let reentrant = wins_again;
    Ok(Some(ScriptClass::Acquire { key: key_ref, token, ttl, reentrant, loser_extends, won, lost }))
}

/// A constant written over itself looks untouched; over something else it does not.
fn overwrites(prober: &mut Prober, taken: &Server, key: &[u8]) -> Result<bool, Refused> {
    let Some(entry) = taken.entry(key) else {
        return Ok(false);
    };
    if !matches!(entry.value, Value::Str(_)) {
        return Ok(false);
    }
    let mut world = taken.clone();
    world.put(key, Value::Str(FOREIGN[0].as_bytes().to_vec()), entry.expires);
    let others = prober.other_args();
    let run = prober.run(&world, &others)?;
    Ok(!run.raised && changes(&world, &run.server).get(key) == Some(&Change::Value))
}

/// The key has no expiry of Redis' own, but another caller takes it over much later:
/// by the server's clock, or by a clock among the arguments.
fn lapses(prober: &mut Prober, taken: &Server, key: &[u8]) -> Result<bool, Refused> {
    const MUCH: i64 = 100_000_000_000;
    let others = prober.other_args();
    let mut later = taken.clone();
    later.advance(MUCH.unsigned_abs());
    let run = prober.run(&later, &others)?;
    if later.entry(key).is_some() && changes(&later, &run.server).contains_key(key) {
        return Ok(true);
    }
    for at in 0..others.len() {
        let mut args = others.clone();
        args[at] = prober.with(at, MUCH)[at].clone();
        let run = prober.run(taken, &args)?;
        if !run.raised && changes(taken, &run.server).contains_key(key) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What in the key's new value tells this caller from another.
fn token(prober: &mut Prober, first: &Run, key: &[u8], ttl: Option<&ScriptTtl>) -> Result<ArgRef, Refused> {
    let parts = first.server.entry(key).map(|entry| parts(&entry.value)).unwrap_or_default();
    let clock = match ttl.map(|ttl| &ttl.value) {
        Some(ArgRef::Arg(at)) => Some(*at),
        _ => None,
    };
    let mut found: Vec<usize> = parts.iter().filter_map(|part| prober.arg_in(part)).collect();
    // The TTL may be stored as well; it is the owner only when nothing else is.
    found.sort_by_key(|at| Some(*at) == clock);
    if let Some(&at) = found.first() {
        return Ok(ArgRef::Arg(at));
    }
    let others = prober.other_args();
    let run = prober.run(&Server::at(NOW), &others)?;
    let same = run.server.entry(key).map(|entry| &entry.value) == first.server.entry(key).map(|entry| &entry.value);
    match first.server.entry(key).map(|entry| &entry.value) {
        Some(Value::Str(text)) if same => Ok(prober.constant(&String::from_utf8_lossy(text))),
        Some(_) if same => Ok(parts.last().map_or(ArgRef::Unknown, |p| prober.constant(&String::from_utf8_lossy(p)))),
        _ => Ok(ArgRef::Unknown),
    }
}

/// The texts a value is made of: names of fields before their values.
pub(super) fn parts(value: &Value) -> Vec<Vec<u8>> {
    match value {
        Value::Str(text) => vec![text.clone()],
        Value::Hash(fields) => fields.keys().chain(fields.values()).cloned().collect(),
        Value::List(items) => items.iter().cloned().collect(),
        Value::Set(members) => members.iter().cloned().collect(),
        Value::Zset(members) => members.keys().cloned().collect(),
    }
}
