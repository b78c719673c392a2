//! What is done with a call's reply, where the new form gives another one.

use crate::syntax::{Code, Language, ancestors, descendants};
use dogpile_report::Edit;
use tree_sitter::Node;

/// Whether nobody reads what a call gives.
pub(crate) fn is_unread(code: &Code<'_>, call: Node<'_>) -> bool {
    let mut node = call;
    while let Some(parent) = node.parent() {
        match parent.kind() {
            "expression_statement" | "defer_statement" | "go_statement" => return true,
            "expression_list" => {
                let Some(assigned) = parent.parent() else { return false };
                let left = assigned.child_by_field_name("left");
                return assigned.kind() == "assignment_statement"
                    && left.is_some_and(|l| l != parent && code.text_of(l).split(',').all(|name| name.trim() == "_"));
            }
            "await_expression" | "parenthesized_expression" | "try_expression" => node = parent,
            "unary_expression" if code.text_of(parent).starts_with("void ") => node = parent,
            // `.catch(() => {})`, and what follows it is the handler's.
            "member_expression" if call_of(code, parent, "catch") => node = parent.parent().unwrap_or(parent),
            _ => return false,
        }
    }
    false
}

fn call_of(code: &Code<'_>, member: Node<'_>, name: &str) -> bool {
    member.child_by_field_name("property").is_some_and(|p| code.text_of(p) == name)
        && member.parent().is_some_and(|p| p.kind() == "call_expression")
}

/// Edits that read `OK` and nothing where 1 and 0 (or true and false) were read. `None`: somebody reads it in another way.
pub(crate) fn one_to_ok(code: &Code<'_>, call: Node<'_>) -> Option<Vec<Edit>> {
    if code.language != Language::TypeScript {
        return None;
    }
    let mut node = call;
    while let Some(parent) = node.parent() {
        match parent.kind() {
            "await_expression" | "parenthesized_expression" => node = parent,
            _ => break,
        }
    }
    let parent = node.parent()?;
    if parent.kind() != "variable_declarator" {
        return read(code, node);
    }
    let name = parent.child_by_field_name("name").filter(|n| n.kind() == "identifier")?;
    // A type that somebody wrote down is the old reply's.
    let kept = parent.child_by_field_name("type").is_none() && parent.parent()?.kind() == "lexical_declaration";
    if !kept || !code.text_of(parent.parent()?).starts_with("const") {
        return None;
    }
    let scope = ancestors(parent).find(|n| code.is_block(*n))?;
    let mut edits = Vec::new();
    for other in descendants(scope) {
        let same = matches!(other.kind(), "identifier" | "shorthand_property_identifier")
            && code.text_of(other) == code.text_of(name);
        if same && other != name {
            edits.extend(read(code, other)?);
        }
    }
    Some(edits)
}

/// One reading of the reply.
fn read(code: &Code<'_>, value: Node<'_>) -> Option<Vec<Edit>> {
    let parent = value.parent()?;
    let text = |node: Option<Node<'_>>| node.map_or("", |n| code.text_of(n));
    match parent.kind() {
        "binary_expression" => {
            let operator = text(parent.child_by_field_name("operator"));
            let (left, right) = (parent.child_by_field_name("left")?, parent.child_by_field_name("right")?);
            if matches!(operator, "&&" | "||") {
                return condition(code, parent).then(Vec::new);
            }
            if left != value || !matches!(operator, "===" | "!==" | "==" | "!=") {
                return None;
            }
            let quote = code.quote();
            let new = match code.text_of(right) {
                "1" | "true" => format!("{quote}OK{quote}"),
                "0" | "false" => "null".to_owned(),
                _ => return None,
            };
            Some(vec![code.replaced(right, new)])
        }
        // Truth stays truth.
        "unary_expression" if text(parent.child_by_field_name("operator")) == "!" => Some(Vec::new()),
        "parenthesized_expression" if condition(code, parent) => Some(Vec::new()),
        "parenthesized_expression" => read(code, parent),
        "arguments" if parent.parent().is_some_and(|c| text(c.child_by_field_name("function")) == "Boolean") => {
            Some(Vec::new())
        }
        "ternary_expression" if parent.child_by_field_name("condition") == Some(value) => Some(Vec::new()),
        "expression_statement" => Some(Vec::new()),
        _ => None,
    }
}

/// Whether a node is what a statement decides by.
fn condition(code: &Code<'_>, node: Node<'_>) -> bool {
    node.parent().is_some_and(|parent| match parent.kind() {
        "if_statement" | "while_statement" | "do_statement" => parent.child_by_field_name("condition") == Some(node),
        "parenthesized_expression" | "binary_expression" => condition(code, parent),
        "unary_expression" => code.text_of(parent).starts_with('!'),
        "ternary_expression" => parent.child_by_field_name("condition") == Some(node),
        _ => false,
    })
}
