//! Whether the manifests tell the truth: the oldest compiler, and the oldest versions of dependencies that will do.

use crate::call;
use crate::dist::target_folder;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `cargo xtask msrv`: everything, tests too, is checked by the compiler that `rust-version` names; rustup installs it if it
/// is missing.
///
/// # Errors
/// When it cannot be had, or refuses something.
pub(crate) fn oldest_compiler(root: &Path) -> Result<()> {
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let version = stated(&manifest).context("Cargo.toml has no rust-version")?;
    let toolchain = format!("{version}.0");
    let there = || {
        Command::new("rustup")
            .args(["run", &toolchain, "rustc", "--version"])
            .output()
            .is_ok_and(|o| o.status.success())
    };
    if !there() {
        println!("installing Rust {toolchain}");
        call(Command::new("rustup").args(["toolchain", "install", &toolchain, "--profile", "minimal"]))
            .with_context(|| format!("Rust {toolchain} is needed"))?;
    }
    let mut check = Command::new("rustup");
    check.args(["run", &toolchain, "cargo", "check", "--locked", "--workspace", "--all-targets"]).current_dir(root);
    checked(check, &target_folder(root).join("msrv"))?;
    println!("everything is fine with Rust {toolchain}");
    Ok(())
}

/// `cargo xtask minimal-versions`: everything is checked with the oldest version of each crate that a `Cargo.toml` here names,
/// in a copy of the tree, so that `Cargo.lock` stays what it is.
///
/// # Errors
/// When these do not go together, or something does not build with them.
pub(crate) fn minimal_versions(root: &Path) -> Result<()> {
    let place = target_folder(root).join("minimal-versions");
    let copy = place.join("tree");
    copied(root, &copy)?;
    let lock = copy.join("Cargo.lock");
    if lock.exists() {
        fs::remove_file(&lock)?;
    }
    // A stable cargo does this when it is told to be another; what is built next must not be told so, for crates look
    // whether features of nightly are there.
    let mut resolve = cargo();
    call(
        resolve
            .args(["generate-lockfile", "-Z", "direct-minimal-versions"])
            .env("RUSTC_BOOTSTRAP", "1")
            .current_dir(&copy),
    )
    .context("there are no versions that go together: a bound is below what another crate asks for")?;
    let mut check = cargo();
    check.args(["check", "--locked", "--workspace", "--all-targets"]).current_dir(&copy);
    checked(check, &place.join("target")).with_context(|| format!("the versions are in {}", lock.display()))?;
    println!("everything is fine with the oldest versions that Cargo.toml allows");
    Ok(())
}

fn checked(mut check: Command, target: &Path) -> Result<()> {
    // What cargo told this program about its own compiler is not for another.
    for variable in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"] {
        check.env_remove(variable);
    }
    call(check.env("CARGO_TARGET_DIR", target))
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// `rust-version = "1.90"` of the workspace.
fn stated(manifest: &str) -> Option<&str> {
    manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"'))
}

/// What git knows and what is new, as it is now. Files that did not change stay untouched, so that little is built again.
fn copied(root: &Path, copy: &Path) -> Result<()> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()?;
    if !listed.status.success() {
        bail!("git cannot list the files: {}", String::from_utf8_lossy(&listed.stderr));
    }
    let names = String::from_utf8(listed.stdout)?;
    for name in names.split_terminator('\0') {
        let (from, to) = (root.join(name), copy.join(name));
        // A file that is gone and not yet committed as gone.
        if !from.is_file() {
            continue;
        }
        let text = fs::read(&from)?;
        if fs::read(&to).is_ok_and(|now| now == text) {
            continue;
        }
        fs::create_dir_all(to.parent().map_or_else(PathBuf::new, Path::to_path_buf))?;
        fs::write(&to, text).with_context(|| to.display().to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stated_compiler_is_found() {
        assert_eq!(stated("[workspace.package]\nrust-version = \"1.90\"\n"), Some("1.90"));
        assert_eq!(stated("rust-version.workspace = true\n"), None);
    }
}
