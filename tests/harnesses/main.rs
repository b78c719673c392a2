//! Stand-alone harnesses with the clients that people use: each one fails as written, and passes repaired.

#![allow(clippy::disallowed_methods, reason = "tests build what they wrote with other programs")]

#[path = "../expect.rs"]
#[allow(dead_code, unreachable_pub)]
mod expect;
#[path = "../pages.rs"]
#[allow(dead_code)]
mod pages;

mod cases;
mod go;
#[path = "../installed.rs"]
mod installed;
mod rust;
mod server;
mod typescript;
