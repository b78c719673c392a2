//! Several reports at once, and files that cannot be written.
#![allow(clippy::disallowed_methods, reason = "tests make files")]

mod trees;

use std::fs;
use trees::{FAULTY, FORMATS, Tree, command, ended};

fn tree() -> Tree {
    Tree::new(&[("a.go", FAULTY), ("bad.go", "package a // \u{fffd}")])
}

fn names(tree: &Tree) -> Vec<String> {
    let entries = fs::read_dir(tree.path()).expect("a folder");
    let mut names: Vec<_> = entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn each_report_goes_to_its_file_and_text_to_the_terminal() {
    let tree = tree();
    let mut args = Vec::new();
    for format in FORMATS {
        args.extend(["--output".to_owned(), format!("{format}:report.{format}")]);
    }
    let run = tree.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
    assert_eq!(run.out, tree.run(&[]).out, "the terminal gets what it always gets");
    for format in FORMATS {
        // The summary counts no reports: a run of its own says the same.
        assert_eq!(tree.read(&format!("report.{format}")), tree.run(&["--format", format]).out, "{format}");
    }
}

#[test]
fn one_plain_file_has_the_form_of_format() {
    let tree = tree();
    let run = tree.run(&["--format", "json", "-o", "r.sarif", "-o", "sarif:s"]);
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""), "nothing is left for the terminal");
    assert!(tree.read("r.sarif").contains("\"findings\"") && tree.read("s").contains("\"runs\""));
    let run = tree.run(&["--format", "concise", "-o", "sarif:s"]);
    assert_eq!(run.out.lines().count(), 1, "{}", run.out);
    let run = tree.run(&["-o", "json:-", "-o", "concise:c"]);
    assert!(run.out.starts_with('{') && tree.read("c").starts_with("a.go:3:1"), "{run:?}");
}

#[test]
fn what_cannot_be_meant_is_said_before_anything_is_done() {
    let tree = tree();
    let before = names(&tree);
    for (args, said) in [
        (&["-o", "a", "-o", "b"][..], "only one --output"),
        (&["-o", "json:a", "-o", "sarif:./a"][..], "two reports go to ./a"),
        (&["-o", "json:-", "-o", "-"][..], "two reports go to standard output"),
        (&["-o", "srif:a"][..], "`sarif:a`?"),
        (&["-o", "json:"][..], "missing"),
        (&["harness", "x", "-o", "json:a"][..], "a harness goes into one file"),
    ] {
        let run = tree.run(args);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{args:?}");
        assert!(run.err.contains(said), "{args:?}: {}", run.err);
    }
    assert_eq!(names(&tree), before);
}

#[test]
fn odd_names_can_be_said() {
    let tree = tree();
    for (given, file) in [("./json:x", "json:x"), ("C:\\out", "C:\\out"), ("text:a:b c", "a:b c"), ("xy:z", "xy:z")] {
        assert_eq!(tree.run(&["-o", given]).code, Some(1));
        assert!(tree.read(file).contains("forgive"), "{given}");
    }
}

#[test]
fn all_files_or_none() {
    let tree = tree();
    tree.write("good.json", b"as it was");
    let before = names(&tree);
    for bad in ["sarif:no/such/folder.sarif", "sarif:a.go/x"] {
        let run = tree.run(&["-o", "json:good.json", "-o", bad]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.err.contains(&format!("cannot write {}", &bad[6..])), "{}", run.err);
        assert_eq!(tree.read("good.json"), "as it was");
        assert_eq!(names(&tree), before, "nothing is left behind");
    }
}

#[cfg(unix)]
#[test]
fn what_stands_there_keeps_its_kind_and_rights() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let tree = tree();
    let mode = |name: &str| fs::metadata(tree.path().join(name)).expect("there").permissions().mode() & 0o777;
    let mut shell =
        command(&tree.path(), &["-o", "new", "-o", "json:old", "-o", "sarif:link", "-o", "gitlab:/dev/null"]);
    tree.write("old", b"");
    fs::set_permissions(tree.path().join("old"), fs::Permissions::from_mode(0o640)).expect("rights");
    tree.write("target", b"");
    symlink("target", tree.path().join("link")).expect("a link");
    assert_eq!(ended(shell.output().expect("runs")).code, Some(1));
    tree.write("plain", b"");
    assert_eq!(mode("new"), mode("plain"), "as any new file");
    assert_eq!(mode("old"), 0o640);
    assert!(fs::symlink_metadata(tree.path().join("link")).expect("there").is_symlink());
    assert!(tree.read("target").contains("\"runs\""));
    assert!(!fs::metadata("/dev/null").expect("there").is_file());
}
