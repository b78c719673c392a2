//! The words of a Lua script: enough to see what it asks of the server.

/// A token of Lua 5.1. Comments are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or a keyword.
    Name(String),
    Text(String),
    Number(String),
    Symbol(&'static str),
}

/// Longest first.
const SYMBOLS: [&str; 27] = [
    "...", "..", "==", "~=", "<=", ">=", "+", "-", "*", "/", "%", "^", "#", "<", ">", "=", "(", ")", "{", "}", "[",
    "]", ";", ":", ",", ".", "!",
];

/// The tokens, or what could not be read.
pub(super) fn tokens(script: &str) -> Result<Vec<Token>, String> {
    let mut all = Vec::new();
    let mut rest = script;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return Ok(all) };
        if let Some(comment) = rest.strip_prefix("--") {
            rest = match long(comment)? {
                Some((_, after)) => after,
                None => comment.find('\n').map_or("", |end| &comment[end..]),
            };
        } else if let Some((text, after)) = long(rest)? {
            all.push(Token::Text(text.to_owned()));
            rest = after;
        } else if first == '"' || first == '\'' {
            let (text, after) = quoted(&rest[1..], first)?;
            all.push(Token::Text(text));
            rest = after;
        } else if first.is_ascii_alphabetic() || first == '_' {
            let (name, after) = split(rest, |c| c.is_ascii_alphanumeric() || c == '_');
            all.push(Token::Name(name.to_owned()));
            rest = after;
        } else if first.is_ascii_digit() {
            // Signs of exponents fall apart, which harms nobody here.
            let (number, after) = split(rest, |c| c.is_ascii_alphanumeric() || c == '.');
            all.push(Token::Number(number.to_owned()));
            rest = after;
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            all.push(Token::Symbol(symbol));
            rest = &rest[symbol.len()..];
        } else {
            return Err(format!("{first:?} in the script is not understood"));
        }
    }
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

/// `[[…]]`, `[=[…]=]`, if the text begins with one.
fn long(text: &str) -> Result<Option<(&str, &str)>, String> {
    let Some(inside) = text.strip_prefix('[') else { return Ok(None) };
    let (level, inside) = split(inside, |c| c == '=');
    let Some(inside) = inside.strip_prefix('[') else { return Ok(None) };
    let end = format!("]{level}]");
    let (inside, after) = inside.split_once(&end).ok_or("a long bracket in the script has no end")?;
    Ok(Some((inside, after)))
}

/// The inside of a string; escapes are left as they are but for the quote, since a command's name has none.
fn quoted(text: &str, quote: char) -> Result<(String, &str), String> {
    let mut inside = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Ok((inside, &text[at + c.len_utf8()..])),
            '\\' => {
                inside.push(c);
                inside.extend(chars.next().map(|(_, escaped)| escaped));
            }
            '\n' => break,
            _ => inside.push(c),
        }
    }
    Err("a string in the script has no end".to_owned())
}

/// Whether there is this symbol.
pub(super) fn is(all: &[Token], at: usize, symbol: &str) -> bool {
    matches!(all.get(at), Some(Token::Symbol(found)) if *found == symbol)
}

/// The name or keyword there.
pub(super) fn named(all: &[Token], at: usize) -> Option<&str> {
    match all.get(at) {
        Some(Token::Name(name)) => Some(name),
        _ => None,
    }
}

/// The place after the bracket that closes the one at `at`.
pub(super) fn closed(all: &[Token], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (place, token) in all.iter().enumerate().skip(at) {
        match token {
            Token::Symbol("(" | "[" | "{") => depth += 1,
            Token::Symbol(")" | "]" | "}") => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(place + 1);
        }
    }
    None
}
