//! Workflow commands, read as GitHub's documentation of them says.

use crate::by_hand::with_report;
use crate::trees::{LOCKED, Tree};
use serde_json::Value;
use std::collections::BTreeMap;

/// A workflow command: `::name key=value,key=value::data`.
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    data: String,
}

/// Commands stand at the beginning of a line; a `::` ends the properties.
fn command(line: &str) -> Command {
    let rest = line.strip_prefix("::").unwrap_or_else(|| panic!("no command: {line}"));
    let (head, data) = rest.split_once("::").expect("an end of the properties");
    let (name, properties) = head.split_once(' ').expect("properties");
    let property = |pair: &str| {
        let (key, value) = pair.split_once('=').expect("a value");
        (key.to_owned(), unescaped(value, &[("%3A", ":"), ("%2C", ",")]))
    };
    Command {
        name: name.to_owned(),
        properties: properties.split(',').map(property).collect(),
        data: unescaped(data, &[]),
    }
}

/// `%25` comes last: what it yields is no escape.
fn unescaped(text: &str, more: &[(&str, &str)]) -> String {
    let all = more.iter().chain(&[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]);
    all.fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

#[test]
fn annotations_say_what_json_says() {
    let tree = Tree::new(&[("a b/c,d.go", LOCKED)]);
    let json: Value = serde_json::from_str(&tree.run(&["--format", "json"]).out).expect("JSON");
    let findings = json["findings"].as_array().expect("findings");
    let out = tree.run(&["--format", "github"]).out;
    assert_eq!(out.lines().count(), findings.len());
    assert!(!findings.is_empty());
    for (line, finding) in out.lines().zip(findings) {
        let Command { name, properties, data } = command(line);
        assert_eq!(name, finding["level"].as_str().expect("a level"));
        let place = &finding["primary"];
        for (key, field) in [
            ("line", "line"),
            ("endLine", "end_line"),
            ("col", "column"),
            ("endColumn", "end_column"),
            ("file", "path"),
        ] {
            let said = place[field].as_str().map_or_else(|| place[field].to_string(), str::to_owned);
            assert_eq!(properties[key], said, "{key}");
        }
        assert!(properties["title"].contains(finding["rule"].as_str().expect("a rule")));
        let lines: Vec<&str> = data.lines().collect();
        assert_eq!(lines[0], finding["message"].as_str().expect("a message"));
        assert_eq!(lines[1], format!("note: {}", finding["note"].as_str().expect("a note")));
    }
}

#[test]
fn nothing_escapes() {
    let out = with_report(dogpile_report::to_github);
    let commands: Vec<Command> = out.lines().map(command).collect();
    assert_eq!(commands.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["error", "notice"]);
    assert_eq!(commands[0].properties["file"], "a b/app,1:%.go");
    assert!(commands[0].data.contains("100% 'sure',  ::error::"), "{}", commands[0].data);
    assert!(!commands[1].properties.contains_key("col"), "no columns where there are several lines");
}
