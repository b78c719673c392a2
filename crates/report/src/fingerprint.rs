//! Names of findings that survive edits elsewhere.

use crate::finding::Finding;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A name for each finding, in the same order.
///
/// It is made of the rule, the function (its package's last name and what follows: a package can move), the subject, and
/// a number among findings that are equal in all of these. No path and no line goes into it, so findings keep their names
/// when lines move. `findings` must hold all findings of the run in source order, the hidden ones too: the number counts
/// them.
#[must_use]
pub fn fingerprints(findings: &[Finding]) -> Vec<String> {
    let mut seen: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    findings
        .iter()
        .map(|finding| {
            let key = (finding.rule, pathless(&finding.function), finding.subject.as_str());
            let ordinal = seen.entry(key).and_modify(|n| *n += 1).or_insert(0);
            digest(key, *ordinal)
        })
        .collect()
}

fn pathless(function: &str) -> &str {
    function.rsplit('/').next().unwrap_or(function)
}

fn digest((rule, function, subject): (&str, &str, &str), ordinal: usize) -> String {
    let mut hash = Sha256::new();
    for part in [rule, function, subject, &ordinal.to_string()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut text = String::with_capacity(32);
    for byte in &hash.finalize()[..16] {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::finding;

    #[test]
    fn lines_do_not_matter_and_equals_are_told_apart() {
        let mut a = finding("leaked-lock", 0, 4);
        a.function = "example.com/app/lock.Take".to_owned();
        let mut moved = a.clone();
        moved.primary.start += 100;
        moved.function = "example.com/other/lock.Take".to_owned();
        let twin = a.clone();
        let before = fingerprints(&[a.clone(), twin]);
        assert_eq!(before[0], fingerprints(&[moved])[0]);
        assert_ne!(before[0], before[1]);
        assert_eq!(before[0].len(), 32);
        a.subject.push('x');
        assert_ne!(before[0], fingerprints(&[a])[0]);
    }
}
