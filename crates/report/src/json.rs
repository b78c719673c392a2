//! The report for programs: one JSON object, described in `docs/json.md`.

use crate::clean::json_text;
use crate::finding::{Finding, Label, Level};
use crate::report::{Entry, Problem, ProblemKind, Report};
use crate::verdict::{Turn, Verdict};
use dogpile_source::{SourceMap, Span};
use serde::Serialize;

/// Version of the format. It grows when a field goes away or changes its meaning; new fields come without notice.
pub const JSON_VERSION: u32 = 1;

/// The report as JSON.
#[must_use]
pub fn to_json(report: &Report<'_>) -> String {
    json_text(&Document {
        version: JSON_VERSION,
        tool: ToolOut { name: report.tool.name, version: report.tool.version },
        summary: summary(report),
        findings: report.entries.iter().map(|entry| finding(report.sources, entry)).collect(),
        problems: report.problems.iter().map(|p| problem(report.sources, p)).collect(),
    })
}

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    tool: ToolOut,
    summary: SummaryOut,
    findings: Vec<FindingOut<'r>>,
    problems: Vec<ProblemOut<'r>>,
}

#[derive(Serialize)]
struct ToolOut {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct SummaryOut {
    files_seen: usize,
    files_analysed: usize,
    files_with_locks: usize,
    lock_sessions: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    suppressed: usize,
    hidden: usize,
    followed_in_part: usize,
    not_analysed: usize,
    skipped_generated: usize,
    skipped_tests: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    translation: Option<TranslationOut>,
}

#[derive(Serialize)]
struct TranslationOut {
    statements: u64,
    opaque: u64,
    opaque_percent: f64,
}

#[derive(Serialize)]
struct FindingOut<'r> {
    rule: &'static str,
    level: &'static str,
    confidence: &'static str,
    message: &'r str,
    fingerprint: &'r str,
    session: &'r str,
    function: &'r str,
    primary: PlaceOut<'r>,
    related: Vec<PlaceOut<'r>>,
    note: Option<&'r str>,
    help: Option<&'r str>,
    steps: Vec<PlaceOut<'r>>,
    suppressed: Option<SuppressedOut<'r>>,
    verdict: Option<VerdictOut<'r>>,
}

#[derive(Serialize)]
struct VerdictOut<'r> {
    evidence: &'static str,
    invariant: &'static str,
    says: &'static str,
    outcome: &'r str,
    lock: Option<&'r str>,
    clients: usize,
    faults: &'r str,
    server: Option<&'r str>,
    schedule: Vec<TurnOut<'r>>,
    repaired: Option<RepairedOut<'r>>,
    assumed: &'r [String],
}

#[derive(Serialize)]
struct TurnOut<'r> {
    client: Option<char>,
    what: &'r str,
    at: Option<PlaceOut<'r>>,
    at_ms: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    commands: Vec<Vec<String>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    fate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<&'r str>,
    #[serde(skip_serializing_if = "is_zero")]
    passes_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    expires: &'r [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    lock: Option<HeldOut>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    inside: &'r [char],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    breaks: bool,
}

#[derive(Serialize)]
struct HeldOut {
    by: Option<char>,
    until_ms: Option<u64>,
}

#[derive(Serialize)]
struct RepairedOut<'r> {
    with: &'r str,
    holds: bool,
    faults: &'r str,
    states: usize,
    but: Option<&'r str>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

fn verdict<'r>(sources: &'r SourceMap, v: &'r Verdict) -> VerdictOut<'r> {
    let words = |command: &Vec<Vec<u8>>| command.iter().map(|w| String::from_utf8_lossy(w).into_owned()).collect();
    let turn = |t: &'r Turn| TurnOut {
        client: t.client,
        what: &t.what,
        at: t.at.map(|at| place(sources, at, "")),
        at_ms: t.at_ms,
        commands: t.commands.iter().map(words).collect(),
        fate: t.fate,
        reply: t.reply.as_deref(),
        passes_ms: t.passes_ms,
        fault: t.fault(),
        expires: &t.lapsed,
        lock: t.lock.map(|held| HeldOut { by: held.by, until_ms: held.until_ms }),
        inside: &t.inside,
        breaks: t.breaks,
    };
    VerdictOut {
        evidence: v.evidence.name(),
        invariant: v.invariant,
        says: v.says,
        outcome: &v.outcome,
        lock: v.lock.as_deref(),
        clients: v.clients,
        faults: &v.faults,
        server: v.server.as_deref(),
        schedule: v.schedule.iter().map(turn).collect(),
        repaired: v.repaired.as_ref().map(|r| RepairedOut {
            with: &r.with,
            holds: r.holds,
            faults: &r.faults,
            states: r.states,
            but: r.but.as_deref(),
        }),
        assumed: &v.assumed,
    }
}

#[derive(Serialize)]
struct SuppressedOut<'r> {
    reason: &'r str,
}

#[derive(Serialize)]
struct PlaceOut<'r> {
    path: &'r str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    text: &'r str,
}

#[derive(Serialize)]
struct ProblemOut<'r> {
    path: &'r str,
    line: Option<u32>,
    column: Option<u32>,
    kind: &'static str,
    reason: &'r str,
    message: &'r str,
}

fn summary(report: &Report<'_>) -> SummaryOut {
    let s = &report.summary;
    SummaryOut {
        files_seen: s.files_seen,
        files_analysed: s.files_analysed,
        files_with_locks: s.files_with_locks,
        lock_sessions: s.lock_sessions,
        errors: report.count(Level::Error),
        warnings: report.count(Level::Warning),
        notes: report.count(Level::Note),
        suppressed: report.entries.len() - report.shown().count(),
        hidden: s.hidden,
        followed_in_part: s.cut,
        not_analysed: report.problems.iter().filter(|p| p.kind == ProblemKind::NotAnalysed).count(),
        skipped_generated: s.skipped_generated,
        skipped_tests: s.skipped_tests,
        translation: s.translation.map(|t| TranslationOut {
            statements: t.statements,
            opaque: t.opaque,
            opaque_percent: t.opaque_percent(),
        }),
    }
}

fn finding<'r>(sources: &'r SourceMap, entry: &'r Entry) -> FindingOut<'r> {
    let f: &Finding = &entry.finding;
    let places = |labels: &'r [Label]| labels.iter().map(|l| place(sources, l.span, &l.text)).collect();
    FindingOut {
        rule: f.rule,
        level: f.level.name(),
        confidence: f.confidence.name(),
        message: &f.message,
        fingerprint: &entry.fingerprint,
        session: &f.session,
        function: &f.function,
        primary: place(sources, f.primary, &f.primary_text),
        related: places(&f.labels),
        note: f.note.as_deref(),
        help: f.help.as_deref(),
        steps: places(&f.steps),
        suppressed: f.suppressed.as_deref().map(|reason| SuppressedOut { reason }),
        verdict: f.verdict.as_ref().map(|v| verdict(sources, v)),
    }
}

fn place<'r>(sources: &'r SourceMap, span: Span, text: &'r str) -> PlaceOut<'r> {
    let (start, end) = (sources.start(span), sources.end(span));
    PlaceOut {
        path: sources.path(span),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        text,
    }
}

fn problem<'r>(sources: &SourceMap, p: &'r Problem) -> ProblemOut<'r> {
    let start = p.span.map(|span| sources.start(span));
    ProblemOut {
        path: &p.path,
        line: start.map(|s| s.line),
        column: start.map(|s| s.column),
        kind: p.kind.name(),
        reason: &p.reason,
        message: &p.message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{entries, finding, label, report, rules, sources};
    use serde_json::{Value, json};

    #[test]
    fn every_field_is_there() {
        let mut f = finding("leaked-lock", 8, 12);
        f.labels.push(label(0, 0, 7, "😀"));
        f.suppressed = Some("known".to_owned());
        let (rules, entries) = (rules(), entries(vec![f]));
        let sources = sources(&[("a.go", "package main\n")]);
        let problems = [Problem {
            path: "b.go".to_owned(),
            span: None,
            kind: ProblemKind::NotAnalysed,
            reason: "not UTF-8".to_owned(),
            message: "byte 3 is no UTF-8".to_owned(),
        }];
        let out = to_json(&report(&rules, &entries, &problems, &sources));
        let json: Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(json["version"], 1);
        assert_eq!(json["summary"]["suppressed"], 1);
        assert_eq!(json["summary"]["errors"], 0);
        assert_eq!(json["summary"]["not_analysed"], 1);
        let first = &json["findings"][0];
        assert_eq!(
            first["primary"],
            json!({"path": "a.go", "line": 1, "column": 9, "end_line": 1, "end_column": 13, "text": "taken here"})
        );
        assert_eq!(first["related"][0]["text"], "😀");
        assert_eq!(first["suppressed"], json!({"reason": "known"}));
        assert!(first.as_object().expect("object").contains_key("verdict"));
        assert_eq!(json["problems"][0]["reason"], "not UTF-8");
        assert!(out.ends_with("}\n"));
    }
}
