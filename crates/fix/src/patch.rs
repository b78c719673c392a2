//! Fixes as a patch.

use similar::TextDiff;

/// What changed in a file, as `git apply` and `patch -p1` take it; empty where nothing did.
#[must_use]
pub fn patch(path: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    let (from, to) = (format!("a/{path}"), format!("b/{path}"));
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(&from, &to).to_string()
}
