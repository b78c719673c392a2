//! The report for programs: one JSON object, described in `docs/json.md`.

mod lines;
mod model;

pub use lines::to_jsonl;

use crate::clean::json_text;
use crate::finding::{Finding, Label, Level};
use crate::fix::{Edit, Fix};
use crate::report::{Entry, Gone, Problem, Report, Standing};
use crate::verdict::{Turn, Verdict};
use dogpile_source::{SourceMap, Span};
pub(crate) use model::ToolOut;
use model::{
    Document, EditOut, FindingOut, FixOut, GoneOut, HeldOut, PlaceOut, ProblemOut, RepairedOut, SummaryOut,
    SuppressedOut, TranslationOut, TurnOut, VerdictOut,
};

/// Version of the format. It grows when a field goes away or changes its meaning; new fields come without notice.
pub const JSON_VERSION: u32 = 1;

/// The report as JSON.
#[must_use]
pub fn to_json(report: &Report<'_>) -> String {
    json_text(&Document {
        version: JSON_VERSION,
        tool: ToolOut::of(&report.tool),
        summary: summary(report),
        findings: report.entries.iter().map(|entry| finding(report.sources, entry)).collect(),
        gone: report.gone.iter().map(gone).collect(),
        problems: report.problems.iter().map(|p| problem(report.sources, p)).collect(),
    })
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

fn summary(report: &Report<'_>) -> SummaryOut {
    let s = &report.summary;
    let compared = !report.gone.is_empty() || report.entries.iter().any(|e| e.standing != Standing::NotCompared);
    let fixes = || report.shown().filter_map(Entry::best_fix);
    SummaryOut {
        files_seen: s.files_seen,
        files_analysed: s.files_analysed,
        files_with_locks: s.files_with_locks,
        lock_sessions: s.lock_sessions,
        errors: report.count(Level::Error),
        warnings: report.count(Level::Warning),
        notes: report.count(Level::Note),
        suppressed: report.suppressed(),
        known: compared.then(|| report.known()),
        gone: compared.then_some(report.gone.len()),
        fixable: fixes().count(),
        safely_fixable: fixes().filter(|fix| fix.safe).count(),
        hidden: s.hidden,
        unchanged: (s.unchanged > 0).then_some(s.unchanged),
        followed_in_part: s.cut,
        not_analysed: report.not_analysed(),
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
        standing: entry.standing.name(),
        fixes: entry.fixes.iter().map(|f| fix(sources, f)).collect(),
        verdict: f.verdict.as_ref().map(|v| verdict(sources, v)),
    }
}

fn fix<'r>(sources: &'r SourceMap, fix: &'r Fix) -> FixOut<'r> {
    let edit = |edit: &'r Edit| {
        let PlaceOut { path, line, column, end_line, end_column, text } = place(sources, edit.span, &edit.text);
        EditOut { path, line, column, end_line, end_column, replacement: text }
    };
    FixOut { title: &fix.title, safe: fix.safe, edits: fix.edits.iter().map(edit).collect() }
}

fn gone(g: &Gone) -> GoneOut<'_> {
    GoneOut { rule: &g.rule, fingerprint: &g.fingerprint, path: &g.path, line: g.line, message: &g.message }
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
    use crate::report::ProblemKind;
    use crate::testing::{entries, finding, fix_of, gone_one, label, report, rules, sources, standings};
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

    #[test]
    fn standings_gone_ones_and_fixes() {
        let (rules, mut entries, sources) = standings();
        entries[0].fixes = vec![fix_of("Give it a TTL", true, 8, 12, "Ex")];
        let gone = [gone_one()];
        let report = Report { gone: &gone, ..report(&rules, &entries, &[], &sources) };
        let json: Value = serde_json::from_str(&to_json(&report)).expect("JSON");
        let standings: Vec<_> = (0..3).map(|n| json["findings"][n]["standing"].clone()).collect();
        assert_eq!(standings, ["new", "known", "new"]);
        assert_eq!(json["summary"]["known"], 1);
        assert_eq!(json["summary"]["suppressed"], 1);
        assert_eq!(json["summary"]["gone"], 1);
        assert_eq!(json["summary"]["fixable"], 1);
        assert_eq!(json["gone"][0]["path"], "old.go");
        let edit = &json["findings"][0]["fixes"][0]["edits"][0];
        assert_eq!(
            *edit,
            json!({"path": "a.go", "line": 1, "column": 9, "end_line": 1, "end_column": 13, "replacement": "Ex"})
        );
    }
}
