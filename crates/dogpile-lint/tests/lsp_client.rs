//! The language server, driven by Microsoft's own client library for Node and by Neovim.
#![allow(clippy::disallowed_methods, reason = "tests make files")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const LOCK: &str = r#"package app

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// Approve has characters of four bytes and two units of UTF-16 in it.
func Approve(ctx context.Context, rdb *redis.Client, id string) error {
	ok, err := /* 😀 */ rdb.SetNX(ctx, "😀:" + id, token(), 30*time.Second).Result()
	if err != nil {
		return err
	}
	if !ok {
		return errApproving
	}
	defer rdb.Del(context.WithoutCancel(ctx), "😀:" + id)
	return approve(ctx, id)
}
"#;

const TAKE: &str = r#"package app

import "github.com/google/uuid"

func token() string {
	return uuid.NewString()
}
"#;

/// A folder to work in, without what an earlier run left.
fn workspace(folder: &Path) -> PathBuf {
    let root = folder.join("app");
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).expect("a folder");
    for (name, text) in [("go.mod", "module example.com/app\n"), ("lock.go", LOCK), ("take.go", TAKE)] {
        fs::write(root.join(name), text).expect("a file");
    }
    root.canonicalize().expect("a path")
}

/// A folder below the target folder, with the client's files in it.
fn client() -> PathBuf {
    let this = std::env::current_exe().expect("this test's own path");
    let folder = this.ancestors().nth(3).expect("a target folder").join("editors");
    fs::create_dir_all(&folder).expect("a folder");
    for name in ["package.json", "package-lock.json", "client.mjs"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editors/client").join(name);
        fs::copy(&from, folder.join(name)).unwrap_or_else(|why| panic!("{}: {why}", from.display()));
    }
    folder
}

/// What the lock file says, from the registry or from npm's own cache.
fn install(folder: &Path) {
    let lock = fs::read(folder.join("package-lock.json")).expect("a lock file");
    let stamp = folder.join("installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return;
    }
    let run = Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(folder).output();
    good("npm ci", &run.expect("npm"));
    fs::write(stamp, lock).expect("a file");
}

fn good(what: &str, run: &Output) {
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(run.status.success(), "{what}: {}\n{}{}", run.status, said(&run.stdout), said(&run.stderr));
}

#[test]
fn the_client_library_of_vs_code() {
    let folder = client();
    install(&folder);
    let work = tempfile::tempdir().expect("a folder");
    let root = workspace(work.path());
    let program = env!("CARGO_BIN_EXE_dogpile-lint");
    let run = Command::new("node").arg("client.mjs").arg(program).arg(&root).current_dir(&folder).output().expect("node");
    good("client.mjs", &run);
    assert!(String::from_utf8_lossy(&run.stdout).contains("all is well"));
}

/// Debian's is 0.7; newer ones run the same script.
#[test]
fn neovim() {
    let work = tempfile::tempdir().expect("a folder");
    let root = workspace(work.path());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editors/nvim.lua");
    let run = Command::new("nvim")
        .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-S"])
        .arg(script)
        .current_dir(&root)
        .env("DOGPILE_LINT", env!("CARGO_BIN_EXE_dogpile-lint"))
        .env("XDG_STATE_HOME", work.path())
        .env("XDG_CACHE_HOME", work.path())
        .output()
        .expect("nvim");
    good("nvim", &run);
    assert!(String::from_utf8_lossy(&run.stdout).contains("all is well"));
}
