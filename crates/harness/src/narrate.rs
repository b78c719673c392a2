//! Times, replies and values for people.

use crate::store::Look;
use dogpile_redis::{RespReply, Value};

/// A number of milliseconds as people say it.
#[must_use]
pub fn human_ms(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..600_000 if ms.is_multiple_of(1_000) => format!("{} s", ms / 1_000),
        // A lease lapses one millisecond after its last.
        1_000..600_000 if ms % 1_000 == 1 => format!("{} s and 1 ms", ms / 1_000),
        1_000..600_000 => format!("{}.{:03} s", ms / 1_000, ms % 1_000),
        600_000..172_800_000 => format!("{} min", ms / 60_000),
        _ => format!("{} days", ms / 86_400_000),
    }
}

/// A reply in one line.
#[must_use]
pub fn reply(reply: &RespReply) -> String {
    match reply {
        RespReply::Int(n) => n.to_string(),
        RespReply::Bulk(text) => format!("\"{}\"", String::from_utf8_lossy(text)),
        RespReply::Nil => "nil".to_owned(),
        RespReply::Status(text) => text.clone(),
        RespReply::Error(text) => format!("error {text}"),
        RespReply::Array(items) => format!("[{}]", items.iter().map(self::reply).collect::<Vec<_>>().join(", ")),
    }
}

/// What a key holds, in one line.
#[must_use]
pub fn look(look: &Look) -> String {
    let value = match &look.value {
        None => return "nothing".to_owned(),
        Some(Value::Str(text)) => format!("\"{}\"", String::from_utf8_lossy(text)),
        Some(other) => format!("{other:?}"),
    };
    match look.left_ms {
        Some(ms) => format!("{value} for {}", human_ms(ms.unsigned_abs())),
        None => format!("{value} for ever"),
    }
}
