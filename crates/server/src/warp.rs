//! Jumping over a lease's time without waiting and without another argument than the program's own.
//!
//! A lease of 5000 ms is 5000 ms on the server too; a jump asks the server what each of the run's leases has left and
//! gives it that much less. Expiry is strict, as the server's is (`now > when`): a lease of 5000 ms is there after a
//! jump of 5000, and gone after one of 5002. What falls lapses by DEL, so an `expired` event is not fired.
//!
//! Real time runs meanwhile, so a lease always has a little less left than it should. A jump pays that back wherever
//! it knows better: for leases that the last jump set and nobody touched since, and for those whose rest the caller
//! knows from its own account ([`Lease::left_ms`]). Then even a stall of many milliseconds changes nothing.

use std::collections::BTreeMap;

use dogpile_redis::RespReply;

use crate::{Link, Redis, ServerError};

const SCRIPT: &str = include_str!("warp.lua");

/// A lease with less left gets this much of the server's own time, in ms: it must not lapse before the next jump.
/// Its PTTL reads too much meanwhile.
const HOLD_MS: u64 = 250;

/// By so many ms the clock of PTTL and that of TIME may differ within one script: servers keep the first for the time
/// of a command, Valkey 9 for a millisecond.
const WITHIN_MS: u64 = 2;
/// The same, where the caller's account says the same as ours.
const WITHIN_CONFIRMED_MS: u64 = 50;

/// A key whose lease is to age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease<'a> {
    /// The key, under the run's prefix.
    pub key: &'a [u8],
    /// What it has left before the jump by the caller's own account, in ms, if it has one. Believed only where the
    /// server's PTTL is that, less no more than the real time since the last jump.
    pub left_ms: Option<u64>,
}

/// What a jump did to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// It was not there.
    Absent,
    /// It has no expiry: time does nothing to it.
    Forever,
    /// It is there for so many ms more. 0: to the end of this very millisecond.
    Ms(u64),
    /// Its lease lapsed by this jump.
    Lapsed,
}

/// A jump's outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warped {
    /// In the order of the keys given.
    pub left: Vec<Left>,
    /// Real time since the jump before, or since the server was opened or cleared, by the server's clock: by at most so
    /// many ms a lease that was set since, and that the caller had no account of, has aged too much.
    pub drift_ms: u64,
}

/// What a jump left of a lease.
#[derive(Debug, Clone, Copy)]
struct Aged {
    left: u64,
    /// When it ends by the server's clock, in ms since the epoch.
    until: u64,
}

/// What the last jump left behind.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// The server's clock at that jump, in ms since the epoch.
    now: u64,
    aged: BTreeMap<Vec<u8>, Aged>,
}

impl Clock {
    /// A clock that begins now: of a server with no leases of ours.
    pub(crate) fn begin(link: &mut Link) -> Result<Clock, ServerError> {
        let words = [b"TIME".to_vec()];
        let reply = link.own(&words)?;
        let part = |at: usize| match &reply {
            RespReply::Array(parts) => match parts.get(at) {
                Some(RespReply::Bulk(digits)) => std::str::from_utf8(digits).ok()?.parse::<u64>().ok(),
                _ => None,
            },
            _ => None,
        };
        match (part(0), part(1)) {
            (Some(seconds), Some(micros)) => {
                Ok(Clock { now: seconds.saturating_mul(1_000).saturating_add(micros / 1_000), aged: BTreeMap::new() })
            }
            _ => Err(ServerError::Said { command: "TIME".to_owned(), said: format!("{reply:?}") }),
        }
    }

    /// The words that tell the script what is known of a key.
    fn account(&self, lease: &Lease<'_>) -> [Vec<u8>; 4] {
        let said = |number: Option<u64>| number.map_or(b"-1".to_vec(), |number| number.to_string().into_bytes());
        let aged = self.aged.get(lease.key);
        let confirmed = aged.is_some_and(|aged| Some(aged.left) == lease.left_ms);
        let within = if confirmed { WITHIN_CONFIRMED_MS } else { WITHIN_MS };
        [said(aged.map(|aged| aged.left)), said(aged.map(|aged| aged.until)), said(Some(within)), said(lease.left_ms)]
    }
}

impl Redis {
    /// Lets the leases at `keys` be older by `by_ms`. Keys without expiry stay as they are. A lease that was set since
    /// the last jump has aged by the real time since then besides, see [`Warped::drift_ms`];
    /// [`Redis::warp_leases`] is exact there too.
    ///
    /// Keys outside the run's prefix are refused, also on a private server. `link` is one that is neither in a MULTI nor
    /// subscribed: best an observer's.
    pub fn warp(&self, link: &mut Link, keys: &[Vec<u8>], by_ms: u64) -> Result<Warped, ServerError> {
        let leases: Vec<Lease<'_>> = keys.iter().map(|key| Lease { key, left_ms: None }).collect();
        self.warp_leases(link, &leases, by_ms)
    }

    /// As [`Redis::warp`], with the caller's account of what each lease has left.
    pub fn warp_leases(&self, link: &mut Link, leases: &[Lease<'_>], by_ms: u64) -> Result<Warped, ServerError> {
        if let Some(lease) = leases.iter().find(|lease| !lease.key.starts_with(self.prefix().as_bytes())) {
            let why = format!("{:?} is not under the run's prefix", String::from_utf8_lossy(lease.key));
            return Err(ServerError::Guarded { command: "a jump of time".to_owned(), why });
        }
        let mut clock = self.clock();
        let mut words: Vec<Vec<u8>> = vec![b"EVAL".to_vec(), SCRIPT.as_bytes().to_vec()];
        words.push(leases.len().to_string().into_bytes());
        words.extend(leases.iter().map(|lease| lease.key.to_vec()));
        words.extend([by_ms, HOLD_MS, clock.now].map(|number| number.to_string().into_bytes()));
        for lease in leases {
            words.extend(clock.account(lease));
        }
        let reply = link.own(&words)?;
        let (now, left) = answered(&reply, leases.len())
            .ok_or_else(|| ServerError::Said { command: "a jump of time".to_owned(), said: format!("{reply:?}") })?;
        let drift_ms = now.saturating_sub(clock.now);
        clock.now = now;
        for (lease, left) in leases.iter().zip(&left) {
            match left {
                Left::Ms(left) => {
                    let until = now.saturating_add((*left).max(HOLD_MS));
                    clock.aged.insert(lease.key.to_vec(), Aged { left: *left, until });
                }
                Left::Absent | Left::Forever | Left::Lapsed => {
                    clock.aged.remove(lease.key);
                }
            }
        }
        Ok(Warped { left, drift_ms })
    }
}

fn answered(reply: &RespReply, len: usize) -> Option<(u64, Vec<Left>)> {
    let RespReply::Array(all) = reply else { return None };
    let (RespReply::Int(now), left) = all.split_first()? else { return None };
    let one = |reply: &RespReply| {
        let RespReply::Int(n) = reply else { return None };
        Some(match n {
            -1 => Left::Forever,
            -2 => Left::Absent,
            -3 => Left::Lapsed,
            n => Left::Ms(u64::try_from(*n).ok()?),
        })
    };
    let left = left.iter().map(one).collect::<Option<Vec<_>>>().filter(|all| all.len() == len)?;
    Some((u64::try_from(*now).ok()?, left))
}
