//! Stand-alone harnesses with the clients that people use: each one fails as written, and passes repaired.

#[path = "../expect.rs"]
#[allow(dead_code, unreachable_pub)]
mod expect;
#[path = "../pages.rs"]
#[allow(dead_code)]
mod pages;

mod cases;
mod go;
mod server;
mod typescript;
