//! `harness`: a finding as a test of its own.
#![allow(clippy::disallowed_methods, reason = "tests make files and read them")]

mod trees;

use serde_json::Value;
use trees::{LOCKED, Tree};

#[test]
fn a_finding_is_named_by_its_place_or_its_fingerprint() {
    let tree = Tree::new(&[("app.go", LOCKED)]);
    let report = tree.run(&["--format", "json"]);
    let json: Value = serde_json::from_str(&report.out).expect("JSON");
    let print = json["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find(|f| f["rule"] == "unconditional-release")
        .expect("the finding")["fingerprint"]
        .as_str()
        .expect("a fingerprint")
        .to_owned();
    let by_place = tree.run(&["harness", "unconditional-release:app.go:20"]);
    assert_eq!(by_place.code, Some(0), "{by_place:?}");
    assert!(by_place.out.contains("package app_test\n"), "{}", by_place.out);
    assert!(by_place.out.contains("a.frees(release)"), "{}", by_place.out);
    assert!(by_place.err.contains("unconditional_release_test.go"), "{}", by_place.err);
    for name in [print.as_str(), &print[..8]] {
        assert_eq!(tree.run(&["harness", name]).out, by_place.out);
    }
    let file = tree.run(&["harness", &print, ".", "--output", "release_test.go"]);
    assert_eq!((file.code, file.out.as_str()), (Some(0), ""));
    assert_eq!(tree.read("release_test.go"), by_place.out);
}

#[test]
fn a_finding_that_is_none_is_said_to_be_none() {
    let tree = Tree::new(&[("app.go", LOCKED)]);
    let none = tree.run(&["harness", "unconditional-release:app.go:3"]);
    assert_eq!(none.code, Some(2));
    assert!(none.err.contains("no finding is called"), "{}", none.err);
}
