//! The models of a run, by language: built-in ones are read when somebody first asks for their language.
//!
//! Most runs are about one language, and most files about none: reading every model took longer than looking at a file.

use crate::builtin::{BUILT, Built};
use crate::error::ModelError;
use crate::models::Models;
use crate::prepared::{Head, Start};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Languages that models speak of.
const LANGUAGES: [&str; 3] = ["go", "rust", "typescript"];

/// Models by language, a user's among them.
#[derive(Debug)]
pub struct Catalog {
    heads: BTreeMap<&'static str, Words>,
    read: BTreeMap<&'static str, OnceLock<Models>>,
}

/// The words by which files are found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// A file with one of them matters.
    pub alone: Vec<String>,
    /// Words that much other code has, too: a file with one of them matters where its package names one of `clients`.
    pub weak: Vec<String>,
    /// Packages that are the clients of weak words.
    pub clients: Vec<String>,
    /// Parts of words that do so, too.
    pub companions: Vec<String>,
    /// Words that begin like one of `companions` and name nothing.
    pub strangers: Vec<String>,
}

impl Default for Catalog {
    fn default() -> Self {
        let mut heads: BTreeMap<&'static str, Words> = LANGUAGES.map(|language| (language, Words::default())).into();
        for model in BUILT {
            add(&mut heads, model.head());
        }
        Self { heads, read: LANGUAGES.map(|language| (language, OnceLock::new())).into() }
    }
}

impl Catalog {
    /// The built-in models and a user's, as (name, text); the latest of these weighs most.
    ///
    /// # Errors
    /// The first fault of a user's file.
    pub fn with_users(files: &[(String, String)]) -> Result<Self, ModelError> {
        Self::default().and_users(files, Models::of_language)
    }

    /// The same, for those who ask often: what is built in is read once, and copied.
    ///
    /// # Errors
    /// The first fault of a user's file.
    pub fn with_users_again(files: &[(String, String)]) -> Result<Self, ModelError> {
        static BUILT_IN: OnceLock<Catalog> = OnceLock::new();
        let built_in = BUILT_IN.get_or_init(Self::default);
        let heads = built_in.heads.clone();
        let read = LANGUAGES.map(|language| (language, OnceLock::new())).into();
        Self { heads, read }.and_users(files, |language| built_in.of(language).clone())
    }

    fn and_users(
        mut self,
        files: &[(String, String)],
        built_in: impl Fn(&'static str) -> Models,
    ) -> Result<Self, ModelError> {
        for (name, text) in files {
            // A file that tells no language is faulty in any: some language's reader says how.
            let head = whole(text);
            let told = head.as_ref().map_or("", |head| head.language.as_str());
            let language = LANGUAGES.into_iter().find(|known| *known == told).unwrap_or(LANGUAGES[0]);
            let slot = self.read.entry(language).or_default();
            let mut models = slot.take().unwrap_or_else(|| built_in(language));
            models.with_user(name, text)?;
            let _ = slot.set(models);
            add(&mut self.heads, head);
        }
        Ok(self)
    }

    /// The models of a language (`go`, `rust`, `typescript`): packages of two may have one name (`redis`, `nanoid`).
    ///
    /// # Panics
    /// When a built-in model is faulty, which a test rules out.
    #[must_use]
    pub fn of(&self, language: &str) -> &Models {
        static NOTHING: OnceLock<Models> = OnceLock::new();
        match self.read.get_key_value(language) {
            Some((name, models)) => models.get_or_init(|| Models::of_language(name)),
            None => NOTHING.get_or_init(|| Models::of_language("")),
        }
    }

    /// The words of a language.
    #[must_use]
    pub fn words(&self, language: &str) -> Words {
        self.heads.get(language).cloned().unwrap_or_default()
    }
}

/// Whether a built-in model of a language is about a package by this name.
#[must_use]
pub fn is_clients(language: &str, package: &str) -> bool {
    static KNOWN: OnceLock<BTreeSet<(String, String)>> = OnceLock::new();
    let all = || {
        BUILT
            .iter()
            .filter_map(Built::head)
            .flat_map(|head| head.packages.into_iter().map(move |package| (head.language.clone(), package)))
    };
    KNOWN.get_or_init(|| all().collect()).contains(&(language.to_owned(), package.to_owned()))
}

/// The head of a model, wherever it stands.
fn whole(text: &str) -> Option<Head> {
    toml::from_str::<Start>(text).ok().map(|start| start.client)
}

/// The built-in models of a language.
pub(crate) fn of_language(language: &str) -> impl Iterator<Item = &'static Built> {
    BUILT.iter().filter(move |model| model.language == language)
}

fn add(heads: &mut BTreeMap<&'static str, Words>, head: Option<Head>) {
    let Some(head) = head else { return };
    let Some(words) = heads.get_mut(head.language.as_str()) else { return };
    let put = |list: &mut Vec<String>, word: String| {
        if !list.contains(&word) {
            list.push(word);
        }
    };
    head.triggers.into_iter().for_each(|word| put(&mut words.alone, word));
    if !head.weak_triggers.is_empty() {
        head.weak_triggers.into_iter().for_each(|word| put(&mut words.weak, word));
        // A version that stands for any, and what follows it, is not in every import.
        let literal = |package: &String| package.trim_start_matches("**/").split('*').next().unwrap_or("").to_owned();
        head.packages.iter().map(literal).for_each(|word| put(&mut words.clients, word));
        head.companions.into_iter().for_each(|word| put(&mut words.companions, word));
        head.strangers.into_iter().for_each(|word| put(&mut words.strangers, word));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BUILTIN;

    #[test]
    fn words_are_those_of_the_models() {
        let (catalog, all) = (Catalog::default(), Models::from_files(BUILTIN.iter().copied()).expect("sound"));
        for language in LANGUAGES {
            let words = catalog.words(language);
            let told: Vec<&str> = words.alone.iter().map(String::as_str).collect();
            let whole: Vec<&str> = (all.clients().map(|id| all.client(id)).filter(|head| head.language == language))
                .flat_map(|head| &head.triggers)
                .map(String::as_str)
                .collect();
            assert!(whole.iter().all(|word| told.contains(word)), "{language}");
            assert!(told.iter().all(|word| whole.contains(word)), "{language}");
            assert!(!told.is_empty() && words.weak.is_empty() == words.clients.is_empty());
        }
    }

    #[test]
    fn a_language_is_read_whole_and_alone() {
        let catalog = Catalog::default();
        let go = catalog.of("go");
        assert!(go.knows("github.com/redis/go-redis/v9.Client") && !go.knows("ioredis.Redis"));
        assert!(catalog.of("typescript").knows("ioredis.Redis"));
        assert_eq!(catalog.of("cobol").clients().count(), 0);
        let of_one = |language| catalog.of(language).clients().count();
        assert_eq!(LANGUAGES.map(of_one).iter().sum::<usize>(), BUILTIN.len(), "a model of no language");
    }

    #[test]
    fn a_users_model_is_checked_and_wins() {
        let good = "[client]\nname = \"ours\"\nlanguage = \"rust\"\npackages = [\"ours\"]\ntriggers = [\"ours::\"]\nchecked = { version = \"1\", on = \"2026-01-01\" }\n\n[[type]]\nnames = [\"Lock\"]\nrole = \"lock\"\n";
        let catalog = Catalog::with_users(&[("ours.toml".to_owned(), good.to_owned())]).expect("sound");
        assert!(catalog.words("rust").alone.contains(&"ours::".to_owned()));
        assert!(catalog.of("rust").knows("ours.Lock"));
        let again = Catalog::with_users_again(&[("ours.toml".to_owned(), good.to_owned())]).expect("sound");
        assert_eq!(again.words("rust"), catalog.words("rust"));
        assert!(
            again.of("rust").knows("ours.Lock")
                && !Catalog::with_users_again(&[]).expect("sound").of("rust").knows("ours.Lock")
        );
        let error =
            Catalog::with_users(&[("bad.toml".to_owned(), "[client]\nnome = 1\n".to_owned())]).expect_err("faulty");
        assert!(error.to_string().starts_with("bad.toml: "), "{error}");
    }

    #[test]
    fn a_users_head_may_stand_behind_its_rows() {
        let text = "[[type]]\nnames = [\"Lock\"]\nrole = \"lock\"\n\n[client]\nname = \"ours\"\nlanguage = \"rust\"\npackages = [\"ours\"]\ntriggers = [\"ours::\"]\nchecked = { version = \"1\", on = \"2026-01-01\" }\n";
        let catalog = Catalog::with_users(&[("ours.toml".to_owned(), text.to_owned())]).expect("sound");
        assert!(catalog.words("rust").alone.contains(&"ours::".to_owned()));
        assert!(catalog.of("rust").knows("ours.Lock") && !catalog.of("go").knows("ours.Lock"));
    }
}
