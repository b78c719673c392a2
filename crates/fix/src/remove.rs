//! Taking statements out.

use crate::syntax::{Code, ancestors, descendants, named};
use dogpile_report::Edit;
use tree_sitter::Node;

/// Takes out the statement of a call, with what only looks at its outcome: the `if err != nil` around or behind it, and the
/// block that would be empty. `None`: something else needs what the call gives.
pub(crate) fn call(code: &Code<'_>, call: Node<'_>) -> Option<Edit> {
    let statement = code.statement(call)?;
    let last = match statement.kind() {
        "expression_statement" => statement,
        "if_statement" => {
            let head =
                statement.child_by_field_name("initializer").is_some_and(|head| ancestors(call).any(|n| n == head));
            (head && statement.child_by_field_name("alternative").is_none()).then_some(statement)?
        }
        "let_declaration" => {
            let pattern = statement.child_by_field_name("pattern")?;
            (code.text_of(pattern) == "_").then_some(statement)?
        }
        "assignment_statement" | "short_var_declaration" => looked_at(code, statement)?,
        _ => return None,
    };
    Some(statements(code, emptied(code, statement, last).unwrap_or((statement, last))))
}

/// The statement after an assignment that does nothing but look at it, or the assignment itself where nobody does.
fn looked_at<'t>(code: &Code<'_>, statement: Node<'t>) -> Option<Node<'t>> {
    let left = named(statement.child_by_field_name("left")?);
    let names: Vec<&str> = left.iter().map(|n| code.text_of(*n)).filter(|name| *name != "_").collect();
    let next = statement.next_named_sibling().filter(|next| {
        next.kind() == "if_statement"
            && next.child_by_field_name("alternative").is_none()
            && next.child_by_field_name("initializer").is_none()
            && next.child_by_field_name("condition").is_some_and(|c| reads(code, c, &names) && !calls(c))
    });
    let last = next.unwrap_or(statement);
    // A new variable that is read further on is needed.
    let block = statement.parent()?;
    let needed = statement.kind() == "short_var_declaration"
        && descendants(block)
            .into_iter()
            .any(|n| n.start_byte() >= last.end_byte() && n.kind() == "identifier" && names.contains(&code.text_of(n)));
    (!needed).then_some(last)
}

fn reads(code: &Code<'_>, condition: Node<'_>, names: &[&str]) -> bool {
    descendants(condition).into_iter().any(|n| n.kind() == "identifier" && names.contains(&code.text_of(n)))
}

fn calls(node: Node<'_>) -> bool {
    descendants(node).into_iter().any(|n| matches!(n.kind(), "call_expression" | "await_expression"))
}

/// The `if` whose block holds nothing but these statements, and whose condition does nothing but look.
fn emptied<'t>(code: &Code<'_>, first: Node<'t>, last: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
    let block = first.parent()?;
    let inside = named(block);
    if inside.first() != Some(&first) || inside.last() != Some(&last) {
        return None;
    }
    let holder = ancestors(block).skip(1).find(|n| !matches!(n.kind(), "block" | "statement_block" | "else_clause"))?;
    let plain = matches!(holder.kind(), "if_statement" | "if_expression")
        && holder.child_by_field_name("alternative").is_none()
        && holder.child_by_field_name("initializer").is_none()
        && holder.child_by_field_name("condition").is_some_and(|c| !calls(c));
    let whole = if holder.parent()?.kind() == "expression_statement" { holder.parent()? } else { holder };
    (plain && code.statement(whole) == Some(whole)).then_some((whole, whole))
}

/// The comments right above a statement, on lines of their own: they speak of it, and go where it goes.
pub(crate) fn remarks<'t>(code: &Code<'_>, statement: Node<'t>) -> Vec<Node<'t>> {
    let mut above = Vec::new();
    let mut below = statement;
    while let Some(comment) = below.prev_sibling().filter(|n| n.kind() == "comment") {
        let touches = comment.end_position().row + 1 == below.start_position().row;
        let alone = code.text[code.line_start(comment.start_byte())..comment.start_byte()].trim().is_empty();
        if !touches || !alone {
            break;
        }
        above.push(comment);
        below = comment;
    }
    above.reverse();
    above
}

/// Takes out whole statements with their lines, and one of the blank lines around them.
pub(crate) fn statements(code: &Code<'_>, (first, last): (Node<'_>, Node<'_>)) -> Edit {
    let mut start = code.line_start(first.start_byte());
    let mut end = code.line_end(last.end_byte());
    let own_lines = code.text[start..first.start_byte()].trim().is_empty();
    if !own_lines {
        return Edit { span: code.span(first.start_byte(), last.end_byte()), text: String::new() };
    }
    let blank_before = code.text[..start].ends_with("\n\n") || code.text[..start].ends_with("\n\r\n");
    let after = code.text[end..].lines().next().unwrap_or("").trim();
    let opens = code.text[..start].trim_end().ends_with('{');
    if after.is_empty() && (blank_before || opens) {
        end = code.line_end(end.min(code.text.len()));
    } else if after.starts_with('}') && blank_before {
        start = code.text[..start].trim_end().len() + code.newline().len();
    }
    Edit { span: code.span(start, end), text: String::new() }
}
