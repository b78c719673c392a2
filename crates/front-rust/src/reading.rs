//! From text to items. A file that is not Rust as a whole is read item by item, so that the rest is not lost.

use crate::lowering::Lowering;
use dogpile_source::Span;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::str::FromStr;
use syn::Item;

/// Pieces a broken file is taken apart into: each is padded to its place, which costs the length of the file.
const MAX_PIECES: usize = 2_000;
/// The longest broken file that is taken apart, in bytes.
const MAX_BROKEN: usize = 1 << 20;

/// The items of a file; what cannot be read is noted.
pub(crate) fn items(lowering: &mut Lowering<'_>, text: &str) -> Vec<Item> {
    let (start, text) = head(text);
    lowering.base = start;
    match TokenStream::from_str(text) {
        Ok(tokens) => from_tokens(lowering, tokens),
        Err(error) => {
            let at = error.span().byte_range();
            lowering.note(
                Span::new(lowering.file, start + at.start, start + at.end),
                "syntax error: unbalanced or unknown token",
            );
            if text.len() > MAX_BROKEN { vec![] } else { in_pieces(lowering, text) }
        }
    }
}

/// What comes before the first token that the lexer knows: a byte order mark, a `#!` line.
fn head(text: &str) -> (usize, &str) {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    if rest.starts_with("#!") && !rest[2..].trim_start().starts_with('[') {
        rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
    }
    (text.len() - rest.len(), rest)
}

fn from_tokens(lowering: &mut Lowering<'_>, tokens: TokenStream) -> Vec<Item> {
    // Attributes of the file, then items.
    match syn::parse2::<syn::File>(tokens.clone()) {
        Ok(file) => file.items,
        Err(_) => one_by_one(lowering, tokens),
    }
}

/// Parses each top-level item by itself. An item ends at a `;` or after `{…}`.
fn one_by_one(lowering: &mut Lowering<'_>, tokens: TokenStream) -> Vec<Item> {
    let mut items = vec![];
    let mut piece: Vec<TokenTree> = vec![];
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let ends = match &tree {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => {
                group.delimiter() == Delimiter::Brace
                    && !is_use(&piece)
                    && !matches!(trees.peek(), Some(TokenTree::Punct(p)) if matches!(p.as_char(), ';' | '.' | ':' | '='))
            }
            _ => false,
        };
        piece.push(tree);
        if ends {
            finish(lowering, &mut piece, &mut items);
        }
    }
    finish(lowering, &mut piece, &mut items);
    items
}

fn is_use(piece: &[TokenTree]) -> bool {
    piece.iter().any(|t| matches!(t, TokenTree::Ident(word) if word == "use"))
        && !piece.iter().any(|t| matches!(t, TokenTree::Ident(word) if word == "fn"))
}

fn finish(lowering: &mut Lowering<'_>, piece: &mut Vec<TokenTree>, items: &mut Vec<Item>) {
    let Some(first) = piece.first().map(TokenTree::span) else { return };
    let tokens: TokenStream = piece.drain(..).collect();
    match syn::parse2::<syn::File>(tokens) {
        Ok(file) => items.extend(file.items),
        Err(error) => {
            let range = error.span().byte_range();
            let range = if range.is_empty() { first.byte_range() } else { range };
            let span = Span::new(lowering.file, lowering.base + range.start, lowering.base + range.end);
            lowering.note(span, &format!("syntax error: {error}"));
            let stats = &mut lowering.build.module.stats;
            stats.statements += 1;
            stats.opaque += 1;
        }
    }
}

/// Takes a file whose brackets do not match apart where lines start with something that can open an item.
fn in_pieces(lowering: &mut Lowering<'_>, text: &str) -> Vec<Item> {
    let mut cuts = vec![];
    let mut at = 0;
    let mut after_item = true;
    for line in text.split_inclusive('\n') {
        let opens = line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '#' || c == '/');
        if opens && after_item {
            cuts.push(at);
        }
        let line_end = line.trim_end();
        after_item = line_end.is_empty() || line.starts_with('}') || line_end.ends_with(['}', ';']);
        at += line.len();
    }
    cuts.push(text.len());
    if cuts.len() > MAX_PIECES {
        return vec![];
    }
    let mut items = vec![];
    for pair in cuts.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        // Spaces before it keep positions right.
        let mut padded = " ".repeat(from);
        padded.push_str(&text[from..to]);
        match TokenStream::from_str(&padded) {
            Ok(tokens) => match syn::parse2::<syn::File>(tokens) {
                Ok(file) => items.extend(file.items),
                Err(_) => lowering.note_piece(from, to),
            },
            Err(_) => lowering.note_piece(from, to),
        }
    }
    items
}

impl Lowering<'_> {
    fn note_piece(&mut self, from: usize, to: usize) {
        let stats = &mut self.build.module.stats;
        stats.statements += 1;
        stats.opaque += 1;
        let span = Span::new(self.file, self.base + from, self.base + to);
        self.note(span, "not read: this part is not Rust by itself");
    }

    /// Notes a problem; its span is kept within the file and on the edges of characters.
    pub(crate) fn note(&mut self, span: Span, message: &str) {
        let span = self.within(span);
        self.build.problem(span, message);
    }
}
