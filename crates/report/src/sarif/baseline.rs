//! Where results stand against a baseline.
//!
//! Known ones stay, suppressed: services that miss a result call it fixed, and open it again when it comes back.

use super::artifact;
use super::model::{Location, PhysicalLocation, Region, Result, Suppression};
use crate::report::{Entry, Gone, Report, Standing};
use std::collections::BTreeMap;

pub(super) fn state(standing: Standing) -> Option<&'static str> {
    match standing {
        Standing::NotCompared => None,
        Standing::New => Some("new"),
        Standing::Known => Some("unchanged"),
    }
}

pub(super) fn suppression(entry: &Entry) -> Option<Suppression<'static>> {
    let known = entry.standing == Standing::Known;
    known.then_some(Suppression { kind: "external", status: "accepted", justification: "the baseline has it" })
}

/// A result that the baseline has and the code has no more.
pub(super) fn absent<'r>(report: &Report<'r>, gone: &'r Gone) -> Result<'r> {
    let physical_location = PhysicalLocation {
        artifact_location: artifact(report, &gone.path),
        region: Some(Region { start_line: gone.line.max(1), rest: None }),
    };
    Result {
        rule_id: &gone.rule,
        rule_index: report.rules.iter().position(|rule| rule.slug == gone.rule),
        level: None,
        message: super::text(&gone.message),
        locations: [Location { id: None, physical_location, message: None }],
        related_locations: Vec::new(),
        code_flows: Vec::new(),
        partial_fingerprints: BTreeMap::from([(super::FINGERPRINT, gone.fingerprint.as_str())]),
        suppressions: Vec::new(),
        baseline_state: Some("absent"),
        fixes: Vec::new(),
        properties: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gone_one, report, standings};
    use serde_json::{Value, json};

    #[test]
    fn known_ones_stay_and_gone_ones_are_told() {
        let (rules, entries, sources) = standings();
        let gone = [gone_one()];
        let report = Report { gone: &gone, ..report(&rules, &entries, &[], &sources) };
        let log: Value = serde_json::from_str(&crate::to_sarif(&report)).expect("JSON");
        let results = log["runs"][0]["results"].as_array().expect("results");
        let states: Vec<_> = results.iter().map(|r| r["baselineState"].as_str().expect("a state")).collect();
        assert_eq!(states, ["new", "unchanged", "new", "absent"]);
        assert_eq!(results[1]["suppressions"][0]["kind"], "external");
        assert_eq!(results[2]["suppressions"][0]["kind"], "inSource");
        assert_eq!(results[3]["suppressions"], json!([]));
        assert_eq!(results[3]["partialFingerprints"]["dogpileLint/v1"], gone[0].fingerprint.as_str());
        let place = &results[3]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "old.go");
        assert_eq!(place["region"], json!({ "startLine": 7 }));
    }
}
