//! Which names mean the same at two places.

use crate::syntax::{Code, Language, ancestors, descendants};
use tree_sitter::Node;

/// Whether a name that is read at `from` means the same value at `to`: it is declared around both, before both, and nobody
/// gives it another value.
pub(crate) fn same_value(code: &Code<'_>, name: &str, from: Node<'_>, to: Node<'_>) -> bool {
    let Some(binding) = binding(code, name, from) else { return is_top_level(code, name) };
    let Some(home) = home(code, binding) else { return false };
    let inside = |node: Node<'_>| ancestors(node).any(|n| n == home);
    if !inside(to) || to.start_byte() < binding.end_byte() {
        return false;
    }
    let nearest = self::binding(code, name, to);
    nearest == Some(binding)
        && !descendants(home).into_iter().any(|n| is_named(code, n, name) && n != binding && assigns(code, n))
}

/// The node that declares a name for a place: the last one before it whose home is around it.
pub(crate) fn binding<'t>(code: &Code<'_>, name: &str, at: Node<'t>) -> Option<Node<'t>> {
    let root = ancestors(at).last()?;
    let all = descendants(root).into_iter().filter(|n| is_named(code, *n, name) && declares(code, *n));
    let mut visible = all.filter(|n| {
        n.end_byte() <= at.start_byte() && home(code, *n).is_some_and(|home| ancestors(at).any(|a| a == home))
    });
    visible.next_back()
}

/// Whether a name is one of the file's own top level.
fn is_top_level(code: &Code<'_>, name: &str) -> bool {
    descendants(code.root())
        .into_iter()
        .any(|n| is_named(code, n, name) && declares(code, n) && code.function(n).is_none())
}

fn is_named(code: &Code<'_>, node: Node<'_>, name: &str) -> bool {
    matches!(node.kind(), "identifier" | "shorthand_property_identifier_pattern") && code.text_of(node) == name
}

/// The node in which a declaration holds: its function for parameters, its block for variables.
fn home<'t>(code: &Code<'_>, binding: Node<'t>) -> Option<Node<'t>> {
    let params = ["parameter_list", "parameter_declaration", "formal_parameters", "parameters", "closure_parameters"];
    if ancestors(binding).skip(1).take(5).any(|n| params.contains(&n.kind())) {
        return code.function(binding);
    }
    // What a statement declares in its head holds in the whole statement.
    let heads =
        ["if_statement", "for_statement", "for_in_statement", "type_switch_statement", "expression_switch_statement"];
    ancestors(binding).skip(1).find(|n| code.is_block(*n) || heads.contains(&n.kind()) || code.is_function(*n))
}

/// Whether a name is brought into being here.
pub(crate) fn declares(code: &Code<'_>, node: Node<'_>) -> bool {
    let Some(parent) = node.parent() else { return false };
    let is = |field: &str| parent.child_by_field_name(field) == Some(node);
    match parent.kind() {
        "expression_list" => parent.parent().is_some_and(|g| {
            matches!(g.kind(), "short_var_declaration" | "range_clause")
                && g.child_by_field_name("left") == Some(parent)
        }),
        "parameter_declaration" | "const_spec" | "var_spec" => {
            let typed = parent.child_by_field_name("type") == Some(node);
            let value = parent.child_by_field_name("value").is_some_and(|v| ancestors(node).any(|n| n == v));
            !typed && !value
        }
        "variable_declarator" | "const_item" | "static_item" => is("name"),
        "required_parameter" | "optional_parameter" | "let_declaration" | "parameter" => is("pattern"),
        "arrow_function" => is("parameter"),
        "formal_parameters" | "closure_parameters" | "array_pattern" | "tuple_pattern" | "object_pattern"
        | "mut_pattern" => true,
        _ => code.language == Language::Rust && parent.kind() == "captured_pattern",
    }
}

/// Whether a name is given another value here.
fn assigns(code: &Code<'_>, node: Node<'_>) -> bool {
    let Some(parent) = node.parent() else { return false };
    let left = |n: Node<'_>, of: Node<'_>| of.child_by_field_name("left") == Some(n);
    match parent.kind() {
        "assignment_expression" | "augmented_assignment_expression" | "compound_assignment_expr" => left(node, parent),
        "expression_list" => parent.parent().is_some_and(|g| {
            matches!(g.kind(), "assignment_statement" | "short_var_declaration")
                && left(parent, g)
                && !declares_anew(code, g, node)
        }),
        "update_expression" | "inc_statement" | "dec_statement" => true,
        "unary_expression" | "reference_expression" => {
            code.text_of(parent).starts_with("&mut")
                || (code.language == Language::Go && code.text_of(parent).starts_with('&'))
        }
        _ => false,
    }
}

/// `:=` makes a new variable in a block of its own, and otherwise gives the old one a value.
fn declares_anew(code: &Code<'_>, statement: Node<'_>, node: Node<'_>) -> bool {
    statement.kind() == "short_var_declaration" && {
        let earlier = binding(code, code.text_of(node), statement);
        earlier.is_none_or(|earlier| home(code, earlier) != home(code, node))
    }
}

/// Whether a name stands anywhere in the function around a place, or at the top of the file.
pub(crate) fn is_used(code: &Code<'_>, name: &str, at: Node<'_>) -> bool {
    let around = ancestors(at).filter(|n| code.is_function(*n)).last().unwrap_or(code.root());
    let words = |root: Node<'_>| {
        let word = |n: &Node<'_>| {
            n.child_count() == 0
                && code.text_of(*n) == name
                && n.kind() != "property_identifier"
                && n.kind() != "field_identifier"
        };
        descendants(root).iter().any(word)
    };
    words(around) || is_top_level(code, name)
}

/// Whether edits leave a variable of a Go function that nothing reads: it would not compile.
pub(crate) fn orphans(code: &Code<'_>, edits: &[dogpile_report::Edit]) -> bool {
    if code.language != Language::Go {
        return false;
    }
    let Some(after) = crate::edit::applied(code.text, edits) else { return true };
    let Some(tree) = crate::syntax::parse(Language::Go, code.path, &after) else { return true };
    let (old, new) = (locals(code.root(), code.text), locals(tree.root_node(), &after));
    old.len() != new.len()
        || old.iter().zip(&new).any(|(old, new)| {
            new.iter().any(|(name, (declared, seen))| {
                let unread = |(declared, seen): (usize, usize)| declared > 0 && seen <= declared;
                unread((*declared, *seen)) && !old.get(name).is_some_and(|counts| unread(*counts))
            })
        })
}

/// For each function of a file: its names, how often each is declared or assigned, and how often it stands there at all.
fn locals<'s>(root: Node<'_>, text: &'s str) -> Vec<std::collections::BTreeMap<&'s str, (usize, usize)>> {
    let functions = crate::syntax::named(root)
        .into_iter()
        .filter(|n| matches!(n.kind(), "function_declaration" | "method_declaration"));
    functions
        .map(|function| {
            let mut counts = std::collections::BTreeMap::new();
            for node in descendants(function).into_iter().filter(|n| n.kind() == "identifier") {
                let name = text.get(node.byte_range()).unwrap_or("");
                let left = node.parent().filter(|p| p.kind() == "expression_list").and_then(|p| {
                    let holder = p.parent()?;
                    let is_left = holder.child_by_field_name("left") == Some(p);
                    (is_left && matches!(holder.kind(), "short_var_declaration" | "assignment_statement")).then_some(())
                });
                let seen: &mut (usize, usize) = counts.entry(name).or_default();
                *seen = (seen.0 + usize::from(left.is_some() && name != "_"), seen.1 + 1);
            }
            counts
        })
        .collect()
}
