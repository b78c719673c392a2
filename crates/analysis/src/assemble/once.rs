//! What a helper does is told of the helper, and not again of each of its callers.

use super::class::ROLLED_BACK;
use crate::lifecycle::{Class, ContextOrigin, Fate, Lock, OnLoss, TokenKind, WaitBound, WaitForm};
use dogpile_source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Where a lock is taken, and the calls that lead there.
type Way = (Span, Vec<Span>);

fn way(lock: &Lock) -> Way {
    (lock.acquire.site.span, lock.acquire.site.via.clone())
}

/// The ways of the helpers that a lock is taken through.
fn inner(lock: &Lock) -> impl Iterator<Item = Way> {
    let (span, via) = way(lock);
    (1..=via.len()).map(move |n| (span, via[n..].to_vec()))
}

/// What a function takes back only when its work fails is a mark for its callers, too: they see a release and not why.
pub(super) fn marks(locks: &mut [Lock]) {
    let marks: BTreeSet<Way> =
        locks.iter().filter(|l| l.class == Class::Mark && l.class_reason == ROLLED_BACK).map(way).collect();
    for lock in locks {
        if inner(lock).any(|way| marks.contains(&way)) {
            lock.class = Class::Mark;
            lock.class_reason = ROLLED_BACK.to_owned();
        }
    }
}

/// A reply that a helper already misreads is the helper's fault, not that of each of its callers.
pub(super) fn folds(locks: &mut [Lock]) {
    let misread = |fate: &Fate| matches!(fate, Fate::Enters(_) | Fate::ReadsAsHeld(_));
    let known: BTreeMap<Way, (bool, bool)> = locks
        .iter()
        .filter(|l| l.class == Class::Lock)
        .map(|l| (way(l), (misread(&l.outcomes.lost), misread(&l.outcomes.failed))))
        .collect();
    for lock in locks {
        let told: Vec<(bool, bool)> = inner(lock).filter_map(|way| known.get(&way).copied()).collect();
        if told.iter().any(|t| t.0) {
            lock.outcomes.lost = Fate::Handled;
        }
        if told.iter().any(|t| t.1) {
            lock.outcomes.failed = Fate::Handled;
        }
    }
}

/// A function that releases on some ways out and not on others leaks, not each of its callers.
pub(super) fn leaks(locks: &mut [Lock]) {
    let leaking: BTreeSet<Way> = locks.iter().filter(|l| !l.leaks.is_empty()).map(way).collect();
    for lock in &mut *locks {
        if inner(lock).any(|way| leaking.contains(&way)) {
            lock.leaks.clear();
        }
    }
    // One way out of a helper serves every lock that is taken with it.
    let mut parts: BTreeSet<Span> = BTreeSet::new();
    for lock in locks {
        lock.leaks.retain(|leak| !leak.partial || parts.insert(leak.span));
    }
}

/// A function that calls itself until it wins waits, and so do its callers, but the fault is one; so is a clock for a
/// token.
pub(super) fn own_faults(locks: &mut [Lock]) {
    let again = |lock: &Lock| lock.wait.as_ref().is_some_and(|w| w.form == WaitForm::Recursion);
    let clock =
        |lock: &Lock| (lock.acquire.token.kind == TokenKind::Clock).then_some(lock.acquire.token.span).flatten();
    let known: BTreeMap<Way, (bool, Option<Span>)> =
        locks.iter().filter(|l| l.class == Class::Lock).map(|l| (way(l), (again(l), clock(l)))).collect();
    for lock in locks {
        let told: Vec<_> = inner(lock).filter_map(|way| known.get(&way)).collect();
        if again(lock) && told.iter().any(|t| t.0) {
            lock.wait = None;
        }
        if clock(lock).is_some_and(|own| told.iter().any(|t| t.1 == Some(own))) {
            lock.acquire.token.kind = TokenKind::Unknown;
        }
    }
}

/// Callers that all give a helper's wait a deadline end it: it is theirs to say.
pub(super) fn waits(locks: &mut [Lock]) {
    let bound = |lock: &Lock| lock.wait.as_ref().map(|w| (w.span, w.bound));
    let mut called: BTreeMap<(Way, Span), bool> = BTreeMap::new();
    for lock in locks.iter() {
        let Some((span, bound)) = bound(lock) else { continue };
        for way in inner(lock) {
            *called.entry((way, span)).or_insert(true) &= bound == WaitBound::Deadline;
        }
    }
    for lock in locks {
        let way = way(lock);
        if let Some(wait) = &mut lock.wait
            && called.get(&(way, wait.span)) == Some(&true)
        {
            wait.bound = WaitBound::Deadline;
        }
    }
}

/// Whether it may be over when it is used.
fn can_end(context: ContextOrigin) -> bool {
    matches!(context, ContextOrigin::Caller | ContextOrigin::CallerWithTimeout | ContextOrigin::CancelledHere)
}

/// What runs beside a section, how it ends, and what it writes: a caller that does nothing but call has no fault of its own.
pub(super) fn below(locks: &mut [Lock]) {
    let ignores = |loss: &OnLoss| matches!(loss, OnLoss::Ignored(_) | OnLoss::Silent(_));
    let mut beats: BTreeSet<Way> = BTreeSet::new();
    let mut losses: BTreeSet<(Way, Span)> = BTreeSet::new();
    let mut writes: BTreeSet<(Way, Span)> = BTreeSet::new();
    let mut cancelled: BTreeSet<(Way, Span)> = BTreeSet::new();
    for lock in locks.iter().filter(|l| l.class == Class::Lock) {
        if !lock.heartbeats.is_empty() {
            beats.insert(way(lock));
        }
        losses.extend(
            lock.renewals.iter().filter(|r| r.same_session && ignores(&r.on_loss)).map(|r| (way(lock), r.site.span)),
        );
        writes.extend(lock.section.writes.iter().map(|w| (way(lock), w.site.span)));
        let ends = lock.releases.iter().filter(|r| r.same_session && can_end(r.context));
        cancelled.extend(ends.map(|r| (way(lock), r.site.span)));
    }
    for lock in locks {
        for way in inner(lock).collect::<Vec<_>>() {
            if beats.contains(&way) {
                let called = lock.acquire.site.via.first().copied();
                lock.heartbeats.retain(|beat| Some(beat.span) != called);
            }
            for renewal in lock.renewals.iter_mut().filter(|r| losses.contains(&(way.clone(), r.site.span))) {
                renewal.on_loss = OnLoss::Unknown;
            }
            for release in lock.releases.iter_mut().filter(|r| cancelled.contains(&(way.clone(), r.site.span))) {
                release.context = ContextOrigin::Unknown;
            }
            lock.section.writes.retain(|w| w.fenced || !writes.contains(&(way.clone(), w.site.span)));
        }
    }
}
