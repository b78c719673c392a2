//! Model and server side by side: every reply and every look is compared, and a difference ends the run.

use super::live::LiveStore;
use super::{Fate, Halt, Look, ModelStore, Store};
use dogpile_redis::RespReply;
use dogpile_server::Left;
use std::collections::BTreeMap;

/// How far apart a lease may be on both sides, ms: real time runs on while the model's stands. A jump sets it right.
const TOLERANCE_MS: i64 = 2_000;
/// Leases shorter than this are held up on the server while the schedule's time stands.
const SHORT_MS: i64 = 250;

/// A model and a server that get the same commands.
#[derive(Debug)]
pub struct Lockstep<'r> {
    model: ModelStore,
    live: LiveStore<'r>,
}

impl<'r> Lockstep<'r> {
    /// Both, empty.
    #[must_use]
    pub fn new(live: LiveStore<'r>) -> Self {
        Self { model: ModelStore::default(), live }
    }

    /// What each lease has left by the model's account.
    fn accounts(&mut self) -> Result<BTreeMap<Vec<u8>, Option<u64>>, Halt> {
        let known = self.live.known();
        let keys: Vec<&[u8]> = known.iter().map(Vec::as_slice).collect();
        let looks = self.model.look(&keys)?;
        let left = |look: Look| look.left_ms.and_then(|ms| u64::try_from(ms).ok());
        Ok(known.iter().cloned().zip(looks.into_iter().map(left)).collect())
    }

    fn jump(&mut self, by_ms: u64) -> Result<BTreeMap<Vec<u8>, Left>, Halt> {
        let accounts = self.accounts()?;
        self.live.jump(&accounts, by_ms)
    }

    /// A short lease must not run out while the schedule's time stands.
    fn hold(&mut self) -> Result<(), Halt> {
        let short = self
            .accounts()?
            .values()
            .any(|left| left.is_some_and(|ms| i64::try_from(ms).is_ok_and(|ms| ms < SHORT_MS)));
        if short {
            self.jump(0)?;
        }
        Ok(())
    }
}

impl Store for Lockstep<'_> {
    fn send(&mut self, client: usize, commands: &[Vec<Vec<u8>>], fate: Fate) -> Result<Option<RespReply>, Halt> {
        let live = self.live.send(client, commands, fate)?;
        let model = self.model.send(client, commands, fate)?;
        if !alike(model.as_ref(), live.as_ref()) {
            let told = |reply: &Option<RespReply>| {
                reply.as_ref().map_or("gives no reply".to_owned(), |r| format!("replies {}", crate::narrate::reply(r)))
            };
            return Err(Halt::Mismatch { model: told(&model), server: told(&live) });
        }
        self.hold()?;
        Ok(live)
    }

    fn subscribe(&mut self, client: usize, channel: &[u8]) -> Result<RespReply, Halt> {
        self.model.subscribe(client, channel)?;
        self.live.subscribe(client, channel)
    }

    fn hears(&mut self, client: usize) -> Result<bool, Halt> {
        let (model, live) = (self.model.hears(client)?, self.live.hears(client)?);
        if model == live {
            return Ok(live);
        }
        let told = |heard: bool| if heard { "delivers a message" } else { "delivers none" }.to_owned();
        Err(Halt::Mismatch { model: told(model), server: told(live) })
    }

    fn look(&mut self, keys: &[&[u8]]) -> Result<Vec<Look>, Halt> {
        let (model, live) = (self.model.look(keys)?, self.live.look(keys)?);
        for ((key, model), live) in keys.iter().zip(&model).zip(&live) {
            if !same(model, live) {
                let told =
                    |look: &Look| format!("holds {} at {}", crate::narrate::look(look), String::from_utf8_lossy(key));
                return Err(Halt::Mismatch { model: told(model), server: told(live) });
            }
        }
        // What is there, the server says; how long for, the schedule's clock does.
        Ok(live.into_iter().zip(model).map(|(live, model)| Look { left_ms: model.left_ms, ..live }).collect())
    }

    fn pass(&mut self, ms: u64) -> Result<(), Halt> {
        let left = self.jump(ms)?;
        self.model.pass(ms)?;
        for (key, left) in left {
            let there = self.model.look(&[&key])?.iter().any(Look::is_there);
            if there == matches!(left, Left::Absent | Left::Lapsed) {
                let told = |there: bool| {
                    format!("{} {}", if there { "still holds" } else { "has lost" }, String::from_utf8_lossy(&key))
                };
                return Err(Halt::Mismatch { model: told(there), server: told(!there) });
            }
        }
        Ok(())
    }

    fn close(&mut self, client: usize) {
        self.model.close(client);
        self.live.close(client);
    }

    fn clock(&self) -> i64 {
        self.model.clock()
    }
}

/// Replies mean the same. Errors are worded by each server in its own way.
fn alike(model: Option<&RespReply>, live: Option<&RespReply>) -> bool {
    match (model, live) {
        (Some(RespReply::Error(_)), Some(RespReply::Error(_))) => true,
        (Some(RespReply::Array(a)), Some(RespReply::Array(b))) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(Some(a), Some(b)))
        }
        (model, live) => model == live,
    }
}

fn same(model: &Look, live: &Look) -> bool {
    let close = match (model.left_ms, live.left_ms) {
        (Some(a), Some(b)) => (a - b).abs() <= TOLERANCE_MS,
        (None, None) => true,
        _ => false,
    };
    model.value == live.value && close
}
