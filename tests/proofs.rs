//! Every bad example on a rule's page is broken by a schedule that a real Redis confirms, every good one by none, and
//! what the help says holds under the same adversary.
#![allow(clippy::disallowed_methods, reason = "tests read their data and what they are told")]

use dogpile_harness::confirm::{Plan, confirm};
use dogpile_harness::explore::Bounds;
use dogpile_harness::judge::{Opinion, opinion};
use dogpile_harness::lower::Subject;
use dogpile_harness::program::show;
use dogpile_lint::{LintResult, lint_files};
use dogpile_report::{Evidence, Finding, Level, Verdict};
use dogpile_rules::Rule;
use dogpile_server::{Choice, Redis};
use dogpile_source::Span;
use dogpile_suite::expect;
use dogpile_suite::pages::{Block, blocks};

/// How often a verdict is asked for again here; `DOGPILE_REPEATS` asks for more.
const REPEATS: usize = 5;

fn plan(redis: Option<&Redis>) -> Plan<'_> {
    Plan { redis, no_server: None, bounds: Bounds::default(), place: None, instances: 2 }
}

fn redis() -> Redis {
    Redis::open(&Choice::Private).expect("a redis-server on PATH")
}

/// A block as whoever turned the rule on sees it.
fn linted(rule: &Rule, block: &Block) -> LintResult {
    let on = format!("[rules]\n{} = \"note\"\n", rule.slug);
    let config = (rule.level == Level::Off).then_some(on.as_str());
    lint_files(vec![(block.path.clone(), block.text.clone())], config)
}

/// Every bad example with the findings of its rule.
fn bad() -> Vec<(&'static Rule, String, LintResult, Vec<Finding>)> {
    let mut all = Vec::new();
    for rule in dogpile_rules::all().iter().copied() {
        for block in blocks(rule.docs).into_iter().filter(|b| b.section == "Bad") {
            let case = format!("{} page, {} block at line {}", rule.slug, block.language.title, block.line);
            let result = linted(rule, &block);
            let findings = result.findings.iter().filter(|f| f.rule == rule.slug).cloned().collect();
            all.push((rule, case, result, findings));
        }
    }
    all
}

#[test]
fn bad_examples_are_confirmed_on_a_server_and_their_repairs_hold() {
    let redis = redis();
    let mut problems = Vec::new();
    let mut confirmed = 0;
    for (rule, case, result, findings) in bad() {
        for finding in &findings {
            let verdict = confirm(&result.lifecycles, rule, finding, &plan(Some(&redis)));
            match verdict.evidence {
                Evidence::Server => {
                    confirmed += 1;
                    match &verdict.repaired {
                        Some(repaired) if repaired.holds => {}
                        Some(repaired) => problems.push(format!("{case}: with {} it still breaks", repaired.with)),
                        None => problems.push(format!("{case}: no repair")),
                    }
                }
                Evidence::Computed => {}
                _ => problems.push(format!("{case}: {}: {}", verdict.evidence.name(), verdict.outcome)),
            }
        }
    }
    expect::none(&problems);
    assert!(confirmed > 60, "only {confirmed} findings: the pages cannot have been read");
}

#[test]
fn good_examples_are_broken_by_no_schedule() {
    let mut problems = Vec::new();
    for rule in dogpile_rules::all() {
        for block in blocks(rule.docs).into_iter().filter(|b| b.section == "Good") {
            let case = format!("{} page, {} block at line {}", rule.slug, block.language.title, block.line);
            let result = linted(rule, &block);
            for subject in Subject::all(&result.lifecycles, rule.subject()) {
                match opinion(&subject, rule, Span::default(), &Bounds::default()) {
                    Opinion::Broken(found) => {
                        let text = show(&found.program, &|span| format!("line {}", result.sources.start(span).line));
                        problems.push(format!("{case}: {}\n{text}{:?}", found.breach.says, found.schedule));
                    }
                    Opinion::Computed | Opinion::Holds { .. } => {}
                    Opinion::Unknown { why, .. } => problems.push(format!("{case}: {why}")),
                }
            }
        }
    }
    expect::none(&problems);
}

#[test]
fn a_finding_gets_the_same_verdict_every_time() {
    let repeats = std::env::var("DOGPILE_REPEATS").ok().and_then(|n| n.parse().ok()).unwrap_or(REPEATS);
    let redis = redis();
    let mut problems = Vec::new();
    for (rule, case, result, findings) in bad() {
        for finding in &findings {
            let verdicts: Vec<Verdict> =
                (0..repeats).map(|_| confirm(&result.lifecycles, rule, finding, &plan(Some(&redis)))).collect();
            if let Some(other) = verdicts.iter().find(|v| **v != verdicts[0]) {
                problems.push(format!("{case}: {:?}\n  and then {:?}", verdicts[0].outcome, other.outcome));
            }
        }
    }
    expect::none(&problems);
}

#[test]
fn a_fleet_computes_once_when_a_lock_stands_before_the_work() {
    let redis = redis();
    let go = |path: &str| {
        (
            path.to_owned(),
            std::fs::read_to_string(expect::root().join("fixtures/stacks/combined/go").join(path)).expect("the stack"),
        )
    };
    let files: Vec<(String, String)> = expect::entries(&expect::root().join("fixtures/stacks/combined/go"))
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "go" || e == "mod"))
        .map(|path| go(expect::name(path)))
        .collect();
    let result = lint_files(files, None);
    let rule = dogpile_rules::find("local-single-flight").expect("the rule");
    let subjects = Subject::all(&result.lifecycles, rule.subject());
    assert!(!subjects.is_empty(), "the stack has a flight");
    for subject in subjects {
        let Opinion::Holds { program, .. } = opinion(&subject, rule, Span::default(), &Bounds::default()) else {
            panic!("the whole stack computes once");
        };
        let fleet = Plan { instances: 20, ..plan(Some(&redis)) };
        assert_eq!(dogpile_harness::fleet::recomputes(&program, &fleet).expect("a run on the server"), 1);
    }
}

#[test]
fn a_server_that_is_killed_confirms_nothing() {
    let redis = redis();
    let (rule, _, result, findings) =
        bad().into_iter().find(|(rule, ..)| rule.slug == "unconditional-release").expect("the page");
    let before = confirm(&result.lifecycles, rule, &findings[0], &plan(Some(&redis)));
    assert_eq!(before.evidence, Evidence::Server);
    let pid = redis.pid().expect("a private server").to_string();
    assert!(std::process::Command::new("kill").args(["-9", &pid]).status().expect("kill").success());
    let after = confirm(&result.lifecycles, rule, &findings[0], &plan(Some(&redis)));
    assert_eq!(after.evidence, Evidence::Inconclusive);
    assert!(after.server_fault, "{}", after.outcome);
}
