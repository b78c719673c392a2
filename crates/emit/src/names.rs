//! Names of constants in the manner of each language.

/// `lockKey`.
pub(crate) fn camel(words: &str) -> String {
    let mut out = String::new();
    for (at, word) in words.split(' ').enumerate() {
        let mut chars = word.chars();
        match chars.next() {
            Some(first) if at > 0 => out.extend(first.to_uppercase().chain(chars)),
            _ => out.push_str(word),
        }
    }
    out
}

/// `LOCK_KEY`.
pub(crate) fn screaming(words: &str) -> String {
    words.replace(' ', "_").to_uppercase()
}
