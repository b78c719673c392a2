//! Which files are tests, by their names and folders.

use dogpile_ir::Lang;

/// Folders of tests below what is linted; the name of the file itself is left out.
const FOLDERS_OF_JS: &[&str] = &["__tests__", "__mocks__", "__fixtures__", "test", "tests", "e2e", "cypress"];
const FOLDERS_OF_RUST: &[&str] = &["tests", "benches"];
/// What stands before the ending of a test: `lock.spec.ts`.
const MARKS: &[&str] = &["test", "spec", "cy", "bench"];

/// Whether a file is a test; `path` is relative to what is linted, `/` between parts.
#[must_use]
pub(crate) fn is_test(lang: Lang, path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let lies_in = |known: &[&str]| folders.split('/').any(|folder| known.contains(&folder));
    match lang {
        Lang::Go => name.ends_with("_test.go"),
        Lang::TypeScript => {
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            lies_in(FOLDERS_OF_JS)
                || stem.rsplit_once('.').is_some_and(|(_, mark)| MARKS.contains(&mark) || mark.starts_with("e2e"))
        }
        Lang::Rust => {
            let stem = name.trim_end_matches(".rs");
            lies_in(FOLDERS_OF_RUST)
                || matches!(stem, "test" | "tests")
                || stem.ends_with("_test")
                || stem.ends_with("_tests")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_by_language() {
        let table: &[(Lang, &[&str], &[&str])] = &[
            (Lang::Go, &["a/x_test.go", "x_test.go"], &["a/test.go", "tests/x.go"]),
            (
                Lang::TypeScript,
                &[
                    "a.test.ts",
                    "src/a.spec.tsx",
                    "__tests__/a.js",
                    "src/__mocks__/redis.ts",
                    "e2e/a.ts",
                    "cypress/x/a.js",
                    "app.e2e-spec.ts",
                    "test/a.js",
                ],
                &[
                    "a.ts",
                    "spec.ts",
                    "test.ts",
                    "src/testing/a.ts",
                    "contest.ts",
                    "src/attest.ts",
                    "examples/a.ts",
                    "a.test/b.ts",
                ],
            ),
            (
                Lang::Rust,
                &["tests/it.rs", "p/tests/common/mod.rs", "benches/b.rs", "src/lock_test.rs", "src/lock/tests.rs"],
                &["src/lock.rs", "examples/a.rs", "src/test_kit.rs", "src/contests.rs", "src/latests.rs"],
            ),
        ];
        for (lang, tests, code) in table {
            for path in *tests {
                assert!(is_test(*lang, path), "{path}");
            }
            for path in *code {
                assert!(!is_test(*lang, path), "{path}");
            }
        }
    }
}
