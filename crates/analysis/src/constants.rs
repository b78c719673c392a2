//! Constants of the languages' own libraries that durations are made of.

use crate::sym::{Scale, Sym};

/// Value of a standard constant, by canonical name (Go's `time` package; source: its documentation).
pub(crate) fn standard(name: &str) -> Option<Sym> {
    let nanos: i128 = match name {
        "time.Nanosecond" => 1,
        "time.Microsecond" => 1_000,
        "time.Millisecond" => 1_000_000,
        "time.Second" => 1_000_000_000,
        "time.Minute" => 60_000_000_000,
        "time.Hour" => 3_600_000_000_000,
        _ => return builtin(name),
    };
    Some(Sym::Int(nanos, Scale::Duration))
}

fn builtin(name: &str) -> Option<Sym> {
    match name {
        "builtin.nil" => Some(Sym::Nil),
        "builtin.true" => Some(Sym::Bool(true)),
        "builtin.false" => Some(Sym::Bool(false)),
        _ => None,
    }
}
