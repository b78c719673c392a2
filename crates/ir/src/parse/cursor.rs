//! A place in the text, and the smallest things to read there.

use super::{ParseError, Result};
use crate::print::names::{RESERVED, ident_len, word_len};

pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// What is left, as it stands.
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn mark(&self) -> usize {
        self.at
    }

    pub(super) fn reset(&mut self, mark: usize) {
        self.at = mark;
    }

    pub(super) fn fail<T>(&self, message: &str) -> Result<T> {
        let read = self.text.get(..self.at).unwrap_or(self.text);
        let line = read.bytes().filter(|b| *b == b'\n').count() + 1;
        Err(ParseError { line: u32::try_from(line).unwrap_or(u32::MAX), message: message.to_owned() })
    }

    fn wanted<T>(&self, what: &str) -> Result<T> {
        let found: String = self.rest().chars().take_while(|c| *c != '\n').take(20).collect();
        let found = if self.rest().is_empty() { "the end".to_owned() } else { format!("{found:?}") };
        self.fail(&format!("expected {what}, found {found}"))
    }

    /// Skips white space, positions (` @12:4`) and, unless told to stay on the line, line ends and `//` comments.
    fn skip(&mut self, stay: bool) {
        loop {
            let rest = self.rest();
            let space = rest.find(|c: char| !c.is_whitespace() || (stay && c == '\n')).unwrap_or(rest.len());
            let rest = &rest[space..];
            let length = match rest.as_bytes().first() {
                Some(b'@') => position_len(rest),
                Some(b'/') if !stay && rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
                _ => 0,
            };
            self.at += space + length;
            if length == 0 {
                return;
            }
        }
    }

    pub(super) fn at_end(&mut self) -> bool {
        self.skip(false);
        self.rest().is_empty()
    }

    /// Whether nothing more stands on this line.
    pub(super) fn at_line_end(&mut self) -> bool {
        self.skip(true);
        let rest = self.rest();
        rest.is_empty() || rest.starts_with(['\n', '}']) || rest.starts_with("//")
    }

    /// Takes a piece of punctuation that stands right here.
    pub(super) fn eat_here(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    /// Takes the next piece of punctuation if it is this one.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        self.skip(false);
        self.eat_here(token)
    }

    pub(super) fn expect(&mut self, token: &str) -> Result<()> {
        if self.eat(token) { Ok(()) } else { self.wanted(&format!("{token:?}")) }
    }

    pub(super) fn peek(&mut self, token: &str) -> bool {
        self.skip(false);
        self.rest().starts_with(token)
    }

    /// The bare word that comes next, `""` where there is none.
    pub(super) fn peek_word(&mut self) -> &'t str {
        self.skip(false);
        let rest = self.rest();
        &rest[..word_len(rest)]
    }

    /// Takes the next word if it is this one.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek_word() == word;
        self.at += if found { word.len() } else { 0 };
        found
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.eat_word(word) { Ok(()) } else { self.wanted(&format!("{word:?}")) }
    }

    /// A canonical name.
    pub(super) fn word(&mut self) -> Result<String> {
        let word = self.peek_word();
        if self.rest().starts_with('`') {
            return self.quoted('`');
        }
        if word.is_empty() || RESERVED.contains(&word) {
            return self.wanted("a name");
        }
        self.at += word.len();
        Ok(word.to_owned())
    }

    /// A plain identifier.
    pub(super) fn ident(&mut self) -> Result<String> {
        self.skip(false);
        self.ident_here()
    }

    /// A plain identifier that stands right here.
    pub(super) fn ident_here(&mut self) -> Result<String> {
        let rest = self.rest();
        if rest.starts_with('`') {
            return self.quoted('`');
        }
        let length = ident_len(rest);
        if length == 0 {
            return self.wanted("an identifier");
        }
        self.at += length;
        Ok(rest[..length].to_owned())
    }

    /// A local's name behind `%`: as written, and as the source has it.
    pub(super) fn local_name(&mut self) -> Result<(String, String)> {
        let start = self.at;
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let length = digits(self.rest());
        let mut name = String::new();
        if length > 0 {
            self.at += length;
        } else {
            name = self.ident_here()?;
            let suffix = self.rest().strip_prefix('.').map_or(0, digits);
            self.at += if suffix > 0 { suffix + 1 } else { 0 };
        }
        Ok((self.text.get(start..self.at).unwrap_or("").to_owned(), name))
    }

    /// A reference to a function, as written.
    pub(super) fn reference(&mut self) -> Result<String> {
        let mut text = String::new();
        if !self.peek("#") {
            crate::print::names::push_word(&mut text, &self.word()?);
        }
        if self.eat_here("#") {
            text.push('#');
            text.push_str(&self.digits()?.to_string());
        }
        Ok(text)
    }

    pub(super) fn digits(&mut self) -> Result<u32> {
        let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        match self.rest()[..length].parse() {
            Ok(number) => {
                self.at += length;
                Ok(number)
            }
            Err(_) => self.wanted("a number"),
        }
    }

    /// The text of the number that comes next, `""` where there is none.
    pub(super) fn number(&mut self) -> &'t str {
        self.skip(false);
        let rest = self.rest();
        if !rest.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return "";
        }
        let mut before = ' ';
        let number = |c: char| {
            let part =
                c.is_ascii_digit() || matches!(c, '.' | 'e') || (matches!(c, '-' | '+') && matches!(before, ' ' | 'e'));
            before = c;
            part
        };
        let length = if rest.starts_with("-inf") { 4 } else { rest.find(not(number)).unwrap_or(rest.len()) };
        self.at += length;
        &rest[..length]
    }

    pub(super) fn string(&mut self) -> Result<String> {
        self.skip(false);
        self.quoted('"')
    }

    fn quoted(&mut self, quote: char) -> Result<String> {
        let mut chars = self.rest().char_indices();
        if chars.next().map(|(_, c)| c) != Some(quote) {
            return self.wanted("text in quotes");
        }
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            match c {
                '\n' => break,
                '\\' => match escape(&mut chars) {
                    Some(c) => text.push(c),
                    None => return self.fail("an escape that is not known"),
                },
                c if c == quote => {
                    self.at += at + c.len_utf8();
                    return Ok(text);
                }
                c => text.push(c),
            }
        }
        self.fail("quotes are not closed")
    }
}

fn not(mut accepts: impl FnMut(char) -> bool) -> impl FnMut(char) -> bool {
    move |c| !accepts(c)
}

fn escape(chars: &mut impl Iterator<Item = (usize, char)>) -> Option<char> {
    match chars.next()?.1 {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        c @ ('\\' | '"' | '`') => Some(c),
        'u' if chars.next()?.1 == '{' => {
            let mut digits = String::new();
            loop {
                match chars.next()?.1 {
                    '}' => return char::from_u32(u32::from_str_radix(&digits, 16).ok()?),
                    c if digits.len() < 6 => digits.push(c),
                    _ => return None,
                }
            }
        }
        _ => None,
    }
}

/// Bytes of the position (`@12:4`) that `text` starts with.
fn position_len(text: &str) -> usize {
    let digits = |at: usize| text.bytes().skip(at).take_while(u8::is_ascii_digit).count();
    let line = digits(1);
    if line == 0 || text.as_bytes().get(1 + line) != Some(&b':') {
        return 0;
    }
    match digits(2 + line) {
        0 => 0,
        column => 2 + line + column,
    }
}
