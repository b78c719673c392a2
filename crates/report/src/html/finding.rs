//! One finding, told whole.

use super::escape::{prose, source, text};
use super::excerpt::{Mark, excerpt};
use super::{anchor, evidence, evidence_said};
use crate::finding::Confidence;
use crate::fix::Fix;
use crate::report::{Entry, Report, Standing};
use std::fmt::Write as _;

/// A finding as an article; what is in it gets names that begin with `name`.
pub(super) fn article(report: &Report<'_>, entry: &Entry, name: &str) -> String {
    let f = &entry.finding;
    let level = f.level.name();
    let proof = evidence(f);
    let mut out = format!(
        "<article class=\"finding {level}\" id=\"{}\" data-level=\"{level}\" data-rule=\"{}\" data-evidence=\"{proof}\">",
        anchor(entry),
        text(f.rule),
    );
    let _ = write!(out, "<p class=\"tags\"><span class=\"level {level}\">{level}</span> ");
    let _ = write!(out, "<a class=\"rule\" href=\"#rule-{0}\">{0}</a>", text(f.rule));
    if let Some(verdict) = &f.verdict {
        let said = match &verdict.server {
            Some(server) => format!("proven on {}", text(server)),
            None => evidence_said(Some(verdict.evidence)).to_owned(),
        };
        let _ = write!(out, " <span class=\"evidence {proof}\">{said}</span>");
    }
    if entry.standing == Standing::New {
        out.push_str(" <span class=\"evidence new\">new since the baseline</span>");
    }
    let _ = write!(out, " <a class=\"link\" href=\"#{}\" aria-label=\"Link to this finding\">#</a></p>", anchor(entry));
    let _ = write!(out, "<h3>{}</h3>", prose(&f.message));
    let primary = Mark { span: f.primary, text: &f.primary_text, primary: true };
    let others = f.labels.iter().map(|label| Mark { span: label.span, text: &label.text, primary: false });
    let marks: Vec<Mark<'_>> = std::iter::once(primary).chain(others).collect();
    out.push_str(&excerpt(report.sources, &marks));
    out.push_str("<dl class=\"told\">");
    if let Some(note) = &f.note {
        let _ = write!(out, "<div><dt>what happens</dt><dd>{}</dd></div>", prose(note));
    }
    if let Some(help) = &f.help {
        // Help is code as often as it is words; only its look depends on that.
        let class = if help.contains(['(', '=', ';']) { " class=\"help\"" } else { "" };
        let _ = write!(out, "<div><dt>what to do</dt><dd{class}>{}</dd></div>", prose(help));
    }
    if f.confidence == Confidence::Possible {
        out.push_str("<div><dt>confidence</dt><dd>possible: it rests on names and shapes only</dd></div>");
    }
    out.push_str("</dl>");
    out.push_str(&witness(report, entry));
    out.extend(entry.fixes.iter().map(|fix| fixed(report, fix)));
    if let Some(verdict) = &f.verdict {
        out.push_str(&super::proof::proof(report.sources, verdict, name));
    }
    out.push_str("</article>");
    out
}

/// The way through the code.
fn witness(report: &Report<'_>, entry: &Entry) -> String {
    let steps = &entry.finding.steps;
    if steps.is_empty() {
        return String::new();
    }
    let item = |step: &crate::Label| {
        let (path, at) = (report.sources.path(step.span), report.sources.start(step.span));
        format!("<li>{} <code class=\"place\">{}:{}</code></li>", prose(&step.text), text(path), at.line)
    };
    let items: String = steps.iter().map(item).collect();
    format!("<details class=\"witness\"><summary>the way through the code</summary><ol>{items}</ol></details>")
}

/// A fix as the lines that go and the lines that come.
fn fixed(report: &Report<'_>, fix: &Fix) -> String {
    let mut out = format!(
        "<details class=\"fix\"><summary>{} <span class=\"evidence\">{}</span></summary>",
        prose(&fix.title),
        if fix.safe { "safe fix" } else { "unsafe fix: look at it" }
    );
    for edit in &fix.edits {
        let Some(file) = report.sources.get(edit.span.file) else { continue };
        let (from, to) = (report.sources.start(edit.span), report.sources.end(edit.span));
        let (first, last) = (file.line_text(from.line), file.line_text(to.line));
        let before: String = first.chars().take(from.column as usize - 1).collect();
        let after: String = last.chars().skip(to.column as usize - 1).collect();
        let _ = write!(out, "<p class=\"path\">{}:{}</p><pre class=\"diff\">", text(&file.path), from.line);
        for line in from.line..=to.line {
            let _ = write!(out, "<del>- {}</del>", source(file.line_text(line)));
        }
        for line in format!("{before}{}{after}", edit.text).lines() {
            let _ = write!(out, "<ins>+ {}</ins>", source(line));
        }
        out.push_str("</pre>");
    }
    out.push_str("</details>");
    out
}
