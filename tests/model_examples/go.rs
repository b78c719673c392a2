//! A Go file with nothing in it but an example.

use crate::{concrete, is_qualified, split};
use dogpile_models::{Models, Row};

/// The name that is called in the example, and what it is called on.
fn called<'r>(row: Row<'r>) -> (&'r str, &'r str) {
    let text = row.call.example.as_str();
    let before = |at: usize| {
        let start = text[..at].rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).map_or(0, |i| i + 1);
        text[start..at].trim_end_matches('.')
    };
    for name in &row.call.name {
        let bare = if is_qualified(name) { split(name).1 } else { name };
        for open in ["(", "["] {
            if let Some(at) = text.find(&format!(".{bare}{open}")) {
                return (bare, before(at + 1));
            }
        }
    }
    // A row for every method: the first call there is.
    let open = text.find('(').unwrap_or(0);
    let dot = text[..open].rfind('.').unwrap_or(0);
    (&text[dot + 1..open], before(dot + 1))
}

/// A file with nothing in it but the example.
pub(crate) fn program(models: &Models, row: Row<'_>) -> String {
    let (name, on) = called(row);
    let own = concrete(&models.client(row.client).packages[0]);
    match row.call.on.as_deref() {
        Some(ty) => {
            let (package, item) = if is_qualified(ty) { split(ty) } else { (own.as_str(), ty) };
            // A receiver that is no plain variable keeps its type from a variable before it.
            let plain = !on.is_empty() && !on.contains('.');
            let (receiver, rest) = if plain {
                (on, row.call.example.clone())
            } else {
                ("receiver", row.call.example.replace(&format!("{on}.{name}("), &format!("receiver.{name}(")))
            };
            format!("package p\n\nimport lib {package:?}\n\nfunc f({receiver} lib.{item}) {{\n\t{rest}\n}}\n")
        }
        None => {
            let named = row.call.name.iter().find(|n| is_qualified(n) && split(n).1 == name);
            let package = named.map_or(own.as_str(), |n| split(n).0);
            format!("package p\n\nimport {on} {package:?}\n\nfunc f() {{\n\t{}\n}}\n", row.call.example)
        }
    }
}
