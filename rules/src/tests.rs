//! Decisions on levels, and the conventions of messages.

use crate::testing::*;
use crate::{Settings, all, find, run};
use dogpile_analysis::lifecycle::*;
use dogpile_report::{Finding, Level};

fn findings(lifecycles: &Lifecycles) -> Vec<Finding> {
    run(lifecycles, &Settings::default())
}

fn of_lock(change: impl FnOnce(&mut Lock)) -> Vec<(&'static str, Level)> {
    let mut one = lock();
    change(&mut one);
    let found = findings(&Lifecycles { locks: vec![one], ..Lifecycles::default() });
    for finding in &found {
        let length = finding.message.chars().count();
        assert!(length <= 90 && !finding.message.ends_with('…'), "{length}: {}", finding.message);
        assert!(!finding.message.starts_with(char::is_uppercase) && !finding.message.ends_with('.'));
        assert!(!finding.labels.is_empty() || finding.note.is_some(), "{} tells half a story", finding.rule);
    }
    found.into_iter().map(|finding| (finding.rule, finding.level)).collect()
}

fn of_flight(flight: Flight, fleet: Fleet) -> Vec<(&'static str, Level)> {
    let all = Lifecycles { flights: vec![flight], fleet, ..Lifecycles::default() };
    findings(&all).into_iter().map(|finding| (finding.rule, finding.level)).collect()
}

#[test]
fn rules_are_found_by_name() {
    assert_eq!(all().len(), 34);
    assert!(all().windows(2).all(|pair| pair[0].slug < pair[1].slug));
    for rule in all() {
        assert_eq!(find(rule.slug).map(|found| found.slug), Some(rule.slug));
        assert!(rule.docs.starts_with("# "), "{}", rule.slug);
        assert!(!rule.summary.ends_with('.'), "{}", rule.slug);
    }
    assert!(find("no-such-rule").is_none());
}

#[test]
fn a_sound_lock_is_silent() {
    assert_eq!(of_lock(|_| ()), []);
}

#[test]
fn only_locks_are_judged() {
    for class in [Class::Mark, Class::Tick, Class::Record, Class::Unknown] {
        let found = of_lock(|lock| {
            lock.class = class;
            lock.acquire.ttl = Ttl::Absent;
            lock.releases = vec![release(Guard::None)];
        });
        assert_eq!(found, []);
    }
}

#[test]
fn no_expiry_and_a_late_expiry_are_told_apart() {
    let bare = |lock: &mut Lock| {
        lock.acquire.ttl = Ttl::Absent;
        lock.acquire.expiry_same_step = false;
    };
    assert_eq!(of_lock(bare), [("lock-without-expiry", Level::Error)]);
    let late = of_lock(|lock| {
        bare(lock);
        lock.expiries =
            vec![Expiry { site: site(2, "EXPIRE"), exit_between: None, key_confidence: Confidence::Certain }];
    });
    assert_eq!(late, [("non-atomic-expiry", Level::Error)]);
    let unknown = of_lock(|lock| lock.acquire.ttl = Ttl::Unknown);
    assert_eq!(unknown, []);
}

#[test]
fn what_code_proves_is_an_error_and_what_people_say_a_warning() {
    let lasting = |source| of_lock(|lock| lock.section.durations = vec![lasts(25_000, source)]);
    assert_eq!(lasting(DurationSource::Sleep), [("ttl-below-p99", Level::Error)]);
    assert_eq!(lasting(DurationSource::Comment), [("ttl-below-p99", Level::Warning)]);
    let both = of_lock(|lock| {
        lock.section.durations =
            vec![lasts(90_000, DurationSource::Config), lasts(12_000, DurationSource::ClientTimeout)];
    });
    assert_eq!(both, [("ttl-below-p99", Level::Error)]);
}

#[test]
fn a_renewed_or_limited_section_may_be_long() {
    let long = |lock: &mut Lock| lock.section.durations = vec![lasts(25_000, DurationSource::Sleep)];
    let renewed = of_lock(|lock| {
        long(lock);
        lock.renewals = vec![renewal(Guard::Atomic, OnLoss::Told)];
    });
    assert_eq!(renewed, []);
    let limited = of_lock(|lock| {
        long(lock);
        lock.section.limit = Some((10_000, span(4)));
    });
    assert_eq!(limited, []);
    let too_late = of_lock(|lock| {
        long(lock);
        lock.section.limit = Some((10_001, span(4)));
    });
    assert_eq!(too_late, [("ttl-below-p99", Level::Error)]);
    assert_eq!(of_lock(|lock| lock.section.durations = vec![lasts(10_000, DurationSource::Sleep)]), []);
}

#[test]
fn a_constant_token_harms_only_where_it_is_trusted() {
    let with = |kind, releases: Vec<Release>| {
        of_lock(|lock| {
            lock.acquire.token = Token { kind, span: None, text: "\"1\"".to_owned() };
            lock.releases = releases;
        })
    };
    let guarded = || vec![release(Guard::Atomic)];
    assert_eq!(with(TokenKind::Constant, guarded()), [("constant-token", Level::Error)]);
    assert_eq!(with(TokenKind::KeyDerived, guarded()), [("constant-token", Level::Error)]);
    assert_eq!(with(TokenKind::PerProcess, Vec::new()), [("constant-token", Level::Note)]);
    assert_eq!(with(TokenKind::Clock, guarded()), [("constant-token", Level::Note)]);
    let flush = Release { administrative: true, same_session: false, ..release(Guard::None) };
    assert_eq!(with(TokenKind::Constant, vec![flush]), [("constant-token", Level::Note)]);
    for kind in [TokenKind::Fresh, TokenKind::Caller, TokenKind::PerHandle, TokenKind::None, TokenKind::Unknown] {
        assert_eq!(with(kind, guarded()), []);
    }
}

#[test]
fn a_callers_constant_is_told_at_the_call() {
    let mut one = lock();
    one.acquire.site.via = vec![dogpile_source::Span::new(span(0).file, 200, 260)];
    let call = one.acquire.site.via[0];
    one.acquire.token = Token { kind: TokenKind::Constant, span: Some(span(21)), text: "\"1\"".to_owned() };
    assert!(call.contains(span(21)));
    let found = findings(&Lifecycles { locks: vec![one], ..Lifecycles::default() });
    assert_eq!(found[0].primary, call);
}

#[test]
fn fates_of_the_reply() {
    let fate = |lost: Fate, failed: Fate, fail_open: bool| {
        of_lock(|lock| lock.outcomes = Outcomes { lost, failed, fail_open })
    };
    let enters = || Fate::Enters(span(5));
    assert_eq!(fate(Fate::Handled, enters(), false), [("acquire-error-ignored", Level::Error)]);
    assert_eq!(fate(Fate::Handled, enters(), true), [("acquire-error-ignored", Level::Warning)]);
    assert_eq!(fate(Fate::Handled, Fate::ReadsAsHeld(span(5)), false), [("acquire-error-ignored", Level::Note)]);
    assert_eq!(fate(enters(), enters(), false), [("acquire-result-ignored", Level::Error)]);
    assert_eq!(fate(Fate::Unknown, Fate::Unknown, false), []);
    let throwing = of_lock(|lock| {
        lock.acquire.throws_when_lost = true;
        lock.outcomes = Outcomes { lost: Fate::Enters(span(5)), failed: Fate::Enters(span(5)), fail_open: false };
    });
    assert_eq!(throwing, [("acquire-error-ignored", Level::Error)]);
}

#[test]
fn releases_and_their_guards() {
    let with = |change: &dyn Fn(&mut Release), profile| {
        of_lock(|lock| {
            lock.profile = profile;
            change(&mut lock.releases[0]);
        })
    };
    let (loose, strict) = (Profile::Efficiency, Profile::Correctness);
    assert_eq!(with(&|r| r.guard = Guard::None, loose), [("unconditional-release", Level::Error)]);
    assert_eq!(with(&|r| r.guard = Guard::ReadThenAct(span(8)), loose), [("non-atomic-release", Level::Warning)]);
    assert_eq!(with(&|r| r.guard = Guard::ReadThenAct(span(8)), strict), [("non-atomic-release", Level::Error)]);
    assert_eq!(with(&|r| r.guard = Guard::Unknown, loose), []);
    assert_eq!(with(&|r| r.context = ContextOrigin::CallerWithTimeout, loose), [("cancelled-release", Level::Warning)]);
    assert_eq!(with(&|r| (r.guard, r.administrative) = (Guard::None, true), loose), []);
    assert_eq!(with(&|r| (r.guard, r.rollback) = (Guard::None, true), loose), []);
}

#[test]
fn an_unheld_release_harms_without_a_guard() {
    let with = |guard: Guard, throws: bool| {
        of_lock(|lock| {
            let unheld = Some(Unheld { failed: false, steps: Vec::new() });
            lock.releases = vec![Release { unheld, throws_unheld: throws, ..release(guard) }];
        })
    };
    assert_eq!(with(Guard::Atomic, false), []);
    assert_eq!(with(Guard::Atomic, true), [("release-without-acquire", Level::Error)]);
    assert_eq!(
        with(Guard::None, false),
        [("release-without-acquire", Level::Error), ("unconditional-release", Level::Error)]
    );
}

#[test]
fn leaks_are_one_story() {
    let with = |ttl: Ttl, exits: &[ExitKind]| {
        of_lock(|lock| {
            lock.acquire.ttl = ttl;
            lock.leaks = exits.iter().enumerate().map(|(i, exit)| leak(20 + i, *exit)).collect();
        })
    };
    assert_eq!(with(ttl(10_000), &[ExitKind::Panic, ExitKind::ErrorReturn]), [("leaked-lock", Level::Warning)]);
    assert_eq!(with(Ttl::Absent, &[ExitKind::Return, ExitKind::Return]), [("leaked-lock", Level::Error)]);
    assert_eq!(with(ttl(10_000), &[ExitKind::Panic, ExitKind::Cancel]), [("leaked-lock", Level::Note)]);
}

#[test]
fn renewals() {
    let with = |renewal: Renewal, writes: Vec<Write>| {
        of_lock(|lock| {
            lock.renewals = vec![renewal];
            lock.section.writes = writes;
        })
    };
    assert_eq!(with(renewal(Guard::None, OnLoss::Told), Vec::new()), [("unconditional-renewal", Level::Error)]);
    let deaf = || renewal(Guard::Atomic, OnLoss::Ignored(span(7)));
    assert_eq!(with(deaf(), Vec::new()), [("lost-lease-ignored", Level::Warning)]);
    assert_eq!(with(deaf(), vec![write(6, true)]), []);
    assert_eq!(
        with(deaf(), vec![write(6, true), write(8, false)]),
        [("lost-lease-ignored", Level::Warning), ("unfenced-write", Level::Note)]
    );
    assert_eq!(with(renewal(Guard::Atomic, OnLoss::Unknown), Vec::new()), []);
}

#[test]
fn a_beat_may_be_missed() {
    let with = |interval, lease, first, prompt| {
        of_lock(|lock| {
            lock.acquire.ttl = ttl(first);
            let beat = renewal(Guard::Atomic, OnLoss::Told);
            lock.renewals = vec![Renewal { interval_ms: Some(interval), ttl_ms: Some(lease), prompt, ..beat }];
        })
    };
    assert_eq!(with(10_000, 10_000, 10_000, false), [("renewal-too-slow", Level::Error)]);
    assert_eq!(with(5_001, 10_000, 10_000, false), [("renewal-too-slow", Level::Warning)]);
    assert_eq!(with(5_000, 10_000, 10_000, false), []);
    assert_eq!(with(6_000, 60_000, 5_000, false), [("renewal-too-slow", Level::Error)]);
    assert_eq!(with(6_000, 60_000, 5_000, true), []);
    let step = of_lock(|lock| {
        let beat = renewal(Guard::Atomic, OnLoss::Told);
        lock.renewals = vec![Renewal { interval_ms: Some(60_000), heartbeat: false, ..beat }];
    });
    assert_eq!(step, []);
}

#[test]
fn heartbeats_that_end_too_early_or_never() {
    let brittle = |writes: Vec<Write>| {
        of_lock(|lock| {
            lock.renewals = vec![Renewal { brittle: Some(span(8)), ..renewal(Guard::Atomic, OnLoss::Told) }];
            lock.section.writes = writes;
        })
    };
    assert_eq!(brittle(Vec::new()), [("brittle-renewal", Level::Warning)]);
    assert_eq!(brittle(vec![write(6, true)]), []);
    let immortal = |stop, stop_deferred| {
        of_lock(|lock| {
            lock.heartbeats =
                vec![Heartbeat { span: span(4), exits: vec![span(6)], stop, stop_deferred, guarded: true }];
        })
    };
    assert_eq!(immortal(None, false), [("immortal-renewal", Level::Warning)]);
    assert_eq!(immortal(Some(span(7)), false), [("immortal-renewal", Level::Warning)]);
    assert_eq!(immortal(Some(span(7)), true), [("immortal-renewal", Level::Error)]);
}

#[test]
fn side_work_may_go_on() {
    let with = |only, read| {
        of_lock(|lock| lock.escapes = vec![Escape { span: span(4), work: span(6), only, raced: false, read }])
    };
    assert_eq!(with(true, None), [("work-escapes-lock", Level::Error)]);
    assert_eq!(with(false, Some(span(5))), [("work-escapes-lock", Level::Warning)]);
    assert_eq!(with(false, None), []);
}

#[test]
fn one_key_or_handle_for_two() {
    let nested = |waits| of_lock(|lock| lock.nested = vec![Nested { span: span(6), outer: span(1), waits }]);
    assert_eq!(nested(true), [("nested-acquire", Level::Warning)]);
    assert_eq!(nested(false), [("nested-acquire", Level::Warning)]);
    for home in [HandleHome::Field, HandleHome::Package, HandleHome::Loop] {
        for token in [true, false] {
            let name = "a_rather_long_name_of_a_field".to_owned();
            let found = of_lock(|lock| {
                lock.shared = Some(SharedHandle { token, home, name, concurrent: span(6) });
            });
            assert_eq!(found, [("shared-lock-handle", Level::Warning)]);
        }
    }
}

#[test]
fn correctness_raises_unfenced_writes() {
    let found = of_lock(|lock| {
        lock.profile = Profile::Correctness;
        lock.section.writes = vec![write(6, false)];
    });
    assert_eq!(found, [("unfenced-write", Level::Warning)]);
}

#[test]
fn waits() {
    let inside = |bound| of_lock(|lock| lock.acquire.waits_inside = Some(bound));
    assert_eq!(inside(WaitBound::None), [("unbounded-wait", Level::Warning)]);
    for bound in [WaitBound::Attempts, WaitBound::Deadline, WaitBound::Context, WaitBound::Unknown] {
        assert_eq!(inside(bound), []);
    }
    let outside = of_lock(|lock| {
        lock.wait = Some(Wait { span: span(4), form: WaitForm::Recursion, bound: WaitBound::None });
        lock.recheck = Recheck::Missing { read: span(2), compute: span(6), taken: span(4) };
    });
    assert_eq!(outside, [("unbounded-wait", Level::Warning), ("no-recheck-after-acquire", Level::Warning)]);
}

#[test]
fn flights_in_a_fleet() {
    let many = Fleet { instances: Some(20) };
    let (warning, note) = ([("local-single-flight", Level::Warning)], [("local-single-flight", Level::Note)]);
    assert_eq!(of_flight(flight(CacheScope::Shared), many), warning);
    assert_eq!(of_flight(flight(CacheScope::Shared), Fleet::default()), note);
    assert_eq!(of_flight(flight(CacheScope::Unknown), many), note);
    assert_eq!(of_flight(flight(CacheScope::Process), many), []);
    assert_eq!(of_flight(flight(CacheScope::None), many), []);
    assert_eq!(of_flight(Flight { cross_process_lock: true, ..flight(CacheScope::Shared) }, many), []);
    let poisoned = Flight {
        context: FlightContext::FirstCaller(span(4)),
        keeps_failures: Some(span(5)),
        ..flight(CacheScope::None)
    };
    let both = [("poisoned-flight", Level::Warning), ("poisoned-flight", Level::Error)];
    assert_eq!(of_flight(poisoned, Fleet::default()), both);
}

#[test]
fn settings_have_the_last_word() {
    let mut one = lock();
    one.releases = vec![release(Guard::None)];
    let all = Lifecycles { locks: vec![one], ..Lifecycles::default() };
    let level = |level| {
        let settings = Settings { levels: [("unconditional-release".to_owned(), level)].into() };
        run(&all, &settings).into_iter().map(|finding| finding.level).collect::<Vec<_>>()
    };
    assert_eq!(level(Level::Note), [Level::Note]);
    assert_eq!(level(Level::Off), []);
}

#[test]
fn a_fault_in_a_helper_is_told_once() {
    let session = |id: &str, confidence| {
        let mut one = lock();
        one.id = id.to_owned();
        one.acquire.site.confidence = confidence;
        one.releases = vec![release(Guard::None)];
        one
    };
    let locks = vec![session("a", Confidence::Possible), session("b", Confidence::Certain)];
    let found = findings(&Lifecycles { locks, ..Lifecycles::default() });
    assert_eq!(found.iter().map(|finding| finding.session.as_str()).collect::<Vec<_>>(), ["b"]);
}

fn of_fill(change: impl FnOnce(&mut Fill)) -> Vec<(&'static str, Level)> {
    let mut fill = Fill {
        id: "example.profile|profile:{id}".to_owned(),
        site: site(4, "SET"),
        key: "\"profile:\" + id".to_owned(),
        many_keys: true,
        in_batch: false,
        fixed_ttl_ms: None,
        missed: Some(span(1)),
        computed: Some(span(2)),
        guarded: false,
        invalidated: Some(site(8, "DEL")),
    };
    change(&mut fill);
    let all = Lifecycles { fills: vec![fill], ..Lifecycles::default() };
    findings(&all).into_iter().map(|finding| (finding.rule, finding.level)).collect()
}

#[test]
fn a_fill_that_can_undo_an_invalidation_is_worse_the_longer_it_lasts() {
    assert_eq!(of_fill(|_| ()), [("stale-merge", Level::Warning)]);
    assert_eq!(of_fill(|fill| fill.fixed_ttl_ms = Some(300_001)), [("stale-merge", Level::Warning)]);
    assert_eq!(of_fill(|fill| fill.fixed_ttl_ms = Some(300_000)), [("stale-merge", Level::Note)]);
    assert_eq!(of_fill(|fill| fill.guarded = true), []);
    assert_eq!(of_fill(|fill| fill.invalidated = None), []);
    assert_eq!(of_fill(|fill| fill.computed = None), []);
}

#[test]
fn rules_that_are_off_wait_to_be_asked() {
    let fill = |fill: &mut Fill| {
        fill.fixed_ttl_ms = Some(3_600_000);
        fill.invalidated = None;
    };
    assert_eq!(of_fill(fill), []);
    let refused = |lock: &mut Lock| lock.hazards.refusal = Some(Refusal { exit: span(4), read: span(5) });
    assert_eq!(of_lock(refused), []);
    let mut one = lock();
    refused(&mut one);
    let settings = Settings { levels: [("no-stale-fallback".to_owned(), Level::Note)].into() };
    let found = run(&Lifecycles { locks: vec![one], ..Lifecycles::default() }, &settings);
    assert_eq!(found.iter().map(|f| (f.rule, f.level)).collect::<Vec<_>>(), [("no-stale-fallback", Level::Note)]);
}

#[test]
fn a_message_may_be_late_but_something_must_end_the_wait() {
    let waits = |end, rechecks| {
        of_lock(|lock| {
            lock.hazards.wakeups = vec![Wakeup { site: site(6, "receive"), subscribed: Some(span(5)), rechecks, end }];
        })
    };
    assert_eq!(waits(WakeupEnd::Nothing, true), [("missed-wakeup", Level::Error)]);
    assert_eq!(waits(WakeupEnd::Nothing, false), [("missed-wakeup", Level::Error)]);
    assert_eq!(waits(WakeupEnd::Caller, false), [("missed-wakeup", Level::Warning)]);
    assert_eq!(waits(WakeupEnd::Caller, true), []);
    assert_eq!(waits(WakeupEnd::Time, false), []);
}
