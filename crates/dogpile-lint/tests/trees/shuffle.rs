//! Changes of programs that mean nothing: empty lines, other file names, functions in another order.

pub(crate) use dogpile_testing::dice::Dice;
use std::path::{Path, PathBuf};

/// Puts empty lines where they change nothing: a comment stays with the line below it.
pub(crate) fn spaced(text: &str, dice: &mut Dice) -> String {
    let mut out = String::new();
    let mut comment = false;
    for line in text.lines() {
        let start = line.trim_start();
        if !comment && dice.below(5) == 0 {
            out.push_str(&"\n".repeat(1 + dice.below(3)));
        }
        comment = start.starts_with("//") || start.starts_with('*') || start.starts_with("#[") || line.ends_with('\\');
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Puts the functions of a file into another order, each with what stands right above it.
pub(crate) fn reordered(text: &str, dice: &mut Dice) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let is_head = |line: &str| {
        let words = [
            "func ",
            "fn ",
            "pub fn ",
            "async fn ",
            "pub async fn ",
            "function ",
            "async function ",
            "export function ",
            "export async function ",
        ];
        words.iter().any(|word| line.starts_with(word)) && line.ends_with('{')
    };
    let mut pieces: Vec<(bool, Vec<&str>)> = Vec::new();
    let mut at = 0;
    let mut plain: Vec<&str> = Vec::new();
    while at < lines.len() {
        let end = is_head(lines[at]).then(|| lines[at..].iter().position(|line| *line == "}")).flatten();
        let Some(end) = end else {
            plain.push(lines[at]);
            at += 1;
            continue;
        };
        let above = plain.iter().rposition(|line| line.is_empty()).map_or(0, |n| n + 1);
        let mut function = plain.split_off(above);
        function.extend(&lines[at..=at + end]);
        pieces.push((false, std::mem::take(&mut plain)));
        pieces.push((true, function));
        at += end + 1;
    }
    pieces.push((false, plain));
    let functions: Vec<usize> = (0..pieces.len()).filter(|n| pieces[*n].0).collect();
    for n in (1..functions.len()).rev() {
        pieces.swap(functions[n], functions[dice.below(n + 1)]);
    }
    pieces.into_iter().flat_map(|(_, lines)| lines).map(|line| format!("{line}\n")).collect()
}

/// Every file below a folder, relative to it, in order.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).expect("below").to_owned());
            }
        }
    }
    found.sort();
    found
}
