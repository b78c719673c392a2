//! Somebody who edits files.

use crate::dice::Dice;

/// Somebody types: a line goes, comes, moves, changes a word; a whole function goes; all of it comes back.
pub fn typed(text: &str, original: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = dice.below(lines.len());
    match dice.below(9) {
        0 => return original.to_owned(),
        1 => {
            lines.remove(at.min(lines.len().saturating_sub(1)));
        }
        2 => lines.insert(at, "// a word".to_owned()),
        3 => lines.insert(at, String::new()),
        4 => {
            let other = dice.below(lines.len());
            lines.swap(at, other);
        }
        5 => lines.insert(at, lines[dice.below(lines.len())].clone()),
        6 => {
            let digits: Vec<usize> =
                lines.iter().enumerate().filter(|(_, l)| l.contains("30")).map(|(i, _)| i).collect();
            if let Some(line) = digits.get(dice.below(digits.len())) {
                lines[*line] = lines[*line].replace("30", "3");
            }
        }
        7 => {
            let words: Vec<String> =
                text.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 3).map(str::to_owned).collect();
            if !words.is_empty() {
                let (from, to) = (&words[dice.below(words.len())], &words[dice.below(words.len())]);
                return text.replacen(from, to, 1 + dice.below(3));
            }
        }
        _ => {
            let starts: Vec<usize> = lines
                .iter()
                .enumerate()
                .filter(|(_, l)| l.contains("func") || l.contains("fn "))
                .map(|(i, _)| i)
                .collect();
            if let Some(start) = starts.get(dice.below(starts.len())) {
                let end = lines[*start..].iter().position(|l| l.starts_with('}')).map_or(*start, |n| start + n);
                lines.drain(*start..=end);
            }
        }
    }
    lines.join("\n") + "\n"
}
