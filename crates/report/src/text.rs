//! The report for people.

use crate::clean::{clean, clean_lines};
use crate::excerpt::Excerpts;
use crate::finding::{Label, Level};
use crate::report::{Entry, Problem, ProblemKind, Report};
use crate::session::sessions;
use codespan_reporting::diagnostic::{Diagnostic, Label as Mark, LabelStyle, Severity};
use codespan_reporting::term::termcolor::{Buffer, Color, ColorSpec, WriteColor};
use codespan_reporting::term::{self, Config, Styles, StylesWriter};
use std::collections::BTreeMap;
use std::io::Write as _;

/// What the reader's terminal can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// It shows colours.
    pub color: bool,
    /// Words can be links (OSC 8): the names of rules lead to their pages.
    pub links: bool,
}

/// The report as text. Nothing in it that comes from source or paths can steer a terminal.
#[must_use]
pub fn to_text(report: &Report<'_>, looks: Looks) -> String {
    let mut out = if looks.color { Buffer::ansi() } else { Buffer::no_color() };
    for session in sessions(report) {
        if session.len() > 1 {
            heading(&mut out, &session);
        }
        for entry in session {
            render(&mut out, report, entry, looks);
        }
    }
    for problem in report.problems {
        problem_line(&mut out, report, problem);
    }
    if !report.problems.is_empty() {
        line(&mut out, "");
    }
    for text in summary(report) {
        line(&mut out, &text);
    }
    String::from_utf8_lossy(out.as_slice()).into_owned()
}

fn heading(out: &mut Buffer, session: &[&Entry]) {
    let name = session.first().map_or("", |entry| entry.finding.session.as_str());
    let text = format!("── {} · {} on one session", clean(name), counted(session.len(), "finding"));
    let _ = out.set_color(ColorSpec::new().set_bold(true));
    line(out, &text);
    let _ = out.reset();
    line(out, "");
}

fn render(out: &mut Buffer, report: &Report<'_>, entry: &Entry, looks: Looks) {
    let finding = &entry.finding;
    let primary = Label { span: finding.primary, text: finding.primary_text.clone() };
    let labels: Vec<&Label> = std::iter::once(&primary).chain(&finding.labels).collect();
    let spans: Vec<_> = labels.iter().map(|l| l.span).collect();
    let (excerpts, ranges) = Excerpts::new(report.sources, &spans);
    let marks = labels.iter().zip(ranges).enumerate().filter_map(|(index, (label, range))| {
        let style = if index == 0 { LabelStyle::Primary } else { LabelStyle::Secondary };
        Some(Mark::new(style, label.span.file.0, range?).with_message(clean(&label.text)))
    });
    let severity = match finding.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note | Level::Off => Severity::Note,
    };
    let mut notes: Vec<String> =
        finding.told().map(|(head, text)| format!("{head}: {}", clean_lines(text, "      "))).collect();
    if let Some(fix) = entry.best_fix() {
        notes.push(format!("fix: {} ({})", clean(&fix.title), if fix.safe { "--fix" } else { "--unsafe-fixes" }));
    }
    if finding.confidence == crate::Confidence::Possible {
        notes.push("confidence: possible, by name and shape only".to_owned());
    }
    if let Some(verdict) = &finding.verdict {
        notes.push(crate::proof::lines(report.sources, verdict).join("\n"));
    }
    let diagnostic = Diagnostic::new(severity)
        .with_code(name(report, finding.rule, looks))
        .with_message(clean(&finding.message))
        .with_labels(marks.collect())
        .with_notes(notes);
    let styles = Styles::default();
    let mut writer = StylesWriter::new(&mut *out, &styles);
    // The excerpts fit their labels by construction; should they not, the message at least is told.
    if term::emit_to_write_style(&mut writer, &Config::default(), &excerpts, &diagnostic).is_err() {
        line(out, &format!("{}[{}]: {}", finding.level.name(), finding.rule, clean(&finding.message)));
    }
}

/// The name of a rule, as a link to its page where that can be shown.
fn name(report: &Report<'_>, slug: &str, looks: Looks) -> String {
    match report.rule(slug) {
        Some(rule) if looks.links => format!("\x1b]8;;{}\x1b\\{slug}\x1b]8;;\x1b\\", clean(&rule.uri)),
        _ => slug.to_owned(),
    }
}

fn problem_line(out: &mut Buffer, report: &Report<'_>, problem: &Problem) {
    let _ = out.set_color(ColorSpec::new().set_fg(Some(Color::Yellow)).set_bold(true));
    let _ = write!(out, "{}", if problem.kind == ProblemKind::Bug { "bug" } else { "problem" });
    let _ = out.reset();
    line(out, &format!(": {}", problem_text(report, problem)));
}

/// `path:line:column: message` of a problem, safe to print.
#[must_use]
pub fn problem_text(report: &Report<'_>, problem: &Problem) -> String {
    let path = clean(&problem.path);
    let place = problem.span.map(|span| report.sources.start(span));
    match place {
        Some(at) => format!("{path}:{}:{}: {}", at.line, at.column, clean(&problem.message)),
        None if path.is_empty() => clean(&problem.message).into_owned(),
        None => format!("{path}: {}", clean(&problem.message)),
    }
}

/// The last lines.
fn summary(report: &Report<'_>) -> Vec<String> {
    let s = &report.summary;
    let levels: Vec<String> = [Level::Error, Level::Warning, Level::Note]
        .into_iter()
        .map(|level| (report.count(level), level))
        .filter(|(n, _)| *n > 0)
        .map(|(n, level)| counted(n, level.name()))
        .collect();
    let found = if levels.is_empty() { "no findings".to_owned() } else { levels.join(", ") };
    let mut lines = vec![format!(
        "{} seen, {} with locks or flights, {}: {found}",
        counted(s.files_seen, "file"),
        s.files_with_locks,
        counted(s.lock_sessions, "lock session"),
    )];
    let fixes: Vec<_> = report.shown().filter_map(Entry::best_fix).collect();
    let safe = fixes.iter().filter(|fix| fix.safe).count();
    let fixable = [(safe, "--fix"), (fixes.len() - safe, "--unsafe-fixes")];
    let fixable: Vec<_> =
        fixable.into_iter().filter(|(n, _)| *n > 0).map(|(n, how)| format!("{n} fixable by {how}")).collect();
    if !fixable.is_empty() {
        lines.push(fixable.join(", "));
    }
    let mut kept_back = Vec::new();
    for (n, what) in [(report.suppressed(), "suppressed"), (report.known(), "known to the baseline")] {
        if n > 0 {
            kept_back.push(format!("{n} {what}"));
        }
    }
    if s.unchanged > 0 {
        kept_back.push(format!("{} on what did not change", s.unchanged));
    }
    if s.hidden > 0 {
        kept_back.push(format!("{} not shown (--pedantic and --min-level note show them)", s.hidden));
    }
    if !kept_back.is_empty() {
        lines.push(kept_back.join(", "));
    }
    let by_kind = |kind, head: &str| {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        let mut files: Vec<&str> = Vec::new();
        for problem in report.problems.iter().filter(|p| p.kind == kind) {
            *reasons.entry(&problem.reason).or_default() += 1;
            files.push(&problem.path);
        }
        files.sort_unstable();
        files.dedup();
        let told: Vec<String> = reasons.iter().map(|(reason, n)| format!("{n} {}", clean(reason))).collect();
        (!files.is_empty()).then(|| format!("{head}: {} ({})", counted(files.len(), "file"), told.join(", ")))
    };
    lines.extend(by_kind(ProblemKind::NotAnalysed, "not analysed"));
    lines.extend(by_kind(ProblemKind::Partial, "analysed in part"));
    lines.extend(by_kind(ProblemKind::Bug, "bugs of this program, please report them"));
    if !report.gone.is_empty() {
        let (n, are) = (report.gone.len(), if report.gone.len() == 1 { "is" } else { "are" });
        lines.push(format!("{} of the baseline {are} gone: run `dogpile-lint baseline prune`", counted(n, "finding")));
    }
    if s.cut > 0 {
        lines.push(format!("followed in part: {} with too many paths", counted(s.cut, "function")));
    }
    if let Some(t) = s.translation {
        lines.push(format!(
            "{} parsed, {} left out as generated, {} as tests; {} of {} opaque ({:.2} %)",
            counted(s.files_analysed, "file"),
            s.skipped_generated,
            s.skipped_tests,
            t.opaque,
            counted(usize::try_from(t.statements).unwrap_or(usize::MAX), "statement"),
            t.opaque_percent(),
        ));
    }
    lines
}

/// `3 files`
#[must_use]
pub fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

fn line(out: &mut Buffer, text: &str) {
    // Written to memory: there is nothing to fail.
    let _ = writeln!(out, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{entries, finding, fix_of, gone_one, label, report, rules, sources, standings};
    use crate::{Finding, Summary, Translation};
    use dogpile_source::{FileId, Span};

    fn text(findings: Vec<Finding>, files: &[(&str, &str)], problems: &[Problem]) -> String {
        let (rules, entries, sources) = (rules(), entries(findings), sources(files));
        to_text(&report(&rules, &entries, problems, &sources), Looks::default())
    }

    #[test]
    fn a_session_stands_together_with_the_worst_first() {
        let mut milder = finding("leaked-lock", 0, 7);
        milder.level = Level::Warning;
        let mut other = finding("leaked-lock", 0, 3);
        other.session = "app.Other".to_owned();
        other.primary.file = FileId(1);
        let worse = finding("lock-without-expiry", 8, 12);
        let out = text(vec![milder, worse, other], &[("a.go", "package main\n"), ("b.go", "xyz\n")], &[]);
        let at = |needle: &str| out.find(needle).unwrap_or_else(|| panic!("no {needle} in\n{out}"));
        assert!(at("2 findings on one session") < at("error[lock-without-expiry]"));
        assert!(at("error[lock-without-expiry]") < at("warning[leaked-lock]"));
        assert!(at("warning[leaked-lock]") < at("b.go:1:1"));
        assert!(out.ends_with("3 files seen, 1 with locks or flights, 1 lock session: 2 errors, 1 warning\n"), "{out}");
    }

    #[test]
    fn labels_reach_into_other_files() {
        let mut f = finding("leaked-lock", 0, 7);
        f.labels.push(label(1, 0, 3, "released here"));
        let out = text(vec![f], &[("a.go", "package main\n"), ("b.go", "del\n")], &[]);
        assert!(
            out.contains("b.go:1:1") && out.contains("released here") && out.contains("= help: give it a TTL"),
            "{out}"
        );
    }

    #[test]
    fn hostile_text_is_shown_and_never_sent() {
        let mut f = finding("leaked-lock", 0, 7);
        f.message = "key \x1b]0;owned\x07".to_owned();
        f.session = "\x1b[2J".to_owned();
        f.labels.push(label(0, 8, 12, "\u{202e}backwards"));
        let problem = Problem {
            path: "\x1b[31m.go".to_owned(),
            span: None,
            kind: ProblemKind::NotAnalysed,
            reason: "\x07".to_owned(),
            message: "no\x1bway".to_owned(),
        };
        let out = text(vec![f.clone(), f], &[("\u{9b}31m.go", "x\x1b[2J;\u{202e}\x07\ty\n")], &[problem]);
        assert!(out.chars().all(|c| c == '\n' || crate::clean::stand_in(c).is_none()), "{out:?}");
        assert!(out.contains("not analysed: 1 file"), "{out}");
    }

    #[test]
    fn colours_only_on_request() {
        let (rules, entries, sources) =
            (rules(), entries(vec![finding("leaked-lock", 0, 1)]), sources(&[("a.go", "x")]));
        let mut report = report(&rules, &entries, &[], &sources);
        report.summary = Summary { translation: Some(Translation { statements: 200, opaque: 1 }), ..report.summary };
        let text = |color, links| to_text(&report, Looks { color, links });
        assert!(text(true, false).contains("\x1b[") && !text(true, false).contains("\x1b]8"));
        assert!(!text(false, false).contains('\x1b'));
        assert!(text(false, false).contains("1 of 200 statements opaque (0.50 %)"));
        let link = "error[\x1b]8;;https://example.com/rules/leaked-lock\x1b\\leaked-lock\x1b]8;;\x1b\\]";
        assert!(text(false, true).contains(link), "{:?}", text(false, true));
    }

    #[test]
    fn fixes_and_standings_are_counted() {
        let (rules, mut entries, sources) = standings();
        let title = "give it a TTL\x1b[2J";
        entries[0].fixes = vec![fix_of(title, false, 8, 12, "x"), fix_of("another", true, 8, 12, "y")];
        let gone = [gone_one()];
        let report = Report { gone: &gone, ..report(&rules, &entries, &[], &sources) };
        let out = to_text(&report, Looks::default());
        assert!(out.contains("= fix: give it a TTL\u{241b}[2J (--unsafe-fixes)\n"), "{out}");
        let end = "1 error\n1 fixable by --unsafe-fixes\n1 suppressed, 1 known to the baseline\n\
             1 finding of the baseline is gone: run `dogpile-lint baseline prune`\n";
        assert!(out.ends_with(end), "{out}");
        assert!(!out.contains("lock-without-expiry"), "{out}");
    }

    #[test]
    fn a_finding_in_no_file_is_still_told() {
        let mut f = finding("leaked-lock", 0, 1);
        f.primary = Span::new(FileId(9), 0, 1);
        assert!(text(vec![f], &[], &[]).contains("error[leaked-lock]: a crash here"));
    }
}
