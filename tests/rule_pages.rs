//! Every rule has a page, and the code on it is judged as the page says.

#[path = "expect.rs"]
mod expect;

use dogpile_lint::lint_files;
use dogpile_report::Level;
use expect::{Marks, entries, none, place, root};

const SECTIONS: [&str; 6] = ["What it does", "Why it matters", "Bad", "Good", "When to ignore it", "Seen in the wild"];
const MAX_LINES: usize = 90;
/// Fence, extension and first line of a file of the languages that pages show.
const LANGUAGES: [(&str, &str, &str); 1] = [("go", "go", "package example\n\n")];

/// A piece of code on a page.
struct Block {
    section: String,
    line: usize,
    path: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut all: Vec<Block> = Vec::new();
    let (mut section, mut open) = (String::new(), false);
    for (number, line) in (1..).zip(page.lines()) {
        if open && line == "```" {
            open = false;
        } else if open {
            let block = all.last_mut().expect("an open block");
            block.text.push_str(line);
            block.text.push('\n');
        } else if let Some(fence) = line.strip_prefix("```") {
            let Some((_, extension, head)) = LANGUAGES.iter().find(|(name, ..)| *name == fence) else { continue };
            let (path, text) = (format!("example.{extension}"), (*head).to_owned());
            all.push(Block { section: section.clone(), line: number, path, text });
            open = true;
        } else if let Some(title) = line.strip_prefix("## ") {
            section = title.to_owned();
        }
    }
    all
}

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
            for (name, ..) in LANGUAGES {
                if !blocks(rule.docs).iter().any(|b| b.section == section && b.path.ends_with(&format!(".{name}"))) {
                    complain(format!("shows no {name} under {section}"));
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
