//! Faults of the section and of the heartbeat.

use super::Place;
use super::words::{Words, quoted, script};
use crate::edit::Edit;
use crate::syntax::{Kind, Language, Node};
use dogpile_analysis::lifecycle::{Guard, OnLoss, Renewal, WaitBound};

/// Renews without a look.
const BLIND: &str = "return redis.call(\"pexpire\", KEYS[1], ARGV[2])";

fn insert_before(place: &Place<'_>, at: &Node, text: &str) -> Vec<Edit> {
    vec![Edit::insert(at.span.start, format!("{text}\n{}", place.indent(at)))]
}

/// Within an asynchronous function of Rust.
fn is_async(place: &Place<'_>, node: &Node) -> bool {
    let path = place.tree.path(&node.span);
    let function = path.iter().rev().find(|n| matches!(n.kind, Kind::Function | Kind::Closure));
    function.is_some_and(|f| place.text[f.span.start..].split('{').next().is_some_and(|head| head.contains("async ")))
}

pub(super) fn long_work(place: &Place<'_>) -> Option<Vec<Edit>> {
    let lock = place.lock;
    let ms = lock.acquire.ttl.known_ms()?.checked_mul(3)?;
    let renewed = lock.acquire.auto_renews || lock.renewals.iter().any(|r| r.same_session);
    let work = place.work()?;
    let sleeps = place.language != Language::Go || place.text.contains("\"time\"");
    if renewed || lock.section.limit.is_some() || !sleeps {
        return None;
    }
    let text = match place.language {
        Language::Go => format!("time.Sleep({ms} * time.Millisecond)"),
        Language::TypeScript => format!("await new Promise((done) => setTimeout(done, {ms}));"),
        Language::Rust if is_async(place, work) => {
            format!("tokio::time::sleep(std::time::Duration::from_millis({ms})).await;")
        }
        Language::Rust => format!("std::thread::sleep(std::time::Duration::from_millis({ms}));"),
    };
    Some(insert_before(place, work, &text))
}

pub(super) fn data_key(place: &Place<'_>) -> Option<Vec<Edit>> {
    let words = command(place).filter(|_| released(place))?;
    let work = place.work().filter(|work| place.sees(words.call, work))?;
    let Words { client, context, .. } = &words;
    let key = place.say(words.words.first()?);
    let text = match place.language {
        Language::Go if context.is_empty() || !place.text.contains("\"time\"") => return None,
        Language::Go => format!("{client}.Set({context}, {key}, made(), time.Hour)"),
        Language::TypeScript => {
            // As this client writes options.
            let options = words.words.iter().find(|w| w.raw == "object").map(|w| place.say(w));
            let lease = match options {
                Some(text) if text.contains("nx:") => "{ ex: 3600 }",
                Some(_) => "{ EX: 3600 }",
                None => "'EX', 3600",
            };
            format!("await {client}.set({key}, await made(), {lease});")
        }
        Language::Rust => {
            let call = place.say(words.call);
            let (query, wait) = if call.contains("_async") { ("query_async", ".await") } else { ("query", "") };
            format!(
                "let _: () = redis::cmd(\"SET\").arg({key}).arg(crate::made()).arg(\"EX\").arg(3600).{query}({client}){wait}?;"
            )
        }
    };
    Some(insert_before(place, work, &text))
}

/// The acquire's own command, sent by the function that does the work.
fn command<'p>(place: &Place<'p>) -> Option<Words<'p>> {
    let lock = place.lock;
    // What is queued with other commands has no reply of its own.
    if lock.acquire.expiry_same_step
        || lock.acquire.library
        || !lock.acquire.site.via.is_empty()
        || !lock.acquire.site.command.starts_with("SET")
    {
        return None;
    }
    Words::of(place, place.call(&lock.acquire.site)?)
}

pub(super) fn nested(place: &Place<'_>) -> Option<Vec<Edit>> {
    let words = command(place)?;
    let work = place.work().filter(|work| place.sees(words.call, work))?;
    let sent = place.say(words.call);
    let text = match place.language {
        Language::Go => format!("if again, err := {sent}.Result(); err != nil || !again {{\n\t\tpanic(\"held\")\n\t}}"),
        Language::TypeScript => format!("if (!(await {sent})) throw new Error('held');"),
        Language::Rust => {
            let wait = if sent.contains("_async") { ".await" } else { "" };
            format!("let again: Option<String> = {sent}{wait}?;\n    if again.is_none() {{ panic!(\"held\"); }}")
        }
    };
    let waits = lock_waits(place);
    (!waits && released(place)).then(|| insert_before(place, work, &text))
}

/// The function gives the lock back: without that it is a mark, or a leader's lease, for which other things are right.
fn released(place: &Place<'_>) -> bool {
    place.lock.releases.iter().any(|r| r.same_session)
}

fn lock_waits(place: &Place<'_>) -> bool {
    place.lock.wait.as_ref().is_some_and(|wait| wait.bound != WaitBound::None)
}

fn beats<'p>(place: &Place<'p>) -> impl Iterator<Item = &'p Renewal> {
    place.lock.renewals.iter().filter(|r| r.same_session && r.heartbeat)
}

pub(super) fn blind_renewal(place: &Place<'_>) -> Option<Vec<Edit>> {
    let renewals = place.lock.renewals.iter().filter(|r| r.same_session);
    renewals
        .filter(|r| r.guard == Guard::Atomic && r.site.command.starts_with("EVAL"))
        .find(|r| place.here(r.site.span).is_some())?;
    let scripts = script(place, &["expire", "pexpire"]);
    let edits: Vec<Edit> =
        scripts.iter().map(|node| Edit::replace(node.span.clone(), quoted(place, node, BLIND))).collect();
    (!edits.is_empty()).then_some(edits)
}

pub(super) fn slow(place: &Place<'_>) -> Option<Vec<Edit>> {
    let lease = place.lock.acquire.ttl.known_ms()?;
    let renewal = beats(place).find(|r| r.interval_ms.is_some())?;
    let every = renewal.interval_ms?;
    // A beat may give a longer lease than the acquire.
    let ms = lease.max(renewal.ttl_ms.unwrap_or(lease)).checked_mul(2)?;
    let span = place.here(renewal.beat)?;
    let function = place.tree.function(&span)?;
    let timers = ["NewTicker", "After", "NewTimer", "setInterval", "setTimeout", "sleep", "interval", "Sleep", "Tick"];
    for call in function.find(Kind::Call) {
        let name = call.child("function").map(|f| place.say(f)).unwrap_or_default();
        let name = name.rsplit(['.', ':']).next().unwrap_or_default();
        if !timers.contains(&name) {
            continue;
        }
        let given = &call.child("arguments")?.children;
        let Some(time) = given.last().filter(|t| t.kind != Kind::Closure) else { continue };
        let text = place.say(time);
        // A timer of something else is left alone.
        let told = text.contains(&(every / 1000).to_string()) || text.replace('_', "").contains(&every.to_string());
        if !told && text.chars().any(|c| c.is_ascii_digit()) && every % 1000 == 0 && !text.contains('/') {
            continue;
        }
        let slow = match place.language {
            Language::Go => format!("{ms}*time.Millisecond"),
            Language::TypeScript => ms.to_string(),
            Language::Rust => format!("std::time::Duration::from_millis({ms})"),
        };
        return Some(vec![Edit::replace(time.span.clone(), slow)]);
    }
    None
}

pub(super) fn immortal(place: &Place<'_>) -> Option<Vec<Edit>> {
    let renewal = beats(place).next()?;
    // Where a loss ends it, it ends soon after the release.
    if !released(place) || place.language == Language::Go && renewal.on_loss == OnLoss::Told {
        return None;
    }
    let span = place.here(renewal.beat)?;
    let taken = place.here(place.lock.acquire.site.outer())?;
    let function = place.tree.function(&span).filter(|f| f.span.start <= taken.start && taken.end <= f.span.end)?;
    let heads: &[&str] = match place.language {
        Language::Go => &["defer close(", "defer cancel()", "defer stop()", "close(", "cancel()", "stop()"],
        Language::TypeScript => &["clearInterval("],
        Language::Rust => &["beat.abort()", "heartbeat.abort()", "renewer.abort()", "renewal.abort()"],
    };
    let blocks = function.find(Kind::Block).flat_map(|b| b.children.iter());
    let stops = blocks.filter(|s| heads.iter().any(|head| place.say(s).starts_with(head)));
    // What ends the beat from within is no stop.
    let outside = stops.filter(|s| {
        let path = place.tree.path(&s.span);
        !path.iter().any(|n| {
            n.kind == Kind::Closure && n.span.start <= span.start && span.end <= n.span.end && n.span != function.span
        })
    });
    let edits: Vec<Edit> = outside.map(|s| Edit::replace(s.span.clone(), "")).collect();
    (!edits.is_empty()).then_some(edits)
}

/// The beat alone stays; what was done with its answer goes.
pub(super) fn lost_lease(place: &Place<'_>) -> Option<Vec<Edit>> {
    let renewal = beats(place).find(|r| r.on_loss == OnLoss::Told)?;
    let span = place.here(renewal.beat)?;
    let call = place.tree.around(&span, Kind::Call)?;
    let (block, statement) = place.statement(call)?;
    let end = if place.language == Language::Go { "" } else { ";" };
    let path = place.tree.path(&call.span);
    let depth = path.iter().rposition(|n| n.span == statement.span)?;
    // Up to `.Result()`, `?` and `.await`.
    let asked =
        path[depth..].iter().find(|n| n.kind == Kind::Call || n.raw == "await" || n.raw == "await_expression")?;
    let asked = place.say(asked);
    let at = block.children.iter().position(|s| s.span == statement.span)?;
    let discard = match place.language {
        Language::Go => asked.to_owned(),
        Language::TypeScript => format!("{asked}.catch(() => undefined)"),
        Language::Rust => format!("let _ = {asked}"),
    };
    let mut edits = vec![Edit::replace(statement.span.clone(), format!("{discard}{end}"))];
    let whole = statement.all().into_iter().take(3).any(|n| n.kind == Kind::If);
    if !whole {
        let next = block.children.get(at + 1).filter(|s| s.all().into_iter().take(2).any(|n| n.kind == Kind::If))?;
        edits.push(Edit::replace(next.span.clone(), ""));
    }
    Some(edits)
}

pub(super) fn escapes(place: &Place<'_>) -> Option<Vec<Edit>> {
    let lock = place.lock;
    let release = lock.releases.iter().find(|r| r.same_session && r.deferred)?;
    let work = place.work()?;
    // It is given back where the work is done, not before that by another.
    let released = place.outer_call(&release.site)?;
    let later = released.span.start > work.span.start || place.tree.around(&released.span, Kind::Defer).is_some();
    if !later || place.tree.function(&released.span)?.span != place.tree.function(&work.span)?.span {
        return None;
    }
    let text = place.say(work);
    // All of the work: what runs on beside other work may be right.
    let (block, _) = place.statement(work)?;
    let function = place.tree.function(&work.span)?;
    let body = function.child("body").is_some_and(|body| body.span == block.span);
    let tried = place
        .tree
        .path(&block.span)
        .iter()
        .any(|n| n.kind == Kind::Try && n.child("body").is_some_and(|b| b.span == block.span));
    let whole = body || tried;
    let last = block.children.iter().rfind(|n| n.raw != "comment").is_some_and(|n| n.span == work.span);
    if !whole || !last {
        return None;
    }
    let text = match place.language {
        Language::Go => {
            let call = text.strip_prefix("return ")?.trim();
            let one = function.child("result").is_some_and(|r| place.say(r) == "error");
            // Work that is told to stop, stops.
            let told =
                ["WithCancel(", "WithTimeout(", "WithDeadline("].iter().any(|word| place.say(function).contains(word));
            // `go a.Do().Err()` does it here and now: what a call is made on is computed before anything runs beside
            // (the language's specification, go statements).
            let here = call.contains(").");
            (one && !told && !here && call.ends_with(')') && !call.contains("func("))
                .then(|| format!("go {call}\n\treturn nil"))?
        }
        Language::TypeScript => {
            let call = text
                .strip_prefix("return ")
                .unwrap_or(text)
                .strip_prefix("await ")
                .filter(|c| !c.contains(".finally("))?;
            format!("void {call}")
        }
        Language::Rust => return None,
    };
    Some(vec![Edit::replace(work.span.clone(), text)])
}
