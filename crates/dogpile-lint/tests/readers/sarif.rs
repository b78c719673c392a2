//! SARIF, by the standard's own validator with its rules for GitHub code scanning.

use crate::by_hand::with_report;
use crate::tools::{manifest, ran, sarif_multitool};
use crate::trees::{LOCKED, Tree, command, ended};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What the validator would like to see, and why it does not. Each is a note: no reader is told of it.
const NOT_DONE: [(&str, &str); 5] = [
    ("SARIF2002", "messages are sentences about one place; one with arguments is a template that nobody would reuse"),
    ("SARIF2003", "a report knows nothing of version control; upload actions say which commit it is about"),
    ("SARIF2009", "rules have names that read well after `allow`, and no numbers such as CA2101"),
    ("SARIF2010", "the source is at hand wherever the report is read, and would make it many times as large"),
    ("SARIF2011", "the same"),
];

fn write(folder: &Path, name: &str, log: &Value) {
    fs::write(folder.join(format!("{name}.sarif")), log.to_string()).expect("a file");
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

/// Every fixture's findings, in one log.
fn fixtures() -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let run = ended(command(&folder, &["--pedantic", "--format", "sarif"]).output().expect("runs"));
    assert_eq!(run.code, Some(1), "{}", run.err);
    let log = parsed(&run.out);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let results = log["runs"][0]["results"].as_array().expect("results");
    let found: BTreeSet<String> = results.iter().map(|result| text(&result["ruleId"])).collect();
    let on = dogpile_rules::all().iter().filter(|rule| rule.level != dogpile_report::Level::Off);
    let missing: Vec<&str> = on.map(|rule| rule.slug).filter(|slug| !found.contains(*slug)).collect();
    assert!(missing.is_empty(), "no fixture's finding of {missing:?} is in there");
    log
}

/// A finding with its schedule and one that is allowed, by real runs.
fn confirmed() -> Value {
    let allowed = LOCKED.replace("func sweep", "// dogpile: allow-function unconditional-release -- swept\nfunc other");
    let tree =
        Tree::new(&[("a b/app.go", LOCKED), ("other/app.go", &allowed), ("bad.go", &format!("{LOCKED}func ( {{\n"))]);
    tree.write("no.go", b"package app // \xff\n");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let run = ended(command(&tree.path(), &["confirm", "--format", "sarif"]).env("PATH", path).output().expect("runs"));
    assert_eq!(run.code, Some(1), "{}", run.err);
    let log = parsed(&run.out);
    let results = log["runs"][0]["results"].as_array().expect("results");
    let flows = results.iter().filter(|r| r["codeFlows"].as_array().is_some_and(|flows| !flows.is_empty())).count();
    let quiet = results.iter().filter(|r| r["suppressions"].as_array().is_some_and(|s| !s.is_empty())).count();
    assert!(flows > 0 && quiet > 0, "{}", run.out);
    let told = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert!(told.as_array().is_some_and(|told| told.len() == 2), "{told}");
    log
}

/// A finding that a baseline knows, one that it does not, and one that is gone, by real runs.
fn against_a_baseline() -> Value {
    let other = LOCKED.replace("sweep", "other");
    let tree = Tree::new(&[("app.go", LOCKED), ("gone/app.go", &other)]);
    let update = tree.run(&["baseline", "update", "--baseline", "known.json"]);
    assert_eq!(update.code, Some(0), "{}", update.err);
    fs::remove_dir_all(tree.path().join("gone")).expect("a folder");
    tree.write("new/app.go", LOCKED.replace("sweep", "fresh").as_bytes());
    let run = tree.run(&["--baseline", "known.json", "--format", "sarif"]);
    let log = parsed(&run.out);
    let results = log["runs"][0]["results"].as_array().expect("results");
    let states: BTreeSet<&str> = results.iter().filter_map(|result| result["baselineState"].as_str()).collect();
    assert_eq!(states, BTreeSet::from(["absent", "new", "unchanged"]), "{}", run.out);
    log
}

#[test]
fn code_scanning_takes_it_without_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write(folder, "fixtures", &fixtures());
    write(folder, "confirmed", &confirmed());
    write(folder, "baseline", &against_a_baseline());
    let by_hand = parsed(&with_report(dogpile_report::to_sarif));
    write(folder, "by-hand", &by_hand);
    write(folder, "nothing", &parsed(&Tree::new(&[("a.go", "package a\n")]).run(&["--format", "sarif"]).out));
    // What must not pass: were the rules for GitHub not asked, it would.
    let mut broken = by_hand;
    broken["runs"][0]["tool"]["driver"]["rules"][0].as_object_mut().expect("a rule").remove("help");
    broken["runs"][0]["originalUriBaseIds"]["SRCROOT"]["uri"] = json!("file:///no/slash");
    write(folder, "broken", &broken);

    let mut validate = sarif_multitool();
    validate.current_dir(folder).args(["validate", "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note"]);
    validate.args(["-o", "said.json", "--log", "ForceOverwrite;PrettyPrint", "-c"]).arg(manifest("sarif-rules.xml"));
    let run = ran(validate.arg("*.sarif"));
    let out = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(out.contains("Done. 6 files scanned."), "{out}{}", String::from_utf8_lossy(&run.stderr));

    let said = parsed(fs::read_to_string(folder.join("said.json")).expect("a log").trim_start_matches('\u{feff}'));
    let mut by_file: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for result in said["runs"][0]["results"].as_array().expect("results") {
        let text = |value: &Value| value.as_str().unwrap_or("warning").to_owned();
        let uri = text(&result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]);
        let file = uri.rsplit('/').next().unwrap_or_default().to_owned();
        by_file.entry(file).or_default().insert((text(&result["ruleId"]), text(&result["level"])));
    }
    let broken = by_file.remove("broken.sarif").unwrap_or_default();
    for expected in ["GH", "SARIF1004"] {
        assert!(broken.iter().any(|(id, _)| id.starts_with(expected)), "the validator did not look: {broken:?}");
    }
    let notes: BTreeSet<(String, String)> = by_file.into_values().flatten().collect();
    let expected: BTreeSet<(String, String)> =
        NOT_DONE.iter().map(|(id, _)| ((*id).to_owned(), "note".to_owned())).collect();
    let accepted = |line: &&str| NOT_DONE.iter().any(|(id, _)| line.contains(&format!(" note {id}:")));
    let lines: Vec<&str> = out.lines().filter(|line| !line.contains("broken.sarif") && !accepted(line)).collect();
    assert_eq!(notes, expected, "{}", lines.join("\n"));
}
