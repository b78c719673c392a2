//! The whole suite, with what it needs.

use crate::call;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// Installs what is missing of [`NEEDED`], then runs every test, every check of generated files, and what looks at the
/// code's form.
///
/// # Errors
/// When something cannot be installed or is too old, a test fails or a generated file is out of date.
pub(crate) fn run(root: &Path) -> Result<()> {
    installed(&NEEDED)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    call(Command::new(cargo).args(["test", "--workspace", "--no-fail-fast"]).current_dir(root))?;
    crate::registry::run(root, true)?;
    crate::docs::run(root, true)?;
    crate::book::run(root, true)?;
    crate::tidy::run(root)?;
    crate::lint::run(root)
}

/// A program of others.
pub(crate) struct Needed {
    program: &'static str,
    /// The argument on which it says its version.
    asked: &'static str,
    /// Debian's package of it.
    package: &'static str,
    /// The oldest version that will do; empty: any.
    least: &'static str,
}

/// A program, the argument on which it says its version, Debian's package of it, and its oldest version that will do.
pub(crate) const fn needed(
    program: &'static str,
    asked: &'static str,
    package: &'static str,
    least: &'static str,
) -> Needed {
    Needed { program, asked, package, least }
}

/// What the suite starts besides itself: a server that the model of Redis is held against (`SET … NX GET` is 7.0's), the
/// languages whose real clients run the stand-alone harnesses (`context.WithoutCancel` is Go 1.21's, the clients and hook
/// managers for Node ask for 18, lock files for npm 7), git with `init -b`, the browser that opens the HTML report, an
/// editor that is served, readers of other reports that are Python's, and what the scripts start that we offer to CI
/// services, and a witness of the files that the program opens. Libraries are fetched by the suite itself, by their own package managers and from lock files
/// (`tests/harness-clients`, `tests/fixes/clients`, `tests/real-trees`, `tests/readers`, `tests/hooks`,
/// `crates/dogpile-lint/tests/{browser,editors}`). The README says the same versions.
const NEEDED: [Needed; 11] = [
    needed("redis-server", "--version", "redis-server", "7.0"),
    needed("go", "version", "golang-go", "1.21"),
    needed("node", "--version", "nodejs", "18"),
    needed("npm", "--version", "npm", "7"),
    needed("git", "--version", "git", "2.28"),
    needed("curl", "--version", "curl", ""),
    needed("jq", "--version", "jq", ""),
    needed("strace", "--version", "strace", ""),
    needed("python3", "-cimport venv, ensurepip, platform; print(platform.python_version())", "python3-venv", "3.11"),
    needed("chromium", "--version", "chromium", ""),
    needed("nvim", "--version", "neovim", "0.7"),
];

impl Needed {
    /// What it says of itself; `None`: it cannot be started.
    fn says(&self) -> Option<String> {
        let output =
            Command::new(self.program).arg(self.asked).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Why what it says will not do.
    fn fault(&self, says: Option<&str>) -> Option<String> {
        let Self { program, least, .. } = self;
        match says {
            None => Some(format!("{program} is not on the PATH")),
            Some(_) if least.is_empty() => None,
            Some(says) => match version(says) {
                Some(found) if numbers(found) >= numbers(least) => None,
                Some(found) => Some(format!("{program} is {found}: {least} or newer is needed")),
                None => Some(format!("{program} tells no version: {least} or newer is needed")),
            },
        }
    }
}

/// Installs Debian's packages of programs that are not on the PATH.
///
/// # Errors
/// When it cannot, or when what is there is too old.
pub(crate) fn installed(needed: &[Needed]) -> Result<()> {
    let missing: Vec<&str> = needed.iter().filter(|one| one.says().is_none()).map(|one| one.package).collect();
    if !missing.is_empty() {
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
        .with_context(by_hand)?;
    }
    let faults: Vec<String> = needed.iter().filter_map(|one| one.fault(one.says().as_deref())).collect();
    if !faults.is_empty() {
        bail!("install these by hand, first on the PATH, and try again:\n{}", faults.join("\n"));
    }
    Ok(())
}

/// The first number with a dot in it, or else the first number: `1.21.5` in `go version go1.21.5 linux/amd64`.
fn version(says: &str) -> Option<&str> {
    let numbers = || says.split(|c: char| !c.is_ascii_digit() && c != '.').map(|part| part.trim_matches('.'));
    numbers().find(|part| part.contains('.')).or_else(|| numbers().find(|part| !part.is_empty()))
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_where_programs_say_them() {
        for (says, told) in [
            ("go version go1.21.5 linux/amd64\n", "1.21.5"),
            ("v20.20.2\n", "20.20.2"),
            ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64\n", "7.0.15"),
            ("git version 2.39.5\n", "2.39.5"),
            ("NVIM v0.7.2\nBuild type: Release\n", "0.7.2"),
            ("11\n", "11"),
        ] {
            assert_eq!(version(says), Some(told));
        }
        assert_eq!(version("nothing"), None);
    }

    #[test]
    fn what_is_too_old_is_told() {
        let go = needed("go", "version", "golang-go", "1.21");
        assert_eq!(go.fault(Some("go version go1.21 linux/amd64")), None);
        assert_eq!(go.fault(Some("go version go1.100.1 linux/amd64")), None);
        let old = go.fault(Some("go version go1.19.8 linux/amd64"));
        assert_eq!(old.as_deref(), Some("go is 1.19.8: 1.21 or newer is needed"));
        assert!(go.fault(None).is_some() && needed("jq", "--version", "jq", "").fault(Some("jq-1")).is_none());
    }

    #[test]
    fn the_readme_says_what_is_needed() {
        let readme = include_str!("../../../README.md");
        for one in NEEDED.iter().filter(|one| !one.least.is_empty()) {
            let said = |name: &str| readme.contains(&format!("{name} {}", one.least));
            let names: &[&str] = match one.program {
                "redis-server" => &["`redis-server`"],
                "go" => &["Go"],
                "node" => &["Node"],
                "python3" => &["Python"],
                "nvim" => &["Neovim"],
                _ => &[one.program],
            };
            assert!(names.iter().any(|name| said(name)), "README: {} {}", one.program, one.least);
        }
    }
}
