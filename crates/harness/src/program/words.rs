//! Words of commands with the values that clients fill in.

/// A word of a command.
pub type Template = Vec<Segment>;

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// As written.
    Text(Vec<u8>),
    /// The client's token.
    Token,
    /// A value that tells whose write it is.
    Value,
    /// The number that the client drew when it acquired: grows with every acquisition.
    Fence,
    /// The version of the source that it read, or wrote.
    Version,
    /// The clock, ms.
    Clock,
}

/// What a client fills in.
#[derive(Clone, Debug)]
pub struct Filling {
    /// Its token.
    pub token: Vec<u8>,
    /// Its value.
    pub value: Vec<u8>,
    /// Its fencing number.
    pub fence: u32,
    /// The version of the source.
    pub version: u32,
    /// The clock, ms.
    pub clock: i64,
}

/// The word as it is sent.
#[must_use]
pub fn render(template: &[Segment], with: &Filling) -> Vec<u8> {
    let mut out = Vec::new();
    for segment in template {
        match segment {
            Segment::Text(text) => out.extend_from_slice(text),
            Segment::Token => out.extend_from_slice(&with.token),
            Segment::Value => out.extend_from_slice(&with.value),
            Segment::Fence => out.extend_from_slice(with.fence.to_string().as_bytes()),
            Segment::Version => out.extend_from_slice(with.version.to_string().as_bytes()),
            Segment::Clock => out.extend_from_slice(with.clock.to_string().as_bytes()),
        }
    }
    out
}
