//! `dogpile-lint locks`: every lock of a project, whether or not anything is wrong with it.

use crate::check::linted;
use crate::cli::{CheckArgs, ReachArgs};
use crate::exit::Exit;
use crate::meta_rules::TOOL;
use crate::output::{say, write};
use clap::{Args, ValueEnum};
use dogpile_report::inventory::{Width, inventory_json, inventory_table};
use dogpile_report::{ProblemKind, clean};
use std::env;
use std::io::{IsTerminal as _, stdout};
use std::path::PathBuf;

/// Arguments of `locks`.
#[derive(Clone, Debug, Args)]
pub(crate) struct LocksArgs {
    /// What is looked at
    #[command(flatten)]
    pub reach: ReachArgs,
    /// Form of the list
    #[arg(long, value_enum, default_value_t)]
    pub format: InventoryFormat,
    /// Write the list there instead of to standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Lay it out for so many columns [default: those of the terminal; one line for each lock where there is none]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(20..))]
    pub columns: Option<u16>,
}

/// Forms of an inventory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum InventoryFormat {
    /// For people: a row for each lock.
    #[default]
    Table,
    /// For programs: described in docs/locks.md.
    Json,
}

/// Lists what there is.
///
/// # Errors
/// When it could not look, or the list cannot be written.
pub(crate) fn locks(args: &LocksArgs) -> anyhow::Result<Exit> {
    let check = CheckArgs { reach: args.reach.clone(), ..CheckArgs::plain() };
    linted(&check, |mut run| {
        run.progress.end();
        let inventory = dogpile_inventory::take(&run.outcome.lifecycles);
        let text = match args.format {
            InventoryFormat::Table => inventory_table(&inventory, &run.outcome.sources, width(args)),
            InventoryFormat::Json => inventory_json(&inventory, &run.outcome.sources, &TOOL),
        };
        // An inventory with holes must say so.
        for problem in run.outcome.problems.iter().filter(|p| p.kind != ProblemKind::Partial) {
            say(&clean(&format!("problem: {}: {}", problem.path, problem.message)));
        }
        write(&text, args.output.as_deref())?;
        Ok(Exit::Clean)
    })
}

fn width(args: &LocksArgs) -> Width {
    if let Some(columns) = args.columns {
        return Width::Columns(usize::from(columns));
    }
    if args.output.is_some() || !stdout().is_terminal() {
        return Width::Unlimited;
    }
    let said = || env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).filter(|n| *n >= 20);
    let seen = terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0));
    Width::Columns(seen.or_else(said).unwrap_or(80))
}
