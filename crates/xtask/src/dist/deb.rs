//! The Debian package, put together by `dpkg-deb`: one static program, which depends on nothing.

use super::{Dist, NAME, stage};
use crate::call;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

pub(super) fn pack(dist: &Dist<'_>) -> Result<()> {
    let tree = dist.out.join("deb");
    let put = |from: &Path, to: &str| -> Result<()> {
        let to = tree.join(to);
        fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
        fs::copy(from, &to).with_context(|| format!("copying {}", from.display()))?;
        Ok(())
    };
    put(&dist.stage.join(NAME), "usr/bin/dogpile-lint")?;
    stage::share(dist, &tree.join("usr/share"))?;
    // Debian's own zsh looks here.
    let zsh = tree.join("usr/share/zsh");
    fs::rename(zsh.join("site-functions"), zsh.join("vendor-completions"))?;
    let docs = "usr/share/doc/dogpile-lint";
    put(&dist.root.join("packaging/debian/copyright"), &format!("{docs}/copyright"))?;
    for text in stage::TEXTS {
        put(&dist.stage.join(text), &format!("{docs}/{text}"))?;
    }
    for page in super::artifacts(&tree.join("usr/share/man/man1"))? {
        call(Command::new("gzip").args(["-n", "-9"]).arg(page))?;
    }
    call(Command::new("gzip").args(["-n", "-9"]).arg(tree.join(docs).join("CHANGELOG.md")))?;
    fs::create_dir_all(tree.join("DEBIAN"))?;
    fs::write(tree.join("DEBIAN/control"), control(dist, size(&tree)?))?;
    call(Command::new("chmod").args(["-R", "u=rwX,go=rX"]).arg(&tree))?;
    let file = dist.out.join(format!("{NAME}_{}_{}.deb", dist.version, dist.target.debian()));
    call(
        Command::new("dpkg-deb")
            .args(["--build", "--root-owner-group", "-Zxz", "-z2"])
            .arg(&tree)
            .arg(file)
            .env("SOURCE_DATE_EPOCH", &dist.epoch),
    )?;
    fs::remove_dir_all(tree)?;
    Ok(())
}

fn control(dist: &Dist<'_>, kib: u64) -> String {
    format!(
        "Package: {NAME}\nVersion: {}\nArchitecture: {}\nMaintainer: The dogpile-lint authors \
         <dogpile-lint@users.noreply.github.com>\nInstalled-Size: {kib}\nSuggests: redis-server\nSection: devel\n\
         Priority: optional\nHomepage: https://github.com/dogpile-lint/dogpile-lint\n\
         Description: linter for Redis locks in Go, TypeScript, JavaScript and Rust\n \
         Follows each lock through its life (acquire, lease, renewal, critical section,\n \
         release, waiters) on every path of a program, reports where that life breaks,\n \
         and proves it by replaying the schedule on a real Redis.\n",
        dist.version,
        dist.target.debian()
    )
}

/// What it takes on disk, in KiB.
fn size(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            } else {
                bytes += entry.metadata()?.len().div_ceil(1024) * 1024;
            }
        }
    }
    Ok(bytes / 1024)
}
