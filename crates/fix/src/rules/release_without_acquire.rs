//! The release happens only after a win: a `defer` moves behind the check, any other release is put behind a condition.
//!
//! Safe: a winner releases as it did, in the same order with everything else that is deferred (nothing is moved across
//! another `defer`), and what the release reads means the same at the new place. Who lost leaves another's lock alone.

use crate::desk::{Desk, Offer};
use crate::flow::{Taken, taken, unchanged};
use crate::imports::put;
use crate::release::pointed_at;
use crate::remove::statements;
use crate::syntax::{Code, Language, ancestors, descendants};
use dogpile_report::{Edit, Finding};
use tree_sitter::Node;

pub(super) fn offer(desk: &Desk<'_>, code: &Code<'_>, finding: &Finding) -> Option<Offer> {
    let lock = desk.lock(finding)?;
    let release = pointed_at(lock, finding)?;
    let taken = taken(code, lock.acquire.site.outer())?;
    let statement = code.statement(code.covering(release.site.outer())?)?;
    if code.function(taken.statement)? != code.function(statement)? {
        return None;
    }
    if statement.kind() == "defer_statement" {
        return moved(code, &taken, statement);
    }
    conditional(code, &taken, statement)
}

/// The `defer` behind the check.
fn moved(code: &Code<'_>, taken: &Taken<'_>, deferred: Node<'_>) -> Option<Offer> {
    let (start, end) = (deferred.end_byte(), taken.checked.end_byte());
    let same_block = deferred.parent()? == taken.checked.parent()?;
    // What is deferred in between would run in another order.
    let others =
        descendants(deferred.parent()?).into_iter().filter(|n| n.kind() == "defer_statement" && *n != deferred);
    let crossed = others.filter(|n| n.start_byte() > start && n.end_byte() <= end).count() > 0;
    if !same_block || !taken.looked || crossed || start > end || !unchanged(code, deferred, start, end) {
        return None;
    }
    // Between the `defer` and the lock, and between the lock and the check, nothing may need it.
    let lines = &code.text[code.line_start(deferred.start_byte())..code.line_end(deferred.end_byte())];
    let lines = if lines.ends_with('\n') { lines.to_owned() } else { format!("{lines}{}", code.newline()) };
    let edits = vec![statements(code, (deferred, deferred)), put(code, code.line_end(taken.checked.end_byte()), lines)];
    Some(Offer::safe("defer the release behind the check", edits))
}

/// The release for winners only.
fn conditional(code: &Code<'_>, taken: &Taken<'_>, statement: Node<'_>) -> Option<Offer> {
    let function = code.function(taken.statement)?;
    let name = taken.names.iter().find(|name| decides(code, function, name))?;
    let binding = crate::scope::binding(code, name, statement)?;
    let text = code.text_of(statement);
    let own_line = code.text[code.line_start(statement.start_byte())..statement.start_byte()].trim().is_empty();
    if !ancestors(binding).any(|n| n == taken.statement) || text.contains('\n') || !own_line {
        return None;
    }
    let (indent, step, newline) = (code.indent(statement.start_byte()), code.step(), code.newline());
    let open = match code.language {
        Language::TypeScript => format!("if ({name}) {{"),
        Language::Go | Language::Rust => format!("if {name} {{"),
    };
    let edits: Vec<Edit> = vec![
        put(code, statement.start_byte(), format!("{open}{newline}{indent}{step}")),
        put(code, code.line_end(statement.end_byte()) - line_break(code, statement), format!("{newline}{indent}}}")),
    ];
    Some(Offer::safe("release only what was won", edits))
}

fn line_break(code: &Code<'_>, node: Node<'_>) -> usize {
    let line = &code.text[node.end_byte()..code.line_end(node.end_byte())];
    line.len() - line.trim_end_matches(['\r', '\n']).len()
}

/// Whether the function already decides by this name alone: then it is true for a winner, or the reply itself.
fn decides(code: &Code<'_>, function: Node<'_>, name: &str) -> bool {
    descendants(function).into_iter().any(|n| {
        matches!(n.kind(), "if_statement" | "if_expression")
            && n.child_by_field_name("condition").is_some_and(|c| {
                let text: String =
                    code.text_of(c).chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')')).collect();
                text == name || text == format!("!{name}")
            })
    })
}
