//! Taking out the look before a deletion that looks for itself.

use crate::remove::statements;
use crate::syntax::{Code, ancestors, descendants, expression, named};
use dogpile_report::Edit;
use dogpile_source::Span;
use tree_sitter::Node;

/// What goes when the deletion compares by itself: the read and the `if`s that look at it. The second is whether callers
/// are told the same as before. `None`: something else is done with what was read, or said where it does not fit.
pub(crate) fn without(code: &Code<'_>, read: Span, release: Span) -> Option<(Vec<Edit>, bool)> {
    let (read, release) = (code.covering(read)?, code.covering(release)?);
    let (reading, deleting) = (code.statement(read)?, code.statement(release)?);
    let names = declared(code, reading);
    let guarded = holder(code, deleting);
    let (edits, last, same) = match guarded {
        // `if owner == token { delete }`
        Some(check) if reading == check || leads_to(code, reading, check, &names)?.is_empty() => {
            (unwrapped(code, check, deleting, reading)?, check, true)
        }
        Some(_) => return None,
        // `if owner != token { return }`, then the deletion
        None => {
            let guards =
                if is_guard(code, reading) { vec![reading] } else { leads_to(code, reading, deleting, &names)? };
            let same = guards.iter().all(|guard| says_nothing(code, *guard));
            let last = *guards.last()?;
            (vec![statements(code, (reading, last))], deleting, same && last.next_named_sibling() == Some(deleting))
        }
    };
    let block = last.parent()?;
    let used = descendants(block).into_iter().any(|n| {
        n.kind() == "identifier"
            && names.contains(&code.text_of(n))
            && n.start_byte() > last.end_byte()
            && !crate::scope::declares(code, n)
    });
    (!used).then_some((edits, same))
}

/// Names that a statement declares.
fn declared<'s>(code: &Code<'s>, statement: Node<'_>) -> Vec<&'s str> {
    let own =
        descendants(statement).into_iter().filter(|n| n.kind() == "identifier" && crate::scope::declares(code, *n));
    own.filter(|n| code.statement(*n) == Some(statement)).map(|n| code.text_of(n)).collect()
}

/// The `if` without `else` whose block holds the deletion and nothing else.
fn holder<'t>(code: &Code<'_>, deleting: Node<'t>) -> Option<Node<'t>> {
    let block = deleting.parent()?;
    if named(block) != [deleting] {
        return None;
    }
    let holder = ancestors(block).skip(1).find(|n| !matches!(n.kind(), "block" | "statement_block"))?;
    let is_if = matches!(holder.kind(), "if_statement" | "if_expression")
        && holder.child_by_field_name("alternative").is_none();
    is_if.then(|| code.statement(holder)).flatten()
}

/// The guards between a read and what it leads to, or `None` where something else stands there.
fn leads_to<'t>(code: &Code<'_>, reading: Node<'t>, to: Node<'t>, names: &[&str]) -> Option<Vec<Node<'t>>> {
    let mut between = Vec::new();
    let mut next = reading.next_named_sibling()?;
    while next != to {
        let about = descendants(next).into_iter().any(|n| n.kind() == "identifier" && names.contains(&code.text_of(n)));
        if !about || !is_guard(code, next) {
            return None;
        }
        between.push(next);
        next = next.next_named_sibling()?;
    }
    Some(between)
}

/// `if … { return … }` and nothing more.
fn is_guard(code: &Code<'_>, node: Node<'_>) -> bool {
    let node = expression(node);
    matches!(node.kind(), "if_statement" | "if_expression")
        && node.child_by_field_name("alternative").is_none()
        && node.child_by_field_name("consequence").is_some_and(|body| {
            let text = code.text_of(body).trim_start_matches('{').trim_end_matches('}').trim();
            text.starts_with("return") && text.lines().count() == 1
        })
}

/// Whether a guard tells its caller what the deletion tells when it does nothing.
fn says_nothing(code: &Code<'_>, guard: Node<'_>) -> bool {
    let returned =
        descendants(guard).into_iter().find(|n| matches!(n.kind(), "return_statement" | "return_expression"));
    let text =
        returned.map_or("", |n| code.text_of(n)).trim_start_matches("return").trim().trim_end_matches(';').trim();
    matches!(text, "" | "nil" | "undefined" | "Ok(())" | "()")
}

/// The deletion without the `if` around it, and without the read before that.
fn unwrapped(code: &Code<'_>, check: Node<'_>, deleting: Node<'_>, reading: Node<'_>) -> Option<Vec<Edit>> {
    // A comment behind the deletion stays with it; others would go, and then nothing is done.
    let rest = &code.text[deleting.end_byte()..check.end_byte()];
    let line = rest.split('\n').next().unwrap_or("").trim_end_matches('\r');
    let kept = if line.contains("//") { line.len() } else { 0 };
    let gone = [&code.text[check.start_byte()..deleting.start_byte()], &rest[kept..]];
    if gone.iter().any(|text| text.contains("//") || text.contains("/*")) || code.text_of(deleting).contains('\n') {
        return None;
    }
    let mut edits = Vec::new();
    if reading != check {
        edits.push(statements(code, (reading, reading)));
    }
    edits.push(Edit { span: code.span(check.start_byte(), deleting.start_byte()), text: String::new() });
    edits.push(Edit { span: code.span(deleting.end_byte() + kept, check.end_byte()), text: String::new() });
    Some(edits)
}
