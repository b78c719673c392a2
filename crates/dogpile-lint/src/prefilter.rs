//! Which files can matter, decided before anything is parsed.

use aho_corasick::{AhoCorasick, packed};
use dogpile_ir::Lang;
use std::collections::BTreeMap;

/// A search for each language: what names a client in one says nothing in another.
#[derive(Debug, Default)]
pub(crate) struct Triggers {
    by_language: BTreeMap<Lang, Prefilter>,
    promises: Promises,
}

impl Triggers {
    /// Searches for these words, as they are written.
    #[must_use]
    pub(crate) fn new<'w, W: IntoIterator<Item = &'w str>>(words: impl IntoIterator<Item = (Lang, W)>) -> Self {
        let by_language = words.into_iter().map(|(lang, words)| (lang, Prefilter::new(words))).collect();
        Self { by_language, promises: Promises::default() }
    }

    /// Whether any of a language's words stands in there.
    #[must_use]
    pub(crate) fn hits(&self, lang: Lang, bytes: &[u8]) -> bool {
        self.by_language.get(&lang).is_some_and(|search| search.hits(bytes))
    }

    /// Whether a file may keep a promise in a variable of the process: it matters by itself, whatever it imports.
    #[must_use]
    pub(crate) fn stands_alone(&self, lang: Lang, bytes: &[u8]) -> bool {
        lang == Lang::TypeScript && self.promises.kept_in(bytes)
    }
}

/// A search for promises that a module keeps: a variable of it whose line says so, or something with that name that is
/// set to one.
#[derive(Debug)]
struct Promises {
    word: Prefilter,
}

impl Default for Promises {
    fn default() -> Self {
        Self { word: Prefilter::new(["romise"]) }
    }
}

impl Promises {
    fn kept_in(&self, bytes: &[u8]) -> bool {
        self.word.places(bytes).any(|at| {
            let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |newline| newline + 1);
            let (before, behind) = (&bytes[start..at], &bytes[at..]);
            let declares = |line: &[u8]| [&b"let "[..], b"var ", b"export let ", b"export var "].iter().any(|word| line.starts_with(word));
            declares(before) || (!declares(before.trim_ascii_start()) && !before.trim_ascii_start().starts_with(b"const ") && is_set(behind))
        })
    }
}

/// A name that ends here and is assigned: `…romise = x`, `…romise ??= x`.
fn is_set(text: &[u8]) -> bool {
    let name = text.iter().position(|b| !(b.is_ascii_alphanumeric() || *b == b'_')).unwrap_or(text.len());
    let rest = text[name..].trim_ascii_start();
    let rest = rest.strip_prefix(b"??").unwrap_or(rest);
    rest.strip_prefix(b"=").is_some_and(|value| !value.starts_with(b"=") && !value.starts_with(b">"))
}

/// A search for any of a few words.
#[derive(Debug)]
pub(crate) struct Prefilter {
    search: Search,
}

#[derive(Debug)]
enum Search {
    /// No words: nothing is found.
    Nothing,
    /// SIMD: about as fast as reading the bytes.
    Packed(packed::Searcher),
    /// For more words than that takes, or where there is no SIMD.
    Automaton(AhoCorasick),
    /// Too many words for any search: every file matters.
    Everything,
}

impl Prefilter {
    /// A search for these words, as they are written.
    #[must_use]
    pub(crate) fn new<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut words: Vec<&str> = words.into_iter().filter(|w| !w.is_empty()).collect();
        // A word that holds another one finds nothing more than that.
        words.sort_unstable_by_key(|w| (w.len(), *w));
        let mut least: Vec<&str> = Vec::new();
        for word in words {
            if !least.iter().any(|shorter| word.contains(shorter)) {
                least.push(word);
            }
        }
        if least.is_empty() {
            return Self { search: Search::Nothing };
        }
        let teddy = packed::Config::new().builder().extend(&least).build();
        let search = match teddy {
            Some(searcher) => Search::Packed(searcher),
            None => AhoCorasick::new(&least).map_or(Search::Everything, Search::Automaton),
        };
        Self { search }
    }

    /// Where the words stand.
    fn places<'s>(&'s self, bytes: &'s [u8]) -> Box<dyn Iterator<Item = usize> + 's> {
        match &self.search {
            Search::Nothing => Box::new(std::iter::empty()),
            Search::Everything => Box::new(0..bytes.len()),
            Search::Packed(searcher) => Box::new(searcher.find_iter(bytes).map(|found| found.start())),
            Search::Automaton(automaton) => Box::new(automaton.find_iter(bytes).map(|found| found.start())),
        }
    }

    /// Whether any of the words stands in there.
    #[must_use]
    pub(crate) fn hits(&self, bytes: &[u8]) -> bool {
        match &self.search {
            Search::Nothing => false,
            Search::Everything => true,
            Search::Packed(searcher) => searcher.find(bytes).is_some(),
            Search::Automaton(automaton) => automaton.is_match(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words_few_and_many() {
        let few = Prefilter::new(["SetNX", "redsync", "SetNXArgs"]);
        assert!(few.hits(b"rdb.SetNX(ctx)") && !few.hits(b"rdb.Set(ctx)") && !few.hits(b""));
        let words: Vec<String> = (0..500).map(|n| format!("word-{n}-end")).collect();
        let many = Prefilter::new(words.iter().map(String::as_str));
        assert!(many.hits(b"xx word-499-end") && !many.hits(b"word-500-end"));
        assert!(!Prefilter::new([""]).hits(b"anything"));
    }

    #[test]
    fn promises_that_a_module_keeps() {
        let kept = |text: &str| Triggers::default().stands_alone(Lang::TypeScript, text.as_bytes());
        for text in [
            "let ready: Promise<void> | null = null;",
            "a();\nexport let ready: Promise<X>;",
            "var promise;",
            "  cached.promise = connect();",
            "if (!readyPromise) readyPromise ??= go();",
        ] {
            assert!(kept(text), "{text}");
        }
        for text in [
            "",
            "function f(): Promise<void> {}",
            "  let ready: Promise<void> | null = null;",
            "  const promise = go();",
            "if (promise == other) {}",
            "const f = (promise => promise);",
        ] {
            assert!(!kept(text), "{text}");
        }
        assert!(!Triggers::default().stands_alone(Lang::Go, b"var promise"));
    }

    #[test]
    fn words_of_one_language_say_nothing_in_another() {
        let triggers = Triggers::new([(Lang::Go, vec!["SetNX"]), (Lang::TypeScript, vec!["ioredis"])]);
        assert!(triggers.hits(Lang::Go, b"SetNX") && triggers.hits(Lang::TypeScript, b"'ioredis'"));
        assert!(!triggers.hits(Lang::Go, b"ioredis") && !triggers.hits(Lang::TypeScript, b"SetNX") && !triggers.hits(Lang::Rust, b"SetNX"));
    }
}
