//! The model of Redis and a real server give the same replies, whatever the schedule: random walks through the
//! programs of the rules' pages, in lockstep. A difference anywhere ends a walk with an error.
#![allow(clippy::disallowed_methods, reason = "tests read their data and what they are told")]
#![allow(clippy::print_stdout, reason = "what was measured is shown")]

use dogpile_harness::explore::Bounds;
use dogpile_harness::judge::{Opinion, opinion};
use dogpile_harness::lower::Subject;
use dogpile_harness::program::Program;
use dogpile_harness::store::{Halt, LiveStore, Lockstep, ModelStore};
use dogpile_harness::world::World;
use dogpile_lint::lint_files;
use dogpile_rules::Faults;
use dogpile_server::{Choice, Redis};
use dogpile_source::Span;
use dogpile_suite::pages::blocks;
use dogpile_testing::dice::Dice;

/// Steps of one walk at most.
const WALK: usize = 60;
/// Steps of all walks; `DOGPILE_STEPS` asks for more.
const STEPS: usize = 8_000;
/// Everything may go wrong a little.
const FAULTS: Faults = Faults { crashes: 1, pauses: 2, losses: 1, cancels: 1, failures: 1 };

/// Programs of all pages, good and bad.
fn programs() -> Vec<(String, Program)> {
    let mut all = Vec::new();
    for rule in dogpile_rules::all() {
        for block in blocks(rule.docs) {
            let result = lint_files(vec![(block.path.clone(), block.text.clone())], None);
            for subject in Subject::all(&result.lifecycles, rule.subject()) {
                let program = match opinion(&subject, rule, Span::default(), &Bounds::default()) {
                    Opinion::Broken(found) => found.program,
                    Opinion::Holds { program, .. } => *program,
                    Opinion::Computed | Opinion::Unknown { .. } => continue,
                };
                all.push((format!("{} page, line {}", rule.slug, block.line), program));
            }
        }
    }
    all
}

/// One walk: the model says what can happen, chance chooses, both do it.
fn walk(program: &Program, redis: &Redis, chance: &mut impl FnMut(usize) -> usize) -> Result<usize, Halt> {
    let mut model = World::new(program, ModelStore::default(), 2, FAULTS)?;
    let live = LiveStore::new(redis, program.keys().map(<[u8]>::to_vec))?;
    let mut both = World::new(program, Lockstep::new(live), 2, FAULTS)?;
    let mut steps = 0;
    while steps < WALK {
        let actions = model.actions(program);
        if actions.is_empty() {
            break;
        }
        let action = actions[chance(actions.len())];
        model.act(program, action)?;
        both.act(program, action)?;
        assert_eq!(model.breaches, both.breaches, "after {action:?}");
        steps += 1;
    }
    Ok(steps)
}

#[test]
fn model_and_server_agree_at_every_step() {
    agree(&Choice::Private);
}

/// The same on the Valkey that `VALKEY_SERVER` names.
#[test]
fn model_and_valkey_agree_at_every_step() {
    match std::env::var_os("VALKEY_SERVER") {
        Some(binary) => agree(&Choice::PrivateFrom(binary.into())),
        None => eprintln!("SKIPPED on Valkey: VALKEY_SERVER names none"),
    }
}

fn agree(choice: &Choice) {
    let wanted = std::env::var("DOGPILE_STEPS").ok().and_then(|n| n.parse().ok()).unwrap_or(STEPS);
    let redis = Redis::open(choice).expect("a server");
    let programs = programs();
    assert!(programs.len() > 100, "only {} programs", programs.len());
    // A walk that fails fails again.
    let mut dice = Dice::new(1);
    let mut chance = |n: usize| dice.below(n);
    let (mut steps, mut walks) = (0, 0);
    'all: loop {
        for (case, program) in &programs {
            match walk(program, &redis, &mut chance) {
                Ok(done) => steps += done,
                Err(halt) => panic!("{case}, walk {walks}, after {steps} steps: {halt}"),
            }
            walks += 1;
            if steps >= wanted {
                break 'all;
            }
        }
    }
    println!(
        "{steps} steps in {walks} walks through {} programs on {}: no reply differs",
        programs.len(),
        redis.version()
    );
}
