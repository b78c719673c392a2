//! Which of the views of one acquire is the session that people mean.
//!
//! An acquire in a helper is told by the helper and by every caller that can tell more. Where the callers say which key is
//! locked, they are the sessions and the helper is a template of them; where they add nothing, the helper is the session.

use crate::pattern::{Piece, pieces};
use dogpile_analysis::lifecycle::{Lock, Ttl};
use dogpile_source::Span;
use std::collections::BTreeMap;

/// One session.
pub(crate) struct Session<'l> {
    /// The view that says most.
    pub(crate) lock: &'l Lock,
    /// Views of the same acquire from further inside, the nearest first: they know what this one leaves to them.
    pub(crate) within: Vec<&'l Lock>,
    /// Calls that reach it and add nothing.
    pub(crate) reached_from: Vec<Span>,
}

/// The sessions behind all views.
pub(crate) fn sessions(locks: &[Lock]) -> Vec<Session<'_>> {
    let mut by_acquire: BTreeMap<Span, Vec<&Lock>> = BTreeMap::new();
    for lock in locks {
        by_acquire.entry(lock.acquire.site.span).or_default().push(lock);
    }
    by_acquire.into_values().flat_map(of_one_acquire).collect()
}

fn of_one_acquire(mut views: Vec<&Lock>) -> Vec<Session<'_>> {
    views.sort_by_key(|lock| (lock.acquire.site.via.len(), lock.acquire.site.via.clone()));
    let mut kept: Vec<(Session<'_>, bool)> = Vec::new();
    for lock in views {
        let inside: Vec<usize> = (0..kept.len()).rev().filter(|i| is_within(kept[*i].0.lock, lock)).collect();
        if let Some(same) = inside.iter().copied().find(|i| !says_more(lock, kept[*i].0.lock)) {
            kept[same].0.reached_from.push(lock.acquire.site.outer());
            continue;
        }
        for index in &inside {
            kept[*index].1 = true;
        }
        let within = inside.iter().map(|i| kept[*i].0.lock).collect();
        kept.push((Session { lock, within, reached_from: Vec::new() }, false));
    }
    kept.into_iter().filter(|(_, template)| !template).map(|(session, _)| session).collect()
}

/// Whether `inner` is the same acquire, seen from a function on the way to it.
fn is_within(inner: &Lock, outer: &Lock) -> bool {
    let (inner, outer) = (&inner.acquire.site.via, &outer.acquire.site.via);
    inner.len() < outer.len() && outer.ends_with(inner)
}

/// Whether a caller's view names the key or the lease more closely.
fn says_more(outer: &Lock, inner: &Lock) -> bool {
    let lease = |lock: &Lock| match lock.acquire.ttl {
        Ttl::Known { ms, .. } => Some(Some(ms)),
        Ttl::Absent => Some(None),
        Ttl::Given | Ttl::Unknown => None,
    };
    let closer = lease(outer).is_some() && lease(outer) != lease(inner);
    closer || literal_text(&outer.acquire.pattern) != literal_text(&inner.acquire.pattern)
}

/// What a pattern says besides the names of what varies: those are the caller's in one view and the helper's in the other.
fn literal_text(pattern: &str) -> String {
    let sign = |piece| match piece {
        Piece::Literal(c) => c,
        Piece::Varies => '*',
    };
    pieces(pattern).map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_not_compared() {
        assert_eq!(literal_text("lock:{user}:{order.id}"), "lock:*:*");
        assert_eq!(literal_text("q:{{id}}"), "q:*");
        assert_eq!(literal_text("lock:sweep"), "lock:sweep");
    }
}
