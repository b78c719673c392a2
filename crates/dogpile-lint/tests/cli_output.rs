//! What reports look like from outside.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files")]

mod trees;

use std::fmt::Write as _;
use trees::{CLEAN, FAULTY, FORMATS, Tree, run_in};

/// Many files, some of them with something to tell.
fn many() -> Tree {
    let tree = Tree::new(&[("go.mod", "module example.com/app\n")]);
    for i in 0..60 {
        let mut text = format!("package p{}\n", i % 7);
        for j in 0..(i % 5) {
            let _ =
                write!(text, "// dogpile: forgive {j}\nfunc f{i}_{j}() {{ rdb.SetNX(ctx, \"k\", 1, 0).Result() }}\n");
        }
        if i % 11 == 0 {
            text.push_str("func broken( {\n");
        }
        tree.write(&format!("p{}/f{i}.go", i % 7), text.as_bytes());
    }
    tree.write("p0/bad.go", b"package p0 // \xff\n");
    tree
}

#[test]
fn help_lists_every_form() {
    let help = Tree::new(&[]).run(&["check", "--help"]).out;
    let (_, values) = help.split_once("--format <FORMAT>").expect("the option");
    let (_, values) = values.split_once("Possible values:\n").expect("its values");
    let values = values.lines().map(str::trim).take_while(|line| !line.is_empty());
    let names: Vec<&str> =
        values.filter_map(|line| line.strip_prefix("- ")?.split_once(':')).map(|(name, _)| name).collect();
    assert_eq!(names, FORMATS);
}

#[test]
fn threads_do_not_change_a_byte() {
    let tree = many();
    let reports = |threads: &str| -> Vec<String> {
        let outputs: Vec<String> = FORMATS.iter().map(|format| format!("{format}:report.{format}")).collect();
        let mut args = vec!["--threads", threads, "--pedantic"];
        args.extend(outputs.iter().flat_map(|output| ["--output", output]));
        let run = tree.run(&args);
        assert_eq!(run.code, Some(1));
        let files = FORMATS.iter().map(|format| tree.read(&format!("report.{format}")));
        files.chain([run.out, run.err]).collect()
    };
    let one = reports("1");
    for (format, report) in FORMATS.iter().zip(&one) {
        assert!(report.contains("forgive"), "{format}: {report}");
    }
    for _ in 0..3 {
        assert_eq!(one, reports("8"));
    }
}

#[test]
fn sarif_paths_are_relative_wherever_it_runs() {
    let tree = Tree::new(&[("in here/a.go", FAULTY)]);
    let sarif = |folder: &str, path: &str| -> serde_json::Value {
        let run = run_in(&tree.path().join(folder), &["--format", "sarif", path]);
        assert_eq!(run.code, Some(1), "{}", run.err);
        serde_json::from_str(&run.out).expect("JSON")
    };
    let place = |log: &serde_json::Value| {
        log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].clone()
    };
    let relative = serde_json::json!({"uri": "in%20here/a.go", "uriBaseId": "SRCROOT"});
    assert_eq!(place(&sarif(".", ".")), relative);
    assert_eq!(place(&sarif(".", tree.path().to_str().expect("UTF-8"))), relative);
    assert_eq!(place(&sarif("in here", "../in here"))["uri"], "a.go");
    let base = &sarif(".", ".")["runs"][0]["originalUriBaseIds"]["SRCROOT"]["uri"];
    assert_eq!(base.as_str().expect("a URI"), format!("file://{}/", tree.path().display()));
}

#[test]
fn reports_go_into_files() {
    let tree = Tree::new(&[("a.go", FAULTY)]);
    let run = tree.run(&["--format", "json", "--output", "report.json"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (Some(1), "", ""));
    let json: serde_json::Value = serde_json::from_str(&tree.read("report.json")).expect("JSON");
    assert_eq!(json["version"], 1);
    assert_eq!(json["summary"]["warnings"], 1);
    assert_eq!(json["findings"][0]["primary"]["line"], 3);
    tree.run(&["--output", "report.txt", "--color", "auto"]);
    assert!(!tree.read("report.txt").contains('\x1b'));
}

#[test]
fn colours_on_request_only() {
    let tree = Tree::new(&[("a.go", FAULTY)]);
    assert!(!tree.run(&[]).out.contains('\x1b'));
    assert!(tree.run(&["--color", "always"]).out.contains('\x1b'));
    assert!(!tree.run(&["--color", "never"]).out.contains('\x1b'));
}

#[cfg(unix)]
#[test]
fn hostile_names_and_texts_cannot_steer_a_terminal() {
    let tree = Tree::new(&[(
        "\x1b[31mred\u{202e}.go",
        "package a\n\n/* dogpile: \x1b]0;owned\x07 \u{9b}1m */\nfunc f() {}\n",
    )]);
    tree.write("\x1b[2J.go", b"\xff");
    for format in FORMATS {
        let run = tree.run(&["--format", format]);
        let harmless = |c: char| c == '\n' || !(c.is_control() || matches!(c, '\u{202a}'..='\u{202e}'));
        assert!((run.out.clone() + &run.err).chars().all(harmless), "{format}: {run:?}");
    }
    let run = tree.run(&["\x1b[31mnowhere"]);
    assert!(!run.err.contains('\x1b'), "{:?}", run.err);
}

#[test]
fn statistics_on_request() {
    let tree = Tree::new(&[("a.go", FAULTY), ("a_test.go", CLEAN), ("b/b.go", CLEAN)]);
    let run = tree.run(&["--stats"]);
    assert!(run.out.contains("1 file parsed, 0 left out as generated, 1 as tests"), "{}", run.out);
    assert!(run.err.contains(" threads, ") && run.err.ends_with(" ms\n"), "{}", run.err);
    assert!(tree.run(&["--stats", "--no-prefilter"]).out.contains("2 files parsed"));
}
