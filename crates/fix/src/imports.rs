//! Imports that a fix needs.

use crate::edit::applied;
use crate::syntax::{Code, Language, descendants, named};
use dogpile_report::Edit;
use tree_sitter::Node;

/// Makes a Go package known by its own name. `None`: its name means something else here.
pub(crate) fn go(code: &Code<'_>, path: &str) -> Option<Vec<Edit>> {
    let name = path.rsplit('/').next()?;
    let specs: Vec<Node<'_>> = descendants(code.root()).into_iter().filter(|n| n.kind() == "import_spec").collect();
    let path_of = |spec: &Node<'_>| spec.child_by_field_name("path").map(|p| code.text_of(p).trim_matches(['"', '`']));
    if let Some(spec) = specs.iter().find(|spec| path_of(spec) == Some(path)) {
        return spec.child_by_field_name("name").is_none().then(Vec::new);
    }
    let taken = specs.iter().any(|spec| {
        let alias = spec.child_by_field_name("name").map(|n| code.text_of(n));
        alias.or_else(|| path_of(spec)?.rsplit('/').next()) == Some(name)
    });
    if taken || declared(code, name) {
        return None;
    }
    let list = descendants(code.root()).into_iter().find(|n| n.kind() == "import_spec_list");
    let edit = match (list, specs.first()) {
        (Some(list), _) => {
            let inside = named(list);
            // The first group is the standard library's, where it has one.
            let is_std = |spec: &Node<'_>| path_of(spec).is_some_and(|p| !p.split('/').next().unwrap_or("").contains('.'));
            let std: Vec<&Node<'_>> = inside.iter().filter(|spec| is_std(spec)).collect();
            let after = std.iter().rev().find(|spec| path_of(spec).is_some_and(|p| p < path));
            match (after, std.first(), inside.first()) {
                (Some(after), ..) => put(code, code.line_end(after.end_byte()), format!("\t\"{path}\"\n")),
                (None, Some(first), _) => put(code, code.line_start(first.start_byte()), format!("\t\"{path}\"\n")),
                (None, None, Some(first)) => put(code, code.line_start(first.start_byte()), format!("\t\"{path}\"\n\n")),
                (None, None, None) => put(code, list.start_byte() + 1, format!("\n\t\"{path}\"\n")),
            }
        }
        (None, Some(spec)) => put(code, code.line_end(spec.end_byte()), format!("import \"{path}\"\n")),
        (None, None) => {
            let package = descendants(code.root()).into_iter().find(|n| n.kind() == "package_clause")?;
            put(code, code.line_end(package.end_byte()), format!("\nimport \"{path}\"\n"))
        }
    };
    Some(vec![edit])
}

/// Takes out Go imports that nothing uses once edits are made: it would not compile.
pub(crate) fn unused(code: &Code<'_>, edits: &[Edit]) -> Vec<Edit> {
    if code.language != Language::Go {
        return Vec::new();
    }
    let Some(after) = applied(code.text, edits) else { return Vec::new() };
    let specs = descendants(code.root()).into_iter().filter(|n| n.kind() == "import_spec");
    let gone = specs.filter(|spec| {
        let Some(path) = spec.child_by_field_name("path").map(|p| code.text_of(p).trim_matches(['"', '`'])) else { return false };
        let name = spec.child_by_field_name("name").map_or_else(|| path.rsplit('/').next().unwrap_or(path), |n| code.text_of(n));
        let selector = format!("{name}.");
        code.text.contains(&selector) && !after.contains(&selector)
    });
    gone.map(|spec| Edit { span: code.span(code.line_start(spec.start_byte()), code.line_end(spec.end_byte())), text: String::new() }).collect()
}

/// Whether a name is declared somewhere in the file, so that it may mean something else where it is used.
pub(crate) fn declared(code: &Code<'_>, name: &str) -> bool {
    descendants(code.root()).into_iter().any(|node| {
        matches!(node.kind(), "identifier" | "type_identifier" | "shorthand_property_identifier_pattern")
            && code.text_of(node) == name
            && node.parent().is_some_and(|parent| {
                let declares = [
                    "const_spec", "var_spec", "parameter_declaration", "type_spec", "function_declaration", "const_item",
                    "static_item", "function_item", "variable_declarator", "required_parameter", "optional_parameter",
                    "let_declaration", "parameter", "range_clause", "struct_item", "class_declaration", "import_specifier",
                    "import_clause", "object_pattern", "array_pattern", "use_list", "scoped_identifier",
                ];
                let left = parent.kind() == "expression_list"
                    && parent.parent().is_some_and(|g| g.child_by_field_name("left") == Some(parent));
                let value = parent.child_by_field_name("value") == Some(node);
                (declares.contains(&parent.kind()) && !value) || left
            })
    })
}

/// An insertion.
pub(crate) fn put(code: &Code<'_>, at: usize, text: String) -> Edit {
    Edit { span: code.span(at, at), text }
}
