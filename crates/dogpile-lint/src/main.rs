//! The `dogpile-lint` program.
#![allow(clippy::disallowed_methods, reason = "the program itself reads its arguments")]

use std::process::ExitCode;

/// Paths part and join all the time: what they share lives in many small pieces.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    dogpile_lint::run(std::env::args_os()).into()
}
