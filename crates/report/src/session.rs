//! Findings that belong together.

use crate::report::{Entry, Report};
use std::collections::BTreeMap;

/// What is shown, by session, in the order of each session's first place; in a session the worst first.
pub(crate) fn sessions<'r>(report: &Report<'r>) -> Vec<Vec<&'r Entry>> {
    let mut sessions: Vec<Vec<&Entry>> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in report.shown() {
        if entry.finding.session.is_empty() {
            sessions.push(vec![entry]);
            continue;
        }
        let index = *known.entry(entry.finding.session.as_str()).or_insert(sessions.len());
        match sessions.get_mut(index) {
            Some(session) => session.push(entry),
            None => sessions.push(vec![entry]),
        }
    }
    for session in &mut sessions {
        session.sort_by(|a, b| {
            let (a, b) = (&a.finding, &b.finding);
            (b.level, b.confidence).cmp(&(a.level, a.confidence)).then(a.primary.cmp(&b.primary))
        });
    }
    sessions
}
