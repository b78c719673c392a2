//! Locals under other names.

use super::{File, MARK};
use crate::edit::Edit;
use crate::syntax::{Kind, Language, Node};
use std::collections::BTreeSet;

pub(super) fn edits(file: &File<'_>) -> Vec<Edit> {
    let taken = taken(file);
    let mut edits = Vec::new();
    for function in outermost(file.tree) {
        let declared = declared(file, function);
        let kept = kept(file, function);
        let names: BTreeSet<&str> =
            declared.iter().copied().filter(|n| !taken.contains(n) && !kept.contains(n) && renamable(n)).collect();
        if !names.is_empty() {
            uses(file, function, &names, &mut edits);
        }
    }
    edits.sort_by_key(|edit| edit.span.start);
    edits.dedup();
    edits
}

/// A name that ends with a unit means something: what it counts.
const UNITS: [&str; 6] = ["ms", "millis", "milliseconds", "sec", "secs", "seconds"];

fn renamable(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let says_unit = UNITS.iter().filter(|unit| lower.ends_with(**unit)).any(|unit| {
        let (before, word) = name.split_at(name.len() - unit.len());
        before.is_empty() || before.ends_with('_') || word.starts_with(char::is_uppercase)
    });
    name != "_"
        && name != "self"
        && name != "this"
        && name.starts_with(|c: char| c.is_lowercase() || c == '_')
        && !says_unit
}

/// Functions that are in no other.
pub(super) fn outermost(tree: &Node) -> Vec<&Node> {
    let (mut list, mut open) = (Vec::new(), vec![tree]);
    while let Some(node) = open.pop() {
        if matches!(node.kind, Kind::Function | Kind::Closure) {
            list.push(node);
        } else {
            open.extend(node.children.iter().rev());
        }
    }
    list
}

/// Names that stand at the top of the files of this package, and what imports bind: they may be meant.
pub(super) fn taken<'f>(file: &'f File<'_>) -> BTreeSet<&'f str> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for item in &file.tree.children {
        let inner = if item.raw == "export_statement" { item.child("declaration").unwrap_or(item) } else { item };
        match inner.kind {
            Kind::Function => names.extend(inner.child("name").map(|name| name.text(file.text))),
            Kind::Import => names.extend(words(bound(file.language, inner.text(file.text)))),
            _ => {
                // Names of top-level variables; what closures in them declare is their own.
                let mut open = vec![inner];
                while let Some(node) = open.pop() {
                    if matches!(node.kind, Kind::Function | Kind::Closure) {
                        continue;
                    }
                    if node.kind == Kind::Name && (node.field == "name" || node.raw == "binding") {
                        names.insert(node.text(file.text));
                    }
                    open.extend(&node.children);
                }
            }
        }
    }
    if file.language == Language::Go {
        // The other files of the package declare names, too.
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (path, text) in &file.project.files {
            if path.ends_with(".go") && path.rsplit_once('/').map_or("", |(folder, _)| folder) == folder {
                let heads =
                    text.lines().filter(|line| !line.starts_with([' ', '\t', '}', '/']) && !line.starts_with("func ("));
                names.extend(heads.filter_map(|line| words(line).find(|w| !GO.contains(w))));
            }
        }
    }
    names
}

/// What an import binds stands before where it comes from.
fn bound(language: Language, import: &str) -> &str {
    match language {
        Language::TypeScript => import.rsplit_once(" from ").map_or(import, |(bound, _)| bound),
        Language::Go | Language::Rust => import,
    }
}

const GO: [&str; 5] = ["func", "var", "const", "type", "package"];

pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').filter(|word| !word.is_empty())
}

/// Names that a function declares.
pub(super) fn declared<'f>(file: &'f File<'_>, function: &Node) -> BTreeSet<&'f str> {
    let mut names = BTreeSet::new();
    for node in function.all() {
        let binds: Vec<&Node> = match (file.language, node.raw) {
            (Language::Go, "parameter_declaration" | "variadic_parameter_declaration" | "var_spec" | "const_spec") => {
                node.children.iter().filter(|c| c.field == "name").collect()
            }
            (Language::Go, "short_var_declaration" | "range_clause" | "receive_statement") => {
                node.child("left").into_iter().flat_map(|left| left.children.iter()).collect()
            }
            (Language::TypeScript, "variable_declarator") => node.child("name").into_iter().collect(),
            (Language::TypeScript, "required_parameter" | "optional_parameter") => {
                node.child("pattern").into_iter().collect()
            }
            (Language::TypeScript, "arrow_function" | "catch_clause") => node.child("parameter").into_iter().collect(),
            (Language::TypeScript, "for_in_statement") => node.child("left").into_iter().collect(),
            (Language::Rust, "binding" | "shorthand_binding") => vec![node],
            _ => Vec::new(),
        };
        for bind in binds {
            let wanted = |n: &&Node| n.kind == Kind::Name || n.raw == "shorthand_property_identifier_pattern";
            names.extend(bind.all().into_iter().filter(wanted).map(|name| name.text(file.text)));
        }
    }
    names
}

/// Names that mean something else somewhere in the function.
fn kept<'f>(file: &'f File<'_>, function: &Node) -> BTreeSet<&'f str> {
    let mut names = BTreeSet::new();
    for node in function.all() {
        match (file.language, node.raw) {
            // `T{key: …}`: a field, or a variable where T is a map.
            (Language::Go, "keyed_element") => {
                names.extend(node.children.first().into_iter().flat_map(Node::all).map(|key| key.text(file.text)));
            }
            // `constructor(private readonly key)` makes a field.
            (Language::TypeScript, "accessibility_modifier") => {}
            (Language::TypeScript, "required_parameter" | "optional_parameter") => {
                let head = node.text(file.text);
                if ["private ", "public ", "protected ", "readonly "].iter().any(|word| head.starts_with(word)) {
                    names.extend(node.child("pattern").map(|name| name.text(file.text)));
                }
            }
            (Language::Rust, "member") => {}
            // What a macro of this kind does with a name, nobody knows: `json!({name: name})`.
            (Language::Rust, "macro") if node.text(file.text).starts_with("tokio::select") => {
                names.extend(node.find(Kind::Name).map(|name| name.text(file.text)));
            }
            _ => {}
        }
    }
    names
}

/// Every use, and every declaration.
fn uses(file: &File<'_>, function: &Node, names: &BTreeSet<&str>, edits: &mut Vec<Edit>) {
    for node in function.all() {
        let text = node.text(file.text);
        let at = node.span.end;
        match (file.language, node.raw) {
            (Language::Rust, "member" | "ident") => {}
            (Language::Rust, "token") if node.kind == Kind::Text => captures(file, node, names, edits),
            (Language::Rust, "shorthand" | "shorthand_binding")
            | (_, "shorthand_property_identifier" | "shorthand_property_identifier_pattern")
                if names.contains(text) =>
            {
                edits.push(Edit::insert(at, format!(": {text}{MARK}")));
            }
            _ if node.kind == Kind::Name && node.field != "method" && names.contains(text) => {
                edits.push(Edit::insert(at, MARK));
            }
            _ => {}
        }
    }
}

/// `"{key}"` in a text that a macro is given.
fn captures(file: &File<'_>, node: &Node, names: &BTreeSet<&str>, edits: &mut Vec<Edit>) {
    let text = node.text(file.text);
    for (at, _) in text.match_indices('{') {
        let name = words(&text[at + 1..]).next().unwrap_or_default();
        let end = at + 1 + name.len();
        let whole = text[at + 1..].starts_with(name) && text[end..].starts_with(['}', ':']);
        if whole && !text[..at].ends_with('{') && names.contains(name) {
            edits.push(Edit::insert(node.span.start + end, MARK));
        }
    }
}
