//! How long, and how that is written.

use crate::desk::Desk;
use crate::syntax::{Code, Language, descendants, folder};
use dogpile_analysis::lifecycle::{Class, Lock, Ttl};
use std::collections::BTreeMap;

/// A time, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lease {
    /// A number of milliseconds.
    Known(u64),
    /// An expression for a typed duration.
    Typed(String),
    /// An expression for a number of milliseconds.
    Millis(String),
    /// An expression for a number of seconds.
    Seconds(String),
}

impl Lease {
    /// What placeholders it can fill: `$ttl`, `$ms`, `$s`.
    pub(crate) fn fill(&self, language: Language) -> BTreeMap<String, String> {
        let mut fill = BTreeMap::new();
        let mut put = |name: &str, text: String| fill.insert(name.to_owned(), text);
        match self {
            Self::Known(ms) => {
                if language == Language::Go {
                    put("ttl", go_duration(*ms));
                }
                put("ms", number(*ms, language));
                if ms % 1000 == 0 {
                    put("s", number(ms / 1000, language));
                }
            }
            Self::Typed(text) => {
                put("ttl", text.clone());
                let plain = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'));
                if language == Language::Go {
                    put(
                        "ms",
                        if plain { format!("{text}.Milliseconds()") } else { format!("({text}).Milliseconds()") },
                    );
                }
            }
            Self::Millis(text) => {
                put("ms", text.clone());
            }
            Self::Seconds(text) => {
                put("s", text.clone());
            }
        }
        fill
    }
}

/// `30*time.Second`, as gofmt writes it among arguments.
fn go_duration(ms: u64) -> String {
    for (unit, name) in [(3_600_000, "Hour"), (60_000, "Minute"), (1000, "Second")] {
        if ms.is_multiple_of(unit) && (unit == 1000 || ms / unit >= 1) {
            let count = ms / unit;
            return if count == 1 { format!("time.{name}") } else { format!("{count}*time.{name}") };
        }
    }
    format!("{ms}*time.Millisecond")
}

/// A number with the separators of the language's habit.
pub(crate) fn number(n: u64, language: Language) -> String {
    let plain = n.to_string();
    if language != Language::Rust || plain.len() < 5 {
        return plain;
    }
    let mut out = String::new();
    for (at, digit) in plain.chars().enumerate() {
        if at > 0 && (plain.len() - at).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

/// The lease that this code gives to locks of the same kind, or the configured one: never one that nobody wrote down.
///
/// The code's own comes first: it was chosen for this key. A constant is used by its name where it stands in the same file.
pub(crate) fn chosen(desk: &Desk<'_>, code: &Code<'_>, lock: &Lock) -> Option<(Lease, String)> {
    let own = desk.lifecycles.locks.iter().filter(|other| other.class == Class::Lock && other.id != lock.id);
    let here = folder(code.path);
    let alike = |other: &&Lock| {
        let (a, b) = (prefix(&other.acquire.key), prefix(&lock.acquire.key));
        let path = desk.sources.path(other.acquire.site.span);
        a.is_some() && a == b && folder(path) == here && Language::of(path) == Some(code.language)
    };
    let known = own.filter(alike).find_map(|other| match &other.acquire.ttl {
        Ttl::Known { ms, span, text, default: false } if *ms > 0 => Some((*ms, *span, text.clone())),
        _ => None,
    });
    if let Some((ms, span, text)) = known {
        if span.file == code.file && is_constant(code, &text) {
            let lease = match code.language {
                Language::Go => Lease::Typed(text.clone()),
                Language::TypeScript | Language::Rust => Lease::Known(ms),
            };
            return Some((lease, format!("{text}, as other locks of this key have")));
        }
        return Some((Lease::Known(ms), format!("{}, as other locks of this key have", words(ms))));
    }
    desk.lease_ms.map(|ms| (Lease::Known(ms), words(ms)))
}

/// A time for people.
pub(crate) fn words(ms: u64) -> String {
    if ms.is_multiple_of(1000) { format!("{} s", ms / 1000) } else { format!("{ms} ms") }
}

/// Words that say that a key is a lock's, and not whose.
const EVERYBODYS: &[&str] = &["lock", "locks", "mutex", "lease", "leases", "sem", "redis"];

/// What locks of one kind share of their keys: the literal text that they begin with, where it says more than "lock".
fn prefix(key: &str) -> Option<&str> {
    let text = key.strip_prefix(['"', '\'', '`'])?;
    let end = text.find(['"', '\'', '`', '{', '$', '%', '+']).unwrap_or(text.len());
    let literal = &text[..end];
    let telling = literal
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| word.len() >= 3 && !EVERYBODYS.contains(&word.to_ascii_lowercase().as_str()));
    telling.then_some(literal)
}

/// Whether a name is a constant of the file's own top level.
fn is_constant(code: &Code<'_>, name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && descendants(code.root()).into_iter().any(|node| {
            matches!(node.kind(), "const_spec" | "const_item")
                && node.child_by_field_name("name").is_some_and(|n| code.text_of(n) == name)
                && code.function(node).is_none()
        })
}
