//! Every program in `fixtures/<rule>/` has exactly the findings that it marks.
#![allow(clippy::disallowed_methods, reason = "tests read their data and what they are told")]

use dogpile_lint::{LintResult, lint_files};
use dogpile_report::Level;
use dogpile_suite::expect::{Marks, entries, name, none, place, root};
use dogpile_suite::pages::{LANGUAGES, NOT_YET, reason_against};
use std::path::Path;

/// Extensions of sources, and files that tell about a project.
const SOURCES: [&str; 4] = ["go", "ts", "tsx", "rs"];
const PROJECT: [&str; 3] = ["go.mod", "package.json", "Cargo.toml"];
const CONFIG: &str = "dogpile.toml";
/// Fewest programs of a rule: with faults, and silent.
const FEWEST: (usize, usize) = (4, 3);

/// A file, or a folder of files that belong together.
struct Case {
    name: String,
    slug: &'static str,
    silent: bool,
    marks: Marks,
    files: Vec<(String, String)>,
    config: Option<String>,
}

impl Case {
    fn run(&self) -> LintResult {
        lint_files(self.files.clone(), self.config.as_deref())
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn is_source(path: &Path) -> bool {
    path.extension().and_then(|e| e.to_str()).is_some_and(|e| SOURCES.contains(&e))
}

fn collect(folder: &Path, under: &str, case: &mut Case) {
    for path in entries(folder) {
        let shown = format!("{under}{}", name(&path));
        if path.is_dir() {
            collect(&path, &format!("{shown}/"), case);
        } else if name(&path) == CONFIG {
            case.config = Some(read(&path));
        } else if is_source(&path) || PROJECT.contains(&name(&path)) {
            case.files.push((shown, read(&path)));
        } else {
            panic!("{}: what is this?", path.display());
        }
    }
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for rule in dogpile_rules::all() {
        for path in entries(&root().join("fixtures").join(rule.slug)) {
            let mut case = Case {
                name: format!("{}/{}", rule.slug, name(&path)),
                slug: rule.slug,
                silent: name(&path).starts_with("ok_"),
                marks: Marks::default(),
                files: Vec::new(),
                config: None,
            };
            if path.is_dir() {
                collect(&path, "", &mut case);
            } else {
                case.files.push((name(&path).to_owned(), read(&path)));
            }
            for (path, text) in &case.files {
                case.marks.read(path, text);
            }
            all.push(case);
        }
    }
    all
}

#[test]
fn programs_have_exactly_their_marked_findings() {
    let problems: Vec<String> =
        cases().iter().flat_map(|case| case.marks.differences(&case.name, &case.run())).collect();
    none(&problems);
}

#[test]
fn names_say_what_is_inside() {
    let mut problems = Vec::new();
    for case in cases() {
        let marked = case.marks.mention(case.slug);
        if case.silent && marked {
            problems.push(format!("{}: an ok_ program that marks its own rule", case.name));
        } else if !case.silent && !marked {
            problems.push(format!("{}: marks no {}", case.name, case.slug));
        }
        for (path, line, slug) in case.marks.expected.iter().chain(&case.marks.missing).chain(&case.marks.spurious) {
            if dogpile_rules::find(slug).is_none() {
                problems.push(format!("{}: {path}:{line}: no rule {slug}", case.name));
            }
        }
        if case.silent {
            let result = case.run();
            let loud = result.findings.iter().filter(|finding| finding.level > Level::Note);
            problems.extend(loud.map(|finding| format!("{}: {:?} is loud", case.name, place(finding, &result))));
        }
    }
    none(&problems);
}

#[test]
fn every_rule_has_programs_and_every_folder_is_a_rules() {
    let mut problems = Vec::new();
    let all = cases();
    for rule in dogpile_rules::all() {
        let of_rule = |silent| all.iter().filter(|case| case.slug == rule.slug && case.silent == silent).count();
        let (bad, silent) = (of_rule(false), of_rule(true));
        if bad < FEWEST.0 || silent < FEWEST.1 {
            problems.push(format!("{}: {bad} programs with faults, {silent} silent ones", rule.slug));
        }
        for language in &LANGUAGES {
            let ending = format!(".{}", language.extension);
            let written = |silent| {
                let of_language = |case: &&Case| case.files.iter().any(|(path, _)| path.ends_with(&ending));
                all.iter().filter(|case| case.slug == rule.slug && case.silent == silent).any(|case| of_language(&case))
            };
            let impossible = reason_against(rule.docs, language).is_some();
            if NOT_YET.contains(&(rule.slug, language.title)) {
                continue;
            }
            if !written(true) || written(false) == impossible {
                problems
                    .push(format!("{}: {}: not a program with the fault and a silent one", rule.slug, language.title));
            }
        }
    }
    for path in entries(&root().join("fixtures")).iter().filter(|path| path.is_dir()) {
        // A folder of programs is a rule's; the rooms of other suites have folders or data at their top.
        let programs = entries(path).iter().any(|file| is_source(file));
        if programs && dogpile_rules::find(name(path)).is_none() {
            problems.push(format!("fixtures/{}: no such rule", name(path)));
        }
    }
    none(&problems);
}

#[test]
fn messages_keep_their_conventions() {
    let mut problems = Vec::new();
    for case in cases() {
        let result = case.run();
        for finding in &result.findings {
            let mut complain = |what: &str| {
                problems.push(format!("{}: {}: {what}: {:?}", case.name, finding.rule, finding.message));
            };
            let (first, length) = (finding.message.chars().next(), finding.message.chars().count());
            if first.is_none_or(char::is_uppercase) {
                complain("does not start in lower case");
            }
            if finding.message.ends_with('.') {
                complain("ends with a full stop");
            }
            if length > 90 {
                complain("is longer than 90 characters");
            }
            if finding.labels.is_empty() && finding.note.is_none() {
                complain("tells half a story");
            }
            if finding.labels.iter().any(|label| label.text.is_empty() || label.text.starts_with(char::is_uppercase)) {
                complain("has a label that is empty or starts in upper case");
            }
        }
    }
    none(&problems);
}
