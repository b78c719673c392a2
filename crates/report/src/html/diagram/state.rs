//! What everybody is about between two steps.

use super::lanes::Lanes;
use crate::verdict::{Held, Kind, Turn};
use std::collections::BTreeMap;

/// What a client is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// Not there yet, or gone.
    Away,
    /// There.
    Here,
    /// Works.
    Works,
    /// Sleeps, or waits for somebody.
    Waits,
    /// Held up.
    Paused,
}

/// Everything that lanes show.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// Clients.
    lives: BTreeMap<char, Life>,
    /// What they were about before they were held up.
    before_pause: BTreeMap<char, Life>,
    /// Clients in the section.
    inside: Vec<char>,
    /// The lock.
    pub(super) lock: Option<Held>,
}

impl State {
    pub(super) fn new(lanes: &Lanes) -> Self {
        let lives = lanes.clients().iter().map(|client| (*client, Life::Away)).collect();
        Self { lives, before_pause: BTreeMap::new(), inside: Vec::new(), lock: None }
    }

    /// What a client is about.
    pub(super) fn life(&self, client: char) -> Life {
        self.lives.get(&client).copied().unwrap_or(Life::Away)
    }

    /// Whether it is in the section.
    pub(super) fn is_inside(&self, client: char) -> bool {
        self.inside.contains(&client)
    }

    pub(super) fn apply(&mut self, turn: &Turn) {
        self.lock = turn.lock;
        self.inside.clone_from(&turn.inside);
        let Some(client) = turn.client else { return };
        let old = self.life(client);
        let new = match turn.kind {
            Kind::Works(_) => Life::Works,
            Kind::Sleeps(_) | Kind::Listens(_) | Kind::Follows => Life::Waits,
            Kind::Dies | Kind::Ends => Life::Away,
            Kind::Pauses => {
                self.before_pause.insert(client, old);
                Life::Paused
            }
            Kind::Resumes => self.before_pause.remove(&client).unwrap_or(Life::Here),
            // A heartbeat leaves its client at its work.
            Kind::Sends if old == Life::Works && self.is_inside(client) => Life::Works,
            _ => Life::Here,
        };
        self.lives.insert(client, new);
    }
}
