//! Drivers: the part of a harness that does not depend on the finding, with what this one does not need left out.
//!
//! A driver is a text in its own language. Between a line `//? a|b` and the line `//.` stands what only harnesses with
//! the feature `a` or `b` need; `//? a&b` wants both. Blocks may stand in one another.

/// The driver with what these features need.
pub(crate) fn select(driver: &str, features: &[&str]) -> String {
    let mut out = String::new();
    let mut open: Vec<bool> = Vec::new();
    for line in driver.lines() {
        let word = line.trim_start();
        if let Some(asked) = word.strip_prefix("//? ") {
            let wanted = asked.trim().split('|').any(|any| any.split('&').all(|all| has(features, all)));
            open.push(wanted);
        } else if word == "//." {
            open.pop();
        } else if open.iter().all(|wanted| *wanted) && word == "}" && out.ends_with("\n\n") {
            // What stood before the end of a block was not needed.
            out.pop();
            out.push_str(line);
            out.push('\n');
        } else if open.iter().all(|wanted| *wanted) && !(line.is_empty() && out.ends_with("\n\n")) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn has(features: &[&str], asked: &str) -> bool {
    match asked.strip_prefix('!') {
        Some(absent) => !features.contains(&absent),
        None => features.contains(&asked),
    }
}

#[cfg(test)]
mod tests {
    use super::select;

    #[test]
    fn keeps_what_is_asked_for() {
        let driver = "a\n//? x|y\nb\n//? z\nc\n//.\n//.\n//? x&z\nd\n//.\n//? !x\ne\n//.\n";
        assert_eq!(select(driver, &["x"]), "a\nb\n");
        assert_eq!(select(driver, &["x", "z"]), "a\nb\nc\nd\n");
        assert_eq!(select(driver, &[]), "a\ne\n");
    }
}
