//! Lock or mark: decided per call site, on evidence (the strongest first, see the rules' documentation).

use super::Assembly;
use crate::explore::record::{Lease, SessionFacts};
use crate::explore::state::Status;
use crate::lifecycle::{Class, Guard, Profile, Release, Ttl};
use crate::program::FuncRef;
use dogpile_source::Directive;
use std::collections::BTreeSet;

/// Why a set-if-absent is a mark whose only release is a rollback.
pub(super) const ROLLED_BACK: &str = "taken back only when the work fails";

impl Assembly<'_, '_> {
    pub(super) fn class(
        &self,
        root: FuncRef,
        s: &SessionFacts,
        releases: &[Release],
        waits: bool,
        undone: bool,
    ) -> (Class, String) {
        if let Some(class) = self.declared_class(s) {
            return (class, "declared by an annotation".to_owned());
        }
        if s.library {
            return (Class::Lock, "a lock library's acquire".to_owned());
        }
        if s.quorum.as_ref().is_some_and(|quorum| quorum.decides) {
            return (Class::Lock, "asked of several servers, and won by their votes".to_owned());
        }
        // What is given back only by its owner was meant to be owned.
        let owned = s.releases.iter().any(|r| matches!(r.guard, crate::explore::record::GuardFact::Atomic(_)));
        if owned && given_back_by_losers(s) {
            return (Class::Lock, "those who lost it give it back".to_owned());
        }
        // What was queued is answered when the queue is sent; in Rust that answer is not followed to its command.
        let answered = s.queue.is_none() || self.cx.program.module(root).lang != dogpile_ir::Lang::Rust;
        if answered && indifferent(s) && !self.is_named_lock(s) && !owned {
            return (Class::Record, "whether it was won makes no difference".to_owned());
        }
        let released_here = s.releases.iter().any(|r| r.statuses.contains(&Status::Won));
        // With no expiry at all it takes more than a delete on some later branch: index entries are deleted so, too.
        let forever = matches!(s.lease, Lease::Absent) && !s.expiry_same_step;
        // A WATCH around it asks for no owner.
        let by_token = |r: &crate::explore::record::ReleaseFacts| {
            matches!(r.guard, crate::explore::record::GuardFact::Atomic(Some(_)))
        };
        let guarded = s.releases.iter().any(|r| r.deferred || by_token(r));
        let kept_long = self.lasts_long(s) && kept_when_it_goes_well(s) || self.lasts_a_day(s) && !owned && kept(s);
        if released_here && !undone && !kept_long && (!forever || guarded || self.is_named_lock(s)) {
            return (Class::Lock, "released on the path that won it".to_owned());
        }
        if waits {
            return (Class::Lock, "losers wait for it".to_owned());
        }
        // A delete of the same key somewhere else also ends marks, flags and index entries: it takes a lease, and a name
        // as the tie-break, to read the pair as a lock.
        let elsewhere = releases.iter().any(|r| !r.same_session && !r.administrative);
        if elsewhere && !matches!(s.lease, Lease::Absent) && !self.lasts_long(s) && self.is_named_lock(s) {
            return (Class::Lock, "the same key is released elsewhere".to_owned());
        }
        // Who compares before deleting means to own it, for ever though it be.
        let owned_elsewhere = releases.iter().any(|r| !r.same_session && !r.administrative && r.guard == Guard::Atomic);
        if owned_elsewhere && self.is_named_lock(s) {
            return (Class::Lock, "the same key is given back elsewhere by its owner".to_owned());
        }
        if released_here {
            return (Class::Mark, ROLLED_BACK.to_owned());
        }
        // What never expires has nothing to renew: entries of an index get an expiry later, too.
        if !s.renewals.is_empty() && (!forever || self.is_named_lock(s)) {
            return (Class::Lock, "renewed while the work goes on".to_owned());
        }
        // The lease is part of what the wrapper promises, and what it is for stands with callers that nobody shows us.
        if handed_on(s) {
            return (Class::Lock, "a set-if-absent with a lease, offered to callers".to_owned());
        }
        match &s.lease {
            Lease::Absent => (Class::Record, "never expires and is never released".to_owned()),
            _ if self.lasts_long(s) => (Class::Mark, "kept for hours and never released".to_owned()),
            // "busy" to those who lost, a lease, and the name: a lock that only time gives back.
            Lease::Value(..) if self.is_keyed_lock(s) && refuses(s) => {
                (Class::Lock, "those who lose are refused".to_owned())
            }
            _ => (Class::Unknown, "no release and no wait in sight".to_owned()),
        }
    }

    /// The key, or the function that takes it, is called a lock.
    fn is_named_lock(&self, s: &SessionFacts) -> bool {
        // Folders above the package name other things.
        let function = &self.cx.program.function(s.site.func).name;
        let function = function.rsplit('/').next().unwrap_or(function);
        let names = format!("{} {function}", crate::keys::shape(&s.key.sym)).to_ascii_lowercase();
        ["lock", "mutex", "lease", "leader", "acquire", "exclusive", "running"].iter().any(|w| names.contains(w))
    }

    /// For hours: nobody waits that long.
    fn lasts_long(&self, s: &SessionFacts) -> bool {
        matches!(self.ttl(&s.lease, s.library), Ttl::Known { ms, .. } if ms >= 3_600_000)
    }

    /// Nobody works that long.
    fn lasts_a_day(&self, s: &SessionFacts) -> bool {
        matches!(self.ttl(&s.lease, s.library), Ttl::Known { ms, .. } if ms >= 12 * 3_600_000)
    }

    /// The key itself says that it is a lock.
    fn is_keyed_lock(&self, s: &SessionFacts) -> bool {
        crate::keys::shape(&s.key.sym)
            .to_ascii_lowercase()
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|w| matches!(w, "lock" | "mutex"))
    }

    fn declared_class(&self, s: &SessionFacts) -> Option<Class> {
        std::iter::once(s.site.span).chain(s.site.via.iter().copied()).find_map(|span| {
            self.cx.directives_near(span).iter().find_map(|d| match d {
                Directive::Marker(_) => Some(Class::Mark),
                Directive::Lock(_) => Some(Class::Lock),
                _ => None,
            })
        })
    }

    pub(super) fn profile(&self, s: &SessionFacts) -> Profile {
        for span in std::iter::once(s.site.span).chain(s.site.via.iter().copied()) {
            for directive in self.cx.directives_near(span) {
                if let Directive::Profile(name) = directive {
                    return if name == "correctness" { Profile::Correctness } else { Profile::Efficiency };
                }
            }
        }
        let key = crate::keys::shape(&s.key.sym);
        let path = self.cx.program.sources.path(s.site.span);
        self.declared
            .profiles
            .iter()
            .find(|(pattern, _)| super::notes::fits(pattern, &key) || super::notes::fits(pattern, path))
            .map_or(Profile::Efficiency, |(_, p)| *p)
    }
}

/// Winners and losers take the same ways: nobody looks at the reply.
fn indifferent(s: &SessionFacts) -> bool {
    let visits = |status: Status| {
        s.visits.iter().filter(|(_, st)| st.contains(&status)).map(|(span, _)| *span).collect::<BTreeSet<_>>()
    };
    let exits = |of: &[Status]| {
        s.exits
            .iter()
            .filter(|e| of.contains(&e.status) && !e.panics)
            .map(|e| (e.span, e.values.clone()))
            .collect::<BTreeSet<_>>()
    };
    let won = exits(&[Status::Won, Status::Released, Status::HandedOver]);
    !s.library
        && s.wait.is_none()
        && !won.is_empty()
        && won == exits(&[Status::Lost])
        && visits(Status::Won).is_subset(&visits(Status::Lost))
}

/// A wrapper: its caller names the key and hears who won, and it sees to the lease itself, in a step of its own.
fn handed_on(s: &SessionFacts) -> bool {
    let tells = |status: Status, answer: bool| {
        s.exits.iter().any(|e| {
            e.status == status && !e.panics && e.values.first().is_some_and(|v| **v == crate::sym::Sym::Bool(answer))
        })
    };
    let named_by_caller = matches!(&*s.key.sym, crate::sym::Sym::Param(..));
    named_by_caller
        && matches!(s.lease, Lease::Absent)
        && !s.expiries.is_empty()
        && tells(Status::Won, true)
        && tells(Status::Lost, false)
}

/// Never given back on a way out that goes well, and kept on one, whatever it gives.
fn kept_when_it_goes_well(s: &SessionFacts) -> bool {
    let exits = || s.exits.iter().filter(|e| !e.panics);
    exits().filter(|e| e.status == Status::Released).all(|e| e.error != Some(false))
        && exits().any(|e| e.status == Status::Won && e.error == Some(false))
}

/// On some way out, or from one round to the next, though nothing is known to have gone wrong.
fn kept(s: &SessionFacts) -> bool {
    s.kept_over || s.exits.iter().any(|e| e.status == Status::Won && e.error != Some(true) && !e.panics)
}

/// Every loser leaves with an error, winners work.
pub(super) fn refuses(s: &SessionFacts) -> bool {
    let mut lost = s.exits.iter().filter(|e| e.status == Status::Lost && !e.panics).peekable();
    let error = |e: &crate::explore::record::ExitFacts| {
        e.error == Some(true) || e.values.last().is_some_and(|v| matches!(&**v, crate::sym::Sym::Global(name) if crate::names::last(name).to_ascii_lowercase().starts_with("err")))
    };
    lost.peek().is_some() && lost.all(error) && s.visits.values().any(|st| st.contains(&Status::Won))
}

/// Tested backwards: winners leave at once, losers work and release. Losers who delete it and ask again take a dead one away.
pub(super) fn given_back_by_losers(s: &SessionFacts) -> bool {
    let by = |status: Status| s.releases.iter().any(|r| r.statuses.contains(&status));
    let works = |status: Status| s.visits.values().any(|st| st.contains(&status));
    s.wait.is_none() && by(Status::Lost) && !by(Status::Won) && works(Status::Lost) && !works(Status::Won)
}
