//! What is built for.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A target triple, and how other package managers call it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) triple: String,
}

/// Triples that are packed: npm's platform and architecture, and Debian's architecture.
const KNOWN: [(&str, &str, &str, &str); 8] = [
    ("x86_64-unknown-linux-musl", "linux", "x64", "amd64"),
    ("aarch64-unknown-linux-musl", "linux", "arm64", "arm64"),
    ("x86_64-unknown-linux-gnu", "linux", "x64", "amd64"),
    ("aarch64-unknown-linux-gnu", "linux", "arm64", "arm64"),
    ("x86_64-apple-darwin", "darwin", "x64", ""),
    ("aarch64-apple-darwin", "darwin", "arm64", ""),
    ("x86_64-pc-windows-msvc", "win32", "x64", ""),
    ("aarch64-pc-windows-msvc", "win32", "arm64", ""),
];

impl Target {
    /// The one that is asked for, or this machine's own.
    pub(crate) fn new(triple: Option<String>) -> Result<Self> {
        let triple = match triple {
            Some(triple) => triple,
            None => host()?,
        };
        if !KNOWN.iter().any(|known| known.0 == triple) {
            let all: Vec<&str> = KNOWN.iter().map(|known| known.0).collect();
            bail!("nothing is packed for {triple}; known: {}", all.join(", "));
        }
        Ok(Self { triple })
    }

    fn row(&self) -> (&'static str, &'static str, &'static str) {
        let found = KNOWN.iter().find(|known| known.0 == self.triple);
        found.map_or(("", "", ""), |known| (known.1, known.2, known.3))
    }

    /// npm's `os` and `cpu`.
    pub(crate) fn npm(&self) -> (&'static str, &'static str) {
        let (os, cpu, _) = self.row();
        (os, cpu)
    }

    /// Debian's architecture.
    pub(crate) fn debian(&self) -> &'static str {
        self.row().2
    }

    /// Every platform that npm has a package for.
    pub(crate) fn all_npm() -> Vec<(&'static str, &'static str)> {
        let mut all: Vec<(&str, &str)> = KNOWN.iter().map(|known| (known.1, known.2)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    pub(crate) fn is_linux(&self) -> bool {
        self.npm().0 == "linux"
    }

    pub(crate) fn is_windows(&self) -> bool {
        self.npm().0 == "win32"
    }

    /// File name of the program.
    pub(crate) fn program(&self) -> &'static str {
        if self.is_windows() { "dogpile-lint.exe" } else { "dogpile-lint" }
    }

    /// The binary needs no library of the machine that it runs on: on Linux it is static, on Windows it brings the C
    /// runtime. The folders that it was built in, of the checkout and of cargo, have other names in it.
    pub(crate) fn flags(&self, root: &Path, cargo: &mut Command) {
        let mut flags = Vec::new();
        if self.is_linux() || self.is_windows() {
            flags.push("-Ctarget-feature=+crt-static".to_owned());
        }
        let home = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let of_user = || home(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(|home| home.join(".cargo"));
        let folders = [(Some(root.to_owned()), "dogpile-lint"), (home("CARGO_HOME").or_else(of_user), "cargo")];
        for (folder, name) in folders {
            flags.extend(folder.map(|folder| format!("--remap-path-prefix={}=/{name}", folder.display())));
        }
        // Flags that are parted by a character that no path has: folders may have blanks in their names.
        cargo.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    }
}

fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("cannot start rustc")?;
    let text = String::from_utf8(output.stdout)?;
    text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("rustc names no host")
}
