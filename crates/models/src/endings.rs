//! Which files are of which language, by the end of their names.

/// Endings, and the languages they stand for by their names in models. JavaScript is TypeScript without types.
pub const ENDINGS: &[(&str, &str)] = &[
    ("go", "go"),
    ("ts", "typescript"),
    ("tsx", "typescript"),
    ("mts", "typescript"),
    ("cts", "typescript"),
    ("js", "typescript"),
    ("jsx", "typescript"),
    ("mjs", "typescript"),
    ("cjs", "typescript"),
    ("rs", "rust"),
];

/// The language of a file, by its name in models.
#[must_use]
pub fn language_of(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    ENDINGS.iter().find(|(known, _)| *known == ending).map(|(_, language)| *language)
}

/// Whether a file of TypeScript has no types.
#[must_use]
pub fn is_javascript(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| matches!(ending, "js" | "jsx" | "mjs" | "cjs"))
}
