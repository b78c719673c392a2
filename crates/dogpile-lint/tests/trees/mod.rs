//! Runs the program on trees made for a test.
#![allow(dead_code, unused_imports, reason = "no test uses all of it")]
#![allow(clippy::disallowed_methods, reason = "tests make files")]

pub(crate) use dogpile_testing::formats::FORMATS;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder of files that goes away by itself.
pub(crate) struct Tree(TempDir);

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A warning that does not depend on the analysis.
pub(crate) const FAULTY: &str = "package a\n\n// dogpile: forgive\nfunc f() {}\n";
/// A lock that anybody deletes.
pub(crate) const LOCKED: &str = r#"package app

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

func sweep(ctx context.Context, rdb *redis.Client) error {
	token := uuid.NewString()
	won, err := rdb.SetNX(ctx, "lock:sweep", token, 30*time.Second).Result()
	if err != nil {
		return err
	}
	if !won {
		return nil
	}
	defer rdb.Del(context.WithoutCancel(ctx), "lock:sweep")
	return work(ctx)
}
"#;
pub(crate) const CLEAN: &str = "package a\n\nfunc f() {}\n";

impl Tree {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self(TempDir::new().expect("a temporary folder"));
        for (path, text) in files {
            tree.write(path, text.as_bytes());
        }
        tree
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().canonicalize().expect("there")
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.path().join(path)).expect("a file")
    }

    /// Runs the program in there.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        run_in(&self.path(), args)
    }
}

pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dogpile-lint"));
    command.env_clear().current_dir(folder).args(args);
    command
}

pub(crate) fn run_in(folder: &Path, args: &[&str]) -> Run {
    ended(command(folder, args).output().expect("the program runs"))
}

pub(crate) fn ended(output: Output) -> Run {
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}
