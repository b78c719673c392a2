//! A finding: what rules say and reports show.

use dogpile_source::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Never shown.
    Off,
    /// Shown; never fails a run by default.
    Note,
    /// Fails a run by default.
    Warning,
    /// Fails a run.
    Error,
}

impl Level {
    /// Its name in configuration and output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Off, Self::Note, Self::Warning, Self::Error].into_iter().find(|level| level.name() == name)
    }
}

/// How sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// By name and shape only: shown on request.
    Possible,
    /// Shown by default.
    Likely,
    /// Shown by default.
    Certain,
}

impl Confidence {
    /// Its name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// A labelled place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What happens there, lower case.
    pub text: String,
}

/// One fault, told whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Slug of the rule.
    pub rule: &'static str,
    /// How bad.
    pub level: Level,
    /// How sure.
    pub confidence: Confidence,
    /// What will happen: lower case, no full stop, at most 90 characters.
    pub message: String,
    /// The one primary place.
    pub primary: Span,
    /// What the primary place's squiggle says (may be empty).
    pub primary_text: String,
    /// The other ends of the story.
    pub labels: Vec<Label>,
    /// The interleaving in one line.
    pub note: Option<String>,
    /// What to do, in the idiom of the client in use.
    pub help: Option<String>,
    /// Name of the lock session, flight or miss it belongs to; findings of one are shown together.
    pub session: String,
    /// Function that it is in, canonical; part of the fingerprint.
    pub function: String,
    /// What tells two findings of one rule in one function apart without lines (the key's normal form).
    pub subject: String,
    /// A witness path: place and what happens there.
    pub steps: Vec<Label>,
    /// Suppressed by a comment: the reason.
    pub suppressed: Option<String>,
    /// What running its lifecycle showed, if that was asked for.
    pub verdict: Option<crate::Verdict>,
}

impl Finding {
    /// What there is to say besides the message, with the word that it is said by.
    pub fn told(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [("note", self.note.as_deref()), ("help", self.help.as_deref())];
        all.into_iter().filter_map(|(head, text)| Some((head, text?)))
    }
}
