//! Every rule has a page, and the code on it is judged as the page says.
#![allow(clippy::disallowed_methods, reason = "tests read their data and what they are told")]

use dogpile_lint::lint_files;
use dogpile_report::Level;
use dogpile_suite::expect;
use dogpile_suite::expect::{Marks, entries, none, place, root};
use dogpile_suite::pages::{LANGUAGES, NOT_YET, blocks, reason_against};

const SECTIONS: [&str; 6] = ["What it does", "Why it matters", "Bad", "Good", "When to ignore it", "Seen in the wild"];
const MAX_LINES: usize = 240;

#[test]
fn pages_have_their_shape() {
    let mut problems = Vec::new();
    for rule in dogpile_rules::all() {
        let mut complain = |what: String| problems.push(format!("{}: {what}", rule.slug));
        let lines: Vec<&str> = rule.docs.lines().collect();
        let titles = lines.iter().filter(|line| line.starts_with("# ")).count();
        if titles != 1 || !rule.docs.starts_with("# ") {
            complain(format!("{titles} titles, or not at the top"));
        }
        let sections: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("## ")).collect();
        if sections != SECTIONS {
            complain(format!("sections are {sections:?}"));
        }
        if lines.len() > MAX_LINES {
            complain(format!("{} lines, at most {MAX_LINES}", lines.len()));
        }
        for section in ["Bad", "Good"] {
            for language in &LANGUAGES {
                let shown =
                    blocks(rule.docs).iter().any(|b| b.section == section && b.language.title == language.title);
                if NOT_YET.contains(&(rule.slug, language.title)) {
                    if shown {
                        complain(format!("{} is shown by now: drop it from NOT_YET", language.title));
                    }
                } else if shown == reason_against(rule.docs, language).is_some() {
                    complain(format!("{} under {section}: either code, or one sentence why not", language.title));
                }
            }
        }
        if !rule.docs.contains("http") {
            complain("nothing was seen in the wild".to_owned());
        }
    }
    none(&problems);
}

#[test]
fn code_on_pages_has_exactly_its_marked_findings() {
    let mut problems = Vec::new();
    for rule in dogpile_rules::all() {
        for block in blocks(rule.docs) {
            let case = format!("{} page, block at line {}", rule.slug, block.line);
            let mut marks = Marks::default();
            marks.read(&block.path, &block.text);
            // A rule that is off is shown as whoever wants it would see it.
            let on = format!("[rules]\n{} = \"note\"\n", rule.slug);
            let config = (rule.level == Level::Off).then_some(on.as_str());
            let result = lint_files(vec![(block.path.clone(), block.text.clone())], config);
            problems.extend(marks.differences(&case, &result));
            match block.section.as_str() {
                "Bad" if !marks.mention(rule.slug) => problems.push(format!("{case}: does not mark its rule")),
                "Good" => {
                    if marks.mention(rule.slug) {
                        problems.push(format!("{case}: marks its own rule"));
                    }
                    let loud = result.findings.iter().filter(|finding| finding.level > Level::Note);
                    problems.extend(loud.map(|finding| format!("{case}: {:?} is loud", place(finding, &result))));
                }
                _ => {}
            }
        }
    }
    none(&problems);
}

#[test]
fn every_folder_of_a_rule_is_in_the_registry() {
    let mut problems = Vec::new();
    let mut folders = 0;
    for group in entries(&root().join("rules")).iter().filter(|path| path.is_dir() && !path.ends_with("src")) {
        for folder in entries(group).iter().filter(|path| path.is_dir()) {
            folders += 1;
            let slug = expect::name(folder).replace('_', "-");
            match dogpile_rules::find(&slug) {
                None => problems.push(format!("{}: not in the registry: cargo xtask registry", folder.display())),
                Some(rule) if rule.group.name() != expect::name(group) => {
                    problems.push(format!("{slug}: its group is {}", rule.group.name()));
                }
                Some(_) => {}
            }
            for file in ["mod.rs", "rule.md"] {
                if !folder.join(file).is_file() {
                    problems.push(format!("{slug}: no {file}"));
                }
            }
        }
    }
    if folders != dogpile_rules::all().len() {
        problems.push(format!("{folders} folders, {} rules", dogpile_rules::all().len()));
    }
    none(&problems);
}
