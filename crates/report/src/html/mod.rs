//! The report as a page: one file that asks for nothing, and is read with or without scripts, on screens and on paper.

mod diagram;
mod escape;
mod excerpt;
mod finding;
mod folded;
mod head;
mod lock;
mod policy;
mod proof;
mod rules;
mod time;

use crate::finding::Finding;
use crate::report::{Entry, Report};
use crate::session::sessions;
use crate::verdict::Evidence;
use escape::text;

const STYLE: &str = concat!(include_str!("style.css"), include_str!("diagram.css"), include_str!("print.css"));
const SCRIPT: &str = concat!(include_str!("steps.js"), include_str!("filter.js"));
/// Signs, arrowheads and hatches that all diagrams share.
const SIGNS: &str = include_str!("signs.svg");

/// The report as one HTML file. The same report gives the same bytes.
#[must_use]
pub fn to_html(report: &Report<'_>) -> String {
    let mut body = head::head(report);
    body.push_str("<main>");
    body.push_str(&head::guide(report));
    for (n, session) in sessions(report).iter().enumerate() {
        body.push_str(&lock::section(report, session, n));
    }
    body.push_str(&folded::sections(report));
    body.push_str(&rules::pages(report));
    body.push_str("</main>");
    let tool = format!("{} {}", text(report.tool.name), text(report.tool.version));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"generator\" content=\"{tool}\">\n<title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         {SIGNS}{body}\n<footer><p>Written by <a href=\"{}\" rel=\"noreferrer\">{tool}</a>. This page is one file and \
         asks no server for anything.</p></footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        policy::policy(STYLE, SCRIPT),
        head::title(report),
        text(report.tool.uri),
    )
}

/// How far the proof of a finding goes, by name; `none`: nobody asked.
fn evidence(finding: &Finding) -> &'static str {
    finding.verdict.as_ref().map_or("none", |verdict| verdict.evidence.name())
}

/// The same for people, short.
fn evidence_said(evidence: Option<Evidence>) -> &'static str {
    match evidence {
        Some(Evidence::Server) => "proven on a server",
        Some(Evidence::Model) => "proven on the model",
        Some(Evidence::Computed) => "computed",
        Some(Evidence::Refuted) => "refuted",
        Some(Evidence::Inconclusive) => "inconclusive",
        None => "not asked",
    }
}

/// The name of a finding's place in the page.
fn anchor(entry: &Entry) -> String {
    format!("f-{}", text(&entry.fingerprint))
}

#[cfg(test)]
mod tests;
