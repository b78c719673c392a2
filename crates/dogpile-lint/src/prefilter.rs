//! Which files can matter, decided before anything is parsed.

use crate::promises::Promises;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, Span, packed};
use dogpile_ir::Lang;
use dogpile_models::Words;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A search for each language: what names a client in one says nothing in another.
#[derive(Debug, Default)]
pub(crate) struct Triggers {
    by_language: BTreeMap<Lang, (Words, OnceLock<Search>)>,
    promises: Promises,
}

/// What a file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hit {
    /// Nothing of ours.
    Nothing,
    /// A word that much other code has, too.
    Weak,
    /// A word that is enough.
    Alone,
}

#[derive(Debug)]
struct Search {
    words: Prefilter,
    /// What names the clients of weak words.
    clients: Clients,
}

impl Triggers {
    /// Searches for these words, as they are written.
    #[must_use]
    pub(crate) fn new(words: impl IntoIterator<Item = (Lang, Words)>) -> Self {
        let by_language = words.into_iter().map(|(lang, words)| (lang, (words, OnceLock::new()))).collect();
        Self { by_language, promises: Promises::default() }
    }

    /// The search of a language, which is made when there is a file of it.
    fn search(&self, lang: Lang) -> Option<&Search> {
        let (words, search) = self.by_language.get(&lang)?;
        Some(
            search.get_or_init(|| Search {
                words: Prefilter::new(&words.alone, &words.weak),
                clients: Clients::new(words),
            }),
        )
    }

    /// What a file of a language is to us.
    #[must_use]
    pub(crate) fn hit(&self, lang: Lang, bytes: &[u8]) -> Hit {
        self.search(lang).map_or(Hit::Nothing, |search| search.words.hit(bytes))
    }

    /// Whether a file names a client of weak words: these count in its package.
    #[must_use]
    pub(crate) fn names_client(&self, lang: Lang, bytes: &[u8]) -> bool {
        self.search(lang).is_some_and(|search| search.clients.are_named(bytes))
    }

    /// Whether a file may keep a promise in a variable of the process: it matters with what it imports, and no further.
    #[must_use]
    pub(crate) fn stands_alone(&self, lang: Lang, bytes: &[u8]) -> bool {
        lang == Lang::TypeScript && self.promises.kept_in(bytes)
    }
}

/// What names the clients of weak words.
#[derive(Debug)]
struct Clients {
    packages: Vec<String>,
    companions: Vec<String>,
    strangers: Vec<String>,
    /// Of packages, and of companions: most runs meet no weak word, and need neither.
    searches: OnceLock<[Prefilter; 2]>,
}

impl Clients {
    fn new(words: &Words) -> Self {
        Self {
            packages: words.clients.clone(),
            companions: words.companions.clone(),
            strangers: words.strangers.clone(),
            searches: OnceLock::new(),
        }
    }

    fn are_named(&self, bytes: &[u8]) -> bool {
        let stands = |at: usize, word: &str| bytes[at..].starts_with(word.as_bytes());
        let [of_packages, of_companions] =
            self.searches.get_or_init(|| [Prefilter::new(&self.packages, &[]), Prefilter::new(&self.companions, &[])]);
        of_packages
            .places(bytes)
            .any(|at| self.packages.iter().any(|word| stands(at, word) && is_whole(bytes, at, word)))
            || of_companions.places(bytes).any(|at| !self.strangers.iter().any(|word| stands(at, word)))
    }
}

/// A name without a path is short (`bb8`), and stands in numbers and in other names: it counts as a word of its own.
fn is_whole(bytes: &[u8], at: usize, word: &str) -> bool {
    let goes_on = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let is_bare = word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    !is_bare || !(at > 0 && goes_on(bytes.get(at - 1)) || goes_on(bytes.get(at + word.len())))
}

/// A search for any of a few words.
#[derive(Debug)]
pub(crate) struct Prefilter {
    how: How,
    /// The first so many words are enough, the others weak.
    enough: usize,
}

#[derive(Debug)]
enum How {
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
    pub(crate) fn new(words: &[String], weak: &[String]) -> Self {
        let enough = least(words, &[]);
        let weak = least(weak, &enough);
        let all: Vec<&str> = enough.iter().chain(&weak).copied().collect();
        if all.is_empty() {
            return Self { how: How::Nothing, enough: 0 };
        }
        let teddy = packed::Config::new().builder().extend(&all).build();
        let how = match teddy {
            Some(searcher) => How::Packed(searcher),
            None => automaton(&all).map_or(How::Everything, How::Automaton),
        };
        Self { how, enough: enough.len() }
    }

    /// Number and place of the first word at or behind a place.
    fn find(&self, bytes: &[u8], from: usize) -> Option<(usize, usize)> {
        let span = || Span { start: from, end: bytes.len() };
        match &self.how {
            How::Nothing => None,
            How::Everything => (from < bytes.len()).then_some((0, from)),
            How::Packed(searcher) => {
                searcher.find_in(bytes, span()).map(|found| (found.pattern().as_usize(), found.start()))
            }
            How::Automaton(automaton) => {
                automaton.find(Input::new(bytes).span(span())).map(|found| (found.pattern().as_usize(), found.start()))
            }
        }
    }

    /// Where the words stand.
    pub(crate) fn places<'s>(&'s self, bytes: &'s [u8]) -> impl Iterator<Item = usize> + 's {
        let mut from = 0;
        std::iter::from_fn(move || {
            let (_, at) = self.find(bytes, from)?;
            from = at + 1;
            Some(at)
        })
    }

    /// Which of the words stand in there.
    #[must_use]
    pub(crate) fn hit(&self, bytes: &[u8]) -> Hit {
        let (mut from, mut best) = (0, Hit::Nothing);
        while let Some((word, at)) = self.find(bytes, from) {
            if is_inside_a_word(bytes, at) {
                from = at + 1;
                continue;
            }
            if word < self.enough || matches!(self.how, How::Everything) {
                return Hit::Alone;
            }
            (from, best) = (at + 1, Hit::Weak);
        }
        best
    }
}

/// Words of so many bytes in all make a table of some megabytes.
const MOST_TABLED: usize = 16 << 10;

/// A table of all steps is built more slowly and read some times faster than the links that are the default for more than a
/// hundred words; trees are read whole with it.
fn automaton(words: &[&str]) -> Option<AhoCorasick> {
    let few = words.iter().map(|word| word.len()).sum::<usize>() <= MOST_TABLED;
    AhoCorasick::builder().kind(few.then_some(AhoCorasickKind::DFA)).build(words).ok()
}

/// Whether what stands there goes on with a word: `redsync` in `orderedsynchronizer`.
fn is_inside_a_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && bytes[at].is_ascii_lowercase() && bytes[at - 1].is_ascii_alphabetic()
}

/// Words without those that hold another one, or one of `others`: they find nothing more than that.
fn least<'w>(words: &'w [String], others: &[&str]) -> Vec<&'w str> {
    let mut words: Vec<&str> = words.iter().map(String::as_str).filter(|w| !w.is_empty()).collect();
    words.sort_unstable_by_key(|w| (w.len(), *w));
    let mut least: Vec<&str> = Vec::new();
    for word in words {
        // Hardly any does, and that is told faster.
        let finds = |shorter: &str| {
            word.contains(shorter) && word.match_indices(shorter).any(|(at, _)| !is_inside_a_word(word.as_bytes(), at))
        };
        if !least.iter().chain(others).any(|shorter| finds(shorter)) {
            least.push(word);
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str], weak: &[&str]) -> Prefilter {
        let own = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        Prefilter::new(&own(words), &own(weak))
    }

    #[test]
    fn finds_words_few_and_many() {
        let few = of(&["SetNX", "redsync", "SetNXArgs"], &[]);
        let hits = |search: &Prefilter, text: &[u8]| search.hit(text) == Hit::Alone;
        assert!(hits(&few, b"rdb.SetNX(ctx)") && !hits(&few, b"rdb.Set(ctx)") && !hits(&few, b""));
        let words: Vec<String> = (0..500).map(|n| format!("word-{n}-end")).collect();
        let many = Prefilter::new(&words, &[]);
        assert!(hits(&many, b"xx word-499-end") && !hits(&many, b"word-500-end"));
        assert!(!hits(&of(&[""], &[]), b"anything"));
    }

    #[test]
    fn words_that_begin_small_begin_a_word() {
        let search = of(&["redsync", "SetNX", "setnx", "hsetnx"], &[".eval("]);
        let hits = |text: &[u8]| search.hit(text) == Hit::Alone;
        assert!(hits(b"import \"github.com/go-redsync/redsync/v4\"") && hits(b"_redsync") && hits(b"redsync"));
        assert!(!hits(b"orderedsynchronizer") && hits(b"orderedsynchronizer redsync"));
        assert!(
            hits(b"client.hsetnx(k, f, v)") && !hits(b"client.xsetnx(k)"),
            "words of their own are looked for beside what they hold"
        );
        assert!(hits(b"trySetNX"), "a capital begins one in the middle of a name");
        assert_eq!(search.hit(b"x.eval(y)"), Hit::Weak);
    }

    #[test]
    fn weak_words_are_told_from_those_that_are_enough() {
        let search = of(&["SetNX", "x.Eval(k"], &[".Eval("]);
        assert_eq!(search.hit(b"a.Eval(b)"), Hit::Weak);
        assert_eq!(search.hit(b"a.Eval(b); c.SetNX(d)"), Hit::Alone, "behind a weak one");
        assert_eq!(search.hit(b"x.Eval(k)"), Hit::Alone, "around a weak one");
        assert_eq!(search.hit(b"a.Evil(b)"), Hit::Nothing);
        let many: Vec<String> = (0..500).map(|n| format!("word-{n}-end")).collect();
        let search = Prefilter::new(&many, &["weak".to_owned()]);
        assert_eq!((search.hit(b"weak"), search.hit(b"weak-word-7-end")), (Hit::Weak, Hit::Alone));
    }

    #[test]
    fn words_of_one_language_say_nothing_in_another() {
        let words = |alone: &str| Words { alone: vec![alone.to_owned()], ..Words::default() };
        let weak = Words { weak: vec![".Eval(".to_owned()], clients: vec!["go-redis".to_owned()], ..words("SetNX") };
        let triggers = Triggers::new([(Lang::Go, weak), (Lang::TypeScript, words("ioredis"))]);
        let hits = |lang, text: &[u8]| triggers.hit(lang, text) == Hit::Alone;
        assert!(hits(Lang::Go, b"SetNX") && hits(Lang::TypeScript, b"'ioredis'"));
        assert!(!hits(Lang::Go, b"ioredis") && !hits(Lang::TypeScript, b"SetNX") && !hits(Lang::Rust, b"SetNX"));
        let stranger = Words {
            strangers: vec!["Redistrib".to_owned()],
            companions: vec!["redis".to_owned(), "Redis".to_owned()],
            clients: vec!["bb8".to_owned(), "bb8_redis::".to_owned()],
            ..words("SetNX")
        };
        let strangers = Triggers::new([(Lang::Rust, stranger)]);
        assert!(
            !strangers.names_client(Lang::Rust, b"// Redistribute")
                && strangers.names_client(Lang::Rust, b"// Redistribute\nuse redis;")
        );
        assert!(
            strangers.names_client(Lang::Rust, b"use bb8::Pool;")
                && strangers.names_client(Lang::Rust, b"bb8_redis::bb8::Pool")
        );
        assert!(
            !strangers.names_client(Lang::Rust, b"0x9f2bb8_1") && !strangers.names_client(Lang::Rust, b"0x9f2d_bb81_0")
        );
        assert!(
            triggers.names_client(Lang::Go, b"import go-redis")
                && !triggers.names_client(Lang::TypeScript, b"go-redis")
        );
    }
}
