//! `cjson.encode` and `cjson.decode`, as far as lock scripts need them.

use mlua::{Error, Lua, Result, Table, Value};

/// Nesting beyond this is refused, both ways.
const DEPTH: usize = 100;

pub(super) fn decode(lua: &Lua, text: &[u8]) -> Result<Value> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(lua, 0)?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(Error::runtime("Expected the end but found more"));
    }
    Ok(value)
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn bad<T>(&self) -> Result<T> {
        Err(Error::runtime(format!("Expected value but found invalid token at character {}", self.at + 1)))
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.blanks();
        let hit = self.peek() == Some(byte);
        self.at += usize::from(hit);
        hit
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            return Ok(value);
        }
        self.bad()
    }

    fn value(&mut self, lua: &Lua, depth: usize) -> Result<Value> {
        if depth > DEPTH {
            return Err(Error::runtime("Found too many nested data structures"));
        }
        self.blanks();
        match self.peek() {
            Some(b'{') => self.object(lua, depth),
            Some(b'[') => self.array(lua, depth),
            Some(b'"') => Ok(Value::String(lua.create_string(self.string()?)?)),
            Some(b't') => self.word("true", Value::Boolean(true)),
            Some(b'f') => self.word("false", Value::Boolean(false)),
            Some(b'n') => self.word("null", Value::NULL),
            _ => self.number(),
        }
    }

    fn object(&mut self, lua: &Lua, depth: usize) -> Result<Value> {
        let table = lua.create_table()?;
        self.at += 1;
        if self.eat(b'}') {
            return Ok(Value::Table(table));
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return self.bad();
            }
            let name = lua.create_string(self.string()?)?;
            if !self.eat(b':') {
                return self.bad();
            }
            table.raw_set(name, self.value(lua, depth + 1)?)?;
            if self.eat(b'}') {
                return Ok(Value::Table(table));
            }
            if !self.eat(b',') {
                return self.bad();
            }
        }
    }

    fn array(&mut self, lua: &Lua, depth: usize) -> Result<Value> {
        let table = lua.create_table()?;
        self.at += 1;
        if self.eat(b']') {
            return Ok(Value::Table(table));
        }
        let mut at = 1;
        loop {
            table.raw_set(at, self.value(lua, depth + 1)?)?;
            at += 1;
            if self.eat(b']') {
                return Ok(Value::Table(table));
            }
            if !self.eat(b',') {
                return self.bad();
            }
        }
    }

    fn string(&mut self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.at += 1;
        loop {
            let Some(byte) = self.peek() else {
                return self.bad();
            };
            self.at += 1;
            match byte {
                b'"' => return Ok(out),
                b'\\' => {
                    let Some(escape) = self.peek() else {
                        return self.bad();
                    };
                    self.at += 1;
                    match escape {
                        b'n' => out.push(b'\n'),
                        b't' => out.push(b'\t'),
                        b'r' => out.push(b'\r'),
                        b'b' => out.push(8),
                        b'f' => out.push(12),
                        b'u' => {
                            let digits = self.text.get(self.at..self.at + 4);
                            let code = digits
                                .and_then(|digits| std::str::from_utf8(digits).ok())
                                .and_then(|digits| u32::from_str_radix(digits, 16).ok());
                            let Some(code) = code else { return self.bad() };
                            self.at += 4;
                            let letter = char::from_u32(code).unwrap_or('\u{fffd}');
                            out.extend(letter.to_string().bytes());
                        }
                        other => out.push(other),
                    }
                }
                other => out.push(other),
            }
        }
    }

    fn number(&mut self) -> Result<Value> {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) {
            self.at += 1;
        }
        let text = self.text.get(from..self.at).and_then(|text| std::str::from_utf8(text).ok());
        match text.and_then(|text| text.parse::<f64>().ok()) {
            Some(number) => Ok(Value::Number(number)),
            None => self.bad(),
        }
    }
}

pub(super) fn encode(value: &Value) -> Result<String> {
    let mut out = String::new();
    write(value, &mut out, 0)?;
    Ok(out)
}

fn write(value: &Value, out: &mut String, depth: usize) -> Result<()> {
    if depth > DEPTH {
        return Err(Error::runtime("Cannot serialise, excessive depth"));
    }
    if out.len() > 1 << 20 {
        return Err(Error::runtime("Cannot serialise, too long"));
    }
    match value {
        Value::Nil => out.push_str("null"),
        Value::LightUserData(null) if null.0.is_null() => out.push_str("null"),
        Value::Boolean(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Integer(n) => out.push_str(&n.to_string()),
        Value::Number(n) if n.is_finite() => out.push_str(&n.to_string()),
        Value::String(text) => quoted(&text.to_string_lossy(), out),
        Value::Table(table) => return nested(table, out, depth),
        _ => return Err(Error::runtime("Cannot serialise: type not supported")),
    }
    Ok(())
}

fn nested(table: &Table, out: &mut String, depth: usize) -> Result<()> {
    let len = table.raw_len();
    if len > 0 {
        out.push('[');
        for at in 1..=len {
            if at > 1 {
                out.push(',');
            }
            write(&table.raw_get(at)?, out, depth + 1)?;
        }
        out.push(']');
        return Ok(());
    }
    let mut all = Vec::new();
    for pair in table.pairs::<Value, Value>() {
        let (name, value) = pair?;
        let name = match &name {
            Value::String(text) => text.to_string_lossy(),
            Value::Integer(n) => n.to_string(),
            Value::Number(n) => n.to_string(),
            _ => {
                return Err(Error::runtime("Cannot serialise table: key must be a number or string"));
            }
        };
        all.push((name, value));
    }
    // A server writes them in any order; ours is always the same.
    all.sort_by(|a, b| a.0.cmp(&b.0));
    out.push('{');
    for (at, (name, value)) in all.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        quoted(name, out);
        out.push(':');
        write(value, out, depth + 1)?;
    }
    out.push('}');
    Ok(())
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if u32::from(other) < 32 => out.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => out.push(other),
        }
    }
    out.push('"');
}
