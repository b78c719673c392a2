//! Examples of the README and the guides are run: a ```console block under `<!-- in: FOLDER -->` is typed in a copy of that folder, and
//! what it prints is what the page says. Blocks of a page share the copy. A line `...` stands for any lines.
//!
//! `BLESS=1 cargo test -p dogpile-lint --test docs` writes what is printed into the pages, where no `...` stands for it.
#![allow(clippy::disallowed_methods, reason = "tests read pages and start shells")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).unwrap_or_else(|e| panic!("{}: {e}", from.display())) {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.file_type().expect("a kind").is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
}

/// What a command line prints, on both outputs, in the order printed.
fn typed(line: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_dogpile-lint")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("bash");
    command.args(["--norc", "-c", &format!("exec 2>&1; {line}")]).current_dir(folder);
    command.env("PATH", path).env("NO_COLOR", "1").env_remove("COLUMNS");
    String::from_utf8(command.output().expect("bash").stdout).expect("UTF-8")
}

/// Whether lines are those of a page, where `...` is any number of them.
fn like(printed: &[&str], said: &[&str]) -> bool {
    match said.split_first() {
        None => printed.is_empty(),
        Some((&"...", rest)) => (0..=printed.len()).any(|skipped| like(&printed[skipped..], rest)),
        Some((first, rest)) => {
            printed.first().is_some_and(|line| unversioned(line) == unversioned(first)) && like(&printed[1..], rest)
        }
    }
}

/// A line without the version of the server that something was confirmed on: it is this machine's.
fn unversioned(line: &str) -> String {
    let line = line.trim_end();
    match line.split_once("confirmed on redis ") {
        Some((before, after)) => {
            format!("{before}confirmed on redis {}", after.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'))
        }
        None => line.to_owned(),
    }
}

struct Page {
    name: String,
    folder: Option<TempDir>,
    blessed: Vec<String>,
    wrong: Vec<String>,
    ran: usize,
}

impl Page {
    /// Commands of one block, with what the page says that each prints.
    fn block(&mut self, lines: &[&str]) {
        let Some(folder) = &self.folder else {
            panic!("{}: a console block has no `<!-- in: FOLDER -->` before it", self.name)
        };
        let mut commands: Vec<(String, Vec<&str>)> = Vec::new();
        let mut open = false;
        for line in lines {
            match (line.strip_prefix("$ "), line.strip_prefix("> ").or((*line == ">").then_some(""))) {
                (Some(command), _) => commands.push((command.to_owned(), Vec::new())),
                (None, Some(more)) if open => {
                    let command = &mut commands.last_mut().expect("a command").0;
                    command.push('\n');
                    command.push_str(more);
                }
                _ => {
                    commands.last_mut().unwrap_or_else(|| panic!("{}: no `$ ` before {line:?}", self.name)).1.push(line)
                }
            }
            // A text that is typed in goes on until its end.
            open = commands.last().is_some_and(|(command, said)| command.contains("<<'EOF'") && said.is_empty());
        }
        for (command, said) in commands {
            let printed = typed(&command, folder.path());
            let lines: Vec<&str> = printed.trim_end_matches('\n').lines().collect();
            let mut said = said;
            while said.last().is_some_and(|line| line.is_empty()) {
                said.pop();
            }
            self.ran += 1;
            if !like(&lines, &said) {
                self.wrong.push(format!(
                    "{}: $ {command}\n{}\n--- instead of\n{}",
                    self.name,
                    lines.join("\n"),
                    said.join("\n")
                ));
            }
            self.blessed.push(format!("$ {}", command.replace('\n', "\n> ").replace("> \n", ">\n")));
            let keeps = said.contains(&"...");
            self.blessed.extend(if keeps {
                said.iter().map(|l| (*l).to_owned()).collect()
            } else {
                lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>()
            });
        }
    }
}

fn run(path: &Path) -> Page {
    let text = fs::read_to_string(path).expect("a page");
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let mut page = Page { name, folder: None, blessed: Vec::new(), wrong: Vec::new(), ran: 0 };
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        page.blessed.push(line.to_owned());
        if let Some(folder) = line.strip_prefix("<!-- in: ").and_then(|rest| rest.strip_suffix(" -->")) {
            let copied = TempDir::new().expect("a folder");
            copy(&root().join(folder), copied.path());
            page.folder = Some(copied);
        }
        if line == "```console" {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            page.block(&block);
            page.blessed.push("```".to_owned());
        }
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, page.blessed.join("\n") + "\n").expect("a page");
        page.wrong.clear();
    }
    page
}

/// Pages whose examples are run, in order.
const WITH_EXAMPLES: [&str; 7] = [
    "README.md",
    "adopting.md",
    "client-models.md",
    "confirm-in-ci.md",
    "first-five-minutes.md",
    "formats.md",
    "latency.md",
];

#[test]
fn examples_print_what_the_guides_say() {
    let mut pages: Vec<PathBuf> =
        fs::read_dir(root().join("docs")).expect("docs").map(|e| e.expect("an entry").path()).collect();
    pages.retain(|path| path.extension().is_some_and(|e| e == "md"));
    pages.push(root().join("README.md"));
    pages.sort();
    let pages: Vec<Page> = pages.iter().map(|path| run(path)).collect();
    let wrong: Vec<String> = pages.iter().flat_map(|page| page.wrong.clone()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let ran: Vec<&str> = pages.iter().filter(|page| page.ran > 0).map(|page| page.name.as_str()).collect();
    assert_eq!(ran, WITH_EXAMPLES);
}

#[test]
fn lines_that_stand_for_others() {
    assert!(like(&["a", "b", "c"], &["a", "...", "c"]) && like(&["a"], &["...", "a", "..."]));
    assert!(!like(&["a", "b"], &["a"]) && !like(&["a"], &["...", "b"]));
    assert!(like(&["confirmed on redis 7.0.15: A"], &["confirmed on redis 8.2.1: A"]));
    assert!(!like(&["confirmed on redis 7.0.15: A"], &["confirmed on redis 8.2.1: B"]));
}
