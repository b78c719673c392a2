//! `dogpile-lint init`: a commented `dogpile.toml` from what is found.

mod text;

use crate::check::linted;
use crate::cli::CheckArgs;
use crate::config::{self, FILE_NAME};
use crate::exit::Exit;
use crate::meta_rules::slugs;
use crate::output::{say, write};
use crate::walk::{absolute, shown};
use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use dogpile_report::clean;
use std::env;
use std::path::{Path, PathBuf};

/// Arguments of `init`.
#[derive(Clone, Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder that it is for
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// Write over a dogpile.toml that is there
    #[arg(long, conflicts_with = "stdout")]
    pub force: bool,
    /// Print it, and write nothing
    #[arg(long)]
    pub stdout: bool,
}

/// Writes a configuration that changes nothing yet.
///
/// # Errors
/// When one is there already, or it could not look or write.
pub(crate) fn init(args: &InitArgs) -> anyhow::Result<Exit> {
    let cwd = env::current_dir().context("the current folder cannot be found")?;
    let folder = absolute(&cwd, &args.folder);
    let named = clean(&args.folder.display().to_string()).into_owned();
    if !folder.exists() {
        bail!("no such folder: {named}; type `dogpile-lint init` in the folder that the configuration is for");
    }
    if !folder.is_dir() {
        let above = args.folder.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        bail!("{named} is no folder; type `dogpile-lint init {}`", clean(&above.display().to_string()));
    }
    let file = folder.join(FILE_NAME);
    if !args.stdout && !args.force {
        refuse(&cwd, &folder, &file)?;
    }
    // Names of packages without a manifest come from where we are: those of the folder are the ones that count.
    env::set_current_dir(&folder).with_context(|| format!("cannot work in {named}"))?;
    linted(&CheckArgs::plain(), |mut run| {
        run.progress.end();
        let inventory = dogpile_inventory::take(&run.outcome.lifecycles);
        let text = text::configuration(&inventory, &run.outcome);
        config::parse(FILE_NAME, &text, &slugs())
            .map_err(|e| anyhow!("internal error: what was written is wrong: {e}"))?;
        if args.stdout {
            write(&text, None)?;
            return Ok(Exit::Clean);
        }
        write(&text, Some(&file))?;
        let undeclared = text::undeclared(&inventory);
        let next = match undeclared {
            0 => "every p99 that matters is known".to_owned(),
            1 => "1 lock has no p99: fill it in under [latency]".to_owned(),
            n => format!("{n} locks have no p99: fill them in under [latency]"),
        };
        let file = clean(&shown(&cwd, &file)).into_owned();
        let folder = if named == "." { String::new() } else { format!(" {named}") };
        say(&format!("wrote {file}; {next}"));
        say(&format!("next: `dogpile-lint{folder}` lints, `dogpile-lint config{folder}` shows what is in force"));
        Ok(Exit::Clean)
    })
}

/// What somebody decided is not written over, and not hidden by a nearer file either.
fn refuse(cwd: &Path, folder: &Path, file: &Path) -> anyhow::Result<()> {
    let Some(there) = config::find(folder) else { return Ok(()) };
    let name = clean(&shown(cwd, &there)).into_owned();
    if there == *file {
        bail!(
            "{name} is there already; type `dogpile-lint init --stdout` to look, `dogpile-lint init --force` to write over it"
        );
    }
    bail!("{name} holds for this folder already; type `dogpile-lint init --force` to write a nearer one that hides it")
}
