//! Words that fit between two lanes.

use crate::html::escape::cut;
use crate::html::time::short;
use crate::verdict::{Kind, Turn};

/// Longest label on a wide drawing of two clients, and on a narrow one, in characters. With more clients there is less
/// room, and the canvas cuts more (`Fit::within`).
const WIDE: usize = 28;
const NARROW: usize = 15;

/// A text in two lengths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fit {
    /// For wide drawings.
    pub(super) wide: String,
    /// For narrow ones.
    pub(super) narrow: String,
}

impl Fit {
    /// A text that is cut where it does not fit.
    pub(super) fn of(text: &str) -> Self {
        Self { wide: cut(text, WIDE), narrow: cut(text, NARROW + 3) }
    }

    /// A text that fits.
    pub(super) fn whole(text: &str) -> Self {
        Self { wide: text.to_owned(), narrow: text.to_owned() }
    }

    /// Cut to so many characters.
    pub(super) fn within(&self, (wide, narrow): (usize, usize)) -> Self {
        Self { wide: cut(&self.wide, wide), narrow: cut(&self.narrow, narrow) }
    }

    /// With words before it.
    pub(super) fn after(&self, words: &str) -> Self {
        Self {
            wide: cut(&format!("{words}{}", self.wide), WIDE),
            narrow: cut(&format!("{words}{}", self.narrow), NARROW),
        }
    }
}

/// A command as it would be typed. A script is no label: what it is given is.
pub(super) fn command(words: &[Vec<u8>]) -> Fit {
    let words: Vec<String> = words
        .iter()
        .map(|word| String::from_utf8_lossy(word).split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let name = words.first().map(String::as_str).unwrap_or_default();
    let scripted = ["EVAL", "EVALSHA", "FCALL"].contains(&name.to_ascii_uppercase().as_str());
    let wide = match words.as_slice() {
        [_, _, _, rest @ ..] if scripted => format!("{name} … {}", rest.join(" ")),
        _ => words.join(" "),
    };
    // Options and numbers say what a command is about when there is no room for names.
    let telling = |word: &&String| word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let narrow = match words.as_slice() {
        _ if wide.chars().count() <= NARROW => wide.clone(),
        _ if scripted => format!("{name} …"),
        // A key, and what is put there, say less.
        [_, _, rest @ ..] => {
            let rest = if name.eq_ignore_ascii_case("SET") { rest.get(1..).unwrap_or_default() } else { rest };
            let rest: Vec<&str> = rest.iter().filter(telling).map(String::as_str).collect();
            format!("{name} {}", rest.join(" ")).trim_end().to_owned()
        }
        _ => name.to_owned(),
    };
    Fit { wide: shortened(&wide), narrow: cut(&narrow, NARROW) }
}

/// A command with its longest word cut, so that what comes after the key is still there.
fn shortened(text: &str) -> String {
    let over = text.chars().count().saturating_sub(WIDE);
    if over == 0 {
        return text.to_owned();
    }
    let words: Vec<&str> = text.split(' ').collect();
    let longest = words.iter().map(|word| word.chars().count()).max().unwrap_or(0);
    let left = longest.saturating_sub(over + 1).max(4);
    let mut done = false;
    let short: Vec<String> = words
        .iter()
        .map(|word| {
            if done || word.chars().count() < longest {
                return (*word).to_owned();
            }
            done = true;
            cut(word, left)
        })
        .collect();
    cut(&short.join(" "), WIDE)
}

/// What a client does by itself.
pub(super) fn local(turn: &Turn) -> Fit {
    let (wide, narrow) = match turn.kind {
        Kind::Works(ms) => (format!("works {}", short(ms)), None),
        Kind::Sleeps(ms) => (format!("sleeps {}", short(ms)), None),
        Kind::Listens(None) => ("waits for a message".to_owned(), Some("waits")),
        Kind::Listens(Some(ms)) => (format!("waits, at most {}", short(ms)), Some("waits")),
        Kind::Leads => ("leads the flight".to_owned(), None),
        Kind::Follows => ("joins the flight".to_owned(), None),
        Kind::Fails => ("work fails".to_owned(), None),
        Kind::HangsUp => ("its caller hangs up".to_owned(), Some("hang-up")),
        Kind::Dies => ("killed".to_owned(), None),
        Kind::Pauses => ("held up".to_owned(), None),
        Kind::Resumes => ("goes on".to_owned(), None),
        _ => (turn.what.split([':', '(']).next().unwrap_or_default().trim().to_owned(), None),
    };
    Fit { wide: cut(&wide, WIDE + 6), narrow: cut(narrow.unwrap_or(&wide), NARROW + 3) }
}

/// Lines of at most so many characters, about as long as each other, four of them at most.
pub(super) fn wrapped(text: &str, most: usize) -> Vec<String> {
    let lines = filled(text, most);
    let even = text.chars().count().div_ceil(lines.len().max(1));
    (even..most).map(|width| filled(text, width)).find(|some| some.len() == lines.len()).unwrap_or(lines)
}

fn filled(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(cut(word, most)),
        }
    }
    if lines.len() > 4 {
        lines.truncate(4);
        if let Some(last) = lines.last_mut() {
            last.push_str(" …");
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Vec<u8>> {
        text.split(' ').map(|word| word.as_bytes().to_vec()).collect()
    }

    #[test]
    fn commands_keep_what_matters() {
        let fit = command(&words("SET lock:price:sku a0 NX PX 30000"));
        assert_eq!((fit.wide.as_str(), fit.narrow.as_str()), ("SET lock:pr… a0 NX PX 30000", "SET NX PX 30000"));
        let script = command(&[b"EVAL".to_vec(), b"return\n 1".to_vec(), b"1".to_vec(), b"k".to_vec()]);
        assert_eq!((script.wide.as_str(), script.narrow.as_str()), ("EVAL … k", "EVAL … k"));
        assert_eq!(command(&words("GET k")), Fit::whole("GET k"));
        assert_eq!(command(&[]), Fit::default());
        assert!(command(&words(&"x".repeat(200))).wide.chars().count() <= WIDE);
    }

    #[test]
    fn lines_are_wrapped_and_never_many() {
        assert_eq!(wrapped("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrapped(&"word ".repeat(90), 9).len(), 4);
        assert!(wrapped("", 9).is_empty());
    }
}
