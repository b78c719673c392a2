//! `cargo xtask dist`: one release binary, packed for every channel.
//!
//! The version stands in the workspace's `Cargo.toml` and nowhere else; man pages and completions come from the binary that
//! is packed. See `docs/releasing.md`.

mod archive;
mod deb;
mod npm;
mod stage;
mod target;
mod wheel;

pub(crate) use npm::packed as npm_packages;
pub(crate) use target::Target;

use crate::call;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program's name, in every channel.
pub(crate) const NAME: &str = "dogpile-lint";

/// What packing needs to know.
pub(crate) struct Dist<'d> {
    pub(crate) root: &'d Path,
    pub(crate) out: PathBuf,
    pub(crate) target: Target,
    pub(crate) version: String,
    /// Seconds since 1970 that packed files are dated.
    pub(crate) epoch: String,
    /// Where the binary with its man pages and completions lies.
    pub(crate) stage: PathBuf,
}

/// `dist [--target TRIPLE] [--out FOLDER]`.
///
/// # Errors
/// When something cannot be built or packed.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<()> {
    let (triple, out) = options(words)?;
    let dist = pack(root, triple, out)?;
    println!("packed in {}:", dist.out.display());
    for path in artifacts(&dist.out)? {
        println!("  {}", path.file_name().and_then(|n| n.to_str()).unwrap_or_default());
    }
    Ok(())
}

/// What is built for, and where it goes.
///
/// # Errors
/// When it is said otherwise.
pub(crate) fn options(words: &[&str]) -> Result<(Option<String>, Option<PathBuf>)> {
    let (mut triple, mut out) = (None, None);
    for pair in words.chunks(2) {
        match pair {
            ["--target", value] => triple = Some((*value).to_owned()),
            ["--out", value] => out = Some(PathBuf::from(value)),
            _ => bail!("type `cargo xtask dist [--target TRIPLE] [--out FOLDER]`, or `dist-test` with the same"),
        }
    }
    Ok((triple, out))
}

/// The archive's name, without its ending; its only folder is called so, too.
pub(crate) fn archive_name(dist: &Dist<'_>) -> String {
    archive::name(dist)
}

/// Builds and packs everything.
///
/// # Errors
/// When something cannot be built or packed.
pub(crate) fn pack(root: &Path, triple: Option<String>, out: Option<PathBuf>) -> Result<Dist<'_>> {
    let target = Target::new(triple)?;
    let out = out.unwrap_or_else(|| target_folder(root).join("dist"));
    let out = if out.is_absolute() { out } else { std::env::current_dir()?.join(out) };
    emptied(&out)?;
    let stage = out.join("stage");
    let dist = Dist { root, target, version: version(root)?, epoch: epoch(root)?, stage, out };
    let program = build(&dist)?;
    stage::fill(&dist, &program)?;
    archive::pack(&dist)?;
    npm::pack(&dist)?;
    if dist.target.is_linux() {
        deb::pack(&dist)?;
    }
    wheel::pack(&dist)?;
    sums(&dist)?;
    Ok(dist)
}

/// Tells a folder that packing made.
const STAMP: &str = ".dogpile-lint-dist";

/// An empty folder to pack into. What is in it goes only if an earlier run left it: `--out .` is a checkout.
fn emptied(out: &Path) -> Result<()> {
    let filled =
        out.exists() && fs::read_dir(out).with_context(|| format!("reading {}", out.display()))?.next().is_some();
    if filled && !out.join(STAMP).is_file() {
        bail!("{} is not empty and was not packed into before: name another --out, or empty it", out.display());
    }
    if filled {
        fs::remove_dir_all(out).with_context(|| format!("removing {}", out.display()))?;
    }
    fs::create_dir_all(out)?;
    fs::write(out.join(STAMP), "packed by `cargo xtask dist`, and removed by its next run\n")?;
    Ok(())
}

/// What was packed, by name.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn artifacts(out: &Path) -> Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(out)?.map(|e| e.map(|e| e.path())).collect::<std::result::Result<_, _>>()?;
    paths.retain(|path| path.is_file() && !path.ends_with(STAMP));
    paths.sort();
    Ok(paths)
}

/// Where cargo builds.
pub(crate) fn target_folder(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// Cargo with what makes the binary of a target what it is.
pub(crate) fn cargo(dist: &Dist<'_>) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    dist.target.flags(dist.root, &mut cargo);
    // Parts in C write down when they were compiled: that is the time of the commit.
    cargo
        .current_dir(dist.root)
        .env("CARGO_TARGET_DIR", target_folder(dist.root))
        .env("SOURCE_DATE_EPOCH", &dist.epoch);
    cargo
}

fn build(dist: &Dist<'_>) -> Result<PathBuf> {
    let triple = &dist.target.triple;
    call(cargo(dist).args(["build", "--release", "--locked", "-p", NAME, "--target", triple]))?;
    Ok(target_folder(dist.root).join(triple).join("release").join(dist.target.program()))
}

/// The one place that says the version.
///
/// # Errors
/// When it does not.
pub(crate) fn version(root: &Path) -> Result<String> {
    let text = fs::read_to_string(root.join("Cargo.toml"))?;
    let package = text.split_once("[workspace.package]").context("Cargo.toml has no [workspace.package]")?.1;
    let line = package.lines().find_map(|line| line.strip_prefix("version = \"")).context("it says no version")?;
    Ok(line.trim_end_matches('"').to_owned())
}

/// When the commit that is packed was made: the same commit gives the same archives.
fn epoch(root: &Path) -> Result<String> {
    if let Ok(said) = std::env::var("SOURCE_DATE_EPOCH") {
        return Ok(said);
    }
    let output = Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(root).output();
    let output = output.context("git is needed, or SOURCE_DATE_EPOCH")?;
    let text = String::from_utf8(output.stdout)?.trim().to_owned();
    Ok(if text.is_empty() { "0".to_owned() } else { text })
}

/// `SHA256SUMS` beside what it speaks of.
fn sums(dist: &Dist<'_>) -> Result<()> {
    let names: Vec<PathBuf> = artifacts(&dist.out)?;
    let names = names.iter().filter_map(|path| path.file_name());
    let (program, args): (&str, &[&str]) =
        if cfg!(target_os = "macos") { ("shasum", &["-a", "256"]) } else { ("sha256sum", &[]) };
    let output = Command::new(program).args(args).args(names).current_dir(&dist.out).output();
    let output = output.with_context(|| format!("cannot start {program}"))?;
    if !output.status.success() {
        bail!("{program}: {}", String::from_utf8_lossy(&output.stderr));
    }
    fs::write(dist.out.join("SHA256SUMS"), output.stdout)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of this test alone, without what an earlier run left.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("dogpile-lint-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("crates")).expect("a folder");
        folder
    }

    #[test]
    fn what_was_not_packed_stays() {
        let checkout = folder("checkout");
        fs::write(checkout.join("Cargo.toml"), "").expect("a file");
        let said = emptied(&checkout).expect_err("refused").to_string();
        assert!(said.contains("is not empty"), "{said}");
        assert!(checkout.join("Cargo.toml").is_file() && checkout.join("crates").is_dir());
        fs::remove_dir_all(checkout).expect("removed");
    }

    #[test]
    fn what_was_packed_goes() {
        let out = folder("packed").join("out");
        emptied(&out).expect("made");
        fs::create_dir_all(out.join("stage")).expect("a folder");
        fs::write(out.join("old.deb"), "").expect("a file");
        emptied(&out).expect("emptied");
        assert_eq!(artifacts(&out).expect("a folder"), Vec::<PathBuf>::new());
        assert!(!out.join("stage").exists());
        fs::remove_dir_all(out.parent().expect("a folder")).expect("removed");
    }
}
