//! Sorted sets.

use std::collections::BTreeMap;

use super::reply::{Out, Stop, says, syntax, wrong_type};
use super::{Entry, RespReply, Score, Server, Value, integer, span};

type Scores = BTreeMap<Vec<u8>, Score>;

impl Server {
    pub(super) fn zsets(&mut self, name: &str, args: &[Vec<u8>]) -> Out {
        let key = &args[0];
        match name {
            "ZADD" => self.zadd(key, &args[1..]),
            "ZINCRBY" => {
                let by = score(&args[1])?;
                let scores = self.scores_mut(key)?;
                let new = scores.get(&args[2]).map_or(0.0, |old| old.0) + by;
                if new.is_nan() {
                    return Err(says("ERR resulting score is not a number (NaN)"));
                }
                scores.insert(args[2].clone(), Score(new));
                Ok(number(new))
            }
            "ZREM" => {
                if self.scores(key)?.is_none() {
                    return Ok(RespReply::Int(0));
                }
                let scores = self.scores_mut(key)?;
                let gone = args[1..].iter().filter(|one| scores.remove(*one).is_some()).count();
                Ok(RespReply::count(gone))
            }
            "ZSCORE" => {
                let found = self.scores(key)?.and_then(|scores| scores.get(&args[1]));
                Ok(found.map_or(RespReply::Nil, |score| number(score.0)))
            }
            "ZCARD" => Ok(RespReply::count(self.scores(key)?.map_or(0, BTreeMap::len))),
            "ZRANK" => {
                let at = self.ranked(key)?.iter().position(|(member, _)| *member == args[1]);
                Ok(at.map_or(RespReply::Nil, RespReply::count))
            }
            "ZCOUNT" => {
                let within = Bounds::read(&args[1], &args[2])?;
                let all = self.ranked(key)?;
                Ok(RespReply::count(all.iter().filter(|(_, s)| within.hold(*s)).count()))
            }
            "ZREMRANGEBYSCORE" => {
                let within = Bounds::read(&args[1], &args[2])?;
                if self.scores(key)?.is_none() {
                    return Ok(RespReply::Int(0));
                }
                let scores = self.scores_mut(key)?;
                let before = scores.len();
                scores.retain(|_, score| !within.hold(score.0));
                Ok(RespReply::count(before - scores.len()))
            }
            "ZRANGEBYSCORE" => self.zrangebyscore(key, &args[1..]),
            "ZRANGE" => {
                let with = match args.get(3..) {
                    None | Some([]) => false,
                    Some([option]) if option.eq_ignore_ascii_case(b"WITHSCORES") => true,
                    Some(_) => return Err(Stop::Unmodelled("ZRANGE with options".to_owned())),
                };
                let (start, stop) = (integer(&args[1])?, integer(&args[2])?);
                let all = self.ranked(key)?;
                Ok(listed(&all[span(start, stop, all.len())], with))
            }
            _ => Err(Stop::Unmodelled(name.to_owned())),
        }
    }

    fn zadd(&mut self, key: &[u8], args: &[Vec<u8>]) -> Out {
        let (mut nx, mut xx, mut gt, mut lt, mut ch) = (false, false, false, false, false);
        let mut rest = args;
        while let [option, tail @ ..] = rest {
            match option.to_ascii_uppercase().as_slice() {
                b"NX" => nx = true,
                b"XX" => xx = true,
                b"GT" => gt = true,
                b"LT" => lt = true,
                b"CH" => ch = true,
                b"INCR" => return Err(Stop::Unmodelled("ZADD INCR".to_owned())),
                _ => break,
            }
            rest = tail;
        }
        if rest.is_empty() || !rest.len().is_multiple_of(2) {
            return Err(syntax());
        }
        if nx && xx {
            return Err(says("ERR XX and NX options at the same time are not compatible"));
        }
        if [nx, gt, lt].into_iter().filter(|one| *one).count() > 1 {
            return Err(says("ERR GT, LT, and/or NX options at the same time are not compatible"));
        }
        let pairs: Vec<(f64, &Vec<u8>)> =
            rest.chunks_exact(2).map(|pair| Ok((score(&pair[0])?, &pair[1]))).collect::<Result<_, Stop>>()?;
        if xx && self.scores(key)?.is_none() {
            return Ok(RespReply::Int(0));
        }
        let scores = self.scores_mut(key)?;
        let (mut added, mut changed) = (0, 0);
        for (score, member) in pairs {
            match scores.get_mut(member) {
                None if xx => {}
                None => {
                    scores.insert(member.clone(), Score(score));
                    added += 1;
                }
                Some(old) => {
                    let skip = nx || (gt && score <= old.0) || (lt && score >= old.0);
                    if !skip && old.0 != score {
                        *old = Score(score);
                        changed += 1;
                    }
                }
            }
        }
        Ok(RespReply::count(if ch { added + changed } else { added }))
    }

    fn zrangebyscore(&mut self, key: &[u8], args: &[Vec<u8>]) -> Out {
        let (mut with, mut skip, mut most) = (false, 0, usize::MAX);
        let mut rest = &args[2..];
        while let [option, tail @ ..] = rest {
            rest = tail;
            if option.eq_ignore_ascii_case(b"WITHSCORES") {
                with = true;
            } else if option.eq_ignore_ascii_case(b"LIMIT")
                && let [offset, count, tail @ ..] = rest
            {
                let (offset, count) = (integer(offset)?, integer(count)?);
                skip = usize::try_from(offset).unwrap_or(usize::MAX);
                most = usize::try_from(count).unwrap_or(usize::MAX);
                rest = tail;
            } else {
                return Err(syntax());
            }
        }
        let within = Bounds::read(&args[0], &args[1])?;
        let all = self.ranked(key)?;
        let some: Vec<(Vec<u8>, f64)> =
            all.into_iter().filter(|(_, s)| within.hold(*s)).skip(skip).take(most).collect();
        Ok(listed(&some, with))
    }

    fn scores(&self, key: &[u8]) -> Result<Option<&Scores>, Stop> {
        match self.keys.get(key).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::Zset(scores)) => Ok(Some(scores)),
            Some(_) => Err(wrong_type()),
        }
    }

    fn scores_mut(&mut self, key: &[u8]) -> Result<&mut Scores, Stop> {
        let fresh = || Entry { value: Value::Zset(BTreeMap::new()), expires: None };
        match &mut self.keys.entry(key.to_vec()).or_insert_with(fresh).value {
            Value::Zset(scores) => Ok(scores),
            _ => Err(wrong_type()),
        }
    }

    /// Members by score, and by name where scores are equal.
    fn ranked(&self, key: &[u8]) -> Result<Vec<(Vec<u8>, f64)>, Stop> {
        let mut all: Vec<(Vec<u8>, f64)> =
            self.scores(key)?.into_iter().flatten().map(|(member, score)| (member.clone(), score.0)).collect();
        all.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
        Ok(all)
    }
}

/// `min max`, each perhaps with `(` for "exclusive".
struct Bounds {
    min: (f64, bool),
    max: (f64, bool),
}

impl Bounds {
    fn read(min: &[u8], max: &[u8]) -> Result<Self, Stop> {
        let one = |word: &[u8]| {
            let (word, open) = word.strip_prefix(b"(").map_or((word, false), |rest| (rest, true));
            // An empty bound is zero: the server reads it with strtod.
            let number = if word.is_empty() { Some(0.0) } else { float(word) };
            number.map(|n| (n, open)).ok_or_else(|| says("ERR min or max is not a float"))
        };
        Ok(Bounds { min: one(min)?, max: one(max)? })
    }

    fn hold(&self, score: f64) -> bool {
        let above = if self.min.1 { score > self.min.0 } else { score >= self.min.0 };
        let below = if self.max.1 { score < self.max.0 } else { score <= self.max.0 };
        above && below
    }
}

fn listed(all: &[(Vec<u8>, f64)], with: bool) -> RespReply {
    let mut out = Vec::new();
    for (member, score) in all {
        out.push(RespReply::bulk(member.clone()));
        if with {
            out.push(number(*score));
        }
    }
    RespReply::Array(out)
}

fn float(word: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(word).ok()?;
    text.parse::<f64>().ok().filter(|number| !number.is_nan())
}

fn score(word: &[u8]) -> Result<f64, Stop> {
    float(word).ok_or_else(|| says("ERR value is not a valid float"))
}

fn number(score: f64) -> RespReply {
    RespReply::bulk(if score.is_infinite() {
        if score > 0.0 { "inf".to_owned() } else { "-inf".to_owned() }
    } else {
        score.to_string()
    })
}
