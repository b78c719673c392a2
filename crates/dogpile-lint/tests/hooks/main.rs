//! The hooks of docs/pre-commit.md, run by the managers they are for.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files and start programs")]

mod managers;
#[path = "../trees/repo.rs"]
mod repo;
#[path = "../trees/mod.rs"]
mod trees;

use managers::{NODE, PYTHON};
use repo::{Repo, git};
use std::path::Path;
use std::process::Command;
use trees::{LOCKED, Tree};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const HOOKS: &str = ".pre-commit-hooks.yaml";

/// A commit that was tried.
struct Tried {
    done: bool,
    said: String,
}

/// A repository with an old finding, where commits ask hooks.
struct Project {
    repo: Repo,
    home: Tree,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let old = [("go.mod", "module example.com/m\n"), ("old/old.go", LOCKED), ("docs/a.md", "a\n")];
        Self { repo: Repo::new(&[&old, files].concat()), home: Tree::new(&[]) }
    }

    /// Runs a program in there, with ours, pre-commit and npm's on the PATH.
    fn run(&self, program: &str, args: &[&str]) -> Tried {
        let ours = Path::new(env!("CARGO_BIN_EXE_dogpile-lint")).parent().unwrap().to_owned();
        let system = std::env::var_os("PATH").unwrap_or_default();
        let path =
            [ours, PYTHON.clone(), NODE.join("node_modules/.bin")].into_iter().chain(std::env::split_paths(&system));
        let output = Command::new(program)
            .current_dir(self.repo.0.path())
            .env_clear()
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("HOME", self.home.path())
            .env("PRE_COMMIT_HOME", self.home.path().join("pre-commit"))
            .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
            .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.com")])
            .args(args)
            .output()
            .unwrap_or_else(|why| panic!("{program}: {why}"));
        let said = [output.stdout, output.stderr].concat();
        Tried { done: output.status.success(), said: String::from_utf8_lossy(&said).into_owned() }
    }

    fn must(&self, program: &str, args: &[&str]) {
        let run = self.run(program, args);
        assert!(run.done, "{program} {args:?}: {}", run.said);
    }

    fn commit(&self) -> Tried {
        self.run("git", &["commit", "-m", "work"])
    }

    /// What every hook must do.
    fn is_guarded(&self) {
        let (broken, good) =
            (LOCKED.replace("sweep", "mop"), LOCKED.replace("sweep", "mop").replace("rdb.Del(", "free(token, "));
        // A broken lock is refused, with what is wrong.
        self.repo.write("jobs/mop.go", &broken);
        self.repo.git(&["add", "."]);
        let before = self.repo.git(&["rev-parse", "HEAD"]);
        let tried = self.commit();
        assert!(!tried.done, "{}", tried.said);
        assert!(
            tried.said.contains("error[unconditional-release]") && tried.said.contains("jobs/mop.go:20"),
            "{}",
            tried.said
        );
        assert!(!tried.said.contains("old/old.go"), "an old finding elsewhere is no reason: {}", tried.said);
        assert_eq!(self.repo.git(&["rev-parse", "HEAD"]), before);
        // Repaired in the work tree only: what is staged is still broken, and nothing is lost.
        self.repo.write("jobs/mop.go", &good);
        let tried = self.commit();
        assert!(!tried.done && tried.said.contains("jobs/mop.go:20"), "{}", tried.said);
        assert_eq!(self.repo.0.read("jobs/mop.go"), good);
        // Staged, and broken again in the work tree only.
        self.repo.git(&["add", "."]);
        self.repo.write("jobs/mop.go", &broken);
        let tried = self.commit();
        assert!(tried.done, "{}", tried.said);
        assert_eq!(self.repo.0.read("jobs/mop.go"), broken);
        assert_eq!(self.repo.git(&["show", "HEAD:jobs/mop.go"]), good);
        // `git commit -a` has an index of its own.
        let tried = self.run("git", &["commit", "-am", "work"]);
        assert!(!tried.done && tried.said.contains("jobs/mop.go:20"), "{}", tried.said);
        // What is about no lock passes.
        self.repo.git(&["checkout", "-q", "HEAD", "--", "jobs/mop.go"]);
        self.repo.write("docs/a.md", "b\n");
        self.repo.git(&["add", "."]);
        let tried = self.commit();
        assert!(tried.done, "{}", tried.said);
    }
}

/// The block of the guide that begins with these words, without its first line.
fn snippet(first: &str) -> String {
    let guide = std::fs::read_to_string(Path::new(ROOT).join("docs/pre-commit.md")).unwrap();
    let block = guide
        .split("```")
        .find(|block| block.split_once('\n').is_some_and(|(_, text)| text.starts_with(&format!("# {first}\n"))));
    block.unwrap_or_else(|| panic!("no block begins with {first}")).splitn(3, '\n').nth(2).unwrap().to_owned()
}

#[test]
fn pre_commit() {
    // A repository with our hooks in it, and nothing else: this test is about them, not about how they are built.
    let hooks = Repo::new(&[(HOOKS, &std::fs::read_to_string(Path::new(ROOT).join(HOOKS)).unwrap())]);
    let rev = hooks.git(&["rev-parse", "HEAD"]);
    let config = snippet(".pre-commit-config.yaml, with the program on the PATH and a baseline")
        .replace("https://github.com/dogpile-lint/dogpile-lint", hooks.0.path().to_str().unwrap())
        .replace("v0.1.0", rev.trim());
    let project = Project::new(&[(".pre-commit-config.yaml", &config)]);
    let bare = "{\"dogpile-lint baseline\":1}\n";
    project.repo.write("dogpile-baseline.jsonl", bare);
    project.repo.commit();
    project.must("pre-commit", &["validate-manifest", Path::new(ROOT).join(HOOKS).to_str().unwrap()]);
    project.must("pre-commit", &["validate-config", ".pre-commit-config.yaml"]);
    project.must("pre-commit", &["install"]);
    project.is_guarded();
    let tried = project.run("pre-commit", &["run"]);
    assert!(tried.done && tried.said.contains("Skipped"), "{}", tried.said);
    // The other two configurations name hooks that there are.
    for id in ["dogpile-lint", "dogpile-lint-system"] {
        assert!(std::fs::read_to_string(Path::new(ROOT).join(HOOKS)).unwrap().contains(&format!("- id: {id}\n")));
    }
    assert!(snippet(".pre-commit-config.yaml").contains("- id: dogpile-lint\n"));
}

#[test]
fn lefthook() {
    let project = Project::new(&[("lefthook.yml", &snippet("lefthook.yml"))]);
    project.must("lefthook", &["validate"]);
    project.must("lefthook", &["install"]);
    project.is_guarded();
}

#[test]
fn husky() {
    let project = Project::new(&[
        ("package.json", "{\"private\": true}\n"),
        (".husky/pre-commit", &snippet(".husky/pre-commit")),
    ]);
    project.must("husky", &[]);
    project.is_guarded();
}

#[test]
fn no_manager() {
    let project = Project::new(&[]);
    let guide = std::fs::read_to_string(Path::new(ROOT).join("docs/pre-commit.md")).unwrap();
    let hook = guide
        .split("```sh\n")
        .find(|block| block.contains("# .git/hooks/pre-commit"))
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    project.repo.write(".git/hooks/pre-commit", hook);
    project.must("chmod", &["+x", ".git/hooks/pre-commit"]);
    project.is_guarded();
    // A work tree beside the first tells git by its environment where it is.
    let beside = project.home.path().join("beside");
    git(&project.repo.0.path(), &["worktree", "add", "-q", beside.to_str().unwrap()]);
    std::fs::write(beside.join("x.go"), LOCKED.replace("sweep", "wipe")).unwrap();
    git(&beside, &["add", "."]);
    let folder = beside.to_str().unwrap();
    let tried = project.run("git", &["-C", folder, "commit", "-m", "work"]);
    assert!(!tried.done && tried.said.contains("x.go:20"), "{}", tried.said);
}
