//! Marks in sources that say which findings must be there, and their comparison with what was found.
//!
//! `//~ slug slug2` at the end of a line: these findings start on it. `//~ MISSING slug: why` is a known miss,
//! `//~ SPURIOUS slug: why` a known false alarm; both fail as soon as they are no longer true.

use dogpile_lint::LintResult;
use dogpile_report::Finding;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A path, a 1-based line and a slug.
pub type Place = (String, u32, String);

/// What a set of files says of itself.
#[derive(Debug, Default)]
pub struct Marks {
    /// Must be found.
    pub expected: BTreeSet<Place>,
    /// Should be found, and is not yet.
    pub missing: BTreeSet<Place>,
    /// Should not be found, and still is.
    pub spurious: BTreeSet<Place>,
}

impl Marks {
    /// Reads the marks of one file.
    pub fn read(&mut self, path: &str, text: &str) {
        for (number, line) in (1..).zip(text.lines()) {
            let Some((_, mark)) = line.split_once("//~ ") else { continue };
            let place = |slug: &str| (path.to_owned(), number, slug.to_owned());
            let known = |rest: &str| {
                let (slug, why) = rest.split_once(':').unwrap_or_else(|| panic!("{path}:{number}: no reason given"));
                assert!(!why.trim().is_empty(), "{path}:{number}: no reason given");
                place(slug.trim())
            };
            if let Some(rest) = mark.strip_prefix("MISSING ") {
                self.missing.insert(known(rest));
            } else if let Some(rest) = mark.strip_prefix("SPURIOUS ") {
                self.spurious.insert(known(rest));
            } else {
                self.expected.extend(mark.split_whitespace().map(place));
            }
        }
    }

    /// Whether the rule is marked anywhere, as found or as missed.
    #[must_use]
    pub fn mention(&self, slug: &str) -> bool {
        self.expected.iter().chain(&self.missing).any(|(_, _, marked)| marked == slug)
    }

    /// What is not as the marks say.
    #[must_use]
    pub fn differences(&self, case: &str, result: &LintResult) -> Vec<String> {
        let found: BTreeSet<Place> = result.findings.iter().map(|finding| place(finding, result)).collect();
        let show = |(path, line, slug): &Place, what: &str| format!("{case}: {path}:{line}: {slug} {what}");
        let mut all: Vec<String> = result.problems.iter().map(|problem| format!("{case}: {problem}")).collect();
        all.extend(self.expected.difference(&found).map(|p| show(p, "is marked and was not found")));
        all.extend(
            found
                .iter()
                .filter(|p| !self.expected.contains(*p) && !self.spurious.contains(*p) && !self.missing.contains(*p))
                .map(|p| show(p, "was found and is not marked")),
        );
        all.extend(self.missing.intersection(&found).map(|p| show(p, "is found by now: drop MISSING")));
        all.extend(self.spurious.difference(&found).map(|p| show(p, "is no longer found: drop SPURIOUS")));
        all
    }
}

/// Where a finding starts.
#[must_use]
pub fn place(finding: &Finding, result: &LintResult) -> Place {
    let line = result.sources.start(finding.primary).line;
    (result.sources.path(finding.primary).to_owned(), line, finding.rule.to_owned())
}

/// The workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the workspace").to_path_buf()
}

/// Entries of a folder, sorted.
#[must_use]
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut all: Vec<PathBuf> = read.map(|entry| entry.expect("a folder can be read to its end").path()).collect();
    all.sort();
    all
}

/// Last part of a path.
#[must_use]
pub fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8")
}

/// Fails with all that is wrong at once.
pub fn none(problems: &[String]) {
    assert!(problems.is_empty(), "{} things are wrong:\n{}", problems.len(), problems.join("\n"));
}
