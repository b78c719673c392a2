//! A lock with all that is wrong with it.

use super::escape::text;
use super::finding::article;
use crate::finding::Finding;
use crate::report::{Entry, Report};
use crate::text::counted;

/// The name of a finding's lock, and the function that it is in, both as markup.
pub(super) fn names(finding: &Finding) -> (String, String) {
    // A session's name is its function's and its key's; what is written otherwise is shown as it is.
    match finding.session.rsplit_once('|') {
        Some((function, key)) if !key.trim().is_empty() => (text(key), text(function)),
        _ if finding.session.is_empty() => (text(finding.rule), text(&finding.function)),
        _ => (text(&finding.session), text(&finding.function)),
    }
}

/// The section of a lock.
pub(super) fn section(report: &Report<'_>, session: &[&Entry], n: usize) -> String {
    let Some(first) = session.first() else { return String::new() };
    let (key, function) = names(&first.finding);
    let several = match session.len() {
        1 => String::new(),
        many => format!("<span class=\"several\">{}</span>", counted(many, "finding")),
    };
    let articles: String =
        session.iter().enumerate().map(|(at, entry)| article(report, entry, &format!("p{n}-{at}"))).collect();
    format!(
        "<section class=\"lock\" id=\"lock-{n}\"><header><h2>{key}</h2>\
         {several}<p class=\"function\">{function}</p></header>{articles}</section>"
    )
}
