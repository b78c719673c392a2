//! Checks of one model file against itself and its parent.

use std::collections::HashSet;

use crate::does::{Does, TtlRow, Unit, WordRow};
use crate::error::Fault;
use crate::path::{AccessPath, Base};
use crate::row::{CallRow, ClientFile};
use crate::visit::{Part, is_path, parts};

/// Phrases a client may have.
pub const PHRASES: &[&str] = &[
    "acquire-with-ttl",
    "compare-and-delete",
    "compare-and-expire",
    "detached-release",
    "fenced-write",
    "release-after-check",
    "release-on-every-path",
    "stop-heartbeat",
    "stop-on-loss",
    "token",
];

/// Words that say what a result is (`error:<name>` besides): `value`, `error`, `shared` (whether it was shared),
/// `found` (whether it was there), `channel`, `context`, `cancel`, `handle`, `nil`, `true`, `false`, `unknown`.
/// The outcomes of a lock's calls may be a lone `raises` or `raises:<name>` instead.
pub const RESULTS: &[&str] =
    &["value", "error", "shared", "found", "channel", "context", "cancel", "handle", "nil", "true", "false", "unknown"];

/// Kinds of declared types: `bool`, `integer`, `text`, `option` (`core.option.Option`), `unit` (`()`), `unwritten` (no
/// type is written where the call is).
pub const DECLARED: &[&str] = &["bool", "integer", "text", "option", "unit", "unwritten"];

const TIME_WORDS: &[&str] = &["EX", "PX", "EXAT", "PXAT"];

/// Names of a parent's types and replies, in scope in its child.
#[derive(Default)]
pub(crate) struct Inherited {
    pub(crate) types: HashSet<String>,
    pub(crate) replies: HashSet<String>,
}

/// How messages call a row.
pub(crate) fn row_name(row: &CallRow) -> String {
    let name = row.name.first().map_or("?", String::as_str);
    row.on.as_ref().map_or_else(|| name.to_owned(), |on| format!("{on}.{name}"))
}

/// Checks a file.
pub(crate) fn check(file: &ClientFile, inherited: &Inherited) -> Result<(), Fault> {
    let head = &file.client;
    if head.packages.is_empty() || head.packages.iter().any(String::is_empty) {
        return Err(Fault::NoPackages);
    }
    let models_the_language = head.packages.iter().any(|p| p == "std");
    if head.triggers.is_empty() && !models_the_language && !file.calls.iter().all(|row| is_background(&row.does)) {
        return Err(Fault::NoTriggers);
    }
    if let Some(word) = head.triggers.iter().find(|word| word.len() < 3) {
        return Err(Fault::ShortTrigger(word.clone()));
    }
    if let Some(name) = head.phrases.keys().find(|name| !PHRASES.contains(&name.as_str())) {
        return Err(unknown("[client.phrases]", "phrase", name));
    }

    let mut types = inherited.types.clone();
    let mut own = HashSet::new();
    for row in &file.types {
        if row.names.is_empty() {
            return Err(Fault::NoName { row: "[[type]]".to_owned() });
        }
        for name in &row.names {
            if !own.insert(name.clone()) {
                return Err(Fault::DuplicateName { kind: "type", name: name.clone() });
            }
            types.insert(name.clone());
        }
    }
    if let Some(name) = head.globals.values().find(|name| !types.contains(*name)) {
        return Err(unknown("[client.globals]", "type", name));
    }
    for row in &file.types {
        if let Some(name) = row.like.iter().find(|name| !types.contains(*name)) {
            return Err(unknown(&row.names[0], "type", name));
        }
    }

    let mut replies = inherited.replies.clone();
    let mut own = HashSet::new();
    for row in &file.replies {
        if !own.insert(row.name.clone()) {
            return Err(Fault::DuplicateName { kind: "reply", name: row.name.clone() });
        }
        replies.insert(row.name.clone());
    }
    for row in &file.replies {
        if let Some(name) = row.reads_as.values().chain(row.by_type.values()).find(|name| !replies.contains(*name)) {
            return Err(unknown(&row.name, "reply", name));
        }
        if let Some(kind) = row.by_type.keys().find(|kind| !DECLARED.contains(&kind.as_str())) {
            return Err(unknown(&row.name, "kind of type", kind));
        }
        let words = row.direct.iter().chain(row.accessors.values().flatten());
        check_results(&row.name, words)?;
    }

    let mut seen = HashSet::new();
    for row in &file.calls {
        let name = row_name(row);
        if row.name.is_empty() || row.name.iter().any(String::is_empty) {
            return Err(Fault::NoName { row: name });
        }
        for n in &row.name {
            if !seen.insert((row.on.as_deref(), n.as_str(), row.min_args)) {
                return Err(Fault::Duplicate { row: name, min_args: row.min_args });
            }
        }
        check_row(row, &name, &types, &replies)?;
    }
    Ok(())
}

/// What matters only beside a lock, and so leads nobody to a file.
fn is_background(does: &Does) -> bool {
    matches!(
        does,
        Does::Value(_)
            | Does::Sleeps { .. }
            | Does::Context(_)
            | Does::NoReturn
            | Does::Panics
            | Does::Asserts { .. }
            | Does::Tells
            | Does::Calls { .. }
            | Does::Limits { .. }
            | Does::Spawns { .. }
            | Does::Joins
            | Does::Timer { .. }
            | Does::Stops
            | Does::Cancels { .. }
            | Does::MakesFlight { .. }
            | Does::Remote { .. }
            | Does::Makes { .. }
            | Does::Cache { .. }
            | Does::Option { .. }
            | Does::Sets { .. }
            | Does::Becomes { .. }
            | Does::Appends { .. }
    )
}

fn check_row(row: &CallRow, name: &str, types: &HashSet<String>, replies: &HashSet<String>) -> Result<(), Fault> {
    if let Some(on) = row.on.as_ref().filter(|on| !types.contains(*on)) {
        return Err(unknown(name, "type", on));
    }
    if row.max_args.is_some_and(|most| most < row.min_args) {
        return Err(Fault::Arity { row: name.to_owned() });
    }
    if !example_calls(row) {
        return Err(Fault::BadExample { row: name.to_owned() });
    }
    if let Some(context) = &row.context {
        check_path(row, name, context)?;
    }
    for path in row.ignored.iter().chain(&row.telling) {
        check_path(row, name, path)?;
    }
    let mut fault = None;
    let mut does = row.does.clone();
    parts(&mut does, &mut |part| {
        let found = match part {
            Part::Path(path) => check_path(row, name, path),
            Part::Type(ty) if !types.contains(ty) => Err(unknown(name, "type", ty)),
            Part::Reply(reply) if !replies.contains(reply) => Err(unknown(name, "reply", reply)),
            Part::Gives(words) => check_results(name, words.iter()),
            Part::Outcome([word]) if is_raise(word) => Ok(()),
            Part::Outcome(words) => check_results(name, words.iter()),
            Part::Words(words) => check_words(name, words),
            Part::Time(time) => check_time(name, time),
            Part::Type(_) | Part::Reply(_) => Ok(()),
        };
        if let Err(found) = found {
            fault.get_or_insert(found);
        }
    });
    fault.map_or(Ok(()), Err)
}

fn check_path(row: &CallRow, name: &str, text: &str) -> Result<(), Fault> {
    let bad = || Fault::BadPath { row: name.to_owned(), path: text.to_owned() };
    let path = AccessPath::parse(text).ok_or_else(bad)?;
    match (path.base, row.max_args) {
        (Base::Receiver, _) if row.on.is_none() => Err(Fault::NoReceiver { row: name.to_owned() }),
        (Base::Arg(n) | Base::Rest(n), Some(most)) if n > most => {
            Err(Fault::BeyondArguments { row: name.to_owned(), path: text.to_owned(), most })
        }
        _ => Ok(()),
    }
}

fn check_words(name: &str, words: &[WordRow]) -> Result<(), Fault> {
    for pair in words.windows(2) {
        if let [WordRow::Text(word), WordRow::Text(path)] = pair
            && TIME_WORDS.contains(&word.as_str())
            && is_path(path)
        {
            return Err(Fault::NoUnit { row: name.to_owned(), path: path.clone(), word: word.clone() });
        }
    }
    Ok(())
}

/// The word before a time is one, or a path; the unit is the word's to say only where it is a path.
fn check_time(name: &str, time: &TtlRow) -> Result<(), Fault> {
    let word = time.word.as_deref().unwrap_or_default();
    if !word.is_empty() && !is_path(word) && !TIME_WORDS.contains(&word) {
        return Err(unknown(name, "time word", word));
    }
    if is_path(word) != (time.unit == Unit::Word) {
        let (row, path) = (name.to_owned(), time.ttl.clone());
        return Err(Fault::NoUnit { row, path, word: word.to_owned() });
    }
    Ok(())
}

fn is_raise(word: &str) -> bool {
    word == "raises" || word.strip_prefix("raises:").is_some_and(|name| !name.is_empty())
}

fn check_results<'a>(name: &str, mut words: impl Iterator<Item = &'a String>) -> Result<(), Fault> {
    let known = |word: &str| RESULTS.contains(&word) || word.strip_prefix("error:").is_some_and(|e| !e.is_empty());
    words.find(|word| !known(word)).map_or(Ok(()), |word| Err(unknown(name, "result", word)))
}

/// Whether the example is call text that names the row: one of its names, followed by an argument list.
fn example_calls(row: &CallRow) -> bool {
    let text = row.example.as_str();
    let mut depth = 0_i32;
    for c in text.chars() {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth < 0 {
            return false;
        }
    }
    if depth != 0 {
        return false;
    }
    row.name.iter().any(|name| {
        let short = name.rsplit(['.', '/', ':']).next().unwrap_or(name);
        // Any method; the object itself; a function that the module exports by default, under a name of one's own.
        if matches!(short, "*" | "()" | "default") {
            return text.contains('(') && (short != "*" || text.contains('.'));
        }
        if short == "new" && constructs(text) {
            return true;
        }
        text.match_indices(short).any(|(at, _)| {
            let after = &text[at + short.len()..];
            let before = text[..at].chars().next_back();
            let starts = !before.is_some_and(|c| c.is_alphanumeric() || c == '_');
            // Go and Rust put type arguments between a name and its arguments.
            starts
                && (after.starts_with('(')
                    || after.starts_with('[')
                    || after.starts_with('<')
                    || after.starts_with("::<"))
        })
    })
}

/// Whether there is a `new Class(…)` in it.
fn constructs(text: &str) -> bool {
    text.match_indices("new ").any(|(at, word)| {
        let class = &text[at + word.len()..];
        let name = class.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).map_or("", |end| &class[..end]);
        !name.is_empty() && class[name.len()..].starts_with(['(', '<'])
    })
}

fn unknown(row: &str, kind: &'static str, name: &str) -> Fault {
    Fault::Unknown { row: row.to_owned(), kind, name: name.to_owned() }
}
