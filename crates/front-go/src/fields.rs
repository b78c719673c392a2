//! Fields of nodes by name. The grammar knows them by number, and finds a number by going through all names: that would be
//! done for every part of every node.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;
use tree_sitter::{Language, Node};

static NUMBERS: LazyLock<FxHashMap<&'static str, u16>> = LazyLock::new(|| {
    let language: Language = tree_sitter_go::LANGUAGE.into();
    let all = 1..=u16::try_from(language.field_count()).unwrap_or(u16::MAX);
    all.filter_map(|number| Some((language.field_name_for_id(number)?, number))).collect()
});

/// A node whose parts have names.
pub(crate) trait Fields<'t> {
    /// The first part of that name.
    fn field(&self, name: &str) -> Option<Node<'t>>;
}

impl<'t> Fields<'t> for Node<'t> {
    fn field(&self, name: &str) -> Option<Node<'t>> {
        self.child_by_field_id(*NUMBERS.get(name)?)
    }
}
