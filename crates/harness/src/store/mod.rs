//! Where commands go: a model of Redis, or the model and a real one in lockstep.

mod live;
mod lockstep;
mod model;

pub use live::LiveStore;
pub use lockstep::Lockstep;
pub use model::ModelStore;

use dogpile_redis::{RespReply, Value};

/// Why a run cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// The model does not know what a server would say.
    #[error("{0}")]
    Unmodelled(String),
    /// Model and server disagree.
    #[error("model and server disagree: the model {model}, the server {server}")]
    Mismatch {
        /// What the model did.
        model: String,
        /// What the server did.
        server: String,
    },
    /// The server could not be used.
    #[error("{0}")]
    Server(String),
}

/// What becomes of a command on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It arrives, and its reply comes back.
    Arrives,
    /// It arrives, and its reply is lost.
    LosesReply,
    /// It never arrives.
    Refused,
}

/// What a key holds at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Look {
    /// Its value; `None`: it is not there.
    pub value: Option<Value>,
    /// Milliseconds until it expires; `None`: it does not.
    pub left_ms: Option<i64>,
}

impl Look {
    /// Whether the key is there.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.value.is_some()
    }
}

/// A server as the interpreter sees it.
pub trait Store {
    /// Sends commands of one client in one step. `None`: the client got no reply.
    ///
    /// # Errors
    /// The run cannot go on.
    fn send(&mut self, client: usize, commands: &[Vec<Vec<u8>>], fate: Fate) -> Result<Option<RespReply>, Halt>;

    /// Starts to listen.
    ///
    /// # Errors
    /// The run cannot go on.
    fn subscribe(&mut self, client: usize, channel: &[u8]) -> Result<RespReply, Halt>;

    /// Whether a message came since the client listens; it is taken.
    ///
    /// # Errors
    /// The run cannot go on.
    fn hears(&mut self, client: usize) -> Result<bool, Halt>;

    /// Looks at keys without touching them.
    ///
    /// # Errors
    /// The run cannot go on.
    fn look(&mut self, keys: &[&[u8]]) -> Result<Vec<Look>, Halt>;

    /// Lets time pass, ms.
    ///
    /// # Errors
    /// The run cannot go on.
    fn pass(&mut self, ms: u64) -> Result<(), Halt>;

    /// The client's process is gone, and its connections with it.
    fn close(&mut self, client: usize);

    /// The server's clock, ms since the epoch.
    fn clock(&self) -> i64;
}
