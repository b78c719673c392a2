//! Sets.

use std::collections::BTreeSet;

use super::reply::{Out, Stop, wrong_type};
use super::{Entry, RespReply, Server, Value};

type Members = BTreeSet<Vec<u8>>;

impl Server {
    pub(super) fn sets(&mut self, name: &str, args: &[Vec<u8>]) -> Out {
        let key = &args[0];
        let members = match self.keys.get(key).map(|entry| &entry.value) {
            None => None,
            Some(Value::Set(members)) => Some(members),
            Some(_) => return Err(wrong_type()),
        };
        match name {
            "SISMEMBER" => Ok(RespReply::flag(members.is_some_and(|all| all.contains(&args[1])))),
            "SCARD" => Ok(RespReply::count(members.map_or(0, BTreeSet::len))),
            "SMEMBERS" => {
                Ok(RespReply::Array(members.into_iter().flatten().map(|one| RespReply::bulk(one.clone())).collect()))
            }
            "SADD" => {
                let all = self.members_mut(key)?;
                let new = args[1..].iter().filter(|one| all.insert((*one).clone())).count();
                Ok(RespReply::count(new))
            }
            "SREM" if members.is_none() => Ok(RespReply::Int(0)),
            "SREM" => {
                let all = self.members_mut(key)?;
                Ok(RespReply::count(args[1..].iter().filter(|one| all.remove(*one)).count()))
            }
            _ => Err(Stop::Unmodelled(name.to_owned())),
        }
    }

    fn members_mut(&mut self, key: &[u8]) -> Result<&mut Members, Stop> {
        let fresh = || Entry { value: Value::Set(BTreeSet::new()), expires: None };
        match &mut self.keys.entry(key.to_vec()).or_insert_with(fresh).value {
            Value::Set(members) => Ok(members),
            _ => Err(wrong_type()),
        }
    }
}
