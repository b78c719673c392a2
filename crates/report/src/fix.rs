//! What a tool may do to the text so that a finding goes away.

use dogpile_source::Span;

/// A change of the source that takes a finding away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a command: `give the lock the expiry in the same SET`.
    pub title: String,
    /// What the code means stays as it is, but for the fault: it may be made without asking anybody.
    pub safe: bool,
    /// What changes: in order of place, none overlaps another.
    pub edits: Vec<Edit>,
}

/// One replaced stretch of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes; empty: something is put in there.
    pub span: Span,
    /// What comes.
    pub text: String,
}
