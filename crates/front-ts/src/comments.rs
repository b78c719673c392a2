//! Comments of a file.

use dogpile_ir::Comment;
use dogpile_source::{FileId, Span};
use tree_sitter::Node;

/// All comments in source order.
pub(crate) fn comments(file: FileId, text: &str, root: Node<'_>) -> Vec<Comment> {
    let mut found: Vec<Comment> = vec![];
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        if node.kind() == "comment" {
            let (start, end) = (node.start_byte(), node.end_byte());
            let last = found.last().map_or(0, |c| c.span.end as usize);
            let line = text[..start].rfind('\n').map_or(0, |n| n + 1);
            // Another comment of this line is not code, but code may stand before that one.
            let after_comment = last > line && last <= start;
            let code = text[if after_comment { last } else { line }..start].trim();
            let before = after_comment
                && found.last().is_some_and(|c| c.trailing && !text[c.span.start as usize..last].contains('\n'));
            found.push(Comment { span: Span::new(file, start, end), trailing: before || !code.is_empty() });
        } else if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}
