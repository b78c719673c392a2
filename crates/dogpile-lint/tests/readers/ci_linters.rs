//! What we offer to CI services, by the linters of such files. Each linter is shown something wrong, too.

use crate::tools::{ACTIONLINT, PYTHON, good, ran};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn lint(program: PathBuf, args: &[&str]) -> Output {
    ran(Command::new(program).args(args).current_dir(root()))
}

/// A copy of a file with something wrong in it.
fn spoilt(folder: &Path, file: &str, from: &str, to: &str) -> String {
    let text = fs::read_to_string(root().join(file)).expect("a file");
    assert!(text.contains(from), "{file} has no {from:?}");
    let copy = folder.join(file);
    fs::create_dir_all(copy.parent().expect("a folder")).expect("a folder");
    fs::write(&copy, text.replace(from, to)).expect("a file");
    copy.to_str().expect("UTF-8").to_owned()
}

fn found(run: &Output, what: &str) {
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success() && said.contains(what), "no {what:?} in {said}");
}

const PROJECT: &str = ".github/workflows/ci.yml";
const RELEASE: &str = ".github/workflows/release.yml";
const SAMPLE: &str = "ci/github/dogpile-lint.yml";
const SHARDS: &str = "ci/github/shards.yml";
const ACTION: &str = "action.yml";
const GITLAB: &str = "ci/gitlab/dogpile-lint.yml";

/// Every workflow of the project, and those that we offer.
fn workflows() -> Vec<String> {
    let folder = fs::read_dir(root().join(".github/workflows")).expect("workflows");
    let names = folder.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut all: Vec<String> = names.map(|name| format!(".github/workflows/{name}")).collect();
    all.sort();
    all.extend([SAMPLE.to_owned(), SHARDS.to_owned()]);
    all
}

#[test]
fn actionlint() {
    let all = workflows();
    let args = ["-config-file", ".github/actionlint.yaml"].into_iter().chain(all.iter().map(String::as_str));
    good("actionlint", &lint(ACTIONLINT.clone(), &args.collect::<Vec<_>>()));
    let folder = tempfile::tempdir().expect("a folder");
    let bad = spoilt(folder.path(), SAMPLE, "timeout-minutes: 15", "timeout-minute: 15");
    found(&lint(ACTIONLINT.clone(), &[&bad]), "timeout-minute");
}

#[test]
fn zizmor() {
    let zizmor = |args: &[&str]| {
        let all = ["--offline", "--no-progress", "--no-config", "--persona=pedantic"];
        lint(PYTHON.join("zizmor"), &[&all, args].concat())
    };
    good("zizmor", &zizmor(&[PROJECT, RELEASE, ACTION]));
    // Our own action is pinned by its release until there is a commit to pin: that is all that the file allows.
    let all = workflows();
    let args = ["--offline", "--no-progress", "--config", "ci/github/zizmor.yml"].into_iter();
    good("zizmor", &lint(PYTHON.join("zizmor"), &args.chain(all.iter().map(String::as_str)).collect::<Vec<_>>()));
    let folder = tempfile::tempdir().expect("a folder");
    let injected = spoilt(folder.path(), ACTION, "exit \"$CODE\"", "exit ${{ inputs.args }}");
    found(&zizmor(&[&injected]), "template-injection");
    let tag = spoilt(folder.path(), PROJECT, "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7");
    found(&zizmor(&[&tag]), "unpinned-uses");
}

#[test]
fn schemas() {
    let check = |schema: &str, file: &str| {
        lint(PYTHON.join("check-jsonschema"), &["--builtin-schema", &format!("vendor.{schema}"), file])
    };
    let folder = tempfile::tempdir().expect("a folder");
    for (schema, file, from, to, said) in [
        ("gitlab-ci", GITLAB, "codequality:", "code_quality:", "'code_quality' was unexpected"),
        ("github-actions", ACTION, "using: composite", "using: composit", "'composit' is not one of"),
        ("github-workflows", SAMPLE, "runs-on:", "run-on:", "'runs-on' is a required property"),
        ("github-workflows", SHARDS, "needs:", "need:", "Additional properties are not allowed"),
        ("github-workflows", PROJECT, "runs-on:", "run-on:", "'runs-on' is a required property"),
    ] {
        good(file, &check(schema, file));
        let run = check(schema, &spoilt(folder.path(), file, from, to));
        found(&run, "Schema validation errors were encountered.");
        found(&run, said);
    }
}
