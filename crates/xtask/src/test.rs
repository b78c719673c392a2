//! The whole suite, with what it needs.

use crate::call;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// Installs what is missing of a Redis server, Go, Node, Chromium and Neovim, then runs every test and every check of generated files.
///
/// # Errors
/// When something cannot be installed, a test fails or a generated file is out of date.
pub(crate) fn run(root: &Path) -> Result<()> {
    installed(&NEEDED)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    call(Command::new(cargo).args(["test", "--workspace", "--no-fail-fast"]).current_dir(root))?;
    crate::registry::run(root, true)?;
    crate::docs::run(root, true)?;
    crate::book::run(root, true)?;
    crate::tidy::run(root)
}

/// What the suite starts besides itself, and Debian's package of it: a server that the model of Redis is held against,
/// the languages whose real clients run the stand-alone harnesses, the browser that opens the HTML report, an editor that is served, readers of
/// other reports that are Python's, and what the scripts start that we offer to CI services. Libraries are fetched by the
/// suite itself, by their own package managers and from lock files (`tests/harness-clients`, `tests/readers`, `tests/hooks`,
/// `crates/dogpile-lint/tests/{browser,editors}`).
const NEEDED: [(&str, &str, &str); 10] = [
    ("redis-server", "--version", "redis-server"),
    ("go", "version", "golang-go"),
    ("node", "--version", "nodejs"),
    ("npm", "--version", "npm"),
    ("git", "--version", "git"),
    ("curl", "--version", "curl"),
    ("jq", "--version", "jq"),
    ("python3", "-cimport venv, ensurepip", "python3-venv"),
    ("chromium", "--version", "chromium"),
    ("nvim", "--version", "neovim"),
];

/// Installs Debian's packages of programs (program, argument that it answers, package) that are not on the PATH.
///
/// # Errors
/// When it cannot.
pub(crate) fn installed(needed: &[(&str, &str, &str)]) -> Result<()> {
    let missing = |(program, version, _): &&(&str, &str, &str)| {
        !Command::new(program).arg(version).output().is_ok_and(|o| o.status.success())
    };
    let missing: Vec<&str> = needed.iter().filter(missing).map(|(_, _, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(", ");
    println!("not on PATH: installing Debian's {names} with apt-get");
    let by_hand = || format!("install {names} by hand and try again");
    call(Command::new("apt-get").args(["update", "-qq"])).with_context(by_hand)?;
    call(
        Command::new("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(&missing)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
    .with_context(by_hand)
}
