//! Reports, read by those whom they are for.
//!
//! The readers are others' programs, fetched by their own package managers from the lock files in `tests/readers`.
#![allow(clippy::disallowed_methods, reason = "tests make files and start programs")]

mod annotations;
mod by_hand;
mod ci;
mod ci_linters;
mod others;
mod sarif;
mod tools;
#[path = "../trees/mod.rs"]
mod trees;
