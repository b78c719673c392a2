//! Trees of three languages in one shape: enough to say where a call, a statement or a function stands.

mod rust;
mod sitter;

use std::ops::Range;

/// A language that sources are changed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Language {
    Go,
    TypeScript,
    Rust,
}

impl Language {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 3] = [Self::Go, Self::TypeScript, Self::Rust];

    /// By a file's ending.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "go" => Some(Self::Go),
            "ts" | "tsx" | "js" | "mjs" | "cjs" | "jsx" | "mts" | "cts" => Some(Self::TypeScript),
            "rs" => Some(Self::Rust),
            _ => None,
        }
    }

    /// For tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Go => "Go",
            Self::TypeScript => "TypeScript",
            Self::Rust => "Rust",
        }
    }
}

/// What a node is; `raw` tells the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    File,
    Function,
    Closure,
    Block,
    If,
    Loop,
    Try,
    Defer,
    Return,
    Call,
    Text,
    Number,
    Name,
    Import,
    Other,
}

/// A node.
#[derive(Clone, Debug)]
pub struct Node {
    /// In our words.
    pub kind: Kind,
    /// In the grammar's words.
    pub raw: &'static str,
    /// The grammar's name of its place in the parent.
    pub field: &'static str,
    /// Its bytes.
    pub span: Range<usize>,
    /// Named nodes in it, in source order.
    pub children: Vec<Node>,
}

impl Node {
    /// Its text.
    #[must_use]
    pub fn text<'t>(&self, source: &'t str) -> &'t str {
        source.get(self.span.clone()).unwrap_or_default()
    }

    /// The child in that place.
    #[must_use]
    pub fn child(&self, field: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.field == field)
    }

    /// The node and all in it, outer ones first.
    #[must_use]
    pub fn all(&self) -> Vec<&Self> {
        let (mut list, mut open) = (Vec::new(), vec![self]);
        while let Some(node) = open.pop() {
            list.push(node);
            open.extend(node.children.iter().rev());
        }
        list
    }

    /// Nodes of a kind in it.
    pub fn find(&self, kind: Kind) -> impl Iterator<Item = &Self> {
        self.all().into_iter().filter(move |node| node.kind == kind)
    }

    /// Nodes of the grammar's kind in it.
    pub fn raw(&self, raw: &'static str) -> impl Iterator<Item = &Self> {
        self.all().into_iter().filter(move |node| node.raw == raw)
    }

    /// The nodes around a span, outermost first.
    #[must_use]
    pub fn path(&self, span: &Range<usize>) -> Vec<&Self> {
        let (mut list, mut here) = (Vec::new(), Some(self));
        while let Some(node) = here {
            list.push(node);
            here = node.children.iter().find(|c| c.span.start <= span.start && span.end <= c.span.end);
        }
        list
    }

    /// The innermost node of a kind around a span.
    #[must_use]
    pub fn around(&self, span: &Range<usize>, kind: Kind) -> Option<&Self> {
        self.path(span).into_iter().rev().find(|node| node.kind == kind)
    }

    /// The outermost function around a span.
    #[must_use]
    pub fn function(&self, span: &Range<usize>) -> Option<&Self> {
        self.path(span).into_iter().find(|node| matches!(node.kind, Kind::Function | Kind::Closure))
    }

    /// The statement around a span and the block it stands in: those of the innermost block.
    #[must_use]
    pub fn statement(&self, span: &Range<usize>) -> Option<(&Self, &Self)> {
        let path = self.path(span);
        path.windows(2).rev().find(|pair| pair[0].kind == Kind::Block).map(|pair| (pair[0], pair[1]))
    }
}

/// A file as a tree. `None`: it does not parse.
#[must_use]
pub fn parse(language: Language, path: &str, text: &str) -> Option<Node> {
    match language {
        Language::Go => sitter::parse(&tree_sitter_go::LANGUAGE.into(), text),
        Language::TypeScript if path.ends_with('x') => {
            sitter::parse(&tree_sitter_typescript::LANGUAGE_TSX.into(), text)
        }
        Language::TypeScript => sitter::parse(&tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(), text),
        Language::Rust => rust::parse(text),
    }
}
