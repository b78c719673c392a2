//! Values put into shared caches.

use super::Assembly;
use super::elsewhere::Entry;
use super::hazards::{family, is_distinct, written};
use crate::explore::record::{Exploration, OpSite};
use crate::explore::trace::{Deed, What, is_data};
use crate::keys;
use crate::lifecycle::{Fill, Ttl};
use crate::program::FuncRef;
use crate::sym::{Sym, Val};

impl Assembly<'_, '_> {
    pub(super) fn fills(&self, root: FuncRef, e: &Exploration) -> Vec<Fill> {
        let mut out = Vec::new();
        let deeds = &e.trace.deeds;
        // What a client's cache stores is data; of a bare command the value says it.
        let data =
            |d: &Deed| d.value.as_ref().is_none_or(|v| is_data(v, &[]) || (*v.sym == Sym::Unknown && d.in_range));
        for deed in deeds.iter().filter(|d| d.what == What::Put && d.statuses.is_empty() && data(d)) {
            let read = deed
                .before
                .iter()
                .filter_map(|at| deeds.get(*at))
                .find(|l| l.what == What::Look && l.key.sym == deed.key.sym && is_value(l));
            let computed = read.and_then(|read| {
                let (from, to) = (read.site.outer(), deed.site.outer());
                let between = |span: dogpile_source::Span| {
                    span.file == from.file && to.file == from.file && span.start > from.end && span.end < to.start
                };
                e.works
                    .iter()
                    .filter(|work| self.cost(work).is_some())
                    .map(|work| work.span)
                    .find(|span| between(*span))
            });
            let mut parts = Vec::new();
            keys::atoms(&deed.key.sym, &mut parts);
            let fixed_ttl_ms = match self.ttl(&deed.lease, false) {
                Ttl::Known { ms, .. } if ms > 0 => Some(ms),
                _ => None,
            };
            let invalidated = self.invalidation(root, deed);
            let site = self.site(root, &deed.site);
            out.push(Fill {
                id: format!("{}|{}", site.root, keys::shape(&deed.key.sym)),
                key: keys::display(&deed.key.sym),
                many_keys: !parts.is_empty(),
                in_batch: deed.in_range && written(&deed.key) >= 3 && self.dear.contains(&family(&deed.key)),
                fixed_ttl_ms,
                missed: read.map(|r| r.site.outer()),
                computed,
                guarded: deed.locked || deed.watched,
                invalidated,
                site,
            });
        }
        out
    }

    /// Deletions of a key in other functions than that of a place.
    pub(super) fn deletions<'s>(&'s self, key: &Val, but: &'s OpSite) -> impl Iterator<Item = &'s Entry<Deed>> {
        let found = is_distinct(key).then(|| self.dropped.with(&family(key)));
        found.into_iter().flatten().filter(|other| other.what.site.func != but.func)
    }

    /// The same key, deleted in another function because of a change.
    fn invalidation(&self, root: FuncRef, deed: &Deed) -> Option<crate::lifecycle::Site> {
        let other =
            self.deletions(&deed.key, &deed.site).find(|other| other.root != root && self.is_of_a_change(other));
        let (root, site) = other.map(|other| (other.root, other.what.site.clone()))?;
        Some(self.site(root, &site))
    }
}

impl Assembly<'_, '_> {
    /// Deleted because what it was made from has changed, not because somebody empties the cache.
    fn is_of_a_change(&self, o: &Entry<Deed>) -> bool {
        let name = self.cx.program.function(o.root).name.to_ascii_lowercase();
        let method = crate::names::last(&name);
        let empties =
            ["purge", "flush", "clear", "admin", "reset", "evict", "clean"].iter().any(|w| method.contains(w));
        !empties
            && self
                .changes
                .get(&o.root)
                .is_some_and(|span| span.file != o.what.site.span.file || span.start < o.what.site.outer().start)
    }
}

/// A read of the value, not of its TTL.
fn is_value(deed: &Deed) -> bool {
    !matches!(deed.site.command.as_str(), "TTL" | "PTTL" | "EXISTS" | "TYPE")
}
