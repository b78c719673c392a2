//! Generic commands: existence, deletion, expiry.

use super::reply::{Out, Stop, invalid_expire, says, syntax};
use super::{RespReply, Server, integer};

impl Server {
    pub(super) fn generic(&mut self, name: &str, args: &[Vec<u8>]) -> Out {
        match name {
            "DEL" | "UNLINK" => {
                let gone = args.iter().filter(|key| self.keys.remove(*key).is_some()).count();
                Ok(RespReply::count(gone))
            }
            "EXISTS" | "TOUCH" => Ok(RespReply::count(args.iter().filter(|key| self.keys.contains_key(*key)).count())),
            "TYPE" => Ok(RespReply::Status(
                self.keys.get(&args[0]).map_or("none", |entry| entry.value.type_name()).to_owned(),
            )),
            "EXPIRE" | "PEXPIRE" | "EXPIREAT" | "PEXPIREAT" => self.expire(name, args),
            "TTL" | "PTTL" | "EXPIRETIME" | "PEXPIRETIME" => {
                Ok(RespReply::Int(match self.keys.get(&args[0]).map(|entry| entry.expires) {
                    None => -2,
                    Some(None) => -1,
                    Some(Some(when)) => match name {
                        "PTTL" => (when - self.now).max(0),
                        "TTL" => ((when - self.now).max(0) + 500) / 1000,
                        "PEXPIRETIME" => when,
                        _ => (when + 500) / 1000,
                    },
                }))
            }
            "PERSIST" => {
                Ok(RespReply::flag(self.keys.get_mut(&args[0]).and_then(|entry| entry.expires.take()).is_some()))
            }
            "DELIFEQ" => self.delete_if(&args[0], &args[1], true),
            "DELEX" => match args {
                [key] => Ok(RespReply::flag(self.keys.remove(key).is_some())),
                [key, option, value] if option.eq_ignore_ascii_case(b"IFEQ") => self.delete_if(key, value, true),
                [key, option, value] if option.eq_ignore_ascii_case(b"IFNE") => self.delete_if(key, value, false),
                [_, option, _] if option.eq_ignore_ascii_case(b"IFDEQ") || option.eq_ignore_ascii_case(b"IFDNE") => {
                    Err(Stop::Unmodelled("DELEX by digest".to_owned()))
                }
                _ => Err(syntax()),
            },
            _ => Err(Stop::Unmodelled(name.to_owned())),
        }
    }

    /// DELIFEQ (Valkey 9.0) and DELEX (Redis 8.4): strings only.
    fn delete_if(&mut self, key: &[u8], value: &[u8], equal: bool) -> Out {
        let goes = self.text(key)?.is_some_and(|text| (text == value) == equal);
        if goes {
            self.keys.remove(key);
        }
        Ok(RespReply::flag(goes))
    }

    fn expire(&mut self, name: &str, args: &[Vec<u8>]) -> Out {
        let (mut nx, mut xx, mut gt, mut lt) = (false, false, false, false);
        for option in &args[2..] {
            match option.to_ascii_uppercase().as_slice() {
                b"NX" => nx = true,
                b"XX" => xx = true,
                b"GT" => gt = true,
                b"LT" => lt = true,
                other => {
                    return Err(Stop::Says(format!("ERR Unsupported option {}", String::from_utf8_lossy(other))));
                }
            }
        }
        if nx && (xx || gt || lt) {
            return Err(says("ERR NX and XX, GT or LT options at the same time are not compatible"));
        }
        if gt && lt {
            return Err(says("ERR GT and LT options at the same time are not compatible"));
        }
        let number = integer(&args[1])?;
        let ms = if name.starts_with('P') { Some(number) } else { number.checked_mul(1000) };
        let base = if name.ends_with("AT") { 0 } else { self.now };
        let when = ms.and_then(|ms| ms.checked_add(base)).ok_or_else(|| invalid_expire(name))?;
        let now = self.now;
        let Some(entry) = self.keys.get_mut(&args[0]) else {
            return Ok(RespReply::Int(0));
        };
        let refused = match entry.expires {
            Some(old) => nx || (gt && when <= old) || (lt && when >= old),
            None => xx || gt,
        };
        if refused {
            return Ok(RespReply::Int(0));
        }
        if when <= now {
            self.keys.remove(&args[0]);
        } else {
            entry.expires = Some(when);
        }
        Ok(RespReply::Int(1))
    }
}
