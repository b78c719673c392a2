//! What would take a result away.

use super::model::{ArtifactChange, Fix as Out, FixProperties, Message, Replacement};
use super::{artifact, region};
use crate::fix::{Edit, Fix};
use crate::report::Report;
use std::borrow::Cow;

/// A fix, if it changes anything: its edits, by file.
pub(super) fn fix<'r>(report: &Report<'r>, fix: &'r Fix) -> Option<Out<'r>> {
    let mut files: Vec<(&str, Vec<&Edit>)> = Vec::new();
    for edit in &fix.edits {
        let path = report.sources.path(edit.span);
        match files.iter_mut().find(|(known, _)| *known == path) {
            Some((_, edits)) => edits.push(edit),
            None => files.push((path, vec![edit])),
        }
    }
    let replacement = |edit: &'r Edit| Replacement {
        deleted_region: region(report, edit.span),
        inserted_content: Message { text: Cow::Borrowed(&edit.text), markdown: None },
    };
    let change = |(path, edits): (&str, Vec<&'r Edit>)| ArtifactChange {
        artifact_location: artifact(report, path),
        replacements: edits.into_iter().map(replacement).collect(),
    };
    let artifact_changes: Vec<_> = files.into_iter().map(change).collect();
    let properties = FixProperties { safe: fix.safe };
    (!artifact_changes.is_empty()).then(|| Out { description: super::text(&fix.title), artifact_changes, properties })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{entries, finding, fix_of, report, rules, sources};
    use dogpile_source::{FileId, Span};
    use serde_json::{Value, json};

    #[test]
    fn edits_stand_by_file_and_in_utf16() {
        let mut all = entries(vec![finding("leaked-lock", 0, 1)]);
        let mut two = fix_of("bound it", true, 8, 8, ", ttl");
        two.edits.push(Edit { span: Span::new(FileId(1), 0, 3), text: String::new() });
        two.edits.push(Edit { span: Span::new(FileId(0), 10, 12), text: "x".to_owned() });
        all[0].fixes = vec![Fix { title: "nothing".to_owned(), safe: true, edits: Vec::new() }, two];
        let (rules, sources) = (rules(), sources(&[("a.go", "x 😀 lock()\n"), ("b.go", "abc\n")]));
        let log: Value = serde_json::from_str(&crate::to_sarif(&report(&rules, &all, &[], &sources))).expect("JSON");
        let fixes = log["runs"][0]["results"][0]["fixes"].as_array().expect("fixes");
        assert_eq!(fixes.len(), 1, "a fix without edits is none");
        assert_eq!(fixes[0]["description"]["text"], "bound it");
        let changes = &fixes[0]["artifactChanges"];
        assert_eq!(changes[0]["artifactLocation"]["uri"], "a.go");
        assert_eq!(
            changes[0]["replacements"][0],
            json!({
                "deletedRegion": {"startLine": 1, "startColumn": 7, "endLine": 1, "endColumn": 7},
                "insertedContent": {"text": ", ttl"}
            })
        );
        assert_eq!(changes[0]["replacements"].as_array().map(Vec::len), Some(2));
        assert_eq!(changes[1]["replacements"][0]["insertedContent"]["text"], "");
    }
}
