//! The same input gives the same bytes, whatever the number of threads.
#![allow(clippy::disallowed_methods, reason = "tests read their data from the tree")]

use dogpile_lint::Exit;
use dogpile_testing::formats::FORMATS;
use std::ffi::OsString;
use std::path::Path;

/// The reports on every fixture, in the order of their forms.
fn reports(threads: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let file = |format: &str| folder.path().join(format);
    let mut args: Vec<OsString> = ["dogpile-lint", "--pedantic", "--threads", threads].map(OsString::from).to_vec();
    for format in FORMATS {
        // The first takes the place of standard output.
        let form = if format == "text" { String::new() } else { format!("{format}:") };
        args.extend([OsString::from("--output"), (form + &file(format).display().to_string()).into()]);
    }
    args.push(fixtures.into());
    assert_eq!(dogpile_lint::run(args), Exit::Findings, "fixtures have findings");
    FORMATS.iter().map(|format| std::fs::read_to_string(file(format)).expect("the report was written")).collect()
}

#[test]
fn reports_do_not_depend_on_threads() {
    let (one, eight) = (reports("1"), reports("8"));
    for ((format, one), eight) in FORMATS.iter().zip(one).zip(eight) {
        assert!(one.contains("leaked-lock"), "{format}: the report is empty");
        assert!(one == eight, "{format}: one thread and eight say different things");
    }
}
