//! Functions in another order, and comments between statements.

use super::{File, NOTE};
use crate::edit::Edit;
use crate::syntax::{Kind, Language, Node};
use std::ops::Range;

/// Functions that stand at the top of a file, with what is said of them above.
pub(super) fn functions(file: &File<'_>) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut end = 0;
    for item in &file.tree.children {
        let inner = if item.raw == "export_statement" { item.child("declaration").unwrap_or(item) } else { item };
        if inner.raw == "comment" {
            continue;
        }
        // An overload stands before the function that it is of.
        let overload = inner.raw == "function_signature";
        if inner.kind == Kind::Function {
            all.push(with_comments(file.text, end, &item.span));
        }
        if !overload {
            end = item.span.end;
        }
    }
    all
}

/// The span from the first line of comments that stands right above it, but not before `from`.
fn with_comments(text: &str, from: usize, span: &Range<usize>) -> Range<usize> {
    let mut start = span.start;
    let line_of = |at: usize| text[..at].rfind('\n').map_or(0, |n| n + 1);
    while line_of(start) == start && start > from {
        let above = line_of(start - 1);
        let said = text[above..start].trim();
        if above < from || !["//", "/*", "*", "#["].iter().any(|head| said.starts_with(head)) {
            break;
        }
        start = above;
    }
    start..span.end
}

pub(super) fn reversed(file: &File<'_>) -> Vec<Edit> {
    let slots = functions(file);
    if slots.len() < 2 {
        return Vec::new();
    }
    let texts: Vec<&str> = slots.iter().rev().filter_map(|slot| file.text.get(slot.clone())).collect();
    slots.iter().cloned().zip(texts).map(|(slot, text)| Edit::replace(slot, text)).collect()
}

/// A comment on a line of its own before every statement that opens a line, with an empty line above; not below a comment,
/// which may be about the statement.
pub(super) fn comments(file: &File<'_>) -> Vec<Edit> {
    let blocks = file.tree.find(Kind::Block).flat_map(|block| block.children.iter());
    let mut edits = Vec::new();
    for statement in blocks.filter(|node| !node.raw.contains("comment")) {
        if let Some(edit) = comment(file, statement) {
            edits.push(edit);
        }
    }
    edits.sort_by_key(|edit: &Edit| edit.span.start);
    edits.dedup();
    edits
}

fn comment(file: &File<'_>, statement: &Node) -> Option<Edit> {
    let before = file.text.get(..statement.span.start)?;
    let indent = &before[before.rfind('\n')? + 1..];
    let above = before[..before.len() - indent.len()].trim_end_matches(['\n', '\r']).lines().next_back()?.trim();
    let told = ["//", "/*", "*", "#["].iter().any(|head| above.starts_with(head));
    // In a line that goes on, and in Rust behind an attribute, there is no room.
    let room = indent.trim().is_empty() && !told && (file.language != Language::Rust || !above.ends_with(']'));
    room.then(|| Edit::insert(statement.span.start, format!("\n{indent}{NOTE}\n\n{indent}")))
}
