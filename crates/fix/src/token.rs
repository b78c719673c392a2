//! The value that says who holds a lock, where it is released.

use crate::desk::Desk;
use crate::imports::put;
use crate::scope;
use crate::syntax::{Code, Language, ancestors, descendants};
use dogpile_analysis::lifecycle::{Lock, Release, TokenKind};
use dogpile_models::RewriteKind;
use dogpile_report::Edit;
use dogpile_source::Span;
use tree_sitter::Node;

/// An expression for the token, and what has to change so that it is there.
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) edits: Vec<Edit>,
}

/// What the acquire stores, as it is written there.
pub(crate) fn stored<'d: 't, 't>(desk: &Desk<'d>, code: &'t Code<'_>, lock: &Lock) -> Option<Node<'t>> {
    let site = &lock.acquire.site;
    let of = |kind| {
        desk.calls(code, &site.client, kind, site.span)
            .into_iter()
            .find_map(|call| call.found.holes.get("token").copied())
    };
    of(RewriteKind::Acquire).or_else(|| of(RewriteKind::Lease))
}

/// The token where it is given back. A name or field that means the same there is used; a value that is made in the call
/// of the acquire is given a name first. `None`: it is not in sight.
pub(crate) fn at(desk: &Desk<'_>, code: &Code<'_>, lock: &Lock, release: &Release) -> Option<Token> {
    if lock.acquire.site.span.file != code.file || release.site.span.file != code.file {
        return None;
    }
    let stored = bare(code, stored(desk, code, lock)?);
    let place = code.covering(release.site.span)?;
    let text = code.text_of(stored);
    let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '#'));
    if stored.kind() == "identifier" {
        return scope::same_value(code, text, stored, place)
            .then(|| Token { text: text.to_owned(), edits: Vec::new() });
    }
    if plain(text) && text.contains('.') {
        return same_object(code, text, stored, place).then(|| Token { text: text.to_owned(), edits: Vec::new() });
    }
    if lock.acquire.token.kind != TokenKind::Fresh {
        return None;
    }
    let (name, edit) = named(code, stored, place)?;
    let use_ = if code.language == Language::Rust { format!("&{name}") } else { name.clone() };
    Some(Token { text: name, edits: vec![edit, code.replaced(stored, use_)] })
}

/// A value without the `&` in front of it.
pub(crate) fn bare<'t>(code: &Code<'_>, node: Node<'t>) -> Node<'t> {
    match node.kind() {
        "reference_expression" if code.language == Language::Rust => node.child_by_field_name("value").unwrap_or(node),
        _ => node,
    }
}

const METHODS: &[&str] =
    &["method_declaration", "method_definition", "function_item", "public_field_definition", "function_declaration"];

fn around<'t>(node: Node<'t>, kinds: &[&str]) -> Option<Node<'t>> {
    ancestors(node).find(|n| kinds.contains(&n.kind()))
}

/// Whether `this.token` of one method is that of another: methods of one class, by the same name for the object, and
/// nobody but a constructor or the acquiring method itself writes the field.
fn same_object(code: &Code<'_>, text: &str, from: Node<'_>, to: Node<'_>) -> bool {
    let object = text.split('.').next().unwrap_or("");
    let (Some(a), Some(b)) = (around(from, METHODS), around(to, METHODS)) else { return false };
    match code.language {
        Language::Go => {
            let receiver = |m: Node<'_>| m.child_by_field_name("receiver").map(|r| code.text_of(r).to_owned());
            if a == b && receiver(a).is_none() {
                return scope::same_value(code, object, from, to);
            }
            receiver(a).is_some_and(|r| receiver(b) == Some(r.clone()) && r.trim_start_matches('(').starts_with(object))
        }
        Language::TypeScript | Language::Rust if matches!(object, "this" | "self") => {
            let class = around(a, &["class_body", "impl_item"]);
            class.is_some() && class == around(b, &["class_body", "impl_item"])
        }
        Language::TypeScript | Language::Rust => scope::same_value(code, object, from, to),
    }
}

/// What a token can be called at a place.
pub(crate) fn free_name(code: &Code<'_>, at: Node<'_>) -> Option<&'static str> {
    let names = ["token", if code.language == Language::Rust { "lock_token" } else { "lockToken" }];
    names.into_iter().find(|name| !scope::is_used(code, name, at))
}

/// Gives a value a name before the statement that it stands in, where the other place sees it too.
pub(crate) fn named(code: &Code<'_>, value: Node<'_>, seen_from: Node<'_>) -> Option<(String, Edit)> {
    let statement = code.statement(value)?;
    let home = statement.parent()?;
    let visible =
        ancestors(seen_from).any(|n| n == home) && seen_from.start_byte() > statement.end_byte().min(value.end_byte());
    let one_function = code.function(value) == code.function(statement);
    // An `else if` or a loop's condition is evaluated elsewhere than it stands.
    let straight = !matches!(
        statement.kind(),
        "for_statement" | "while_statement" | "for_expression" | "while_expression" | "loop_expression"
    ) && !ancestors(value)
        .take_while(|n| *n != statement)
        .any(|n| matches!(n.kind(), "else_clause" | "while_expression"));
    let name = free_name(code, value)?;
    if !visible || !one_function || !straight {
        return None;
    }
    let text = code.text_of(value);
    let line = declared(code, name, text);
    let at = code.line_start(statement.start_byte());
    code.text[at..statement.start_byte()].trim().is_empty().then(|| {
        let indent = code.indent(statement.start_byte());
        (name.to_owned(), put(code, at, format!("{indent}{line}\n")))
    })
}

/// A variable of its own.
pub(crate) fn declared(code: &Code<'_>, name: &str, value: &str) -> String {
    match code.language {
        Language::Go => format!("{name} := {value}"),
        Language::TypeScript => format!("const {name} = {value}{}", code.semicolon()),
        Language::Rust => format!("let {name} = {value};"),
    }
}

/// What a value that was read is compared with, before it is deleted: the token, as the code itself tells.
pub(crate) fn compared(code: &Code<'_>, read: Span, release: Span) -> Option<Token> {
    let (read, release) = (code.covering(read)?, code.covering(release)?);
    let around = code.function(release)?;
    let declared = ancestors(read).take(12).find_map(|n| match n.kind() {
        "short_var_declaration" | "assignment_statement" => n.child_by_field_name("left")?.named_child(0),
        "variable_declarator" => n.child_by_field_name("name"),
        "let_declaration" => n.child_by_field_name("pattern"),
        _ => None,
    });
    let of_read = |node: Node<'_>| {
        ancestors(read).any(|n| n == node)
            || declared.is_some_and(|d| {
                descendants(node).into_iter().any(|n| n.kind() == "identifier" && code.text_of(n) == code.text_of(d))
            })
    };
    let others: Vec<Node<'_>> = descendants(around)
        .into_iter()
        .filter(|n| {
            n.kind() == "binary_expression" && n.start_byte() < release.start_byte() && n.end_byte() > read.start_byte()
        })
        .filter(|n| {
            n.child_by_field_name("operator").is_some_and(|o| matches!(code.text_of(o), "==" | "!=" | "===" | "!=="))
        })
        .filter_map(|n| {
            let (left, right) = (n.child_by_field_name("left")?, n.child_by_field_name("right")?);
            match (of_read(left), of_read(right)) {
                (true, false) => Some(right),
                (false, true) => Some(left),
                _ => None,
            }
        })
        .filter(|n| {
            !matches!(code.text_of(*n), "nil" | "null" | "undefined" | "\"\"" | "''" | "None" | "true" | "false")
        })
        .collect();
    let [token] = others[..] else { return None };
    let mut text = code.text_of(token);
    if let Some(inner) = text.strip_prefix("Some(").and_then(|t| t.strip_suffix(')')) {
        text = inner.trim_start_matches('&').trim_end_matches(".as_str()").trim_end_matches(".as_ref()");
    }
    let plain = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '#'))
        && !text.starts_with(|c: char| c.is_ascii_digit());
    plain.then(|| Token { text: text.to_owned(), edits: Vec::new() })
}
