//! Fixes, rule by rule and language by language: made, linted again, formatted and compiled.
//!
//! `cases/<rule>/<name>.<language>` is mended by the program itself; `<name>.<language>.fixed` beside it is what must come
//! out (`BLESS=1` writes it: read it). Nothing may be found in it any more, a second run may change nothing, and it has to
//! compile with the clients that people use, before and after.

#![allow(clippy::disallowed_methods, reason = "tests write files and run other programs")]

mod cases;
mod compile;
mod listed;
mod making;
