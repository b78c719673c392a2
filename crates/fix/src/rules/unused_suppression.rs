//! A comment that allows what is not there goes.
//!
//! Safe: a comment does nothing. Of several slugs only the unused one goes.

use crate::desk::{Desk, Offer};
use crate::syntax::Code;
use dogpile_report::{Edit, Finding};

pub(super) fn offer(_: &Desk<'_>, code: &Code<'_>, finding: &Finding) -> Option<Offer> {
    let slug = finding.message.split('`').nth(1)?;
    let (start, end) = (finding.primary.start as usize, finding.primary.end as usize);
    let comment = code.text.get(start..end)?;
    let (before, list) = comment.split_once("allow")?;
    let list = list.split("--").next().unwrap_or(list);
    let slugs: Vec<&str> = list.trim_start_matches("-function").trim_start_matches("-file").split([',', ' ']).filter(|s| !s.trim().is_empty() && *s != "*/").collect();
    if slugs.len() > 1 {
        let at = before.len() + comment[before.len()..].find(slug)?;
        let rest = &comment[at + slug.len()..];
        let after = rest.len() - rest.trim_start_matches([',', ' ']).len();
        let last = slugs.last().map(|s| s.trim()) == Some(slug);
        // The last one takes the comma before it along.
        let edit = if last {
            let from = comment[..at].trim_end_matches([',', ' ']).len();
            Edit { span: code.span(start + from, start + at + slug.len()), text: String::new() }
        } else {
            Edit { span: code.span(start + at, start + at + slug.len() + after), text: String::new() }
        };
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
