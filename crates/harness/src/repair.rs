//! Repairs: what a rule's help says, done to the facts, so that the repaired program can be put through the same
//! adversary before anybody is told to write it.

use crate::lower::Subject;
use dogpile_analysis::lifecycle::{
    Coalescing, ContextOrigin, DurationFact, Fate, Fill, Flight, FlightContext, Guard, Lock, OnLoss, Recheck,
    TokenKind, Ttl, WaitBound, WakeupEnd,
};
use dogpile_source::Span;

/// A lease for locks that had none, ms.
const LEASE_MS: u64 = 30_000;

/// The repaired form of what a rule found, and how it reads: `with …`.
#[must_use]
pub fn repaired(rule: &str, subject: &Subject) -> Option<(Subject, &'static str)> {
    let mut subject = subject.clone();
    let what = match &mut subject {
        Subject::Lock(lock) => lock_repair(rule, lock)?,
        Subject::Flight(flight) => flight_repair(rule, flight)?,
        Subject::Miss(miss) => {
            miss.coalescing = Coalescing::Cluster;
            "a lock across processes and a second look"
        }
        Subject::Fill(fill) => fill_repair(rule, fill)?,
        Subject::Pair(pair) => return Some((Subject::Single(pair.clone()), "SET NX PX in one step")),
        Subject::Single(_) => return None,
    };
    Some((subject, what))
}

/// The lock with the faults mended that other rules tell of: a schedule must not break for another reason than the one
/// that the finding gives. What a command says word for word stays as it is.
pub(crate) fn isolated(rule: &str, lock: &Lock) -> Lock {
    let mut lock = lock.clone();
    if rule != "acquire-error-ignored" {
        lock.outcomes.failed = Fate::Handled;
    }
    if rule != "acquire-result-ignored" {
        lock.outcomes.lost = Fate::Handled;
    }
    for renewal in &mut lock.renewals {
        if rule != "brittle-renewal" {
            renewal.brittle = None;
        }
        if !matches!(rule, "lost-lease-ignored" | "brittle-renewal") {
            renewal.on_loss = OnLoss::Told;
        }
        if rule != "unconditional-renewal" {
            renewal.runs_unheld = false;
        }
    }
    if rule != "immortal-renewal" {
        lock.heartbeats.clear();
    }
    if rule != "leaked-lock" {
        lock.leaks.clear();
    }
    if rule != "lock-key-is-data-key" {
        lock.hazards.shared_keys.clear();
    }
    if rule != "missed-wakeup" {
        lock.hazards.wakeups.clear();
    }
    if rule != "nested-acquire" {
        lock.nested.clear();
    }
    if rule != "non-atomic-steal" {
        lock.hazards.steals.clear();
    }
    if rule != "release-without-acquire" {
        lock.releases.iter_mut().for_each(|release| release.unheld = None);
    }
    if rule != "released-before-commit" {
        lock.hazards.early_releases.clear();
    }
    if rule != "work-escapes-lock" {
        lock.escapes.clear();
    }
    lock
}

fn lock_repair(rule: &str, lock: &mut Lock) -> Option<&'static str> {
    Some(match rule {
        "acquire-error-ignored" => {
            lock.outcomes.failed = Fate::Handled;
            "the error told apart and returned"
        }
        "acquire-result-ignored" => {
            lock.outcomes.lost = Fate::Handled;
            "the reply looked at"
        }
        "brittle-renewal" => {
            lock.renewals.iter_mut().for_each(|r| r.brittle = None);
            lock.renewals.iter_mut().for_each(|r| r.on_loss = OnLoss::Told);
            "a heartbeat that tries again"
        }
        "cancelled-release" => {
            lock.releases.iter_mut().for_each(|r| r.context = ContextOrigin::Detached);
            "a release that the caller cannot cancel"
        }
        "constant-token" | "shared-lock-handle" => {
            unique_token(lock);
            guard_releases(lock);
            "a token of its own for each acquisition, compared on release"
        }
        "immortal-renewal" => {
            lock.heartbeats.clear();
            lock.leaks.clear();
            "a heartbeat that ends with the work"
        }
        "leaked-lock" => {
            lock.leaks.clear();
            "a release on every way out"
        }
        "lock-key-is-data-key" => {
            lock.hazards.shared_keys.clear();
            "a key of its own for the lock"
        }
        "lock-without-expiry" | "non-atomic-expiry" => {
            lease(lock, LEASE_MS);
            lock.expiries.clear();
            "the expiry given in the same command"
        }
        "lost-lease-ignored" => {
            for renewal in &mut lock.renewals {
                (renewal.on_loss, renewal.brittle) = (OnLoss::Told, None);
            }
            "work that stops when the lease is lost"
        }
        "missed-wakeup" => {
            for wait in &mut lock.hazards.wakeups {
                (wait.end, wait.rechecks) = (WakeupEnd::Time, true);
            }
            "a second look after subscribing and a time limit"
        }
        "nested-acquire" => {
            lock.nested.clear();
            "the lock taken once, outside"
        }
        "no-recheck-after-acquire" => {
            lock.recheck = Recheck::Done;
            "the cache read again after the acquire"
        }
        "non-atomic-release" | "unconditional-release" => {
            unique_token_if_equal(lock);
            guard_releases(lock);
            "compare-and-delete in one script"
        }
        "non-atomic-steal" => {
            lock.hazards.steals.clear();
            lease(lock, LEASE_MS);
            unique_token_if_equal(lock);
            guard_releases(lock);
            "a lease that ends by itself, and no take-over"
        }
        "release-without-acquire" => {
            lock.releases.iter_mut().for_each(|r| r.unheld = None);
            unique_token_if_equal(lock);
            guard_releases(lock);
            "the release registered after the win, and compared with the token"
        }
        "released-before-commit" => {
            lock.hazards.early_releases.clear();
            "the release after the commit"
        }
        "renewal-too-slow" => {
            let lease = lock.acquire.ttl.known_ms().unwrap_or(crate::lower::SOME_LEASE_MS);
            lock.renewals.iter_mut().for_each(|r| r.interval_ms = Some((lease / 3).max(1)));
            "a beat at a third of the lease"
        }
        "ttl-below-p99" => {
            let longest = lock.section.durations.iter().map(|d: &DurationFact| d.ms).max().unwrap_or(LEASE_MS);
            lease(lock, longest.saturating_mul(2));
            "a lease twice as long as the work can take"
        }
        "ttl-unit-mismatch" => {
            lease(lock, LEASE_MS);
            lock.unit_faults.clear();
            lock.renewals.iter_mut().for_each(|r| (r.site.sent, r.ttl_ms) = (None, Some(LEASE_MS)));
            "the time in the unit that the command counts"
        }
        "unbounded-wait" => {
            if let Some(wait) = &mut lock.wait {
                wait.bound = WaitBound::Attempts;
            }
            lock.acquire.waits_inside = lock.acquire.waits_inside.map(|_| WaitBound::Attempts);
            "a last attempt"
        }
        "unconditional-renewal" => {
            for renewal in &mut lock.renewals {
                (renewal.guard, renewal.runs_unheld, renewal.site.sent) = (Guard::Atomic, false, None);
            }
            unique_token_if_equal(lock);
            "compare-and-expire in one script"
        }
        "unfenced-write" => {
            lock.section
                .writes
                .iter_mut()
                .for_each(|write| (write.fenced, write.site.sent) = (true, fenceable(write.site.sent.take())));
            "a fencing number drawn by the acquire and compared by the write"
        }
        "work-escapes-lock" => {
            lock.escapes.clear();
            "the work waited for before the release"
        }
        _ => return None,
    })
}

/// The key of a write, without the script that it is sent with.
fn fenceable(sent: Option<dogpile_analysis::lifecycle::Sent>) -> Option<dogpile_analysis::lifecycle::Sent> {
    sent.filter(|sent| sent.name() != "EVAL")
}

fn lease(lock: &mut Lock, ms: u64) {
    lock.acquire.ttl = Ttl::Known { ms, span: Span::default(), text: format!("{ms} ms"), default: false };
    lock.acquire.expiry_same_step = true;
    lock.acquire.site.sent = None;
}

fn unique_token(lock: &mut Lock) {
    lock.shared = None;
    lock.acquire.token.kind = TokenKind::Fresh;
    lock.acquire.site.sent = None;
}

/// A comparison needs a token that tells holders apart.
fn unique_token_if_equal(lock: &mut Lock) {
    if matches!(
        lock.acquire.token.kind,
        TokenKind::Constant | TokenKind::KeyDerived | TokenKind::PerProcess | TokenKind::Clock
    ) {
        unique_token(lock);
        for renewal in &mut lock.renewals {
            (renewal.guard, renewal.site.sent) = (Guard::Atomic, None);
        }
    }
}

fn guard_releases(lock: &mut Lock) {
    for release in &mut lock.releases {
        (release.guard, release.site.sent) = (Guard::Atomic, None);
    }
    for renewal in &mut lock.renewals {
        renewal.site.sent = None;
        if renewal.guard != Guard::None {
            renewal.guard = Guard::Atomic;
        }
    }
}

fn flight_repair(rule: &str, flight: &mut Flight) -> Option<&'static str> {
    Some(match rule {
        "local-single-flight" => {
            flight.cross_process_lock = true;
            "a lock across processes inside the flight"
        }
        "poisoned-flight" => {
            flight.keeps_failures = None;
            flight.context = FlightContext::Own;
            "an entry that goes when its work fails, on a context of its own"
        }
        _ => return None,
    })
}

fn fill_repair(rule: &str, fill: &mut Fill) -> Option<&'static str> {
    (rule == "stale-merge").then(|| {
        fill.guarded = true;
        "a version compared in the write"
    })
}
