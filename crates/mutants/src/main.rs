//! `dogpile-mutants mutate|repair|metamorph|scramble [--only WORD] [--seed N] [--rounds N] PATH…`: tables over trees; see
//! `cargo xtask mutate`.
#![allow(clippy::print_stdout, clippy::print_stderr)]
#![allow(clippy::disallowed_methods, reason = "a chore reads its arguments and speaks to the terminal")]

use anyhow::{Result, bail};
use dogpile_mutants::measure::{Disorder, Table, disorder, metamorphosis, mutation, repair};
use dogpile_mutants::metamorph::Morph;
use dogpile_mutants::project::Project;
use std::path::Path;
use std::time::Duration;

/// Slower runs over scrambled files are told.
const SLOW: Duration = Duration::from_secs(20);

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let what = words.next().unwrap_or_default();
    let (mut only, mut trees) = (None, Vec::new());
    let mut how = Disorder { seed: 1, rounds: 20, limit: SLOW };
    let mut slowest = Duration::ZERO;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--only" => only = words.next(),
            "--seed" => how.seed = words.next().unwrap_or_default().parse()?,
            "--rounds" => how.rounds = words.next().unwrap_or_default().parse()?,
            "--tree" => {}
            _ => trees.push(word),
        }
    }
    if trees.is_empty() {
        bail!("usage: mutate|repair|metamorph|scramble [--only WORD] [--seed N] [--rounds N] --tree PATH…");
    }
    let morphs: Vec<Morph> =
        Morph::ALL.into_iter().filter(|m| only.as_ref().is_none_or(|o| m.name().contains(o.as_str()))).collect();
    let mut sum = Table::default();
    for tree in &trees {
        let project = Project::read(Path::new(tree))?;
        let table = match what.as_str() {
            "mutate" => mutation(&project, only.as_deref().unwrap_or_default()),
            "repair" => repair(&project),
            "metamorph" => metamorphosis(&project, &morphs),
            "scramble" => {
                let (table, slow) = disorder(&project, how);
                slowest = slowest.max(slow);
                table
            }
            _ => bail!("not a measurement: {what}"),
        };
        let (good, all) = table.total();
        eprintln!("{}: {good}/{all} of {} files", project.name, project.files.len());
        sum.add(table);
    }
    for failure in &sum.failures {
        println!("{failure}\n");
    }
    println!("{}", sum.markdown(&what));
    if what == "scramble" {
        println!("slowest: {} ms", slowest.as_millis());
    }
    Ok(())
}
