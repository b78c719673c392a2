//! Faults of the release.

use super::Place;
use super::words::{Words, quoted, script};
use crate::edit::Edit;
use crate::syntax::{Kind, Language, Node};
use dogpile_analysis::lifecycle::{Guard, Release};

/// Deletes without a look.
const BLIND: &str = "return redis.call(\"del\", KEYS[1])";

fn guarded<'p>(place: &Place<'p>) -> impl Iterator<Item = &'p Release> {
    place.lock.releases.iter().filter(|r| r.same_session && r.guard == Guard::Atomic)
}

/// A script's key and token, and what sends it.
struct Sent<'p> {
    call: &'p Node,
    client: String,
    context: &'p str,
    key: String,
    token: String,
}

fn sent<'p>(place: &Place<'p>, release: &Release) -> Option<Sent<'p>> {
    if !release.site.command.starts_with("EVAL") {
        return None;
    }
    let call = place.call(&release.site)?;
    let words = Words::of(place, call)?;
    let inside = |node: &Node| node.children.iter().map(|c| place.say(c).to_owned()).collect::<Vec<_>>();
    let (client, key, token) = match place.language {
        Language::Go => {
            let list = words.words.iter().position(|w| place.say(w).starts_with("[]string{"))?;
            let key = place.say(words.words[list]).strip_prefix("[]string{")?.strip_suffix('}')?.to_owned();
            let token = place.say(words.words.get(list + 1)?).to_owned();
            // `script.Run(ctx, rdb, …)` or `rdb.Eval(ctx, script, …)`.
            let method = place.say(call.child("function")?).rsplit('.').next().unwrap_or_default();
            let own = method == "Run" || method == "EvalSha" && list == 1;
            let client = if own { place.say(words.words.first()?) } else { words.client };
            (client.to_owned(), key, token)
        }
        Language::TypeScript => {
            if words.words.len() >= 4 {
                (words.client.to_owned(), place.say(words.words[2]).to_owned(), place.say(words.words[3]).to_owned())
            } else {
                let lists: Vec<Vec<String>> = words.call.raw("array").map(inside).collect();
                let [keys, tokens] = &lists[..] else { return None };
                (words.client.to_owned(), keys.first()?.clone(), tokens.first()?.clone())
            }
        }
        Language::Rust => {
            let [key, token] = words.words[..] else { return None };
            (words.client.to_owned(), place.say(key).to_owned(), place.say(token).to_owned())
        }
    };
    (!key.contains(',')).then_some(Sent { call: words.call, client, context: words.context, key, token })
}

fn query(place: &Place<'_>, call: &Node) -> (&'static str, bool) {
    let wait = place.say(call).contains("_async");
    if wait { ("query_async", true) } else { ("query", false) }
}

fn del(place: &Place<'_>, sent: &Sent<'_>) -> Option<String> {
    let Sent { client, context, key, .. } = sent;
    Some(match place.language {
        Language::Go if context.is_empty() => format!("{client}.Del({key})"),
        Language::Go => format!("{client}.Del({context}, {key})"),
        Language::TypeScript => format!("{client}.del({key})"),
        Language::Rust => format!("redis::cmd(\"DEL\").arg({key}).{}({client})", query(place, sent.call).0),
    })
}

pub(super) fn plain_del(place: &Place<'_>) -> Option<Vec<Edit>> {
    let sent = guarded(place).find_map(|release| sent(place, release))?;
    Some(vec![Edit::replace(sent.call.span.clone(), del(place, &sent)?)])
}

pub(super) fn blind_script(place: &Place<'_>) -> Option<Vec<Edit>> {
    guarded(place).find(|r| r.site.command.starts_with("EVAL") && place.here(r.site.span).is_some())?;
    let scripts = script(place, &["del", "unlink"]);
    let edits: Vec<Edit> =
        scripts.iter().map(|node| Edit::replace(node.span.clone(), quoted(place, node, BLIND))).collect();
    (!edits.is_empty()).then_some(edits)
}

pub(super) fn non_atomic(place: &Place<'_>) -> Option<Vec<Edit>> {
    let sent = guarded(place).find_map(|release| sent(place, release))?;
    let Sent { client, context, key, token, call } = &sent;
    let del = del(place, &sent)?;
    let text = match place.language {
        Language::Go if context.is_empty() => return None,
        Language::Go => format!(
            "func() *redis.IntCmd {{\n\t\tif holder, err := {client}.Get({context}, {key}).Result(); err != nil || holder != {token} {{\n\t\t\treturn nil\n\t\t}}\n\t\treturn {del}\n\t}}()"
        ),
        Language::TypeScript => format!("(async () => ((await {client}.get({key})) === {token} ? await {del} : 0))()"),
        Language::Rust => {
            let (query, wait) = query(place, call);
            let (open, wait) = if wait { ("async ", ".await") } else { ("", "") };
            let token = token.trim_start_matches('&');
            format!(
                "{open}{{\n        let holder: Option<String> = redis::cmd(\"GET\").arg({key}).{query}({client}){wait}?;\n        if holder.as_deref() == Some({token}.as_str()) {{ {del}{wait} }} else {{ Ok(Default::default()) }}\n    }}"
            )
        }
    };
    Some(vec![Edit::replace(call.span.clone(), text)])
}

pub(super) fn cancelled(place: &Place<'_>) -> Option<Vec<Edit>> {
    if place.language != Language::Go {
        return None;
    }
    let release = place.lock.releases.iter().find(|r| r.same_session && place.here(r.site.outer()).is_some())?;
    let call = place.outer_call(&release.site)?;
    let function = place.tree.function(&call.span)?;
    let context = function
        .raw("parameter_declaration")
        .find(|p| p.child("type").is_some_and(|t| place.say(t) == "context.Context"));
    let context = place.say(context?.child("name")?);
    let first = call.child("arguments")?.children.first()?;
    let text = place.say(first);
    let detached = text.starts_with("context.WithoutCancel(")
        || text == "context.Background()"
        || text.starts_with(concat!("context.TO", "DO"));
    detached.then(|| vec![Edit::replace(first.span.clone(), context)])
}

/// What stands behind the section gives the lock back, and an error leaves before it.
pub(super) fn leaked(place: &Place<'_>) -> Option<Vec<Edit>> {
    let release = place.lock.releases.iter().find(|r| r.same_session && place.here(r.site.outer()).is_some())?;
    let call = place.outer_call(&release.site)?;
    let acquire = place.outer_call(&place.lock.acquire.site)?;
    let function = place.tree.function(&call.span)?;
    if place.tree.function(&acquire.span)?.span != function.span {
        return None;
    }
    let path = place.tree.path(&call.span);
    match place.language {
        Language::Go => {
            let result = function.child("result").map(|r| place.say(r))?;
            let leave = "if err := checkedZq(); err != nil {\n\t\treturn err\n\t}\n\t";
            if result != "error" || path.iter().filter(|n| n.kind == Kind::Closure).count() > 1 {
                return None;
            }
            if let Some(defer) = path.iter().find(|n| n.kind == Kind::Defer) {
                let block = function.child("body").filter(|body| body.children.iter().any(|s| s.span == defer.span))?;
                let last =
                    block.children.last().filter(|s| s.kind == Kind::Return && defer.span.end <= s.span.start)?;
                let body = place.say(defer).strip_prefix("defer")?.trim();
                let value = place.say(last).strip_prefix("return")?.trim();
                let text = format!("if err := {value}; err != nil {{\n\t\treturn err\n\t}}\n\t{body}\n\treturn nil");
                let text = if value == "nil" { format!("{leave}{body}\n\treturn nil") } else { text };
                return Some(vec![Edit::replace(defer.span.clone(), ""), Edit::replace(last.span.clone(), text)]);
            }
            let (_, statement) = place.statement(call)?;
            (statement.span.start > acquire.span.end && path.iter().all(|n| n.kind != Kind::Closure))
                .then(|| vec![Edit::insert(statement.span.start, leave)])
        }
        Language::TypeScript => {
            let tried = path.iter().find(|n| n.kind == Kind::Try)?;
            let last = tried.children.iter().find(|c| c.raw == "finally_clause")?;
            let body = tried.child("body")?;
            if tried.child("handler").is_some()
                || !(last.span.start <= call.span.start && call.span.end <= last.span.end)
            {
                return None;
            }
            let inner = place.say(last.children.last()?);
            let inner = inner.strip_prefix('{')?.strip_suffix('}')?;
            let mut edits = vec![
                Edit::replace(tried.span.start..body.span.start, ""),
                Edit::replace(body.span.end..last.span.end, ""),
                Edit::insert(body.span.start + 1, "\n    if (checkedZq()) return undefined;\n"),
            ];
            match body.children.last().filter(|s| s.kind == Kind::Return) {
                Some(given) => {
                    let value = place.say(given).strip_prefix("return")?.trim().trim_end_matches(';');
                    let value = if value.is_empty() { "undefined" } else { value };
                    edits.push(Edit::replace(
                        given.span.clone(),
                        format!("const madeZq = {value};{inner}return madeZq;"),
                    ));
                }
                None => edits.push(Edit::insert(body.span.end - 1, inner)),
            }
            Some(edits)
        }
        Language::Rust => {
            let head = &place.text[function.span.start..function.child("body")?.span.start];
            let (_, statement) = place.statement(call)?;
            // What `Drop` gives back is given back on every way out.
            let dropped = place.lock.releases.iter().any(|r| r.same_session && r.deferred);
            let same = path.iter().all(|n| n.kind != Kind::Closure) && head.contains("Result") && !dropped;
            (same && statement.span.start > acquire.span.end).then(|| {
                vec![Edit::insert(statement.span.start, format!("crate::checked()?;\n{}", place.indent(statement)))]
            })
        }
    }
}

/// A DEL of the key right behind the acquire, deferred or in a `finally`, before anybody looked whether it was won.
pub(super) fn unheld(place: &Place<'_>) -> Option<Vec<Edit>> {
    let acquire = place.call(&place.lock.acquire.site)?;
    let site = &place.lock.acquire.site;
    // Without NX everybody gets it.
    if !site.via.is_empty()
        || place.lock.acquire.library
        || !site.command.starts_with("SET")
        || !site.command.contains("NX")
    {
        return None;
    }
    let words = Words::of(place, acquire)?;
    let key = place.say(words.words.first()?);
    let Words { client, context, .. } = &words;
    let (block, statement) = place.statement(acquire)?;
    // `servers.map((server) => server.set(…))`: the block does not know the server.
    if !place.sees(acquire, block) {
        return None;
    }
    // Where losers end the process, no `finally` runs.
    if place.language == Language::TypeScript && place.say(block).contains("process.exit(") {
        return None;
    }
    let tested = statement.all().iter().any(|n| n.kind == Kind::If);
    if tested && place.language != Language::TypeScript {
        return None;
    }
    match place.language {
        Language::Go if context.is_empty() || statement.kind == Kind::Return => None,
        Language::Go => Some(vec![Edit::insert(
            statement.span.end,
            format!("\n{}defer {client}.Del({context}, {key})", place.indent(statement)),
        )]),
        Language::TypeScript => {
            let end = block.span.end - 1;
            // What the block declares must be seen where it ends.
            let declares = statement.raw == "lexical_declaration";
            let start = if declares { statement.span.end } else { statement.span.start };
            (statement.kind != Kind::Return).then(|| {
                vec![
                    Edit::insert(start, "\n  try {\n"),
                    Edit::insert(end, format!("\n  }} finally {{ await {client}.del({key}); }}\n")),
                ]
            })
        }
        Language::Rust => None,
    }
}
