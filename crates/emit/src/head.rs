//! The comment that a harness begins with, and comments altogether: text of others must not end them.

use crate::Request;
use crate::plan::Plan;
use dogpile_rules::Invariant;

/// Columns of a comment's text.
const WIDTH: usize = 100;

/// Text that may stand in a `//` comment of any language.
pub(crate) fn plain(text: &str) -> String {
    let safe = |c: char| if c.is_control() || is_trap(c) { ' ' } else { c };
    let text: String = text.chars().map(safe).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // A constraint on builds is a comment too; « and » mark types in this crate's own templates.
    text.replace("+build", "+ build").replace(['«', '»'], "\"")
}

/// Characters that end a line, turn its direction, or are not allowed in a source.
pub(crate) fn is_trap(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A text in lines of so many columns at most, as long as it has blanks to break at.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match out.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => out.push(word.to_owned()),
        }
    }
    out
}

/// What a harness says of itself; `run` is the command that runs it, `switch` the line that changes it.
pub(crate) fn lines(request: &Request<'_>, plan: &Plan, run: &str, switch: &str) -> Vec<String> {
    let found = request.found;
    let invariant = found.claim.invariant;
    let mut out = wrapped(&plain(&format!("{}: {}.", request.rule, request.message)), WIDTH);
    out.push(String::new());
    let mut tell = |label: &str, text: String| {
        for (at, line) in wrapped(&plain(&text), WIDTH - 12).into_iter().enumerate() {
            out.push(format!("{:<12}{line}", if at == 0 { label } else { "" }));
        }
    };
    tell("Where:", request.at.to_owned());
    tell("Breaks:", format!("{}. It must hold that {} ({}).", found.breach.says, invariant.says(), invariant.id()));
    tell("Repaired:", format!("with {}.", request.trial.what));
    if let Some(other) = request.falls_back() {
        tell(
            "Client:",
            format!(
                "{}, in place of {other}, which harnesses cannot use yet; the commands are the same.",
                request.client().package()
            ),
        );
    }
    tell("Needs:", request.client().needs(request.language).to_owned());
    if !plan.assumed.is_empty() {
        tell("Assumed:", format!("{}.", plan.assumed.join("; ")));
    }
    if let Some(simulated) = simulated(plan) {
        tell("Simulated:", simulated);
    }
    out.push(String::new());
    out.push(
        "Run it against a Redis for tests. It touches only keys under a random prefix, and deletes them:".to_owned(),
    );
    out.push(String::new());
    out.push(format!("    {run}"));
    out.push(String::new());
    out.push(format!("It fails as long as the protocol is as written. {switch}"));
    out
}

/// What does not happen for real.
fn simulated(plan: &Plan) -> Option<String> {
    let features = plan.features();
    let mut all = vec!["callers are connections of this process, and work is only a point in time"];
    if plan.invariant == Invariant::FreshAnswer {
        all.push("the flight of the process is a list in this file");
    }
    if features.contains(&"passes") || features.contains(&"asks") {
        all.push("time is jumped by making the leases of these keys older, so nothing sleeps");
    }
    if features.contains(&"dies") {
        all.push("who dies closes its connection");
    }
    (!all.is_empty()).then(|| format!("{}.", all.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::{plain, wrapped};

    #[test]
    fn a_comment_stays_one_comment() {
        assert_eq!(plain("a\nb\r\u{2028}c\u{202e}\u{feff}d */ +build x"), "a b c d */ + build x");
        assert_eq!(plain("«x»"), "\"x\"");
    }

    #[test]
    fn long_words_have_lines_of_their_own() {
        assert_eq!(wrapped("aa bb cccccccccc d", 5), ["aa bb", "cccccccccc", "d"]);
    }
}
