//! What fixes make of each case.

use crate::cases::{Case, all, run, workshop};
use serde_json::Value;
use std::fs;

/// Cases whose fixes are not safe: the whole rule, or one file of it.
const UNSAFE: &[&str] = &["cancelled-release/", "constant-token/", "leaked-lock/", "non-atomic-release/told."];

pub(crate) fn is_unsafe(case: &Case) -> bool {
    let path = format!("{}/{}", case.rule, case.file);
    UNSAFE.iter().any(|start| path.starts_with(start))
}

/// Rules of the findings in a report.
fn found(report: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(report).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().map(|f| f["rule"].as_str().expect("a rule").to_owned()).collect()
}

#[test]
fn every_case_becomes_what_is_written_beside_it() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for case in all() {
        let (folder, name) = (workshop(&case), format!("{}/{}", case.rule, case.file));
        let path = folder.path().join(&case.file);
        let read = || fs::read_to_string(&path).expect("the file");
        let before = found(&run(folder.path(), &["--format", "json"]).1);
        if !before.contains(&case.rule) {
            wrong.push(format!("{name}: {} is not found in it, but {before:?}", case.rule));
        }
        // Safe ones alone.
        run(folder.path(), &["--fix"]);
        if is_unsafe(&case) && read() != case.before {
            wrong.push(format!("{name}: --fix changes it"));
        }
        let safely = read();
        run(folder.path(), &["--unsafe-fixes"]);
        let after = read();
        if !is_unsafe(&case) && after != safely {
            wrong.push(format!("{name}: --fix does not do all of it"));
        }
        if bless {
            fs::write(case.expected(), &after).expect("written");
        } else if after != case.after() {
            wrong.push(format!("{name}: becomes\n{after}"));
        }
        let left = found(&run(folder.path(), &["--format", "json"]).1);
        if !left.is_empty() {
            wrong.push(format!("{name}: still {left:?} in\n{after}"));
        }
        // Once more does nothing.
        let (exit, patch) = run(folder.path(), &["--unsafe-fixes", "--diff"]);
        if !patch.is_empty() || exit != dogpile_lint::Exit::Clean {
            wrong.push(format!("{name}: a second run would change\n{patch}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
