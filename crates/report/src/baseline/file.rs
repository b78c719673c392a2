//! A baseline as text: a line that says what it is, then a line of JSON for each finding, sorted, so that two branches
//! seldom touch the same lines.

use super::{Baseline, KnownFinding};
use crate::clean::json_line;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Version of the format. It grows when an older program would misread a newer file.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Head {
    #[serde(rename = "dogpile-lint baseline")]
    version: u32,
}

/// Why a text is no baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaselineError {
    /// It does not begin as one.
    NoBaseline,
    /// It is of a version that this program does not know.
    Newer(u32),
    /// Two versions of it stand side by side, from this line on.
    Conflict(usize),
    /// This line is not as it was written.
    Corrupt(usize, String),
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBaseline => write!(f, "1: this is no baseline of dogpile-lint"),
            Self::Newer(version) => {
                write!(
                    f,
                    "1: this baseline has version {version}, and this dogpile-lint knows version {VERSION}: a newer dogpile-lint reads it"
                )
            }
            Self::Conflict(line) => {
                write!(
                    f,
                    "{line}: a merge left a conflict here: keep the findings of both sides, then run `dogpile-lint baseline prune`"
                )
            }
            Self::Corrupt(line, why) => write!(f, "{line}: this is no entry of a baseline: {why}"),
        }
    }
}

impl std::error::Error for BaselineError {}

impl Baseline {
    /// Reads a baseline. The order of its entries does not matter; empty lines are passed over.
    ///
    /// # Errors
    /// What is wrong with it, with its line.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().zip(1..).map(|(line, n)| (line.trim(), n)).filter(|(line, _)| !line.is_empty());
        let is_conflict =
            |line: &str| ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark));
        let head = match lines.next() {
            Some((line, n)) if is_conflict(line) => return Err(BaselineError::Conflict(n)),
            Some((line, _)) => serde_json::from_str::<Head>(line).map_err(|_| BaselineError::NoBaseline)?,
            None => return Err(BaselineError::NoBaseline),
        };
        if head.version != VERSION {
            return Err(BaselineError::Newer(head.version));
        }
        let mut findings = Vec::new();
        for (line, n) in lines {
            if is_conflict(line) {
                return Err(BaselineError::Conflict(n));
            }
            let entry: KnownFinding = serde_json::from_str(line).map_err(|e| BaselineError::Corrupt(n, why(&e)))?;
            findings.push(entry);
        }
        Ok(Self { findings })
    }

    /// The text of the file: the same for the same entries, in whatever order they are.
    #[must_use]
    pub fn text(&self) -> String {
        let mut sorted: Vec<&KnownFinding> = self.findings.iter().collect();
        sorted
            .sort_by_key(|k| (&k.path, &k.rule, &k.function, &k.subject, &k.text, &k.fingerprint, k.line, &k.message));
        let mut text = json_line(&Head { version: VERSION });
        for entry in sorted {
            text.push_str(&json_line(entry));
        }
        text
    }
}

/// What serde says, without the place in what is one line to it.
fn why(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::tests::known;
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_sorted() {
        let mut odd = known("b", "a/\u{202e}x\".go", "F", "1");
        odd.message = "über\n".to_owned();
        let all = Baseline { findings: vec![odd.clone(), known("a", "a.go", "F", "1")] };
        let text = all.text();
        assert_eq!(text.lines().count(), 3);
        assert!(text.starts_with("{\"dogpile-lint baseline\":1}\n{\"rule\":\"a\",\"path\":\"a.go\""), "{text}");
        assert!(text.contains("\\u202e") && !text.contains('\u{202e}'), "{text}");
        let read = Baseline::parse(&text).expect("valid");
        assert_eq!(read.findings[1], odd);
        assert_eq!(read.text(), text);
        assert_eq!(Baseline::parse(&text.replace('\n', "\r\n\r\n")), Ok(read));
    }

    #[test]
    fn what_is_none_is_told_with_its_line() {
        let fault = |text: &str| Baseline::parse(text).expect_err("a fault").to_string();
        let head = "{\"dogpile-lint baseline\":1}\n";
        assert_eq!(fault(""), "1: this is no baseline of dogpile-lint");
        assert_eq!(fault("{\"version\":1}"), "1: this is no baseline of dogpile-lint");
        assert!(fault(&head.replace('1', "2")).contains("version 2, and this dogpile-lint knows version 1"));
        assert!(fault(&format!("{head}<<<<<<< HEAD\n")).starts_with("2: a merge left a conflict"));
        assert_eq!(
            fault(&format!("{head}\n{{\"rule\":\"a\"}}\n")),
            "3: this is no entry of a baseline: missing field `path`"
        );
    }
}
