//! Every place of a story: who changes the code there changes the story.

use super::{
    CheckThenSet, DurationFact, Fate, Fill, Flight, FlightContext, Guard, Hazards, Lifecycles, Lock, Miss, OnLoss,
    Recheck, SharedKeyForm, Site, Ttl,
};
use dogpile_source::Span;
use std::collections::{BTreeMap, BTreeSet};

impl Lifecycles {
    /// The places of every story, by its name. What was followed on the way is in [`Self::touched`].
    #[must_use]
    pub fn places(&self) -> BTreeMap<&str, BTreeSet<Span>> {
        let mut all: BTreeMap<&str, Places> = BTreeMap::new();
        self.locks.iter().for_each(|l| all.entry(&l.id).or_default().lock(l));
        self.flights.iter().for_each(|f| all.entry(&f.id).or_default().flight(f));
        self.misses.iter().for_each(|m| all.entry(&m.id).or_default().miss(m));
        self.check_then_sets.iter().for_each(|c| all.entry(&c.id).or_default().pair(c));
        self.fills.iter().for_each(|f| all.entry(&f.id).or_default().fill(f));
        all.into_iter().map(|(name, places)| (name, places.0)).collect()
    }
}

#[derive(Default)]
struct Places(BTreeSet<Span>);

impl Places {
    fn site(&mut self, site: &Site) {
        self.0.insert(site.span);
        self.0.extend(&site.via);
    }

    fn all(&mut self, spans: impl IntoIterator<Item = Span>) {
        self.0.extend(spans);
    }

    fn guard(&mut self, guard: &Guard) {
        if let Guard::ReadThenAct(read) = guard {
            self.0.insert(*read);
        }
    }

    fn lock(&mut self, lock: &Lock) {
        self.site(&lock.acquire.site);
        if let Ttl::Known { span, .. } = &lock.acquire.ttl {
            self.0.insert(*span);
        }
        self.all(lock.acquire.token.span);
        for fate in [&lock.outcomes.lost, &lock.outcomes.failed] {
            if let Fate::Enters(at) | Fate::ReadsAsHeld(at) = fate {
                self.0.insert(*at);
            }
        }
        for expiry in &lock.expiries {
            self.site(&expiry.site);
            self.all(expiry.exit_between);
        }
        for release in &lock.releases {
            self.site(&release.site);
            self.guard(&release.guard);
            self.all(release.context_span);
            self.all(release.unheld.iter().flat_map(|u| &u.steps).map(|step| step.span));
        }
        for renewal in &lock.renewals {
            self.site(&renewal.site);
            self.guard(&renewal.guard);
            self.all([renewal.beat].into_iter().chain(renewal.brittle));
            if let OnLoss::Ignored(at) | OnLoss::Silent(at) = &renewal.on_loss {
                self.0.insert(*at);
            }
        }
        for beat in &lock.heartbeats {
            self.all([beat.span].into_iter().chain(beat.exits.iter().copied()).chain(beat.stop));
        }
        self.all(lock.escapes.iter().flat_map(|e| [e.span, e.work].into_iter().chain(e.read)));
        self.all(lock.nested.iter().flat_map(|n| [n.span, n.outer]));
        self.all(lock.shared.iter().map(|s| s.concurrent));
        self.all(lock.leaks.iter().flat_map(|l| l.steps.iter().map(|step| step.span).chain([l.span])));
        self.all(lock.wait.iter().map(|w| w.span));
        if let Recheck::Missing { read, compute, taken } = &lock.recheck {
            self.all([*read, *compute, *taken]);
        }
        self.all(lock.unit_faults.iter().flat_map(|f| [f.span, f.site_span]));
        let section = &lock.section;
        section.writes.iter().for_each(|write| self.site(&write.site));
        self.all(section.durations.iter().filter_map(|d: &DurationFact| d.span));
        self.all(section.limit.iter().map(|(_, at)| *at).chain(section.work));
        self.hazards(&lock.hazards);
    }

    fn hazards(&mut self, hazards: &Hazards) {
        for steal in &hazards.steals {
            self.site(&steal.site);
            self.all([steal.look].into_iter().chain(steal.taken));
        }
        for shared in &hazards.shared_keys {
            self.site(&shared.write);
            if let SharedKeyForm::ReleaseDeletes(site) | SharedKeyForm::ReleaseMisses(site) = &shared.form {
                self.site(site);
            }
        }
        for wakeup in &hazards.wakeups {
            self.site(&wakeup.site);
            self.all(wakeup.subscribed);
        }
        for early in &hazards.early_releases {
            self.site(&early.site);
            self.all([early.begun, early.committed]);
        }
        self.all(hazards.refusal.iter().flat_map(|r| [r.exit, r.read]));
    }

    fn flight(&mut self, flight: &Flight) {
        self.site(&flight.site);
        if let FlightContext::FirstCaller(at) = &flight.context {
            self.0.insert(*at);
        }
        self.all(flight.keeps_failures.into_iter().chain(flight.cache_read).chain(flight.work));
    }

    fn miss(&mut self, miss: &Miss) {
        self.site(&miss.read);
        self.site(&miss.write);
        self.0.insert(miss.compute);
    }

    fn pair(&mut self, pair: &CheckThenSet) {
        self.site(&pair.read);
        self.site(&pair.set);
    }

    fn fill(&mut self, fill: &Fill) {
        self.site(&fill.site);
        fill.invalidated.iter().for_each(|site| self.site(site));
        self.all(fill.missed.into_iter().chain(fill.computed));
    }
}
