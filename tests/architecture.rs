//! The table of crates in ARCHITECTURE.md is the graph that cargo sees.
#![allow(clippy::disallowed_methods, reason = "tests read their data from the tree")]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a crate needs: rooms of this workspace, and crates of others.
#[derive(Debug, Default, PartialEq, Eq)]
struct Needs {
    folder: String,
    rooms: BTreeSet<String>,
    others: BTreeSet<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the workspace").to_path_buf()
}

/// Rows of the table between the markers: crate, folder, rooms it may know, other crates.
fn written() -> BTreeMap<String, Needs> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let table = text.split_once("<!-- crates:begin -->").expect("a begin marker").1;
    let table = table.split_once("<!-- crates:end -->").expect("an end marker").0;
    let names = |cell: &str| -> BTreeSet<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let mut all = BTreeMap::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, folder, rooms, others] = cells[..] else { panic!("not four cells: {row}") };
        let needs = Needs { folder: folder.trim_matches('`').to_owned(), rooms: names(rooms), others: names(others) };
        assert!(all.insert(name.trim_matches('`').to_owned(), needs).is_none(), "{name} stands there twice");
    }
    all
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What cargo says. Tests may use more than the program; the suite, which is nothing but tests, is listed with all.
fn real() -> BTreeMap<String, Needs> {
    let metadata = metadata();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let packages = metadata["packages"].as_array().expect("packages");
    let mut all = BTreeMap::new();
    for package in packages {
        let name = text(&package["name"]);
        let manifest = PathBuf::from(text(&package["manifest_path"]));
        let folder = manifest.parent().expect("a folder").strip_prefix(root()).expect("in the workspace");
        let mut needs = Needs { folder: folder.display().to_string(), ..Needs::default() };
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            if dependency["kind"] == "dev" && name != "dogpile-suite" {
                continue;
            }
            let of_ours = dependency["path"].is_string();
            let list = if of_ours { &mut needs.rooms } else { &mut needs.others };
            list.insert(text(&dependency["name"]));
        }
        all.insert(name, needs);
    }
    all
}

#[test]
fn the_table_of_crates_is_true() {
    let (written, real) = (written(), real());
    let mut wrong = Vec::new();
    for (name, needs) in &real {
        match written.get(name) {
            None => wrong.push(format!("{name} is not in the table")),
            Some(said) if said != needs => wrong.push(format!("{name}: the table says {said:?}, cargo {needs:?}")),
            Some(_) => {}
        }
    }
    wrong.extend(written.keys().filter(|name| !real.contains_key(*name)).map(|name| format!("{name} does not exist")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Sources of a room.
fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("a folder can be read to its end").path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
}

#[test]
fn files_environment_and_terminal_belong_to_the_program() {
    let all = ["std::fs", "std::env", "std::net", "std::process", "println!", "eprintln!"];
    let mut rooms: Vec<(&str, &[&str])> =
        ["source", "ir", "front-go", "front-ts", "front-rust", "redis", "models", "analysis", "report"]
            .map(|room| (room, &all[..]))
            .to_vec();
    // This one starts and speaks to servers.
    rooms.push(("server", &["println!", "eprintln!"]));
    let mut wrong = Vec::new();
    for (room, words) in rooms {
        let mut files = Vec::new();
        sources(&root().join("crates").join(room).join("src"), &mut files);
        for path in files {
            let text = std::fs::read_to_string(&path).expect("a source");
            // Tests inside a module may do as they like.
            let program = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (number, line) in (1..).zip(program.lines()) {
                let code = line.split("//").next().unwrap_or_default();
                if let Some(word) = words.iter().find(|word| code.contains(**word)) {
                    wrong.push(format!("{}:{number}: {word}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Names and versions in the table of dependencies.
fn justified() -> BTreeSet<(String, String)> {
    let text = std::fs::read_to_string(root().join("docs/dependencies.md")).expect("docs/dependencies.md");
    let table = text.split_once("<!-- dependencies:begin -->").expect("a begin marker").1;
    let table = table.split_once("<!-- dependencies:end -->").expect("an end marker").0;
    let mut all = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, version, released, licence, reason, instead] = cells[..] else { panic!("not six cells: {row}") };
        assert!([released, licence, reason, instead].iter().all(|cell| !cell.is_empty()), "an empty cell: {row}");
        assert!(all.insert((name.trim_matches('`').to_owned(), version.to_owned())), "{name} stands there twice");
    }
    all
}

/// Versions in `Cargo.lock` by name, without what is said of a specification (`1.2.1+spec-1.1.0`).
fn locked() -> BTreeSet<(String, String)> {
    let text = std::fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock");
    let value = |line: &str, key: &str| {
        line.strip_prefix(key).map(|rest| rest.trim_matches(|c| c == '"' || c == ' ').to_owned())
    };
    let packages = text.split("[[package]]").skip(1);
    let of = |package: &str| {
        let find = |key: &str| package.lines().find_map(|line| value(line, key)).expect("a name and a version");
        (find("name = "), find("version = ").split('+').next().unwrap_or_default().to_owned())
    };
    packages.map(of).collect()
}

#[test]
fn every_dependency_is_justified() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages");
    let dependencies = packages.iter().flat_map(|package| package["dependencies"].as_array().expect("dependencies"));
    let others = dependencies.filter(|dependency| !dependency["path"].is_string());
    let used: BTreeSet<String> =
        others.map(|dependency| dependency["name"].as_str().expect("a name").to_owned()).collect();
    let (justified, locked) = (justified(), locked());
    let rows: BTreeSet<String> = justified.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(
        used.difference(&rows).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "these have no row in docs/dependencies.md"
    );
    assert_eq!(rows.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "these rows are of no dependency");
    assert_eq!(
        justified.difference(&locked).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "Cargo.lock has other versions of these"
    );
}
