//! The statements between taking a lock and being sure of it.

use crate::syntax::{Code, ancestors, descendants, expression, named};
use dogpile_source::Span;
use tree_sitter::Node;

/// A lock being taken: the statement, and the `if`s behind it that leave when it was not won.
pub(crate) struct Taken<'t> {
    pub(crate) statement: Node<'t>,
    /// The last statement that only those who lost leave by: the lock is held behind it.
    pub(crate) checked: Node<'t>,
    /// Names that the statement gives values to.
    pub(crate) names: Vec<String>,
    /// Whether anything was looked at.
    pub(crate) looked: bool,
}

/// The statement of a call and the checks behind it.
pub(crate) fn taken<'t>(code: &'t Code<'_>, acquire: Span) -> Option<Taken<'t>> {
    let statement = code.statement(code.covering(acquire)?)?;
    let names = given(code, statement);
    let mut taken = Taken { statement, checked: statement, names, looked: leaves(statement) };
    while let Some(next) = taken.checked.next_named_sibling() {
        // A comment belongs to what follows it.
        if next.kind().contains("comment") || !leaves(next) || !about(code, next, &taken.names) {
            break;
        }
        (taken.checked, taken.looked) = (next, true);
    }
    Some(taken)
}

/// Names that a statement declares or gives values to.
fn given(code: &Code<'_>, statement: Node<'_>) -> Vec<String> {
    let left = |n: Node<'_>| {
        ["left", "name", "pattern"]
            .iter()
            .find_map(|field| n.child_by_field_name(field))
            .map(|n| code.text_of(n).to_owned())
    };
    let lists = descendants(statement).into_iter().filter(|n| {
        matches!(
            n.kind(),
            "short_var_declaration"
                | "assignment_statement"
                | "variable_declarator"
                | "let_declaration"
                | "assignment_expression"
        )
    });
    let texts: Vec<String> = lists.filter_map(left).collect();
    let words = texts.iter().flat_map(|text| text.split([',', ' ', '(', ')', '[', ']', '{', '}']));
    words.map(str::trim).filter(|name| !name.is_empty() && *name != "_" && *name != "mut").map(str::to_owned).collect()
}

fn about(code: &Code<'_>, node: Node<'_>, names: &[String]) -> bool {
    let inner = expression(node);
    // What the `if` itself gives a value to is something else.
    inner.child_by_field_name("initializer").is_none()
        && inner.child_by_field_name("condition").is_some_and(|condition| {
            descendants(condition)
                .into_iter()
                .any(|n| n.kind() == "identifier" && names.iter().any(|name| name == code.text_of(n)))
        })
}

/// Whether a statement is an `if` without `else` whose body ends by leaving.
fn leaves(node: Node<'_>) -> bool {
    let inner = expression(node);
    if !matches!(inner.kind(), "if_statement" | "if_expression") || inner.child_by_field_name("alternative").is_some() {
        return false;
    }
    let Some(mut last) = inner.child_by_field_name("consequence") else { return false };
    while matches!(last.kind(), "block" | "statement_block" | "statement_list" | "expression_statement") {
        let Some(next) = named(last).pop() else { return false };
        last = next;
    }
    matches!(
        last.kind(),
        "return_statement"
            | "return_expression"
            | "throw_statement"
            | "continue_statement"
            | "continue_expression"
            | "break_statement"
            | "break_expression"
    )
}

/// Whether a name means what it meant: nothing between two places gives it another value.
pub(crate) fn unchanged(code: &Code<'_>, statement: Node<'_>, from: usize, to: usize) -> bool {
    let read: Vec<&str> =
        descendants(statement).into_iter().filter(|n| n.kind() == "identifier").map(|n| code.text_of(n)).collect();
    let Some(block) = statement.parent() else { return false };
    let changed = descendants(block).into_iter().filter(|n| {
        matches!(
            n.kind(),
            "short_var_declaration"
                | "assignment_statement"
                | "assignment_expression"
                | "let_declaration"
                | "lexical_declaration"
        ) && n.start_byte() >= from
            && n.end_byte() <= to
            && !ancestors(*n).any(|a| a == statement)
    });
    changed.flat_map(|n| given(code, n)).all(|name| !read.contains(&name.as_str()))
}
