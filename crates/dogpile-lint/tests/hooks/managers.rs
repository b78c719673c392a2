//! The managers: installed once, when the first test asks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// npm packages.
pub(crate) static NODE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = folder("node");
    install(&folder, &["package-lock.json", "package.json"], || {
        // Scripts of packages are not run: theirs would set up hooks in this repository.
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder));
    });
    folder
});

/// Programs of a Python of its own.
pub(crate) static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = folder("python");
    install(&folder, &["requirements.txt"], || {
        run(Command::new("python3").args(["-m", "venv", "--clear", "venv"]).current_dir(&folder));
        let pip = ["-m", "pip", "install", "-q", "--require-hashes", "-r", "requirements.txt"];
        run(Command::new(folder.join("venv/bin/python")).args(pip).current_dir(&folder));
    });
    folder.join("venv/bin")
});

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|why| panic!("{:?}: {why}", command.get_program()));
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&said));
}

/// In the target folder, which this test's program is three below: `target/debug/deps/hooks-…`.
fn folder(name: &str) -> PathBuf {
    let this = std::env::current_exe().expect("this test's own path");
    let folder = this.ancestors().nth(3).expect("a target folder").join("hooks").join(name);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Installs what manifests say, the lock file first, unless that was done.
fn install(folder: &Path, manifests: &[&str], how: impl FnOnce()) {
    let here = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/hooks").join(name);
    let text = fs::read(here(manifests[0])).expect("a lock file");
    let stamp = folder.join("installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == text) {
        return;
    }
    let _ = fs::remove_file(&stamp);
    for name in manifests {
        fs::copy(here(name), folder.join(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
    how();
    fs::write(stamp, text).expect("a file");
}
