//! Every error that somebody meets on the first day ends with what to type next.
#![allow(clippy::disallowed_methods, reason = "tests make files")]

mod trees;

use trees::{CLEAN, Tree};

#[test]
fn errors_say_what_to_type_next() {
    let tree = Tree::new(&[("src/a.go", CLEAN), ("bad.toml", "[rulez]\n"), ("nojson.json", "{")]);
    for (line, said) in [
        ("chekc", "did you mean the command `check`?"),
        ("lokcs", "did you mean the command `locks`?"),
        ("srcs", "did you mean `src`?"),
        ("src/b.go", "did you mean `src/a.go`?"),
        ("frobnicate", "`dogpile-lint --help`"),
        ("--formt json", "--format"),
        ("--format xml", "possible values: text"),
        ("--fail-on warnings", "a similar value exists: 'warning'"),
        ("--threads 0", "1..=1024"),
        ("--config no.toml", "`dogpile-lint init`"),
        ("--config bed.toml", "did you mean `bad.toml`?"),
        ("--config bad.toml", "did you mean `rules`?"),
        ("--latency no.file", "Prometheus"),
        ("explain", "`dogpile-lint rules`"),
        ("explain leakd", "did you mean `leaked-lock`?"),
        ("explain zzz", "`dogpile-lint rules`"),
        ("rules --format yaml", "possible values: text"),
        ("config nowhere", "type `dogpile-lint config`"),
        ("harness", "Usage: dogpile-lint harness"),
        ("harness abcdef src", "`dogpile-lint --format json`"),
        ("replay no.file", "`dogpile-lint confirm --format json --output FILE`"),
        ("completions", "Usage: dogpile-lint completions"),
        ("man loks", "did you mean `locks`?"),
        ("init nowhere", "type `dogpile-lint init`"),
        ("locks --format text", "possible values: table"),
    ] {
        let run = tree.run(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(run.code, Some(2), "dogpile-lint {line}: {run:?}");
        assert!(run.err.contains(said), "dogpile-lint {line}: no {said:?} in {}", run.err);
        assert!(run.out.is_empty(), "dogpile-lint {line}: {}", run.out);
    }
}
