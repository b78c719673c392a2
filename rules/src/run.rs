//! Runs rules over facts.

use crate::emit::Out;
use crate::rule::{Check, Rule};
use dogpile_analysis::lifecycle::{Class, Lifecycles};
use dogpile_report::{Finding, Level};
use std::collections::BTreeMap;

/// Levels that somebody chose; a rule that is not named decides by itself.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Level by slug: all findings of the rule get it.
    pub levels: BTreeMap<String, Level>,
}

/// Every rule over everything found, in reporting order.
#[must_use]
pub fn run(lifecycles: &Lifecycles, settings: &Settings) -> Vec<Finding> {
    finish(crate::all().iter().flat_map(|rule| run_rule(rule, lifecycles, settings)).collect())
}

/// One rule over everything found: for callers that survive a panic of a single rule. Pass all of it to [`finish`].
#[must_use]
pub fn run_rule(rule: &'static Rule, lifecycles: &Lifecycles, settings: &Settings) -> Vec<Finding> {
    let level = settings.levels.get(rule.slug).copied();
    let mut found = Vec::new();
    if level == Some(Level::Off) {
        return found;
    }
    let mut out = Out::new(rule, level, lifecycles.fleet, &mut found);
    match rule.check {
        Check::Lock(check) => {
            lifecycles.locks.iter().filter(|lock| lock.class == Class::Lock).for_each(|lock| check(lock, &mut out));
        }
        Check::Command(check) => lifecycles.locks.iter().for_each(|lock| check(lock, &mut out)),
        Check::Flight(check) => lifecycles.flights.iter().for_each(|flight| check(flight, &mut out)),
        Check::Miss(check) => lifecycles.misses.iter().for_each(|miss| check(miss, &mut out)),
        Check::Fill(check) => lifecycles.fills.iter().for_each(|fill| check(fill, &mut out)),
        Check::Pair(check) => lifecycles.check_then_sets.iter().for_each(|pair| check(pair, &mut out)),
    }
    found
}

/// Sorts by place and name, and keeps one finding for a rule and place: the surest, and of those the worst. A fault in a helper
/// is seen from every session that goes through it, and is told once.
#[must_use]
pub fn finish(mut findings: Vec<Finding>) -> Vec<Finding> {
    // Between equals the shortest story is told: its lock is the nearest. Then names decide, not where in the source a
    // session comes: functions may change places.
    findings.sort_by(|a, b| {
        (a.primary, a.rule)
            .cmp(&(b.primary, b.rule))
            .then_with(|| (b.confidence, b.level).cmp(&(a.confidence, a.level)))
            .then_with(|| a.labels.len().cmp(&b.labels.len()))
            .then_with(|| (&a.function, &a.subject, &a.message).cmp(&(&b.function, &b.subject, &b.message)))
    });
    findings.dedup_by(|later, kept| (later.primary, later.rule) == (kept.primary, kept.rule));
    findings
}
