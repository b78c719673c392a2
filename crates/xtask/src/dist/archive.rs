//! The archive: a folder to unpack anywhere.

use super::{Dist, NAME};
use crate::call;
use anyhow::Result;
use std::fs;
use std::process::Command;

pub(super) fn pack(dist: &Dist<'_>) -> Result<()> {
    let name = name(dist);
    let folder = dist.out.join(&name);
    fs::rename(&dist.stage, &folder)?;
    let packed = if dist.target.is_windows() {
        call(Command::new("tar").args(["-a", "-c", "-f", &format!("{name}.zip"), &name]).current_dir(&dist.out))
    } else {
        tar(dist, &name)
    };
    fs::rename(&folder, &dist.stage)?;
    packed
}

/// The release says which version: who installs asks for a target.
pub(super) fn name(dist: &Dist<'_>) -> String {
    format!("{NAME}-{}", dist.target.triple)
}

fn tar(dist: &Dist<'_>, name: &str) -> Result<()> {
    let archive = format!("{name}.tar");
    let mut tar = Command::new("tar");
    if dist.target.is_linux() {
        // The same files in the same order, and nobody's: the same commit gives the same bytes.
        let date = format!("--mtime=@{}", dist.epoch);
        tar.args(["--sort=name", &date, "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"]);
    }
    call(tar.args(["-c", "-f", &archive, name]).current_dir(&dist.out))?;
    call(Command::new("gzip").args(["-n", "-9", &archive]).current_dir(&dist.out))
}
