//! JUnit and Checkstyle by Python's readers of them; GitLab's report by the fields that it asks for.

use crate::by_hand::with_report;
use crate::tools::{PYTHON, SUREFIRE, good, manifest, ran};
use crate::trees::{CLEAN, LOCKED, Tree};
use dogpile_report::{Report, to_checkstyle, to_gitlab, to_junit};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What a reader in `tests/readers` makes of a report.
fn read(reader: &str, report: &str, more: &[&Path]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.xml");
    fs::write(&file, report).expect("a file");
    let run = ran(Command::new(PYTHON.join("python")).arg(manifest(reader)).arg(file).args(more));
    serde_json::from_str(&good(reader, &run)).expect("JSON")
}

fn in_json(tree: &Tree) -> Vec<Value> {
    let json: Value = serde_json::from_str(&tree.run(&["--format", "json"]).out).expect("JSON");
    json["findings"].as_array().expect("findings").clone()
}

fn read_junit(report: &str) -> Value {
    read("junit.py", report, &[&SUREFIRE])
}

const MESSAGE: &str = "& ]]> 100% 'sure',  ::error::\u{241b}[31m\u{2407}\u{fffd}\u{fffd}";

#[test]
fn junit() {
    let tree = Tree::new(&[("a b/app.go", LOCKED)]);
    let suites = read_junit(&tree.run(&["--format", "junit"]).out);
    let findings = in_json(&tree);
    assert_eq!(suites[0]["name"], "a b/app.go");
    assert_eq!(suites[0]["counts"], json!([findings.len(), findings.len(), 0, 0]));
    for (case, finding) in suites[0]["cases"].as_array().expect("cases").iter().zip(&findings) {
        assert_eq!(case["result"], "Failure");
        assert_eq!(case["type"], finding["level"]);
        assert_eq!(case["message"], finding["message"]);
    }
    let all = read_junit(&with_report(to_junit));
    let told = |n: usize| (all[n]["name"].as_str(), all[n]["cases"][0]["result"].as_str(), &all[n]["counts"]);
    assert_eq!(told(0), (Some("a b/app,1:%.go"), Some("Failure"), &json!([2, 1, 0, 0])));
    assert_eq!(all[0]["cases"][1]["result"], Value::Null, "a note is a test that passed");
    assert_eq!(told(1), (Some("\u{241b}bad.go"), Some("Error"), &json!([1, 0, 1, 0])));
    assert_eq!(all.as_array().map(Vec::len), Some(2), "a file that was understood in part is no error");
    assert!(all[0]["cases"][0]["message"].as_str().is_some_and(|m| m.ends_with(MESSAGE)), "{all}");
    let clean = read_junit(&Tree::new(&[("a.go", CLEAN)]).run(&["--format", "junit"]).out);
    assert_eq!(clean[0]["counts"], json!([1, 0, 0, 0]), "nothing found is a test that passed");
}

#[test]
fn checkstyle() {
    let tree = Tree::new(&[("a b/app.go", LOCKED)]);
    let files = read("checkstyle.py", &tree.run(&["--format", "checkstyle"]).out, &[]);
    let errors: Vec<Value> = in_json(&tree)
        .iter()
        .map(|f| {
            let source = format!("dogpile-lint.{}", f["rule"].as_str().expect("a rule"));
            json!([f["primary"]["line"], f["primary"]["column"], f["level"], f["message"], source])
        })
        .collect();
    assert_eq!(files, json!([["a b/app.go", errors]]));
    let all = read("checkstyle.py", &with_report(to_checkstyle), &[]);
    assert_eq!(all[0][0], "a b/app,1:%.go");
    assert!(all[0][1][0][3].as_str().is_some_and(|m| m.ends_with(MESSAGE)), "{all}");
    assert_eq!(all[0][1][1][2], "info");
    assert_eq!(
        read("checkstyle.py", &Tree::new(&[("a.go", CLEAN)]).run(&["--format", "checkstyle"]).out, &[]),
        json!([])
    );
}

/// What GitLab's documentation of the format asks for: five fields, a severity of five, a path in the repository, a line.
fn issues(report: &str) -> Vec<Value> {
    assert!(!report.starts_with('\u{feff}'), "a byte order mark is refused");
    let issues: Vec<Value> = serde_json::from_str(report).expect("one array");
    let mut prints = BTreeSet::new();
    for issue in &issues {
        let text = |pointer: &str| {
            issue
                .pointer(pointer)
                .and_then(Value::as_str)
                .filter(|t| !t.is_empty())
                .unwrap_or_else(|| panic!("{issue}"))
        };
        text("/description");
        text("/check_name");
        assert!(prints.insert(text("/fingerprint").to_owned()), "fingerprints are unique: {issue}");
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&text("/severity")), "{issue}");
        let path = text("/location/path");
        assert!(!path.starts_with(['/', '.']), "a path in the repository, without ./: {path}");
        let line = |pointer: &str| issue.pointer(pointer).and_then(Value::as_u64).unwrap_or_else(|| panic!("{issue}"));
        assert!(line("/location/lines/begin") >= 1 && line("/location/lines/end") >= line("/location/lines/begin"));
    }
    issues
}

#[test]
fn gitlab() {
    let tree = Tree::new(&[("a b/app.go", LOCKED)]);
    let root = tree.path();
    for path in [".", root.to_str().expect("UTF-8")] {
        let found = issues(&tree.run(&["--format", "gitlab", path]).out);
        let findings = in_json(&tree);
        assert_eq!(found.len(), findings.len());
        for (issue, finding) in found.iter().zip(&findings) {
            assert_eq!(issue["description"], finding["message"]);
            assert_eq!(issue["location"]["path"], "a b/app.go");
            assert_eq!(issue["location"]["lines"]["begin"], finding["primary"]["line"]);
        }
    }
    let all = issues(&with_report(|report: &Report<'_>| to_gitlab(report)));
    assert_eq!(all.iter().map(|i| i["severity"].as_str()).collect::<Vec<_>>(), [Some("critical"), Some("info")]);
    assert!(issues(&Tree::new(&[("a.go", CLEAN)]).run(&["--format", "gitlab"]).out).is_empty());
}
