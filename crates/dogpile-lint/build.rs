//! Tells the program which sources it is made of: what one build wrote down about code holds for no other.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "builds read sources and talk to cargo")]

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let root = own.ancestors().nth(2).unwrap_or(&own);
    let mut files = Vec::new();
    let crates = ["source", "ir", "front-go", "front-ts", "front-rust", "redis", "models", "analysis", "dogpile-lint"];
    for name in crates {
        let folder = root.join("crates").join(name);
        for part in ["src", "clients"] {
            let part = folder.join(part);
            if part.is_dir() {
                println!("cargo:rerun-if-changed={}", part.display());
                collect(&part, &mut files);
            }
        }
    }
    let lock = root.join("Cargo.lock");
    if lock.is_file() {
        println!("cargo:rerun-if-changed={}", lock.display());
        files.push(lock);
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    for file in files {
        file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/").hash(&mut hasher);
        fs::read(&file).unwrap_or_default().hash(&mut hasher);
    }
    println!("cargo:rustc-env=DOGPILE_SOURCES={:016x}", hasher.finish());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
