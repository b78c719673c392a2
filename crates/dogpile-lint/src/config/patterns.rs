//! Values by name pattern.

use globset::{GlobBuilder, GlobMatcher};

/// Values by name or glob. An exact name wins over globs; among globs, the first one written.
#[derive(Clone, Debug)]
pub(crate) struct Patterns<T> {
    entries: Vec<(String, GlobMatcher, T)>,
}

impl<T> Default for Patterns<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T> Patterns<T> {
    /// Adds a value. `*` stands for any characters, `/` and `:` included.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub(crate) fn add(&mut self, pattern: &str, value: T) -> Result<(), String> {
        let glob = GlobBuilder::new(pattern).build().map_err(|e| e.kind().to_string())?;
        self.entries.push((pattern.to_owned(), glob.compile_matcher(), value));
        Ok(())
    }

    /// The value for a name, and the pattern that gave it.
    #[must_use]
    #[cfg(test)]
    pub(crate) fn get(&self, name: &str) -> Option<(&str, &T)> {
        let exact = self.entries.iter().find(|(pattern, ..)| pattern == name);
        let entry = exact.or_else(|| self.entries.iter().find(|(_, glob, _)| glob.is_match(name)))?;
        Some((&entry.0, &entry.2))
    }

    /// Every pattern with its value, in the order written.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.entries.iter().map(|(pattern, _, value)| (pattern.as_str(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_names_win_then_the_first_glob() {
        let mut patterns = Patterns::default();
        patterns.add("lock:*", 1).expect("glob");
        patterns.add("lock:order:*", 2).expect("glob");
        patterns.add("lock:pay", 3).expect("glob");
        assert_eq!(patterns.get("lock:order:7").map(|(_, v)| *v), Some(1));
        assert_eq!(patterns.get("lock:pay").map(|(_, v)| *v), Some(3));
        assert_eq!(patterns.get("other"), None);
        assert!(patterns.add("a[", 4).is_err());
    }
}
