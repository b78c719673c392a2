//! Facts made by hand, for tests of single decisions.

use dogpile_analysis::lifecycle::*;
use dogpile_source::{FileId, Span};

/// A place of its own for each number.
pub(crate) fn span(n: usize) -> Span {
    Span::new(FileId(0), n * 10, n * 10 + 5)
}

pub(crate) fn site(n: usize, command: &str) -> Site {
    Site {
        span: span(n),
        via: Vec::new(),
        command: command.to_owned(),
        sent: None,
        function: "example.rebuild".to_owned(),
        root: "example.rebuild".to_owned(),
        client: "go-redis".to_owned(),
        phrases: Phrases::default(),
        confidence: Confidence::Certain,
    }
}

pub(crate) fn ttl(ms: u64) -> Ttl {
    Ttl::Known { ms, span: span(2), text: format!("{ms}ms"), default: false }
}

/// A lock without a fault: leased, unique, checked, released by a script.
pub(crate) fn lock() -> Lock {
    Lock {
        id: "example.rebuild/lock:report/0".to_owned(),
        acquire: Acquire {
            site: site(1, "SET NX"),
            key: "\"lock:report\"".to_owned(),
            pattern: "lock:report".to_owned(),
            ttl: ttl(10_000),
            token: Token { kind: TokenKind::Fresh, span: Some(span(3)), text: "token".to_owned() },
            library: false,
            auto_renews: false,
            throws_when_lost: false,
            expiry_same_step: true,
            waits_inside: None,
        },
        class: Class::Lock,
        class_reason: "released".to_owned(),
        profile: Profile::Efficiency,
        outcomes: Outcomes { lost: Fate::Handled, failed: Fate::Handled, fail_open: false },
        expiries: Vec::new(),
        releases: vec![release(Guard::Atomic)],
        renewals: Vec::new(),
        heartbeats: Vec::new(),
        escapes: Vec::new(),
        nested: Vec::new(),
        shared: None,
        leaks: Vec::new(),
        section: Section { work: Some(span(5)), ..Section::default() },
        wait: None,
        recheck: Recheck::NotApplicable,
        unit_faults: Vec::new(),
        hazards: Hazards::default(),
    }
}

pub(crate) fn release(guard: Guard) -> Release {
    Release {
        site: site(9, "DEL"),
        guard,
        same_session: true,
        unheld: None,
        throws_unheld: false,
        context: ContextOrigin::Detached,
        context_span: None,
        deferred: true,
        rollback: false,
        administrative: false,
    }
}

pub(crate) fn renewal(guard: Guard, on_loss: OnLoss) -> Renewal {
    Renewal {
        site: site(7, "PEXPIRE"),
        guard,
        same_session: true,
        interval_ms: Some(3_000),
        ttl_ms: Some(10_000),
        on_loss,
        heartbeat: true,
        runs_unheld: false,
        beat: span(7),
        prompt: false,
        brittle: None,
    }
}

pub(crate) fn lasts(ms: u64, source: DurationSource) -> DurationFact {
    DurationFact { ms, source, span: Some(span(5)), text: format!("it lasts {ms}ms") }
}

pub(crate) fn leak(n: usize, exit: ExitKind) -> Leak {
    Leak { span: span(n), exit, steps: Vec::new(), partial: false }
}

pub(crate) fn write(n: usize, fenced: bool) -> Write {
    Write { site: site(n, "SET"), fenced, deletes: false }
}

pub(crate) fn flight(cache: CacheScope) -> Flight {
    Flight {
        id: "example.feed/0".to_owned(),
        site: site(1, "Group.Do"),
        form: FlightForm::Library,
        context: FlightContext::Own,
        keeps_failures: None,
        cache,
        cache_read: Some(span(2)),
        cross_process_lock: false,
        work: Some(span(3)),
    }
}
