//! Where a report goes.

use crate::cli::ColorChoice;
use anyhow::Context as _;
use std::env;
use std::fs;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;

/// Writes to a file or to standard output. A reader that has gone away (`| head`) is nobody's fault.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(text: &str, file: Option<&Path>) -> anyhow::Result<()> {
    if let Some(file) = file {
        return fs::write(file, text).with_context(|| format!("cannot write {}", file.display()));
    }
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot write to standard output"),
        _ => Ok(()),
    }
}

/// Says something on standard error; where that is gone there is nobody to tell.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether a report is coloured.
#[must_use]
pub(crate) fn colored(choice: ColorChoice, to_file: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            let refused = env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()) || env::var_os("TERM").is_some_and(|v| v == "dumb");
            !to_file && !refused && io::stdout().is_terminal()
        }
    }
}
