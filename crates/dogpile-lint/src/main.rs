//! The `dogpile-lint` program.
#![allow(clippy::disallowed_methods, reason = "the program itself reads its arguments")]

use std::process::ExitCode;

fn main() -> ExitCode {
    dogpile_lint::run(std::env::args_os()).into()
}
