//! Runs a script in a given world and says what changed and what it replied.

use std::collections::{BTreeMap, BTreeSet};

use super::sandbox::{Refused, Run, Sandbox};
use super::{ArgRef, BulkIs, KeyRef, Limits, Reply, ScriptProbe, ScriptTtl, TimeUnit, text};
use crate::meaning::{Meaning, Word, meaning};
use crate::model::{Entry, RespReply, Server};

/// The clock of every world, in milliseconds: small, so that small arguments can be
/// points in time to come, and unlike any of them.
pub(super) const NOW: i64 = 3_003;
/// What a key that is there still has to live.
pub(super) const LEFT: i64 = 20_000;
/// Foreign owners: above and below every argument.
pub(super) const FOREIGN: [&str; 2] = ["99991", "17"];
/// How far an argument moves when we look for the one that sets the TTL.
const STEP: i64 = 4_000;

/// What a run did to one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Made,
    Gone,
    /// The value is the same; the expiry is not.
    Expiry,
    Value,
}

pub(super) type Changes = BTreeMap<Vec<u8>, Change>;

pub(super) struct Prober {
    sandbox: Sandbox,
    pub(super) keys: Vec<String>,
    pub(super) args: Vec<String>,
    /// Arguments whose text the call itself gives.
    fixed: Vec<bool>,
    pub(super) literals: Vec<String>,
    pub(super) field_names: Vec<String>,
    /// A placeholder was filled in, so constants may be the caller's.
    pub(super) filled: bool,
    /// All keys any run named, all keys any run changed.
    pub(super) named: BTreeSet<Vec<u8>>,
    pub(super) changed: BTreeSet<Vec<u8>>,
    pub(super) counted: BTreeSet<Vec<u8>>,
    pub(super) decoded: bool,
    /// The text joins strings, so an owner may be made of several parts.
    pub(super) joins: bool,
    /// Owners of several parts are tried too.
    pub(super) composed: bool,
    runs: usize,
    raised: usize,
    first_error: Option<String>,
}

/// Numbers of a TTL's size that are all different, and no round constants; as texts
/// they do for owner tokens too.
fn argument(at: usize) -> i64 {
    5_003 + 1_009 * i64::try_from(at).unwrap_or(0)
}

/// A text that the call gives for an argument. Numbers are left out: moving them is
/// how a TTL is found.
fn word(fixed: &[Option<&str>], at: usize) -> Option<String> {
    let text = fixed.get(at).copied().flatten()?;
    text.trim().parse::<f64>().is_err().then(|| text.to_owned())
}

impl Prober {
    pub(super) fn new(
        script: &str,
        function: Option<&str>,
        probe: ScriptProbe,
        fixed: &[Option<&str>],
        limits: Limits,
    ) -> Result<Self, Refused> {
        let keys = probe.keys.unwrap_or_else(|| text::mentioned(script, "KEYS", 1)).min(8);
        let args = probe.args.unwrap_or_else(|| text::mentioned(script, "ARGV", 3)).min(16);
        let (keys, args) = match function {
            // A function names its parameters as it likes.
            Some(_) => (probe.keys.unwrap_or(1).min(8), probe.args.unwrap_or(3).min(16)),
            None => (keys, args),
        };
        let (sandbox, filled) = match Sandbox::new(script, function, limits) {
            Ok(sandbox) => (sandbox, false),
            Err(refused) => match text::filled(script) {
                Some(filled) => (Sandbox::new(&filled, function, limits).map_err(|_| refused)?, true),
                None => return Err(refused),
            },
        };
        Ok(Prober {
            sandbox,
            keys: (1..=keys).map(|at| format!("probe:key{at}")).collect(),
            args: (0..args).map(|at| word(fixed, at).unwrap_or_else(|| argument(at).to_string())).collect(),
            fixed: (0..args).map(|at| word(fixed, at).is_some()).collect(),
            literals: text::literals(script),
            field_names: text::field_names(script),
            filled,
            named: BTreeSet::new(),
            changed: BTreeSet::new(),
            counted: BTreeSet::new(),
            decoded: false,
            joins: script.contains(".."),
            composed: false,
            runs: 0,
            raised: 0,
            first_error: None,
        })
    }

    /// Runs in `world` and remembers what was named and changed.
    pub(super) fn run(&mut self, world: &Server, args: &[String]) -> Result<Run, Refused> {
        let run = self.sandbox.run(world, &self.keys, args)?;
        self.runs += 1;
        if run.raised {
            self.raised += 1;
            if let (None, RespReply::Error(text)) = (&self.first_error, &run.reply) {
                self.first_error = Some(text.chars().take(200).collect());
            }
        }
        self.decoded |= run.decoded;
        for command in &run.log {
            let (meaning, keys) = keys_of(command);
            let counts = matches!(meaning, Meaning::Increment { .. })
                || command.first().is_some_and(|name| name.eq_ignore_ascii_case(b"ZADD"));
            for key in keys {
                if counts {
                    self.counted.insert(key.clone());
                }
                self.named.insert(key);
            }
        }
        self.changed.extend(changes(world, &run.server).into_keys());
        Ok(run)
    }

    /// The error, when no run at all came to its end.
    pub(super) fn always_failed(&self) -> Option<String> {
        if self.runs > 0 && self.runs == self.raised { self.first_error.clone() } else { None }
    }

    /// The arguments of another caller: every one a little different.
    pub(super) fn other_args(&self) -> Vec<String> {
        let mut args = self.args.clone();
        for at in 0..args.len() {
            self.shift(&mut args, at, 1);
        }
        args
    }

    /// The arguments with one moved.
    pub(super) fn with(&self, at: usize, by: i64) -> Vec<String> {
        let mut args = self.args.clone();
        self.shift(&mut args, at, by);
        args
    }

    fn shift(&self, args: &mut [String], at: usize, by: i64) {
        if let (Some(arg), Some(false)) = (args.get_mut(at), self.fixed.get(at)) {
            *arg = (argument(at) + by).to_string();
        }
    }

    /// How the script names a key.
    pub(super) fn key_ref(&self, key: &[u8]) -> KeyRef {
        let name = String::from_utf8_lossy(key).into_owned();
        if let Some(at) = self.keys.iter().position(|one| *one == name) {
            return KeyRef::Key(at);
        }
        if let Some(at) = self.args.iter().position(|one| *one == name) {
            return KeyRef::Arg(at);
        }
        let mut parts = self.keys.iter().chain(&self.args);
        if parts.any(|part| name.contains(part.as_str())) || (self.filled && name.contains(text::FILLER)) {
            return KeyRef::Derived;
        }
        KeyRef::Text(name)
    }

    pub(super) fn key_refs<'a>(&self, keys: impl IntoIterator<Item = &'a Vec<u8>>) -> Vec<KeyRef> {
        let mut out: Vec<KeyRef> = keys.into_iter().map(|key| self.key_ref(key)).collect();
        out.sort_by_key(|key| match key {
            KeyRef::Key(at) => (0, *at),
            KeyRef::Arg(at) => (1, *at),
            KeyRef::Text(_) => (2, 0),
            KeyRef::Derived => (3, 0),
        });
        out.dedup();
        out
    }

    /// The argument that a text is, or that is a part of it.
    pub(super) fn arg_in(&self, text: &[u8]) -> Option<usize> {
        let text = String::from_utf8_lossy(text);
        let exact = self.args.iter().position(|arg| *arg == text);
        exact.or_else(|| self.args.iter().position(|arg| text.contains(arg.as_str())))
    }

    /// A constant as the caller should see it.
    pub(super) fn constant(&self, text: &str) -> ArgRef {
        if self.filled && text.contains(text::FILLER) { ArgRef::Unknown } else { ArgRef::Const(text.to_owned()) }
    }

    /// The reply as our caller sees it.
    pub(super) fn reply(&self, run: &Run) -> Reply {
        self.reply_to(run, &self.args)
    }

    /// The reply as a caller with these arguments sees it.
    pub(super) fn reply_to(&self, run: &Run, args: &[String]) -> Reply {
        match &run.reply {
            RespReply::Int(n) => Reply::Int(*n),
            RespReply::Status(text) => Reply::Status(text.clone()),
            RespReply::Nil => Reply::Nil,
            RespReply::Error(_) => Reply::Error,
            RespReply::Array(_) => Reply::List,
            RespReply::Bulk(bytes) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                Reply::Bulk(match args.iter().position(|arg| *arg == text) {
                    Some(at) => BulkIs::Arg(at),
                    // A text with digits may be made of anything, unless the script says it.
                    None if !self.literals.contains(&text) && text.bytes().any(|byte| byte.is_ascii_digit()) => {
                        BulkIs::Other
                    }
                    None => BulkIs::Text(text),
                })
            }
        }
    }

    /// Where the TTL that a run from `world` gives `key` comes from. `guard`: an
    /// argument that must stay as it is for the run to go the same way.
    pub(super) fn ttl(
        &mut self,
        world: &Server,
        key: &[u8],
        guard: Option<usize>,
    ) -> Result<Option<ScriptTtl>, Refused> {
        let args = self.args.clone();
        let base = self.run(world, &args)?;
        let Some(end) = expiry(&base.server, key) else {
            return Ok(None);
        };
        let mut odd = false;
        for at in (0..self.args.len()).filter(|at| Some(*at) != guard) {
            let moved = self.with(at, STEP);
            let run = self.run(world, &moved)?;
            let Some(moved_end) = expiry(&run.server, key) else {
                continue;
            };
            let by = moved_end - end;
            if by == 0 {
                continue;
            }
            // Rounding to whole seconds moves things by less than one.
            let near = |a: i64, b: i64| (a - b).abs() < 1_000;
            let scale = if near(by, STEP * 1_000) {
                1_000
            } else if near(by, STEP) {
                1
            } else {
                odd = true;
                continue;
            };
            let length = argument(at) * scale;
            let unit = match (scale, near(end, length), near(end, world.now() + length)) {
                (1, true, false) => TimeUnit::UnixMillis,
                (1, ..) => TimeUnit::Millis,
                (_, true, false) => TimeUnit::UnixSeconds,
                _ => TimeUnit::Seconds,
            };
            return Ok(Some(ScriptTtl { unit, value: ArgRef::Arg(at) }));
        }
        let length = end - world.now();
        Ok(Some(if odd {
            ScriptTtl { unit: TimeUnit::Millis, value: ArgRef::Unknown }
        } else if length % 1_000 == 0 {
            let value = self.constant(&(length / 1_000).to_string());
            ScriptTtl { unit: TimeUnit::Seconds, value }
        } else {
            ScriptTtl { unit: TimeUnit::Millis, value: self.constant(&length.to_string()) }
        }))
    }
}

fn expiry(server: &Server, key: &[u8]) -> Option<i64> {
    server.entry(key).and_then(|entry| entry.expires)
}

/// What a run changed, key by key.
pub(super) fn changes(before: &Server, after: &Server) -> Changes {
    let mut out = Changes::new();
    for (key, old) in before.keys() {
        let change = match after.entry(key) {
            None => Change::Gone,
            Some(Entry { value, .. }) if *value != old.value => Change::Value,
            Some(Entry { expires, .. }) if *expires != old.expires => Change::Expiry,
            Some(_) => continue,
        };
        out.insert(key.to_vec(), change);
    }
    for (key, _) in after.keys() {
        if before.entry(key).is_none() {
            out.insert(key.to_vec(), Change::Made);
        }
    }
    out
}

/// A command's meaning and its keys.
pub(super) fn keys_of(command: &[Vec<u8>]) -> (Meaning, Vec<Vec<u8>>) {
    let texts: Vec<&str> = command.iter().map(|word| std::str::from_utf8(word).unwrap_or("\u{fffd}")).collect();
    let words: Vec<Word<'_>> = texts.iter().map(|text| Word::Lit(text)).collect();
    let meaning = meaning(&words);
    let keys = meaning.keys().into_iter().filter_map(|at| command.get(at).cloned()).collect();
    (meaning, keys)
}
