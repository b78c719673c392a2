//! What there is, in numbers, before anything else.

use super::escape::text;
use super::{anchor, evidence, evidence_said};
use crate::finding::Level;
use crate::report::{Entry, Problem, ProblemKind, Report};
use crate::session::sessions;
use crate::text::counted;
use crate::verdict::Evidence;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const LEVELS: [Level; 3] = [Level::Error, Level::Warning, Level::Note];
const EVIDENCE: [Option<Evidence>; 6] = [
    Some(Evidence::Server),
    Some(Evidence::Model),
    Some(Evidence::Computed),
    Some(Evidence::Refuted),
    Some(Evidence::Inconclusive),
    None,
];

/// The page's title.
pub(super) fn title(report: &Report<'_>) -> String {
    let found = counted(report.shown().count(), "finding");
    format!("{found} · {}", text(report.tool.name))
}

/// The head of the page.
pub(super) fn head(report: &Report<'_>) -> String {
    let s = &report.summary;
    let shown: Vec<&Entry> = report.shown().collect();
    let sessions = sessions(report).len();
    let mut out = String::from("<header class=\"top\">");
    let _ = write!(out, "<p class=\"tool\">{} {}</p>", text(report.tool.name), text(report.tool.version));
    let said = match shown.len() {
        0 => "No findings".to_owned(),
        n => format!("{} in {}", counted(n, "finding"), counted(sessions, "lock")),
    };
    let _ = write!(out, "<h1>{said}</h1>");
    let _ = write!(
        out,
        "<p class=\"seen\">{} seen, {} with locks or flights, {}.</p>",
        counted(s.files_seen, "file"),
        s.files_with_locks,
        counted(s.lock_sessions, "lock session")
    );
    out.push_str(&table(&shown));
    out.push_str(&kept_back(report));
    out.push_str("</header>");
    out
}

/// What leads to the findings: what was not analysed, filters, a table of contents, and how to read diagrams.
pub(super) fn guide(report: &Report<'_>) -> String {
    let shown: Vec<&Entry> = report.shown().collect();
    let mut out = problems(report);
    if !shown.is_empty() {
        out.push_str(&filters(&shown));
        out.push_str(&contents(report));
        if shown.iter().any(|entry| entry.finding.verdict.as_ref().is_some_and(|v| !v.schedule.is_empty())) {
            out.push_str(LEGEND);
        }
    }
    out
}

/// Counts by level and evidence.
fn table(shown: &[&Entry]) -> String {
    let count = |level: Level, evidence: Option<Evidence>| {
        let fits = |e: &&&Entry| e.finding.level == level && e.finding.verdict.as_ref().map(|v| v.evidence) == evidence;
        shown.iter().filter(fits).count()
    };
    let columns: Vec<Option<Evidence>> =
        EVIDENCE.into_iter().filter(|e| LEVELS.iter().any(|level| count(*level, *e) > 0)).collect();
    if columns.is_empty() {
        return String::new();
    }
    let mut out =
        String::from("<table class=\"counts\"><caption>Findings by level and evidence</caption><thead><tr><td></td>");
    for column in &columns {
        let _ = write!(out, "<th scope=\"col\">{}</th>", evidence_said(*column));
    }
    out.push_str("<th scope=\"col\">all</th></tr></thead><tbody>");
    for level in LEVELS {
        let of_level = shown.iter().filter(|e| e.finding.level == level).count();
        if of_level == 0 {
            continue;
        }
        let name = level.name();
        let _ = write!(out, "<tr><th scope=\"row\"><span class=\"level {name}\">{name}s</span></th>");
        for column in &columns {
            let _ = match count(level, *column) {
                0 => write!(out, "<td class=\"zero\">–</td>"),
                n => write!(out, "<td>{n}</td>"),
            };
        }
        let _ = write!(out, "<td class=\"all\">{of_level}</td></tr>");
    }
    out.push_str("</tbody></table>");
    out
}

/// What is not among the findings, and why.
fn kept_back(report: &Report<'_>) -> String {
    let s = &report.summary;
    let (suppressed, known) = (report.suppressed(), report.known());
    let mut said = Vec::new();
    if known > 0 {
        said.push(format!("<a href=\"#known\">{known} known from the baseline</a>"));
    }
    if suppressed > 0 {
        said.push(format!("<a href=\"#suppressed\">{suppressed} suppressed</a>"));
    }
    if !report.gone.is_empty() {
        said.push(format!("<a href=\"#gone\">{} gone since the baseline</a>", report.gone.len()));
    }
    if s.hidden > 0 {
        said.push(format!("{} not sure enough or below the level asked for", s.hidden));
    }
    if s.cut > 0 {
        said.push(format!("{} followed in part", counted(s.cut, "function")));
    }
    if s.skipped_generated + s.skipped_tests > 0 {
        said.push(format!("{} generated and {} left out", s.skipped_generated, counted(s.skipped_tests, "test file")));
    }
    if said.is_empty() { String::new() } else { format!("<p class=\"seen\">Not among them: {}.</p>", said.join(", ")) }
}

/// What was not analysed.
fn problems(report: &Report<'_>) -> String {
    if report.problems.is_empty() {
        return String::new();
    }
    let left_out = report.not_analysed();
    let head = match left_out {
        0 => format!("{} while reading the code", counted(report.problems.len(), "problem")),
        n => format!("{} not analysed", counted(n, "file")),
    };
    let item = |problem: &Problem| {
        let place = problem.span.map(|span| report.sources.start(span));
        let at = place.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
        let kind = match problem.kind {
            ProblemKind::NotAnalysed => "left out",
            ProblemKind::Partial => "analysed in part",
            ProblemKind::Bug => "a bug of this program, please report it",
        };
        format!("<li><code>{}{at}</code> {kind}: {}</li>", text(&problem.path), text(&problem.message))
    };
    let items: String = report.problems.iter().map(item).collect();
    format!("<details class=\"problems\" open><summary>{head}</summary><ul>{items}</ul></details>")
}

/// Filters: they need the script, which shows them.
fn filters(shown: &[&Entry]) -> String {
    let select = |name: &str, label: &str, counts: BTreeMap<(usize, &str), usize>| {
        let option =
            |((_, value), n): ((usize, &str), usize)| format!("<option value=\"{0}\">{0} ({n})</option>", text(value));
        let options: String = counts.into_iter().map(option).collect();
        format!(
            "<label>{label} <select data-filter=\"{name}\"><option value=\"\">all</option>{options}</select></label>"
        )
    };
    let count = |of: &dyn Fn(&Entry) -> (usize, &'static str)| {
        let mut counts = BTreeMap::new();
        for entry in shown {
            *counts.entry(of(entry)).or_insert(0) += 1;
        }
        counts
    };
    let level = |e: &Entry| (9 - e.finding.level as usize, e.finding.level.name());
    let proof = |e: &Entry| (e.finding.verdict.as_ref().map_or(9, |v| v.evidence as usize), evidence(&e.finding));
    let rule = |e: &Entry| (0, e.finding.rule);
    format!(
        "<div class=\"filters\" role=\"search\" aria-label=\"Findings\" hidden>{}{}{}<output id=\"left\"></output></div>",
        select("level", "Level", count(&level)),
        select("evidence", "Evidence", count(&proof)),
        select("rule", "Rule", count(&rule)),
    )
}

/// Longest table of contents that is open from the start.
const OPEN_CONTENTS: usize = 12;

/// Every lock with its findings.
fn contents(report: &Report<'_>) -> String {
    let sessions = sessions(report);
    let open = if sessions.len() <= OPEN_CONTENTS { " open" } else { "" };
    let mut out = format!("<nav aria-label=\"Locks\"><details class=\"contents\"{open}><summary>Locks</summary><ol>");
    for (n, session) in sessions.iter().enumerate() {
        let Some(first) = session.first() else { continue };
        let (key, _) = super::lock::names(&first.finding);
        let _ = write!(out, "<li data-lock=\"{n}\"><a href=\"#lock-{n}\">{key}</a><ul>");
        for entry in session {
            let f = &entry.finding;
            let _ = write!(
                out,
                "<li data-of=\"{0}\"><a class=\"level {1}\" href=\"#{0}\">{2}</a></li>",
                anchor(entry),
                f.level.name(),
                text(f.rule)
            );
        }
        out.push_str("</ul></li>");
    }
    out.push_str("</ol></details></nav>");
    out
}

const LEGEND: &str = include_str!("legend.html");
