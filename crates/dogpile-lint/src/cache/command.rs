//! `dogpile-lint cache`.

use super::folder::{clean, usual};
use crate::exit::Exit;
use crate::output;
use anyhow::anyhow;
use clap::{Args, Subcommand};
use dogpile_report::counted;
use std::path::PathBuf;

/// Commands about what runs keep for each other.
#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// Remove all that earlier runs found out
    Clean(PlaceArgs),
    /// Print the folder that it is kept in
    Dir(PlaceArgs),
}

/// Where it is kept.
#[derive(Debug, Args)]
pub(crate) struct PlaceArgs {
    /// The folder [default: $DOGPILE_LINT_CACHE_DIR, or dogpile-lint in the user's folder of caches]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
}

/// Does it.
///
/// # Errors
/// When there is no such folder, or something in it cannot be removed.
pub(crate) fn run(command: &CacheCommand) -> anyhow::Result<Exit> {
    let (CacheCommand::Clean(place) | CacheCommand::Dir(place)) = command;
    let folder = place.cache_dir.clone().or_else(usual);
    let folder = folder.ok_or_else(|| {
        anyhow!("nothing is kept: neither HOME nor DOGPILE_LINT_CACHE_DIR tells where; name a folder with --cache-dir")
    })?;
    let text = match command {
        CacheCommand::Dir(_) => format!("{}\n", folder.display()),
        CacheCommand::Clean(_) => {
            let (count, bytes) = clean(&folder)?;
            format!("{} removed from {}, {} MB\n", counted(count, "file"), folder.display(), bytes >> 20)
        }
    };
    output::write(&text, None)?;
    Ok(Exit::Clean)
}
