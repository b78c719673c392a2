//! Git repositories made for a test.
#![allow(dead_code, reason = "no test uses all of it")]

use super::trees::{Run, Tree, command, ended};
use std::path::Path;
use std::process::Command;

/// A tree under git.
pub(crate) struct Repo(pub(crate) Tree);

impl Repo {
    /// A repository with one commit that has these files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let repo = Self(Tree::new(files));
        repo.git(&["init", "-q", "-b", "main"]);
        repo.commit();
        repo
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(&self.0.path(), args)
    }

    /// Commits everything, without asking hooks.
    pub(crate) fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", "work"]);
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        self.0.write(path, text.as_bytes());
    }

    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.0.read(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.write(path, &text.replacen(from, to, 1));
    }

    pub(crate) fn lint(&self, args: &[&str]) -> Run {
        self.lint_in(".", args)
    }

    pub(crate) fn lint_in(&self, folder: &str, args: &[&str]) -> Run {
        let mut command = command(&self.0.path().join(folder), args);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        ended(command.output().expect("the program runs"))
    }

    /// Places of findings, as `path:line`.
    pub(crate) fn found(&self, args: &[&str]) -> Vec<String> {
        places(&self.lint(&[args, &["--format", "json"]].concat()))
    }
}

pub(crate) fn places(run: &Run) -> Vec<String> {
    let report: serde_json::Value =
        serde_json::from_str(&run.out).unwrap_or_else(|e| panic!("{e}: {} {}", run.out, run.err));
    let place =
        |f: &serde_json::Value| format!("{}:{}", f["primary"]["path"].as_str().expect("a path"), f["primary"]["line"]);
    let mut all: Vec<String> = report["findings"].as_array().expect("findings").iter().map(place).collect();
    all.dedup();
    all
}

/// Runs git as nobody in particular, and gives what it prints.
pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs([("HOME", "/nonexistent"), ("GIT_CONFIG_NOSYSTEM", "1")])
        .args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.com",
            "-c",
            "protocol.file.allow=always",
            "-c",
            "core.autocrlf=false",
        ])
        .args(args)
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
