//! Faults of the acquire.

use super::Place;
use super::words::{Words, links};
use crate::edit::Edit;
use crate::syntax::{Kind, Language, Node};
use dogpile_analysis::lifecycle::{Guard, TokenKind, Ttl};

/// What drops the TTL from the acquire, and the TTL's own text.
fn dropped<'p>(place: &Place<'p>) -> Option<(Vec<Edit>, Words<'p>, &'p str)> {
    let call = place.call(&place.lock.acquire.site)?;
    let words = Words::of(place, call)?;
    if let Some((edits, ttl)) =
        option(place, &words).or_else(|| property(place, &words)).or_else(|| chained(place, call))
    {
        return Some((edits, words, ttl));
    }
    let function = words.call.child("function").map(|f| place.say(f)).unwrap_or_default();
    if place.language == Language::Go && function.ends_with(".SetNX") {
        let ttl: &'p Node = words.words.get(2)?;
        return Some((vec![Edit::replace(ttl.span.clone(), "0")], words, place.say(ttl)));
    }
    None
}

fn unquoted<'p>(place: &Place<'p>, node: &Node) -> &'p str {
    place.say(node).trim_matches(['"', '\'', '`'])
}

fn is_unit(word: &str) -> bool {
    matches!(word.to_uppercase().as_str(), "PX" | "EX")
}

/// `"PX", ttl` among the words.
fn option<'p>(place: &Place<'p>, words: &Words<'p>) -> Option<(Vec<Edit>, &'p str)> {
    let at = words.words.iter().position(|w| w.kind == Kind::Text && is_unit(unquoted(place, w)))?;
    let (unit, ttl) = (words.words[at], *words.words.get(at + 1)?);
    let edits = if place.language == Language::Rust {
        // Each word is a call of its own.
        let chain = links(words.call);
        let has = |node: &Node| {
            chain.iter().find(|link| {
                link.child("arguments").and_then(|a| a.children.first()).is_some_and(|a| a.span == node.span)
            })
        };
        [has(unit)?, has(ttl)?]
            .map(|link| link.child("receiver").map(|r| Edit::replace(r.span.end..link.span.end, "")))
            .into_iter()
            .flatten()
            .collect()
    } else {
        let before = words.words.get(at.checked_sub(1)?)?;
        vec![Edit::replace(before.span.end..ttl.span.end, "")]
    };
    Some((edits, place.say(ttl)))
}

/// `{ NX: true, PX: ttl }`, `redis.SetArgs{TTL: ttl}`.
fn property<'p>(place: &Place<'p>, words: &Words<'p>) -> Option<(Vec<Edit>, &'p str)> {
    let pairs = words.call.all().into_iter().filter(|n| matches!(n.raw, "pair" | "keyed_element"));
    let pair = pairs.into_iter().find(|pair| {
        let key = pair.children.first().map(|k| place.say(k)).unwrap_or_default();
        is_unit(key) || matches!(key, "expiration" | "TTL")
    })?;
    let ttl = pair.children.last()?;
    let rest = &place.text[pair.span.end..];
    let comma = if rest.trim_start().starts_with(',') { rest.find(',').map_or(0, |n| n + 1) } else { 0 };
    let before = if comma == 0 {
        place.text[..pair.span.start].trim_end().strip_suffix(',').map_or(pair.span.start, str::len)
    } else {
        pair.span.start
    };
    Some((vec![Edit::replace(before..pair.span.end + comma, "")], place.say(ttl)))
}

/// `.with_expiration(SetExpiry::PX(ttl))`.
fn chained<'p>(place: &Place<'p>, call: &'p Node) -> Option<(Vec<Edit>, &'p str)> {
    let links = call.find(Kind::Call);
    let link =
        links.into_iter().find(|link| link.child("method").is_some_and(|m| place.say(m) == "with_expiration"))?;
    let receiver = link.child("receiver")?;
    let given = link.child("arguments")?.children.first()?;
    let ttl = given.child("arguments").and_then(|a| a.children.first()).unwrap_or(given);
    Some((vec![Edit::replace(receiver.span.end..link.span.end, "")], place.say(ttl)))
}

pub(super) fn without_expiry(place: &Place<'_>) -> Option<Vec<Edit>> {
    dropped(place).map(|(edits, ..)| edits)
}

/// The EXPIRE comes where the work begins.
pub(super) fn late_expiry(place: &Place<'_>) -> Option<Vec<Edit>> {
    let (mut edits, words, ttl) = dropped(place)?;
    let work = place.work().filter(|work| place.sees(words.call, work))?;
    // What is queued with other commands is sent with them, at once.
    if place.lock.acquire.expiry_same_step || place.lock.acquire.site.span != place.lock.acquire.site.outer() {
        return None;
    }
    let key = place.say(words.words.first()?);
    let Words { client, context, .. } = &words;
    let sent = match place.language {
        Language::Go if context.is_empty() => return None,
        Language::Go => format!("{client}.Expire({context}, {key}, {ttl})"),
        Language::TypeScript => format!("await {client}.expire({key}, {ttl});"),
        Language::Rust => {
            let call = place.say(words.call);
            let (query, wait) = if call.contains("_async") { ("query_async", ".await") } else { ("query", "") };
            format!("let _: () = redis::cmd(\"EXPIRE\").arg({key}).arg({ttl}).{query}({client}){wait}?;")
        }
    };
    edits.push(Edit::insert(work.span.start, format!("{sent}\n{}", place.indent(work))));
    Some(edits)
}

pub(super) fn constant_token(place: &Place<'_>) -> Option<Vec<Edit>> {
    let token = &place.lock.acquire.token;
    let fresh = matches!(token.kind, TokenKind::Fresh | TokenKind::Clock | TokenKind::PerHandle);
    let compared = place.lock.releases.iter().any(|r| r.same_session && r.guard == Guard::Atomic);
    if !fresh || !compared || place.lock.acquire.library {
        return None;
    }
    let span = place.here(token.span?)?;
    let text = place.text.get(span.clone())?;
    let literal = match place.language {
        Language::Go => "\"locked\"",
        Language::TypeScript => "'locked'",
        Language::Rust if text.contains("to_string") || text.contains("format!") => "\"locked\".to_string()",
        Language::Rust => "\"locked\"",
    };
    // A template or a sum of parts is replaced whole, a part of one is a part still.
    let path = place.tree.path(&span);
    let part =
        path.iter().any(|n| matches!(n.raw, "template_substitution" | "macro" | "binary_expression") && n.span != span);
    (!part && text.contains('(') || text.contains('`')).then(|| vec![Edit::replace(span, literal)])
}

pub(super) fn wrong_unit(place: &Place<'_>) -> Option<Vec<Edit>> {
    let Ttl::Known { span, text, default: false, ms } = &place.lock.acquire.ttl else { return None };
    let span = place.here(*span)?;
    if place.language == Language::Go {
        let number: String = text.chars().take_while(char::is_ascii_digit).collect();
        let typed = text.contains("time.Second") || text.contains("time.Minute");
        // A constant keeps the unit in its type only where it is one.
        let plain = typed && !number.is_empty() && place.text.get(span.clone()) == Some(text);
        return (plain && !place.lock.acquire.library).then(|| vec![Edit::replace(span, number)]);
    }
    let call = place.call(&place.lock.acquire.site)?;
    let words = Words::of(place, call)?;
    let unit = words.words.iter().position(|w| w.kind == Kind::Text && unquoted(place, w).eq_ignore_ascii_case("PX"));
    let pair = words.call.raw("pair").find(|pair| pair.children.first().is_some_and(|k| place.say(k) == "PX"));
    let ttl = unit.and_then(|at| words.words.get(at + 1).copied()).or(pair.and_then(|pair| pair.children.last()))?;
    if place.language == Language::TypeScript {
        return Some(vec![Edit::insert(ttl.span.start, "Date.now() + ")]);
    }
    let unit = words.words.get(unit?)?;
    let millis = format!("std::time::Duration::from_millis({ms}).as_millis() as u64");
    Some(vec![Edit::replace(unit.span.clone(), "\"EX\""), Edit::replace(ttl.span.clone(), millis)])
}

pub(super) fn check_then_set(place: &Place<'_>) -> Option<Vec<Edit>> {
    // What nobody gives back is a mark, and a mark may be read first.
    place.lock.releases.iter().find(|r| r.same_session)?;
    let call = place.call(&place.lock.acquire.site)?;
    let words = Words::of(place, call)?;
    let Words { client, context, .. } = &words;
    let (key, token) = (place.say(words.words.first()?), place.say(words.words.get(1)?));
    match place.language {
        Language::Go => {
            let ttl = place.say(words.words.get(2)?);
            let path = place.tree.path(&words.call.span);
            let result =
                path.iter().rev().take(3).find(|n| place.say(n).ends_with(".Result()") && n.kind == Kind::Call)?;
            if context.is_empty() || !place.say(words.call.child("function")?).ends_with(".SetNX") {
                return None;
            }
            let body = format!(
                "func() (bool, error) {{\n\t\theld, err := {client}.Exists({context}, {key}).Result()\n\t\tif err != nil || held > 0 {{\n\t\t\treturn false, err\n\t\t}}\n\t\tif err := {client}.Set({context}, {key}, {token}, {ttl}).Err(); err != nil {{\n\t\t\treturn false, err\n\t\t}}\n\t\treturn true, nil\n\t}}()"
            );
            Some(vec![Edit::replace(result.span.clone(), body)])
        }
        Language::TypeScript => {
            let sent = place.say(words.call);
            let start = words.call.span.start;
            let nx = words.words.iter().find(|w| w.kind == Kind::Text && unquoted(place, w).eq_ignore_ascii_case("NX"));
            let pair = words.call.raw("pair").find(|pair| place.say(pair).starts_with("NX:"));
            let gone = nx.copied().or(pair)?;
            let (from, to) = (gone.span.start - start, gone.span.end - start);
            let head = sent[..from].trim_end();
            let rest = sent[to..].trim_start();
            let plain = match head.strip_suffix(',') {
                Some(head) => format!("{head}{rest}"),
                None => format!("{head} {}", rest.strip_prefix(',').unwrap_or(rest)),
            };
            let waits =
                place.tree.path(&words.call.span).iter().rev().nth(1).is_some_and(|n| n.raw == "await_expression");
            waits.then(|| {
                vec![Edit::replace(
                    words.call.span.clone(),
                    format!("((await {client}.exists({key})) ? null : {plain})"),
                )]
            })
        }
        Language::Rust => {
            let sent = place.say(words.call);
            let plain = sent.replacen(".arg(\"NX\")", "", 1);
            let wait = if sent.contains("_async") { return None } else { "" };
            (plain != sent).then(|| {
                let body = format!("{{\n        let held: bool = redis::cmd(\"EXISTS\").arg({key}).query({client}){wait}?;\n        if held {{\n            return Ok(Default::default());\n        }}\n        {plain}\n    }}");
                vec![Edit::replace(words.call.span.clone(), body)]
            })
        }
    }
}
