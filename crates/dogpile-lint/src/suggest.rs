//! "Did you mean …?"

use std::path::Path;

/// `; did you mean …?` with the nearest of the known words, or the list of them where none is near.
#[must_use]
pub(crate) fn did_you_mean(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None if known.is_empty() || known.len() > 12 => String::new(),
        None => format!("; known: {}", known.join(", ")),
    }
}

/// The known word that looks most like this one, if any does.
#[must_use]
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let folded = word.to_lowercase().replace('_', "-");
    let scored = known.into_iter().map(|k| (strsim::jaro_winkler(&folded, k), k)).filter(|(score, _)| *score > 0.8);
    scored.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1))).map(|(_, k)| k)
}

/// The path that looks most like one that does not exist: its folder is there, and has something of a similar name.
#[must_use]
pub(crate) fn near_path(cwd: &Path, missing: &str) -> Option<String> {
    let path = Path::new(missing);
    let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
    let there = std::fs::read_dir(cwd.join(folder)).ok()?;
    let mut names: Vec<String> = there.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    let near =
        nearest(name, names.iter().filter(|there| !there.starts_with('.') && *there != name).map(String::as_str))?;
    Some(folder.join(near).to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested() {
        assert_eq!(nearest("leaked_lck", ["leaked-lock", "constant-token"]), Some("leaked-lock"));
        assert_eq!(nearest("zzz", ["leaked-lock"]), None);
        assert_eq!(did_you_mean("zzz", &["a", "b"]), "; known: a, b");
    }
}
