//! Trees of Go and TypeScript.

use super::{Kind, Node};
use tree_sitter::{Parser, TreeCursor};

/// Deeper trees are not ours to change.
const DEPTH: usize = 400;

pub(super) fn parse(language: &tree_sitter::Language, text: &str) -> Option<Node> {
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    let tree = parser.parse(text, None)?;
    if tree.root_node().has_error() {
        return None;
    }
    node(&mut tree.walk(), DEPTH)
}

fn node(cursor: &mut TreeCursor<'_>, depth: usize) -> Option<Node> {
    let here = cursor.node();
    let mut made = Node {
        kind: kind(here.kind()),
        raw: here.kind(),
        field: cursor.field_name().unwrap_or_default(),
        span: here.byte_range(),
        children: Vec::new(),
    };
    if depth > 0 && cursor.goto_first_child() {
        loop {
            if cursor.node().is_named() {
                made.children.push(node(cursor, depth - 1)?);
            }
            if !cursor.goto_next_sibling() {
                break;
            }
        }
        cursor.goto_parent();
    }
    // Statements of Go stand in a list of their own inside the braces.
    if made.raw == "block" && made.children.len() == 1 && made.children[0].raw == "statement_list" {
        made.children = std::mem::take(&mut made.children[0].children);
    }
    Some(made)
}

fn kind(raw: &str) -> Kind {
    match raw {
        "source_file" | "program" => Kind::File,
        "function_declaration" | "method_declaration" | "method_definition" => Kind::Function,
        "func_literal" | "arrow_function" | "function_expression" => Kind::Closure,
        "block" | "statement_block" => Kind::Block,
        "if_statement" => Kind::If,
        "for_statement" | "while_statement" | "do_statement" | "for_in_statement" => Kind::Loop,
        "try_statement" => Kind::Try,
        "defer_statement" => Kind::Defer,
        "return_statement" => Kind::Return,
        "call_expression" => Kind::Call,
        "interpreted_string_literal" | "raw_string_literal" | "string" | "template_string" => Kind::Text,
        "int_literal" | "float_literal" | "number" => Kind::Number,
        "identifier" => Kind::Name,
        "import_declaration" | "import_statement" => Kind::Import,
        _ => Kind::Other,
    }
}
