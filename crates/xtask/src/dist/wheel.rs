//! The Python wheel, by maturin: the program in `bin`, man pages and completions in `share`.

use super::{Dist, stage, target_folder};
use crate::call;
use crate::tools::maturin;
use anyhow::Result;
use std::fs;
use std::process::Command;

pub(super) fn pack(dist: &Dist<'_>) -> Result<()> {
    let packaging = dist.root.join("packaging/pypi");
    let data = packaging.join("dogpile_lint.data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    if !dist.target.is_windows() {
        stage::share(dist, &data.join("data/share"))?;
    }
    let mut maturin = Command::new(maturin(dist.root)?);
    dist.target.flags(dist.root, &mut maturin);
    maturin
        .args(["build", "--release", "--target", &dist.target.triple, "--out"])
        .arg(&dist.out)
        .current_dir(&packaging)
        .env("CARGO_TARGET_DIR", target_folder(dist.root))
        .env("SOURCE_DATE_EPOCH", &dist.epoch);
    // Static: it asks nothing of a distribution, old or new, glibc or musl. What is built for glibc maturin lets nobody
    // call fit for musl.
    if dist.target.is_linux() {
        let tags: &[&str] =
            if dist.target.is_musl() { &["manylinux_2_17", "musllinux_1_1"] } else { &["manylinux_2_17"] };
        maturin.arg("--compatibility").args(tags).args(["--auditwheel", "skip"]);
    }
    let built = call(&mut maturin);
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    built
}
