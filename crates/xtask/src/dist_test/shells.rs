//! Man pages by man, completions by the shells that they are for.

use crate::dist::Dist;
use crate::test::{Needed, installed, needed};
use anyhow::{Result, bail};
use std::process::Command;

/// Shells that Debian has, besides bash.
const SHELLS: [Needed; 3] = [
    needed("zsh", "--version", "zsh", ""),
    needed("fish", "--version", "fish", ""),
    needed("man", "--version", "man-db", ""),
];

pub(super) fn run(dist: &Dist<'_>) -> Result<()> {
    installed(&SHELLS)?;
    let folder = dist.stage.join("completions");
    let zsh = "fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D; autoload +X _dogpile-lint; print -r -- $_comps[dogpile-lint]";
    says(Command::new("zsh").args(["-f", "-c", zsh]).current_dir(&folder), "_dogpile-lint")?;
    let fish = "source dogpile-lint.fish; complete -C 'dogpile-lint expl'";
    says(Command::new("fish").args(["--no-config", "-c", fish]).current_dir(&folder), "explain")?;
    let bash = "source dogpile-lint.bash; complete -p dogpile-lint";
    says(Command::new("bash").args(["--norc", "-c", bash]).current_dir(&folder), "dogpile-lint")?;
    println!("ok: completions in bash, zsh and fish");
    let mut man = Command::new("man");
    man.args(["--warnings", "-l", "dogpile-lint.1"]).current_dir(dist.stage.join("man")).env("MANPAGER", "cat");
    says(man.env("MANWIDTH", "100").env("LC_ALL", "C.UTF-8"), "SYNOPSIS")?;
    println!("ok: man page");
    Ok(())
}

fn says(command: &mut Command, words: &str) -> Result<()> {
    let output = command.output()?;
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() || !out.contains(words) || !err.is_empty() {
        bail!("{command:?}: no {words:?} in\n{out}{err}");
    }
    Ok(())
}
