//! Nothing that a tree holds steers a terminal, or whoever takes a report line by line.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "tests make files")]

mod trees;

use serde_json::Value;
use std::process::{Command, Stdio};
use trees::{FORMATS, LOCKED, Run, Tree};

/// Clears the screen, names the window, colours, turns the direction of writing, deletes.
const RAW: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{202e}abc\u{2066}\u{8}\u{7f}\u{feff}";
/// The same in a name, with what would begin an annotation of GitHub.
const NAME: &str = "a\u{1b}[31m\u{9b}\u{202e},:\n::error file=x::b";
const TYPESCRIPT: &str = "import Redis from 'ioredis';

export async function sweep(redis: Redis) {
  const won = await redis.set('lock:KEY', '1', 'PX', 5000, 'NX'); // RAW
  if (!won) return;
  try {
    await work();
  } finally {
    await redis.del('lock:KEY'); // RAW
  }
}
";

/// A character that steers, hides or reorders; `\n` ends a line.
fn hides(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Locks whose keys, lines, files and package are full of them.
fn tree() -> Tree {
    let tree = Tree::new(&[("go.mod", "module m\u{1b}[2J\n"), ("tsconfig.json", "{\"extends\": \"./\u{7}.json\"}")]);
    let key = format!("lock:{}\\x1b[2J\\n::error::b", RAW.replace('\u{feff}', ""));
    let marked = |line: &str| if line.contains("rdb.") { format!("{line} // {RAW}\n") } else { format!("{line}\n") };
    let go: String = LOCKED.replace("lock:sweep", &key).lines().map(marked).collect();
    tree.write(&format!("{NAME}.go"), go.as_bytes());
    let ts = TYPESCRIPT.replace("KEY", &format!("{RAW}\\x1b[2J\\n::error::b")).replace("RAW", RAW);
    tree.write(&format!("src/{NAME}/{NAME}.ts"), ts.as_bytes());
    tree.write(
        "src/comment.go",
        format!("package a\n\n// dogpile: allow {RAW}\n// dogpile: {RAW}\nfunc f() {{}}\n").as_bytes(),
    );
    tree.write("src/broken\u{1b}[2J.go", b"package a\xff");
    tree
}

fn shows_only_plain_text(what: &str, run: &Run) {
    for text in [&run.out, &run.err] {
        let hidden = text.char_indices().find(|(_, c)| hides(*c));
        let around =
            |at: usize| text[..at].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect::<String>();
        assert!(hidden.is_none(), "{what}: {:?} after {:?}", hidden.map(|(_, c)| c), hidden.map(|(at, _)| around(at)));
    }
}

/// The text without colours and links of our own.
fn without_looks(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&rest[..at]);
        let sequence = &rest[at + 1..];
        let colour = sequence
            .strip_prefix('[')
            .and_then(|s| s.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').strip_prefix('m'));
        let link = sequence.strip_prefix("]8;;").and_then(|s| Some(s.split_once("\u{1b}\\")?.1));
        rest = colour
            .or(link)
            .unwrap_or_else(|| panic!("a sequence that is not ours: {:?}", &sequence[..sequence.len().min(20)]));
    }
    out + rest
}

#[test]
fn reports_are_plain_text_whatever_files_hold() {
    let tree = tree();
    for format in FORMATS {
        let mut said = tree.run(&["--format", format, "--color", "never"]);
        assert_eq!(said.code, Some(1), "{format}: {}", said.err);
        if format == "html" {
            said.out = said.out.replace('\t', " ");
        }
        shows_only_plain_text(format, &said);
        let shown = said.out.contains('\u{241b}') || said.out.contains("\\u001b");
        assert!(shown, "{format}: the file's name is in it, shown as something else: {}", said.out);
    }
    let mut coloured = tree.run(&["--color", "always"]);
    assert!(coloured.out.contains("\u{1b}["), "{}", coloured.out);
    coloured.out = without_looks(&coloured.out);
    shows_only_plain_text("colours", &coloured);
}

#[test]
fn a_name_makes_no_annotation() {
    let tree = tree();
    let json: Value = serde_json::from_str(&tree.run(&["--format", "json"]).out).expect("JSON");
    let findings = json["findings"].as_array().expect("findings").len();
    let problems = json["problems"].as_array().expect("problems").len();
    assert!(findings > 4 && problems >= 1, "{json}");
    let annotations = tree.run(&["--format", "github"]).out;
    let lines: Vec<&str> = annotations.lines().collect();
    assert!(lines.iter().all(|line| line.starts_with("::")), "{annotations}");
    assert_eq!(lines.iter().filter(|line| line.contains("dogpile-lint (")).count(), findings, "{annotations}");
    assert!(lines.len() <= findings + problems && !annotations.contains("::error::b"), "{annotations}");
    let concise = tree.run(&["--format", "concise"]).out;
    assert_eq!(concise.lines().filter(|line| !line.is_empty()).count(), findings, "a finding is a line: {concise}");
}

#[test]
fn other_commands_and_complaints_are_plain_text_too() {
    let tree = tree();
    let json: Value = serde_json::from_str(&tree.run(&["--format", "json"]).out).expect("JSON");
    let fingerprints: Vec<&str> =
        json["findings"].as_array().expect("findings").iter().filter_map(|f| f["fingerprint"].as_str()).collect();
    let missing = format!("{RAW}.go");
    let mut all: Vec<Vec<&str>> = vec![
        vec!["locks"],
        vec!["init"],
        vec!["config"],
        vec!["check", "--stats", "--fix", "--unsafe-fixes", "--color", "never"],
        vec!["baseline", "update", "--color", "never"],
        vec!["check", &missing],
        vec!["check", "--config", &missing],
        vec!["check", "--baseline", &missing],
        vec!["check", "--latency", &missing],
        vec!["check", "--diff", &missing],
        vec!["replay", &missing],
        vec!["explain", &missing],
        vec![&missing],
    ];
    let harnesses = fingerprints.iter().map(|fingerprint| vec!["harness", fingerprint]);
    all.splice(0..0, harnesses);
    let mut printed = 0;
    for args in all {
        let mut said = tree.run(&args);
        printed += usize::from(said.code == Some(0) || said.code == Some(1));
        if args[0] == "harness" {
            said.out = said.out.replace('\t', " ");
        }
        shows_only_plain_text(&args.join(" "), &said);
        assert!(!said.err.is_empty() || !said.out.is_empty(), "{args:?}");
    }
    assert!(printed > 5, "most of them did what they were asked for: {printed}");
    tree.write("dogpile.toml", format!("[\"{}\"]\n", "\\u001b[2J").as_bytes());
    shows_only_plain_text("a configuration", &tree.run(&[]));
}

#[test]
fn a_patch_is_as_it_is_for_programs_and_plain_text_for_terminals() {
    let tree = tree();
    let args = ["--diff", "--unsafe-fixes"];
    let piped = tree.run(&args).out;
    assert!(piped.contains(RAW), "what is applied has every byte: {piped:?}");
    let line = format!("{} {}", env!("CARGO_BIN_EXE_dogpile-lint"), args.join(" "));
    let mut script = Command::new("script");
    script
        .args(["-q", "-e", "-f", "-c", &line, "/dev/null"])
        .current_dir(tree.path())
        .env_clear()
        .env("SHELL", "/bin/sh");
    script.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("TERM", "xterm").stdin(Stdio::null());
    let shown = trees::ended(script.output().expect("`script` of util-linux")).out;
    let plain = shown.replace(['\r', '\t'], "");
    assert!(shown.contains("\u{241b}[2J") && shown.contains("shown as others"), "{shown:?}");
    assert!(!plain.contains(hides), "{shown:?}");
}
