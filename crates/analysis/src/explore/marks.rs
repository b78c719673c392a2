//! What a winner leaves for the others in a hash or a list: looked at before the lock, by those who lost, and under it.

use super::Explorer;
use super::record::OpSite;
use super::state::{State, Status};
use crate::sym::{S, Sym, Val};
use dogpile_source::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Looks at results that are no plain values, around one session.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct MarkFacts {
    /// Before it was taken: what, and where the root asks.
    pub(crate) before: Vec<(S, Span)>,
    /// By somebody who lost it.
    pub(crate) lost: BTreeSet<S>,
    /// While it was held.
    pub(crate) held: BTreeSet<S>,
    /// Written while it was held.
    pub(crate) filled: BTreeSet<S>,
}

/// The field of a hash or the list that a command is about.
fn mark(name: &str, words: &[Val]) -> Option<S> {
    let key = words.get(1)?.sym.clone();
    let mark = match name {
        "HGET" | "HEXISTS" | "HSET" | "HSETNX" => Arc::new(Sym::Index(key, words.get(2)?.sym.clone())),
        "LRANGE" | "LINDEX" | "LLEN" | "LPUSH" | "RPUSH" => key,
        _ => return None,
    };
    (!mark.any(&mut |s| *s == Sym::Unknown)).then_some(mark)
}

impl<'a> Explorer<'a, '_> {
    pub(super) fn looks_at_mark(&mut self, name: &str, words: &[Val], op: &OpSite, state: &State<'a>) {
        let Some(mark) = mark(name, words) else { return };
        let outer = op.outer();
        if !state.held.iter().any(|h| h.status == Status::Won) && !self.marks.iter().any(|(m, _)| *m == mark) {
            self.marks.push((mark.clone(), outer));
        }
        for held in &state.held {
            let facts = &mut self.out.sessions[held.slot].marks;
            match held.status {
                Status::Won => facts.held.insert(mark.clone()),
                Status::Lost => facts.lost.insert(mark.clone()),
                _ => false,
            };
        }
    }

    pub(super) fn fills_mark(&mut self, name: &str, words: &[Val], state: &State<'a>) {
        let Some(mark) = mark(name, words) else { return };
        for held in state.held.iter().filter(|h| h.status == Status::Won) {
            self.out.sessions[held.slot].marks.filled.insert(mark.clone());
        }
    }

    /// A session is opened: what was looked at so far, was looked at before it.
    pub(super) fn marks_before(&mut self, slot: usize) {
        let seen = &mut self.out.sessions[slot].marks.before;
        for look in &self.marks {
            if !seen.contains(look) {
                seen.push(look.clone());
            }
        }
    }
}
