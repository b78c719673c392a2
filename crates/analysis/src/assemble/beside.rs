//! Heartbeats that outlive their session, work that escapes it, acquires inside it.

use super::lock::hands_over;
use crate::explore::Context;
use crate::explore::beside::TaskFacts;
use crate::explore::record::{ExitFacts, Exploration, GuardFact, OpSite, RenewalFacts, SessionFacts};
use crate::explore::state::Status;
use crate::lifecycle::{Escape, Heartbeat, Nested};
use dogpile_source::Span;

/// Where a heartbeat ends for good at an error that says nothing of the lock.
pub(super) fn brittle(r: &RenewalFacts) -> Option<Span> {
    let heart = &r.heart;
    let ends = heart.repeats && heart.dies && !heart.survives && !heart.told;
    // An unseen helper may try again inside.
    let seen = !(r.guard == GuardFact::Unknown && r.site.client.is_none());
    (r.heartbeat && ends && seen)
        .then(|| heart.returns.map_or_else(|| r.site.via.last().copied().unwrap_or(r.site.span), |(_, at)| at))
}

/// Heartbeats of a session that are alive when the lock is given back, or lost sight of.
pub(super) fn heartbeats(e: &Exploration, s: &SessionFacts) -> Vec<Heartbeat> {
    if e.cut || s.blurred {
        return vec![];
    }
    let released = s.exits.iter().any(|x| x.status == Status::Released && !x.panics);
    let over = |x: &&ExitFacts| {
        let kept = x.status == Status::Won && x.error == Some(true);
        !x.panics && released && (x.status == Status::Released || kept) && !hands_over(&x.values)
    };
    let mut found = Vec::new();
    for (index, beat) in e.heartbeats.iter().enumerate() {
        if beat.unclear || !beat.renewals.iter().any(|r| s.renewals.contains(r)) {
            continue;
        }
        let goes_on = |x: &&ExitFacts| x.beating.contains(&index) && (!beat.by_loss || x.status == Status::Won);
        let mut exits: Vec<Span> = s.exits.iter().filter(over).filter(|x| goes_on(x)).map(|x| x.span).collect();
        exits.sort();
        exits.dedup();
        if exits.is_empty() {
            continue;
        }
        let guarded = beat.renewals.iter().all(|r| e.renewals[*r].guard != GuardFact::None);
        let span = beat.via.first().copied().unwrap_or(beat.span);
        found.push(Heartbeat { span, exits, stop: beat.stopped, stop_deferred: beat.stopped_late, guarded });
    }
    found
}

/// Tasks that go on when the lock is given back.
pub(super) fn escapes(cx: &Context<'_>, e: &Exploration, s: &SessionFacts) -> Vec<Escape> {
    let raced = s.races.iter().map(|span| Escape { span: *span, work: *span, only: true, raced: true, read: None });
    if !s.races.is_empty() {
        return raced.collect();
    }
    if s.blurred || s.beyond.escapes.is_empty() {
        return vec![];
    }
    // What the helpers that take the lock, and that start the task, do by themselves is no section.
    let helpers = s
        .site
        .via
        .iter()
        .skip(1)
        .chain((!s.site.via.is_empty()).then_some(&s.site.span))
        .chain(e.tasks.iter().filter(|t| !t.via.is_empty()).map(|t| &t.span));
    let helpers: Vec<Span> = helpers
        .filter_map(|at| cx.program.all_functions().map(|f| cx.program.function(f).span).find(|f| f.contains(*at)))
        .collect();
    let beside = |at: &Span| e.tasks.iter().any(|t| t.span.contains(*at)) || helpers.iter().any(|f| f.contains(*at));
    let only =
        s.beyond.works.iter().all(|(at, region)| e.tasks.iter().any(|t| t.regions.contains(region)) || beside(at));
    let read = |t: &TaskFacts| {
        s.reads_held.iter().find(|(key, _)| t.writes.contains(&crate::keys::shape(key))).map(|(_, at)| *at)
    };
    let tasks = s.beyond.escapes.iter().map(|t| &e.tasks[*t]);
    tasks
        .map(|t| Escape {
            span: t.via.first().copied().unwrap_or(t.span),
            work: t.work,
            only,
            raced: false,
            read: read(t),
        })
        .collect()
}

/// Acquires of the same key while it was held, where the two ways part.
pub(super) fn nested(e: &Exploration, s: &SessionFacts) -> Vec<Nested> {
    let place = |op: &OpSite, n: usize| op.via.get(n).copied().unwrap_or(op.span);
    let inner = s.beyond.nested.iter().map(|slot| &e.sessions[*slot]);
    inner
        .map(|i| {
            let n = common(&s.site.via, &i.site.via);
            let waits = i.wait.is_some() || i.waits_inside.is_some_and(|w| w != dogpile_models::Waits::None);
            Nested { span: place(&i.site, n), outer: place(&s.site, n), waits }
        })
        .collect()
}

/// Calls that two ways share.
fn common(a: &[Span], b: &[Span]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
