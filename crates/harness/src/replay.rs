//! A schedule of the explorer, run on a real server.

use crate::explore::Bounds;
use crate::judge::{Counterexample, run};
use crate::program::Program;
use crate::store::{Halt, LiveStore, Lockstep};
use crate::world::{Breach, Moment};
use dogpile_rules::Claim;
use dogpile_server::Redis;

/// How often a schedule is tried again after the machine was so busy that a lease ran out in between. A reply that
/// differs for any other reason differs every time.
const TRIES: usize = 4;

/// What a replay showed.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// What happened, with the server's own replies.
    pub events: Vec<Moment>,
    /// What the last turn broke on the server.
    pub breaches: Vec<Breach>,
}

/// Runs a counterexample's schedule on a server, in lockstep with the model.
///
/// # Errors
/// Model and server differ, or the server cannot be used.
pub fn replay(found: &Counterexample, redis: &Redis) -> Result<Replayed, Halt> {
    let bounds = Bounds { clients: found.clients, faults: Some(found.faults), ..Bounds::default() };
    let mut last = None;
    for _ in 0..TRIES {
        match once(&found.program, found.claim, &bounds, &found.schedule, redis) {
            Err(halt @ Halt::Mismatch { .. }) => last = Some(halt),
            other => return other,
        }
    }
    Err(last.unwrap_or_else(|| Halt::Server("never tried".to_owned())))
}

/// One schedule on a server, from nothing.
fn once(
    program: &Program,
    claim: Claim,
    bounds: &Bounds,
    schedule: &[crate::world::Action],
    redis: &Redis,
) -> Result<Replayed, Halt> {
    let live = LiveStore::new(redis, program.keys().map(<[u8]>::to_vec))?;
    let mut events = Vec::new();
    let breaches = run(program, claim, bounds, schedule, Lockstep::new(live), |happened| events.extend(happened))?;
    Ok(Replayed { events, breaches })
}
