//! The other way round: faults that findings tell of, repaired as their help says.

use super::words::{Words, is_context};
use super::{Mutant, Operator, Place};
use crate::edit::{Edit, apply};
use crate::project::Project;
use crate::syntax::{Kind, Language, Node};
use dogpile_analysis::lifecycle::{Guard, Ttl};
use dogpile_lint::LintResult;
use std::collections::BTreeSet;

const OPERATORS: [Operator; 4] = [
    Operator { rule: "cancelled-release", what: "a context that nobody cancels", make: detached },
    Operator { rule: "lock-without-expiry", what: "a TTL", make: expiry },
    Operator { rule: "ttl-below-p99", what: "a longer lease", make: longer },
    Operator { rule: "unconditional-release", what: "compare and delete", make: compare },
];
const SCRIPT: &str = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

/// All repairs of what was found in a project; the rule must fall silent about that lock.
#[must_use]
pub fn repairs(project: &Project, before: &LintResult) -> Vec<Mutant> {
    let mut all = Vec::new();
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    for operator in OPERATORS {
        for lock in &before.lifecycles.locks {
            let found = before.findings.iter().filter(|f| f.rule == operator.rule && f.session == lock.id);
            for path in found.map(|f| before.sources.path(f.primary).to_owned()) {
                let Some((language, text, tree)) = project.tree(&path) else { continue };
                let place = Place { lock, path: &path, language, text, tree: &tree, before };
                let Some(changed) = (operator.make)(&place).and_then(|edits| apply(text, &edits)) else { continue };
                let parses = crate::syntax::parse(language, &path, &changed).is_some();
                if parses && changed != text && seen.insert((path.clone(), changed.clone())) {
                    let function = lock.acquire.site.root.clone();
                    all.push(Mutant { operator, language, path, text: changed, function });
                }
            }
        }
    }
    all
}

fn detached(place: &Place<'_>) -> Option<Vec<Edit>> {
    if place.language != Language::Go {
        return None;
    }
    let found = |r: &&dogpile_analysis::lifecycle::Release| {
        place
            .before
            .findings
            .iter()
            .any(|f| f.rule == "cancelled-release" && (f.primary == r.site.span || f.primary == r.site.outer()))
    };
    let edits: Vec<Edit> = place
        .lock
        .releases
        .iter()
        .filter(found)
        .filter_map(|release| {
            // A helper gets the context from where it is called.
            let call = place.outer_call(&release.site).or_else(|| place.call(&release.site))?;
            let first = call.child("arguments")?.children.first().filter(|first| is_context(place.say(first)))?;
            Some(Edit::replace(first.span.clone(), "context.Background()"))
        })
        .collect();
    let mut edits = edits;
    edits.sort_by_key(|edit| edit.span.start);
    edits.dedup();
    (!edits.is_empty()).then_some(edits)
}

fn expiry(place: &Place<'_>) -> Option<Vec<Edit>> {
    let words = Words::of(place, place.call(&place.lock.acquire.site)?)?;
    let last = words.words.last()?;
    match place.language {
        Language::Go => {
            let own = place.say(words.call.child("function")?).ends_with(".SetNX") && words.words.len() == 3;
            own.then(|| vec![Edit::replace(last.span.clone(), "30*time.Second")])
        }
        Language::TypeScript => {
            if last.raw == "object" {
                return Some(vec![Edit::insert(last.span.end - 1, ", PX: 30_000 ")]);
            }
            let text = words.words.len() > 2 && last.kind == Kind::Text;
            text.then(|| vec![Edit::insert(last.span.end, ", 'PX', 30_000")])
        }
        Language::Rust => {
            let text = last.kind == Kind::Text;
            text.then(|| vec![Edit::insert(last.span.end + 1, ".arg(\"PX\").arg(30_000)")])
        }
    }
}

fn longer(place: &Place<'_>) -> Option<Vec<Edit>> {
    let Ttl::Known { span, default: false, .. } = &place.lock.acquire.ttl else { return None };
    let span = place.here(*span)?;
    let longest = place.lock.section.durations.iter().map(|d| d.ms).max()?.checked_mul(4)?;
    let text = place.text.get(span.clone())?;
    let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    match place.language {
        Language::Go if text.contains("time.") => {
            Some(vec![Edit::replace(span, format!("{longest}*time.Millisecond"))])
        }
        // In whichever unit it is, a longer number is a longer lease.
        Language::TypeScript | Language::Rust if digits => Some(vec![Edit::replace(span, longest.to_string())]),
        _ => None,
    }
}

/// The token as code for the release: what stands at the acquire, or a name that is given to a fresh one there.
fn token(place: &Place<'_>, acquire: &Node, word: &Node, edits: &mut Vec<Edit>) -> Option<String> {
    let token = place.say(word);
    let named = token.chars().all(|c| c.is_alphanumeric() || "_.&".contains(c))
        && token.starts_with(|c: char| c.is_alphabetic() || c == '&')
        && !matches!(token, "true" | "false");
    if named {
        return Some(token.to_owned());
    }
    let plain = word.kind == Kind::Text || word.kind == Kind::Number || matches!(token, "true" | "false");
    let statement = place.statement(acquire)?.1;
    let (made, used) = match place.language {
        Language::Go => ("tokenZq := uuid.NewString()", "tokenZq"),
        Language::TypeScript => ("const tokenZq = crypto.randomUUID();", "tokenZq"),
        Language::Rust => ("let token_zq = uuid::Uuid::new_v4().to_string();", "&token_zq"),
    };
    if !plain {
        return None;
    }
    if place.language == Language::Go && !place.text.contains("\"github.com/google/uuid\"") {
        let package = place.tree.children.iter().find(|n| n.raw == "package_clause")?;
        edits.push(Edit::insert(package.span.end, "\n\nimport \"github.com/google/uuid\"\n"));
    }
    edits.push(Edit::insert(statement.span.start, format!("{made}\n{}", place.indent(statement))));
    edits.push(Edit::replace(word.span.clone(), used));
    Some(used.to_owned())
}

fn compare(place: &Place<'_>) -> Option<Vec<Edit>> {
    let acquire = place.call(&place.lock.acquire.site)?;
    let outer = place.tree.function(&acquire.span)?;
    let mut edits = Vec::new();
    let word = *Words::of(place, acquire)?.words.get(1)?;
    let token = token(place, acquire, word, &mut edits)?;
    let fresh = !edits.is_empty();
    let block = place.statement(acquire)?.0;
    let mut compared = false;
    for release in place.lock.releases.iter().filter(|r| r.same_session && r.guard == Guard::None) {
        let call = place.call(&release.site)?;
        // The token is known where the lock was taken, if it has a name there.
        let same = place.tree.function(&call.span)?.span == outer.span || token.contains('.');
        let seen = !fresh || block.span.start <= call.span.start && call.span.end <= block.span.end;
        let words = Words::of(place, call)?;
        if !same || !seen || words.words.len() != 1 {
            return None;
        }
        let (key, client, context) = (place.say(words.words.first()?), words.client, words.context);
        let text = match place.language {
            Language::Go if context.is_empty() => return None,
            Language::Go => format!("{client}.Eval({context}, \"{SCRIPT}\", []string{{{key}}}, {token})"),
            Language::TypeScript => match acquire.raw("object").next().map(|options| place.say(options)) {
                Some(options) if options.contains("nx:") => {
                    format!("{client}.eval(\"{SCRIPT}\", [{key}], [{token}])")
                }
                Some(_) => format!("{client}.eval(\"{SCRIPT}\", {{ keys: [{key}], arguments: [{token}] }})"),
                None => format!("{client}.eval(\"{SCRIPT}\", 1, {key}, {token})"),
            },
            Language::Rust => {
                let invoke = if place.say(words.call).contains("_async") { "invoke_async" } else { "invoke" };
                format!("redis::Script::new(\"{SCRIPT}\").key({key}).arg({token}).{invoke}({client})")
            }
        };
        compared = true;
        edits.push(Edit::replace(words.call.span.clone(), text));
    }
    edits.sort_by_key(|edit| edit.span.start);
    edits.dedup();
    compared.then_some(edits)
}
