//! Whole stacks, as people build them: a cache, a flight in the process, a lock across processes, waiters, a release. The
//! right form is silent; each step left out or done in the wrong order gives the finding that names it, on its line.
//!
//! `fixtures/stacks/<stack>/<language>/` holds the right form, and `variants.diff` the steps that go wrong: `== step: slug`
//! starts a variant, `@@ file` a replacement in it, written as in a diff; what it replaces stands there exactly once.
#![allow(clippy::disallowed_methods, reason = "tests read their data and what they are told")]

use dogpile_lint::{LintResult, lint_files};
use dogpile_report::Level;
use dogpile_suite::expect::{Marks, entries, name, none, place, root};
use std::collections::BTreeMap;
use std::path::Path;

const VARIANTS: &str = "variants.diff";
const CONFIG: &str = "dogpile.toml";

/// What can go wrong in a stack: the step, the rule that names it, and the languages in which it can.
type Step = (&'static str, &'static str, &'static [&'static str]);
const ALL: &[&str] = &["go", "rust", "ts"];

const COMBINED: &[Step] = &[
    ("no expiry", "lock-without-expiry", ALL),
    ("EXPIRE as a second command", "non-atomic-expiry", ALL),
    ("constant token", "constant-token", ALL),
    ("reply not tested", "acquire-result-ignored", ALL),
    ("error of the acquire taken as won", "acquire-error-ignored", ALL),
    ("no re-check", "no-recheck-after-acquire", ALL),
    ("plain DEL", "unconditional-release", ALL),
    ("GET, compare, DEL", "non-atomic-release", ALL),
    ("release skipped on the error path", "leaked-lock", ALL),
    ("release on a cancelled context", "cancelled-release", &["go"]),
    ("release in the time of the flight", "cancelled-release", &["go"]),
    ("wait without bound", "unbounded-wait", ALL),
    ("no lock inside the flight", "local-single-flight", ALL),
    ("first caller's context in the flight", "poisoned-flight", &["go"]),
    ("rejected flight kept", "poisoned-flight", &["ts"]),
];
const MEMOLOCK: &[Step] = &[
    ("lock without expiry", "lock-without-expiry", ALL),
    ("look before subscribing", "missed-wakeup", ALL),
    ("no time limit", "missed-wakeup", ALL),
    ("told before it is written", "missed-wakeup", ALL),
    ("plain DEL", "unconditional-release", ALL),
    ("no re-check", "no-recheck-after-acquire", ALL),
];
const EVENT_MERGE: &[Step] = &[("no version compared", "stale-merge", ALL)];
const STEPS: &[(&str, &[Step])] = &[("combined", COMBINED), ("event-merge", EVENT_MERGE), ("memolock", MEMOLOCK)];

/// The right form of a stack in one language.
struct Stack {
    name: String,
    language: String,
    files: BTreeMap<String, String>,
    config: Option<String>,
    variants: Vec<Variant>,
}

/// The right form with one step done wrong.
#[derive(Default)]
struct Variant {
    step: String,
    slug: String,
    hunks: Vec<Hunk>,
}

/// A piece of a file, before and after.
#[derive(Default)]
struct Hunk {
    file: String,
    old: String,
    new: String,
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn collect(folder: &Path, under: &str, files: &mut BTreeMap<String, String>) {
    for path in entries(folder) {
        let shown = format!("{under}{}", name(&path));
        if path.is_dir() {
            collect(&path, &format!("{shown}/"), files);
        } else {
            files.insert(shown, read(&path));
        }
    }
}

fn variants(case: &str, text: &str) -> Vec<Variant> {
    let mut all: Vec<Variant> = Vec::new();
    let mut blank = 0;
    for (number, line) in (1..).zip(text.lines()) {
        let wrong = || -> ! { panic!("{case}/{VARIANTS}:{number}: what is this?") };
        if line.is_empty() {
            blank += 1;
            continue;
        }
        let (mark, rest) = line.split_at(1);
        if let Some(title) = line.strip_prefix("== ") {
            let (step, slug) = title.split_once(": ").unwrap_or_else(|| wrong());
            all.push(Variant { step: step.to_owned(), slug: slug.to_owned(), hunks: Vec::new() });
        } else if mark != "#" {
            let hunks = &mut all.last_mut().unwrap_or_else(|| wrong()).hunks;
            if let Some(file) = line.strip_prefix("@@ ") {
                hunks.push(Hunk { file: file.to_owned(), ..Hunk::default() });
            } else {
                let hunk = hunks.last_mut().unwrap_or_else(|| wrong());
                let (old, new) = match mark {
                    " " => (true, true),
                    "-" => (true, false),
                    "+" => (false, true),
                    _ => wrong(),
                };
                // Blank lines between hunks are none of theirs.
                let gap = if hunk.old.is_empty() && hunk.new.is_empty() { String::new() } else { "\n".repeat(blank) };
                for (side, text) in [(old, &mut hunk.old), (new, &mut hunk.new)] {
                    text.push_str(&gap);
                    if side {
                        text.push_str(rest);
                        text.push('\n');
                    }
                }
            }
        }
        blank = 0;
    }
    all
}

fn stacks() -> Vec<Stack> {
    let mut all = Vec::new();
    for folder in entries(&root().join("fixtures/stacks")) {
        let config = folder.join(CONFIG);
        let config = config.exists().then(|| read(&config));
        for path in entries(&folder).iter().filter(|path| path.is_dir()) {
            let case = format!("{}/{}", name(&folder), name(path));
            let mut files = BTreeMap::new();
            collect(path, "", &mut files);
            let variants = files.remove(VARIANTS).map(|text| variants(&case, &text)).unwrap_or_default();
            let (name, language) = (name(&folder).to_owned(), name(path).to_owned());
            all.push(Stack { name, language, files, config: config.clone(), variants });
        }
    }
    all
}

impl Stack {
    fn title(&self) -> String {
        format!("{}/{}", self.name, self.language)
    }

    /// What is found in these files, and what their marks say.
    fn judge(&self, files: &BTreeMap<String, String>) -> (LintResult, Marks) {
        let mut marks = Marks::default();
        for (path, text) in files {
            marks.read(path, text);
        }
        let files = files.iter().map(|(path, text)| (path.clone(), text.clone())).collect();
        (lint_files(files, self.config.as_deref()), marks)
    }

    /// The files with this step done wrong.
    fn with(&self, variant: &Variant) -> Result<BTreeMap<String, String>, String> {
        let mut files = self.files.clone();
        for hunk in &variant.hunks {
            let text = files.get_mut(&hunk.file).ok_or_else(|| format!("no file {}", hunk.file))?;
            let lines = format!("\n{text}");
            let places = lines.matches(&format!("\n{}", hunk.old)).count();
            if places != 1 || hunk.old.is_empty() {
                return Err(format!("{places} places in {} read:\n{}", hunk.file, hunk.old));
            }
            *text = lines.replacen(&format!("\n{}", hunk.old), &format!("\n{}", hunk.new), 1).split_off(1);
        }
        Ok(files)
    }
}

#[test]
fn right_forms_are_silent() {
    let mut problems = Vec::new();
    for stack in stacks() {
        let (result, marks) = stack.judge(&stack.files);
        problems.extend(marks.differences(&stack.title(), &result));
        let loud = result.findings.iter().filter(|finding| finding.level > Level::Note);
        problems.extend(loud.map(|finding| format!("{}: {:?} is loud", stack.title(), place(finding, &result))));
    }
    none(&problems);
}

#[test]
fn each_step_done_wrong_gives_the_finding_that_names_it() {
    let mut problems = Vec::new();
    for stack in stacks() {
        for variant in &stack.variants {
            let case = format!("{}: {}", stack.title(), variant.step);
            let files = match stack.with(variant) {
                Ok(files) => files,
                Err(error) => {
                    problems.push(format!("{case}: {error}"));
                    continue;
                }
            };
            let (result, marks) = stack.judge(&files);
            problems.extend(marks.differences(&case, &result));
            let named = |level: Level, slug: &str| level > Level::Note && slug == variant.slug;
            let missed = marks.missing.iter().any(|(_, _, slug)| *slug == variant.slug);
            if !missed && !result.findings.iter().any(|finding| named(finding.level, finding.rule)) {
                problems.push(format!("{case}: nothing loud says {}", variant.slug));
            }
        }
    }
    none(&problems);
}

#[test]
fn every_step_is_done_wrong_in_every_language() {
    let mut problems = Vec::new();
    for stack in stacks() {
        let steps = STEPS.iter().find(|(name, _)| *name == stack.name).map_or(&[][..], |(_, steps)| *steps);
        let mut expected: Vec<(&str, &str)> = steps
            .iter()
            .filter(|(_, _, languages)| languages.contains(&stack.language.as_str()))
            .map(|(step, slug, _)| (*step, *slug))
            .collect();
        let mut written: Vec<(&str, &str)> =
            stack.variants.iter().map(|v| (v.step.as_str(), v.slug.as_str())).collect();
        expected.sort_unstable();
        written.sort_unstable();
        if expected != written {
            problems.push(format!("{}: {written:?} in place of {expected:?}", stack.title()));
        }
    }
    none(&problems);
}
