//! Fixes in rounds, until nothing is left to do.

use super::gate::{Gate, Key, key, wave};
use super::proposals;
use crate::input::InputFile;
use crate::pipeline::{Options, Outcome};
use dogpile_report::Fix;
use std::collections::BTreeSet;

/// Fixes that make room for others come to an end long before; two that undo each other do not.
const ROUNDS: usize = 10;

/// What became of the files.
pub(crate) struct Settled {
    /// The files as they are to be.
    pub files: Vec<InputFile>,
    /// What is left in them.
    pub outcome: Outcome,
    /// How many fixes were made.
    pub fixed: usize,
}

/// Makes every fix that holds for the findings that are `asked` about, in memory. Fixes that overlap wait for the next round.
pub(crate) fn settle(
    outcome: Outcome,
    files: &[InputFile],
    options: &Options<'_>,
    unsafe_too: bool,
    asked: &BTreeSet<Key>,
) -> Settled {
    let mut settled = Settled { files: files.to_vec(), outcome, fixed: 0 };
    let mut refused: BTreeSet<(Key, String)> = BTreeSet::new();
    for _ in 0..ROUNDS {
        let name = |outcome: &Outcome, (at, fix): &(usize, Fix)| {
            (key(&outcome.sources, &outcome.entries[*at]), fix.title.clone())
        };
        let mut open = proposals(&settled.outcome, &settled.files, options);
        // A finding that a baseline knows, or that is on a lock that nobody changed, is left alone in every round.
        open.retain(|(at, _)| asked.contains(&key(&settled.outcome.sources, &settled.outcome.entries[*at])));
        open.retain(|one| (unsafe_too || one.1.safe) && !refused.contains(&name(&settled.outcome, one)));
        let chosen = wave(&settled.outcome, &open);
        if chosen.is_empty() {
            break;
        }
        let gate = Gate::new(&settled.files, options);
        let held = gate.hold(&settled.outcome, &open, chosen.clone());
        let good = held.all();
        refused.extend(chosen.iter().filter(|at| !good.contains(at)).map(|at| name(&settled.outcome, &open[*at])));
        if good.is_empty() {
            continue;
        }
        // What holds and is not made now comes again in the next round.
        let Some((made, after)) = gate.make(&settled.outcome, &open, held) else { break };
        settled = Settled { files: after.files, outcome: after.outcome, fixed: settled.fixed + made.len() };
    }
    settled
}
