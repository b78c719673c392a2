//! Hazards of a session: what its deeds tell when they are read in their order.

use super::Assembly;
use super::class::refuses;
use crate::explore::record::{Exploration, SessionFacts};
use crate::explore::state::Status;
use crate::explore::trace::{Deed, WaitEnd, What, is_data};
use crate::keys;
use crate::lifecycle::{EarlyRelease, Hazards, Refusal, SharedKey, SharedKeyForm, Steal, StealForm, Wakeup, WakeupEnd};
use crate::program::FuncRef;
use crate::sym::{Sym, Val};
use dogpile_source::Span;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What a root does to keys that it takes no lock under.
struct Strays {
    /// Where it changes stored things first.
    change: Option<Span>,
    /// Families of keys whose misses cost.
    dear: Vec<String>,
    /// Deeds by place, with the forms that they are found again by.
    deeds: Vec<(usize, String)>,
}

/// By its name it changes what is stored.
fn changes(name: &str) -> bool {
    let method = crate::names::last(name).to_ascii_lowercase();
    [
        "update", "save", "insert", "create", "delete", "remove", "exec", "write", "store", "modify", "upsert", "put",
        "commit", "set",
    ]
    .iter()
    .any(|w| method.starts_with(w))
}

impl Assembly<'_, '_> {
    /// Data put under keys, and keys deleted, where no lock of that key is in sight; families of keys whose misses cost.
    pub(super) fn collect_strays(&mut self, explored: &BTreeMap<FuncRef, std::sync::Arc<Exploration>>) {
        let strays: Vec<Strays> = explored.par_iter().map(|(_, e)| self.strays(e)).collect();
        for ((root, e), strays) in explored.iter().zip(strays) {
            self.changes.extend(strays.change.map(|span| (*root, span)));
            self.dear.extend(strays.dear);
            for (at, form) in strays.deeds {
                let deed = &e.trace.deeds[at];
                let list = if deed.what == What::Put { &mut self.stored } else { &mut self.dropped };
                list.add(*root, &deed.key, deed.site.span, |_| form, || deed.clone());
            }
        }
    }

    fn strays(&self, e: &Exploration) -> Strays {
        let slow: Vec<Span> = e.works.iter().filter(|work| self.cost(work).is_some()).map(|work| work.span).collect();
        let change = e.works.iter().find(|w| changes(&w.name) || e.changes.contains(&w.span)).map(|w| w.span);
        let costs = |look: &&Deed| {
            let from = look.site.outer();
            slow.iter().any(|span| span.file == from.file && span.start > from.end)
        };
        let looks = e.trace.deeds.iter().filter(|d| d.what == What::Look);
        let dear = if slow.is_empty() { vec![] } else { looks.filter(costs).map(|look| family(&look.key)).collect() };
        let stray = |(at, deed): (usize, &Deed)| {
            let form = match deed.what {
                _ if !deed.statuses.is_empty() || !keys::is_telling(&deed.key.sym) => return None,
                What::Put if deed.value.as_ref().is_some_and(|v| is_data(v, &[])) => keys::shape(&deed.key.sym),
                What::Drop(false) => family(&deed.key),
                _ => return None,
            };
            Some((at, form))
        };
        Strays { change, dear, deeds: e.trace.deeds.iter().enumerate().filter_map(stray).collect() }
    }

    pub(super) fn hazards(
        &self,
        root: FuncRef,
        e: &Exploration,
        forms: &Forms,
        slot: usize,
        told_within: bool,
    ) -> Hazards {
        let s = &e.sessions[slot];
        let own = forms.about(e, &s.key);
        Hazards {
            steals: self.steals(root, e, slot, &own),
            shared_keys: self.shared_keys(root, e, s, &own),
            wakeups: e
                .trace
                .wakeups
                .iter()
                .filter(|w| w.slots.contains(&slot))
                .map(|w| Wakeup {
                    site: self.site(root, &w.site),
                    subscribed: w.subscribed,
                    rechecks: w.asked,
                    end: match w.end {
                        WaitEnd::Nothing => WakeupEnd::Nothing,
                        WaitEnd::Caller => WakeupEnd::Caller,
                        WaitEnd::Time => WakeupEnd::Time,
                    },
                })
                .collect(),
            early_releases: self.early_releases(root, e, slot),
            refusal: refusal(e, s).filter(|_| !told_within),
        }
    }

    fn steals(&self, root: FuncRef, e: &Exploration, slot: usize, own_key: &[bool]) -> Vec<Steal> {
        let s = &e.sessions[slot];
        let deeds = &e.trace.deeds;
        let not_held = |d: &Deed| d.statuses.iter().all(|st| matches!(st, Status::Lost | Status::Failed));
        let lost = |d: &Deed| d.statuses.contains(&Status::Lost) && not_held(d);
        // Few deeds are looks, takes or drops, and many come before each.
        let looks: Vec<usize> = (0..deeds.len())
            .filter(|at| own_key[*at] && deeds[*at].what == What::Look && not_held(&deeds[*at]))
            .collect();
        let looked = |d: &Deed| looks.iter().find(|at| d.before.contains(at)).map(|at| deeds[*at].site.span);
        let takes: Vec<&Deed> = deeds.iter().filter(|t| t.what == What::Take(slot)).collect();
        let drops: Vec<usize> = (0..deeds.len()).filter(|at| deeds[*at].what == What::Drop(false)).collect();
        // A value that fits what this process wrote itself is its own.
        let own = |d: &Deed| {
            d.compared.is_some_and(|span| {
                deeds.iter().any(|l| l.what == What::Look && l.site.span == span && l.site.command == "GET")
            })
        };
        let mut found: Vec<Steal> = Vec::new();
        for (deed, _) in deeds.iter().zip(own_key).filter(|(d, own)| **own && !d.watched) {
            let steal = match deed.what {
                What::Drop(false) if not_held(deed) && !own(deed) => {
                    let dropped_before =
                        |t: &&Deed| drops.iter().any(|at| deeds[*at].site == deed.site && t.before.contains(at));
                    let taken = takes.iter().copied().find(dropped_before);
                    let look = looked(deed).or_else(|| deed.statuses.contains(&Status::Lost).then_some(s.site.span));
                    taken.zip(look).map(|(taken, look)| (StealForm::DeleteThenTake, look, Some(taken.site.span)))
                }
                What::Put if lost(deed) => looked(deed).map(|look| (StealForm::Overwrite, look, None)),
                What::Swap if lost(deed) && !deed.tested => {
                    Some((StealForm::Swap, looked(deed).unwrap_or(s.site.span), None))
                }
                _ => None,
            };
            let Some((form, look, taken)) = steal.filter(|_| !self.is_forced(deed)) else { continue };
            found.push(Steal { form, site: self.site(root, &deed.site), look, taken });
        }
        found.sort_by_key(|f| f.site.span);
        found
    }

    /// Somebody asked for it by name: an administrator's way.
    fn is_forced(&self, deed: &Deed) -> bool {
        let name = self.cx.program.function(deed.site.func).name.to_ascii_lowercase();
        let method = crate::names::last(&name);
        ["force", "flush", "admin", "reset", "purge"].iter().any(|w| method.contains(w))
    }

    fn shared_keys(&self, root: FuncRef, e: &Exploration, s: &SessionFacts, own_key: &[bool]) -> Vec<SharedKey> {
        let deeds = &e.trace.deeds;
        let token: Vec<_> = s.token.iter().map(|t| t.sym.clone()).collect();
        let mut found = Vec::new();
        for (at, write) in deeds.iter().enumerate() {
            let data = write.value.as_ref().is_some_and(|v| is_data(v, &token));
            if write.what != What::Put || !data || !own_key[at] || !write.statuses.contains(&Status::Won) {
                continue;
            }
            let mut drops = deeds.iter().zip(own_key).filter(|(d, own)| **own && matches!(d.what, What::Drop(_)));
            let Some((release, _)) = drops.find(|(d, _)| d.before.contains(&at)) else { continue };
            let site = self.site(root, &release.site);
            let form = if release.what == What::Drop(true) {
                SharedKeyForm::ReleaseMisses(site)
            } else {
                SharedKeyForm::ReleaseDeletes(site)
            };
            found.push(SharedKey { write: self.site(root, &write.site), form });
        }
        if !found.is_empty() || !is_distinct(&s.key) {
            return found;
        }
        let data = |d: &Deed| d.value.as_ref().is_some_and(|v| is_data(v, &token));
        // What a helper sets to take the lock is no data.
        let takes = |d: &Deed| d.site.span == s.site.span;
        let stored = self.stored.with(&keys::shape(&s.key.sym)).find(|other| data(&other.what) && !takes(&other.what));
        if let Some((root, site)) = stored.map(|other| (other.root, other.what.site.clone())) {
            found.push(SharedKey { write: self.site(root, &site), form: SharedKeyForm::KeepsTaken });
        }
        found
    }

    fn early_releases(&self, root: FuncRef, e: &Exploration, slot: usize) -> Vec<EarlyRelease> {
        let s = &e.sessions[slot];
        let mut found = Vec::new();
        for early in e.trace.early.iter().filter(|early| early.slot == slot) {
            let release = &e.trace.deeds[early.release].site;
            // Something was done under the lock while the transaction was open.
            let worked = s.visits.iter().any(|(span, st)| {
                st.contains(&Status::Won) && (span.file != early.begun.file || span.start > early.begun.start)
            });
            if !worked {
                continue;
            }
            let deferred = s.releases.iter().any(|r| r.site == *release && r.deferred);
            found.push(EarlyRelease {
                site: self.site(root, release),
                deferred,
                begun: early.begun,
                committed: early.committed,
            });
        }
        found
    }
}

/// A value is cached under this lock, and whoever does not get it leaves with an error.
fn refusal(e: &Exploration, s: &SessionFacts) -> Option<Refusal> {
    let cached = |key: &crate::sym::S| {
        e.trace.deeds.iter().any(|d| {
            d.what == What::Put && d.locked && d.key.sym == *key && d.value.as_ref().is_none_or(|v| is_data(v, &[]))
        })
    };
    let (_, read) = s.reads_before.iter().find(|(key, _)| cached(key))?;
    let exit = s.exits.iter().find(|x| x.status == Status::Lost && !x.panics)?;
    refuses(s).then_some(Refusal { exit: exit.span, read: *read })
}

/// The forms of the keys of an exploration's deeds, where equal forms mean one key.
pub(super) struct Forms(Vec<Option<String>>);

impl Forms {
    pub(super) fn of(e: &Exploration) -> Self {
        Self(e.trace.deeds.iter().map(|deed| form(&deed.key)).collect())
    }

    /// Which deeds are about this key.
    fn about(&self, e: &Exploration, key: &Val) -> Vec<bool> {
        let form = form(key);
        let same = |deed: &Deed, its: &Option<String>| deed.key.sym == key.sym || (form.is_some() && *its == form);
        e.trace.deeds.iter().zip(&self.0).map(|(deed, its)| same(deed, its)).collect()
    }
}

fn form(key: &Val) -> Option<String> {
    keys::is_telling(&key.sym).then(|| keys::shape(&key.sym))
}

/// What is written out of a key, with a mark for each part that varies.
pub(super) fn family(key: &Val) -> String {
    keys::shape(&key.sym).split(['{', '}']).enumerate().map(|(i, part)| if i % 2 == 0 { part } else { "*" }).collect()
}

/// Two keys of this form are one key: enough of it is written out, and what varies is not just handed on by a wrapper.
pub(super) fn is_distinct(key: &Val) -> bool {
    let handed_on = key.sym.any(&mut |s| matches!(s, Sym::Param(_, _, name) if ["key", "k", "name", "resource", "suffix", "prefix"].iter().any(|w| name.to_ascii_lowercase().ends_with(w))));
    keys::is_telling(&key.sym) && written(key) >= 3 && !handed_on
}

/// Letters and digits of a key that are written out.
pub(super) fn written(key: &Val) -> usize {
    keys::shape(&key.sym)
        .split(['{', '}'])
        .step_by(2)
        .map(|part| part.chars().filter(|c| c.is_alphanumeric()).count())
        .sum()
}
