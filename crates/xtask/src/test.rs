//! The whole suite, with what it needs.

use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// Installs a Redis server where there is none, then runs every test and every check of generated files.
///
/// # Errors
/// When something cannot be installed, a test fails or a generated file is out of date.
pub(crate) fn run(root: &Path) -> Result<()> {
    server()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    call(Command::new(cargo).args(["test", "--workspace", "--no-fail-fast"]).current_dir(root))?;
    crate::registry::run(root, true)?;
    crate::docs::run(root, true)?;
    crate::tidy::run(root)
}

/// The model of Redis is held against a real server; Debian's package is as good as any.
fn server() -> Result<()> {
    if Command::new("redis-server").arg("--version").output().is_ok_and(|o| o.status.success()) {
        return Ok(());
    }
    println!("no redis-server on PATH: installing Debian's package with apt-get");
    call(Command::new("apt-get").args(["update", "-qq"])).context("install redis-server by hand and try again")?;
    call(Command::new("apt-get").args(["install", "-y", "-qq", "--no-install-recommends", "redis-server"]).env("DEBIAN_FRONTEND", "noninteractive"))
        .context("install redis-server by hand and try again")
}

fn call(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    if !status.success() {
        bail!("{:?} ended with {status}", command.get_program());
    }
    Ok(())
}
