//! What is linted: source files with the package they belong to.

use crate::prefilter::Hit;
use dogpile_ir::Lang;
use dogpile_models::{ENDINGS, language_of};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Every language.
pub(crate) const LANGUAGES: [Lang; 3] = [Lang::Go, Lang::TypeScript, Lang::Rust];

/// The language of a file, by its name. Declarations (`.d.ts`, `.d.css.ts`) hold no code.
#[must_use]
pub(crate) fn language(path: &str) -> Option<Lang> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, ending) = name.rsplit_once('.')?;
    let declares = ending.ends_with("ts") && (stem.ends_with(".d") || stem.contains(".d."));
    let named = language_of(name).filter(|_| !declares)?;
    LANGUAGES.into_iter().find(|lang| language_name(*lang) == named)
}

/// The endings that are read, for people.
#[must_use]
pub(crate) fn endings() -> String {
    let all: Vec<String> = ENDINGS.iter().map(|(ending, _)| format!(".{ending}")).collect();
    all.split_last().map_or_else(String::new, |(last, rest)| format!("{} or {last}", rest.join(", ")))
}

/// The name that models know a language by.
#[must_use]
pub(crate) fn language_name(lang: Lang) -> &'static str {
    match lang {
        Lang::Go => "go",
        Lang::TypeScript => "typescript",
        Lang::Rust => "rust",
    }
}

/// One file.
#[derive(Clone, Debug)]
pub(crate) struct InputFile {
    /// Path that it is reported under, `/` between parts.
    pub path: String,
    /// Canonical path of its package.
    pub package: String,
    /// Its language.
    pub lang: Lang,
    /// Its text; `None`: it was read, hit no trigger and was dropped again to keep memory bounded.
    pub text: Option<Arc<str>>,
    /// Where it lies, if it is on disk.
    pub disk: Option<PathBuf>,
    /// Whether it holds a trigger word.
    pub hit: Hit,
    /// Whether it may keep a promise: it matters with what it imports, and no further.
    pub alone: bool,
}

impl InputFile {
    /// Where it lies, or would.
    #[must_use]
    pub(crate) fn place(&self) -> &Path {
        self.disk.as_deref().unwrap_or(Path::new(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_by_ending() {
        assert_eq!(language("a/b.go"), Some(Lang::Go));
        for name in ["a.ts", "a.tsx", "a.mts", "a.cts", "a.js", "a.jsx", "a.mjs", "a.cjs", "a.d.js", "d.ts"] {
            assert_eq!(language(name), Some(Lang::TypeScript), "{name}");
        }
        assert_eq!(language("src/a.rs"), Some(Lang::Rust));
        for name in ["a.go/b", "a.d.ts", "a.d.mts", "a.d.cts", "go", "a.json", "a.d.css.ts"] {
            assert_eq!(language(name), None, "{name}");
        }
        assert_eq!(endings(), ".go, .ts, .tsx, .mts, .cts, .js, .jsx, .mjs, .cjs or .rs");
    }
}
