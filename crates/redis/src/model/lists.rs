//! Lists.

use std::collections::VecDeque;

use super::reply::{Out, Stop, says, wrong_type};
use super::{Entry, RespReply, Server, Value, integer, span};

type Items = VecDeque<Vec<u8>>;

impl Server {
    pub(super) fn lists(&mut self, name: &str, args: &[Vec<u8>]) -> Out {
        let key = &args[0];
        match name {
            "LPUSH" | "RPUSH" | "LPUSHX" | "RPUSHX" => {
                let here = self.items(key)?.is_some();
                if name.ends_with('X') && !here {
                    return Ok(RespReply::Int(0));
                }
                let items = self.items_mut(key)?;
                for item in &args[1..] {
                    if name.starts_with('L') {
                        items.push_front(item.clone());
                    } else {
                        items.push_back(item.clone());
                    }
                }
                Ok(RespReply::count(items.len()))
            }
            "LPOP" | "RPOP" => {
                let count = args.get(1).map(|word| count(word)).transpose()?;
                if self.items(key)?.is_none() {
                    return Ok(RespReply::Nil);
                }
                let items = self.items_mut(key)?;
                let mut pop = || {
                    if name == "LPOP" { items.pop_front() } else { items.pop_back() }
                };
                Ok(match count {
                    None => pop().map_or(RespReply::Nil, RespReply::bulk),
                    Some(count) => {
                        let mut all = Vec::new();
                        while all.len() < count
                            && let Some(item) = pop()
                        {
                            all.push(RespReply::bulk(item));
                        }
                        RespReply::Array(all)
                    }
                })
            }
            "LRANGE" | "LTRIM" => {
                let (start, stop) = (integer(&args[1])?, integer(&args[2])?);
                let Some(items) = self.items(key)? else {
                    let none = RespReply::Array(Vec::new());
                    return Ok(if name == "LRANGE" { none } else { RespReply::ok() });
                };
                let kept: Items = items.range(span(start, stop, items.len())).cloned().collect();
                if name == "LRANGE" {
                    return Ok(RespReply::Array(kept.into_iter().map(RespReply::bulk).collect()));
                }
                *self.items_mut(key)? = kept;
                Ok(RespReply::ok())
            }
            "LREM" => {
                let count = integer(&args[1])?;
                if self.items(key)?.is_none() {
                    return Ok(RespReply::Int(0));
                }
                let items = self.items_mut(key)?;
                let most = match count {
                    0 => usize::MAX,
                    n => usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX),
                };
                let mut hits: Vec<usize> = (0..items.len()).filter(|&at| items[at] == args[2]).collect();
                if count < 0 {
                    hits.reverse();
                }
                hits.truncate(most);
                hits.sort_unstable_by(|a, b| b.cmp(a));
                for &at in &hits {
                    items.remove(at);
                }
                Ok(RespReply::count(hits.len()))
            }
            "LLEN" => Ok(RespReply::count(self.items(key)?.map_or(0, VecDeque::len))),
            "LINDEX" => {
                let Some(items) = self.items(key)? else {
                    return Ok(RespReply::Nil);
                };
                let at = integer(&args[1])?;
                let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
                let at = if at < 0 { at.saturating_add(len) } else { at };
                let item = usize::try_from(at).ok().and_then(|at| items.get(at));
                Ok(item.map_or(RespReply::Nil, |item| RespReply::bulk(item.clone())))
            }
            "RPOPLPUSH" => {
                if self.items(key)?.is_none() {
                    return Ok(RespReply::Nil);
                }
                self.items(&args[1])?;
                let Some(item) = self.items_mut(key)?.pop_back() else {
                    return Ok(RespReply::Nil);
                };
                self.items_mut(&args[1])?.push_front(item.clone());
                Ok(RespReply::bulk(item))
            }
            _ => Err(Stop::Unmodelled(name.to_owned())),
        }
    }

    fn items(&self, key: &[u8]) -> Result<Option<&Items>, Stop> {
        match self.keys.get(key).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::List(items)) => Ok(Some(items)),
            Some(_) => Err(wrong_type()),
        }
    }

    fn items_mut(&mut self, key: &[u8]) -> Result<&mut Items, Stop> {
        let fresh = || Entry { value: Value::List(VecDeque::new()), expires: None };
        match &mut self.keys.entry(key.to_vec()).or_insert_with(fresh).value {
            Value::List(items) => Ok(items),
            _ => Err(wrong_type()),
        }
    }
}

/// The count of LPOP and RPOP.
fn count(word: &[u8]) -> Result<usize, Stop> {
    let out_of_range = || says("ERR value is out of range, must be positive");
    let number = integer(word).map_err(|_| out_of_range())?;
    usize::try_from(number).map_err(|_| out_of_range())
}
