//! JSON lines: a finding is a line, and the last line is the summary.

use super::{JSON_VERSION, ToolOut, finding, gone, problem, summary};
use crate::clean::json_line;
use crate::report::Report;
use serde::Serialize;

#[derive(Serialize)]
struct Line<T> {
    r#type: &'static str,
    #[serde(flatten)]
    body: T,
}

#[derive(Serialize)]
struct Last<T> {
    version: u32,
    tool: ToolOut,
    #[serde(flatten)]
    summary: T,
}

/// The report as JSON lines. A reader that sees no `summary` has not seen all.
#[must_use]
pub fn to_jsonl(report: &Report<'_>) -> String {
    let mut out = String::new();
    for entry in report.entries {
        out.push_str(&json_line(&Line { r#type: "finding", body: finding(report.sources, entry) }));
    }
    for one in report.gone {
        out.push_str(&json_line(&Line { r#type: "gone", body: gone(one) }));
    }
    for one in report.problems {
        out.push_str(&json_line(&Line { r#type: "problem", body: problem(report.sources, one) }));
    }
    let last = Last { version: JSON_VERSION, tool: ToolOut::of(&report.tool), summary: summary(report) };
    out.push_str(&json_line(&Line { r#type: "summary", body: last }));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gone_one, report, standings};
    use serde_json::Value;

    #[test]
    fn lines_say_what_the_object_says() {
        let (rules, entries, sources) = standings();
        let gone = [gone_one()];
        let report = Report { gone: &gone, ..report(&rules, &entries, &[], &sources) };
        let whole: Value = serde_json::from_str(&super::super::to_json(&report)).expect("JSON");
        let mut lines: Vec<Value> =
            to_jsonl(&report).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let types: Vec<Value> = lines.iter_mut().map(|line| line["type"].take()).collect();
        assert_eq!(types, ["finding", "finding", "finding", "gone", "summary"]);
        for line in &mut lines {
            line.as_object_mut().expect("an object").remove("type");
        }
        assert_eq!(lines[..3], whole["findings"].as_array().expect("findings")[..]);
        assert_eq!(lines[3], whole["gone"][0]);
        let last = lines[4].as_object_mut().expect("an object");
        assert_eq!(last.remove("version"), Some(1.into()));
        assert_eq!(last.remove("tool"), Some(whole["tool"].clone()));
        assert_eq!(lines[4], whole["summary"]);
    }
}
