//! Syntax trees by tree-sitter, with an end: where a file is not of its language, the parser tries ways to go on, and there may
//! be more of these than anybody can wait for: 21 bytes took it minutes.

use std::ops::ControlFlow;
use tree_sitter::{Language, ParseOptions, ParseState, Parser, Tree};

/// Steps of the parser between two looks at the budget (`OP_COUNT_PER_PARSER_CALLBACK_CHECK` of tree-sitter's `parser.c`).
const STEPS: usize = 100;
/// Steps that any file may take, a small one, too.
const FREE_STEPS: usize = 100_000;
/// Steps for each byte beside those. Code takes about one: no file of 112,851 in a hundred repositories took five. Steps are
/// counted and not seconds, so that a file is read or not whatever else the machine does.
const STEPS_FOR_A_BYTE: usize = 50;

/// The tree of a text; `None` when the parser does not get through it within its budget, or does not know the grammar's
/// version.
#[must_use]
pub fn tree(language: &Language, text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    let bytes = text.as_bytes();
    let mut looks = (FREE_STEPS + bytes.len().saturating_mul(STEPS_FOR_A_BYTE)) / STEPS;
    let mut look = |_: &ParseState| {
        looks = looks.saturating_sub(1);
        if looks == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut look);
    parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
}

#[cfg(test)]
mod tests {
    use super::tree;

    #[test]
    fn a_parser_that_is_lost_gives_up() {
        // Found by fuzzing: the grammar with JSX goes on at one place for ever.
        let lost = r##"{"""#n/*":"":t[""",*/"##;
        assert!(tree(&tree_sitter_typescript::LANGUAGE_TSX.into(), lost).is_none());
        assert!(tree(&tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(), lost).is_some());
    }

    #[test]
    fn code_is_read_whatever_its_length() {
        let long = "export const f = async (x: number) => ({ a: [x, `b${x}`], c: x ? 1 : 2 });\n".repeat(20_000);
        assert!(tree(&tree_sitter_typescript::LANGUAGE_TSX.into(), &long).is_some_and(|t| !t.root_node().has_error()));
    }
}
