//! Edits of a text.

use dogpile_report::Edit;
use dogpile_source::Span;
use std::collections::BTreeSet;

/// A text with edits made, all of them of this one file. `None`: they overlap, or do not fit the text.
#[must_use]
pub fn applied(text: &str, edits: &[Edit]) -> Option<String> {
    applied_within(text, 0, text.len(), edits)
}

/// A stretch of a text with the edits made that lie in it.
pub(crate) fn applied_within(text: &str, start: usize, end: usize, edits: &[Edit]) -> Option<String> {
    let mut order: Vec<&Edit> = edits.iter().collect();
    order.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(end.saturating_sub(start) + 64);
    let mut from = start;
    for edit in order {
        out += text.get(from..edit.span.start as usize)?;
        out += &edit.text;
        from = edit.span.end as usize;
    }
    Some(out + text.get(from..end)?)
}

/// Whether two sets of edits get in each other's way. Two that put something in at one place do, unless it is the same
/// thing (an import): that is then put in once.
#[must_use]
pub fn overlap(a: &[Edit], b: &[Edit]) -> bool {
    a.iter().any(|a| b.iter().any(|b| a != b && a.span.file == b.span.file && touch(a.span, b.span)))
}

fn touch(a: Span, b: Span) -> bool {
    if a.start == a.end || b.start == b.end {
        return a.start <= b.end && b.start <= a.end;
    }
    a.start < b.end && b.start < a.end
}

/// Where a place is after edits.
#[must_use]
pub fn moved(span: Span, edits: &[Edit]) -> Span {
    let shift = |at: u32| {
        let mut to = i64::from(at);
        for edit in edits.iter().filter(|e| e.span.file == span.file) {
            let (old, new) = (i64::from(edit.span.end - edit.span.start), i64::try_from(edit.text.len()).unwrap_or(0));
            if edit.span.end <= at {
                to += new - old;
            } else if edit.span.start < at {
                to -= i64::from(at - edit.span.start);
            }
        }
        u32::try_from(to.max(0)).unwrap_or(u32::MAX)
    };
    let (start, end) = (shift(span.start), shift(span.end));
    Span { file: span.file, start, end: end.max(start) }
}

/// Edits in order of place, with what they leave as it is taken out of them.
pub(crate) fn tidy(text: &str, edits: Vec<Edit>) -> Vec<Edit> {
    let mut edits: Vec<Edit> = edits.into_iter().map(|edit| trimmed(text, edit)).collect();
    edits.retain(|edit| edit.span.start != edit.span.end || !edit.text.is_empty());
    in_order(edits)
}

/// Edits in order of place. What is written at one place stays in the order of its writer; what several want is done once.
#[must_use]
pub fn in_order(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|edit| edit.span);
    let mut seen = BTreeSet::new();
    let first: Vec<bool> = edits.iter().map(|edit| seen.insert((edit.span, edit.text.as_str()))).collect();
    edits.into_iter().zip(first).filter(|(_, first)| *first).map(|(edit, _)| edit).collect()
}

fn trimmed(text: &str, mut edit: Edit) -> Edit {
    let Some(old) = text.get(edit.span.start as usize..edit.span.end as usize) else { return edit };
    let front: usize = old.chars().zip(edit.text.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (old, new) = (&old[front..], edit.text[front..].to_owned());
    let back: usize =
        old.chars().rev().zip(new.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    edit.span.start += narrow(front);
    edit.span.end -= narrow(back);
    edit.text = new[..new.len() - back].to_owned();
    edit
}

#[cfg(test)]
mod tests {
    use super::*;
    use dogpile_source::FileId;

    #[test]
    fn one_place_keeps_the_order_of_its_writer() {
        let put = |at: usize, text: &str| Edit { span: Span::new(FileId(0), at, at), text: text.to_owned() };
        let edits = in_order(vec![put(1, "b"), put(1, "a"), put(0, "x"), put(1, "b")]);
        assert_eq!(edits, [put(0, "x"), put(1, "b"), put(1, "a")]);
        assert_eq!(applied("12", &edits).as_deref(), Some("x1ba2"));
    }
}
