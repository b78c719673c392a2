//! Fixes as a patch.

use similar::TextDiff;

/// What changed in a file, as `git apply` and `patch -p1` take it; empty where nothing did.
#[must_use]
pub fn patch(path: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    let (from, to) = (name("a/", path), name("b/", path));
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(&from, &to).to_string()
}

/// A file's name, as git writes it: a tab ends one with spaces in it, and odd characters are escaped in quotes.
fn name(prefix: &str, path: &str) -> String {
    if path.chars().any(|c| c.is_control() || matches!(c, '"' | '\\')) {
        let escaped: String = path
            .chars()
            .map(|c| match c {
                '\t' => "\\t".to_owned(),
                '\n' => "\\n".to_owned(),
                '\r' => "\\r".to_owned(),
                '"' | '\\' => format!("\\{c}"),
                c if c.is_control() => c.to_string().bytes().map(|byte| format!("\\{byte:03o}")).collect(),
                c => c.to_string(),
            })
            .collect();
        return format!("\"{prefix}{escaped}\"");
    }
    let end = if path.contains(' ') { "\t" } else { "" };
    format!("{prefix}{path}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_git_does() {
        assert!(patch("a.go", "1\n", "2\n").starts_with("--- a/a.go\n+++ b/a.go\n@@"));
        assert!(patch("a b.go", "1\n", "2\n").starts_with("--- a/a b.go\t\n+++ b/a b.go\t\n"));
        assert!(patch("a\"\n.go", "1\n", "2\n").starts_with("--- \"a/a\\\"\\n.go\"\n"));
        assert!(patch("a.go", "1", "2").contains("\\ No newline at end of file"));
        assert_eq!(patch("a.go", "1\n", "1\n"), "");
    }
}
