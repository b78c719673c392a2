//! Statements deleted, doubled and exchanged without any sense: whatever is told of the result, it must be told of the
//! result, and of nothing else.

use crate::edit::{Edit, apply, difference};
use crate::project::Project;
use crate::syntax::{Kind, Language, Node};
use dogpile_lint::LintResult;
use dogpile_report::Finding;
use dogpile_source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// What is done to a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It goes.
    Delete,
    /// It stands twice.
    Duplicate,
    /// It and the next one change places.
    Swap,
}

impl Change {
    /// In the order of tables.
    pub const ALL: [Self; 3] = [Self::Delete, Self::Duplicate, Self::Swap];

    /// For tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Duplicate => "duplicate",
            Self::Swap => "swap",
        }
    }
}

/// Up to so many changes of one kind make one text.
const AT_ONCE: usize = 3;

/// Random numbers that are the same each time (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((word ^ (word >> 31)) % end.max(1) as u64) as usize
    }
}

/// A file with its statements in disorder.
#[derive(Clone, Debug)]
pub struct Scrambled {
    /// What was done.
    pub change: Change,
    /// The text now. It need not be a program any more.
    pub text: String,
}

/// So many texts of each kind for a file. `None`: it does not parse as it is.
#[must_use]
pub fn scrambled(project: &Project, path: &str, seed: u64, rounds: usize) -> Option<(Language, Vec<Scrambled>)> {
    let (language, text, tree) = project.tree(path)?;
    let lists: Vec<Vec<&Node>> = tree
        .all()
        .into_iter()
        .filter(|node| matches!(node.kind, Kind::Block | Kind::File))
        .map(|node| node.children.iter().filter(|c| c.raw != "comment").collect())
        .collect();
    // A statement is as likely as any other, wherever it stands.
    let places: Vec<(usize, usize)> =
        lists.iter().enumerate().flat_map(|(list, nodes)| (0..nodes.len()).map(move |at| (list, at))).collect();
    let own = path.bytes().fold(seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut dice = Dice(own);
    let (mut made, mut seen) = (Vec::new(), BTreeSet::from([text.to_owned()]));
    for _ in 0..rounds {
        for change in Change::ALL {
            let count = 1 + dice.below(AT_ONCE);
            let edits: Vec<Edit> = (0..count)
                .filter_map(|_| places.get(dice.below(places.len())))
                .filter_map(|(list, at)| edits(change, &lists[*list], *at, text))
                .flatten()
                .collect();
            // What overlaps is left out: another round comes.
            let Some(text) = apply(text, &edits) else { continue };
            if seen.insert(text.clone()) {
                made.push(Scrambled { change, text });
            }
        }
    }
    Some((language, made))
}

fn edits(change: Change, list: &[&Node], at: usize, text: &str) -> Option<Vec<Edit>> {
    let node = list.get(at)?;
    Some(match change {
        Change::Delete => vec![Edit::replace(node.span.clone(), "")],
        Change::Duplicate => vec![Edit::insert(node.span.end, format!("\n{}", node.text(text)))],
        Change::Swap => {
            let next = list.get(at + 1)?;
            vec![Edit::replace(node.span.clone(), next.text(text)), Edit::replace(next.span.clone(), node.text(text))]
        }
    })
}

/// What a run over a scrambled file broke: nothing, or sentences.
#[must_use]
pub fn broken(path: &str, before: &LintResult, after: &LintResult) -> Vec<String> {
    let mut all: Vec<String> = after.problems.iter().filter(|p| is_bug(p)).cloned().collect();
    all.extend(after.findings.iter().flat_map(|finding| outside(after, finding)));
    all.extend(elsewhere(path, before, after));
    all
}

/// Problems that tell of the linter's own faults.
fn is_bug(problem: &str) -> bool {
    ["the front end failed", "the analysis failed", "the rule "].iter().any(|word| problem.contains(word))
}

/// Places of a finding that no file has.
fn outside(result: &LintResult, finding: &Finding) -> Vec<String> {
    let labels = finding.labels.iter().chain(&finding.steps).map(|label| label.span);
    let spans = std::iter::once(finding.primary).chain(labels);
    let wrong = spans.filter(|span| {
        let file = result.sources.get(span.file);
        file.is_none_or(|file| file.text.get(span.start as usize..span.end as usize).is_none())
    });
    wrong.map(|span| format!("{} points outside of {}: {span:?}", finding.rule, result.sources.path(span))).collect()
}

/// Findings of other files that came or went though no story of theirs leads through this one.
fn elsewhere(path: &str, before: &LintResult, after: &LintResult) -> Vec<String> {
    let mut told: BTreeMap<String, (i64, &str)> = BTreeMap::new();
    for (result, step) in [(before, -1), (after, 1)] {
        for finding in &result.findings {
            let file = result.sources.path(finding.primary);
            let key = format!("{} in {} at {file}: {}", finding.rule, finding.function, finding.message);
            if file != path {
                told.entry(key).or_insert((0, file)).0 += step;
            }
        }
    }
    let near = neighbours(path, before).into_iter().chain(neighbours(path, after)).collect::<BTreeSet<String>>();
    let changed = told.into_iter().filter(|(_, (sum, file))| *sum != 0 && !near.contains(*file));
    changed.map(|(key, (sum, _))| format!("{sum:+} {key}")).collect()
}

/// Files that some story shares with this one.
fn neighbours(path: &str, result: &LintResult) -> BTreeSet<String> {
    let (followed, places) = (&result.lifecycles.touched, result.lifecycles.places());
    let all = followed.iter().map(|(story, spans)| (story.as_str(), spans)).chain(places.iter().map(|(s, p)| (*s, p)));
    let mut stories: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (story, spans) in all {
        let files = spans.iter().map(|span: &Span| result.sources.path(*span).to_owned());
        stories.entry(story).or_default().extend(files);
    }
    stories.into_values().filter(|files| files.contains(path)).flatten().collect()
}

/// What became of the scrambled texts of one file.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    /// Kind of change, language, and whether all was well.
    pub runs: Vec<(Change, Language, bool)>,
    /// What broke, with its text.
    pub failures: Vec<String>,
    /// The slowest run.
    pub slowest: Duration,
}

/// Tries so many texts of each kind for a file; a run that takes longer than `limit` is a failure.
#[must_use]
pub fn scramble(project: &Project, path: &str, seed: u64, rounds: usize, limit: Duration) -> Tried {
    let mut tried = Tried::default();
    let Some((language, texts)) = scrambled(project, path, seed, rounds) else { return tried };
    let before = project.lint();
    for Scrambled { change, text } in texts {
        let changed = project.with(&[(path.to_owned(), text.clone())]);
        let start = Instant::now();
        let after = changed.lint();
        let took = start.elapsed();
        tried.slowest = tried.slowest.max(took);
        let mut wrong = broken(path, &before, &after);
        if took > limit {
            wrong.push(format!("took {} ms", took.as_millis()));
        }
        if !wrong.is_empty() {
            let diff = difference(project.text(path).unwrap_or_default(), &text);
            tried.failures.push(format!(
                "{}: {}: {path}\n  {}\n{diff}",
                change.name(),
                project.name,
                wrong.join("\n  ")
            ));
        }
        tried.runs.push((change, language, wrong.is_empty()));
    }
    tried
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORK: &str = "package app\n\nfunc work() {\n\tone()\n\t// said of two\n\ttwo()\n}\n";

    fn project() -> Project {
        Project { files: vec![("work.go".to_owned(), WORK.to_owned())], ..Project::default() }
    }

    #[test]
    fn statements_go_stand_twice_and_change_places() {
        let (_, texts) = scrambled(&project(), "work.go", 7, 40).expect("it parses");
        let has = |change: Change, part: &str| texts.iter().any(|t| t.change == change && t.text.contains(part));
        assert!(has(Change::Delete, "{\n\t\n\t// said of two\n\ttwo()\n}"), "{texts:#?}");
        assert!(has(Change::Duplicate, "\tone()\none()\n"), "{texts:#?}");
        assert!(has(Change::Swap, "{\n\ttwo()\n\t// said of two\n\tone()\n}"), "{texts:#?}");
    }

    #[test]
    fn a_seed_gives_the_same_texts_each_time() {
        let texts = |seed| {
            let (_, texts) = scrambled(&project(), "work.go", seed, 9).expect("it parses");
            texts.into_iter().map(|t| t.text).collect::<Vec<_>>()
        };
        assert_eq!(texts(1), texts(1));
        assert_ne!(texts(1), texts(2));
    }

    #[test]
    fn places_and_files_that_are_not_meant_are_told() {
        let lock = "package app\n\nimport (\n\t\"context\"\n\n\t\"github.com/redis/go-redis/v9\"\n)\n\nfunc take(ctx context.Context, rdb *redis.Client) {\n\tif ok, err := rdb.SetNX(ctx, \"lock:job\", 1, 1e10).Result(); err != nil || !ok {\n\t\treturn\n\t}\n\twork()\n\trdb.Del(ctx, \"lock:job\")\n}\n";
        let files =
            vec![("go.mod".to_owned(), "module example.com/app\n".to_owned()), ("lock.go".to_owned(), lock.to_owned())];
        let before = Project { files, ..Project::default() }.lint();
        assert!(!before.findings.is_empty(), "{:?}", before.problems);
        assert_eq!(broken("lock.go", &before, &before), Vec::<String>::new());
        let mut short =
            Project { files: vec![("lock.go".to_owned(), "package app\n".to_owned())], ..Project::default() }.lint();
        short.findings = before.findings.clone();
        assert!(broken("lock.go", &before, &short).iter().any(|line| line.contains("points outside")));
        let none = LintResult::default();
        assert!(broken("other.go", &before, &none).iter().any(|line| line.starts_with("-1 ")));
        let bug = LintResult {
            problems: vec!["lock.go: the front end failed on this file: x".to_owned()],
            ..LintResult::default()
        };
        assert_eq!(broken("lock.go", &bug, &bug).len(), 1);
    }
}
