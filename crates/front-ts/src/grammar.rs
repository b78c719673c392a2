//! Which grammar reads a file, and what the grammars do not know yet.

use std::borrow::Cow;
use tree_sitter::{Language, Node, Tree};

/// The tree by the dialect of the extension, or by the other one where that has fewer errors.
pub(crate) fn tree(path: &str, text: &str) -> Option<Tree> {
    let with_jsx: Language = tree_sitter_typescript::LANGUAGE_TSX.into();
    let without: Language = tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into();
    let extension = path.rsplit('.').next().unwrap_or("");
    let (first, second) =
        if matches!(extension, "ts" | "mts" | "cts") { (without, with_jsx) } else { (with_jsx, without) };
    let tree = dogpile_syntax::tree(&first, text)?;
    if !tree.root_node().has_error() {
        return Some(tree);
    }
    let Some(other) = dogpile_syntax::tree(&second, text) else { return Some(tree) };
    Some(if errors(other.root_node()) < errors(tree.root_node()) { other } else { tree })
}

/// Bytes under errors, and one for each that is missing.
fn errors(root: Node<'_>) -> usize {
    let mut open = vec![root];
    let mut count = 0;
    while let Some(node) = open.pop() {
        if node.is_error() || node.is_missing() {
            count += node.byte_range().len() + 1;
        } else if node.has_error() {
            let mut cursor = node.walk();
            open.extend(node.children(&mut cursor));
        }
    }
    count
}

/// The text to parse: of the same length, so that every position holds in the original, from which names are read.
///
/// `using x = …` is not in the grammar; `const` is, and is as long. Neither are a tag's type arguments, and parameters
/// with the name of a type.
pub(crate) fn parseable(text: &str) -> Cow<'_, str> {
    let mut patched: Option<Vec<u8>> = None;
    let mut from = 0;
    while let Some(found) = text[from..].find("using") {
        let at = from + found;
        from = at + 5;
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        if text[..at].ends_with(is_name) || text[from..].starts_with(is_name) {
            continue;
        }
        if !declares(&text[..at], &text[from..]) {
            // A plain name, which the grammar keeps for itself.
            patched.get_or_insert_with(|| text.as_bytes().to_vec())[from - 1] = b'_';
            continue;
        }
        let bytes = patched.get_or_insert_with(|| text.as_bytes().to_vec());
        bytes[at..from].copy_from_slice(b"const");
        if let Some(start) = await_before(&text[..at]) {
            bytes[start..start + 5].copy_from_slice(b"     ");
        }
    }
    tag_arguments(text, &mut patched);
    parameters_like_types(text, &mut patched);
    match patched.map(String::from_utf8) {
        Some(Ok(patched)) => Cow::Owned(patched),
        _ => Cow::Borrowed(text),
    }
}

/// Where a tag's type arguments stand: ``f<T>`…` ``, which the grammar does not know.
fn tag_arguments(text: &str, patched: &mut Option<Vec<u8>>) {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = text[from..].find(">`") {
        let end = from + found;
        from = end + 2;
        let mut depth = 0_u32;
        let open = (end.saturating_sub(LONGEST_ARGUMENTS)..=end).rev().find(|at| match bytes[*at] {
            b'>' if *at > 0 && bytes[*at - 1] == b'=' => false,
            b'>' => {
                depth += 1;
                false
            }
            b'<' => {
                depth = depth.saturating_sub(1);
                depth == 0
            }
            _ => false,
        });
        let Some(open) = open else { continue };
        let name =
            open > 0 && (bytes[open - 1].is_ascii_alphanumeric() || matches!(bytes[open - 1], b'_' | b'$' | b')'));
        if !name || bytes[end - 1] == b'=' || !is_type_text(&text[open..end]) {
            continue;
        }
        let bytes = patched.get_or_insert_with(|| text.as_bytes().to_vec());
        for byte in &mut bytes[open..=end] {
            if !matches!(*byte, b'\n' | b'\r') && byte.is_ascii() {
                *byte = b' ';
            }
        }
    }
}

/// Whether text can be types alone: nothing that code or the inside of a template has.
fn is_type_text(text: &str) -> bool {
    !text.contains("${") && !text.contains(['`', '+', '/'])
}

/// A parameter that is called like a type, `(string) => void`: another name of the same length.
fn parameters_like_types(text: &str, patched: &mut Option<Vec<u8>>) {
    for name in ["(string)", "(number)", "(boolean)", "(object)", "(any)"] {
        let mut from = 0;
        while let Some(found) = text[from..].find(name) {
            let at = from + found;
            from = at + name.len();
            if text[from..].trim_start().starts_with("=>") {
                patched.get_or_insert_with(|| text.as_bytes().to_vec())[from - 2] = b'_';
            }
        }
    }
}

/// Bytes that a tag's type arguments may take.
const LONGEST_ARGUMENTS: usize = 2_000;

/// Whether `using` between these texts opens a declaration.
fn declares(before: &str, after: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    if before.ends_with(is_name) || before.ends_with('.') || !after.starts_with([' ', '\t']) {
        return false;
    }
    let rest = after.trim_start_matches([' ', '\t']);
    let name = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    let word = &rest[..name];
    if word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit()) || matches!(word, "in" | "of" | "as") {
        return false;
    }
    let rest = rest[name..].trim_start_matches([' ', '\t']);
    (rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=>"))
        || rest.starts_with(": ")
        || (rest.starts_with("of ") && before.trim_end().ends_with(['(', 't']))
}

/// Where the `await` of `await using` starts.
pub(crate) fn await_before(before: &str) -> Option<usize> {
    let rest = before.trim_end_matches([' ', '\t']);
    if rest.len() == before.len() {
        return None;
    }
    let start = rest.strip_suffix("await")?.len();
    let glued = rest[..start].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.'));
    (!glued).then_some(start)
}
