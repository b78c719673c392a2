//! From explorations to lifecycles: which root tells a session, what belongs together across functions.

mod beside;
mod caches;
mod checked;
mod class;
mod context;
mod durations;
mod elsewhere;
mod fate;
mod fills;
mod hazards;
mod lock;
pub(crate) mod notes;
mod once;
mod sent;
mod token;
mod touched;

use crate::explore::Context;
use crate::explore::record::{Exploration, Lease, Loose, OpSite, ReleaseFacts, RenewalFacts, SessionFacts};
use crate::explore::trace::Deed;
use crate::keys;
use crate::lifecycle::{Confidence, Fill, Fleet, Lifecycles, Miss, Recheck, Site, TokenKind};
use crate::program::FuncRef;
use crate::project::{Declared, escapes, has_param};
use crate::sym::Val;
use crate::typing::Evidence;
use dogpile_source::Span;
use elsewhere::Elsewhere;
use hazards::Forms;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What an inner function's own session already says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub(crate) token: bool,
    pub(crate) lease: bool,
    /// How its losers wait: else a caller's loop may.
    pub(crate) wait: bool,
    /// Whether it reads the cache again: else a caller has read it.
    pub(crate) recheck: bool,
}

/// What assembling shares.
pub(crate) struct Assembly<'a, 'c> {
    pub(crate) cx: &'c Context<'a>,
    pub(crate) declared: &'c Declared,
    /// Releases and renewals outside any session, one per site and key, by the key's form without names.
    pub(crate) releases: Elsewhere<ReleaseFacts>,
    pub(crate) renewals: Elsewhere<RenewalFacts>,
    /// Data put under keys, by their form, and keys deleted, by their family, outside any session of that key.
    pub(crate) stored: Elsewhere<Deed>,
    pub(crate) dropped: Elsewhere<Deed>,
    /// Families of keys whose misses lead to slow work.
    pub(crate) dear: BTreeSet<String>,
    /// Functions that change stored things: where first.
    pub(crate) changes: BTreeMap<FuncRef, Span>,
    /// Acquires of a quorum and ways out of it after which some caller gives the parts back.
    pub(crate) given_back_later: BTreeSet<(Span, Span)>,
}

pub(crate) fn assemble(
    cx: &Context<'_>,
    explored: &BTreeMap<FuncRef, Arc<Exploration>>,
    declared: &Declared,
) -> Lifecycles {
    let mut assembly = Assembly {
        cx,
        declared,
        releases: Elsewhere::default(),
        renewals: Elsewhere::default(),
        stored: Elsewhere::default(),
        dropped: Elsewhere::default(),
        dear: BTreeSet::new(),
        changes: BTreeMap::new(),
        given_back_later: BTreeSet::new(),
    };
    assembly.collect_loose(explored);
    assembly.collect_strays(explored);
    for s in explored.values().flat_map(|e| &e.sessions) {
        let cleared = s.quorum.iter().flat_map(|quorum| &quorum.cleared);
        assembly.given_back_later.extend(cleared.map(|at| (s.site.span, *at)));
    }
    // A session that its function ends: what it knows by itself need not be told again from above.
    let mut closed: BTreeMap<(Span, Vec<Span>), Told> = BTreeMap::new();
    for e in explored.values() {
        for s in e.sessions.iter().filter(|s| !escapes(s)) {
            let told = Told {
                token: s
                    .token
                    .as_ref()
                    .is_none_or(|t| !matches!(token::kind(&t.sym, &s.key.sym), TokenKind::Caller | TokenKind::Unknown)),
                lease: !matches!(&s.lease, Lease::Value(v, _) if has_param(&v.sym)),
                wait: s.wait.is_some() || s.waits_inside.is_some(),
                recheck: !matches!(lock::recheck(&cx.program, e, s), Recheck::NotApplicable),
            };
            closed.insert((s.site.span, s.site.via.clone()), told);
        }
    }
    let mut out = Lifecycles { fleet: Fleet { instances: declared.instances }, ..Lifecycles::default() };
    // Keys that are taken properly somewhere: a read and a SET of one is its renewal.
    let taken: BTreeSet<String> =
        explored.values().flat_map(|e| &e.sessions).map(|s| keys::shape(&s.key.sym)).collect();
    let mut touched = touched::Touched::default();
    let locks_of = |(root, e): (&FuncRef, &Arc<Exploration>)| -> Vec<crate::lifecycle::Lock> {
        let forms = Forms::of(e);
        let told_within = |s: &SessionFacts| {
            // An inner function already tells this session whole: a caller only adds what its arguments say.
            (1..=s.site.via.len()).find_map(|n| closed.get(&(s.site.span, s.site.via[n..].to_vec())).copied())
        };
        e.sessions.iter().enumerate().map(|(slot, s)| assembly.lock(*root, e, &forms, slot, told_within(s))).collect()
    };
    let told: Vec<(Vec<crate::lifecycle::Lock>, Vec<Miss>, Vec<Fill>)> = explored
        .par_iter()
        .map(|(root, e)| (locks_of((root, e)), assembly.misses(*root, e), assembly.fills(*root, e)))
        .collect();
    for ((root, e), (locks, misses, fills)) in explored.iter().zip(told) {
        let before = touched::counts(&out);
        out.locks.extend(locks);
        assembly.flights(*root, e, &mut out.flights);
        out.misses.extend(misses);
        out.fills.extend(fills);
        assembly.check_then_sets(*root, e, &taken, &mut out);
        if declared.touches {
            touched.of_root(&assembly, e);
            touched.of_others(&assembly, e, &out, before);
        }
    }
    assembly.kept_entries(&mut out.flights);
    assembly.kept_promises(&mut out.flights);
    assembly.stray_units(explored, &mut out);
    once::marks(&mut out.locks);
    once::folds(&mut out.locks);
    once::leaks(&mut out.locks);
    once::own_faults(&mut out.locks);
    once::waits(&mut out.locks);
    once::below(&mut out.locks);
    out.locks.sort_by(|a, b| {
        (a.acquire.site.outer(), &a.acquire.site.via, a.acquire.site.span).cmp(&(
            b.acquire.site.outer(),
            &b.acquire.site.via,
            b.acquire.site.span,
        ))
    });
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for lock in &mut out.locks {
        let n = seen.entry(lock.id.clone()).or_default();
        *n += 1;
        if *n > 1 {
            lock.id = format!("{}#{n}", lock.id);
        }
    }
    out.fills.sort_by_key(|f| (f.site.span, f.site.via.len()));
    out.fills.dedup_by_key(|f| f.site.span);
    out.flights.sort_by_key(|f| f.site.span);
    out.flights.dedup_by_key(|f| f.site.span);
    out.misses.sort_by_key(|m| (m.read.span, m.read.outer(), m.write.span));
    // One helper reads for many: each of its callers misses by itself.
    out.misses.dedup_by_key(|m| (m.read.span, m.read.outer()));
    out.check_then_sets.sort_by_key(|c| c.set.span);
    out.check_then_sets.dedup_by_key(|c| c.set.span);
    out.touched = touched.named(&out);
    out
}

impl<'a> Assembly<'a, '_> {
    fn collect_loose(&mut self, explored: &BTreeMap<FuncRef, Arc<Exploration>>) {
        let form = |key: &Val| keys::nameless(&keys::shape(&key.sym));
        for (root, e) in explored {
            for loose in &e.loose {
                match loose {
                    Loose::Release { key, facts } => {
                        self.releases.add(*root, key, facts.site.span, form, || facts.clone());
                    }
                    Loose::Renewal { index } => {
                        let facts = &e.renewals[*index];
                        self.renewals.add(*root, &facts.key, facts.site.span, form, || facts.clone());
                    }
                    _ => {}
                }
            }
        }
    }

    pub(crate) fn site(&self, root: FuncRef, op: &OpSite) -> Site {
        let head = op.client.map(|id| self.cx.program.models.client(id));
        let (client, phrases) = head.map(|head| (head.name.clone(), Arc::clone(&head.phrases))).unwrap_or_default();
        Site {
            span: op.span,
            via: op.via.clone(),
            command: op.command.clone(),
            sent: sent::sent(&op.words),
            function: self.cx.program.function(op.func).name.to_string(),
            root: self.cx.program.function(root).name.to_string(),
            client,
            phrases,
            confidence: match op.evidence {
                Evidence::Exact => Confidence::Certain,
                Evidence::Import => Confidence::Likely,
                Evidence::Shape => Confidence::Likely,
            },
        }
    }

    pub(crate) fn text(&self, span: Span) -> String {
        self.cx.program.sources.get(span.file).map_or("", |f| f.slice(span)).to_owned()
    }

    /// Unit faults at renewals: they belong to the lock of the same key, or of the same package.
    fn stray_units(&self, explored: &BTreeMap<FuncRef, Arc<Exploration>>, out: &mut Lifecycles) {
        for (root, e) in explored {
            for fault in &e.unit_faults {
                if out.locks.iter().any(|l| l.unit_faults.contains(fault)) {
                    continue;
                }
                let package = &self.cx.program.module(*root).package;
                let near = |l: &crate::lifecycle::Lock| l.acquire.site.function.starts_with(&**package);
                if let Some(lock) = out.locks.iter_mut().find(|l| near(l)) {
                    lock.unit_faults.push(fault.clone());
                }
            }
        }
    }
}
