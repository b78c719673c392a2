//! `cargo xtask dist-test [--target TRIPLE] [--out FOLDER]`: every artifact, installed into a place where nothing else is, and run there.
//!
//! Slow: it builds the release binary, once, and installs Python and npm packages. Linux only.

mod clean;
mod npm;
mod shells;

use crate::call;
use crate::dist::{self, Dist, NAME};
use anyhow::{Context, Result, bail};
use clean::Installed;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `dist-test`.
///
/// # Errors
/// When something cannot be packed or installed, or does not do what it does elsewhere.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("artifacts are tried on Linux; elsewhere the release workflow runs what it built");
    }
    let (triple, out) = dist::options(words)?;
    let dist = dist::pack(root, triple, out)?;
    let scene = dist.out.join("tried");
    fs::create_dir_all(&scene)?;
    sums(&dist)?;
    is_static(&dist)?;
    let fixture = root.join("fixtures/leaked-lock");
    for (channel, install) in CHANNELS {
        let folder = scene.join(channel);
        fs::create_dir_all(&folder)?;
        let installed = install(&dist, &folder).with_context(|| format!("{channel} cannot be installed"))?;
        installed.check(&dist, &fixture).with_context(|| format!("{channel} is installed and does not work"))?;
        println!("ok: {channel}");
    }
    shells::run(&dist).context("completions")?;
    same_bytes(&dist)
}

/// Installs an artifact into an empty folder.
type Install = fn(&Dist<'_>, &Path) -> Result<Installed>;

const CHANNELS: [(&str, Install); 5] =
    [("archive", archive), ("cargo install", cargo_install), ("wheel", wheel), ("deb", deb), ("npm", npm::install)];

fn sums(dist: &Dist<'_>) -> Result<()> {
    call(Command::new("sha256sum").args(["--check", "--quiet", "SHA256SUMS"]).current_dir(&dist.out))?;
    println!("ok: checksums");
    Ok(())
}

/// No interpreter in its header: nothing is loaded before it runs.
fn is_static(dist: &Dist<'_>) -> Result<()> {
    let output =
        Command::new("readelf").args(["--program-headers", "--dynamic"]).arg(dist.stage.join(NAME)).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || text.contains("INTERP") || text.contains("(NEEDED)") {
        bail!("the binary is not static:\n{text}");
    }
    println!("ok: static ({})", dist.target.triple);
    Ok(())
}

fn archive(dist: &Dist<'_>, folder: &Path) -> Result<Installed> {
    let name = dist::archive_name(dist);
    call(Command::new("tar").arg("-xzf").arg(dist.out.join(format!("{name}.tar.gz"))).arg("-C").arg(folder))?;
    let here = folder.join(name);
    Ok(Installed::new(&here.join(NAME))
        .with(&[here.join("man/dogpile-lint.1"), here.join("completions/dogpile-lint.bash")]))
}

fn cargo_install(dist: &Dist<'_>, folder: &Path) -> Result<Installed> {
    let package = dist.root.join("crates/dogpile-lint");
    call(
        dist::cargo(dist)
            .args(["install", "--locked", "--quiet", "--no-track", "--target", &dist.target.triple, "--path"])
            .arg(package)
            .arg("--root")
            .arg(folder),
    )?;
    Ok(Installed::new(&folder.join("bin").join(NAME)))
}

fn wheel(dist: &Dist<'_>, folder: &Path) -> Result<Installed> {
    let wheel = one(&dist.out, "whl")?;
    call(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let pip = folder.join("bin/pip");
    call(Command::new(pip).args(["install", "--quiet", "--no-index", "--disable-pip-version-check"]).arg(wheel))?;
    let share = folder.join("share");
    let beside = [share.join("man/man1/dogpile-lint.1"), share.join("bash-completion/completions/dogpile-lint")];
    Ok(Installed::new(&folder.join("bin").join(NAME)).with(&beside))
}

/// Into a root of its own, where there is not even a C library.
fn deb(dist: &Dist<'_>, folder: &Path) -> Result<Installed> {
    let package = one(&dist.out, "deb")?;
    for part in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "tmp"] {
        fs::create_dir_all(folder.join(part))?;
    }
    fs::write(folder.join("var/lib/dpkg/status"), "")?;
    let root = |option: &str| format!("--{option}={}", folder.display());
    call(
        Command::new("dpkg")
            .args([&root("root"), "--force-not-root", "--force-script-chrootless", "--log=/dev/null", "--install"])
            .arg(package),
    )?;
    let share = folder.join("usr/share");
    let beside = [share.join("man/man1/dogpile-lint.1.gz"), share.join("bash-completion/completions/dogpile-lint")];
    let installed = Installed::new(&folder.join("usr/bin").join(NAME)).with(&beside);
    if !clean::may_chroot() {
        bail!("only root may run it in a root of its own: type the same with sudo");
    }
    Ok(installed.within(folder))
}

/// The file of that kind.
fn one(folder: &Path, ending: &str) -> Result<PathBuf> {
    let all = dist::artifacts(folder)?;
    let mut of_kind = all.into_iter().filter(|path| path.extension().is_some_and(|e| e == ending));
    match (of_kind.next(), of_kind.next()) {
        (Some(path), None) => Ok(path),
        (None, _) => bail!("there is no .{ending}"),
        _ => bail!("there are several .{ending}"),
    }
}

/// Packed once more, the archive and the packages are the same to the byte.
fn same_bytes(dist: &Dist<'_>) -> Result<()> {
    let first = fs::read_to_string(dist.out.join("SHA256SUMS"))?;
    let again = dist::pack(dist.root, Some(dist.target.triple.clone()), Some(dist.out.with_file_name("dist-again")))?;
    let second = fs::read_to_string(again.out.join("SHA256SUMS"))?;
    if first != second {
        bail!("packed again, it is something else:\n{first}\n{second}");
    }
    println!("ok: packed again, every artifact is the same to the byte");
    fs::remove_dir_all(&again.out)?;
    Ok(())
}
