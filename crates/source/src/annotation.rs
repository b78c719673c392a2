//! `dogpile:` comments: what somebody says of their own code.
//!
//! ```text
//! dogpile: allow <slug>[, <slug>] -- <reason>        this line and the next
//! dogpile: allow-function <slug> -- <reason>         the function it stands in or before
//! dogpile: allow-file <slug> -- <reason>             the whole file
//! dogpile: marker [KEY]                              a set-if-absent here is a mark, not a lock
//! dogpile: lock [KEY]                                it is a lock, whatever it looks like
//! dogpile: p99 = 25s                                 how long the function or call can take
//! dogpile: profile = correctness                     the lock protects data
//! dogpile: acquires key=$1 ttl=$2 held=ret0          the function takes a lock
//! dogpile: releases key=$1 guard=token               the function releases one
//! ```

use std::fmt;

/// What comments for us begin with.
pub(crate) const MARK: &str = "dogpile:";

/// Over what an [`Allow`] reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowScope {
    /// The comment's own line and the one after it.
    Line,
    /// The function around the comment, or the one that starts on the next line.
    Function,
    /// The file.
    File,
}

/// A suppression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// Rules that are allowed here.
    pub slugs: Vec<String>,
    /// How far it reaches.
    pub scope: AllowScope,
    /// Why; an allow without a reason is itself a finding.
    pub reason: Option<String>,
}

/// What a `dogpile:` comment asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directive {
    /// Keep a finding quiet.
    Allow(Allow),
    /// The set-if-absent here (optionally: of this key) is no lock.
    Marker(Option<String>),
    /// It is a lock.
    Lock(Option<String>),
    /// Declared p99 of the function, constant or call here, in milliseconds.
    P99(u64),
    /// `correctness` or `efficiency`.
    Profile(String),
    /// The function takes a lock: raw `name=value` pairs.
    Acquires(Vec<(String, String)>),
    /// The function releases a lock: raw `name=value` pairs.
    Releases(Vec<(String, String)>),
}

/// A parsed `dogpile:` comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// What it asks for.
    pub directive: Directive,
}

/// Why a comment that starts with `dogpile:` was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnotationError(pub String);

impl fmt::Display for AnnotationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AnnotationError {}

/// Reads the text of one comment (with or without its markers). `None`: not for us.
#[must_use]
pub fn parse_annotation(comment: &str) -> Option<Result<Annotation, AnnotationError>> {
    let text = comment.trim().trim_start_matches('/').trim_start_matches(['*', '!']).trim_end_matches("*/").trim();
    let body = text.strip_prefix(MARK)?.trim();
    Some(directive(body).map(|directive| Annotation { directive }))
}

fn directive(body: &str) -> Result<Directive, AnnotationError> {
    let (head, rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
    let rest = rest.trim();
    let (head, rest) = head.split_once('=').map_or((head, rest), |(h, r)| (h, if r.is_empty() { rest } else { r }));
    let value = rest.trim_start_matches('=').trim();
    let named = || (!value.is_empty()).then(|| value.to_owned());
    match head {
        "allow" => allow(rest, AllowScope::Line),
        "allow-function" => allow(rest, AllowScope::Function),
        "allow-file" => allow(rest, AllowScope::File),
        "marker" => Ok(Directive::Marker(named())),
        "lock" => Ok(Directive::Lock(named())),
        "p99" => parse_duration_ms(value)
            .map(Directive::P99)
            .ok_or_else(|| AnnotationError(format!("p99 wants a duration like 250ms or 25s, not {value:?}"))),
        "profile" if matches!(value, "correctness" | "efficiency") => Ok(Directive::Profile(value.to_owned())),
        "profile" => Err(AnnotationError(format!("profile is correctness or efficiency, not {value:?}"))),
        "acquires" => Ok(Directive::Acquires(pairs(rest))),
        "releases" => Ok(Directive::Releases(pairs(rest))),
        other => Err(AnnotationError(format!(
            "unknown directive {other:?}; known: allow, allow-function, allow-file, marker, lock, p99, profile, acquires, releases"
        ))),
    }
}

fn allow(rest: &str, scope: AllowScope) -> Result<Directive, AnnotationError> {
    let (slugs, reason) = match rest.split_once("--") {
        Some((slugs, reason)) => (slugs, Some(reason.trim().to_owned()).filter(|r| !r.is_empty())),
        None => (rest, None),
    };
    let slugs: Vec<String> =
        slugs.split([',', ' ']).map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect();
    if slugs.is_empty() {
        return Err(AnnotationError("allow names no rule".to_owned()));
    }
    Ok(Directive::Allow(Allow { slugs, scope, reason }))
}

fn pairs(rest: &str) -> Vec<(String, String)> {
    rest.split_whitespace().filter_map(|word| word.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

/// `250ms`, `25s`, `1.5s`, `2m`, `1h` in milliseconds.
#[must_use]
pub fn parse_duration_ms(text: &str) -> Option<u64> {
    let text = text.trim();
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().ok()?;
    let scale = match unit.trim() {
        "ms" => 1.0,
        "s" | "sec" | "seconds" => 1_000.0,
        "m" | "min" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return None,
    };
    let ms = number * scale;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    (ms.is_finite() && (0.0..1e15).contains(&ms)).then(|| ms.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Directive {
        parse_annotation(text).expect("for us").expect("understood").directive
    }

    #[test]
    fn reads_every_directive() {
        assert_eq!(
            read("// dogpile: allow leaked-lock, constant-token -- swept by the janitor"),
            Directive::Allow(Allow {
                slugs: vec!["leaked-lock".into(), "constant-token".into()],
                scope: AllowScope::Line,
                reason: Some("swept by the janitor".into()),
            })
        );
        assert_eq!(read("// dogpile: p99 = 25s"), Directive::P99(25_000));
        assert_eq!(read("// dogpile: p99=1.5s"), Directive::P99(1_500));
        assert_eq!(read("/* dogpile: marker dedupe:* */"), Directive::Marker(Some("dedupe:*".into())));
        assert!(matches!(read("// dogpile: acquires key=$1 ttl=$2"), Directive::Acquires(p) if p.len() == 2));
        assert!(parse_annotation("// a comment on dogpile: not ours").is_none());
        assert!(parse_annotation("// dogpile: forgive everything").is_some_and(|r| r.is_err()));
    }
}
