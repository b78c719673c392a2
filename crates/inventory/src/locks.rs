//! Lock sessions as rows.

use crate::sessions::{Session, sessions};
use dogpile_analysis::lifecycle::{
    CheckThenSet, Class, DurationFact, DurationSource, Guard, Lifecycles, Lock, Profile, Release, Renewal, Site,
    TokenKind, Ttl, WaitBound,
};
use dogpile_report::inventory::{Lease, LockRow, Origin, ReleaseRow, RenewalRow, SectionTime, TimeSource};

/// Every session, what guards a section first.
pub(crate) fn rows(lifecycles: &Lifecycles) -> Vec<LockRow> {
    let pairs = lifecycles.check_then_sets.iter();
    let mut rows: Vec<LockRow> =
        sessions(&lifecycles.locks).iter().map(row).chain(pairs.map(looked_at_first)).collect();
    rows.sort_by_key(|row| (rank(row.class), row.origin.place, row.origin.command_at));
    // One call may lead to the same command on several ways.
    rows.dedup_by(|a, b| {
        let name = |row: &LockRow| (row.origin.place, row.origin.command_at, row.class);
        name(a) == name(b) && a.key == b.key && a.lease == b.lease
    });
    rows
}

fn rank(class: &str) -> usize {
    CLASSES.iter().position(|(_, name)| *name == class).unwrap_or(CLASSES.len())
}

/// Classes in the order of the list.
const CLASSES: [(Class, &str); 5] = [
    (Class::Lock, "lock"),
    (Class::Unknown, "?"),
    (Class::Tick, "tick"),
    (Class::Mark, "mark"),
    (Class::Record, "record"),
];

fn class_name(class: Class) -> &'static str {
    CLASSES.iter().find(|(of, _)| *of == class).map_or("?", |(_, name)| name)
}

fn row(session: &Session<'_>) -> LockRow {
    let lock = session.lock;
    let views = || std::iter::once(lock).chain(session.within.iter().copied());
    let decided = views().find(|view| view.class != Class::Unknown).unwrap_or(lock);
    let token =
        views().map(|view| &view.acquire.token).find(|t| t.kind != TokenKind::Unknown).unwrap_or(&lock.acquire.token);
    let first = |has: fn(&Lock) -> bool| views().find(|view| has(view)).unwrap_or(lock);
    let releases = &first(|view| !view.releases.is_empty()).releases;
    // What is queued with the acquire, whoever won, sets the first lease.
    let renews = |view: &Lock| view.renewals.iter().any(|renewal| !renewal.runs_unheld);
    let renewals =
        views().find(|view| renews(view)).unwrap_or(lock).renewals.iter().filter(|renewal| !renewal.runs_unheld);
    let mut times: Vec<SectionTime> = Vec::new();
    for fact in views().flat_map(|view| &view.section.durations) {
        let time = time(fact);
        if !times.contains(&time) {
            times.push(time);
        }
    }
    let waits = views().find_map(|view| view.wait.as_ref().map(|wait| wait.bound).or(view.acquire.waits_inside));
    LockRow {
        class: class_name(decided.class),
        class_reason: decided.class_reason.clone(),
        key: lock.acquire.pattern.clone(),
        key_text: lock.acquire.key.clone(),
        lease: lease(session),
        token: token_name(&token.kind, lock.acquire.library),
        token_text: token.text.clone(),
        releases: releases.iter().map(release).collect(),
        // With code in between that was not understood, or a helper that may release, absence says nothing.
        releases_known: !releases.is_empty() || !views().any(|view| view.section.opaque),
        renewals: renewals.map(renewal).collect(),
        auto_renewed: lock.acquire.auto_renews,
        times,
        waits: waits.map(bound),
        profile: match lock.profile {
            Profile::Efficiency => "efficiency",
            Profile::Correctness => "correctness",
        },
        library: lock.acquire.library,
        reached_from: session.reached_from.clone(),
        origin: origin(&lock.acquire.site),
    }
}

/// A key that is read and then set: used as a lock, though nothing but luck keeps two from taking it.
fn looked_at_first(pair: &CheckThenSet) -> LockRow {
    let key = pair.id.split_once('|').map_or(pair.key.as_str(), |(_, shape)| shape);
    let site = &pair.set;
    LockRow {
        class: "lock",
        class_reason: if pair.released { "read, set and given back" } else { "read, then set" }.to_owned(),
        key: key.to_owned(),
        key_text: pair.key.clone(),
        lease: Lease::Unknown,
        token: "?",
        token_text: String::new(),
        releases: Vec::new(),
        releases_known: false,
        renewals: Vec::new(),
        auto_renewed: false,
        times: Vec::new(),
        waits: None,
        profile: "efficiency",
        library: false,
        reached_from: Vec::new(),
        origin: Origin { command: format!("{}, then {}", pair.read.command, site.command), ..origin(site) },
    }
}

/// Where an operation is sent, and by whom.
pub(crate) fn origin(site: &Site) -> Origin {
    Origin {
        place: site.outer(),
        command_at: site.span,
        command: site.command.clone(),
        function: site.root.clone(),
        client: site.client.clone(),
        confidence: match site.confidence {
            dogpile_analysis::lifecycle::Confidence::Possible => dogpile_report::Confidence::Possible,
            dogpile_analysis::lifecycle::Confidence::Likely => dogpile_report::Confidence::Likely,
            dogpile_analysis::lifecycle::Confidence::Certain => dogpile_report::Confidence::Certain,
        },
    }
}

fn lease(session: &Session<'_>) -> Lease {
    let acquire = &session.lock.acquire;
    let second =
        || std::iter::once(session.lock).chain(session.within.iter().copied()).any(|view| !view.expiries.is_empty());
    match &acquire.ttl {
        Ttl::Absent if acquire.expiry_same_step => Lease::Given,
        Ttl::Absent if second() => Lease::Second,
        Ttl::Absent => Lease::None,
        Ttl::Known { ms, text, default, .. } => Lease::Known { ms: *ms, text: text.clone(), default: *default },
        Ttl::Given => Lease::Given,
        Ttl::Unknown => Lease::Unknown,
    }
}

fn token_name(kind: &TokenKind, library: bool) -> &'static str {
    match kind {
        TokenKind::Constant => "constant",
        TokenKind::KeyDerived => "of key",
        TokenKind::PerProcess => "per process",
        TokenKind::Clock => "clock",
        TokenKind::Fresh => "fresh",
        TokenKind::PerHandle => "per handle",
        TokenKind::Caller => "caller's",
        TokenKind::None => "none",
        TokenKind::Unknown if library => "library's",
        TokenKind::Unknown => "?",
    }
}

fn guard_name(guard: &Guard) -> &'static str {
    match guard {
        Guard::None => "unguarded",
        Guard::ReadThenAct(_) => "read first",
        Guard::Atomic => "guarded",
        Guard::Unknown => "?",
    }
}

fn release(release: &Release) -> ReleaseRow {
    ReleaseRow {
        guard: guard_name(&release.guard),
        command: release.site.command.clone(),
        deferred: release.deferred,
        same_session: release.same_session,
        rollback: release.rollback,
        place: release.site.outer(),
    }
}

fn renewal(renewal: &Renewal) -> RenewalRow {
    RenewalRow {
        guard: guard_name(&renewal.guard),
        command: renewal.site.command.clone(),
        heartbeat: renewal.heartbeat,
        interval_ms: renewal.interval_ms,
        lease_ms: renewal.ttl_ms,
        same_session: renewal.same_session,
        place: renewal.site.outer(),
    }
}

fn time(fact: &DurationFact) -> SectionTime {
    SectionTime {
        ms: fact.ms,
        source: match fact.source {
            DurationSource::Sleep => TimeSource::Sleep,
            DurationSource::ClientTimeout => TimeSource::ClientTimeout,
            DurationSource::Deadline => TimeSource::Deadline,
            DurationSource::Annotation => TimeSource::Annotation,
            DurationSource::Config => TimeSource::Config,
            DurationSource::LatencyFile => TimeSource::LatencyFile,
            DurationSource::Comment => TimeSource::Comment,
        },
        text: fact.text.clone(),
    }
}

fn bound(bound: WaitBound) -> &'static str {
    match bound {
        WaitBound::None => "without end",
        WaitBound::Attempts => "some attempts",
        WaitBound::Deadline => "until a deadline",
        WaitBound::Context => "while its context lasts",
        WaitBound::Unknown => "?",
    }
}
