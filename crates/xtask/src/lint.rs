//! What rustfmt and clippy say of the code.

use crate::call;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::{Command, Stdio};

/// What is asked, and what the component is called that answers.
const QUESTIONS: [(&str, &[&str]); 3] = [
    ("rustfmt", &["fmt", "--all", "--check"]),
    ("rustfmt", &["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]),
    ("clippy", &["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]),
];

/// Asks both. A toolchain may lack them (`rustup`'s minimal profile does): that is said, and is no failure, for what
/// they look at is the form of the code and not what it does.
///
/// # Errors
/// When one of them finds something.
pub(crate) fn run(root: &Path) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    for (component, arguments) in QUESTIONS {
        let there = Command::new(&cargo)
            .args([arguments[0], "--version"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .context("cannot start cargo")?;
        if there.success() {
            call(Command::new(&cargo).args(arguments).current_dir(root))
                .with_context(|| format!("cargo {}", arguments.join(" ")))?;
        } else {
            eprintln!("not asked: cargo {}: `rustup component add {component}` installs it", arguments.join(" "));
        }
    }
    Ok(())
}
