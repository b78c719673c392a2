//! What can be done about a finding.

use super::diagnostics::{At, View};
use super::places::Encoding;
use dogpile_report::{Edit, Fix, clean};
use dogpile_source::Span;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Gives the page of a rule.
pub(super) const EXPLAIN: &str = "dogpile.explain";
/// Gives the schedule of a finding.
pub(super) const SCHEDULE: &str = "dogpile.schedule";
const QUICK_FIX: &str = "quickfix";

/// How far a suppression reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Line,
    Function,
    File,
}

/// The findings that a range of a file touches, where quick fixes are wanted.
#[must_use]
pub(super) fn touched<'v>(view: View<'v>, path: &'v Path, params: &Value) -> Vec<At<'v>> {
    let only = params["context"]["only"].as_array();
    let is_wanted = |kind: &Value| kind.as_str().is_some_and(|kind| kind.is_empty() || kind == QUICK_FIX);
    if only.is_some_and(|kinds| !kinds.iter().any(is_wanted)) {
        return Vec::new();
    }
    let touches = |at: &At<'_>| {
        let primary = at.entry.finding.primary;
        let range = view.lines(*at, primary).bytes(&params["range"]);
        range.is_some_and(|range| range.start <= primary.end as usize && primary.start as usize <= range.end)
    };
    view.of(path).filter(touches).collect()
}

/// What can be done about findings; `fixes` gives those of one.
#[must_use]
pub(super) fn actions<'f>(view: View<'_>, found: &[At<'_>], fixes: &dyn Fn(At<'_>) -> &'f [Fix]) -> Vec<Value> {
    let mut all = Vec::new();
    found.iter().for_each(|at| about(view, *at, fixes(*at), &mut all));
    all
}

fn about(view: View<'_>, at: At<'_>, fixes: &[Fix], all: &mut Vec<Value>) {
    let diagnostic = view.diagnostic(at);
    for fix in fixes {
        let title = if fix.safe { fix.title.clone() } else { format!("{} (changes what the code does)", fix.title) };
        let mut action = changing(view, at, &title, &diagnostic, &fix.edits);
        action["isPreferred"] = json!(fix.safe);
        all.push(action);
    }
    for reach in [Reach::Line, Reach::Function, Reach::File] {
        if let Some(fix) = suppression(view, at, reach) {
            all.push(changing(view, at, &fix.title, &diagnostic, &fix.edits));
        }
    }
    let rule = at.entry.finding.rule;
    let mut command = |title: String, command: &str, argument: &str| {
        let command = json!({ "title": title, "command": command, "arguments": [argument] });
        all.push(json!({ "title": title, "kind": QUICK_FIX, "diagnostics": [diagnostic], "command": command }));
    };
    if dogpile_rules::find(rule).is_some() {
        command(format!("show the schedule behind {rule}"), SCHEDULE, &at.entry.fingerprint);
    }
    command(format!("explain {rule}"), EXPLAIN, rule);
}

fn changing(view: View<'_>, at: At<'_>, title: &str, diagnostic: &Value, edits: &[Edit]) -> Value {
    let mut by_file: BTreeMap<PathBuf, Vec<Value>> = BTreeMap::new();
    for edit in edits {
        let change = json!({ "range": view.range(at, edit.span), "newText": edit.text });
        by_file.entry(at.path(edit.span)).or_default().push(change);
    }
    let edit = if view.client.versions {
        let changes = by_file.iter().map(|(path, edits)| {
            let version = view.documents.get(path).map(|document| document.version);
            json!({ "textDocument": { "uri": view.uri(path), "version": version }, "edits": edits })
        });
        json!({ "documentChanges": changes.collect::<Vec<_>>() })
    } else {
        let changes: serde_json::Map<String, Value> =
            by_file.into_iter().map(|(path, edits)| (view.uri(&path), Value::Array(edits))).collect();
        json!({ "changes": changes })
    };
    json!({ "title": clean(title), "kind": QUICK_FIX, "diagnostics": [diagnostic], "edit": edit })
}

/// The comment that keeps a finding quiet; its reason is for the author to write.
fn suppression(view: View<'_>, at: At<'_>, reach: Reach) -> Option<Fix> {
    let finding = &at.entry.finding;
    // What is wrong with a comment is not made better by another one.
    dogpile_rules::find(finding.rule)?;
    let text = at.text(finding.primary);
    let lines = view.rulers.lines(text, Encoding::Utf8);
    let (directive, place, what) = match reach {
        Reach::Line => ("allow", finding.primary.start as usize, "here"),
        Reach::Function => {
            let around =
                at.outcome.functions.get(&finding.primary.file)?.iter().filter(|f| f.contains(finding.primary));
            let function = around.min_by_key(|f| f.end - f.start)?;
            ("allow-function", function.start as usize, "in this function")
        }
        Reach::File => ("allow-file", first_line(text), "in this file"),
    };
    let (start, indent) = lines.indent(place);
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let edit = Edit {
        span: Span::new(finding.primary.file, start, start),
        text: format!("{indent}// dogpile: {directive} {} -- {end}", finding.rule),
    };
    Some(Fix { title: format!("allow {} {what}", finding.rule), safe: false, edits: vec![edit] })
}

/// Where a file's own comments may begin: a line for the shell stays the first.
fn first_line(text: &str) -> usize {
    let shell = text.starts_with("#!") && !text.starts_with("#![");
    if shell { text.find('\n').map_or(0, |end| end + 1) } else { 0 }
}
