//! A real Redis server: found or started, spoken to, the time of its leases jumped.
//!
//! This room knows RESP, processes and sockets. It knows nothing of locks,
//! lifecycles, schedules or reports: whoever replays a schedule opens a
//! [`Redis`], gives every client a [`Link`] and jumps time with [`Redis::warp`].
//!
//! A server is either private (started here, on a unix socket in a folder of its
//! own, ended by its keeper whatever becomes of us) or given by somebody. A given
//! server is a guest room: keys stay under the run's prefix, commands come from an
//! allow-list, and what was written is deleted at the end. See `guard`.
#![allow(clippy::disallowed_methods, reason = "this room starts processes and needs folders for them")]

mod acl;
mod error;
#[cfg(unix)]
mod find;
mod guard;
mod link;
mod open;
mod place;
#[cfg(unix)]
mod private;
mod resp;
mod stream;
mod warp;

pub use acl::acl_line;
pub use error::ServerError;
pub use link::{Link, Message};
pub use open::{Choice, Redis};
pub use resp::read_reply;
pub use warp::{Lease, Left, Warped};
