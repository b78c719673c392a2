//! Faults of what becomes of the acquire's reply.

use super::Place;
use crate::edit::Edit;
use crate::syntax::{Kind, Language, Node};

/// How a reply is tested: the statement that asks, the names it binds, and the `if` that turns losers away.
struct Test<'p> {
    /// The call, with what is asked of its reply.
    asked: &'p Node,
    statement: &'p Node,
    names: Vec<&'p str>,
    turn: Option<&'p Node>,
    /// The `if` asks by itself.
    inside: bool,
    after: &'p [Node],
}

fn leaves(text: &str) -> bool {
    ["return", "throw", "continue", "break", "bail!", "panic"].iter().any(|word| text.contains(word))
}

/// Losers go no further: what stands last leaves. After a second try of theirs they may go on, and rightly.
fn turns_away(place: &Place<'_>, consequence: &Node) -> bool {
    let last = if consequence.kind == Kind::Block {
        consequence.children.iter().rfind(|n| n.raw != "comment")
    } else {
        Some(consequence)
    };
    let goes_on =
        |last: &Node| last.all().into_iter().take(2).any(|n| n.kind == Kind::If && n.child("alternative").is_none());
    last.is_some_and(|last| leaves(place.say(last)) && !goes_on(last))
}

fn test<'p>(place: &Place<'p>) -> Option<Test<'p>> {
    if place.lock.acquire.library {
        return None;
    }
    let call = place.outer_call(&place.lock.acquire.site)?;
    // Who hands the section over hears what became of it; losers never get there.
    if call.child("arguments")?.all().iter().any(|n| n.kind == Kind::Closure) {
        return None;
    }
    // What a function answers that takes the lock and gives it back is no verdict on the lock.
    let direct = place.lock.acquire.site.via.is_empty();
    if !direct && place.work().is_none_or(|work| work.span.start < call.span.end) {
        return None;
    }
    let (block, statement) = place.statement(call)?;
    let at = block.children.iter().position(|s| s.span == statement.span)?;
    let path = place.tree.path(&call.span);
    // `.Result()`, `?`, `await`: up to what the statement does with it.
    let asked = path.iter().rev().find(|node| {
        let parent = path[..path.iter().position(|n| std::ptr::eq(*n, **node)).unwrap_or(0)].last();
        parent.is_some_and(|p| {
            !matches!(
                p.raw,
                "selector_expression"
                    | "call_expression"
                    | "question"
                    | "await"
                    | "await_expression"
                    | "method_call"
                    | "parenthesized_expression"
            )
        })
    })?;
    let test = statement.all().into_iter().find(|n| n.kind == Kind::If);
    let whole = test.filter(|t| {
        t.child("condition").is_some_and(|c| c.span.start <= call.span.start && call.span.end <= c.span.end)
    });
    if let Some(turn) = whole {
        let out = turn.child("consequence").is_some_and(|c| turns_away(place, c));
        let first = turn.span.start == statement.span.start;
        return (out && first && turn.child("alternative").is_none()).then_some(Test {
            asked,
            statement,
            names: Vec::new(),
            turn: Some(turn),
            inside: true,
            after: &block.children[at + 1..],
        });
    }
    let left = statement.all().into_iter().find_map(|n| match n.raw {
        "short_var_declaration" | "assignment_statement" => n.child("left"),
        "variable_declarator" => n.child("name"),
        "let" => n.children.first(),
        _ => None,
    })?;
    let names: Vec<&str> = left.find(Kind::Name).map(|n| place.say(n)).collect();
    let won = *names.first()?;
    let after = &block.children[at + 1..];
    let turn = after.iter().take(3).find_map(|s| {
        let turn = if s.kind == Kind::If { s } else { s.children.first().filter(|c| c.kind == Kind::If)? };
        let asks = turn.child("condition").is_some_and(|c| c.find(Kind::Name).any(|n| place.say(n) == won));
        let plain = turn.child("alternative").is_none();
        (asks && plain && turn.child("consequence").is_some_and(|c| turns_away(place, c))).then_some(turn)
    });
    Some(Test { asked, statement, names, turn, inside: false, after })
}

/// The condition is that of a loser.
fn refuses(place: &Place<'_>, condition: &Node) -> bool {
    let text = place.say(condition).trim_start_matches('(');
    let empty = [
        "== null",
        "=== null",
        "=== undefined",
        "!== 'OK'",
        "!== \"OK\"",
        "!= 'OK'",
        "!== 1",
        "is_none()",
        "!= nil",
        "== false",
        "=== 0",
        "== 0",
    ];
    text.starts_with('!') || empty.iter().any(|word| text.contains(word))
}

pub(super) fn result_ignored(place: &Place<'_>) -> Option<Vec<Edit>> {
    let test = test(place)?;
    let turn = test.turn?;
    let condition = turn.child("condition")?;
    // What nobody gives back and everybody does alike is a mark that somebody leaves.
    let given_back = !place.lock.releases.is_empty();
    if !given_back || !refuses(place, condition) || place.tree.path(&turn.span).iter().any(|n| n.kind == Kind::Loop) {
        return None;
    }
    if test.inside {
        let end = if place.language == Language::Go { "" } else { ";" };
        return Some(vec![Edit::replace(turn.span.clone(), format!("{}{end}", place.say(test.asked)))]);
    }
    let name = test.names.first()?;
    let text = place.say(condition);
    // `err != nil || !ok` still asks for the error.
    if let Some((error, _)) = text.split_once("||").filter(|_| text.contains("err")) {
        let error = error.trim().trim_start_matches('(');
        return (place.language == Language::Go && error.contains("err"))
            .then(|| vec![Edit::replace(condition.span.clone(), error)]);
    }
    if text.contains("&&") || text.contains("||") {
        return None;
    }
    let rest = if place.language == Language::Go { format!("_ = {name}") } else { String::new() };
    Some(vec![Edit::replace(turn.span.clone(), rest)])
}

/// What the winner's reply is.
fn winning(place: &Place<'_>, test: &Test<'_>) -> &'static str {
    let direct = place.lock.acquire.site.via.is_empty();
    match place.language {
        Language::Go => "true",
        Language::TypeScript if direct && place.lock.acquire.site.command.contains("SET") => "'OK' as const",
        Language::TypeScript => "true",
        Language::Rust if direct && !place.say(test.statement).contains("bool") => "Some(\"OK\".to_string())",
        Language::Rust => "true",
    }
}

pub(super) fn error_ignored(place: &Place<'_>) -> Option<Vec<Edit>> {
    let test = test(place)?;
    let turn = test.turn?;
    let won = winning(place, &test);
    match place.language {
        Language::Go => {
            let [_, err] = test.names[..] else { return None };
            let other = test.after.iter().take(2).find(|s| {
                s.kind == Kind::If && s.child("condition").is_some_and(|c| place.say(c) == format!("{err} != nil"))
            })?;
            let condition = turn.child("condition").filter(|c| refuses(place, c))?;
            if other.span == turn.span || other.child("initializer").is_some() {
                return None;
            }
            Some(vec![
                Edit::replace(other.span.clone(), ""),
                Edit::replace(condition.span.clone(), format!("{err} == nil && {}", place.say(condition))),
            ])
        }
        Language::TypeScript => {
            let call = place.outer_call(&place.lock.acquire.site)?;
            // A wrapper may answer with anything.
            let direct = place.lock.acquire.site.via.is_empty() && place.lock.acquire.site.command.starts_with("SET");
            let waits = place.tree.path(&call.span).iter().rev().nth(1).is_some_and(|n| n.raw == "await_expression");
            (direct && waits).then(|| vec![Edit::insert(call.span.end, format!(".catch(() => {won})"))])
        }
        Language::Rust => {
            let path = place.tree.path(&place.outer_call(&place.lock.acquire.site)?.span);
            let question = path.iter().rev().find(|n| n.raw == "question")?;
            let end = question.span.end;
            // A wrapper may answer with anything: it is a bool only where it is asked as one.
            let direct = place.lock.acquire.site.via.is_empty();
            let asked = place.say(turn.child("condition")?);
            if !direct && !asked.starts_with('!') {
                return None;
            }
            place.say(question).ends_with('?').then(|| vec![Edit::replace(end - 1..end, format!(".unwrap_or({won})"))])
        }
    }
}

pub(super) fn for_ever(place: &Place<'_>) -> Option<Vec<Edit>> {
    let test = test(place)?;
    let turn = test.turn?;
    // In a loop there is a wait already, with its own end.
    let path = place.tree.path(&turn.span);
    let function = path.iter().rposition(|n| matches!(n.kind, Kind::Function | Kind::Closure))?;
    if !refuses(place, turn.child("condition")?)
        || path[function..].iter().any(|n| n.kind == Kind::Loop)
        || place.lock.wait.is_some()
    {
        return None;
    }
    let (condition, body) = (place.say(turn.child("condition")?), turn.child("consequence")?.span.clone());
    if test.inside {
        let (head, sleep) = match place.language {
            Language::Go => return None,
            Language::TypeScript => {
                (format!("while {condition}"), "{ await new Promise((done) => setTimeout(done, 50)); }".to_owned())
            }
            Language::Rust => (
                format!("while {condition}"),
                "{ std::thread::sleep(std::time::Duration::from_millis(50)); }".to_owned(),
            ),
        };
        return Some(vec![Edit::replace(turn.span.start..body.end, format!("{head} {sleep}"))]);
    }
    let asked = place.say(test.asked);
    let name = test.names.first()?;
    match place.language {
        Language::Go => {
            let [won, err] = test.names[..] else { return None };
            if condition != format!("!{won}") {
                return None;
            }
            let end = format!("if {err} != nil {{\n\t\t\tpanic({err})\n\t\t}}");
            let text = format!(
                "for {condition} {{\n\t\ttime.Sleep(50 * time.Millisecond)\n\t\t{won}, {err} = {asked}\n\t\t{end}\n\t}}"
            );
            Some(vec![Edit::replace(turn.span.clone(), text)])
        }
        Language::TypeScript => {
            let declared = place.say(test.statement);
            let looped = declared.replacen("const ", "let ", 1);
            let text = format!(
                "while {condition} {{\n    await new Promise((done) => setTimeout(done, 50));\n    {name} = {asked};\n  }}"
            );
            (looped != declared).then(|| {
                vec![Edit::replace(test.statement.span.clone(), looped), Edit::replace(turn.span.clone(), text)]
            })
        }
        Language::Rust => {
            let declared = place.say(test.statement);
            let looped = declared.replacen("let ", "let mut ", 1);
            let text = format!(
                "while {condition} {{\n        std::thread::sleep(std::time::Duration::from_millis(50));\n        {name} = {asked};\n    }}"
            );
            Some(vec![Edit::replace(test.statement.span.clone(), looped), Edit::replace(turn.span.clone(), text)])
        }
    }
}
