//! The program running: clients, a server, time, and the book-keeping that invariants are read from.
//!
//! There is one interpreter. Over the model of Redis it is searched; over sockets it is replayed. What a schedule does
//! in one it does in the other, because it is the same code.

mod act;
mod actions;
mod client;
mod event;
mod ghost;
mod scene;
mod send;

pub use act::name;
pub use actions::{Action, Turn};
pub use client::{Client, Phase};
pub use event::{Breach, Event, What};
pub use ghost::{Flight, Ghost};
pub use scene::{Lease, Moment};
pub use send::{DEAD_TOKEN, fits};

use crate::program::{InitialIs, Program};
use crate::store::{Halt, ModelStore, Store};
use dogpile_rules::Faults;
use std::hash::{Hash, Hasher};

/// Everything that a schedule changes.
#[derive(Clone, Debug)]
pub struct World<S> {
    /// The server.
    pub store: S,
    /// Since the start, ms.
    pub now: u64,
    /// Who runs the program.
    pub clients: Vec<Client>,
    /// What really happened, as nobody in the program can know it.
    pub ghost: Ghost,
    /// Faults that may still happen.
    pub left: Faults,
    /// What happened in the last turn.
    pub events: Vec<Event>,
    /// Invariants that the last turn broke.
    pub breaches: Vec<Breach>,
    /// The lock's key as it was when it was last looked at; `None`: it is not there. It follows from the store.
    lease: Option<Lease>,
}

impl<S: Store> World<S> {
    /// The world before anybody arrived.
    ///
    /// # Errors
    /// The server does not take what has to stand there from the start.
    pub fn new(program: &Program, mut store: S, clients: usize, faults: Faults) -> Result<Self, Halt> {
        for command in &program.initial {
            store.send(usize::MAX, std::slice::from_ref(command), crate::store::Fate::Arrives)?;
        }
        let ghost = Ghost {
            stale_lock: program.initial_is == InitialIs::StaleLock,
            data_over_lock: program.initial_is == InitialIs::Data,
            ..Ghost::default()
        };
        let lease = match &program.lock {
            Some(lock) if !program.initial.is_empty() => Lease::seen(store.look(&[lock])?.first(), 0),
            _ => None,
        };
        let clients = (0..clients).map(|n| Client::new(program.role(n).start)).collect();
        Ok(Self { store, now: 0, clients, ghost, left: faults, events: Vec::new(), breaches: Vec::new(), lease })
    }

    /// Every caller is done, one way or another.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.clients.iter().all(|client| matches!(client.phase, Phase::Ended(_) | Phase::Crashed))
    }
}

impl World<ModelStore> {
    /// A name for this state: two states of one name have the same future.
    #[must_use]
    pub fn fingerprint(&self) -> u128 {
        // Fixed keys: the same state has the same name in every run.
        let mut low = std::hash::DefaultHasher::new();
        self.digest(&mut low);
        let mut high = std::hash::DefaultHasher::new();
        0x9e37_79b9_7f4a_7c15_u64.hash(&mut high);
        self.digest(&mut high);
        u128::from(high.finish()) << 64 | u128::from(low.finish())
    }

    fn digest(&self, state: &mut impl Hasher) {
        self.store.digest(state);
        for client in &self.clients {
            client.digest(self.now, state);
        }
        self.ghost.digest(state);
        self.left.hash(state);
    }
}
