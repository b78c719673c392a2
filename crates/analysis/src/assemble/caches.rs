//! Flights and cache-aside misses.

use super::Assembly;
use crate::explore::record::{CacheFacts, Exploration, FlightFacts, Lease, OpSite, Work};
use crate::explore::state::is_written_by;
use crate::lifecycle::{CacheScope, Coalescing, Flight, FlightContext, FlightForm, Miss};
use crate::names::{are_of_one_project, parted};
use crate::program::FuncRef;
use crate::typing::Evidence;
use dogpile_models::{CacheOp, CacheScope as ModelScope, Coalesces};

impl Assembly<'_, '_> {
    pub(super) fn flights(&self, root: FuncRef, e: &Exploration, out: &mut Vec<Flight>) {
        for f in &e.flights {
            // The function that enters it tells it; a caller's view of the same place adds nothing.
            let inner = !f.site.via.is_empty();
            // Redis may be where the value stands, and no cache of it: it is read as the work, and nobody writes there.
            let filled = e.caches.iter().any(|c| c.op == CacheOp::Set && c.scope != ModelScope::Process);
            let is_cache = |scope: ModelScope| filled || scope != ModelScope::Shared;
            // What else a caller reads is not what this flight fills.
            let reads =
                e.caches.iter().filter(|c| c.op == CacheOp::Get && !inner && (!c.in_flight || is_cache(c.scope)));
            let within = f.caches.iter().copied().filter(|(scope, _)| is_cache(*scope));
            let scopes: Vec<(ModelScope, dogpile_source::Span)> =
                within.chain(reads.map(|c| (c.scope, c.site.span))).collect();
            let find = |scope: ModelScope| scopes.iter().find(|(s, _)| *s == scope).map(|(_, span)| *span);
            let (cache, cache_read) =
                match (find(ModelScope::Shared), find(ModelScope::Process), find(ModelScope::Unknown)) {
                    (Some(span), _, _) => (CacheScope::Shared, Some(span)),
                    (None, Some(span), _) => (CacheScope::Process, Some(span)),
                    (None, None, Some(span)) => (CacheScope::Unknown, Some(span)),
                    _ => (CacheScope::None, None),
                };
            let context = match (f.caller_context, f.unknown_work) {
                (Some(span), _) => FlightContext::FirstCaller(span),
                (None, true) => FlightContext::Unknown,
                (None, false) => FlightContext::Own,
            };
            let site = self.site(root, &f.site);
            let flight = Flight {
                id: format!("{}|flight", site.function),
                form: if f.by_hand { FlightForm::ByHand } else { FlightForm::Library },
                context,
                keeps_failures: f.keeps_failures,
                cache,
                cache_read,
                cross_process_lock: f.lock_inside,
                work: f.work,
                site,
            };
            match out.iter_mut().find(|o| o.site.span == flight.site.span) {
                Some(known) if !inner => *known = flight,
                Some(known) => {
                    known.cross_process_lock |= flight.cross_process_lock;
                    if known.cache == CacheScope::None {
                        known.cache = flight.cache;
                        known.cache_read = flight.cache_read;
                    }
                }
                None => out.push(flight),
            }
        }
    }

    /// Promises that a variable of the process keeps when they are rejected.
    pub(super) fn kept_promises(&self, out: &mut Vec<Flight>) {
        for kept in crate::memo::kept_promises(&self.cx.program, &self.cx.typing) {
            let func = crate::reach::outermost(&self.cx.program, kept.func);
            let op = OpSite {
                span: kept.join,
                via: vec![],
                func,
                command: "promise".to_owned(),
                words: std::sync::Arc::default(),
                client: None,
                evidence: Evidence::Exact,
            };
            let site = self.site(func, &op);
            if out.iter().any(|known| known.keeps_failures == Some(kept.store)) {
                continue;
            }
            out.push(Flight {
                id: format!("{}|{}", site.function, crate::names::last(&kept.variable)),
                form: FlightForm::ByHand,
                context: FlightContext::Own,
                keeps_failures: Some(kept.store),
                cache: CacheScope::None,
                cache_read: None,
                cross_process_lock: false,
                work: Some(kept.store),
                site,
            });
        }
    }

    /// Flights whose entry is only taken away where the work went well.
    pub(super) fn kept_entries(&self, flights: &mut [Flight]) {
        for flight in flights.iter_mut().filter(|f| f.form == FlightForm::ByHand && f.keeps_failures.is_none()) {
            if crate::memo::keeps_entry(&self.cx.program, &self.cx.typing, flight.site.span) {
                flight.keeps_failures = Some(flight.site.span);
            }
        }
    }

    pub(super) fn misses(&self, root: FuncRef, e: &Exploration) -> Vec<Miss> {
        let mut out = Vec::new();
        for read in e.caches.iter().filter(|c| c.op == CacheOp::Get && c.scope == ModelScope::Shared) {
            let writes =
                |c: &&CacheFacts| c.op == CacheOp::Set && c.key.sym == read.key.sym && c.site.span != read.site.span;
            let Some(write) = e.caches.iter().find(writes).filter(|write| !write.after_hit && !write.is_flag) else {
                continue;
            };
            let (from, to) = (read.site.outer(), write.site.outer());
            let between = |work: &&Work| {
                let span = work.span;
                span.file == from.file
                    && span.start > from.end
                    && span.end < to.start
                    && to.file == from.file
                    && !work.given.contains(&read.key.sym)
                    && !work.given.iter().any(|given| is_written_by(given, from))
            };
            // Decoding a hit is work, too: what costs comes first.
            let makes = |w: &Work| write.made_by.contains(&w.span);
            // What is waited for asks somebody, where its answer is what is stored.
            let cost = |w: &Work| {
                self.cost(w).or_else(|| (w.waited && makes(w)).then(|| "an answer that is waited for".to_owned()))
            };
            let works = || e.works.iter().filter(between);
            let dear = || works().filter(|w| cost(w).is_some());
            let found = dear().find(|w| makes(w)).or_else(|| dear().next()).or_else(|| works().next());
            let Some(work) = found else { continue };
            let compute = work.span;
            // Where in doubt, it costs: a lock taken before it counts.
            let last_work = works()
                .filter(|w| cost(w).is_some() || costly(&w.name).is_some())
                .map(|w| w.span)
                .max()
                .unwrap_or(compute);
            // The work may be a flight's whose first caller fills the cache when it has waited.
            let is_flight = |f: &FlightFacts| f.work.is_some_and(|work| work.contains(compute));
            let coalescing = if read.in_flight || write.in_flight || e.flights.iter().any(is_flight) {
                Coalescing::Process
            } else if e.sessions.iter().any(|s| {
                // A lock taken after the work is done lets only one write, and everybody work.
                let taken = s.site.outer();
                let last = if write.held { last_work } else { compute };
                (write.held || taken.start > from.start) && (taken.file != last.file || taken.start <= last.start)
            }) {
                Coalescing::Cluster
            } else if read.coalesces != Coalesces::None {
                Coalescing::Process
            } else {
                Coalescing::None
            };
            let fixed_ttl_ms = match &write.ttl {
                Lease::Value(v, _) => crate::fold::duration_ms(&v.sym).and_then(|ms| u64::try_from(ms).ok()),
                _ => None,
            };
            let (read_site, write_site) = (self.site(root, &read.site), self.site(root, &write.site));
            out.push(Miss {
                id: format!("{}|{}", read_site.root, crate::keys::shape(&read.key.sym)),
                cost: cost(work),
                read: read_site,
                compute,
                write: write_site,
                key: crate::keys::display(&read.key.sym),
                coalescing,
                fixed_ttl_ms,
                ends: write.ttl != Lease::Absent || self.deletions(&read.key, &read.site).next().is_some(),
            });
        }
        out
    }
}

impl Assembly<'_, '_> {
    /// Why a piece of work is thought to be costly. What a project and its folders are called says nothing of it.
    pub(super) fn cost(&self, Work { span, name, remote, .. }: &Work) -> Option<String> {
        let (package, item) = parted(name);
        let here = self.cx.program.number_of(span.file).map(|m| &*self.cx.program.module_at(m).package);
        let is_own = here.is_some_and(|here| are_of_one_project(here, package));
        costly(if is_own { item } else { name }).or_else(|| remote.then(|| "a remote request".to_owned()))
    }
}

/// Why a computation is thought to be costly, by what it asks.
fn costly(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let (owner, method) = lower.rsplit_once('.').unwrap_or(("", &lower));
    // What answers a request asks nobody.
    if ["response", "responsewriter", "reply"].iter().any(|end| owner.ends_with(end)) {
        return None;
    }
    // What makes a key asks nobody, whoever it belongs to (`DownloadStore.jobKey`), but by its own name (`findByKey`).
    let lower = if method.ends_with("key") { method } else { lower.as_str() };
    // Taking an address apart asks nobody.
    if ["query_pairs", "query_string", "querystring", "parse_query"].iter().any(|w| lower.contains(w)) {
        return None;
    }
    let hit = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    if hit(&["http", "exchange", "request", "fetch", "download", "api", "rpc"]) {
        Some("a remote request".to_owned())
    } else if hit(&[
        "repo",
        "sql",
        "query",
        "find",
        "load",
        "dao",
        "database",
        "db.",
        "summary",
        "aggregate",
        "compute",
        "calculate",
    ]) {
        Some("a query".to_owned())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_told_by_names() {
        for name in ["app.UserRepo.get", "app.DownloadStore.job", "app.Users.findByKey", "app.fetchKey"] {
            assert!(costly(name).is_some(), "{name}");
        }
        for name in
            ["app.DownloadStore.jobKey", "next.NextApiResponse.status", "net/http.ResponseWriter.Write", "app.parse"]
        {
            assert_eq!(costly(name), None, "{name}");
        }
    }
}
