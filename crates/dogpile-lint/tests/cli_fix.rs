//! Making fixes on disk, and showing them as a patch.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files and apply patches")]

mod trees;

use std::fs;
use std::process::Command;
use trees::{CLEAN, LOCKED, Tree, run_in};

/// Its release, mended.
const MENDED: &str = "defer rdb.Eval(context.WithoutCancel(ctx), releaseScript, []string{\"lock:sweep\"}, token)";
/// Only an unsafe fix helps it.
fn leaky() -> String {
    LOCKED.replace("defer rdb.Del(context.WithoutCancel(ctx), \"lock:sweep\")\n", "").replace(
        "\treturn work(ctx)",
        "\tif err := work(ctx); err != nil {\n\t\treturn err\n\t}\n\treturn rdb.Eval(context.WithoutCancel(ctx), \"if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0\", []string{\"lock:sweep\"}, token).Err()",
    )
}

#[test]
fn fix_makes_safe_fixes_and_reports_what_remains() {
    let tree = Tree::new(&[("app/a.go", LOCKED), ("app/b.go", &leaky().replace("sweep", "leaky"))]);
    let run = tree.run(&["--fix"]);
    assert!(tree.read("app/a.go").contains(MENDED), "{}", tree.read("app/a.go"));
    assert_eq!(run.err, "Fixed 1 finding in 1 file\n");
    assert_eq!(run.code, Some(1), "{}", run.out);
    assert!(run.out.contains("leaked-lock") && !run.out.contains("unconditional-release"), "{}", run.out);
    // The other one is not safe.
    let run = tree.run(&["--unsafe-fixes"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), "Fixed 1 finding in 1 file\n"), "{}", run.out);
    assert!(tree.read("app/b.go").contains("\tdefer rdb.Eval("), "{}", tree.read("app/b.go"));
    let run = tree.run(&["--unsafe-fixes"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}

#[test]
fn nothing_is_made_unasked() {
    let tree = Tree::new(&[("a.go", LOCKED)]);
    for args in [&["--format", "sarif"][..], &["--format", "json"], &[]] {
        assert_eq!(tree.run(args).code, Some(1));
        assert_eq!(tree.read("a.go"), LOCKED);
    }
}

#[test]
fn a_lease_is_never_made_up() {
    let endless = LOCKED.replace("30*time.Second", "0").replace("\t\"time\"\n", "").replace(
        "rdb.Del(context.WithoutCancel(ctx), \"lock:sweep\")",
        "rdb.Eval(context.WithoutCancel(ctx), \"if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0\", []string{\"lock:sweep\"}, token)",
    );
    let tree = Tree::new(&[("a.go", &endless)]);
    assert_eq!(tree.run(&["--unsafe-fixes"]).code, Some(1));
    assert_eq!(tree.read("a.go"), endless);
    tree.write("dogpile.toml", b"[fix]\nttl = \"90s\"\n");
    assert_eq!(tree.run(&["--fix"]).code, Some(0));
    assert!(tree.read("a.go").contains("token, 90*time.Second)"), "{}", tree.read("a.go"));
    let run = tree.run(&["config"]);
    assert!(run.out.contains("fix.ttl") && run.out.contains("90000ms"), "{}", run.out);
    tree.write("dogpile.toml", b"[fix]\nttl = \"0s\"\n");
    assert_eq!(tree.run(&[]).code, Some(2));
}

#[test]
fn a_release_keeps_its_time_limit() {
    let guarded = |context: &str| {
        format!(
            "rdb.Eval({context}, \"if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0\", []string{{\"lock:sweep\"}}, token)"
        )
    };
    let release = "defer rdb.Del(context.WithoutCancel(ctx), \"lock:sweep\")";
    let limited = format!(
        "defer func() {{\n\t\tshort, cancel := context.WithTimeout(ctx, time.Second)\n\t\tdefer cancel()\n\t\t{}\n\t}}()",
        guarded("short")
    );
    let plain = LOCKED.replace(release, &format!("defer {}", guarded("ctx")));
    let limited = LOCKED.replace(release, &limited);
    let module = ("go.mod", "module example.com/app\n\ngo 1.24\n");
    let tree = Tree::new(&[module, ("a/a.go", &plain), ("b/b.go", &limited)]);
    let run = tree.run(&["--unsafe-fixes"]);
    assert_eq!(run.err, "Fixed 1 finding in 1 file\n", "{}", run.out);
    assert!(tree.read("a/a.go").contains(&guarded("context.WithoutCancel(ctx)")), "{}", tree.read("a/a.go"));
    assert_eq!(tree.read("b/b.go"), limited);
    assert!(run.out.contains("b/b.go") && run.out.contains("cancelled-release"), "{}", run.out);
}

#[test]
fn a_patch_changes_nothing_and_applies() {
    let crlf = LOCKED.replace("sweep", "crlf").replace('\n', "\r\n");
    let files = [("app/a b.go", LOCKED.trim_end().to_owned()), ("crlf/c.go", crlf)];
    let tree = Tree::new(&files.each_ref().map(|(path, text)| (*path, text.as_str())));
    let run = tree.run(&["--fix", "--diff"]);
    assert_eq!((run.code, run.err.as_str()), (Some(1), "Would fix 2 findings in 2 files\n"));
    for (path, text) in &files {
        assert_eq!(&tree.read(path), text);
    }
    tree.write("fixes.patch", run.out.as_bytes());
    let fixed = Tree::new(&files.each_ref().map(|(path, text)| (*path, text.as_str())));
    assert_eq!(fixed.run(&["--fix"]).code, Some(0));
    let wanted = files.each_ref().map(|(path, _)| fixed.read(path));
    let restore = || files.iter().for_each(|(path, text)| tree.write(path, text.as_bytes()));
    for program in [&["git", "apply", "fixes.patch"][..], &["patch", "--binary", "-p1", "-i", "fixes.patch"]] {
        restore();
        let applied = Command::new(program[0]).args(&program[1..]).current_dir(tree.path()).output();
        let Ok(applied) = applied else { panic!("{} is needed", program[0]) };
        assert!(applied.status.success(), "{program:?}: {applied:?}");
        assert_eq!(files.each_ref().map(|(path, _)| tree.read(path)), wanted, "{program:?}");
    }
    let run = tree.run(&["--fix", "--diff"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (Some(0), "", ""));
}

#[test]
fn line_ends_marks_and_permissions_stay() {
    let text = format!("\u{feff}{}", LOCKED.replace('\n', "\r\n"));
    let tree = Tree::new(&[("a.go", &text)]);
    let path = tree.path().join("a.go");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).unwrap();
    }
    assert_eq!(tree.run(&["--fix"]).code, Some(0));
    let after = tree.read("a.go");
    assert!(after.starts_with('\u{feff}') && after.contains(MENDED));
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o750);
    }
    assert_eq!(fs::read_dir(tree.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_out() {
    let (tree, other) = (Tree::new(&[("go.mod", "module m\n")]), Tree::new(&[("a.go", LOCKED)]));
    std::os::unix::fs::symlink(other.path().join("a.go"), tree.path().join("a.go")).unwrap();
    let run = tree.run(&["--fix", "a.go"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.err.contains("error: a.go: is a link that leads out"), "{}", run.err);
    assert_eq!(other.read("a.go"), LOCKED);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_said() {
    let tree = Tree::new(&[("a.go", LOCKED)]);
    let mut permissions = fs::metadata(tree.path().join("a.go")).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(tree.path().join("a.go"), permissions).unwrap();
    let run = tree.run(&["--fix"]);
    assert_eq!((run.code, run.err.as_str()), (Some(2), "error: a.go: is read-only\n"));
    assert_eq!(tree.read("a.go"), LOCKED);
}

/// Where one file cannot be written, the others are as they were.
#[cfg(unix)]
#[test]
fn files_are_looked_at_before_any_is_written() {
    let other = LOCKED.replace("sweep", "other");
    let tree = Tree::new(&[("go.mod", "module m\n"), ("a/a.go", LOCKED), ("b/b.go", &other)]);
    let mut permissions = fs::metadata(tree.path().join("b/b.go")).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(tree.path().join("b/b.go"), permissions).unwrap();
    let run = tree.run(&["--fix"]);
    assert_eq!((run.code, run.err.as_str()), (Some(2), "error: b/b.go: is read-only\n"));
    assert_eq!((tree.read("a/a.go"), tree.read("b/b.go")), (LOCKED.to_owned(), other));
    assert_eq!(fs::read_dir(tree.path().join("a")).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn what_was_not_read_is_told_once() {
    let tree = Tree::new(&[("a.go", CLEAN)]);
    tree.write("bad.go", b"package a\n// caf\xe9\n");
    let plain = tree.run(&[]);
    assert_eq!(plain.code, Some(0), "{plain:?}");
    assert_eq!(tree.run(&["--fix"]), plain, "nothing was fixed");
    tree.write("b.go", LOCKED.as_bytes());
    let run = tree.run(&["--fix"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), "Fixed 1 finding in 1 file\n"), "{}", run.out);
    assert_eq!(run.out.matches("problem: bad.go").count(), 1, "{}", run.out);
    assert!(run.out.contains("not analysed: 1 file (1 not UTF-8)"), "{}", run.out);
}

/// The comment of the second file can only go in a second round, after one like it was refused in the first file.
#[test]
fn what_is_refused_in_one_file_is_made_in_another() {
    let broken = "package a\n\n// dogpile: allow constant-token -- nobody waits\nfunc f() {}\n\nfunc g( {\n";
    let two = "package b\n\n// dogpile: allow leaked-lock, constant-token -- nobody waits\nfunc f() {}\n";
    let tree = Tree::new(&[("go.mod", "module m\n"), ("a/a.go", broken), ("b/b.go", two)]);
    let run = tree.run(&["--fix"]);
    assert_eq!(tree.read("a/a.go"), broken, "what does not parse is left alone");
    assert_eq!(tree.read("b/b.go"), "package b\n\nfunc f() {}\n", "{run:?}");
}

#[test]
fn paths_are_those_of_the_current_folder() {
    let tree = Tree::new(&[("app/a.go", LOCKED)]);
    let run = run_in(&tree.path().join("app"), &["--fix", "--diff"]);
    assert!(run.out.starts_with("--- a/a.go\n+++ b/a.go\n"), "{}", run.out);
}

#[test]
fn a_package_gets_one_script() {
    let tree = Tree::new(&[("go.mod", "module m\n"), ("a.go", LOCKED), ("b.go", &LOCKED.replace("sweep", "other"))]);
    let run = tree.run(&["--fix"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), "Fixed 2 findings in 2 files\n"));
    let both = format!("{}{}", tree.read("a.go"), tree.read("b.go"));
    assert_eq!(both.matches("const releaseScript").count(), 1, "{both}");
}
