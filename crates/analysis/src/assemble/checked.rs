//! Locks that are taken by a look and a SET.

use super::Assembly;
use super::hazards::Forms;
use crate::explore::record::{Exploration, Lease, Loose, OpSite, ReleaseFacts, SessionFacts};
use crate::explore::state::Status;
use crate::explore::trace::What;
use crate::lifecycle::{CheckThenSet, Lifecycles, Lock};
use crate::program::FuncRef;
use crate::sym::{Sym, Val};
use std::collections::BTreeSet;

impl Assembly<'_, '_> {
    /// Looks and SETs of one key that make a lock: told as that, and as the sessions that they are.
    pub(super) fn check_then_sets(
        &self,
        root: FuncRef,
        e: &Exploration,
        taken: &BTreeSet<String>,
        out: &mut Lifecycles,
    ) {
        for (site, key, option) in &e.ignored {
            let set = self.site(root, site);
            if out.check_then_sets.iter().any(|known| known.set.span == set.span) {
                continue;
            }
            let id = format!("{}|{}", self.cx.program.function(root).name, crate::keys::shape(&key.sym));
            out.check_then_sets.push(CheckThenSet {
                id,
                read: set.clone(),
                set,
                key: crate::keys::display(&key.sym),
                released: true,
                ignored: Some(option.clone()),
            });
        }
        for loose in &e.loose {
            let Loose::Set { site, key, .. } = loose else { continue };
            // A key that says nothing is the same one only as the same variable, and a lock only to its owner.
            let telling = crate::keys::is_telling(&key.sym);
            let shape = crate::keys::shape(&key.sym);
            let same =
                |other: &Val| if telling { crate::keys::shape(&other.sym) == shape } else { other.sym == key.sym };
            let named = telling || matches!(&*key.sym, Sym::Param(..));
            let Some(read) = e.loose.iter().find_map(|l| match l {
                Loose::Read { site, key } if named && same(key) => Some(site),
                _ => None,
            }) else {
                continue;
            };
            let release = e.loose.iter().find_map(|l| match l {
                Loose::Release { key, facts } if same(key) => Some(facts),
                _ => None,
            });
            // Read, set, work, delete in one function: a lock by hand. Without the delete it is a cache.
            // In another function it takes a delete that asks for the owner.
            let owned = |f: &ReleaseFacts| matches!(f.guard, crate::explore::record::GuardFact::Atomic(Some(_)));
            let home = |f: FuncRef| self.cx.program.function(f).name.rsplit_once('.').map(|(home, _)| home.to_owned());
            let of_one = |f: &ReleaseFacts| {
                home(f.site.func).is_some() && home(f.site.func) == home(site.func) && !taken.contains(&shape)
            };
            // What a function hands out gives back what it took.
            let handed_out = |f: &ReleaseFacts| f.site.func == root;
            let elsewhere = || {
                let fits = |f: &ReleaseFacts| if telling { of_one(f) } else { handed_out(f) };
                self.releases
                    .with(&crate::keys::nameless(&shape))
                    .find(|other| owned(&other.what) && fits(&other.what) && same(&other.key))
                    .map(|other| &other.what)
            };
            let Some(release) = release.filter(|r| r.site.span > site.span || r.deferred).or_else(elsewhere) else {
                continue;
            };
            let owned = owned(release);
            // A name is the tie-break: codes, sessions and flags are read, set and deleted in the same way.
            let names = format!("{shape} {}", self.cx.program.function(root).name).to_ascii_lowercase();
            if read.span > site.span
                || !(owned || telling && ["lock", "mutex", "lease", "running"].iter().any(|w| names.contains(w)))
            {
                continue;
            }
            let id = format!("{}|{shape}", self.cx.program.function(root).name);
            out.check_then_sets.push(CheckThenSet {
                id,
                read: self.site(root, read),
                set: self.site(root, site),
                key: crate::keys::display(&key.sym),
                released: true,
                ignored: None,
            });
            let session = checked_session(e, site, key);
            out.locks.push(self.lock_of(root, e, session));
        }
    }

    /// A lock that no conditional command takes.
    fn lock_of(&self, root: FuncRef, e: &Exploration, session: SessionFacts) -> Lock {
        let mut with = e.clone();
        with.sessions.push(session);
        self.lock(root, &with, &Forms::of(&with), with.sessions.len() - 1, None)
    }
}

/// What is taken by that SET, and where it is given back. Which path got it, no reply says.
fn checked_session(e: &Exploration, site: &OpSite, key: &Val) -> SessionFacts {
    let deed = e.trace.deeds.iter().find(|d| d.what == What::Put && d.site == *site);
    let (token, lease) = deed.map_or((None, Lease::Unknown), |d| (d.value.clone(), d.lease.clone()));
    let mut session = SessionFacts::new(site.clone(), key.clone(), lease, token);
    session.blurred = true;
    let shape = crate::keys::shape(&key.sym);
    for loose in &e.loose {
        if let Loose::Release { key, facts } = loose
            && crate::keys::shape(&key.sym) == shape
        {
            session.releases.push(ReleaseFacts { statuses: BTreeSet::from([Status::Won]), ..facts.clone() });
        }
    }
    session
}
