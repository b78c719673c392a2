//! Functions in a second file.

use super::rename::words;
use super::{File, MARK, order};
use crate::edit::{Edit, apply};
use crate::syntax::{Kind, Language, Node};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn split(file: &File<'_>) -> Option<Vec<(String, String)>> {
    let made = match file.language {
        Language::Go => go(file)?,
        Language::TypeScript => typescript(file)?,
        Language::Rust => rust(file)?,
    };
    let parses = |(path, text): &(String, String)| crate::syntax::parse(file.language, path, text).is_some();
    made.iter().all(parses).then_some(made)
}

/// The path of a file beside this one.
pub(super) fn beside(path: &str, name: &str) -> String {
    path.rsplit_once('/').map_or(name.to_owned(), |(folder, _)| format!("{folder}/{name}"))
}

fn stem(path: &str) -> (&str, &str) {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').unwrap_or((name, ""))
}

fn go(file: &File<'_>) -> Option<Vec<(String, String)>> {
    let slots = order::functions(file);
    let moved: Vec<_> = slots.iter().enumerate().filter(|(n, _)| n % 2 == 1).map(|(_, slot)| slot.clone()).collect();
    let package = file.tree.children.iter().find(|node| node.raw == "package_clause")?;
    let body: String =
        moved.iter().filter_map(|slot| file.text.get(slot.clone())).map(|t| format!("\n{t}\n")).collect();
    if moved.is_empty() || file.tree.children.iter().any(|node| node.text(file.text).contains("import \"C\"")) {
        return None;
    }
    let mut edits: Vec<Edit> = moved.into_iter().map(|slot| Edit::replace(slot, "")).collect();
    let rest = apply(file.text, &edits)?;
    let mut imports = String::new();
    for spec in file.tree.raw("import_spec") {
        let path = spec.child("path").map(|p| p.text(file.text).trim_matches('"'))?;
        let alias = spec.child("name").map(|name| name.text(file.text).to_owned());
        let bound = alias.unwrap_or_else(|| bound(path));
        let used = |text: &str| text.contains(&format!("{bound}."));
        if used(&body) {
            imports.push_str(&format!("\t{}\n", spec.text(file.text)));
            if !used(&rest) {
                edits.push(Edit::replace(spec.span.clone(), ""));
            }
        }
    }
    let (name, _) = stem(file.path);
    let second = format!("{}\n\nimport (\n{imports})\n{body}", package.text(file.text));
    let first = apply(file.text, &edits)?.replace("import \n", "\n");
    Some(vec![(file.path.to_owned(), first), (beside(file.path, &format!("{name}_part.go")), second)])
}

/// What an import path binds where it has no other name.
fn bound(path: &str) -> String {
    let version = |part: &str| part.len() > 1 && part.starts_with('v') && part[1..].bytes().all(|b| b.is_ascii_digit());
    let last = path.rsplit('/').find(|part| !version(part)).unwrap_or(path);
    let last = last.split(".v").next().unwrap_or(last);
    last.strip_prefix("go-").unwrap_or(last).replace('-', "")
}

/// One function that another of its file calls, or that sends a command; it is imported back.
fn typescript(file: &File<'_>) -> Option<Vec<(String, String)>> {
    if file.text.contains("module.exports") || file.text.contains("require(") || !file.path.ends_with(".ts") {
        return None;
    }
    let (item, function) = chosen(file)?;
    let name = function.child("name")?.text(file.text);
    let body = file.text.get(function.span.clone())?;
    let used: BTreeSet<&str> = words(body).collect();
    let (base, ending) = stem(file.path);
    let mut head = String::new();
    let mut edits = Vec::new();
    for other in &file.tree.children {
        if other.kind == Kind::Import {
            let text = other.text(file.text);
            if words(text).any(|word| used.contains(word)) {
                head.push_str(&format!("{text}\n"));
            }
            continue;
        }
        let exported = other.raw == "export_statement";
        let inner = if exported { other.child("declaration").unwrap_or(other) } else { other };
        if inner.span == function.span {
            continue;
        }
        let names: Vec<&str> = match inner.raw {
            "lexical_declaration" => {
                inner.children.iter().filter_map(|d| d.child("name")).map(|n| n.text(file.text)).collect()
            }
            _ => inner.child("name").map(|n| n.text(file.text)).into_iter().collect(),
        };
        let wanted: Vec<&str> = names.into_iter().filter(|n| used.contains(n)).collect();
        if wanted.is_empty() {
            continue;
        }
        // What a module's variable holds can only be set in its own file.
        if inner.raw == "lexical_declaration" && inner.text(file.text).starts_with("let") {
            return None;
        }
        let is_type = matches!(inner.raw, "interface_declaration" | "type_alias_declaration");
        let word = if is_type { "import type" } else { "import" };
        head.push_str(&format!("{word} {{ {} }} from './{base}';\n", wanted.join(", ")));
        if !exported {
            edits.push(Edit::insert(inner.span.start, "export "));
        }
    }
    let export = if item.raw == "export_statement" { format!("export {{ {name} }};\n") } else { String::new() };
    let back = format!("import {{ {name} }} from './{base}.part';\n{export}");
    edits.push(Edit::replace(item.span.clone(), ""));
    edits.push(Edit::insert(0, back));
    let second = format!("{head}\nexport {body}\n");
    Some(vec![
        (file.path.to_owned(), apply(file.text, &edits)?),
        (beside(file.path, &format!("{base}.part.{ending}")), second),
    ])
}

/// A function at the top that sends a lock's command, else the last one.
fn chosen<'f>(file: &'f File<'_>) -> Option<(&'f Node, &'f Node)> {
    let sites = file.sites();
    let functions = file.tree.children.iter().filter_map(|item| {
        let exported = item.raw == "export_statement";
        let inner = if exported { item.child("declaration")? } else { item };
        // A default export keeps its name nowhere.
        let default = exported && item.text(file.text).starts_with("export default");
        (inner.kind == Kind::Function && inner.child("name").is_some() && !default).then_some((item, inner))
    });
    let all: Vec<_> = functions.collect();
    let sends = |node: &Node| sites.iter().any(|s| node.span.start <= s.start && s.end <= node.span.end);
    all.iter().find(|(_, node)| sends(node)).or(all.last()).copied()
}

/// A function of a module, in a module of its own below; what is private here is seen from there.
fn rust(file: &File<'_>) -> Option<Vec<(String, String)>> {
    let (item, function) = chosen(file)?;
    let name = function.child("name")?.text(file.text);
    let span = item.span.clone();
    let body = file.text.get(span.clone())?;
    let (vis, rest) = visibility(body);
    let (base, _) = stem(file.path);
    let module = format!("part{}", MARK.to_lowercase());
    let folder = match base {
        "mod" | "lib" | "main" => beside(file.path, &format!("{module}.rs")),
        _ => beside(file.path, &format!("{base}/{module}.rs")),
    };
    // Where paths are relative, they would lead elsewhere.
    if body.contains("super::") || body.contains("self::") || body.contains("include_str!") {
        return None;
    }
    let first = apply(file.text, &[Edit::replace(span, format!("mod {module};\n{vis}use {module}::{name};\n"))])?;
    let shown = if vis.is_empty() { "pub(super) ".to_owned() } else { vis.to_owned() };
    let attributes = &body[..body.len() - vis.len() - rest.len()];
    Some(vec![(file.path.to_owned(), first), (folder, format!("use super::*;\n\n{attributes}{shown}{rest}\n"))])
}

/// What is written before `fn`, split in the visibility and the rest; attributes stay before both.
fn visibility(body: &str) -> (&str, &str) {
    let heads: BTreeMap<usize, &str> =
        ["fn ", "async fn ", "const fn "].iter().filter_map(|head| Some((body.find(head)?, *head))).collect();
    let at = heads.keys().next().copied().unwrap_or_default();
    let line = body[..at].rfind('\n').map_or(0, |n| n + 1);
    (&body[line..at], &body[at..])
}
