//! What a fix has to pass before anybody hears of it.

use crate::input::InputFile;
use crate::output::say;
use crate::pipeline::{Options, Outcome, lint, lint_again};
use crate::prefilter::Hit;
use crate::warm::Warm;
use dogpile_fix::{applied, collide, in_order, moved, overlap, parses};
use dogpile_harness::explore::Bounds;
use dogpile_harness::judge::survives;
use dogpile_harness::lower::Subject;
use dogpile_report::{Edit, Entry, Fix, Level, clean};
use dogpile_source::SourceMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

/// States looked at for one fix, at most.
const STATES: usize = 200_000;

/// Tries fixes on the files of a run.
pub(crate) struct Gate<'g> {
    pub(super) files: &'g [InputFile],
    pub(super) options: &'g Options<'g>,
    /// What the run left: then all files are linted again, and that soon.
    pub(super) warm: Option<&'g Mutex<Warm>>,
    pub(super) stop: &'g AtomicBool,
}

/// Nobody stops a run that makes fixes.
static NEVER: AtomicBool = AtomicBool::new(false);

/// The files with fixes made, and what is found in them.
pub(crate) struct After {
    /// The files.
    pub files: Vec<InputFile>,
    /// What is found.
    pub outcome: Outcome,
    /// What was done to each file.
    edits: Vec<Edit>,
}

/// Fixes of a wave that hold.
pub(crate) struct Held {
    /// Places in the list of fixes, together where they passed in one try.
    groups: Vec<Vec<usize>>,
    /// What the try made, where there was one group.
    made: Option<After>,
}

impl Held {
    /// All of them, in order.
    pub(crate) fn all(&self) -> Vec<usize> {
        let mut all: Vec<usize> = self.groups.iter().flatten().copied().collect();
        all.sort_unstable();
        all
    }
}

/// What findings are counted by: lines move, these do not.
pub(crate) type Key = (&'static str, String, String, String);

impl<'g> Gate<'g> {
    pub(crate) fn new(files: &'g [InputFile], options: &'g Options<'g>) -> Self {
        Self { files, options, warm: None, stop: &NEVER }
    }

    /// Which fixes of a wave hold, by their place in `open`. They are tried together; where one does not pass, it is tried
    /// again by itself, and the others without it.
    pub(crate) fn hold(&self, before: &Outcome, open: &[(usize, Fix)], wave: Vec<usize>) -> Held {
        let mut held = Held { groups: Vec::new(), made: None };
        let mut left = vec![wave];
        while let Some(wave) = left.pop() {
            if wave.is_empty() {
                continue;
            }
            let alone = wave.len() == 1;
            let Some(after) = self.after(before, open, &wave) else {
                left.extend(wave.into_iter().filter(|_| !alone).map(|at| vec![at]));
                continue;
            };
            let bad = self.faults(before, &after, open, &wave);
            if bad.is_empty() {
                held.made = held.groups.is_empty().then_some(after);
                held.groups.push(wave);
            } else if alone {
                self.tell(before, open, &bad);
            } else {
                let out: BTreeSet<usize> = bad.into_iter().map(|(at, _)| at).collect();
                left.push(wave.into_iter().filter(|at| !out.contains(at)).collect());
                left.extend(out.into_iter().map(|at| vec![at]));
            }
        }
        held
    }

    /// Makes the fixes that hold, all of them at once. What passed apart may fail together: then only the largest group
    /// is made. Gives the places of those that were made.
    pub(crate) fn make(&self, before: &Outcome, open: &[(usize, Fix)], held: Held) -> Option<(Vec<usize>, After)> {
        let all = held.all();
        if let Some(after) = held.made {
            return Some((all, after));
        }
        if let Some(after) =
            self.after(before, open, &all).filter(|after| self.faults(before, after, open, &all).is_empty())
        {
            return Some((all, after));
        }
        let largest = held.groups.into_iter().rev().max_by_key(Vec::len)?;
        let after = self.after(before, open, &largest)?;
        Some((largest, after))
    }

    /// Which fixes of a wave do not pass as they were made, and why.
    fn faults(&self, before: &Outcome, after: &After, open: &[(usize, Fix)], wave: &[usize]) -> Vec<(usize, String)> {
        wave.iter().filter_map(|at| Some((*at, self.fault(before, after, open, wave, *at)?))).collect()
    }

    fn tell(&self, before: &Outcome, open: &[(usize, Fix)], bad: &[(usize, String)]) {
        for (at, why) in bad.iter().filter(|_| self.options.stats) {
            let Some(entry) = before.entries.get(open[*at].0) else { continue };
            let place = entry.finding.primary;
            let (path, line) = (before.sources.path(place), before.sources.start(place).line);
            say(&clean(&format!("{path}:{line}: {}: not offered: {}: {why}", entry.finding.rule, open[*at].1.title)));
        }
    }

    /// Makes fixes in memory and lints again. `None`: the text does not take them.
    fn after(&self, before: &Outcome, open: &[(usize, Fix)], wave: &[usize]) -> Option<After> {
        let edits = in_order(wave.iter().flat_map(|at| open[*at].1.edits.iter().cloned()).collect());
        let files = edited(self.files, &before.sources, &edits)?;
        if let Some(warm) = self.warm {
            let mut warm = warm.lock().unwrap_or_else(PoisonError::into_inner);
            let outcome = lint_again(&files, self.options, Some(&mut *warm), self.stop)?;
            return Some(After { files, outcome, edits });
        }
        // What was not parsed before has nothing to do with it.
        let parsed: BTreeSet<&str> = before.sources.iter().map(|(_, file)| file.path.as_str()).collect();
        let some: Vec<InputFile> = files.iter().filter(|file| parsed.contains(file.path.as_str())).cloned().collect();
        let outcome = lint(&some, self.options);
        Some(After { files, outcome, edits })
    }

    /// What is wrong with a fix that was made among others.
    fn fault(
        &self,
        before: &Outcome,
        after: &After,
        open: &[(usize, Fix)],
        wave: &[usize],
        at: usize,
    ) -> Option<String> {
        let (entry, fix) = (before.entries.get(open[at].0)?, &open[at].1);
        for file in fix.edits.iter().map(|e| e.span.file).collect::<BTreeSet<_>>() {
            let path = before.sources.get(file).map(|f| f.path.as_str())?;
            let text = after.files.iter().find(|f| f.path == path).and_then(|f| f.text.as_deref()).unwrap_or("");
            if !parses(path, text) {
                return Some("the file would not parse".to_owned());
            }
            let problems = |outcome: &Outcome| outcome.problems.iter().filter(|p| p.path == path).count();
            if problems(&after.outcome) > problems(before) {
                return Some("a part of the file would not be understood".to_owned());
            }
        }
        let (old, new) = (counted(before), counted(&after.outcome));
        let mine = key(&before.sources, entry);
        let fixed = wave
            .iter()
            .filter(|at| before.entries.get(open[**at].0).is_some_and(|e| key(&before.sources, e) == mine))
            .count();
        if new.get(&mine).map_or(0, |(n, _)| *n) + fixed > old.get(&mine).map_or(0, |(n, _)| *n) {
            return Some("the finding would still be there".to_owned());
        }
        let fresh =
            new.iter().find(|(key, (n, level))| *level >= Level::Warning && *n > old.get(*key).map_or(0, |(n, _)| *n));
        if let Some(((rule, ..), _)) = fresh {
            return Some(format!("{rule} would be found"));
        }
        unsound(before, entry, after)
    }
}

/// Why the repaired program does not survive the explorer.
fn unsound(before: &Outcome, entry: &Entry, after: &After) -> Option<String> {
    let finding = &entry.finding;
    // What is no rule about a protocol claims nothing of one.
    let rule = dogpile_rules::find(finding.rule)?;
    let mut focus = moved(finding.primary, &after.edits);
    // Another run numbers its files by itself.
    let path = before.sources.path(finding.primary);
    let Some((id, _)) = after.outcome.sources.iter().find(|(_, f)| f.path == path) else {
        return Some("the file would not be read".to_owned());
    };
    focus.file = id;
    let bounds = Bounds { states: STATES, ..Bounds::default() };
    let Some(subject) = Subject::find(&after.outcome.lifecycles, rule.subject(), &finding.session, focus) else {
        return Some("the repaired lock would not be recognised".to_owned());
    };
    // A pause more than the rule claims shows what other findings on this lock tell of already.
    let told =
        after.outcome.entries.iter().filter(|e| e.finding.session == finding.session && e.finding.rule != finding.rule);
    let one_more = !told.filter_map(|e| dogpile_rules::find(e.finding.rule)).any(|other| {
        other
            .claims
            .iter()
            .any(|theirs| theirs.faults.pauses > 0 && rule.claims.iter().any(|ours| ours.invariant == theirs.invariant))
    });
    survives(&subject, rule, focus, &bounds, one_more)
        .err()
        .map(|why| format!("the repaired program does not hold: {why}"))
}

/// Fixes that can be tried together: they do not overlap, and none is about the same lock as another.
pub(crate) fn wave(outcome: &Outcome, open: &[(usize, Fix)]) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    let mut sessions = BTreeSet::new();
    for (at, (entry, fix)) in open.iter().enumerate() {
        let Some(entry) = outcome.entries.get(*entry) else { continue };
        let session = (&entry.finding.session, entry.finding.primary.file);
        let free = chosen
            .iter()
            .map(|other| &open[*other].1.edits)
            .all(|other| !overlap(other, &fix.edits) && !collide(other, &fix.edits, &outcome.sources));
        if free && (entry.finding.session.is_empty() || sessions.insert(session)) {
            chosen.push(at);
        }
    }
    chosen
}

/// Files with edits made.
fn edited(files: &[InputFile], sources: &SourceMap, edits: &[Edit]) -> Option<Vec<InputFile>> {
    let mut by_path: BTreeMap<&str, Vec<Edit>> = BTreeMap::new();
    for edit in edits {
        by_path.entry(sources.get(edit.span.file)?.path.as_str()).or_default().push(edit.clone());
    }
    let mut all = files.to_vec();
    for (path, edits) in by_path {
        let file = all.iter_mut().find(|file| file.path == path)?;
        let old = sources.iter().find(|(_, f)| f.path == path)?.1.text.clone();
        file.text = Some(Arc::from(applied(&old, &edits)?));
        file.hit = Hit::Alone;
    }
    Some(all)
}

/// What a finding is counted by.
pub(crate) fn key(sources: &SourceMap, entry: &Entry) -> Key {
    let finding = &entry.finding;
    (finding.rule, sources.path(finding.primary).to_owned(), finding.function.clone(), finding.subject.clone())
}

/// Findings by what they are counted by, reported or not: nothing is new that was only left out.
fn counted(outcome: &Outcome) -> BTreeMap<Key, (usize, Level)> {
    let mut all: BTreeMap<Key, (usize, Level)> = BTreeMap::new();
    for entry in outcome.entries.iter().chain(&outcome.elsewhere).filter(|e| e.finding.suppressed.is_none()) {
        let seen = all.entry(key(&outcome.sources, entry)).or_insert((0, entry.finding.level));
        *seen = (seen.0 + 1, seen.1.max(entry.finding.level));
    }
    all
}

#[cfg(test)]
mod tests;
