//! What suites install of others' programs and libraries: once, in the target folder, and from lock files.
#![allow(clippy::disallowed_methods, reason = "tests make files and start programs")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder in the target folder, which a test's program is three below: `target/debug/deps/readers-…`.
pub fn folder(name: &str) -> PathBuf {
    let this = std::env::current_exe().expect("this test's own path");
    let folder = this.ancestors().nth(3).expect("a target folder").join(name);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Such a folder for sources and what they are built with. What earlier runs built stays; their sources do not.
pub fn workshop(name: &str, manifests: &[PathBuf], sources: &str) -> PathBuf {
    let folder = folder(name);
    let _ = fs::remove_dir_all(folder.join(sources));
    fs::create_dir_all(folder.join(sources)).expect("a folder");
    copy(manifests, &folder);
    folder
}

/// Copies files into a folder, by their names.
pub fn copy(files: &[PathBuf], folder: &Path) {
    for file in files {
        let to = folder.join(file.file_name().expect("a name"));
        fs::copy(file, to).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
    }
}

/// Installs what manifests say, the lock file first, unless that was done.
pub fn once(folder: &Path, manifests: &[PathBuf], how: impl FnOnce()) {
    let lock = fs::read(&manifests[0]).unwrap_or_else(|why| panic!("{}: {why}", manifests[0].display()));
    let stamp = folder.join("installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return;
    }
    // What fails halfway is not taken for done.
    let _ = fs::remove_file(&stamp);
    copy(manifests, folder);
    how();
    fs::write(stamp, lock).expect("a file");
}

/// npm's packages of the lock file in a folder, from the registry or from npm's own cache. Their scripts are not run.
pub fn npm(name: &str, from: &Path) -> PathBuf {
    let folder = folder(name);
    once(&folder, &["package-lock.json", "package.json"].map(|name| from.join(name)), || {
        let args = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
        good("npm ci", &ran(Command::new("npm").args(args).current_dir(&folder)));
    });
    folder
}

/// Programs of a Python of their own, by the requirements in a folder: where they are.
pub fn pip(name: &str, from: &Path) -> PathBuf {
    let folder = folder(name);
    once(&folder, &[from.join("requirements.txt")], || {
        good("venv", &ran(Command::new("python3").args(["-m", "venv", "--clear", "venv"]).current_dir(&folder)));
        let pip = ["-m", "pip", "install", "-q", "--require-hashes", "-r", "requirements.txt"];
        good("pip install", &ran(Command::new(folder.join("venv/bin/python")).args(pip).current_dir(&folder)));
    });
    folder.join("venv/bin")
}

pub fn ran(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|why| panic!("{:?}: {why}", command.get_program()))
}

/// What it printed, if all went well.
pub fn good(what: &str, run: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{what}: {}\n{out}{err}", run.status);
    out.into_owned()
}
