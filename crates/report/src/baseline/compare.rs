//! Which entry of a baseline is which finding.

use super::KnownFinding;
use std::collections::{BTreeMap, VecDeque};

/// What a finding must have in common with an entry; `None`: it has nothing of the kind.
type Pass = fn(&KnownFinding) -> Option<[&str; 4]>;

/// The surest first. A finding that kept its story is found wherever it went, one
/// whose function got another name by its text, and one that lost both in its own file by what it is about.
const PASSES: [Pass; 8] = [
    |k| Some([&k.rule, &k.fingerprint, &k.text, &k.path]),
    |k| Some([&k.rule, &k.fingerprint, &k.text, ""]),
    |k| Some([&k.rule, &k.fingerprint, &k.path, ""]),
    |k| Some([&k.rule, &k.text, &k.path, ""]),
    |k| Some([&k.rule, &k.fingerprint, "", ""]),
    |k| Some([&k.rule, &k.text, "", ""]),
    |k| (!k.subject.is_empty()).then_some([&k.rule, &k.path, &k.subject, ""]),
    |k| (!k.function.is_empty()).then_some([&k.rule, &k.path, &k.function, &k.message]),
];

/// For each finding the entry that knows it; `free` says which entries know none yet. What is alike is taken in order.
pub(super) fn compare(entries: &[KnownFinding], free: &mut [bool], found: &[KnownFinding]) -> Vec<Option<usize>> {
    let mut matched = vec![None; found.len()];
    for pass in PASSES {
        let mut waiting: BTreeMap<[&str; 4], VecDeque<usize>> = BTreeMap::new();
        for (at, entry) in entries.iter().enumerate().filter(|(at, _)| free[*at]) {
            if let Some(key) = pass(entry) {
                waiting.entry(key).or_default().push_back(at);
            }
        }
        if waiting.is_empty() {
            break;
        }
        for (finding, slot) in found.iter().zip(&mut matched).filter(|(_, slot)| slot.is_none()) {
            let entry = pass(finding).and_then(|key| waiting.get_mut(&key)?.pop_front());
            if let Some(at) = entry {
                free[at] = false;
                *slot = Some(at);
            }
        }
    }
    matched
}

#[cfg(test)]
mod tests {
    use super::super::Baseline;
    use super::super::tests::known;

    fn compared(entries: &[super::KnownFinding], found: &[super::KnownFinding]) -> Vec<Option<usize>> {
        Baseline { findings: entries.to_vec() }.compare(found, &[]).0
    }

    #[test]
    fn moves_and_renames_are_followed() {
        let entry = known("a", "x.go", "Take", "t");
        for (what, found) in [
            ("file and text", known("a", "y.go", "Take", "u")),
            ("function and file", known("a", "y.go", "Lock", "t")),
            ("function and text, about the same key", known("a", "x.go", "Lock", "u")),
        ] {
            assert_eq!(compared(std::slice::from_ref(&entry), &[found]), [Some(0)], "{what}");
        }
        let mut other = known("a", "y.go", "Lock", "u");
        assert_eq!(compared(std::slice::from_ref(&entry), std::slice::from_ref(&other)), [None], "all of it");
        other = known("b", "x.go", "Take", "t");
        assert_eq!(compared(&[entry], &[other]), [None], "another rule");
    }

    #[test]
    fn each_entry_knows_one_and_the_surest_match_goes_first() {
        let entries = [known("a", "x.go", "Take", "t"), known("a", "y.go", "Take", "t")];
        let copy = known("a", "b.go", "Take", "t");
        let found = [copy, entries[1].clone(), entries[0].clone()];
        assert_eq!(compared(&entries, &found), [None, Some(1), Some(0)], "the copy is new");
        let suppressed = [entries[0].clone()];
        let all = Baseline { findings: entries.to_vec() };
        assert_eq!(all.compare(&[known("a", "x.go", "Other", "t")], &suppressed), (vec![Some(0)], vec![Some(1)]));
    }
}
