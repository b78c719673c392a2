//! Patterns of keys: literal text, and braces around what varies.

/// A piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A character of every key.
    Literal(char),
    /// Something that varies, braces within it included.
    Varies,
}

/// The pieces of a pattern, in order.
pub fn pieces(pattern: &str) -> impl Iterator<Item = Piece> + '_ {
    let mut depth = 0_usize;
    pattern.chars().filter_map(move |c| match c {
        '{' => {
            depth += 1;
            (depth == 1).then_some(Piece::Varies)
        }
        '}' => {
            depth = depth.saturating_sub(1);
            None
        }
        c => (depth == 0).then_some(Piece::Literal(c)),
    })
}
