//! What rustfmt and clippy say of the code.

use crate::call;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// What is asked, and what the component is called that answers.
const QUESTIONS: [(&str, &[&str]); 3] = [
    ("rustfmt", &["fmt", "--all", "--check"]),
    ("rustfmt", &["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]),
    ("clippy", &["clippy", "--quiet", "--workspace", "--all-targets"]),
];

/// The clippy that has nothing to say of the code. Each has lints that the one before had not: what another one says is
/// shown, and fails nobody's suite.
const CLIPPY: &str = "clippy 0.1.95 ";

/// Asks both. A toolchain may lack them (`rustup`'s minimal profile does): that is said, and is no failure, for what
/// they look at is the form of the code and not what it does.
///
/// # Errors
/// When one of them finds something.
pub(crate) fn run(root: &Path) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    for (component, arguments) in QUESTIONS {
        let version = Command::new(&cargo).args([arguments[0], "--version"]).output().context("cannot start cargo")?;
        if !version.status.success() {
            eprintln!("not asked: cargo {}: `rustup component add {component}` installs it", arguments.join(" "));
            continue;
        }
        let mut ask = Command::new(&cargo);
        ask.args(arguments).current_dir(root);
        if version.stdout.starts_with(CLIPPY.as_bytes()) {
            ask.args(["--", "--deny", "warnings"]);
        }
        call(&mut ask).with_context(|| format!("cargo {}", arguments.join(" ")))?;
    }
    Ok(())
}
