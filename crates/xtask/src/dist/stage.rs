//! The binary with what stands beside it: man pages, completions, licences.

use super::Dist;
use crate::call;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Shells, and what their completions are called.
pub(crate) const SHELLS: [(&str, &str); 5] = [
    ("bash", "dogpile-lint.bash"),
    ("zsh", "_dogpile-lint"),
    ("fish", "dogpile-lint.fish"),
    ("powershell", "_dogpile-lint.ps1"),
    ("elvish", "dogpile-lint.elv"),
];
/// Texts of the project that travel along.
pub(crate) const TEXTS: [&str; 4] = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

pub(super) fn fill(dist: &Dist<'_>, program: &Path) -> Result<()> {
    let stage = &dist.stage;
    fs::create_dir_all(stage.join("completions"))?;
    let staged = stage.join(dist.target.program());
    fs::copy(program, &staged).with_context(|| format!("copying {}", program.display()))?;
    if !dist.target.is_windows() {
        // Symbols are for those who build it; a panic names file and line without them.
        call(Command::new("strip").arg(&staged))?;
    }
    call(Command::new(&staged).args(["man", "--dir"]).arg(stage.join("man")))?;
    for (shell, file) in SHELLS {
        let output =
            Command::new(&staged).args(["completions", shell]).output().context("cannot start what was built")?;
        fs::write(stage.join("completions").join(file), output.stdout)?;
    }
    for text in TEXTS {
        fs::copy(dist.root.join(text), stage.join(text))?;
    }
    Ok(())
}

/// Copies what is installed under `share`: man pages, and completions where each shell looks for them.
pub(super) fn share(dist: &Dist<'_>, share: &Path) -> Result<()> {
    let put = |from: &Path, to: &Path| -> Result<()> {
        fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
        fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
        Ok(())
    };
    for page in super::artifacts(&dist.stage.join("man"))? {
        put(&page, &share.join("man/man1").join(page.file_name().context("a page has a name")?))?;
    }
    let from = dist.stage.join("completions");
    put(&from.join("dogpile-lint.bash"), &share.join("bash-completion/completions/dogpile-lint"))?;
    put(&from.join("_dogpile-lint"), &share.join("zsh/site-functions/_dogpile-lint"))?;
    put(&from.join("dogpile-lint.fish"), &share.join("fish/vendor_completions.d/dogpile-lint.fish"))
}
