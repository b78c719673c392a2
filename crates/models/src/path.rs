//! Access paths of model rows.

use std::fmt;

/// Where a row finds a value: `$1`, `$0.key`, `$3...`, `$4.Mode`, `$ret`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccessPath {
    /// Where it starts.
    pub base: Base,
    /// Fields, or facts kept on the object, from there.
    pub fields: Vec<String>,
}

/// Start of an [`AccessPath`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    /// `$0`.
    Receiver,
    /// `$1` is `Arg(1)`.
    Arg(usize),
    /// `$3...` is `Rest(3)`: that argument and all that follow.
    Rest(usize),
    /// `$ret`: the result.
    Ret,
}

impl AccessPath {
    /// Parses a path; `None` when it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let body = text.strip_prefix('$')?;
        let (body, rest) = match body.strip_suffix("...") {
            Some(body) => (body, true),
            None => (body, false),
        };
        let mut parts = body.split('.');
        let start = parts.next()?;
        let base = match (start, rest) {
            ("ret", false) => Base::Ret,
            ("0", false) => Base::Receiver,
            ("0", true) => return None,
            (number, rest) => {
                if number.starts_with('0') || !number.bytes().all(|b| b.is_ascii_digit()) {
                    return None;
                }
                let number = number.parse().ok()?;
                if rest { Base::Rest(number) } else { Base::Arg(number) }
            }
        };
        let fields: Vec<String> = parts.map(str::to_owned).collect();
        let named = |f: &String| !f.is_empty() && f.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !fields.iter().all(named) || (rest && !fields.is_empty()) {
            return None;
        }
        Some(Self { base, fields })
    }

    /// The same place when `dropped` leading arguments are not there; `None` when it was one of them.
    #[must_use]
    pub fn shifted(&self, dropped: usize) -> Option<Self> {
        let base = match self.base {
            Base::Arg(n) => Base::Arg(n.checked_sub(dropped).filter(|n| *n > 0)?),
            Base::Rest(n) => Base::Rest(n.checked_sub(dropped).filter(|n| *n > 0)?),
            other => other,
        };
        Some(Self { base, fields: self.fields.clone() })
    }
}

impl fmt::Display for AccessPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.base {
            Base::Receiver => write!(f, "$0")?,
            Base::Arg(n) => write!(f, "${n}")?,
            Base::Rest(n) => return write!(f, "${n}..."),
            Base::Ret => write!(f, "$ret")?,
        }
        self.fields.iter().try_for_each(|field| write!(f, ".{field}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_every_form() {
        for text in ["$0", "$0.key", "$1", "$12", "$3...", "$4.Mode", "$1.Options.TTL", "$ret", "$ret.Err"] {
            assert_eq!(AccessPath::parse(text).map(|p| p.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn refuses_what_is_no_path() {
        for text in ["", "$", "1", "$x", "$01", "$0...", "$1.", "$1..a", "$2.Keys...", "$ret...", "$-1", "$1.a b"] {
            assert_eq!(AccessPath::parse(text), None, "{text}");
        }
    }

    #[test]
    fn shifts_arguments_only() {
        let shift = |text: &str| AccessPath::parse(text).and_then(|p| p.shifted(1)).map(|p| p.to_string());
        assert_eq!(shift("$4.Mode").as_deref(), Some("$3.Mode"));
        assert_eq!(shift("$3...").as_deref(), Some("$2..."));
        assert_eq!(shift("$0.text").as_deref(), Some("$0.text"));
        assert_eq!(shift("$1"), None);
    }
}
