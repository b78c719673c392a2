//! Against real servers only: `redis-server` of the PATH, and a Valkey besides where there is one.
#![allow(clippy::disallowed_methods, reason = "tests look for processes and folders that were left behind")]

mod errors;
mod given;
mod life;
mod links;
mod servers;
mod time;
