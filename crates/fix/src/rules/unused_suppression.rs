//! A comment that allows what is not there goes.
//!
//! Safe: a comment does nothing. Of several slugs only the unused one goes.

use crate::desk::{Desk, Offer};
use crate::syntax::Code;
use dogpile_report::{Edit, Finding};
use dogpile_source::{Directive, parse_annotation};

/// Between two slugs.
const BETWEEN: [char; 2] = [',', ' '];

pub(super) fn offer(_: &Desk<'_>, code: &Code<'_>, finding: &Finding) -> Option<Offer> {
    let slug = finding.subject.as_str();
    let (start, end) = (finding.primary.start as usize, finding.primary.end as usize);
    let comment = code.text.get(start..end)?;
    let Directive::Allow(allow) = parse_annotation(comment)?.ok()?.directive else { return None };
    if !allow.slugs.iter().any(|one| one == slug) {
        return None;
    }
    if allow.slugs.len() > 1 {
        let (from, to) = place(comment, slug)?;
        // The last one takes the comma before it along.
        let (from, to) = if allow.slugs.last().is_some_and(|last| last == slug) {
            (comment[..from].trim_end_matches(BETWEEN).len(), to)
        } else {
            (from, comment.len() - comment[to..].trim_start_matches(BETWEEN).len())
        };
        let edit = Edit { span: code.span(start + from, start + to), text: String::new() };
        return Some(Offer::safe(format!("allow `{slug}` no more"), vec![edit]));
    }
    let (line, next) = (code.line_start(start), code.line_end(end));
    let alone = code.text[line..start].trim().is_empty() && code.text[end..next].trim().is_empty();
    let span = if alone {
        code.span(line, next)
    } else {
        let from = code.text[..start].trim_end_matches([' ', '\t']).len();
        code.span(from.max(line), end)
    };
    Some(Offer::safe(format!("delete the comment that allows `{slug}`"), vec![Edit { span, text: String::new() }]))
}

/// Where a slug stands in a comment, as a word of its own: one may be the beginning of another.
fn place(comment: &str, slug: &str) -> Option<(usize, usize)> {
    let of_slug = |c: char| c.is_alphanumeric() || c == '-';
    let alone = |at: usize| {
        let (before, after) = (&comment[..at], &comment[at + slug.len()..]);
        !before.ends_with(of_slug) && !after.starts_with(of_slug)
    };
    let (at, _) = comment.match_indices(slug).find(|(at, _)| alone(*at))?;
    Some((at, at + slug.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_a_word_of_its_own() {
        let comment = "// dogpile: allow leaked-lock-x, leaked-lock -- leaked-lock is swept";
        assert_eq!(
            place(comment, "leaked-lock").map(|(from, _)| &comment[..from]),
            Some("// dogpile: allow leaked-lock-x, ")
        );
        assert_eq!(place(comment, "lost"), None);
    }
}
