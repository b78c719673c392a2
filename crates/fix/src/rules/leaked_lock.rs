//! The release is made to run on every way out: deferred behind the check in Go, in a `finally` in TypeScript.
//!
//! Not safe: the release runs later than it did (after what follows it), and in Go its error is no longer returned. Rust has
//! neither: a guard that releases when it is dropped is a change of design, and nothing is offered.

use crate::desk::{Desk, Offer};
use crate::flow::{Taken, taken, unchanged};
use crate::imports::put;
use crate::remove::{remarks, statements};
use crate::syntax::{Code, Language, ancestors, descendants, named};
use dogpile_report::{Edit, Finding};
use tree_sitter::Node;

pub(super) fn offer(desk: &Desk<'_>, code: &Code<'_>, finding: &Finding) -> Option<Offer> {
    let lock = desk.lock(finding)?;
    if lock.leaks.iter().any(|leak| leak.partial) {
        return None;
    }
    let taken = taken(code, lock.acquire.site.outer())?;
    if !taken.looked {
        return None;
    }
    let mut releases: Vec<Node<'_>> = Vec::new();
    for release in lock.releases.iter().filter(|r| r.same_session && !r.rollback && !r.administrative) {
        let statement = code.statement(code.covering(release.site.outer())?)?;
        if !releases.contains(&statement) {
            releases.push(statement);
        }
    }
    releases.sort_by_key(Node::start_byte);
    let inside = |n: &&Node<'_>| {
        n.start_byte() > taken.checked.end_byte() && code.function(**n) == code.function(taken.statement)
    };
    if releases.is_empty() || !releases.iter().all(|n| inside(&n)) {
        return None;
    }
    match code.language {
        Language::Go => deferred(code, &taken, &releases),
        Language::TypeScript => finally(code, &taken, &releases),
        Language::Rust => None,
    }
}

/// `defer` right behind the check.
fn deferred(code: &Code<'_>, taken: &Taken<'_>, releases: &[Node<'_>]) -> Option<Offer> {
    let first = releases.first()?;
    let mut call = None;
    let mut edits = Vec::new();
    let mut said: Vec<&str> = Vec::new();
    for release in releases {
        let (text, edit) = match release.kind() {
            "defer_statement" | "expression_statement" => {
                let text = code.text_of(*release).trim_start_matches("defer ").to_owned();
                let above = remarks(code, *release);
                if said.is_empty() {
                    said = above.iter().map(|n| code.text_of(*n)).collect();
                }
                (text, statements(code, (above.first().copied().unwrap_or(*release), *release)))
            }
            // Its error has nowhere to go.
            "return_statement" => {
                let value = release.named_child(0)?.named_child(0)?;
                let text = code.text_of(value);
                let one = release.named_child(0)?.named_child_count() == 1;
                let call = text.strip_suffix(".Err()").unwrap_or(text).to_owned();
                (one && value.kind() == "call_expression").then_some(())?;
                (call, code.replaced(value, "nil"))
            }
            _ => return None,
        };
        if call.get_or_insert_with(|| text.clone()) != &text || text.contains('\n') {
            return None;
        }
        edits.push(edit);
    }
    let at = code.line_end(taken.checked.end_byte());
    // What it reads is there, and means the same.
    if !unchanged(code, *first, taken.checked.end_byte(), first.start_byte())
        || code.function(*first) != code.function(taken.checked)
    {
        return None;
    }
    let indent = code.indent(taken.checked.start_byte());
    let said: String = said.iter().map(|line| format!("{indent}{line}\n")).collect();
    edits.push(put(code, at, format!("{said}{indent}defer {}\n", call?.trim())));
    Some(Offer::unsafe_("defer the release right behind the check", edits))
}

/// The rest of the block in `try`, the release in `finally`.
fn finally(code: &Code<'_>, taken: &Taken<'_>, releases: &[Node<'_>]) -> Option<Offer> {
    let [release] = releases else { return None };
    let block = taken.checked.parent()?;
    let plain = release.parent() == Some(block)
        && release.kind() == "expression_statement"
        && !code.text_of(*release).contains('\n');
    if !plain || !unchanged(code, *release, taken.checked.end_byte(), release.start_byte()) {
        return None;
    }
    let rest: Vec<Node<'_>> = named(block).into_iter().filter(|n| n.start_byte() > taken.checked.end_byte()).collect();
    let (first, last) = (rest.first()?, rest.last()?);
    // Functions are known in the whole block, and a text of several lines would be changed by another indentation.
    let bound = descendants(block).into_iter().filter(|n| n.start_byte() >= first.start_byte()).any(|n| {
        (n.kind() == "function_declaration" && n.parent() == Some(block))
            || (n.kind() == "template_string" && code.text_of(n).contains('\n'))
    });
    if bound || ancestors(block).any(|n| n.kind() == "switch_case") {
        return None;
    }
    let (indent, step, newline) = (code.indent(first.start_byte()), code.step(), code.newline());
    // Blank lines behind the check stay there.
    let mut start = code.line_end(taken.checked.end_byte());
    while code.text[start..code.line_end(start)].trim().is_empty() && code.line_end(start) > start {
        start = code.line_end(start);
    }
    let end = code.line_end(last.end_byte());
    let above = remarks(code, *release);
    let taken_out = statements(code, (above.first().copied().unwrap_or(*release), *release)).span;
    let body =
        format!("{}{}", code.text.get(start..taken_out.start as usize)?, code.text.get(taken_out.end as usize..end)?);
    let mut text = format!("{indent}try {{{newline}");
    for line in body.trim_end().lines() {
        if line.trim().is_empty() {
            text += newline;
        } else {
            text += &format!("{step}{line}{newline}");
        }
    }
    let said: String = above.iter().map(|n| format!("{step}{indent}{}{newline}", code.text_of(*n))).collect();
    text += &format!(
        "{indent}}} finally {{{newline}{said}{step}{indent}{}{newline}{indent}}}{newline}",
        code.text_of(*release)
    );
    let edit = Edit { span: code.span(start, end), text };
    Some(Offer::unsafe_("release in a `finally`", vec![edit]))
}
