//! Names of findings that survive edits elsewhere.

use crate::finding::Finding;
use dogpile_source::SourceMap;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Bytes of a digest that are kept: of a story's, and of a text's, which only counts together with a rule.
const STORY_BYTES: usize = 16;
const TEXT_BYTES: usize = 8;

/// What a finding is known by when lines, files and functions have moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Of the rule, the function without its package, and the subject: no path and no line goes into it. Findings that
    /// are equal in all of these share it.
    pub story: String,
    /// Of the rule, the line that it stands in and the lines around it, without white space: survives a function's new
    /// name.
    pub text: String,
    /// The function without its package and without closures.
    pub function: String,
}

/// A name for each finding, in the same order, and what it is known by.
///
/// The name is that of its story, and where several findings share one, that and a number: findings keep their names when
/// lines move, when files and folders are renamed, and when others are added behind them. `findings` must hold all
/// findings of the run in source order, the hidden ones too: the number counts them. `item` is the part of a finding's
/// function that its package does not say.
#[must_use]
pub fn fingerprints(
    findings: &[Finding],
    sources: &SourceMap,
    item: &dyn Fn(&Finding) -> String,
) -> Vec<(String, Marks)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    findings
        .iter()
        .map(|finding| {
            let function = outside_closures(&item(finding));
            let text = text_around(finding, sources);
            // Where neither function nor subject tell two findings of a rule apart, what is written there does.
            let own = if function.is_empty() && finding.subject.is_empty() { text.as_str() } else { "" };
            let parts = [finding.rule, &function, &finding.subject, own];
            let story = digest(&parts, STORY_BYTES);
            let ordinal = seen.entry(story.clone()).and_modify(|n| *n += 1).or_insert(0);
            let name = match *ordinal {
                0 => story.clone(),
                n => digest(&[parts[0], parts[1], parts[2], parts[3], &n.to_string()], STORY_BYTES),
            };
            (name, Marks { story, text: digest(&[finding.rule, &text], TEXT_BYTES), function })
        })
        .collect()
}

/// A function's name without the closures in it (`Take.func2`): they are counted, and one more makes others of them.
fn outside_closures(name: &str) -> String {
    let is_closure =
        |part: &&str| part.strip_prefix("func").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    name.split('.').filter(|part| !is_closure(part)).collect::<Vec<_>>().join(".")
}

/// The lines of a finding's place, and the nearest line with text on either side, without white space.
fn text_around(finding: &Finding, sources: &SourceMap) -> String {
    let Some(file) = sources.get(finding.primary.file) else { return String::new() };
    let squeezed = |line: u32| file.line_text(line).split_whitespace().collect::<String>();
    let first = sources.start(finding.primary).line;
    let last = sources.end(finding.primary).line.max(first);
    let before = (1..first).rev().map(squeezed).find(|text| !text.is_empty());
    let after = (last + 1..=file.line_count()).map(squeezed).find(|text| !text.is_empty());
    let own: Vec<String> = (first..=last).map(squeezed).collect();
    [before.unwrap_or_default(), own.concat(), after.unwrap_or_default()].join("\n")
}

fn digest(parts: &[&str], bytes: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut text = String::with_capacity(2 * bytes);
    for byte in &hash.finalize()[..bytes] {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{finding, sources};

    const CODE: &str = "func Take() {\n\tone()\n\n\tset(\"lock:\")\n\tthree()\n}\n\n\n\n";

    fn last_part(finding: &Finding) -> String {
        finding
            .function
            .rsplit('/')
            .next()
            .and_then(|f| f.split_once('.'))
            .map_or(String::new(), |(_, item)| item.to_owned())
    }

    fn named(findings: &[Finding], code: &str) -> Vec<(String, Marks)> {
        fingerprints(findings, &sources(&[("a.go", code)]), &last_part)
    }

    #[test]
    fn lines_and_packages_do_not_matter_and_equals_are_told_apart() {
        let mut a = finding("leaked-lock", 22, 34);
        a.function = "example.com/app/lock.Take".to_owned();
        let mut moved = a.clone();
        moved.primary.start += 2;
        moved.primary.end += 2;
        moved.function = "example.com/other/locks.Take.func2".to_owned();
        let before = named(&[a.clone(), a.clone()], CODE);
        let after = named(&[moved], &CODE.replace("\n\n", "\n\n \n"));
        assert_eq!(before[0], after[0], "neither lines nor package");
        assert_ne!(before[0].0, before[1].0);
        assert_eq!(before[0].1, before[1].1);
        assert_eq!((before[0].0.len(), before[0].1.text.len()), (32, 16));
        assert_eq!(before[0].1.function, "Take");
        a.subject.push('x');
        let other = named(&[a], &CODE.replace("three", "four"));
        assert_ne!(before[0].0, other[0].0);
        assert_ne!(before[0].1.text, other[0].1.text);
    }

    #[test]
    fn what_has_no_function_is_known_by_its_text() {
        let mut a = finding("malformed-annotation", 22, 34);
        a.function.clear();
        a.subject.clear();
        let one = named(&[a.clone()], CODE);
        let other = named(&[a], &CODE.replace("set(\"lock:\")", "set(\"luck:\")"));
        assert_ne!(one[0].0, other[0].0);
    }
}
