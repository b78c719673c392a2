//! Fields of nodes by name. The grammars know them by number, and find a number by going through all names: that would be
//! done for every part of every node.

use std::sync::LazyLock;
use tree_sitter::{Language, Node};

/// A grammar and its fields.
struct Named {
    language: Language,
    fields: Numbers,
}

static WITH_JSX: LazyLock<Named> = LazyLock::new(|| Named::of(tree_sitter_typescript::LANGUAGE_TSX.into()));
static WITHOUT: LazyLock<Named> = LazyLock::new(|| Named::of(tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()));

impl Named {
    fn of(language: Language) -> Self {
        let fields = Numbers::of(&language);
        Self { language, fields }
    }
}

/// Names of fields with their numbers, each at the place that its ends and its length tell, or behind it.
struct Numbers([Option<(&'static str, u16)>; PLACES]);

const PLACES: usize = 256;

impl Numbers {
    fn of(language: &Language) -> Self {
        let mut numbers = Self([None; PLACES]);
        let count = u16::try_from(language.field_count()).unwrap_or(u16::MAX);
        for (name, id) in (1..=count).filter_map(|id| Some((language.field_name_for_id(id)?, id))) {
            let free = Self::places(name).find(|at| numbers.0[*at].is_none());
            free.into_iter().for_each(|at| numbers.0[at] = Some((name, id)));
        }
        numbers
    }

    fn places(name: &str) -> impl Iterator<Item = usize> {
        let end = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(*byte));
        let first = end(name.as_bytes().first()) * 7 + end(name.as_bytes().last()) * 31 + name.len();
        (0..PLACES).map(move |n| (first + n) % PLACES)
    }

    fn of_name(&self, name: &str) -> Option<u16> {
        let mut known = Self::places(name).map_while(|at| self.0[at]);
        known.find(|(known, _)| *known == name).map(|(_, id)| id)
    }
}

/// A node whose parts have names.
pub(crate) trait Fields<'t> {
    /// The first part of that name.
    fn field(&self, name: &str) -> Option<Node<'t>>;
}

impl<'t> Fields<'t> for Node<'t> {
    fn field(&self, name: &str) -> Option<Node<'t>> {
        let named = if *self.language() == WITH_JSX.language { &WITH_JSX } else { &WITHOUT };
        self.child_by_field_id(named.fields.of_name(name)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_the_number_of_its_grammar() {
        for named in [&WITH_JSX, &WITHOUT] {
            for id in 1..=u16::try_from(named.language.field_count()).expect("a few") {
                let name = named.language.field_name_for_id(id).expect("a name");
                assert_eq!(named.fields.of_name(name), Some(id), "{name}");
            }
            assert_eq!(named.fields.of_name("no such field"), None);
        }
    }
}
