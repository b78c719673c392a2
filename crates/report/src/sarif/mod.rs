//! The report as SARIF 2.1.0, for code scanning services and editors.

mod baseline;
mod fixes;
mod model;

use crate::clean::json_text;
use crate::finding::{Finding, Label, Level};
use crate::places::{address, folder_uri};
use crate::report::{Entry, Problem, ProblemKind, Report, RuleInfo};
use crate::verdict::Verdict;
use dogpile_source::Span;
use model::{
    ArtifactLocation, CodeFlow, Configuration, Descriptor, Driver, Invocation, Location, Log, Message, Notification,
    PhysicalLocation, Properties, Region, Rest, Rule, RuleProperties, Run, Suppression, ThreadFlow, ThreadFlowLocation,
    Tool,
};
use std::borrow::Cow;
use std::collections::BTreeMap;

const ROOT: &str = "SRCROOT";
const FINGERPRINT: &str = "dogpileLint/v1";

/// The report as SARIF.
#[must_use]
pub fn to_sarif(report: &Report<'_>) -> String {
    let root = ArtifactLocation { uri: folder_uri(report.root), uri_base_id: None };
    let driver = Driver {
        name: report.tool.name,
        semantic_version: report.tool.version,
        information_uri: report.tool.uri,
        rules: report.rules.iter().map(rule).collect(),
    };
    let invocation = Invocation {
        execution_successful: !report.problems.iter().any(|p| p.kind == ProblemKind::Bug),
        tool_execution_notifications: report.problems.iter().map(|p| notification(report, p)).collect(),
    };
    let run = Run {
        tool: Tool { driver },
        invocations: [invocation],
        original_uri_base_ids: BTreeMap::from([(ROOT, root)]),
        column_kind: "utf16CodeUnits",
        results: report
            .entries
            .iter()
            .map(|entry| result(report, entry))
            .chain(report.gone.iter().map(|gone| baseline::absent(report, gone)))
            .collect(),
    };
    json_text(&Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [run],
    })
}

fn text(text: &str) -> Message<'_> {
    Message { text: Cow::Borrowed(text), markdown: None }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Off => "none",
        shown => shown.name(),
    }
}

fn rule(info: &RuleInfo) -> Rule<'_> {
    Rule {
        id: info.slug,
        name: pascal(info.slug),
        short_description: text(info.summary),
        full_description: text(first_paragraph(info.docs).unwrap_or(info.summary)),
        help: Message { text: Cow::Borrowed(info.docs), markdown: Some(info.docs) },
        default_configuration: Configuration { enabled: info.level != Level::Off, level: level(info.level) },
        help_uri: &info.uri,
        properties: RuleProperties { tags: vec!["redis", "concurrency", info.group] },
    }
}

/// `leaked-lock` as `LeakedLock`, the form in which SARIF likes names.
fn pascal(slug: &str) -> String {
    let word = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    slug.split('-').filter(|w| w.is_char_boundary(1)).map(word).collect()
}

/// The first paragraph of a page that is no heading.
fn first_paragraph(docs: &str) -> Option<&str> {
    docs.split("\n\n").map(str::trim).find(|part| !part.is_empty() && !part.starts_with('#'))
}

fn result<'r>(report: &Report<'r>, entry: &'r Entry) -> model::Result<'r> {
    let finding = &entry.finding;
    let related =
        finding.labels.iter().enumerate().map(|(n, label)| Location { id: Some(n + 1), ..labelled(report, label) });
    let steps: Vec<_> =
        finding.steps.iter().map(|step| ThreadFlowLocation { location: labelled(report, step) }).collect();
    let flow = |locations| CodeFlow { thread_flows: [ThreadFlow { locations }] };
    let mut flows: Vec<_> = (!steps.is_empty()).then(|| flow(steps)).into_iter().collect();
    // The schedule comes first: viewers show one.
    let schedule =
        finding.verdict.as_ref().map(|verdict| scheduled(report, finding, verdict)).filter(|s| !s.is_empty());
    flows.splice(0..0, schedule.map(flow));
    let in_source = |reason: &'r String| Suppression { kind: "inSource", status: "accepted", justification: reason };
    model::Result {
        rule_id: finding.rule,
        rule_index: report.rules.iter().position(|r| r.slug == finding.rule),
        level: Some(level(finding.level)),
        message: message(finding),
        locations: [place(report, finding.primary, &finding.primary_text)],
        related_locations: related.collect(),
        code_flows: flows,
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, entry.fingerprint.as_str())]),
        suppressions: finding.suppressed.iter().map(in_source).chain(baseline::suppression(entry)).collect(),
        baseline_state: baseline::state(entry.standing),
        fixes: entry.fixes.iter().filter_map(|fix| fixes::fix(report, fix)).collect(),
        properties: Some(Properties {
            confidence: finding.confidence.name(),
            session: &finding.session,
            function: &finding.function,
            verdict: finding.verdict.as_ref().map(|v| model::VerdictProperty {
                evidence: v.evidence.name(),
                invariant: v.invariant,
                says: v.says,
                outcome: &v.outcome,
                clients: v.clients,
                faults: &v.faults,
                server: v.server.as_deref(),
                repaired_with: v.repaired.as_ref().map(|r| r.with.as_str()),
                repaired_holds: v.repaired.as_ref().map(|r| r.holds),
            }),
        }),
    }
}

/// A schedule, one location a step. A step of no line stands where the one before it does.
fn scheduled<'r>(report: &Report<'r>, finding: &'r Finding, verdict: &'r Verdict) -> Vec<ThreadFlowLocation<'r>> {
    let mut at = finding.primary;
    let mut out = Vec::new();
    for turn in &verdict.schedule {
        at = turn.at.unwrap_or(at);
        let who = turn.client.map(|c| format!("{c} ")).unwrap_or_default();
        let sent = if turn.commands.is_empty() {
            String::new()
        } else {
            format!(": {}", crate::proof::command(&turn.commands))
        };
        let reply = turn.reply.as_deref().map(|r| format!(" → {r}")).unwrap_or_default();
        let said = format!("{who}{}{sent}{reply}", turn.what);
        let location =
            Location { message: Some(Message { text: Cow::Owned(said), markdown: None }), ..place(report, at, "") };
        out.push(ThreadFlowLocation { location });
    }
    out
}

/// Services show this and little else, so note and help go with it.
fn message(finding: &Finding) -> Message<'_> {
    let mut whole = finding.message.clone();
    for (head, line) in finding.told() {
        whole.push_str(&format!("\n{head}: {line}"));
    }
    Message { text: Cow::Owned(whole), markdown: None }
}

fn labelled<'r>(report: &Report<'r>, label: &'r Label) -> Location<'r> {
    place(report, label.span, &label.text)
}

fn place<'r>(report: &Report<'r>, span: Span, said: &'r str) -> Location<'r> {
    Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: artifact(report, report.sources.path(span)),
            region: Some(region(report, span)),
        },
        message: (!said.is_empty()).then(|| text(said)),
    }
}

fn region(report: &Report<'_>, span: Span) -> Region {
    let (start, end) = (report.sources.start(span), report.sources.end(span));
    let rest = Rest { start_column: start.utf16, end_line: end.line, end_column: end.utf16 };
    Region { start_line: start.line, rest: Some(rest) }
}

fn artifact(report: &Report<'_>, path: &str) -> ArtifactLocation {
    let address = address(path, report.root);
    ArtifactLocation { uri: address.uri, uri_base_id: address.relative.then_some(ROOT) }
}

fn notification<'r>(report: &Report<'r>, problem: &'r Problem) -> Notification<'r> {
    let location = match problem.span {
        Some(span) => place(report, span, ""),
        None => Location {
            id: None,
            physical_location: PhysicalLocation { artifact_location: artifact(report, &problem.path), region: None },
            message: None,
        },
    };
    Notification {
        descriptor: Descriptor { id: problem.kind.name() },
        level: if problem.kind == ProblemKind::Bug { "error" } else { "warning" },
        message: text(&problem.message),
        locations: (!problem.path.is_empty()).then_some([location]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{entries, finding, label, report, rules, sources};
    use serde_json::{Value, json};

    fn log() -> Value {
        let source = "x := \"😀\"; lock()\nrelease()\n";
        let mut f = finding("lock-without-expiry", 0, 0);
        let at = source.find("lock").expect("there");
        f.primary = Span::new(dogpile_source::FileId(0), at, at + 6);
        f.labels.push(label(1, 0, 3, "released here"));
        f.steps = vec![label(0, at, at + 6, "taken"), label(0, at + 7, at + 16, "left")];
        let mut quiet = finding("leaked-lock", 0, 1);
        quiet.suppressed = Some("the janitor sweeps it".to_owned());
        let (rules, entries) = (rules(), entries(vec![f, quiet]));
        let sources = sources(&[("dir one/a.go", source), ("/home/me/app/b.go", "del()\n")]);
        let problems = [Problem {
            path: "c.go".to_owned(),
            span: None,
            kind: ProblemKind::NotAnalysed,
            reason: "too large".to_owned(),
            message: "5.0 MB is more than 4 MB".to_owned(),
        }];
        serde_json::from_str(&to_sarif(&report(&rules, &entries, &problems, &sources))).expect("JSON")
    }

    #[test]
    fn places_are_utf16_and_relative() {
        let run = &log()["runs"][0];
        let place = &run["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"], json!({"uri": "dir%20one/a.go", "uriBaseId": "SRCROOT"}));
        // The emoji is one character, two UTF-16 units and four bytes.
        assert_eq!(place["region"], json!({"startLine": 1, "startColumn": 12, "endLine": 1, "endColumn": 18}));
        assert_eq!(run["originalUriBaseIds"]["SRCROOT"]["uri"], "file:///home/me/app/");
        assert_eq!(run["columnKind"], "utf16CodeUnits");
        let related = &run["results"][0]["relatedLocations"][0];
        assert_eq!(related["id"], 1);
        assert_eq!(related["physicalLocation"]["artifactLocation"]["uri"], "b.go");
        assert_eq!(related["message"]["text"], "released here");
    }

    #[test]
    fn rules_flows_suppressions_and_problems_are_told() {
        let log = log();
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        assert_eq!(rules.len(), 2);
        assert_eq!((rules[0]["id"].as_str(), rules[0]["name"].as_str()), (Some("leaked-lock"), Some("LeakedLock")));
        assert_eq!(run["results"][0].get("baselineState"), None);
        assert_eq!(run["results"][0].get("fixes"), None);
        assert_eq!(rules[0]["fullDescription"]["text"], "It is bad.");
        assert_eq!(rules[0]["defaultConfiguration"]["level"], "error");
        let results = run["results"].as_array().expect("results");
        assert_eq!(results[0]["ruleIndex"], 1);
        assert_eq!(results[0]["suppressions"], json!([]));
        assert_eq!(results[0]["codeFlows"][0]["threadFlows"][0]["locations"].as_array().map(Vec::len), Some(2));
        assert_eq!(results[0]["partialFingerprints"]["dogpileLint/v1"].as_str().map(str::len), Some(32));
        assert_eq!(results[1]["suppressions"][0]["justification"], "the janitor sweeps it");
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], true);
        let note = &invocation["toolExecutionNotifications"][0];
        assert_eq!(note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "c.go");
        assert_eq!(note["descriptor"]["id"], "not-analysed");
    }
}
