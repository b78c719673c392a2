//! Hashes.

use std::collections::BTreeMap;

use super::reply::{Out, Stop, arity, says, wrong_type};
use super::{Entry, RespReply, Server, Value, integer};

type Fields = BTreeMap<Vec<u8>, Vec<u8>>;

impl Server {
    pub(super) fn hashes(&mut self, name: &str, args: &[Vec<u8>]) -> Out {
        let key = &args[0];
        let bulk = |text: Option<&Vec<u8>>| text.map_or(RespReply::Nil, |t| RespReply::bulk(t.clone()));
        match name {
            "HSET" | "HMSET" => {
                if args.len() % 2 != 1 {
                    return Err(arity(name));
                }
                let fields = self.fields_mut(key)?;
                let mut new = 0;
                for pair in args[1..].chunks_exact(2) {
                    new += usize::from(fields.insert(pair[0].clone(), pair[1].clone()).is_none());
                }
                Ok(if name == "HSET" { RespReply::count(new) } else { RespReply::ok() })
            }
            "HSETNX" => {
                let fields = self.fields_mut(key)?;
                let free = !fields.contains_key(&args[1]);
                if free {
                    fields.insert(args[1].clone(), args[2].clone());
                }
                Ok(RespReply::flag(free))
            }
            "HGET" => Ok(bulk(self.fields(key)?.and_then(|fields| fields.get(&args[1])))),
            "HMGET" => {
                let fields = self.fields(key)?;
                let one = |field| bulk(fields.and_then(|fields| fields.get(field)));
                Ok(RespReply::Array(args[1..].iter().map(one).collect()))
            }
            "HDEL" => {
                if self.fields(key)?.is_none() {
                    return Ok(RespReply::Int(0));
                }
                let fields = self.fields_mut(key)?;
                let gone = args[1..].iter().filter(|field| fields.remove(*field).is_some()).count();
                Ok(RespReply::count(gone))
            }
            "HEXISTS" => Ok(RespReply::flag(self.fields(key)?.is_some_and(|fields| fields.contains_key(&args[1])))),
            "HLEN" => Ok(RespReply::count(self.fields(key)?.map_or(0, BTreeMap::len))),
            "HGETALL" | "HKEYS" | "HVALS" => {
                let mut all = Vec::new();
                for (field, value) in self.fields(key)?.into_iter().flatten() {
                    if name != "HVALS" {
                        all.push(RespReply::bulk(field.clone()));
                    }
                    if name != "HKEYS" {
                        all.push(RespReply::bulk(value.clone()));
                    }
                }
                Ok(RespReply::Array(all))
            }
            "HINCRBY" => {
                let by = integer(&args[2])?;
                let old = match self.fields(key)?.and_then(|fields| fields.get(&args[1])) {
                    Some(text) => integer(text).map_err(|_| says("ERR hash value is not an integer"))?,
                    None => 0,
                };
                let new = old.checked_add(by).ok_or_else(|| says("ERR increment or decrement would overflow"))?;
                self.fields_mut(key)?.insert(args[1].clone(), new.to_string().into_bytes());
                Ok(RespReply::Int(new))
            }
            _ => Err(Stop::Unmodelled(name.to_owned())),
        }
    }

    fn fields(&self, key: &[u8]) -> Result<Option<&Fields>, Stop> {
        match self.keys.get(key).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::Hash(fields)) => Ok(Some(fields)),
            Some(_) => Err(wrong_type()),
        }
    }

    fn fields_mut(&mut self, key: &[u8]) -> Result<&mut Fields, Stop> {
        let fresh = || Entry { value: Value::Hash(BTreeMap::new()), expires: None };
        match &mut self.keys.entry(key.to_vec()).or_insert_with(fresh).value {
            Value::Hash(fields) => Ok(fields),
            _ => Err(wrong_type()),
        }
    }
}
