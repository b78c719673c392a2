//! Commands as they are sent, from the values that the explorer saw.

use crate::keys;
use crate::lifecycle::{HoleKind, Part, Sent, Word};
use crate::sym::{Scale, Sym, Val};

/// Nanoseconds in what a word of time counts.
const NANOS_PER_MS: i128 = 1_000_000;
const NANOS_PER_S: i128 = 1_000_000_000;

/// The command, unless its words were not seen.
pub(super) fn sent(words: &[Val]) -> Option<Sent> {
    if words.is_empty() {
        return None;
    }
    let mut out: Vec<Word> = Vec::new();
    for val in words {
        // A typed duration is sent in the unit that the word before it names.
        let seconds = out.last().and_then(Word::text).is_some_and(|w| w.eq_ignore_ascii_case("EX"))
            || out
                .first()
                .and_then(Word::text)
                .is_some_and(|w| w.eq_ignore_ascii_case("EXPIRE") || w.eq_ignore_ascii_case("SETEX"));
        let mut parts = Vec::new();
        fill(&val.sym, if seconds { NANOS_PER_S } else { NANOS_PER_MS }, &mut parts);
        out.push(Word { parts });
    }
    Some(Sent { words: out })
}

fn fill(sym: &Sym, unit: i128, parts: &mut Vec<Part>) {
    let hole = |kind| Part::Hole { name: keys::shape(sym).trim_matches(['{', '}']).to_owned(), kind };
    let part = match sym {
        Sym::Str(text) => Part::Text(text.to_string()),
        // What is shorter than the unit is sent as one of it: go-redis rounds up, with a warning.
        Sym::Int(n, Scale::Duration) if *n > 0 => Part::Text((n / unit).max(1).to_string()),
        Sym::Int(n, Scale::Duration) => Part::Text((n / unit).to_string()),
        Sym::Int(n, _) => Part::Text(n.to_string()),
        Sym::Bool(yes) => Part::Text(if *yes { "1" } else { "0" }.to_owned()),
        Sym::Concat(inner) => return inner.iter().for_each(|part| fill(part, unit, parts)),
        Sym::Scaled(_, inner) => return fill(inner, unit, parts),
        Sym::Fresh(_) => hole(HoleKind::Fresh),
        Sym::PerProcess(at) => {
            Part::Hole { name: format!("process {}:{}", at.file.0, at.start), kind: HoleKind::Process }
        }
        Sym::Clock(..) => Part::Hole { name: "clock".to_owned(), kind: HoleKind::Clock },
        Sym::Param(..) | Sym::Field(..) | Sym::Global(_) | Sym::Index(..) => hole(HoleKind::Given),
        _ if sym.any(&mut |s| matches!(s, Sym::Fresh(_))) => hole(HoleKind::Fresh),
        _ if sym.any(&mut |s| matches!(s, Sym::Clock(..))) => hole(HoleKind::Clock),
        Sym::Result(..) => hole(HoleKind::Given),
        _ => hole(HoleKind::Unknown),
    };
    match (part, parts.last_mut()) {
        (Part::Text(new), Some(Part::Text(old))) => old.push_str(&new),
        (part, _) => parts.push(part),
    }
}
