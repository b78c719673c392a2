//! How things stand when a turn is done, for those who draw it.

use super::{Event, World};
use crate::store::Look;
use dogpile_rules::Invariant;

/// The lock's key while it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// When it ends, ms since the start; `None`: never by itself.
    pub until_ms: Option<u64>,
}

impl Lease {
    /// What a look at the lock's key shows.
    #[must_use]
    pub fn seen(look: Option<&Look>, now: u64) -> Option<Self> {
        let look = look.filter(|look| look.is_there())?;
        Some(Self { until_ms: look.left_ms.map(|ms| now.saturating_add_signed(ms)) })
    }
}

/// Something that happened, and how things stand when its turn is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// What happened.
    pub event: Event,
    /// The lock's key; `None`: it is not there.
    pub lease: Option<Lease>,
    /// Whose the lock is in truth.
    pub owner: Option<usize>,
    /// Clients in the section, or at the work that a cache saves.
    pub inside: Vec<usize>,
    /// The invariant breaks with it.
    pub breaks: bool,
}

impl<S> World<S> {
    /// The last turn, with what it broke of an invariant.
    #[must_use]
    pub fn moments(&self, invariant: Invariant) -> Vec<Moment> {
        let broken = self.breaches.iter().find(|breach| breach.invariant == invariant).map(|breach| breach.event);
        let busy = |n: &usize| self.clients[*n].inside || self.clients[*n].computing;
        let moment = |(place, event): (usize, &Event)| Moment {
            event: event.clone(),
            lease: self.lease,
            owner: self.ghost.owner.map(|(who, _)| who),
            inside: (0..self.clients.len()).filter(busy).collect(),
            breaks: broken == Some(place),
        };
        self.events.iter().enumerate().map(moment).collect()
    }
}
