//! The cases.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// A program with a fault, and what it is to become.
pub(crate) struct Case {
    /// The rule whose fault it has.
    pub(crate) rule: String,
    /// File name.
    pub(crate) file: String,
    pub(crate) before: String,
}

impl Case {
    /// `unconditional_release_redigo`.
    pub(crate) fn name(&self) -> String {
        format!("{}_{}", self.rule, self.file.split('.').next().unwrap_or("")).replace('-', "_")
    }

    pub(crate) fn language(&self) -> &str {
        self.file.rsplit('.').next().unwrap_or("")
    }

    pub(crate) fn expected(&self) -> PathBuf {
        root().join("cases").join(&self.rule).join(format!("{}.fixed", self.file))
    }

    /// The text that must come out.
    pub(crate) fn after(&self) -> String {
        fs::read_to_string(self.expected()).unwrap_or_else(|why| panic!("{}: {why}", self.expected().display()))
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixes")
}

/// Every case, in order of rule and name.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for rule in listed(&root().join("cases")) {
        for file in listed(&rule) {
            let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
            if !name(&file).ends_with(".fixed") {
                let before = fs::read_to_string(&file).expect("a case");
                cases.push(Case { rule: name(&rule), file: name(&file), before });
            }
        }
    }
    cases
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    all.sort();
    all
}

/// A folder with one file to mend, and what says how.
pub(crate) fn workshop(case: &Case) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("dogpile.toml"), "[fix]\nttl = \"30s\"\n").expect("a file");
    fs::write(folder.path().join("go.mod"), "module fixes\n\ngo 1.21\n").expect("a file");
    fs::write(folder.path().join(&case.file), &case.before).expect("a file");
    folder
}

/// Runs the program on a folder; gives its exit code as text and the report.
pub(crate) fn run(folder: &Path, args: &[&str]) -> (dogpile_lint::Exit, String) {
    let out = tempfile::NamedTempFile::new().expect("a file");
    let mut all: Vec<OsString> = vec!["dogpile-lint".into(), "check".into()];
    all.extend(args.iter().map(OsString::from));
    all.extend(["--output".into(), out.path().into(), "--config".into(), folder.join("dogpile.toml").into()]);
    all.push(folder.into());
    let exit = dogpile_lint::run(all);
    (exit, fs::read_to_string(out.path()).expect("a report"))
}
