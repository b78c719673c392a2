//! Stand-alone harnesses with the clients that people use: each one fails as written, and passes repaired.

#![allow(clippy::disallowed_methods, reason = "tests build what they wrote with other programs")]

mod cases;
mod go;
mod rust;
mod server;
mod typescript;
