//! Input that nobody should have to read.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files")]

mod trees;

use std::fmt::Write as _;
use trees::{CLEAN, FAULTY, Run, Tree};

/// The run must end by itself, tell of the file, and still lint the good one beside it.
fn survives(tree: &Tree, args: &[&str], said: &str) -> Run {
    tree.write("good.go", FAULTY.as_bytes());
    let run = tree.run(args);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.out.contains(said), "no {said:?} in {}", run.out);
    assert!(run.out.contains("warning[malformed-annotation]") && run.out.contains("good.go:3:1"), "{}", run.out);
    run
}

#[test]
fn broken_syntax() {
    let tree = Tree::new(&[(
        "bad.go",
        "package a\n// SetNX dogpile:\nfunc f( {\n\tif x {\n}}}}\nfunc g() { rdb.SetNX(ctx, k, v, 0)\n",
    )]);
    survives(&tree, &[], "problem: bad.go:");
}

#[test]
fn empty_files() {
    let tree = Tree::new(&[
        ("empty.go", ""),
        ("blank.go", "\n\n"),
        ("bom.go", "\u{feff}package a\n"),
        ("nul.go", "\0\0dogpile:\0"),
    ]);
    survives(&tree, &[], "5 files seen");
}

#[test]
fn no_text() {
    let tree = Tree::new(&[]);
    tree.write("latin1.go", b"package a\n// caf\xe9\n");
    let run = survives(&tree, &[], "problem: latin1.go: is not UTF-8: the first bad byte is number 17, in line 2");
    assert!(run.out.contains("not analysed: 1 file (1 not UTF-8)"), "{}", run.out);
}

#[test]
fn fifty_megabytes_in_a_line() {
    let tree = Tree::new(&[]);
    let mut line = b"package a; var x = \"SetNX ".to_vec();
    line.resize(50 << 20, b'x');
    tree.write("long.go", &line);
    survives(&tree, &[], "problem: long.go: 50.0 MB is more than the 4.0 MB of --max-file-size");
    // A line that is let in is parsed, and shown cut.
    line.truncate(1 << 20);
    line.extend_from_slice(b"\"; /* dogpile: forgive */");
    tree.write("long.go", &line);
    let run = survives(&tree, &[], "long.go:1:1048580");
    assert!(run.out.len() < 4000, "{} bytes", run.out.len());
}

#[test]
fn ten_thousand_deep() {
    let n = 10_000;
    let mut blocks = String::from("package a\n// dogpile: lock\nfunc f() {\n");
    let mut closures = blocks.clone();
    for _ in 0..n {
        blocks.push_str("if x {\n");
        closures.push_str("go func() {\n");
    }
    blocks.push_str(&"}".repeat(n + 1));
    closures.push_str(&"}()".repeat(n));
    closures.push('}');
    let around = |open: &str, core: &str, close: &str| {
        format!("package a\n// dogpile: lock\nvar x = {}{core}{}\n", open.repeat(n), close.repeat(n))
    };
    let mut calls = String::from("package a\n// dogpile: lock\nfunc f() { a");
    for i in 0..n {
        let _ = write!(calls, ".m({i})");
    }
    calls.push_str(" }\n");
    let tree = Tree::new(&[
        ("blocks.go", &blocks),
        ("closures.go", &closures),
        ("parens.go", &around("(", "1", ")")),
        ("calls.go", &around("f(", "1", ")")),
        ("types.go", &around("[]", "int", "{}")),
        ("minus.go", &around("-", "1", "")),
        ("sum.go", &around("1 + ", "1", "")),
        ("literals.go", &around("[]any{", "1", "}")),
        ("chain.go", &calls),
        ("open.go", &around("([{", "", "")),
    ]);
    survives(&tree, &["--threads", "2"], "11 files seen");
}

#[cfg(unix)]
#[test]
fn loops_of_links() {
    use std::os::unix::fs::symlink;
    let tree = Tree::new(&[("sub/a.go", CLEAN)]);
    symlink(tree.path(), tree.path().join("sub/up")).expect("a link");
    symlink("self.go", tree.path().join("self.go")).expect("a link");
    symlink("nowhere.go", tree.path().join("dangling.go")).expect("a link");
    survives(&tree, &[], "2 files seen");
    // Named, a link is followed; what lies behind is found once.
    assert!(tree.run(&["sub/up"]).out.contains("2 files seen"));
    let run = tree.run(&["dangling.go"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.err.starts_with("error: no such path: dangling.go; type a file or folder that is there"),
        "{}",
        run.err
    );
}

#[test]
fn folders_named_like_files() {
    let tree = Tree::new(&[("dir.go/a.go", CLEAN), ("x.go/README", "")]);
    survives(&tree, &[], "2 files seen");
}

#[cfg(unix)]
#[test]
fn unreadable_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let tree = Tree::new(&[("secret.go", CLEAN)]);
    let path = tree.path().join("secret.go");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("permissions");
    if std::fs::read(&path).is_ok() {
        // Root reads everything: there is nothing to see.
        return;
    }
    survives(&tree, &[], "problem: secret.go: cannot be read");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_fails_while_it_is_read() {
    // /proc/self/mem opens and fails to be read, for root too.
    let tree = Tree::new(&[]);
    std::os::unix::fs::symlink("/proc/self/mem", tree.path().join("mem.go")).expect("a link");
    let run = tree.run(&["mem.go"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.out.contains("problem: mem.go: ") && run.err.contains("nothing could be analysed"), "{run:?}");
}

#[test]
fn nothing_that_could_be_analysed_is_2() {
    let tree = Tree::new(&[]);
    tree.write("latin1.go", b"package a\n// caf\xe9\n");
    for format in ["text", "json", "sarif"] {
        let run = tree.run(&["--format", format]);
        assert_eq!(run.code, Some(2), "{format}");
        assert!(run.err.ends_with("error: nothing could be analysed\n"), "{}", run.err);
        assert!(run.out.contains("UTF-8"), "{}", run.out);
    }
}
