//! Walking the paths, row names and results of a call row.

use crate::contract::{AcquireRow, HandleRow};
use crate::does::{Does, KeysRow, Path, TtlRow, WordRow};
use crate::path::{AccessPath, Base};
use crate::row::CallRow;

/// What [`parts`] shows.
pub(crate) enum Part<'a> {
    /// An access path.
    Path(&'a mut Path),
    /// The row name of a type.
    Type(&'a str),
    /// The name of a reply row.
    Reply(&'a str),
    /// What the results are.
    Gives(&'a [String]),
    /// What the results are, or that there are none because it throws.
    Outcome(&'a [String]),
    /// The words of a command.
    Words(&'a [WordRow]),
    /// A time; its paths are shown too.
    Time(&'a TtlRow),
}

/// Whether a word is an access path rather than a literal.
pub(crate) fn is_path(word: &str) -> bool {
    word.starts_with('$') && word != "$name"
}

/// The same row for a client whose calls lack `dropped` leading arguments; an error names the path that went with them.
/// A row with no context among those arguments (`NewScript(text)`) keeps them all.
pub(crate) fn shifted(row: &CallRow, dropped: usize) -> Result<CallRow, String> {
    let mut row = row.clone();
    let context = row.context.as_deref().and_then(AccessPath::parse);
    if dropped == 0 || !matches!(context, Some(AccessPath { base: Base::Arg(n), .. }) if n <= dropped) {
        return Ok(row);
    }
    row.context = None;
    row.min_args = row.min_args.saturating_sub(dropped);
    row.max_args = row.max_args.map(|n| n.saturating_sub(dropped));
    let mut lost = None;
    parts(&mut row.does, &mut |part| {
        if let Part::Path(path) = part {
            match AccessPath::parse(path).and_then(|p| p.shifted(dropped)) {
                Some(new) => *path = new.to_string(),
                None => lost = Some(path.clone()),
            }
        }
    });
    for path in row.ignored.iter_mut().chain(&mut row.telling) {
        match AccessPath::parse(path).and_then(|p| p.shifted(dropped)) {
            Some(new) => *path = new.to_string(),
            None => lost = Some(path.clone()),
        }
    }
    lost.map_or(Ok(row), Err)
}

/// Shows every path, row name and result list of `does`.
pub(crate) fn parts(does: &mut Does, show: &mut dyn FnMut(Part<'_>)) {
    match does {
        Does::Command { words, reply, .. } => {
            each_word(words, show);
            show(Part::Reply(reply));
        }
        Does::MakesCommand { words, out, ty } => {
            each_word(words, show);
            option(out, show);
            if let Some(ty) = ty {
                show(Part::Type(ty));
            }
        }
        Does::MakesEval { script, keys, args, out } => {
            show(Part::Path(script));
            key_paths(keys, show);
            show(Part::Path(args));
            option(out, show);
        }
        Does::Pushes { words } | Does::Begins { words } => each_word(words, show),
        Does::Appends { lists } => lists.values_mut().for_each(|path| show(Part::Path(path))),
        Does::Becomes { ty } => show(Part::Type(ty)),
        Does::Executes { command, reply } => {
            show(Part::Path(command));
            show(Part::Reply(reply));
        }
        Does::Eval { script, keys, args, reply } => {
            show(Part::Path(script));
            key_paths(keys, show);
            show(Part::Path(args));
            show(Part::Reply(reply));
        }
        Does::DefinesCommand { name, script, keys, reply } => {
            [name, script, keys].into_iter().for_each(|path| show(Part::Path(path)));
            show(Part::Reply(reply));
        }
        Does::Makes { ty, keeps, defines, .. } => {
            show(Part::Type(ty));
            keeps.values_mut().for_each(|path| show(Part::Path(path)));
            if let Some(defines) = defines {
                show(Part::Path(&mut defines.each));
            }
        }
        Does::RunsQueued { function, ty } => {
            show(Part::Path(function));
            show(Part::Type(ty));
        }
        Does::Watches { function, gets, keys } => {
            show(Part::Path(function));
            gets.iter().for_each(|ty| show(Part::Type(ty)));
            show(Part::Path(keys));
        }
        Does::Option { sets } | Does::Sets { sets } => sets.values_mut().for_each(|path| show(Part::Path(path))),
        Does::Acquire(row) => acquire(row, show),
        Does::Release(row) | Does::Renew(row) => handle(row, show),
        Does::Flight { key, function, gives, .. } => {
            option(key, show);
            show(Part::Path(function));
            show(Part::Gives(gives));
        }
        Does::MakesFlight { function, .. } => show(Part::Path(function)),
        Does::Forgets { key } => show(Part::Path(key)),
        Does::Subscribes { channels, ty, function } => {
            show(Part::Path(channels));
            if let Some(ty) = ty {
                show(Part::Type(ty));
            }
            option(function, show);
        }
        Does::Waits { timeout, gives, .. } => {
            time(timeout, show);
            show(Part::Gives(gives));
        }
        Does::Cache { key, function, ttl, gives, .. } => {
            show(Part::Path(key));
            option(function, show);
            time(ttl, show);
            show(Part::Gives(gives));
        }
        Does::Converts { reply, error, to } => {
            show(Part::Path(reply));
            show(Part::Path(error));
            show(Part::Reply(to));
        }
        Does::Sleeps { time } | Does::Timer { time, .. } => each_time(time, show),
        Does::Cancels { handle } => show(Part::Path(handle)),
        Does::Context(row) => {
            option(&mut row.from, show);
            time(&mut row.timeout, show);
            if let Some(ty) = &row.handle {
                show(Part::Type(ty));
            }
            show(Part::Gives(&row.gives));
        }
        Does::Limits { future, time: limit } => {
            show(Part::Path(future));
            time(limit, show);
        }
        Does::Asserts { holds, equals } => {
            show(Part::Path(holds));
            option(equals, show);
        }
        Does::Calls { function, .. } => show(Part::Path(function)),
        Does::Spawns { function, after, .. } => {
            show(Part::Path(function));
            time(after, show);
        }
        Does::Transacts { function } => show(Part::Path(function)),
        Does::BeginsTransaction { ty: Some(ty), .. } => show(Part::Type(ty)),
        Does::BeginsTransaction { ty: None, .. } | Does::EndsTransaction { .. } => {}
        Does::Remote { timeout, sql, ty } => {
            time(timeout, show);
            option(sql, show);
            if let Some(ty) = ty {
                show(Part::Type(ty));
            }
        }
        Does::Flushes | Does::Value(_) | Does::NoReturn | Does::Panics | Does::Tells | Does::Joins | Does::Stops => {}
    }
}

fn acquire(row: &mut AcquireRow, show: &mut dyn FnMut(Part<'_>)) {
    show(Part::Path(&mut row.key));
    time(&mut row.ttl, show);
    if let Some(token) = &mut row.token
        && is_path(token)
    {
        show(Part::Path(token));
    }
    row.retries.iter_mut().chain(&mut row.limits).for_each(|path| show(Part::Path(path)));
    option(&mut row.runs, show);
    if let Some(ty) = &row.handle {
        show(Part::Type(ty));
    }
    time(&mut row.interval, show);
    show(Part::Gives(&row.passes));
    for outcome in [&row.won, &row.lost, &row.failed] {
        show(Part::Outcome(outcome));
    }
}

fn handle(row: &mut HandleRow, show: &mut dyn FnMut(Part<'_>)) {
    option(&mut row.key, show);
    time(&mut row.ttl, show);
    if let Some(ty) = &row.handle {
        show(Part::Type(ty));
    }
    for outcome in [&row.done, &row.lost, &row.failed] {
        show(Part::Outcome(outcome));
    }
}

fn each_word(words: &mut [WordRow], show: &mut dyn FnMut(Part<'_>)) {
    show(Part::Words(words));
    for word in words {
        match word {
            WordRow::Text(text) if is_path(text) => show(Part::Path(text)),
            WordRow::Text(_) => {}
            WordRow::Ttl(row) => each_time(row, show),
            WordRow::Map { map, words } => {
                show(Part::Path(map));
                words.values_mut().flatten().filter(|word| is_path(word)).for_each(|word| show(Part::Path(word)));
            }
            WordRow::When { when, .. } => show(Part::Path(when)),
            WordRow::Optional { optional } => show(Part::Path(optional)),
        }
    }
}

fn key_paths(keys: &mut KeysRow, show: &mut dyn FnMut(Part<'_>)) {
    match keys {
        KeysRow::List(path) | KeysRow::Flat { count: path } => show(Part::Path(path)),
        KeysRow::Kept { .. } => {}
    }
}

fn option(path: &mut Option<Path>, show: &mut dyn FnMut(Part<'_>)) {
    if let Some(path) = path {
        show(Part::Path(path));
    }
}

fn time(row: &mut Option<TtlRow>, show: &mut dyn FnMut(Part<'_>)) {
    if let Some(row) = row {
        each_time(row, show);
    }
}

fn each_time(row: &mut TtlRow, show: &mut dyn FnMut(Part<'_>)) {
    show(Part::Time(row));
    show(Part::Path(&mut row.ttl));
    if let Some(word) = row.word.as_mut().filter(|word| is_path(word)) {
        show(Part::Path(word));
    }
}
