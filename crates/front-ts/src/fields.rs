//! Fields of nodes by name. The grammars know them by number, and find a number by going through all names: that would be
//! done for every part of every node.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;
use tree_sitter::{Language, Node};

/// A grammar and the numbers of its fields.
struct Grammar {
    language: Language,
    numbers: FxHashMap<&'static str, u16>,
}

static WITH_JSX: LazyLock<Grammar> = LazyLock::new(|| Grammar::of(tree_sitter_typescript::LANGUAGE_TSX.into()));
static WITHOUT: LazyLock<Grammar> = LazyLock::new(|| Grammar::of(tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()));

impl Grammar {
    fn of(language: Language) -> Self {
        let all = 1..=u16::try_from(language.field_count()).unwrap_or(u16::MAX);
        let numbers = all.filter_map(|number| Some((language.field_name_for_id(number)?, number))).collect();
        Self { language, numbers }
    }
}

/// A node whose parts have names.
pub(crate) trait Fields<'t> {
    /// The first part of that name.
    fn field(&self, name: &str) -> Option<Node<'t>>;
}

impl<'t> Fields<'t> for Node<'t> {
    fn field(&self, name: &str) -> Option<Node<'t>> {
        let grammar = if *self.language() == WITH_JSX.language { &WITH_JSX } else { &WITHOUT };
        self.child_by_field_id(*grammar.numbers.get(name)?)
    }
}
