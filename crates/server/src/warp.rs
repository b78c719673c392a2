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
use std::time::{Duration, Instant};

use dogpile_redis::RespReply;

use crate::{Link, Redis, ServerError};

const SCRIPT: &str = include_str!("warp.lua");

/// A lease with less left gets this much of the server's own time, in ms: it must not lapse before the next jump.
/// Its PTTL reads too much meanwhile.
const HOLD_MS: u64 = 250;

/// The server may execute a jump this much later than we measured the time for it, in ms.
const SLACK_MS: u64 = 2;
/// As above where the caller has its own account, which can only be right or far off.
const CALLERS_SLACK_MS: u64 = 50;

/// A key whose lease is to age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease<'a> {
    /// The key, under the run's prefix.
    pub key: &'a [u8],
    /// What it has left before the jump by the caller's own account, in ms, if it has one. Believed only where the
    /// server's PTTL is that, less the real time since the last jump.
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
    /// Real time since the jump before, or since the server was opened or cleared: by at most so much a lease that
    /// was set since, and that the caller had no account of, has aged too much.
    pub drift: Duration,
}

/// What a jump set a key to.
#[derive(Debug, Clone, Copy)]
struct Aged {
    left: u64,
    set: u64,
}

/// What the last jump left behind.
#[derive(Debug)]
pub(crate) struct Clock {
    at: Instant,
    aged: BTreeMap<Vec<u8>, Aged>,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Clock { at: Instant::now(), aged: BTreeMap::new() }
    }

    /// The words that tell the script what to believe of a key.
    fn account(&self, lease: &Lease<'_>, drift: u64) -> [String; 3] {
        let aged = self.aged.get(lease.key);
        let (own, set, slack) = match (lease.left_ms, aged) {
            // Held beyond its own time by the last jump, as the caller expects.
            (Some(own), Some(aged)) if aged.left == own => (own, aged.set, CALLERS_SLACK_MS),
            (Some(own), _) => (own, own, CALLERS_SLACK_MS),
            (None, Some(aged)) => (aged.left, aged.set, SLACK_MS),
            (None, None) => return ["-1".to_owned(), "0".to_owned(), "0".to_owned()],
        };
        [own.to_string(), set.saturating_sub(drift.saturating_add(slack)).to_string(), set.to_string()]
    }
}

impl Redis {
    /// Lets the leases at `keys` be older by `by_ms`. Keys without expiry stay as they are. See the module's text for
    /// how exact it is; [`Redis::warp_leases`] is exact whatever the machine does.
    ///
    /// Keys outside the run's prefix are refused, also on a private server.
    pub fn warp(&self, link: &mut Link, keys: &[Vec<u8>], by_ms: u64) -> Result<Warped, ServerError> {
        let leases: Vec<Lease<'_>> = keys.iter().map(|key| Lease { key, left_ms: None }).collect();
        self.warp_leases(link, &leases, by_ms)
    }

    /// As [`Redis::warp`], with the caller's account of what each lease has left.
    pub fn warp_leases(&self, link: &mut Link, leases: &[Lease<'_>], by_ms: u64) -> Result<Warped, ServerError> {
        if let Some(lease) = leases.iter().find(|lease| !lease.key.starts_with(self.prefix().as_bytes())) {
            let why = format!("{:?} is not under {}", String::from_utf8_lossy(lease.key), self.prefix());
            return Err(ServerError::Guarded { command: "a jump of time".to_owned(), why });
        }
        let mut clock = self.clock();
        let now = Instant::now();
        let drift = now.duration_since(clock.at);
        let drift_ms = u64::try_from(drift.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        let mut words: Vec<Vec<u8>> = vec![b"EVAL".to_vec(), SCRIPT.as_bytes().to_vec()];
        words.push(leases.len().to_string().into_bytes());
        words.extend(leases.iter().map(|lease| lease.key.to_vec()));
        words.push(by_ms.to_string().into_bytes());
        words.push(HOLD_MS.to_string().into_bytes());
        for lease in leases {
            words.extend(clock.account(lease, drift_ms).map(String::into_bytes));
        }
        let reply = link.own(&words)?;
        let left = answered(&reply, leases.len())
            .ok_or_else(|| ServerError::Said { command: "a jump of time".to_owned(), said: format!("{reply:?}") })?;
        clock.at = now;
        for (lease, left) in leases.iter().zip(&left) {
            match left {
                Left::Ms(left) => {
                    clock.aged.insert(lease.key.to_vec(), Aged { left: *left, set: (*left).max(HOLD_MS) });
                }
                Left::Absent | Left::Forever | Left::Lapsed => {
                    clock.aged.remove(lease.key);
                }
            }
        }
        Ok(Warped { left, drift })
    }
}

fn answered(reply: &RespReply, len: usize) -> Option<Vec<Left>> {
    let RespReply::Array(all) = reply else { return None };
    let left = |reply: &RespReply| {
        let RespReply::Int(n) = reply else { return None };
        Some(match n {
            -1 => Left::Forever,
            -2 => Left::Absent,
            -3 => Left::Lapsed,
            n => Left::Ms(u64::try_from(*n).ok()?),
        })
    };
    all.iter().map(left).collect::<Option<Vec<_>>>().filter(|all| all.len() == len)
}
