//! `--diff REV` and `--staged` in real repositories.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files")]

#[path = "trees/repo.rs"]
mod repo;
mod trees;

use repo::{Repo, git, places};
use trees::LOCKED;

/// A wrapper in a package of its own: what is deleted there is deleted for its callers.
const LOCKS: &str = r#"package locks

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

const Lease = 30 * time.Second

const other = "nothing of ours"

func TakeJobLock(ctx context.Context, rdb *redis.Client, key, token string) (bool, error) {
	return rdb.SetNX(ctx, Name(key), token, Lease).Result()
}

func DropJobLock(ctx context.Context, rdb *redis.Client, key string) {
	rdb.Del(context.WithoutCancel(ctx), Name(key))
}

func Name(key string) string {
	return "lock:" + key
}

func Unrelated() int {
	return 1
}
"#;
const JOB: &str = r#"package jobs

import (
	"context"
	"fmt"

	"example.com/m/locks"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

func NAME(ctx context.Context, rdb *redis.Client) error {
	ok, err := locks.TakeJobLock(ctx, rdb, "NAME", uuid.NewString())
	if err != nil {
		return err
	}
	if !ok {
		return nil
	}
	if bad() {
		return fmt.Errorf("bad")
	}
	locks.DropJobLock(ctx, rdb, "NAME")
	return nil
}
"#;

fn job(name: &str) -> String {
    JOB.replace("NAME", name)
}

fn shop() -> Repo {
    Repo::new(&[
        ("go.mod", "module example.com/m\n"),
        ("locks/locks.go", LOCKS),
        ("jobs/sweep.go", &job("Sweep")),
        ("jobs/mop.go", &job("Mop")),
        ("docs/a.md", "a\n"),
        ("alone/alone.go", LOCKED),
    ])
}

/// Leaks of the jobs, the unguarded delete in the wrapper, and the lock of its own.
const ALL: [&str; 4] = ["alone/alone.go:20", "jobs/mop.go:21", "jobs/sweep.go:21", "locks/locks.go:19"];

#[test]
fn a_change_of_a_lock_reports_that_lock() {
    let repo = shop();
    assert_eq!(repo.found(&[]), ALL);
    assert_eq!(repo.found(&["--diff", "HEAD"]), Vec::<String>::new());
    repo.write("docs/a.md", "b\n");
    let run = repo.lint(&["--diff", "HEAD"]);
    assert!(
        run.code == Some(0) && run.out.starts_with("0 files seen"),
        "nothing has to be read for prose: {}",
        run.out
    );
    repo.edit("jobs/mop.go", "bad() {", "bad() || worse() {");
    let run = repo.lint(&["--diff", "HEAD"]);
    assert_eq!(run.code, Some(1));
    assert!(run.out.contains("2 on what did not change"), "{}", run.out);
    // What is wrong with its release is the wrapper's fault; the lock that changed is released so.
    assert_eq!(repo.found(&["--diff", "HEAD"]), ["jobs/mop.go:21", "locks/locks.go:19"]);
    assert_eq!(repo.found(&["--diff", "HEAD", "jobs"]), ["jobs/mop.go:21"]);
    assert_eq!(repo.found(&["--diff", "HEAD", "alone"]), Vec::<String>::new());
    repo.commit();
    repo.edit("jobs/sweep.go", "bad() {", "bad() || worse() {");
    assert_eq!(repo.found(&["--diff", "HEAD"]), ["jobs/sweep.go:21", "locks/locks.go:19"]);
}

#[test]
fn a_change_of_a_wrapper_reports_its_callers() {
    for (from, to) in [
        ("token, Lease)", "token, Lease/2)"),
        ("30 * time.Second", "20 * time.Second"),
        ("return \"lock:\" + key", "return \"locks:\" + key"),
        (
            "\trdb.Del(context.WithoutCancel(ctx), Name(key))\n",
            "\tlog()\n\trdb.Del(context.WithoutCancel(ctx), Name(key))\n",
        ),
    ] {
        let repo = shop();
        repo.edit("locks/locks.go", from, to);
        let found: Vec<String> = repo.found(&["--diff", "HEAD"]);
        assert_eq!(found.len(), 3, "{from}: {found:?}");
        assert!(found[0].starts_with("jobs/mop.go") && found[1].starts_with("jobs/sweep.go"), "{from}: {found:?}");
    }
    for (from, to) in [
        ("return 1", "return 2"),
        ("nothing of ours", "still nothing"),
        ("func Unrelated() int {\n\treturn 1\n}\n", ""),
        ("import (\n", "import (\n\t\"fmt\"\n"),
    ] {
        let repo = shop();
        repo.edit("locks/locks.go", from, to);
        assert_eq!(repo.found(&["--diff", "HEAD"]), Vec::<String>::new(), "{from}");
    }
}

#[test]
fn other_languages_are_followed_too() {
    let wrapper = "import Redis from 'ioredis';\nconst redis = new Redis();\nconst LEASE = 30;\nconst OTHER = 1;\n\nexport async function takeJobLock(key: string, token: string) {\n  return (await redis.set(key, token, 'EX', LEASE, 'NX')) === 'OK';\n}\n\nexport async function dropJobLock(key: string) {\n  await redis.del(key);\n}\n";
    let job = "import { randomUUID } from 'node:crypto';\nimport { takeJobLock, dropJobLock } from './locks';\n\nexport async function report() {\n  if (!(await takeJobLock('lock:report', randomUUID()))) return;\n  try {\n    await build();\n  } finally {\n    await dropJobLock('lock:report');\n  }\n}\n";
    let rust = "use redis::AsyncCommands;\n\nconst LEASE_MS: u64 = 30_000;\n\npub async fn sweep(con: &mut redis::aio::MultiplexedConnection) -> redis::RedisResult<()> {\n    let token = uuid::Uuid::new_v4().to_string();\n    let won: Option<String> = redis::cmd(\"SET\").arg(\"lock:sweep\").arg(&token).arg(\"NX\").arg(\"PX\").arg(LEASE_MS).query_async(con).await?;\n    if won.is_none() {\n        return Ok(());\n    }\n    work().await;\n    let _: () = con.del(\"lock:sweep\").await?;\n    Ok(())\n}\n";
    let repo = Repo::new(&[
        ("package.json", "{\"name\": \"app\"}"),
        ("src/locks.ts", wrapper),
        ("src/report.ts", job),
        ("Cargo.toml", "[package]\nname = \"app\"\n"),
        ("src/lib.rs", rust),
    ]);
    let all = repo.found(&[]);
    assert!(
        all.iter().any(|f| f.starts_with("src/lib.rs")) && all.iter().any(|f| f.starts_with("src/locks.ts")),
        "{all:?}"
    );
    repo.edit("src/locks.ts", "OTHER = 1", "OTHER = 2");
    assert_eq!(repo.found(&["--diff", "HEAD"]), Vec::<String>::new());
    repo.edit("src/locks.ts", "LEASE = 30", "LEASE = 31");
    let found = repo.found(&["--diff", "HEAD"]);
    assert!(!found.is_empty() && found.iter().all(|f| f.starts_with("src/locks.ts")), "{found:?}");
    repo.commit();
    repo.edit("src/report.ts", "await build()", "await built()");
    assert_eq!(repo.found(&["--diff", "HEAD"]), found, "the caller's lock is one that the wrapper's fault is about");
    repo.commit();
    repo.edit("src/lib.rs", "30_000", "40_000");
    let found = repo.found(&["--diff", "HEAD"]);
    assert!(!found.is_empty() && found.iter().all(|f| f.starts_with("src/lib.rs")), "{found:?}");
}

#[test]
fn what_others_did_meanwhile_is_not_ours() {
    let repo = shop();
    repo.git(&["checkout", "-q", "-b", "mine"]);
    repo.edit("jobs/mop.go", "bad() {", "bad() || worse() {");
    repo.commit();
    repo.git(&["checkout", "-q", "main"]);
    repo.edit("alone/alone.go", "30*time.Second", "40*time.Second");
    repo.edit("jobs/sweep.go", "bad() {", "bad() || worse() {");
    repo.commit();
    repo.git(&["checkout", "-q", "mine"]);
    // `git diff main` would have all three.
    assert_eq!(repo.found(&["--diff", "main", "jobs", "alone"]), ["jobs/mop.go:21"]);
    assert_eq!(repo.found(&["--diff", "HEAD~1", "jobs"]), ["jobs/mop.go:21"]);
    assert_eq!(repo.found(&["--diff=HEAD"]), Vec::<String>::new());
    // A folder below has the same answer, with its own paths.
    assert_eq!(places(&repo.lint_in("jobs", &["--diff", "main", "--format", "json", "."])), ["mop.go:21"]);
}

#[test]
fn new_renamed_and_oddly_named_files() {
    let repo = shop();
    repo.git(&["mv", "jobs/mop.go", "jobs/mopping up.go"]);
    assert_eq!(repo.found(&["--diff", "HEAD"]), Vec::<String>::new(), "a new name is no change");
    repo.edit("jobs/mopping up.go", "bad() {", "bad() || worse() {");
    assert_eq!(repo.found(&["--diff", "HEAD", "jobs"]), ["jobs/mopping up.go:21"]);
    repo.commit();
    // Git does not know of it yet.
    repo.write("new/t\"é\t.go", &LOCKED.replace("sweep", "wipe"));
    assert_eq!(repo.found(&["--diff", "HEAD"]), ["new/t\"é\\t.go:20".replace("\\t", "\t")]);
    repo.commit();
    repo.edit("new/t\"é\t.go", "30*time", "31*time");
    assert_eq!(repo.found(&["--diff", "HEAD"]).len(), 1);
    repo.commit();
    // Line ends are no change, nor is indentation.
    let text = repo.0.read("alone/alone.go");
    repo.write("alone/alone.go", &text.replace('\n', "\r\n"));
    assert_eq!(repo.found(&["--diff", "HEAD"]), Vec::<String>::new());
    repo.edit("alone/alone.go", "30*time.Second", "31*time.Second");
    assert_eq!(repo.found(&["--diff", "HEAD"]), ["alone/alone.go:20"]);
    // Ignored files are nobody's.
    repo.commit();
    repo.write(".gitignore", "tmp/\n");
    repo.write("tmp/x.go", LOCKED);
    assert_eq!(repo.found(&["--diff", "HEAD"]), Vec::<String>::new());
}

#[test]
fn what_is_taken_away_is_a_change() {
    let guarded =
        LOCKED.replace("\tdefer rdb.Del", "\t// dogpile: allow unconditional-release -- one writer\n\tdefer rdb.Del");
    let repo = Repo::new(&[
        ("a.go", &guarded),
        ("b.go", &format!("// dogpile: allow-file unconditional-release -- old\n{}", LOCKED.replace("sweep", "mop"))),
    ]);
    repo.edit("a.go", "\t// dogpile: allow unconditional-release -- one writer\n", "");
    assert_eq!(repo.found(&["--diff", "HEAD"]), ["a.go:20"]);
    repo.edit("b.go", "// dogpile: allow-file unconditional-release -- old\n", "");
    assert_eq!(repo.found(&["--diff", "HEAD"]), ["a.go:20", "b.go:20"]);
}

#[test]
fn a_script_in_a_file_of_its_own_is_part_of_the_lock() {
    let code = LOCKED
        .replace("import (\n", "import (\n\t_ \"embed\"\n")
        .replace("func sweep", "//go:embed drop.lua\nvar drop string\n\nfunc sweep")
        .replace(
            "rdb.Del(context.WithoutCancel(ctx), \"lock:sweep\")",
            "rdb.Eval(context.WithoutCancel(ctx), drop, []string{\"lock:sweep\"}, token)",
        );
    let good = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0\n";
    let repo = Repo::new(&[("go.mod", "module m\n"), ("a.go", &code), ("drop.lua", good)]);
    assert_eq!(repo.found(&[]), Vec::<String>::new());
    repo.write("drop.lua", "return redis.call('DEL', KEYS[1])\n");
    assert_eq!(repo.found(&["--diff", "HEAD"]).len(), 1);
    assert_eq!(repo.found(&["--staged"]), Vec::<String>::new());
    repo.git(&["add", "drop.lua"]);
    repo.write("drop.lua", good);
    assert_eq!(repo.found(&["--staged"]).len(), 1, "the index has the other one");
}

#[test]
fn staged_is_what_the_index_has() {
    let repo = shop();
    let good = job("Mop").replace(
        "\t\treturn fmt.Errorf(\"bad\")\n",
        "\t\tlocks.DropJobLock(ctx, rdb, \"Mop\")\n\t\treturn fmt.Errorf(\"bad\")\n",
    );
    let found = |repo: &Repo| repo.found(&["--staged", "jobs", "alone", "new"]);
    repo.write("new/README", "");
    assert_eq!(found(&repo), Vec::<String>::new());
    // Staged broken, repaired in the work tree: the commit would be broken.
    repo.edit("jobs/mop.go", "bad() {", "bad() || worse() {");
    repo.git(&["add", "jobs/mop.go"]);
    repo.write("jobs/mop.go", &good);
    assert_eq!(found(&repo), ["jobs/mop.go:21"]);
    // The other way round.
    repo.git(&["add", "jobs/mop.go"]);
    repo.write("jobs/mop.go", &job("Mop"));
    assert_eq!(found(&repo), Vec::<String>::new());
    // What is not staged is not there.
    repo.write("new/new.go", &LOCKED.replace("sweep", "wipe"));
    repo.edit("alone/alone.go", "30*time", "31*time");
    assert_eq!(found(&repo), Vec::<String>::new());
    repo.git(&["add", "new/new.go"]);
    std::fs::remove_file(repo.0.path().join("new/new.go")).unwrap();
    assert_eq!(found(&repo), ["new/new.go:20"], "the index has it still");
    repo.git(&["rm", "-q", "--cached", "new/new.go"]);
    assert_eq!(found(&repo), Vec::<String>::new());
}

#[test]
fn staged_before_the_first_commit_and_with_a_baseline() {
    let repo = Repo(trees::Tree::new(&[("a.go", LOCKED)]));
    repo.git(&["init", "-q", "-b", "main"]);
    assert_eq!(repo.found(&["--staged"]), Vec::<String>::new());
    repo.git(&["add", "a.go"]);
    assert_eq!(repo.found(&["--staged"]), ["a.go:20"]);
    let run = repo.lint(&["--diff", "HEAD"]);
    assert!(run.code == Some(2) && run.err.contains("git knows no revision \"HEAD\""), "{}", run.err);
    assert_eq!(repo.lint(&["baseline", "update", "--baseline", "known.jsonl"]).code, Some(0));
    let run = repo.lint(&["--staged", "--baseline", "known.jsonl"]);
    assert!(run.code == Some(0) && run.out.contains("1 known to the baseline"), "{}", run.out);
    repo.write("b.go", &LOCKED.replace("sweep", "mop"));
    repo.git(&["add", "b.go"]);
    assert_eq!(repo.lint(&["--staged", "--baseline", "known.jsonl"]).code, Some(1));
    assert_eq!(repo.lint(&["baseline", "update", "--staged"]).code, Some(2));
}

#[test]
fn a_submodule_counts_when_its_commit_does() {
    let inner = Repo::new(&[("x.go", LOCKED)]);
    let repo = Repo::new(&[("a.go", &LOCKED.replace("sweep", "mop"))]);
    repo.git(&["submodule", "add", "-q", inner.0.path().to_str().unwrap(), "sub"]);
    repo.commit();
    assert_eq!(repo.found(&["--diff", "HEAD"]), Vec::<String>::new());
    let sub = repo.0.path().join("sub");
    git(&sub, &["commit", "-q", "--allow-empty", "-m", "more"]);
    assert_eq!(repo.found(&["--diff", "HEAD"]), ["sub/x.go:20"]);
    repo.git(&["add", "sub"]);
    assert_eq!(repo.found(&["--staged"]), ["sub/x.go:20"]);
}

#[test]
fn what_git_cannot_answer_is_2_and_says_why() {
    let nowhere = trees::Tree::new(&[("a.go", LOCKED)]);
    let mut command = trees::command(&nowhere.path(), &["--staged"]);
    let run = trees::ended(command.env("PATH", std::env::var_os("PATH").unwrap()).output().unwrap());
    assert!(run.code == Some(2) && run.err.contains("not a git repository"), "{}", run.err);
    let repo = shop();
    for (args, said) in [
        (&["--diff", "nonsense"][..], "git knows no revision \"nonsense\""),
        (&["--diff", "jobs"], "to name a path write --diff REV -- jobs"),
        (&["--diff=--output=x"], "git knows no revision"),
        (&["--diff", "HEAD~1..HEAD"], "takes one revision, not a range"),
        (&["--diff"], "--diff without a revision shows fixes and needs --fix"),
        (&["--diff", "HEAD", "--staged"], "cannot be used with"),
    ] {
        let run = repo.lint(args);
        assert!(run.code == Some(2) && run.err.contains(said), "{args:?}: {run:?}");
    }
    repo.git(&["checkout", "-q", "--orphan", "other"]);
    repo.write("docs/a.md", "b\n");
    repo.commit();
    let run = repo.lint(&["--diff", "main"]);
    assert!(run.code == Some(2) && run.err.contains("nothing in common"), "{run:?}");
    // A clone that was cut off.
    repo.git(&["checkout", "-q", "main"]);
    repo.commit();
    let clone = trees::Tree::new(&[]);
    git(
        &clone.path(),
        &["clone", "-q", "--depth", "1", "--no-single-branch", &format!("file://{}", repo.0.path().display()), "c"],
    );
    let mut command = trees::command(&clone.path().join("c"), &["--diff", "origin/other"]);
    let run = trees::ended(command.env("PATH", std::env::var_os("PATH").unwrap()).output().unwrap());
    assert!(run.code == Some(2) && run.err.contains("this clone is shallow"), "{run:?}");
}

/// Whatever a repository is set up to start when git looks at it, it is not started.
#[cfg(unix)]
#[test]
fn a_repository_starts_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let repo = shop();
    let (script, mark) = (repo.0.path().join("evil.sh"), repo.0.path().join("ran"));
    repo.write("evil.sh", &format!("#!/bin/sh\necho \"$0 $*\" >> {}\ncat\n", mark.display()));
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    repo.write(".gitattributes", "*.go filter=evil diff=evil\n");
    repo.commit();
    std::fs::create_dir_all(repo.0.path().join(".git/hooks")).unwrap();
    std::fs::copy(&script, repo.0.path().join(".git/hooks/post-index-change")).unwrap();
    let script = script.to_str().unwrap();
    for (name, value) in [
        ("filter.evil.clean", script),
        ("filter.evil.process", script),
        ("filter.evil.required", "true"),
        ("diff.evil.textconv", script),
        ("diff.evil.command", script),
        ("diff.external", script),
        ("core.fsmonitor", script),
        ("core.pager", script),
    ] {
        repo.git(&["config", name, value]);
    }
    repo.edit("jobs/mop.go", "bad() {", "bad() || worse() {");
    let before = std::fs::read(repo.0.path().join(".git/index")).unwrap();
    assert_eq!(repo.found(&["--diff", "HEAD", "jobs"]), ["jobs/mop.go:21"]);
    assert_eq!(repo.found(&["--staged"]), Vec::<String>::new());
    assert!(!mark.exists(), "{}", std::fs::read_to_string(&mark).unwrap_or_default());
    assert_eq!(std::fs::read(repo.0.path().join(".git/index")).unwrap(), before);
    // The trap works: git itself falls into it.
    let _ = std::process::Command::new("git").current_dir(repo.0.path()).args(["diff"]).output().unwrap();
    assert!(mark.exists());
}

#[test]
fn fixes_are_of_what_changed_and_so_is_what_is_left() {
    let old = LOCKED.replace("sweep", "old");
    let repo = Repo::new(&[("go.mod", "module m\n"), ("old/old.go", &old), ("new/new.go", LOCKED)]);
    repo.0.write("bad/bad.go", b"package bad\n// caf\xe9\n");
    repo.commit();
    repo.edit("new/new.go", "30*time.Second", "40*time.Second");
    let run = repo.lint(&["--diff", "HEAD", "--fix"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), "Fixed 1 finding in 1 file\n"), "{}", run.out);
    assert!(repo.0.read("new/new.go").contains("releaseScript"), "{}", repo.0.read("new/new.go"));
    assert_eq!(repo.0.read("old/old.go"), old);
    assert!(run.out.contains("1 on what did not change") && !run.out.contains("bad.go"), "{}", run.out);
    // Nothing is left to fix: the limit holds all the same.
    let again = repo.lint(&["--diff", "HEAD", "--fix"]);
    assert_eq!((again.code, again.err.as_str()), (Some(0), ""), "{}", again.out);
    assert!(again.out.contains("1 on what did not change") && !again.out.contains("bad.go"), "{}", again.out);
}
