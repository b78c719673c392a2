//! Inputs that are nearly right: statements and words of a text taken away, doubled, exchanged, moved.
//!
//! A change of bytes seldom gets past a parser. These mostly do: a statement is a line, with all up to the line that
//! closes its brackets.

use std::ops::Range;

/// What no author writes, put between words.
const ODD: &[&str] = &[
    "((((((((((((((((((((((((((((((((",
    "}}}}}}}}",
    "{{{{{{{{",
    "\"",
    "'",
    "`",
    "/*",
    "*/",
    "//",
    "\\",
    "\0",
    "\u{1b}[2J",
    "\u{202e}",
    "\u{feff}",
    "é",
    "\u{1F600}",
    "-9223372036854775808",
    "18446744073709551616",
    "0x",
    "1e999",
    "<<<<<<<<",
    "=> => =>",
    "${",
    "#{",
    "@",
    ";",
    ",",
    "\r",
];

/// Random numbers that are the same each time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, most: usize) -> usize {
        let most = u64::try_from(most.max(1)).unwrap_or(1);
        usize::try_from(self.roll() % most).unwrap_or(0)
    }
}

/// One to four changes; the same for the same seed.
#[must_use]
pub(crate) fn change(text: &str, seed: u64) -> String {
    let mut dice = Dice(seed);
    let mut text = text.to_owned();
    for _ in 0..=dice.below(4) {
        text = if dice.below(5) < 3 {
            changed(&text, &statements(&text), &mut dice)
        } else {
            changed(&text, &words(&text), &mut dice)
        };
    }
    text
}

fn changed(text: &str, parts: &[Range<usize>], dice: &mut Dice) -> String {
    if parts.is_empty() {
        return ODD[dice.below(ODD.len())].to_owned();
    }
    let one = parts[dice.below(parts.len())].clone();
    let other = parts[dice.below(parts.len())].clone();
    let with = |range: Range<usize>, new: &str| [&text[..range.start], new, &text[range.end..]].concat();
    match dice.below(8) {
        0 | 1 => with(one, ""),
        2 => with(one.end..one.end, &text[one]),
        3 => with(one, &text[other]),
        4 => with(one.start..one.start, &text[other]),
        5 => {
            let (first, second) = if one.start <= other.start { (one, other) } else { (other, one) };
            if first.end > second.start {
                return with(second, "");
            }
            [
                &text[..first.start],
                &text[second.clone()],
                &text[first.end..second.start],
                &text[first],
                &text[second.end..],
            ]
            .concat()
        }
        6 => with(one.start..one.start, ODD[dice.below(ODD.len())]),
        _ => text[..one.end].to_owned(),
    }
}

/// Lines, each with those up to the one that closes its brackets.
fn statements(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        lines.push(start..start + line.len());
        start += line.len();
    }
    let opened: Vec<i32> = lines.iter().map(|line| balance(&text[line.clone()])).collect();
    let whole = |first: usize| {
        let mut open = 0;
        let last = (first..lines.len()).find(|line| {
            open += opened[*line];
            open <= 0
        });
        lines[first].start..lines[last.unwrap_or(first)].end
    };
    (0..lines.len()).map(whole).collect()
}

fn balance(line: &str) -> i32 {
    line.bytes()
        .map(|byte| match byte {
            b'(' | b'[' | b'{' => 1,
            b')' | b']' | b'}' => -1,
            _ => 0,
        })
        .sum()
}

/// Names and numbers, and every other character that is no space.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let mut before = ' ';
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        let end = at + c.len_utf8();
        match found.last_mut() {
            Some(word) if word.end == at && part(before) && part(c) => word.end = end,
            _ => found.push(at..end),
        }
        before = c;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_goes_to_its_last_bracket() {
        let text = "if a {\n  b(\n  )\n}\nc\n";
        let found: Vec<&str> = statements(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found[0], "if a {\n  b(\n  )\n}\n");
        assert_eq!(found[1], "  b(\n  )\n");
        assert_eq!(found[4], "c\n");
        let named: Vec<&str> = words("a_1.b( \u{e9}2").into_iter().map(|range| &"a_1.b( \u{e9}2"[range]).collect();
        assert_eq!(named, ["a_1", ".", "b", "(", "\u{e9}2"]);
    }

    #[test]
    fn changes_are_the_same_each_time_and_differ_by_seed() {
        let text = "func f() {\n\ta := 1\n\tb(a)\n}\n";
        let all: std::collections::BTreeSet<String> = (0..200).map(|seed| change(text, seed)).collect();
        assert!(all.len() > 100, "{}", all.len());
        assert!((0..200).all(|seed| change(text, seed) == change(text, seed)));
        assert!((0..50).all(|seed| change("", seed).len() < 200));
    }
}
