//! `dogpile-lint explain`, `man` and `completions`.
#![allow(clippy::disallowed_methods, reason = "tests read files and start shells")]

mod trees;

use serde_json::Value;
use std::process::Command;
use trees::Tree;

#[test]
fn a_page_comes_in_three_forms() {
    let tree = Tree::new(&[]);
    let text = tree.run(&["explain", "leaked-lock"]).out;
    assert!(text.starts_with("A way out that keeps the lock\n====") && !text.contains("```"), "{text}");
    let markdown = tree.run(&["explain", "leaked-lock", "--format", "markdown"]).out;
    assert!(markdown.starts_with("# A way out") && markdown.contains("```go"), "{markdown}");
    let json: Value =
        serde_json::from_str(&tree.run(&["explain", "leaked-lock", "--format", "json"]).out).expect("JSON");
    assert_eq!(json["slug"], "leaked-lock");
    assert_eq!(json["markdown"].as_str().map(str::trim_end), Some(markdown.trim_end()));
}

#[test]
fn every_command_has_a_page() {
    let tree = Tree::new(&[]);
    let run = tree.run(&["man", "--dir", "man"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let help = tree.run(&["--help"]).out;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = commands.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    let names: Vec<&str> =
        names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert!(names.len() > 8 && names.contains(&"locks"), "{names:?}");
    for name in names {
        let page = tree.read(&format!("man/dogpile-lint-{name}.1"));
        assert!(
            page.contains(".SH NAME") && page.contains(&format!("\\fBdogpile\\-lint {name}\\fR")),
            "{name}: {page}"
        );
        assert_eq!(tree.run(&["man", name]).out, page);
    }
    let all = tree.read("man/dogpile-lint.1");
    assert!(all.contains(env!("CARGO_PKG_VERSION")) && all.contains("Exit codes"), "{all}");
    let unknown = tree.run(&["man", "lock"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("did you mean `locks`?"), "{}", unknown.err);
}

/// What bash offers for a line whose last word is being typed.
fn bash(words: &[&str]) -> Vec<String> {
    let tree = Tree::new(&[]);
    let script = tree.run(&["completions", "bash"]);
    assert_eq!(script.code, Some(0), "{}", script.err);
    tree.write("completions.bash", script.out.as_bytes());
    let asked = r#"
        source completions.bash
        registered=$(complete -p dogpile-lint)
        function=${registered#*-F }
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        "${function%% *}" dogpile-lint "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let mut command = Command::new("bash");
    command.args(["--norc", "--noprofile", "-c", asked, "bash"]).args(words).current_dir(tree.path());
    let output = command.output().expect("bash runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_options_values_and_rules() {
    assert_eq!(bash(&["dogpile-lint", "expl"]), ["explain"]);
    assert_eq!(bash(&["dogpile-lint", "explain", "leaked"]), ["leaked-lock"]);
    assert_eq!(bash(&["dogpile-lint", "locks", "--form"]), ["--format"]);
    assert_eq!(bash(&["dogpile-lint", "locks", "--format", "j"]), ["json"]);
    assert!(bash(&["dogpile-lint", "explain", "zzz"]).concat().is_empty());
}

#[test]
fn every_shell_has_its_script() {
    let tree = Tree::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = tree.run(&["completions", shell]);
        assert_eq!(run.code, Some(0), "{shell}: {}", run.err);
        assert!(
            ["explain", "locks", "--format"].iter().all(|word| run.out.contains(word.trim_start_matches('-'))),
            "{shell}"
        );
    }
    let run = tree.run(&["completions", "tcsh"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("possible values: bash"), "{}", run.err);
}
