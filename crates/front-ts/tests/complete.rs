//! Every call of the source appears in the IR.
#![allow(clippy::disallowed_methods, reason = "tests read their data and what they are told")]

mod lowered;

use std::collections::HashSet;

/// Calls of `text` that the IR does not show.
fn lost(path: &str, text: &str) -> Vec<String> {
    let module = lowered::module_of(path, text);
    let shown: HashSet<(u32, u32)> = lowered::spans::spans(&module).into_iter().map(|s| (s.start, s.end)).collect();
    let mut parser = tree_sitter::Parser::new();
    let language = if path.ends_with(".ts") {
        tree_sitter_typescript::LANGUAGE_TYPESCRIPT
    } else {
        tree_sitter_typescript::LANGUAGE_TSX
    };
    parser.set_language(&language.into()).expect("the grammar");
    let tree = parser.parse(text, None).expect("a tree");
    let mut open = vec![tree.root_node()];
    let mut lost = vec![];
    while let Some(node) = open.pop() {
        let mut cursor = node.walk();
        // Types may look like calls, and decorators of parameters are not told.
        let outside = node.kind() == "decorator" && node.parent().is_some_and(|p| p.kind().ends_with("_parameter"));
        if !node.is_error() && !node.kind().ends_with("_type") && !outside {
            open.extend(node.children(&mut cursor));
        }
        let range = node.byte_range();
        let at = (u32::try_from(range.start).expect("small"), u32::try_from(range.end).expect("small"));
        // What names modules, and promise functions that are told in another way.
        let function = node.child_by_field_name("function").map_or("", |n| &text[n.byte_range()]);
        let told =
            matches!(function, "require" | "import") || function.starts_with("Promise.") || function.ends_with(".bind");
        let sleeps = text[range.clone()].contains("setTimeout");
        let calls = matches!(node.kind(), "call_expression" | "new_expression");
        if calls && !told && !sleeps && !node.has_error() && !shown.contains(&at) {
            lost.push(format!("{}: {}", node.start_position().row + 1, &text[range]));
        }
    }
    lost
}

#[test]
fn no_call_is_lost() {
    let text = include_str!("mixed.tsx.txt");
    let module = lowered::module_of("f.tsx", text);
    assert!(module.stats.opaque == 0, "{:?}", module.problems);
    assert_eq!(lost("f.tsx", text), Vec::<String>::new());
}

/// `DOGPILE_TS_SOURCES=<directory> cargo test -p dogpile-front-ts --test complete -- --ignored`
#[test]
#[ignore = "needs a directory of TypeScript code"]
fn no_call_is_lost_in_real_code() {
    let mut open = vec![std::path::PathBuf::from(std::env::var("DOGPILE_TS_SOURCES").expect("a directory"))];
    let (mut files, mut all) = (0, vec![]);
    while let Some(path) = open.pop() {
        if path.is_dir() && !path.is_symlink() {
            open.extend(std::fs::read_dir(&path).expect("readable").flatten().map(|e| e.path()));
        } else if path.extension().is_some_and(|e| ["ts", "tsx", "js", "jsx", "mjs", "cjs"].iter().any(|k| e == *k))
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            files += 1;
            let shown = path.display().to_string();
            all.extend(lost(&shown, &text).into_iter().map(|call| format!("{shown}:{call}")));
        }
    }
    assert!(files > 0);
    assert!(all.is_empty(), "{} lost in {files} files:\n{}", all.len(), all[..all.len().min(40)].join("\n"));
}
