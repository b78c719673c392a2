//! The options of SET, shared by the meaning table and the model.
//!
//! Source: SET (redis.io since 8.4 for IFEQ, IFNE, IFDEQ, IFDNE; valkey.io since
//! 8.1 for IFEQ). Options come in any order and any case.

use crate::meaning::{SetWhen, TtlArg, Word};

/// The options after `SET key value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SetOptions {
    pub(crate) ttl: TtlArg,
    pub(crate) when: SetWhen,
    pub(crate) get: bool,
    /// The server would refuse the vector with a syntax error.
    pub(crate) bad: bool,
}

/// Reads options from word `from` on.
///
/// A hole may be any option, or nothing at all to us: whatever was not settled by
/// a literal option becomes `Unknown`, since the hole may have settled it.
pub(crate) fn set_options(words: &[Word<'_>], from: usize) -> SetOptions {
    let mut ttl = TtlArg::Absent;
    let mut when = SetWhen::Always;
    let (mut get, mut bad, mut hole) = (false, false, false);
    let mut at = from;
    while let Some(word) = words.get(at) {
        let Word::Lit(text) = word else {
            hole = true;
            at += 1;
            continue;
        };
        let has_next = at + 1 < words.len();
        let next = at + 1;
        let mut takes = 1;
        match text.to_ascii_uppercase().as_str() {
            "NX" => set_when(&mut when, SetWhen::IfAbsent, &mut bad),
            "XX" => set_when(&mut when, SetWhen::IfPresent, &mut bad),
            "GET" => get = true,
            "KEEPTTL" => set_ttl(&mut ttl, TtlArg::Keep, &mut bad),
            name => {
                takes = 2;
                match name {
                    "IFEQ" => set_when(&mut when, SetWhen::IfEqual(next), &mut bad),
                    "IFNE" => set_when(&mut when, SetWhen::IfNotEqual(next), &mut bad),
                    "IFDEQ" => set_when(&mut when, SetWhen::IfDigestEqual(next), &mut bad),
                    "IFDNE" => set_when(&mut when, SetWhen::IfDigestNotEqual(next), &mut bad),
                    "EX" => set_ttl(&mut ttl, TtlArg::Seconds(next), &mut bad),
                    "PX" => set_ttl(&mut ttl, TtlArg::Millis(next), &mut bad),
                    "EXAT" => set_ttl(&mut ttl, TtlArg::UnixSeconds(next), &mut bad),
                    "PXAT" => set_ttl(&mut ttl, TtlArg::UnixMillis(next), &mut bad),
                    _ => {
                        takes = 1;
                        // After a hole this may be that option's operand.
                        bad |= !hole;
                    }
                }
                bad |= takes == 2 && !has_next;
            }
        }
        at += takes;
    }
    if hole {
        if when == SetWhen::Always {
            when = SetWhen::Unknown;
        }
        if ttl == TtlArg::Absent {
            ttl = TtlArg::Unknown;
        }
    }
    SetOptions { ttl, when, get, bad }
}

fn set_when(slot: &mut SetWhen, to: SetWhen, bad: &mut bool) {
    let same = std::mem::discriminant(slot) == std::mem::discriminant(&to);
    *bad |= *slot != SetWhen::Always && !same;
    *slot = to;
}

fn set_ttl(slot: &mut TtlArg, to: TtlArg, bad: &mut bool) {
    let same = std::mem::discriminant(slot) == std::mem::discriminant(&to);
    *bad |= *slot != TtlArg::Absent && !same;
    *slot = to;
}
