//! The proof of a finding: how far it goes, and its schedule, drawn and listed.

use super::diagram::{colour, diagram};
use super::escape::{prose, source, text};
use super::time::short;
use crate::proof::{Row, command, rows};
use crate::text::counted;
use crate::verdict::{Evidence, Turn, Verdict};
use dogpile_source::{SourceMap, Span};
use std::fmt::Write as _;

/// A verdict, its parts named after `name`.
pub(super) fn proof(sources: &SourceMap, verdict: &Verdict, name: &str) -> String {
    let evidence = verdict.evidence;
    let shown = matches!(evidence, Evidence::Server | Evidence::Model);
    let head = match (evidence, &verdict.server) {
        (Evidence::Server, Some(server)) => format!("Proven on {}", text(server)),
        (Evidence::Server | Evidence::Model, _) => "Proven on the model of Redis only".to_owned(),
        (Evidence::Computed, _) => "Computed".to_owned(),
        (Evidence::Refuted, _) => "Refuted; please report this finding".to_owned(),
        (Evidence::Inconclusive, _) => "Inconclusive".to_owned(),
    };
    let mut out = format!("<div class=\"proof {}\">", evidence.name());
    let _ = write!(out, "<h4>{head}: <span>{}</span></h4>", prose(&verdict.outcome));
    if evidence != Evidence::Computed {
        let asked = format!("{}, {}", counted(verdict.clients, "client"), text(&verdict.faults));
        let _ = match shown {
            true => {
                let (id, says) = (verdict.invariant, text(verdict.says));
                write!(out, "<p class=\"asked\">Breaks <b>{id}</b>, “{says}”, with {asked}.</p>")
            }
            false => write!(out, "<p class=\"asked\">Asked with {asked}.</p>"),
        };
    }
    if verdict.schedule.iter().any(|turn| turn.client.is_some()) {
        out.push_str(&schedule(sources, verdict, name));
    } else {
        out.extend(verdict.schedule.iter().filter_map(|turn| line(sources, turn.at)));
    }
    out.push_str(&after(verdict));
    out.push_str("</div>");
    out
}

/// The schedule: a drawing and a list beside it, and what steps through both.
fn schedule(sources: &SourceMap, verdict: &Verdict, name: &str) -> String {
    // The step that breaks the invariant is never one of many.
    let told = |turn: &Turn| crate::proof::step(sources, turn) + if turn.breaks { "!" } else { "" };
    let rows = rows(&verdict.schedule.iter().map(told).collect::<Vec<_>>());
    let steps: String = rows
        .iter()
        .enumerate()
        .map(|(n, row)| match row {
            Row::Step(at) => verdict.schedule.get(*at).map(|turn| step(sources, verdict, turn, n, *at)).unwrap_or_default(),
            Row::Again { length, times, to } => format!(
                "<li class=\"again\" data-n=\"{n}\" data-length=\"{length}\" data-times=\"{times}\"><p class=\"what\">And so on, \
                 {times} times more, to step {to}.</p></li>"
            ),
        })
        .collect();
    format!(
        "<div class=\"play\" role=\"group\" data-steps=\"{}\" aria-label=\"Schedule of {}\" aria-describedby=\"{name}-k\">\
         <div class=\"bar\" hidden><button type=\"button\" data-go=\"-1\">← Back</button>\
         <button type=\"button\" data-go=\"1\">Step →</button><button type=\"button\" data-go=\"0\">All</button>\
         <p class=\"now\" aria-live=\"polite\"></p><p class=\"keys\" id=\"{name}-k\">Keys ← and → go through it, Escape shows \
         all.</p></div><div class=\"both\"><div class=\"drawing\">{}</div><ol class=\"steps\">{steps}</ol></div></div>",
        verdict.schedule.len(),
        counted(verdict.schedule.len(), "step"),
        diagram(verdict, &rows, name),
    )
}

fn step(sources: &SourceMap, verdict: &Verdict, turn: &Turn, n: usize, at: usize) -> String {
    let class = match (turn.breaks, turn.fault(), turn.client) {
        (true, ..) => "broken",
        (_, Some(_), _) => "faulty",
        (_, _, None) => "time",
        _ => "plain",
    };
    let mut out = format!("<li class=\"{class}\" data-n=\"{n}\" value=\"{}\"><p class=\"what\">", at + 1);
    if let Some(client) = turn.client {
        let _ = write!(out, "<b class=\"who k{}\">{}</b> ", colour(client), text(&client.to_string()));
    }
    let _ = write!(out, "{} <span class=\"at\">at {}</span></p>", text(&turn.what), short(turn.at_ms));
    if !turn.commands.is_empty() {
        let _ = write!(out, "<p class=\"sent\"><code>{}</code>", text(&command(&turn.commands)));
        if let Some(reply) = &turn.reply {
            let _ = write!(out, " <span aria-label=\"is answered\">→</span> <code>{}</code>", text(reply));
        }
        out.push_str("</p>");
    }
    out.push_str(&line(sources, turn.at).unwrap_or_default());
    if turn.breaks {
        let _ = write!(out, "<p class=\"breaks\"><b>{} breaks:</b> {}</p>", verdict.invariant, text(&verdict.outcome));
    }
    out.push_str("</li>");
    out
}

/// Where a step stands in the source, and what stands there.
fn line(sources: &SourceMap, at: Option<Span>) -> Option<String> {
    let at = at.filter(|at| *at != Span::default())?;
    let file = sources.get(at.file)?;
    let start = sources.start(at);
    let words = file.line_text(start.line).trim();
    let name = file.path.rsplit('/').next().unwrap_or_default();
    Some(format!(
        "<p class=\"line\"><span class=\"place\" title=\"{0}:{2}\">{1}:{2}</span> <code>{3}</code></p>",
        text(&file.path),
        text(name),
        start.line,
        source(&super::escape::cut(words, 160))
    ))
}

/// What became of the repair, and what was taken for granted.
fn after(verdict: &Verdict) -> String {
    let mut out = String::new();
    if let Some(repaired) = &verdict.repaired {
        let (with, faults) = (text(&repaired.with), text(&repaired.faults));
        let clients = counted(verdict.clients, "client");
        let but = repaired.but.as_ref().map(|but| format!(" But {}.", text(but))).unwrap_or_default();
        out.push_str(&match repaired.holds {
            true => format!(
                "<li class=\"holds\"><b>Repaired</b> with {with}: no schedule breaks it ({clients}, {faults}, {}).{but}</li>",
                counted(repaired.states, "state")
            ),
            false => format!("<li class=\"fails\">With {with} alone it still breaks ({clients}, {faults}).{but}</li>"),
        });
    }
    for assumed in &verdict.assumed {
        let _ = write!(out, "<li><b>Assumed:</b> {}</li>", text(assumed));
    }
    let mut all = if out.is_empty() { out } else { format!("<ul class=\"after\">{out}</ul>") };
    if !verdict.program.is_empty() {
        let lines: Vec<String> = verdict.program.iter().map(|line| source(line)).collect();
        let _ = write!(
            all,
            "<details><summary>the program that was run</summary><pre>{}</pre></details>",
            lines.join("\n")
        );
    }
    all
}
