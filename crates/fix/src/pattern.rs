//! Calls as patterns: `$client.SetNX($ctx, $key, $token, 0)` found in code and written another way.
//!
//! A pattern is code of the language in which `$name` stands for an expression; it is matched tree against tree, so that
//! line breaks, quotes and trailing commas do not count. What a rewriting leaves as it is stays as it was typed: only the
//! stretches between words that both forms share are replaced.

use crate::syntax::{Code, Language, is_text, parse, parts};
use dogpile_report::Edit;
use std::collections::BTreeMap;
use tree_sitter::{Node, Tree};

/// Marks placeholders in a parsed pattern: a name that every language takes.
const MARK: &str = "dogpile_hole_";

/// A pattern, parsed.
pub(crate) struct Pattern {
    text: String,
    tree: Tree,
    start: usize,
    end: usize,
}

/// A leaf of a pattern: a word, a text in quotes or a placeholder, and its place in the pattern's text.
struct Leaf {
    word: String,
    start: usize,
    end: usize,
}

/// What a pattern matched.
pub(crate) struct Match<'t> {
    /// The whole.
    pub(crate) node: Node<'t>,
    /// What placeholders stand for.
    pub(crate) holes: BTreeMap<String, Node<'t>>,
    /// The place of each leaf of the pattern.
    leaves: Vec<(usize, usize)>,
}

impl Pattern {
    /// `None`: that is no expression of the language.
    pub(crate) fn new(language: Language, text: &str) -> Option<Self> {
        let marked = text.replace('$', MARK);
        let (before, after) = match language {
            Language::Go => ("package p\n\nfunc f() {\n\t_ = ", "\n}\n"),
            Language::TypeScript => ("_ = ", ";\n"),
            Language::Rust => ("fn f() { _ = ", "; }\n"),
        };
        let whole = format!("{before}{marked}{after}");
        let tree = parse(language, "pattern.ts", &whole)?;
        let (start, end) = (before.len(), before.len() + marked.len());
        let pattern = Self { text: whole, tree, start, end };
        (!pattern.tree.root_node().has_error()).then_some(pattern)
    }

    fn node(&self) -> Option<Node<'_>> {
        let mut node = self.tree.root_node().descendant_for_byte_range(self.start, self.end)?;
        // An expression in a list of one.
        while node.kind() == "expression_list" {
            node = node.child(0)?;
        }
        Some(node)
    }

    fn leaves(&self) -> Vec<Leaf> {
        let mut all = Vec::new();
        if let Some(node) = self.node() {
            self.collect(node, &mut all);
        }
        all
    }

    fn collect(&self, node: Node<'_>, all: &mut Vec<Leaf>) {
        if node.child_count() == 0 || is_text(node) {
            all.push(Leaf {
                word: self.text[node.byte_range()].to_owned(),
                start: node.start_byte(),
                end: node.end_byte(),
            });
            return;
        }
        for child in parts(node) {
            self.collect(child, all);
        }
    }

    /// Matches one node.
    pub(crate) fn matches<'t>(&self, code: &Code<'_>, node: Node<'t>) -> Option<Match<'t>> {
        let mut found = Match { node, holes: BTreeMap::new(), leaves: Vec::new() };
        self.fits(self.node()?, node, code, &mut found).then_some(found)
    }

    fn fits<'t>(&self, pattern: Node<'_>, node: Node<'t>, code: &Code<'_>, found: &mut Match<'t>) -> bool {
        let word = &self.text[pattern.byte_range()];
        if let Some(name) = word.strip_prefix(MARK).filter(|_| pattern.child_count() == 0) {
            found.leaves.push((node.start_byte(), node.end_byte()));
            return match found.holes.insert(name.to_owned(), node) {
                None => true,
                Some(earlier) => code.text_of(earlier) == code.text_of(node),
            };
        }
        if is_text(pattern) && is_text(node) {
            found.leaves.push((node.start_byte(), node.end_byte()));
            return content(word).eq_ignore_ascii_case(content(code.text_of(node)));
        }
        if pattern.kind() != node.kind() {
            return false;
        }
        if pattern.child_count() == 0 {
            found.leaves.push((node.start_byte(), node.end_byte()));
            return word == code.text_of(node);
        }
        let (wanted, given) = (parts(pattern), without_last_comma(parts(node)));
        wanted.len() == given.len() && wanted.into_iter().zip(given).all(|(p, n)| self.fits(p, n, code, found))
    }
}

/// A comma before the closing bracket says nothing.
fn without_last_comma(mut nodes: Vec<Node<'_>>) -> Vec<Node<'_>> {
    if nodes.len() > 2
        && matches!(nodes[nodes.len() - 1].kind(), ")" | "}" | "]")
        && nodes[nodes.len() - 2].kind() == ","
    {
        nodes.remove(nodes.len() - 2);
    }
    nodes
}

/// What stands in the quotes.
pub(crate) fn content(text: &str) -> &str {
    text.trim_start_matches(['r', '#']).trim_end_matches('#').trim_matches(['"', '\'', '`'])
}

/// The edits that turn a match into another form. `fill` gives what new placeholders stand for. `None` where something is
/// not known, or a comment would go.
pub(crate) fn rewrite(
    code: &Code<'_>,
    found: &Match<'_>,
    from: &Pattern,
    to: &Pattern,
    fill: &BTreeMap<String, String>,
) -> Option<Vec<Edit>> {
    let (old, new) = (from.leaves(), to.leaves());
    if old.len() != found.leaves.len() {
        return None;
    }
    let kept = common(&old, &new);
    let mut edits = Vec::new();
    // Both ends are anchors: nothing stands outside.
    let (mut last_old, mut last_new) = (0, 0);
    let ends = std::iter::once((old.len(), new.len()));
    for (at_old, at_new) in kept.into_iter().chain(ends) {
        if at_old > last_old || at_new > last_new {
            let start = if last_old == 0 { found.node.start_byte() } else { found.leaves[last_old - 1].1 };
            let end = if at_old == old.len() { found.node.end_byte() } else { found.leaves[at_old].0 };
            let from_new = if last_new == 0 { to.start } else { new[last_new - 1].end };
            let to_new = if at_new == new.len() { to.end } else { new[at_new].start };
            let gone = code.text.get(start..end)?;
            if gone.contains("//") || gone.contains("/*") {
                return None;
            }
            let text = filled(code, found, &to.text[from_new..to_new], &new[last_new..at_new], from_new, fill)?;
            edits.push(Edit { span: code.span(start, end), text });
        }
        (last_old, last_new) = (at_old + 1, at_new + 1);
    }
    Some(edits)
}

/// A stretch of a form with its placeholders filled in.
fn filled(
    code: &Code<'_>,
    found: &Match<'_>,
    stretch: &str,
    leaves: &[Leaf],
    offset: usize,
    fill: &BTreeMap<String, String>,
) -> Option<String> {
    let mut text = String::new();
    let mut from = 0;
    for leaf in leaves {
        text += stretch.get(from..leaf.start - offset)?;
        from = leaf.end - offset;
        match leaf.word.strip_prefix(MARK) {
            Some(name) => match (fill.get(name), found.holes.get(name)) {
                // gofmt sets off the operators of a field's value, and not those of an argument.
                (Some(given), _) if code.language == Language::Go && text.ends_with(": ") => {
                    text += &given.replace('*', " * ")
                }
                (Some(given), _) => text += given,
                (None, Some(node)) => text += code.text_of(*node),
                (None, None) => return None,
            },
            None if code.language == Language::TypeScript && leaf.word.starts_with('\'') => {
                let quote = code.quote();
                text.push(quote);
                text += content(&leaf.word);
                text.push(quote);
            }
            None => text += &leaf.word,
        }
    }
    Some(text + stretch.get(from..)?)
}

/// Pairs of leaves that both forms share, as many as possible, in order.
fn common(old: &[Leaf], new: &[Leaf]) -> Vec<(usize, usize)> {
    let mut length = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            length[i][j] = if old[i].word == new[j].word {
                length[i + 1][j + 1] + 1
            } else {
                length[i + 1][j].max(length[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i].word == new[j].word {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if length[i + 1][j] >= length[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::descendants;
    use dogpile_source::{FileId, SourceFile};

    /// What the placeholders of a pattern stand for in the first node that it matches.
    fn found(path: &str, text: &str, pattern: &str) -> Option<BTreeMap<String, String>> {
        let source = SourceFile::new(path, text);
        let code = Code::new(FileId(0), &source)?;
        let pattern = Pattern::new(code.language, pattern)?;
        let found = descendants(code.root()).into_iter().find_map(|node| pattern.matches(&code, node))?;
        Some(found.holes.iter().map(|(name, node)| (name.clone(), code.text_of(*node).to_owned())).collect())
    }

    #[test]
    fn line_breaks_quotes_and_commas_do_not_count() {
        let go = "package p\n\nfunc f() {\n\tx := c.rdb.SetNX(\n\t\tctx,\n\t\tkey(),\n\t\t\"t\",\n\t\t0,\n\t)\n}\n";
        let holes = found("a.go", go, "$client.SetNX($ctx, $key, $token, 0)").expect("a match");
        assert_eq!(holes["client"], "c.rdb");
        assert_eq!(holes["key"], "key()");
        assert!(found("a.go", &go.replace("0,", "1,"), "$client.SetNX($ctx, $key, $token, 0)").is_none());
        let ts = "await this.redis.set(`k:${id}`, token, \"nx\");";
        assert_eq!(found("a.ts", ts, "$client.set($key, $token, 'NX')").expect("a match")["key"], "`k:${id}`");
        let rust = "fn f(c: &mut C) {\n    let r = redis::cmd(\"SET\")\n        .arg(&k)\n        .arg(&t)\n        .arg(\"NX\")\n        .query(self.con)?;\n}\n";
        let holes = found("a.rs", rust, "$cmd.arg($key).arg($token).arg(\"NX\")").expect("a match");
        assert_eq!(holes["token"], "&t");
        let rust = "fn f(&mut self) -> R {\n    self.con.del(&self.key)\n}\n";
        assert_eq!(found("a.rs", rust, "$client.del($key)").expect("a match")["client"], "self.con");
    }
}
