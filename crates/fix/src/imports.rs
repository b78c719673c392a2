//! Imports that a fix needs.

use crate::edit::applied;
use crate::syntax::{Code, Language, ancestors, descendants, named, parse};
use dogpile_report::Edit;
use std::collections::BTreeSet;
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
            let is_std =
                |spec: &Node<'_>| path_of(spec).is_some_and(|p| !p.split('/').next().unwrap_or("").contains('.'));
            let std: Vec<&Node<'_>> = inside.iter().filter(|spec| is_std(spec)).collect();
            let after = std.iter().rev().find(|spec| path_of(spec).is_some_and(|p| p < path));
            match (after, std.first(), inside.first()) {
                (Some(after), ..) => put(code, code.line_end(after.end_byte()), format!("\t\"{path}\"\n")),
                (None, Some(first), _) => put(code, code.line_start(first.start_byte()), format!("\t\"{path}\"\n")),
                (None, None, Some(first)) => {
                    put(code, code.line_start(first.start_byte()), format!("\t\"{path}\"\n\n"))
                }
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
    match code.language {
        Language::Go => unused_packages(code, edits),
        Language::Rust => unused_traits(code, edits),
        Language::TypeScript => Vec::new(),
    }
}

fn unused_packages(code: &Code<'_>, edits: &[Edit]) -> Vec<Edit> {
    let Some(after) = applied(code.text, edits) else { return Vec::new() };
    let Some(tree) = parse(Language::Go, code.path, &after) else { return Vec::new() };
    let (before, after) = (packages(code.root(), code.text), packages(tree.root_node(), &after));
    let specs = descendants(code.root()).into_iter().filter(|n| n.kind() == "import_spec");
    let gone = specs.filter(|spec| {
        let Some(path) = spec.child_by_field_name("path").map(|p| code.text_of(p).trim_matches(['"', '`'])) else {
            return false;
        };
        let name = spec
            .child_by_field_name("name")
            .map_or_else(|| path.rsplit('/').next().unwrap_or(path), |n| code.text_of(n));
        before.contains(name) && !after.contains(name)
    });
    gone.map(|spec| Edit {
        span: code.span(code.line_start(spec.start_byte()), code.line_end(spec.end_byte())),
        text: String::new(),
    })
    .collect()
}

/// Names that something is taken out of (`time` of `time.Second`, `redis` of `*redis.Client`): packages, and variables.
fn packages<'s>(root: Node<'_>, text: &'s str) -> BTreeSet<&'s str> {
    let holders = descendants(root).into_iter().filter_map(|n| match n.kind() {
        "selector_expression" => n.child_by_field_name("operand").filter(|operand| operand.kind() == "identifier"),
        "qualified_type" => n.child_by_field_name("package"),
        _ => None,
    });
    holders.filter_map(|n| text.get(n.byte_range())).collect()
}

/// Traits that bring a client's methods, and methods that are none of theirs.
const TRAITS: &[&str] = &["Commands", "AsyncCommands"];
const OTHERS: &[&str] = &[
    "arg",
    "as_deref",
    "as_millis",
    "as_mut",
    "as_ref",
    "as_secs",
    "as_str",
    "as_u64",
    "clone",
    "context",
    "elapsed",
    "err",
    "expect",
    "get_connection",
    "get_multiplexed_async_connection",
    "into",
    "into_iter",
    "invoke",
    "invoke_async",
    "is_empty",
    "is_err",
    "is_none",
    "is_ok",
    "is_some",
    "iter",
    "key",
    "map",
    "map_err",
    "ok",
    "ok_or",
    "ok_or_else",
    "query",
    "query_async",
    "to_owned",
    "to_string",
    "unwrap",
    "unwrap_or",
    "unwrap_or_default",
    "with_context",
];

/// Takes out the import of a client's trait where no method is called any more that could be one of its. Where that is not
/// sure the import stays, and the compiler warns.
fn unused_traits(code: &Code<'_>, edits: &[Edit]) -> Vec<Edit> {
    let Some(after) = applied(code.text, edits) else { return Vec::new() };
    let Some(tree) = parse(Language::Rust, code.path, &after) else { return Vec::new() };
    let methods = |root: Node<'_>, text: &str| -> Vec<String> {
        let called = descendants(root).into_iter().filter(|n| {
            n.kind() == "field_identifier"
                && ancestors(*n).nth(2).is_some_and(|c| matches!(c.kind(), "call_expression" | "generic_function"))
        });
        called.map(|n| text.get(n.byte_range()).unwrap_or("").to_owned()).collect()
    };
    // What the file itself defines is its own.
    let own: Vec<&str> = descendants(code.root())
        .into_iter()
        .filter(|n| n.kind() == "function_item")
        .filter_map(|n| Some(code.text_of(n.child_by_field_name("name")?)))
        .collect();
    let theirs = |name: &String| !OTHERS.contains(&name.as_str()) && !own.contains(&name.as_str());
    let in_macros = descendants(tree.root_node()).into_iter().any(|n| {
        n.kind() == "token_tree" && after.get(n.byte_range()).is_some_and(|t| t.contains(").await") || t.contains("?;"))
    });
    if in_macros
        || methods(tree.root_node(), &after).iter().any(theirs)
        || !methods(code.root(), code.text).iter().any(theirs)
    {
        return Vec::new();
    }
    let names =
        descendants(code.root()).into_iter().filter(|n| n.kind() == "identifier" && TRAITS.contains(&code.text_of(*n)));
    let mut gone = Vec::new();
    for name in names {
        let Some(parent) = name.parent() else { continue };
        match parent.kind() {
            "use_list" => {
                let others: Vec<Node<'_>> = named(parent).into_iter().filter(|n| *n != name).collect();
                if let [only] = others[..] {
                    let text = code.text_of(only).to_owned();
                    gone.push(code.replaced(parent, text));
                    continue;
                }
                let rest = &code.text[name.end_byte()..parent.end_byte()];
                let after = rest.len() - rest.trim_start_matches([',', ' ']).len();
                gone.push(Edit { span: code.span(name.start_byte(), name.end_byte() + after), text: String::new() });
            }
            "scoped_identifier" if parent.parent().is_some_and(|p| p.kind() == "use_declaration") => {
                let (start, end) = (code.line_start(parent.start_byte()), code.line_end(parent.end_byte()));
                gone.push(Edit { span: code.span(start, end), text: String::new() });
            }
            _ => {}
        }
    }
    gone
}

/// Whether a name is declared somewhere in the file, so that it may mean something else where it is used.
pub(crate) fn declared(code: &Code<'_>, name: &str) -> bool {
    descendants(code.root()).into_iter().any(|node| {
        matches!(node.kind(), "identifier" | "type_identifier" | "shorthand_property_identifier_pattern")
            && code.text_of(node) == name
            && node.parent().is_some_and(|parent| {
                let declares = [
                    "const_spec",
                    "var_spec",
                    "parameter_declaration",
                    "type_spec",
                    "function_declaration",
                    "const_item",
                    "static_item",
                    "function_item",
                    "variable_declarator",
                    "required_parameter",
                    "optional_parameter",
                    "let_declaration",
                    "parameter",
                    "range_clause",
                    "struct_item",
                    "class_declaration",
                    "import_specifier",
                    "import_clause",
                    "object_pattern",
                    "array_pattern",
                    "use_list",
                    "scoped_identifier",
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

#[cfg(test)]
mod tests {
    use super::*;
    use dogpile_source::{FileId, SourceFile};

    /// The imports that go with the statement `gone`.
    fn without(text: &str, gone: &str) -> Vec<String> {
        let source = SourceFile::new("a.go", text);
        let code = Code::new(FileId(0), &source).expect("a tree");
        let at = text.find(gone).expect("there");
        let edit = Edit { span: code.span(at, at + gone.len()), text: String::new() };
        let unused = unused(&code, &[edit]);
        unused.iter().map(|e| text[e.span.start as usize..e.span.end as usize].trim().to_owned()).collect()
    }

    #[test]
    fn a_package_is_used_where_something_is_taken_out_of_it() {
        let text = "package a\n\nimport (\n\t\"runtime\"\n\t\"time\"\n)\n\n// time.Sleep is not called.\nfunc f() {\n\truntime.GC()\n\ttime.Sleep(1)\n}\n";
        assert_eq!(without(text, "time.Sleep(1)"), ["\"time\""]);
        assert_eq!(without(text, "runtime.GC()"), ["\"runtime\""]);
        let typed = text.replace("func f()", "func f(at *time.Time)");
        assert_eq!(without(&typed, "time.Sleep(1)"), Vec::<String>::new(), "a type is of the package, too");
    }
}
