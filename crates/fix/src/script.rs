//! The script that deletes a lock only while it still holds the token.

use crate::desk::Desk;
use crate::imports::put;
use crate::scope;
use crate::syntax::{Code, Language, descendants, folder, is_text};
use dogpile_report::Edit;
use dogpile_source::SourceMap;
use tree_sitter::Node;

/// Compares and deletes, as it is written down in a file that has none.
const LINES: [&str; 4] =
    ["if redis.call(\"GET\", KEYS[1]) == ARGV[1] then", "  return redis.call(\"DEL\", KEYS[1])", "end", "return 0"];

/// The name of a constant with the script, and what has to be put into the file for it. One that is there already, in the
/// file or (in Go) in its package, is used again.
pub(crate) fn constant(desk: &Desk<'_>, code: &Code<'_>, at: Node<'_>) -> Option<(String, Vec<Edit>)> {
    if let Some(name) = known(code, at) {
        return Some((name, Vec::new()));
    }
    let others: Vec<Code<'_>> = if code.language == Language::Go { siblings(desk, code) } else { Vec::new() };
    if let Some(name) = others.iter().find_map(|other| known(other, other.root())) {
        return Some((name, Vec::new()));
    }
    let names: &[&str] = match code.language {
        Language::Go => &["releaseScript", "releaseLockScript", "compareAndDeleteScript"],
        Language::TypeScript | Language::Rust => {
            &["RELEASE_SCRIPT", "RELEASE_LOCK_SCRIPT", "COMPARE_AND_DELETE_SCRIPT"]
        }
    };
    let free = |name: &&&str| !mentions(code, name) && !others.iter().any(|other| mentions(other, name));
    let name = names.iter().find(free)?;
    Some(((*name).to_owned(), vec![declaration(code, name)?]))
}

/// A constant of the file's top level whose text is the script.
fn known(code: &Code<'_>, at: Node<'_>) -> Option<String> {
    let wanted = plain(&LINES.join("\n"));
    let literals = descendants(code.root())
        .into_iter()
        .filter(|n| is_text(*n) && plain(crate::pattern::content(code.text_of(*n))) == wanted);
    literals.into_iter().find_map(|literal| {
        let holder = crate::syntax::ancestors(literal).skip(1).take(3).find(|n| {
            matches!(n.kind(), "const_spec" | "var_spec" | "variable_declarator" | "const_item" | "static_item")
        })?;
        let value = holder.child_by_field_name("value")?;
        // The constant is the text itself, not something made of it.
        let direct = value == literal
            || (value.kind() == "expression_list"
                && value.named_child_count() == 1
                && value.named_child(0) == Some(literal));
        let name = code.text_of(holder.child_by_field_name("name")?);
        let shadowed = at != code.root() && scope::binding(code, name, at).is_some_and(|b| code.function(b).is_some());
        (direct && code.function(holder).is_none() && !shadowed).then(|| name.to_owned())
    })
}

/// A script without what Lua does not care for.
fn plain(script: &str) -> String {
    let lower = script.to_ascii_lowercase().replace(['"', '\''], "'").replace(';', " ").replace("\\n", " ");
    let words: Vec<&str> = lower.split_whitespace().collect();
    words
        .join(" ")
        .replace(" else return 0 end", " end return 0")
        .replace("( ", "(")
        .replace(" )", ")")
        .replace(" ,", ",")
        .replace(", ", ",")
}

/// Other files of a Go package.
fn siblings<'d>(desk: &Desk<'d>, code: &Code<'_>) -> Vec<Code<'d>> {
    let own = folder(code.path);
    let of = |(id, file): (dogpile_source::FileId, &'d dogpile_source::SourceFile)| {
        (id != code.file && folder(&file.path) == own).then(|| Code::new(id, file)).flatten()
    };
    let package = package(code);
    desk.sources.iter().filter_map(of).filter(|c| c.language == Language::Go && self::package(c) == package).collect()
}

fn package<'s>(code: &Code<'s>) -> &'s str {
    let clause = descendants(code.root()).into_iter().find(|n| n.kind() == "package_clause");
    clause.map_or("", |n| code.text_of(n))
}

/// Whether two sets of edits would give a Go package one constant twice: then the second waits until it sees the first.
#[must_use]
pub fn collide(a: &[Edit], b: &[Edit], sources: &SourceMap) -> bool {
    let adds = |edit: &&Edit| edit.text.contains("\nconst ") && sources.path(edit.span).ends_with(".go");
    a.iter().filter(adds).any(|a| {
        b.iter()
            .filter(adds)
            .any(|b| a.span.file != b.span.file && folder(sources.path(a.span)) == folder(sources.path(b.span)))
    })
}

fn mentions(code: &Code<'_>, name: &str) -> bool {
    code.text.contains(name)
}

/// The constant, after the imports.
fn declaration(code: &Code<'_>, name: &str) -> Option<Edit> {
    let script = LINES.join("\n");
    let comment = "deletes a lock only while it still holds the token of who took it.";
    let text = match code.language {
        Language::Go => format!("// {name} {comment}\nconst {name} = `{}`\n", script.replace("  ", "\t")),
        Language::TypeScript => format!("// {}\nconst {name} = `\n{script}`{}\n", capital(comment), code.semicolon()),
        Language::Rust => format!("/// {}\nconst {name}: &str = r#\"\n{script}\"#;\n", capital(comment)),
    };
    let root = code.root();
    let head = match code.language {
        Language::Go => &["package_clause", "import_declaration"][..],
        Language::TypeScript => &["import_statement"],
        Language::Rust => &["use_declaration", "extern_crate_declaration", "mod_item", "inner_attribute_item"],
    };
    let mut cursor = root.walk();
    let is_head = |n: &Node<'_>| {
        let text = code.text_of(*n);
        let required = code.language == Language::TypeScript
            && (text.starts_with("'use ") || text.starts_with("\"use ") || text.contains("require("));
        let whole_module = n.kind() == "mod_item" && n.child_by_field_name("body").is_some();
        (head.contains(&n.kind()) && !whole_module)
            || (required && matches!(n.kind(), "expression_statement" | "lexical_declaration" | "variable_declaration"))
    };
    let last = root.children(&mut cursor).filter(is_head).last();
    let (at, text) = match last {
        Some(last) => {
            let end = last.end_byte();
            // A statement of Rust or TypeScript may or may not have its line break in it.
            let at = if code.text[..end].ends_with('\n') { end } else { code.line_end(end) };
            let doubled =
                code.text[at..].starts_with('\n') || code.text[at..].starts_with("\r\n") || code.text[at..].is_empty();
            (at, if doubled { format!("\n{text}") } else { format!("\n{text}\n") })
        }
        None => (code.text.find(|c| c != '\u{feff}').unwrap_or(0), format!("{text}\n")),
    };
    Some(put(code, at, text))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
