//! Strings: GET, SET and its kin, counters.

use super::reply::{Out, Stop, arity, invalid_expire, not_integer, says, syntax, wrong_type};
use super::{Entry, RespReply, Server, Value, integer, span};
use crate::meaning::{SetWhen, TtlArg, Word};
use crate::set::{SetOptions, set_options};

impl Server {
    pub(super) fn strings(&mut self, name: &str, args: &[Vec<u8>]) -> Out {
        match name {
            "GET" => Ok(self.text(&args[0])?.map_or(RespReply::Nil, RespReply::bulk)),
            "SET" => self.set(args),
            "SETNX" => {
                let free = !self.keys.contains_key(&args[0]);
                if free {
                    self.write(&args[0], args[1].clone(), None);
                }
                Ok(RespReply::flag(free))
            }
            "SETEX" | "PSETEX" => {
                let unit = if name == "SETEX" { TtlArg::Seconds(1) } else { TtlArg::Millis(1) };
                let expires = self.deadline(name, unit, &args[1])?;
                self.write(&args[0], args[2].clone(), Some(expires));
                Ok(RespReply::ok())
            }
            "GETSET" => {
                let old = self.text(&args[0])?;
                self.write(&args[0], args[1].clone(), None);
                Ok(old.map_or(RespReply::Nil, RespReply::bulk))
            }
            "GETDEL" => {
                let old = self.text(&args[0])?;
                self.keys.remove(&args[0]);
                Ok(old.map_or(RespReply::Nil, RespReply::bulk))
            }
            "GETEX" => self.getex(args),
            "MGET" => Ok(RespReply::Array(
                args.iter()
                    .map(|key| match self.text(key) {
                        Ok(Some(text)) => RespReply::bulk(text),
                        _ => RespReply::Nil,
                    })
                    .collect(),
            )),
            "MSET" | "MSETNX" => {
                if !args.len().is_multiple_of(2) {
                    return Err(arity(name));
                }
                let pairs = || args.chunks_exact(2);
                if name == "MSETNX" && pairs().any(|pair| self.keys.contains_key(&pair[0])) {
                    return Ok(RespReply::Int(0));
                }
                for pair in pairs() {
                    self.write(&pair[0], pair[1].clone(), None);
                }
                Ok(if name == "MSET" { RespReply::ok() } else { RespReply::Int(1) })
            }
            "INCR" => self.add(&args[0], 1),
            "DECR" => self.add(&args[0], -1),
            "INCRBY" => self.add(&args[0], integer(&args[1])?),
            "DECRBY" => {
                let by = integer(&args[1])?.checked_neg().ok_or_else(|| says("ERR decrement would overflow"))?;
                self.add(&args[0], by)
            }
            "APPEND" => {
                let mut text = self.text(&args[0])?.unwrap_or_default();
                text.extend_from_slice(&args[1]);
                let len = text.len();
                let expires = self.keys.get(&args[0]).and_then(|entry| entry.expires);
                self.write(&args[0], text, expires);
                Ok(RespReply::count(len))
            }
            "STRLEN" => Ok(RespReply::count(self.text(&args[0])?.map_or(0, |text| text.len()))),
            "GETRANGE" => {
                let (start, stop) = (integer(&args[1])?, integer(&args[2])?);
                let text = self.text(&args[0])?.unwrap_or_default();
                Ok(RespReply::bulk(&text[byte_span(start, stop, text.len())]))
            }
            _ => Err(Stop::Unmodelled(name.to_owned())),
        }
    }

    /// A string key's text; an error for another type.
    pub(super) fn text(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Stop> {
        match self.keys.get(key).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::Str(text)) => Ok(Some(text.clone())),
            Some(_) => Err(wrong_type()),
        }
    }

    fn write(&mut self, key: &[u8], text: Vec<u8>, expires: Option<i64>) {
        self.keys.insert(key.to_vec(), Entry { value: Value::Str(text), expires });
    }

    fn add(&mut self, key: &[u8], by: i64) -> Out {
        let old = match self.text(key)? {
            Some(text) => integer(&text)?,
            None => 0,
        };
        let new = old.checked_add(by).ok_or_else(|| says("ERR increment or decrement would overflow"))?;
        let expires = self.keys.get(key).and_then(|entry| entry.expires);
        self.write(key, new.to_string().into_bytes(), expires);
        Ok(RespReply::Int(new))
    }

    /// The point in time that a TTL word of SET, SETEX or GETEX means.
    fn deadline(&self, name: &str, unit: TtlArg, word: &[u8]) -> Result<i64, Stop> {
        let number = integer(word)?;
        if number <= 0 {
            return Err(invalid_expire(name));
        }
        let when = match unit {
            TtlArg::Seconds(_) => number.checked_mul(1000).and_then(|ms| ms.checked_add(self.now)),
            TtlArg::Millis(_) => number.checked_add(self.now),
            TtlArg::UnixSeconds(_) => number.checked_mul(1000),
            TtlArg::UnixMillis(_) => Some(number),
            TtlArg::Absent | TtlArg::Keep | TtlArg::Unknown => None,
        };
        when.ok_or_else(|| invalid_expire(name))
    }

    /// SET, with the conditions of Redis 8.4 and Valkey 8.1.
    fn set(&mut self, args: &[Vec<u8>]) -> Out {
        let options = options(args, 2)?;
        let expires = match options.ttl.word() {
            Some(at) => Some(self.deadline("SET", options.ttl, word(args, at)?)?),
            None => None,
        };
        let compares = matches!(options.when, SetWhen::IfEqual(_) | SetWhen::IfNotEqual(_));
        let old = if options.get || compares { self.text(&args[0])? } else { None };
        let here = self.keys.contains_key(&args[0]);
        let goes = match options.when {
            SetWhen::Always => true,
            SetWhen::IfAbsent => !here,
            SetWhen::IfPresent => here,
            SetWhen::IfEqual(at) => old.as_deref() == Some(word(args, at)?),
            SetWhen::IfNotEqual(at) => old.as_deref() != Some(word(args, at)?),
            SetWhen::IfDigestEqual(_) | SetWhen::IfDigestNotEqual(_) | SetWhen::Unknown => {
                return Err(Stop::Unmodelled("SET by digest".to_owned()));
            }
        };
        if goes {
            let kept = self.keys.get(&args[0]).and_then(|entry| entry.expires);
            let expires = if options.ttl == TtlArg::Keep { kept } else { expires };
            self.write(&args[0], args[1].clone(), expires);
        }
        Ok(match (options.get, goes) {
            (true, _) => old.map_or(RespReply::Nil, RespReply::bulk),
            (false, true) => RespReply::ok(),
            (false, false) => RespReply::Nil,
        })
    }

    fn getex(&mut self, args: &[Vec<u8>]) -> Out {
        let persist = args.len() == 2 && args[1].eq_ignore_ascii_case(b"PERSIST");
        let options = if persist { None } else { Some(options(args, 1)?) };
        if options.is_some_and(|o| o.get || o.when != SetWhen::Always || o.ttl == TtlArg::Keep) {
            return Err(syntax());
        }
        let Some(text) = self.text(&args[0])? else {
            return Ok(RespReply::Nil);
        };
        let ttl = options.map_or(TtlArg::Absent, |o| o.ttl);
        if let Some(at) = ttl.word() {
            let when = self.deadline("GETEX", ttl, word(args, at)?)?;
            let is_point = matches!(ttl, TtlArg::UnixSeconds(_) | TtlArg::UnixMillis(_));
            if is_point && when <= self.now {
                self.keys.remove(&args[0]);
            } else if let Some(entry) = self.keys.get_mut(&args[0]) {
                entry.expires = Some(when);
            }
        } else if persist && let Some(entry) = self.keys.get_mut(&args[0]) {
            entry.expires = None;
        }
        Ok(RespReply::bulk(text))
    }
}

/// Reads options through the one parser, whose indices count the command's name.
fn options(args: &[Vec<u8>], from: usize) -> Result<SetOptions, Stop> {
    let words: Vec<Word<'_>> = std::iter::once(Word::Lit(""))
        .chain(args.iter().map(|arg| Word::Lit(std::str::from_utf8(arg).unwrap_or("\u{fffd}"))))
        .collect();
    let options = set_options(&words, from + 1);
    if options.bad { Err(syntax()) } else { Ok(options) }
}

/// The argument at a word's index (which counts the command's name).
fn word(args: &[Vec<u8>], at: usize) -> Result<&[u8], Stop> {
    at.checked_sub(1).and_then(|at| args.get(at)).map(Vec::as_slice).ok_or_else(not_integer)
}

/// GETRANGE: as [`span`], but an end before the start of the text is its start.
fn byte_span(start: i64, stop: i64, len: usize) -> std::ops::Range<usize> {
    if start < 0 && stop < 0 && start > stop {
        return 0..0;
    }
    let length = i64::try_from(len).unwrap_or(i64::MAX);
    let stop = if stop < 0 { stop.saturating_add(length).max(0) } else { stop };
    span(start, stop, len)
}
