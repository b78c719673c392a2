//! The same input gives the same bytes, whatever the number of threads.
#![allow(clippy::disallowed_methods, reason = "tests read their data from the tree")]

use dogpile_lint::Exit;
use std::ffi::OsString;
use std::path::Path;

/// The report on every fixture.
fn report(folder: &Path, format: &str, threads: &str) -> String {
    let output = folder.join(format!("{format}-{threads}"));
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut args: Vec<OsString> =
        ["dogpile-lint", "--pedantic", "--format", format, "--threads", threads].map(OsString::from).to_vec();
    args.extend([OsString::from("--output"), output.clone().into(), fixtures.into()]);
    assert_eq!(dogpile_lint::run(args), Exit::Findings, "fixtures have findings");
    std::fs::read_to_string(&output).expect("the report was written")
}

#[test]
fn reports_do_not_depend_on_threads() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for format in ["text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle"] {
        let one = report(folder.path(), format, "1");
        let eight = report(folder.path(), format, "8");
        assert!(one.contains("leaked-lock"), "{format}: the report is empty");
        assert!(one == eight, "{format}: one thread and eight say different things");
    }
}
