//! The language server, driven by Microsoft's own client library for Node and by Neovim.
#![allow(clippy::disallowed_methods, reason = "tests make files")]

mod trees;

use dogpile_testing::installed::{copy, good, npm, ran};
use std::path::{Path, PathBuf};
use std::process::Command;
use trees::Tree;

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

/// A package to work in.
fn workspace() -> Tree {
    Tree::new(&[("app/go.mod", "module example.com/app\n"), ("app/lock.go", LOCK), ("app/take.go", TAKE)])
}

/// A folder with the client's script and the packages of its lock file.
fn client() -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editors/client");
    let folder = npm("editors", &from);
    copy(&[from.join("client.mjs")], &folder);
    folder
}

#[test]
fn the_client_library_of_vs_code() {
    let folder = client();
    let work = workspace();
    let root = work.path().join("app");
    let program = env!("CARGO_BIN_EXE_dogpile-lint");
    let run = ran(Command::new("node").arg("client.mjs").arg(program).arg(&root).current_dir(&folder));
    assert!(good("client.mjs", &run).contains("all is well"));
}

/// Debian's is 0.7; newer ones run the same script.
#[test]
fn neovim() {
    let work = workspace();
    let root = work.path().join("app");
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
    assert!(good("nvim", &run).contains("all is well"));
}
