//! Tables of what was tried and what came of it.

use crate::edit::difference;
use crate::metamorph::{Morph, differences};
use crate::mutate::{Mutant, killed, mutants, repairs};
use crate::project::Project;
use crate::scramble::scramble;
use crate::syntax::Language;
use dogpile_lint::LintResult;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

/// So much is shown of what was changed.
const DIFF_LINES: usize = 60;

/// How many of how many, by row and language.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: BTreeMap<(String, Language), (usize, usize)>,
    /// What failed, with its story.
    pub failures: Vec<String>,
}

impl Table {
    fn count(&mut self, row: &str, language: Language, good: bool) {
        let cell = self.rows.entry((row.to_owned(), language)).or_default();
        cell.0 += usize::from(good);
        cell.1 += 1;
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: Self) {
        for (key, (good, all)) in other.rows {
            let cell = self.rows.entry(key).or_default();
            *cell = (cell.0 + good, cell.1 + all);
        }
        self.failures.extend(other.failures);
    }

    /// The same with one row for all that was tried.
    #[must_use]
    pub fn languages(&self) -> Self {
        let mut sum = Self::default();
        for ((_, language), (good, all)) in &self.rows {
            let cell = sum.rows.entry(("all".to_owned(), *language)).or_default();
            *cell = (cell.0 + good, cell.1 + all);
        }
        sum
    }

    /// Rows below this share, as text; those that miss no more than so many are not.
    #[must_use]
    pub fn below(&self, share: f64, spared: usize) -> Vec<String> {
        let low = |(good, all): &(usize, usize)| (*good as f64) < share * (*all as f64) && all - good > spared;
        self.rows
            .iter()
            .filter(|(_, cell)| low(cell))
            .map(|((row, l), (good, all))| format!("{row} in {}: {good}/{all}", l.name()))
            .collect()
    }

    /// All that was tried.
    #[must_use]
    pub fn total(&self) -> (usize, usize) {
        self.rows.values().fold((0, 0), |sum, cell| (sum.0 + cell.0, sum.1 + cell.1))
    }

    /// As a table in Markdown.
    #[must_use]
    pub fn markdown(&self, head: &str) -> String {
        let mut text = format!("| {head} | Go | TypeScript | Rust |\n|---|--:|--:|--:|\n");
        let rows: BTreeSet<&String> = self.rows.keys().map(|(row, _)| row).collect();
        let cell = |row: &str, language| match self.rows.get(&(row.to_owned(), language)) {
            Some((good, all)) => format!("{good}/{all}"),
            None => String::new(),
        };
        for row in rows {
            let cells: Vec<String> = Language::ALL.iter().map(|l| cell(row, *l)).collect();
            let _ = writeln!(text, "| {row} | {} |", cells.join(" | "));
        }
        let sum = |language| {
            self.rows.iter().filter(|((_, l), _)| *l == language).fold((0, 0), |s, (_, c)| (s.0 + c.0, s.1 + c.1))
        };
        let sums: Vec<String> =
            Language::ALL.iter().map(|l| sum(*l)).map(|(good, all)| format!("{good}/{all}")).collect();
        let _ = writeln!(text, "| **all** | {} |", sums.join(" | "));
        text
    }
}

/// Every mutant of a project, or those of rules whose name has this word: found or not.
#[must_use]
pub fn mutation(project: &Project, only: &str) -> Table {
    let mut table = Table::default();
    let whole = project.lint();
    let mut near: BTreeMap<String, (Project, LintResult)> = BTreeMap::new();
    for mutant in mutants(project, &whole).into_iter().filter(|mutant| mutant.operator.rule.contains(only)) {
        let (project, before) = near.entry(mutant.path.clone()).or_insert_with(|| {
            let near = project.around(&mutant.path, &whole);
            let before = near.lint();
            (near, before)
        });
        let after = changed(project, &mutant);
        let good = killed(&mutant, before, &after);
        table.count(mutant.operator.rule, mutant.language, good);
        if !good {
            table.failures.push(story(project, &mutant));
        }
    }
    table
}

/// Every repair of a project: silent or not.
#[must_use]
pub fn repair(project: &Project) -> Table {
    let mut table = Table::default();
    let before = project.lint();
    for mutant in repairs(project, &before) {
        let after = changed(project, &mutant);
        let said = |result: &LintResult| result.findings.iter().filter(|f| f.rule == mutant.operator.rule).count();
        let good = said(&after) < said(&before);
        table.count(mutant.operator.rule, mutant.language, good);
        if !good {
            table.failures.push(story(project, &mutant));
        }
    }
    table
}

fn changed(project: &Project, mutant: &Mutant) -> LintResult {
    project.with(&[(mutant.path.clone(), mutant.text.clone())]).lint()
}

fn story(project: &Project, mutant: &Mutant) -> String {
    let old = project.text(&mutant.path).unwrap_or_default();
    let diff = difference(old, &mutant.text);
    format!("{:?}\n  {}: {} in {}\n{diff}", mutant.operator, project.name, mutant.path, mutant.function)
}

/// Every change of a project that means nothing: the findings stay or not.
#[must_use]
pub fn metamorphosis(project: &Project, chosen: &[Morph]) -> Table {
    let mut table = Table::default();
    let before = project.lint();
    for path in matters(&before) {
        let project = &project.around(&path, &before);
        let before = project.lint();
        for morph in chosen {
            for changes in morph.apply(project, &path, &before) {
                let Some(language) = Language::of(&path) else { continue };
                let after = project.with(&changes).lint();
                let told = differences(*morph, &before, &after);
                table.count(morph.name(), language, told.is_empty());
                if !told.is_empty() {
                    let shown: Vec<String> = told.iter().map(|line| format!("  {line}")).collect();
                    let diffs =
                        changes.iter().map(|(path, text)| difference(project.text(path).unwrap_or_default(), text));
                    let diffs: String = diffs
                        .collect::<String>()
                        .lines()
                        .take(DIFF_LINES)
                        .map(|line| format!("    {line}\n"))
                        .collect();
                    table.failures.push(format!(
                        "{}: {}: {path}\n{}\n{diffs}",
                        morph.name(),
                        project.name,
                        shown.join("\n")
                    ));
                }
            }
        }
    }
    table
}

/// How statements are put into disorder.
#[derive(Clone, Copy, Debug)]
pub struct Disorder {
    /// The same seed makes the same texts.
    pub seed: u64,
    /// So many texts of each kind are made of a file.
    pub rounds: usize,
    /// A run that takes longer has failed.
    pub limit: Duration,
}

/// Statements of a project's files in disorder: well or not, and the slowest run.
#[must_use]
pub fn disorder(project: &Project, how: Disorder) -> (Table, Duration) {
    let (mut table, mut slowest) = (Table::default(), Duration::ZERO);
    let before = project.lint();
    for path in matters(&before) {
        let tried = scramble(&project.around(&path, &before), &path, how.seed, how.rounds, how.limit);
        tried.runs.iter().for_each(|(change, language, good)| table.count(change.name(), *language, *good));
        table.failures.extend(tried.failures);
        slowest = slowest.max(tried.slowest);
    }
    (table, slowest)
}

/// Files that a lock's commands or a finding stand in.
fn matters(result: &LintResult) -> BTreeSet<String> {
    let locks = result.lifecycles.locks.iter();
    let spans =
        locks.flat_map(|l| l.releases.iter().map(|r| r.site.span).chain([l.acquire.site.span, l.acquire.site.outer()]));
    let all = spans.chain(result.findings.iter().map(|f| f.primary));
    all.map(|span| result.sources.path(span).to_owned()).collect()
}
