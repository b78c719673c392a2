//! Standard output, standard error, and files that reports go into.

use crate::cli::ColorChoice;
use anyhow::Context as _;
use dogpile_report::{Looks, clean_code};
use std::env;
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempPath};

/// Writes to standard output. A reader that has gone away (`| head`) is nobody's fault.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot write to standard output"),
        _ => Ok(()),
    }
}

/// Writes to a file, whole or not at all, or to standard output.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(text: &str, file: Option<&Path>) -> anyhow::Result<()> {
    match file {
        Some(file) => Staged::new(text, file)?.keep(),
        None => print(text),
    }
}

/// The same of code as files have it: a terminal gets none of its characters that would steer it. `true`: it got another
/// text, for there were some.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write_code(text: &str, file: Option<&Path>) -> anyhow::Result<bool> {
    let seen = clean_code(text);
    let cleaned = file.is_none() && seen != text && io::stdout().is_terminal();
    write(if cleaned { &seen } else { text }, file)?;
    Ok(cleaned)
}

/// A file that is written beside its place, and not yet put there.
#[derive(Debug)]
pub(crate) struct Staged {
    /// `None`: what stands at the place is no plain file (a pipe, `/dev/null`) and was written to as it is.
    beside: Option<TempPath>,
    place: PathBuf,
    /// As it was asked for.
    name: PathBuf,
}

impl Staged {
    /// Writes beside the place.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub(crate) fn new(text: &str, file: &Path) -> anyhow::Result<Self> {
        let told = || format!("cannot write {}", file.display());
        // What a link leads to is replaced, not the link.
        let place = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
        let there = fs::metadata(&place).ok();
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            fs::write(&place, text).with_context(told)?;
            return Ok(Self { beside: None, place, name: file.to_owned() });
        }
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut beside = new_in(folder, there.as_ref().map(fs::Metadata::permissions)).with_context(told)?;
        beside.write_all(text.as_bytes()).and_then(|()| beside.flush()).with_context(told)?;
        Ok(Self { beside: Some(beside.into_temp_path()), place, name: file.to_owned() })
    }

    /// What was written is on the disk, and not only on its way there: the file that it replaces was somebody's work.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub(crate) fn lasting(self) -> anyhow::Result<Self> {
        if let Some(beside) = &self.beside {
            File::open(beside)
                .and_then(|file| file.sync_all())
                .with_context(|| format!("cannot write {}", self.name.display()))?;
        }
        Ok(self)
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// When it cannot be put there.
    pub(crate) fn keep(self) -> anyhow::Result<()> {
        let Some(beside) = self.beside else { return Ok(()) };
        beside.persist(&self.place).with_context(|| format!("cannot write {}", self.name.display()))
    }
}

/// A new file with the rights of the one that it will replace, or of any other new file.
fn new_in(folder: &Path, rights: Option<Permissions>) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".dogpile-lint-");
    #[cfg(unix)]
    let new = <Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(new);
    let file = builder.tempfile_in(folder)?;
    if let Some(rights) = rights {
        file.as_file().set_permissions(rights)?;
    }
    Ok(file)
}

/// Says something on standard error; where that is gone there is nobody to tell.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// What a report may look like where it goes.
#[must_use]
pub(crate) fn looks(choice: ColorChoice, to_file: bool) -> Looks {
    let color = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if to_file || set("NO_COLOR") => false,
        ColorChoice::Auto => {
            let forced = ["FORCE_COLOR", "CLICOLOR_FORCE"].into_iter().any(wanted);
            let dumb = env::var_os("TERM").is_some_and(|v| v == "dumb");
            let refused = env::var_os("CLICOLOR").is_some_and(|v| v == "0");
            forced || (!dumb && !refused && io::stdout().is_terminal())
        }
    };
    // Who wants no colours wants no other sequences either.
    Looks { color, links: color && !to_file && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout) }
}

fn set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn wanted(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0" && value != "false")
}
