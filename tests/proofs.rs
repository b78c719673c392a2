//! Every bad example on a rule's page is broken by a schedule, and every good one by none.

#[path = "expect.rs"]
mod expect;
#[path = "pages.rs"]
mod pages;

use dogpile_harness::explore::{Answer, Bounds};
use dogpile_harness::judge::{Opinion, judge, opinion, try_repair};
use dogpile_harness::lower::Subject;
use dogpile_harness::program::show;
use dogpile_harness::replay::replay;
use dogpile_server::{Choice, Redis};
use dogpile_lint::lint_files;
use dogpile_report::Level;
use dogpile_source::Span;
use pages::blocks;

#[test]
fn bad_examples_are_broken_by_a_schedule() {
    let redis = Redis::open(&Choice::Private).expect("a redis-server");
    let mut problems = Vec::new();
    for rule in dogpile_rules::all() {
        for block in blocks(rule.docs).into_iter().filter(|b| b.section == "Bad") {
            let case = format!("{} page, block at line {}", rule.slug, block.line);
            let on = format!("[rules]\n{} = \"note\"\n", rule.slug);
            let config = (rule.level == Level::Off).then_some(on.as_str());
            let result = lint_files(vec![(block.path.clone(), block.text.clone())], config);
            for finding in result.findings.iter().filter(|f| f.rule == rule.slug) {
                match judge(&result.lifecycles, rule, &finding.session, finding.primary, &Bounds::default()) {
                    Opinion::Broken(found) => {
                        if let Err(halt) = replay(&found, &redis).and_then(|r| if r.breaches.iter().any(|b| b.invariant == found.claim.invariant) { Ok(()) } else { Err(dogpile_harness::store::Halt::Server("no breach".into())) }) {
                            problems.push(format!("{case}: on the server: {halt}"));
                        }
                        let subject = Subject::find(&result.lifecycles, rule.subject(), &finding.session, finding.primary).expect("a subject");
                        match try_repair(&subject, rule, finding.primary, found.claim, &Bounds::default()) {
                            None => problems.push(format!("{case}: no repair")),
                            Some(trial) => if !matches!(trial.answer, Answer::Holds { .. }) {
                                let text = show(&trial.program, &|span| format!("line {}", result.sources.start(span).line));
                                problems.push(format!("{case}: with {}: {:?}\n{text}", trial.what, trial.answer));
                            }
                        }
                        println!("{case}: {} in {} turns, {} states: {}", found.claim.invariant.id(), found.schedule.len(), found.states, found.breach.says);
                    }
                    Opinion::Computed => {}
                    Opinion::Holds { .. } if std::env::var("SENT").is_ok() => {
                        for lock in &result.lifecycles.locks { println!("{case} {:#?} {:?} {:?}", lock.acquire.site.sent, lock.acquire.ttl, lock.unit_faults); }
                    }
                    Opinion::Holds { states, claim, program } => {
                        let text = show(&program, &|span| format!("line {}", result.sources.start(span).line));
                        problems.push(format!("{case}: {} holds in {states} states of\n{text}", claim.invariant.id()));
                    }
                    Opinion::Unknown { why, .. } => problems.push(format!("{case}: {why}")),
                }
            }
        }
    }
    expect::none(&problems);
}

#[test]
fn good_examples_are_broken_by_no_schedule() {
    let mut problems = Vec::new();
    for rule in dogpile_rules::all() {
        for block in blocks(rule.docs).into_iter().filter(|b| b.section == "Good") {
            let case = format!("{} page, block at line {}", rule.slug, block.line);
            let result = lint_files(vec![(block.path.clone(), block.text.clone())], None);
            for subject in Subject::all(&result.lifecycles, rule.subject()) {
                match opinion(&subject, rule, Span::default(), &Bounds::default()) {
                    Opinion::Broken(found) => {
                        let text = show(&found.program, &|span| format!("line {}", result.sources.start(span).line));
                        problems.push(format!("{case}: {} breaks: {}\n{text}{:?}", found.claim.invariant.id(), found.breach.says, found.schedule));
                    }
                    Opinion::Computed | Opinion::Holds { .. } => {}
                    Opinion::Unknown { why, .. } => problems.push(format!("{case}: {why}")),
                }
            }
        }
    }
    expect::none(&problems);
}
