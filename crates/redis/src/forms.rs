//! Commands whose operands and options have to be read one by one.

use crate::meaning::{DelWhen, ExpireWhen, Meaning, TtlArg, Word};
use crate::set::set_options;

pub(crate) fn msetex(words: &[Word<'_>]) -> Meaning {
    let Some(pairs) = words.get(1).and_then(|word| word.number()) else {
        return Meaning::Unknown;
    };
    let Some(end) = pairs.checked_mul(2).and_then(|n| n.checked_add(2)) else {
        return Meaning::Unknown;
    };
    if pairs == 0 || end > words.len() {
        return Meaning::Unknown;
    }
    let options = set_options(words, end);
    if options.bad {
        return Meaning::Unknown;
    }
    Meaning::Set { key: 2, value: 3, ttl: options.ttl, when: options.when, get: false }
}

pub(crate) fn expire(words: &[Word<'_>], ttl: TtlArg) -> Meaning {
    if words.len() < 3 {
        return Meaning::Unknown;
    }
    let mut when = ExpireWhen::Always;
    for word in words.iter().skip(3) {
        when = match word {
            Word::Hole => ExpireWhen::Unknown,
            word if word.is("NX") => ExpireWhen::Nx,
            word if word.is("XX") => match when {
                ExpireWhen::Gt | ExpireWhen::Lt => when,
                _ => ExpireWhen::Xx,
            },
            word if word.is("GT") => ExpireWhen::Gt,
            word if word.is("LT") => ExpireWhen::Lt,
            _ => return Meaning::Unknown,
        };
    }
    Meaning::Expire { key: 1, ttl, when }
}

/// GETEX key [EX … | PX … | EXAT … | PXAT … | PERSIST]
pub(crate) fn getex(words: &[Word<'_>]) -> Meaning {
    if words.len() < 2 {
        return Meaning::Unknown;
    }
    let Some(option) = words.get(2) else {
        return Meaning::Read { keys: vec![1] };
    };
    if option.is("PERSIST") {
        return Meaning::Persist { key: 1 };
    }
    let options = set_options(words, 2);
    match options.ttl {
        _ if options.bad => Meaning::Unknown,
        TtlArg::Absent | TtlArg::Keep => Meaning::Unknown,
        ttl => Meaning::Expire { key: 1, ttl, when: ExpireWhen::Always },
    }
}

/// DELEX key [IFEQ v | IFNE v | IFDEQ d | IFDNE d] (Redis 8.4). With no condition it
/// is a plain DEL.
pub(crate) fn delex(words: &[Word<'_>]) -> Meaning {
    let when = match (words.get(2), words.len()) {
        (_, 0 | 1) => return Meaning::Unknown,
        (None, _) => DelWhen::Always,
        (Some(Word::Hole), _) => DelWhen::Unknown,
        (Some(_), 3) => return Meaning::Unknown,
        (Some(word), _) if word.is("IFEQ") || word.is("IFDEQ") => DelWhen::IfEqual(3),
        (Some(word), _) if word.is("IFNE") || word.is("IFDNE") => DelWhen::IfNotEqual(3),
        _ => return Meaning::Unknown,
    };
    Meaning::Delete { keys: vec![1], when }
}

pub(crate) fn eval(words: &[Word<'_>], by_sha: bool, function: bool) -> Meaning {
    let len = words.len();
    if len < 3 {
        return Meaning::Unknown;
    }
    let make = |keys, args, counted| Meaning::Eval { script: 1, keys, args, by_sha, function, counted };
    match words.get(2).and_then(|word| word.number()) {
        Some(count) if count <= len - 3 => make(3..3 + count, 3 + count..len, true),
        Some(_) => Meaning::Unknown,
        None if words.get(2).is_some_and(|word| word.text().is_some()) => Meaning::Unknown,
        None => make(3..3, 3..len, false),
    }
}

pub(crate) fn streams(words: &[Word<'_>]) -> Meaning {
    let Some(at) = words.iter().position(|word| word.is("STREAMS")) else {
        return Meaning::Unknown;
    };
    let rest = words.len() - at - 1;
    if rest < 2 {
        return Meaning::Unknown;
    }
    Meaning::Read { keys: (at + 1..at + 1 + rest / 2).collect() }
}
