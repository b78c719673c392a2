//! Every call of the source appears in the IR.
#![allow(clippy::disallowed_methods, reason = "tests read their data and what they are told")]

mod lowered;

use std::collections::HashSet;

/// Calls of `text` that the IR does not show.
fn lost(text: &str) -> Vec<String> {
    let module = lowered::module(text);
    let shown: HashSet<(u32, u32)> = lowered::spans::spans(&module).into_iter().map(|s| (s.start, s.end)).collect();
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_go::LANGUAGE.into()).expect("the grammar");
    let tree = parser.parse(text, None).expect("a tree");
    let mut open = vec![tree.root_node()];
    let mut lost = vec![];
    while let Some(node) = open.pop() {
        let mut cursor = node.walk();
        open.extend(node.children(&mut cursor));
        let range = node.byte_range();
        let at = (u32::try_from(range.start).expect("small"), u32::try_from(range.end).expect("small"));
        // A conversion calls nothing, and the bounds of a slice are not kept.
        let conversion =
            node.child_by_field_name("function").is_some_and(|n| n.utf8_text(text.as_bytes()) == Ok("int"));
        if node.kind() == "call_expression" && !conversion && !shown.contains(&at) {
            lost.push(format!("{}: {}", node.start_position().row + 1, &text[range]));
        }
    }
    lost
}

#[test]
fn no_call_is_lost() {
    assert_eq!(lost(include_str!("mixed.go.txt")), Vec::<String>::new());
}

/// `DOGPILE_GO_SOURCES=<directory> cargo test -p dogpile-front-go --test complete -- --ignored`
#[test]
#[ignore = "needs a directory of Go code"]
fn no_call_is_lost_in_real_code() {
    let mut open = vec![std::path::PathBuf::from(std::env::var("DOGPILE_GO_SOURCES").expect("a directory"))];
    let (mut files, mut all) = (0, vec![]);
    while let Some(path) = open.pop() {
        if path.is_dir() && !path.is_symlink() {
            open.extend(std::fs::read_dir(&path).expect("readable").flatten().map(|e| e.path()));
        } else if path.extension().is_some_and(|e| e == "go")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            files += 1;
            all.extend(lost(&text).into_iter().map(|call| format!("{}:{call}", path.display())));
        }
    }
    assert!(files > 0);
    assert!(all.is_empty(), "{} lost in {files} files:\n{}", all.len(), all[..all.len().min(40)].join("\n"));
}
