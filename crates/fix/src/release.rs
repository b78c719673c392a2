//! A deletion becomes one of a lock that is still one's own.

use crate::desk::{Call, Desk};
use crate::pattern::{Pattern, rewrite};
use crate::syntax::{Code, Language, ancestors, descendants};
use crate::token::Token;
use crate::{reply, script, width};
use dogpile_analysis::lifecycle::{Lock, Release};
use dogpile_models::{ReplyChange, RewriteKind};
use dogpile_report::{Edit, Finding};
use std::collections::BTreeMap;
use tree_sitter::Node;

/// The release that a finding points at.
pub(crate) fn pointed_at<'l>(lock: &'l Lock, finding: &Finding) -> Option<&'l Release> {
    let at = |r: &&Release| r.site.span == finding.primary;
    lock.releases.iter().find(at).or_else(|| lock.releases.iter().find(|r| r.site.outer() == finding.primary))
}

/// Edits that turn a plain deletion into a compare-and-delete.
pub(crate) fn guarded(desk: &Desk<'_>, code: &Code<'_>, release: &Release, token: &Token) -> Option<Vec<Edit>> {
    let site = &release.site;
    let calls = desk.calls(code, &site.client, RewriteKind::CompareAndDelete, site.span);
    let mut edits = calls.iter().find_map(|call| one(desk, code, call, token))?;
    edits.extend(token.edits.iter().cloned());
    Some(edits)
}

fn one(desk: &Desk<'_>, code: &Code<'_>, call: &Call<'_, '_>, token: &Token) -> Option<Vec<Edit>> {
    let node = call.found.node;
    // Whatever is done to the old reply in the same breath would be done to the new one.
    let read_on = node.parent().is_some_and(|p| matches!(p.kind(), "selector_expression" | "field_expression"));
    match call.row.reply {
        ReplyChange::Same if read_on && code.language == Language::Go => return None,
        ReplyChange::Unread if !reply::is_unread(code, node) => return None,
        ReplyChange::Same | ReplyChange::Unread => {}
        ReplyChange::OneToOk => return None,
    }
    let (name, mut edits) = script::constant(desk, code, node)?;
    let to = Pattern::new(code.language, call.row.to.as_deref()?)?;
    let mut fill = BTreeMap::from([("script".to_owned(), name)]);
    let by_reference = code.language == Language::Rust && !token.text.starts_with('&');
    fill.insert("token".to_owned(), if by_reference { format!("&{}", token.text) } else { token.text.clone() });
    if !call.found.holes.contains_key("connection")
        && let Some(client) = call.found.holes.get("client")
        && code.language == Language::Rust
    {
        fill.insert("connection".to_owned(), connection(code, *client)?);
    }
    let written = rewrite(code, &call.found, &call.from, &to, &fill)?;
    edits.extend(width::broken(code, node, written));
    Some(edits)
}

/// A Rust client as a mutable reference, as far as the file tells what it is.
fn connection(code: &Code<'_>, client: Node<'_>) -> Option<String> {
    let text = code.text_of(client);
    if client.kind() == "call_expression" {
        return text.ends_with(".clone()").then(|| format!("&mut {text}"));
    }
    if let Some(field) = text.strip_prefix("self.").filter(|f| !f.contains('.')) {
        let mut kinds = descendants(code.root()).into_iter().filter(|n| {
            n.kind() == "field_declaration"
                && n.child_by_field_name("name").is_some_and(|name| code.text_of(name) == field)
        });
        let kind = kinds.next().filter(|_| kinds.next().is_none())?.child_by_field_name("type")?;
        return match code.text_of(kind) {
            t if t.starts_with('&') && t.contains("mut ") => Some(text.to_owned()),
            t if t.starts_with('&') => None,
            _ => takes_itself_mutably(code, client).then(|| format!("&mut {text}")),
        };
    }
    if client.kind() != "identifier" {
        return None;
    }
    let binding = crate::scope::binding(code, text, client)?;
    let holder = ancestors(binding).find(|n| matches!(n.kind(), "parameter" | "let_declaration"))?;
    let head = code.text.get(holder.start_byte()..binding.start_byte()).unwrap_or("");
    let kind = holder.child_by_field_name("type").map_or("", |t| code.text_of(t));
    if kind.starts_with("&mut ") || (kind.starts_with("&'") && kind.contains(" mut ")) {
        return Some(text.to_owned());
    }
    let mutable = head.contains("mut")
        || code.text.get(holder.start_byte()..binding.end_byte()).is_some_and(|t| t.contains("mut "));
    (mutable && !kind.starts_with('&')).then(|| format!("&mut {text}"))
}

fn takes_itself_mutably(code: &Code<'_>, node: Node<'_>) -> bool {
    let method = ancestors(node).find(|n| n.kind() == "function_item");
    method.and_then(|m| m.child_by_field_name("parameters")).is_some_and(|p| {
        let text = code.text_of(p);
        text.starts_with("(&mut self") || text.starts_with("(mut self")
    })
}
