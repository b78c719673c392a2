//! `dogpile-mutants mutate|repair|metamorph [--only WORD] PATH…`: tables over trees; see `cargo xtask mutate`.
#![allow(clippy::print_stdout, clippy::print_stderr)]
#![allow(clippy::disallowed_methods, reason = "a chore reads its arguments and speaks to the terminal")]

use anyhow::{Result, bail};
use dogpile_mutants::measure::{Table, metamorphosis, mutation, repair};
use dogpile_mutants::metamorph::Morph;
use dogpile_mutants::project::Project;
use std::path::Path;

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let what = words.next().unwrap_or_default();
    let (mut only, mut trees) = (None, Vec::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "--only" => only = words.next(),
            "--tree" => {}
            _ => trees.push(word),
        }
    }
    if trees.is_empty() {
        bail!("usage: mutate|repair|metamorph [--only WORD] --tree PATH…");
    }
    let morphs: Vec<Morph> =
        Morph::ALL.into_iter().filter(|m| only.as_ref().is_none_or(|o| m.name().contains(o.as_str()))).collect();
    let mut sum = Table::default();
    for tree in &trees {
        let project = Project::read(Path::new(tree))?;
        let table = match what.as_str() {
            "mutate" => mutation(&project),
            "repair" => repair(&project),
            "metamorph" => metamorphosis(&project, &morphs),
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
    Ok(())
}
