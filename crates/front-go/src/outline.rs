//! What a file declares and sets, by its words: a file is outlined in a twentieth of the time that it takes to parse it.

use crate::comments::{comment_end, quoted_end, raw_end};
use dogpile_ir::Outline;

/// Outlines a file. Where its syntax is broken, names are missing or too many.
#[must_use]
pub fn outline(text: &str) -> Outline<'_> {
    let mut reader = Reader::new(text);
    reader.read();
    for list in [&mut reader.outline.assigned, &mut reader.outline.fields] {
        list.sort_unstable();
        list.dedup();
    }
    reader.outline.literals.sort_unstable();
    reader.outline.literals.dedup();
    reader.outline
}

/// A piece of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    Quoted(&'t str),
    /// `=`, and what ends in it and changes the variable before it; `++` and `--`.
    Sets,
    /// `:=`, `==` and their like.
    Other,
    LineEnd,
    Sign(u8),
}

#[derive(Clone, Copy)]
struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

/// Declarations that list names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Imports,
    Types,
    Values,
}

/// A word, and what stands right before it.
#[derive(Clone, Copy)]
struct Named<'t> {
    name: &'t str,
    before: Option<Token<'t>>,
    end: usize,
}

impl<'t> Named<'t> {
    fn is_field(self) -> bool {
        self.before == Some(Token::Sign(b'.'))
    }
}

struct Reader<'t> {
    tokens: Tokens<'t>,
    outline: Outline<'t>,
    /// The declaration that is being read, and whether it is one in parentheses.
    section: Option<Section>,
    is_group: bool,
    /// Words of the line so far that a comma follows: they may be set together.
    line: Vec<Named<'t>>,
    /// Of the brackets that are open, of all kinds, the types whose literals they are.
    open: Vec<Option<&'t str>>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            tokens: Tokens { text, at: 0 },
            outline: Outline::default(),
            section: None,
            is_group: false,
            line: Vec::new(),
            open: Vec::new(),
        }
    }

    fn read(&mut self) {
        let (mut starts, mut word, mut lists) = (true, None::<Named<'_>>, false);
        let mut last = None;
        while let Some(token) = self.tokens.next() {
            let before = word.take();
            let in_group = self.is_group && self.open.len() == 1;
            match token {
                Token::Word("func") if starts && self.open.is_empty() => {
                    self.section = None;
                    self.function();
                }
                Token::Word(name) => {
                    if starts && self.open.is_empty() {
                        self.section = section(name);
                        self.is_group = false;
                        lists = self.section.is_some();
                    } else if lists || (starts && in_group) {
                        lists = false;
                        self.declares(name);
                    }
                    word = Some(Named { name, before: last, end: self.tokens.at });
                }
                Token::Quoted(path) if self.section == Some(Section::Imports) => self.outline.imports.push(path),
                Token::Sign(b'(') if lists && before.is_some_and(|before| section(before.name).is_some()) => {
                    self.is_group = true;
                    lists = false;
                    self.open.push(None);
                }
                Token::Sign(b'{') => self.opens(before, last),
                Token::Sign(b'(' | b'[') => self.open.push(None),
                Token::Sign(b')' | b']' | b'}') => drop(self.open.pop()),
                Token::Sign(b',') => {
                    self.line.extend(before);
                    lists =
                        before.is_some() && self.section == Some(Section::Values) && (self.open.is_empty() || in_group);
                }
                Token::Sign(b':') => {
                    let literal = self.open.last().copied().flatten();
                    self.outline.literals.extend(literal.zip(before).map(|(ty, field)| (ty, field.name)));
                }
                Token::Sets => {
                    let line = std::mem::take(&mut self.line);
                    line.into_iter().chain(before).for_each(|named| self.sets(named));
                }
                _ => {}
            }
            starts = matches!(token, Token::LineEnd | Token::Sign(b';'))
                || (starts && in_group && token == Token::Sign(b'('));
            if token == Token::LineEnd {
                self.line.clear();
            }
            last = Some(token);
        }
    }

    fn sets(&mut self, named: Named<'t>) {
        let list = if named.is_field() { &mut self.outline.fields } else { &mut self.outline.assigned };
        list.push(named.name);
    }

    /// After `func`.
    fn function(&mut self) {
        let mut owner = None;
        let mut is_listed = true;
        let mut inside = false;
        while let Some(token) = self.tokens.peek() {
            match token {
                Token::Sign(b'(') if !inside => inside = true,
                Token::Sign(b')') if inside => inside = false,
                Token::Sign(b'[') if inside => is_listed = false,
                Token::Word(name) if inside => owner = if is_listed { Some(name) } else { owner },
                Token::Word(name) => {
                    match owner {
                        Some(owner) => self.outline.methods.push((owner, name)),
                        None => self.outline.functions.push(name),
                    }
                    break;
                }
                Token::LineEnd => return,
                _ if inside => {}
                _ => return,
            }
            self.tokens.next();
        }
        self.tokens.next();
    }

    fn declares(&mut self, name: &'t str) {
        match self.section {
            Some(Section::Types) => self.outline.types.push(name),
            Some(Section::Values) => self.outline.values.push(name),
            _ => {}
        }
    }

    /// At a brace: it may begin an interface or a literal. A literal's brace stands at its type (`T{`), a block's apart; in
    /// a list of them the type may be left out.
    fn opens(&mut self, before: Option<Named<'t>>, last: Option<Token<'t>>) {
        let mut ahead = self.tokens;
        let brace = self.tokens.at - 1;
        match before {
            Some(named) if named.name == "interface" => {
                if self.section == Some(Section::Types)
                    && self.open.len() == usize::from(self.is_group)
                    && let Some(owner) = self.outline.types.last()
                {
                    self.outline.interfaces.push((owner, ahead.methods()));
                }
                self.open.push(None);
                return;
            }
            Some(named) if named.end == brace && named.name != "struct" => self.open.push(Some(named.name)),
            None if matches!(last, Some(Token::Sign(b'{' | b',' | b':') | Token::LineEnd)) => {
                let around = self.open.last().copied().flatten();
                self.open.push(around);
            }
            _ => self.open.push(None),
        }
        let Some(ty) = self.open.last().copied().flatten() else { return };
        let mut next = || ahead.find(|token| *token != Token::LineEnd);
        match (next(), next()) {
            (None | Some(Token::Sign(b'}' | b'{')), _) | (Some(_), Some(Token::Sign(b':'))) => {}
            _ => self.outline.literals.push((ty, "")),
        }
    }
}

fn section(word: &str) -> Option<Section> {
    match word {
        "import" => Some(Section::Imports),
        "type" => Some(Section::Types),
        "var" | "const" => Some(Section::Values),
        _ => None,
    }
}

impl<'t> Tokens<'t> {
    fn peek(&self) -> Option<Token<'t>> {
        let mut ahead = *self;
        ahead.next()
    }

    /// The methods of an interface whose brace has just been opened.
    fn methods(mut self) -> Vec<&'t str> {
        let (mut depth, mut found, mut word) = (1usize, Vec::new(), None);
        for token in &mut self {
            match token {
                Token::Sign(b'(') if depth == 1 => {
                    found.extend(word);
                    depth += 1;
                }
                Token::Sign(b'(' | b'[' | b'{') => depth += 1,
                Token::Sign(b')' | b']' | b'}') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            word = if let Token::Word(name) = token { Some(name) } else { None };
        }
        found
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let bytes = self.text.as_bytes();
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
        while bytes.get(self.at).is_some_and(is_blank) {
            self.at += 1;
        }
        let start = self.at;
        let byte = *bytes.get(start)?;
        let next = bytes.get(start + 1).copied().unwrap_or_default();
        let (end, token) = match (byte, next) {
            (b'\n', _) => (start + 1, Token::LineEnd),
            (b'/', b'/') => {
                let end = comment_end(bytes, start);
                self.at = end;
                return self.next();
            }
            (b'/', b'*') => (comment_end(bytes, start), Token::Other),
            (b'"' | b'\'', _) => {
                let end = quoted_end(bytes, start);
                (end, Token::Quoted(self.text.get(start + 1..end.saturating_sub(1)).unwrap_or_default()))
            }
            (b'`', _) => {
                let end = raw_end(bytes, start);
                (end, Token::Quoted(self.text.get(start + 1..end.saturating_sub(1)).unwrap_or_default()))
            }
            (b'=' | b'!' | b':', b'=') => (start + 2, Token::Other),
            (b'=', _) => (start + 1, Token::Sets),
            (b'<', b'<') | (b'>', b'>') | (b'&', b'^') if bytes.get(start + 2) == Some(&b'=') => {
                (start + 3, Token::Sets)
            }
            (b'<' | b'>', b'=') => (start + 2, Token::Other),
            (b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^', b'=') => (start + 2, Token::Sets),
            (b'+', b'+') | (b'-', b'-') => (start + 2, Token::Sets),
            (b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.., _) => {
                let end = bytes[start..]
                    .iter()
                    .position(|byte| !GOES_ON[usize::from(*byte)])
                    .map_or(bytes.len(), |length| start + length);
                (end, Token::Word(&self.text[start..end]))
            }
            (b'0'..=b'9', _) => {
                let goes_on = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
                (start + bytes[start..].iter().take_while(goes_on).count(), Token::Other)
            }
            _ => (start + 1, Token::Sign(byte)),
        };
        self.at = end;
        Some(token)
    }
}

/// The bytes that names are made of: most of a text is names.
const GOES_ON: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let ascii = byte as u8;
        table[byte] = ascii.is_ascii_alphanumeric() || ascii == b'_' || byte >= 0x80;
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_alone_and_in_groups() {
        let text = r#"package lock

import "time"
import (
	redis "github.com/redis/go-redis/v9" // a client
	"context"
)

const Prefix, Suffix = "a{", `b
func not() {}
`

var (
	ttl     = 5 * time.Second
	a, b    int
	table = map[string]func(){
		"x": func() { inner := 1; _ = inner },
	}
)

type (
	Key string
	Pair[T any] struct{ left, right T }
)

/* type Not struct */
type Locker interface {
	Lock(ctx context.Context) (func(), error)
	Unlock()
	fmt.Stringer
}

type Store struct {
	interface_ interface{ Not() }
	ttl time.Duration
}

func New(c *redis.Client) *Store { return &Store{ttl: ttl} }
func (s *Store) Lock(ctx context.Context) (func(), error) {
	type local struct{}
	var hidden int
	return nil, nil
}
func (Pair[T]) Swap() {}
func (p *Pair[T]) Left() T { return p.left }
"#;
        let found = outline(text);
        assert_eq!(found.imports, ["time", "github.com/redis/go-redis/v9", "context"]);
        assert_eq!(found.functions, ["New"]);
        assert_eq!(found.methods, [("Store", "Lock"), ("Pair", "Swap"), ("Pair", "Left")]);
        assert_eq!(found.types, ["Key", "Pair", "Locker", "Store"]);
        assert_eq!(found.values, ["Prefix", "Suffix", "ttl", "a", "b", "table"]);
        assert_eq!(found.interfaces, [("Locker", vec!["Lock", "Unlock"])]);
    }

    #[test]
    fn what_is_assigned() {
        let of = |text: &str| {
            let text = format!("package p\nfunc f() {{\n{text}\n}}\n");
            let found = outline(&text);
            [found.assigned, found.fields].map(|list| list.join(" "))
        };
        assert_eq!(of("s.ttl = 5"), ["", "ttl"]);
        assert_eq!(of("s.ttl, err = g()"), ["err", "ttl"]);
        assert_eq!(of("s.n++; m += 2"), ["m", "n"]);
        assert_eq!(of("s.n <<= 1; m &^= 2"), ["m", "n"]);
        assert_eq!(of("s.x := 1; a == b; a != b; a <= b; g(a, b)"), ["", ""]);
    }

    #[test]
    fn literals_and_what_they_set() {
        let of = |text: &str| {
            let text = format!("package p\nfunc f() T {{\n{text}\n}}\n");
            outline(&text).literals.into_iter().map(|(ty, field)| format!("{ty}.{field}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of("x := &T{ttl: 5,\n\tinner: p.U{key: k}}"), "T.inner T.ttl U.key");
        assert_eq!(of("return T{5, k}"), "T.");
        assert_eq!(of("return T{}"), "");
        assert_eq!(of("a := []T{{ttl: 1}, {2}}"), "T. T.ttl");
        assert_eq!(of("a := map[string]T{\n\"a\": {ttl: 1},\n}"), "T.ttl");
        assert_eq!(of("if a == b {\nreturn\n}\nfor range x {\ngo f()\n}\nx := struct{ a int }{a: 1}"), "");
    }

    #[test]
    fn broken_text_ends() {
        for text in [
            "",
            "func",
            "func (",
            "func (s *",
            "type",
            "type (",
            "var a,",
            "import \"",
            "const x = `",
            "type I interface {",
            "}}})",
            "func é() {",
            "/*",
            "'",
        ] {
            let _ = outline(text);
        }
    }
}
