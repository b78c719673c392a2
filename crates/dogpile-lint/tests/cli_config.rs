//! Configuration and latencies, as the program takes them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files")]

mod trees;

use trees::{CLEAN, FAULTY, Tree};

#[test]
fn faults_name_file_line_and_the_better_word() {
    let tree = Tree::new(&[("sub/a.go", CLEAN), ("dogpile.toml", "[rules]\nunconditional_release = \"off\"\n")]);
    let run = tree.run(&["sub"]);
    assert_eq!(run.code, Some(2));
    assert_eq!(
        run.err,
        "error: dogpile.toml:2: unknown rule `unconditional_release`; did you mean `unconditional-release`?\n"
    );
    tree.write("dogpile.toml", b"[lint]\nexcluded = []\n");
    assert!(tree.run(&[]).err.contains("dogpile.toml:2: unknown key of [lint] `excluded`; did you mean `exclude`?"));
    tree.write("dogpile.toml", b"[lint\n");
    assert!(tree.run(&[]).err.starts_with("error: dogpile.toml:1: "));
}

#[test]
fn the_nearest_ancestor_holds() {
    let tree = Tree::new(&[
        ("dogpile.toml", "[rules]\nmalformed-annotation = \"off\"\n"),
        ("a/a.go", FAULTY),
        ("b/dogpile.toml", "[rules]\nmalformed-annotation = \"error\"\n"),
        ("b/c/b.go", FAULTY),
    ]);
    assert_eq!(tree.run(&["a"]).code, Some(0));
    assert!(tree.run(&["b/c/b.go"]).out.contains("error[malformed-annotation]"));
    let both = tree.run(&["a", "b"]);
    assert_eq!(
        (both.code, both.err.as_str()),
        (Some(0), "warning: these paths have different configurations; dogpile.toml holds for all\n")
    );
    assert_eq!(tree.run(&["--config", "b/dogpile.toml", "a"]).code, Some(1));
    assert_eq!(tree.run(&["--config", "none.toml", "a"]).code, Some(2));
}

#[test]
fn config_tells_what_holds_and_from_where() {
    let tree =
        Tree::new(&[("dogpile.toml", "[fleet]\ninstances = 20\n[rules]\nleaked-lock = \"note\"\n"), ("a/a.go", CLEAN)]);
    let run = tree.run(&["config", "a"]);
    assert_eq!(run.code, Some(0));
    assert!(run.out.starts_with("# dogpile.toml\n"), "{}", run.out);
    let line = |start: &str| {
        run.out.lines().find(|l| l.starts_with(start)).map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    assert_eq!(line("fleet.instances").as_deref(), Some("fleet.instances = 20 # dogpile.toml:2"));
    assert_eq!(line("rules.leaked-lock").as_deref(), Some("rules.leaked-lock = \"note\" # dogpile.toml:4"));
    assert_eq!(line("lint.fail-on").as_deref(), Some("lint.fail-on = \"warning\" # default"));
    let json: serde_json::Value = serde_json::from_str(&tree.run(&["config", "--format", "json"]).out).expect("JSON");
    assert_eq!(json["file"], "dogpile.toml");
    assert!(
        json["settings"]
            .as_array()
            .is_some_and(|s| s.iter().any(|s| s["key"] == "fleet.instances" && s["value"] == "20"))
    );
}

#[test]
fn files_outside_the_root_are_refused() {
    let tree = Tree::new(&[("secret.toml", ""), ("in/a.go", CLEAN)]);
    for name in ["../secret.toml", "/etc/passwd", "missing.toml", "link.toml"] {
        tree.write("in/dogpile.toml", format!("[models]\nfiles = [\"{name}\"]\n").as_bytes());
        #[cfg(unix)]
        let _ = std::os::unix::fs::symlink("../secret.toml", tree.path().join("in/link.toml"));
        let run = tree.run(&["in"]);
        assert_eq!(run.code, Some(2), "{name}");
        assert!(run.err.starts_with(&format!("error: in/dogpile.toml:2: model file `{name}` ")), "{}", run.err);
    }
    tree.write("in/own.toml", b"[client]\nnome = 1\n");
    tree.write("in/dogpile.toml", b"[models]\nfiles = [\"own.toml\"]\n");
    let run = tree.run(&["in"]);
    assert_eq!(run.code, Some(2));
    for once in ["own.toml: ", "unknown field `nome`"] {
        assert_eq!(run.err.matches(once).count(), 1, "{}", run.err);
    }
}

#[test]
fn excludes_are_relative_to_the_configuration() {
    let tree = Tree::new(&[
        ("dogpile.toml", "[lint]\nexclude = [\"old/**\", \"**/*.pb.go\"]\n"),
        ("old/a.go", FAULTY),
        ("new/x.pb.go", FAULTY),
        ("new/a.go", CLEAN),
    ]);
    let run = tree.run(&[]);
    assert_eq!(run.code, Some(0), "{}", run.out);
    assert!(run.out.starts_with("1 file seen"), "{}", run.out);
    assert_eq!(tree.run(&["old/a.go"]).code, Some(1), "a file that is named is taken");
}

#[test]
fn latency_files_are_checked() {
    let tree = Tree::new(&[
        ("a.go", CLEAN),
        ("ok.json", "{\"app.Recompute\": 25}"),
        ("bad.json", "{\"app.Recompute\": true}"),
    ]);
    assert_eq!(tree.run(&["--latency", "ok.json"]).code, Some(0));
    let run = tree.run(&["--latency", "bad.json"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.starts_with("error: bad.json: \"app.Recompute\" wants seconds"), "{}", run.err);
    assert_eq!(tree.run(&["--latency", "none.json"]).err, "error: no such file: none.json; did you mean `ok.json`?\n");
}
