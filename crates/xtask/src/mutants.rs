//! Mutants over trees: optimised, and in a process of their own, since that room knows the linter and this one does not.

use crate::call;
use anyhow::Result;
use std::path::Path;
use std::process::Command;

pub(crate) fn run(root: &Path, words: &[&str]) -> Result<()> {
    let manifest = root.join("Cargo.toml");
    let cargo = ["run", "--quiet", "--release", "-p", "dogpile-mutants", "--manifest-path"];
    call(Command::new("cargo").args(cargo).arg(manifest).arg("--").args(words))
}
