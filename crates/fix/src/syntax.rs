//! A file's syntax tree, as far as whoever edits it wants to know. Front ends translate trees; this one only finds places.

use dogpile_models::language_of;
use dogpile_report::Edit;
use dogpile_source::{FileId, SourceFile, Span};
use tree_sitter::{Node, Tree};

/// The languages that fixes are written in. JavaScript is TypeScript without types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Language {
    /// Go.
    Go,
    /// TypeScript and JavaScript.
    TypeScript,
    /// Rust.
    Rust,
}

impl Language {
    /// By the end of a file's name.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let name = language_of(path)?;
        [Self::Go, Self::TypeScript, Self::Rust].into_iter().find(|language| language.name() == name)
    }

    /// Its name in client models.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::TypeScript => "typescript",
            Self::Rust => "rust",
        }
    }

    fn blocks(self) -> &'static [&'static str] {
        match self {
            Self::Go => &["statement_list", "source_file"],
            Self::TypeScript => &["statement_block", "program"],
            Self::Rust => &["block", "source_file"],
        }
    }

    fn functions(self) -> &'static [&'static str] {
        match self {
            Self::Go => &["function_declaration", "method_declaration", "func_literal"],
            Self::TypeScript => &[
                "function_declaration",
                "generator_function_declaration",
                "method_definition",
                "arrow_function",
                "function_expression",
                "generator_function",
            ],
            Self::Rust => &["function_item", "closure_expression", "async_block"],
        }
    }
}

/// Parses a text.
pub(crate) fn parse(language: Language, path: &str, text: &str) -> Option<Tree> {
    let plain = [".ts", ".mts", ".cts"].iter().any(|ending| path.ends_with(ending));
    let grammar: tree_sitter::Language = match language {
        Language::Go => tree_sitter_go::LANGUAGE.into(),
        Language::TypeScript if plain => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TSX.into(),
        Language::Rust => tree_sitter_rust::LANGUAGE.into(),
    };
    dogpile_syntax::tree(&grammar, text)
}

/// A file and its tree.
pub(crate) struct Code<'s> {
    pub(crate) language: Language,
    pub(crate) file: FileId,
    pub(crate) path: &'s str,
    pub(crate) text: &'s str,
    tree: Tree,
}

impl<'s> Code<'s> {
    pub(crate) fn new(file: FileId, source: &'s SourceFile) -> Option<Self> {
        let language = Language::of(&source.path)?;
        let tree = parse(language, &source.path, &source.text)?;
        Some(Self { language, file, path: &source.path, text: &source.text, tree })
    }

    pub(crate) fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }

    pub(crate) fn text_of(&self, node: Node<'_>) -> &'s str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    pub(crate) fn span_of(&self, node: Node<'_>) -> Span {
        self.span(node.start_byte(), node.end_byte())
    }

    /// Another text in a node's place.
    pub(crate) fn replaced(&self, node: Node<'_>, text: impl Into<String>) -> Edit {
        Edit { span: self.span_of(node), text: text.into() }
    }

    /// The smallest node that covers a span.
    pub(crate) fn covering(&self, span: Span) -> Option<Node<'_>> {
        if span.file != self.file {
            return None;
        }
        self.root().descendant_for_byte_range(span.start as usize, span.end as usize)
    }

    pub(crate) fn is_function(&self, node: Node<'_>) -> bool {
        self.language.functions().contains(&node.kind())
    }

    /// The function around a node, itself included.
    pub(crate) fn function<'t>(&self, node: Node<'t>) -> Option<Node<'t>> {
        ancestors(node).find(|n| self.is_function(*n))
    }

    /// The statement around a node: what stands in a block by itself.
    pub(crate) fn statement<'t>(&self, node: Node<'t>) -> Option<Node<'t>> {
        ancestors(node).find(|n| n.parent().is_some_and(|p| self.is_block(p)))
    }

    pub(crate) fn is_block(&self, node: Node<'_>) -> bool {
        self.language.blocks().contains(&node.kind())
    }

    /// Where the line of an offset begins.
    pub(crate) fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |n| n + 1)
    }

    /// Where the line of an offset ends, its line break included.
    pub(crate) fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |n| at + n + 1)
    }

    /// What the line of an offset is indented by.
    pub(crate) fn indent(&self, at: usize) -> &'s str {
        let line = &self.text[self.line_start(at)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// What one level of indentation is in this file.
    pub(crate) fn step(&self) -> String {
        if self.language == Language::Go {
            return "\t".to_owned();
        }
        let mut lines = self.text.lines().filter(|line| !line.trim_start().starts_with('*'));
        let first = lines.find_map(|line| {
            let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
            (!indent.is_empty() && indent.len() < line.len()).then(|| indent.to_owned())
        });
        first.map_or_else(|| "  ".to_owned(), |indent| if indent.starts_with('\t') { "\t".to_owned() } else { indent })
    }

    /// How lines end here.
    pub(crate) fn newline(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// What ends a statement of TypeScript in this file.
    pub(crate) fn semicolon(&self) -> &'static str {
        if self.text.contains(";\n") || self.text.contains(";\r\n") { ";" } else { "" }
    }

    /// The quote that texts of this file stand in.
    pub(crate) fn quote(&self) -> char {
        let count = |c: char| self.text.matches(c).count();
        if count('"') > count('\'') { '"' } else { '\'' }
    }
}

/// A node and those around it, innermost first.
pub(crate) fn ancestors(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(Some(node), Node::parent)
}

/// The calls that a method's call is chained to (`cmd(a).arg(b)` of `cmd(a).arg(b).query(c)`), the last first. `name` is the
/// method's name, by which its call is placed.
pub(crate) fn spine(name: Node<'_>) -> Vec<Node<'_>> {
    let mut all = Vec::new();
    let mut next = ancestors(name).take(4).find(|n| n.kind() == "call_expression");
    while let Some(node) = next {
        if node.kind() == "call_expression" {
            all.push(node);
        }
        next = ["function", "value", "object", "operand"].iter().find_map(|field| node.child_by_field_name(field));
    }
    all
}

/// A node and everything in it, in order of place.
pub(crate) fn descendants(node: Node<'_>) -> Vec<Node<'_>> {
    let mut all = Vec::new();
    let mut open = vec![node];
    while let Some(next) = open.pop() {
        all.push(next);
        let mut cursor = next.walk();
        let children: Vec<Node<'_>> = next.children(&mut cursor).collect();
        open.extend(children.into_iter().rev());
    }
    all
}

/// Children, comments left out.
pub(crate) fn parts(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).filter(|child| !child.kind().contains("comment")).collect()
}

/// Named children, comments left out.
pub(crate) fn named(node: Node<'_>) -> Vec<Node<'_>> {
    parts(node).into_iter().filter(Node::is_named).collect()
}

/// The expression that is a statement by itself; any other node as it is.
pub(crate) fn expression(node: Node<'_>) -> Node<'_> {
    if node.kind() == "expression_statement" { node.named_child(0).unwrap_or(node) } else { node }
}

/// The folder of a path.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a node is a text in quotes.
pub(crate) fn is_text(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "interpreted_string_literal" | "raw_string_literal" | "string" | "template_string" | "string_literal"
    )
}
