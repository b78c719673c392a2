//! What a call is made of, whichever way its client spells commands.

use super::Place;
use crate::syntax::{Kind, Language, Node};

/// A command sent by a call: who sends it, and its words behind the command's name.
pub(super) struct Words<'p> {
    /// The whole call, without what is asked of its reply.
    pub(super) call: &'p Node,
    /// The client, as written.
    pub(super) client: &'p str,
    /// The context, in Go.
    pub(super) context: &'p str,
    /// Key, token, options.
    pub(super) words: Vec<&'p Node>,
}

impl<'p> Words<'p> {
    pub(super) fn of(place: &Place<'p>, call: &'p Node) -> Option<Self> {
        match place.language {
            Language::Rust => rust(place, call),
            Language::Go | Language::TypeScript => sitter(place, call),
        }
    }
}

fn sitter<'p>(place: &Place<'p>, call: &'p Node) -> Option<Words<'p>> {
    let function = call.child("function")?;
    let object = function.child("operand").or(function.child("object"))?;
    let mut words: Vec<&Node> = call.child("arguments")?.children.iter().filter(|c| c.raw != "comment").collect();
    let mut context = "";
    let list = |at: usize| words.get(at).is_some_and(|w| place.say(w).starts_with("[]string{"));
    let sure = list(2) || words.len() == 4 && place.say(function).ends_with(".SetNX");
    if place.language == Language::Go && (sure || words.first().is_some_and(|w| is_context(place.say(w)))) {
        context = place.say(words.remove(0));
    }
    let sends = place.say(function).rsplit('.').next().unwrap_or_default();
    if matches!(sends, "Do" | "call" | "sendCommand") {
        words.remove(0);
    }
    Some(Words { call, client: place.say(object), context, words })
}

/// By what Go code calls them.
pub(super) fn is_context(text: &str) -> bool {
    text.starts_with("context.") || text.to_lowercase().ends_with("ctx") || text.ends_with("Context()")
}

/// `redis::cmd("SET").arg(…).arg(…).query(con)`: the words in order, whatever stands between.
fn rust<'p>(place: &Place<'p>, call: &'p Node) -> Option<Words<'p>> {
    let chain = links(call);
    let last = chain.iter().find(|link| {
        link.child("method").is_some_and(|m| ["query", "invoke", "exec"].iter().any(|w| place.say(m).starts_with(w)))
    })?;
    let client = place.say(last.child("arguments")?.children.first()?);
    let mut words = Vec::new();
    for link in chain.iter().rev() {
        let method = link.child("method").map(|m| place.say(m)).unwrap_or_default();
        if matches!(method, "arg" | "key") {
            words.extend(link.child("arguments").and_then(|a| a.children.first()));
        }
    }
    (!words.is_empty()).then_some(Words { call: last, client, context: "", words })
}

/// A chain of calls, outermost first.
pub(super) fn links(call: &Node) -> Vec<&Node> {
    let (mut all, mut here) = (Vec::new(), Some(call));
    while let Some(node) = here {
        if node.kind == Kind::Call {
            all.push(node);
        }
        here = node
            .child("receiver")
            .or_else(|| node.children.first().filter(|_| node.raw == "question" || node.raw == "await"));
    }
    all
}

/// The texts of a language's scripts in a node.
pub(super) fn script<'p>(place: &Place<'p>, calls: &[&str]) -> Vec<&'p Node> {
    let all = place.tree.find(Kind::Text).filter(|node| {
        let text = place.say(node).to_lowercase();
        let code = text.contains("redis.call") && text.contains("argv") && text.contains("==")
            || text.contains("~=") && text.contains("redis.call");
        code && text.contains("get")
            && calls.iter().any(|call| {
                text.contains(&format!("{call}\""))
                    || text.contains(&format!("{call}'"))
                    || text.contains(&format!("{call}\\\""))
            })
    });
    all.collect()
}

/// A script in the quotes that stand there.
pub(super) fn quoted(place: &Place<'_>, node: &Node, script: &str) -> String {
    let text = place.say(node);
    let raw = text.find(['"', '\'', '`']).map_or("", |at| &text[..at]);
    let open = &text[raw.len()..=raw.len()];
    let hashes = raw.trim_start_matches('r');
    let script = if open == "\"" && hashes.is_empty() { script.replace('"', "'") } else { script.to_owned() };
    let script = if open == "'" { script.replace('\'', "\"") } else { script };
    format!("{raw}{open}{script}{open}{hashes}")
}
