//! A number in one unit is given in the unit that is taken.
//!
//! Safe where the unit is certain: the code itself converts to the wrong one (`.Milliseconds()` where seconds are taken),
//! or passes a typed duration as a plain number, and the lease that it means is written there. A bare number may mean
//! seconds or milliseconds, and a point in time may mean another command: nothing is offered for them.

use crate::desk::{Desk, Offer};
use crate::syntax::{Code, Language, ancestors, descendants, is_text};
use dogpile_analysis::lifecycle::UnitFaultKind;
use dogpile_report::Finding;
use tree_sitter::Node;

pub(super) fn offer(desk: &Desk<'_>, code: &Code<'_>, finding: &Finding) -> Option<Offer> {
    let lock = desk.lock(finding)?;
    let fault = lock.unit_faults.iter().find(|fault| fault.span == finding.primary)?;
    let number = code.covering(fault.span)?;
    let (word, other) = match fault.kind {
        // The number is right for the other word: it is the word that changes, and the lease is what was meant.
        UnitFaultKind::MillisAsSeconds | UnitFaultKind::TruncatesToZero => ("EX", "PX"),
        UnitFaultKind::SecondsAsMillis => ("PX", "EX"),
        UnitFaultKind::NanosAsSeconds
        | UnitFaultKind::NanosAsMillis
        | UnitFaultKind::AbsoluteAsDuration
        | UnitFaultKind::BareNumberAsNanos => {
            return nanoseconds(code, number, fault.kind);
        }
    };
    if !converted(code, number, fault.kind) {
        return None;
    }
    let around = ancestors(number).find(|n| {
        n.kind() == "call_expression" && n.byte_range() != number.byte_range() && unit(code, *n, word).is_some()
    })?;
    let place = unit(code, around, word)?;
    let text = code.text_of(place);
    let new = if text.contains(word) {
        text.replace(word, other)
    } else {
        text.replace(&word.to_lowercase(), &other.to_lowercase())
    };
    Some(Offer::safe(format!("take the number as what it is: {other}"), vec![code.replaced(place, new)]))
}

/// Whether the text itself says what unit the number is in.
fn converted(code: &Code<'_>, number: Node<'_>, kind: UnitFaultKind) -> bool {
    let line = ancestors(number).take(6).map(|n| code.text_of(n)).find(|t| t.contains('(')).unwrap_or("");
    let says = match kind {
        UnitFaultKind::MillisAsSeconds => &[".Milliseconds()", ".as_millis()", "ms("][..],
        UnitFaultKind::SecondsAsMillis => &[".Seconds()", ".as_secs()"],
        _ => &[],
    };
    says.iter().any(|word| line.contains(word))
}

/// The word that names the unit: one text in a call, or a field's name.
fn unit<'t>(code: &Code<'_>, call: Node<'t>, word: &str) -> Option<Node<'t>> {
    let named = |n: &Node<'_>| {
        let text = code.text_of(*n);
        (is_text(*n) && crate::pattern::content(text).eq_ignore_ascii_case(word))
            || (n.kind() == "property_identifier" && text == word)
    };
    let mut all = descendants(call).into_iter().filter(named);
    all.next().filter(|_| all.next().is_none())
}

/// `int64(lease)` of a typed duration counts nanoseconds: the number in the unit that is taken.
fn nanoseconds(code: &Code<'_>, number: Node<'_>, kind: UnitFaultKind) -> Option<Offer> {
    if code.language != Language::Go || kind != UnitFaultKind::NanosAsMillis {
        return None;
    }
    let call = ancestors(number).take(4).find(|n| {
        n.kind() == "call_expression"
            && n.child_by_field_name("function").is_some_and(|f| matches!(code.text_of(f), "int64" | "int"))
    })?;
    let inner = code.text_of(call.child_by_field_name("arguments")?);
    let value = inner.strip_prefix('(')?.strip_suffix(')')?;
    let plain = value.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'));
    let text = format!("{value}.Milliseconds()");
    plain.then(|| Offer::safe("give the lease in milliseconds", vec![code.replaced(call, text)]))
}
