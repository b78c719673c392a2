//! The schedule behind a finding, looked for on the model of Redis when somebody wants to see it. No server is started.

use super::server::Event;
use crate::guard::guarded;
use crate::pipeline::{Outcome, STACK};
use dogpile_harness::confirm::{Plan, confirm};
use dogpile_harness::explore::Bounds;
use dogpile_report::proof_lines;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;

/// How many instances single flights are counted for.
const INSTANCES: usize = 2;

/// Proofs of the findings of one analysis, by fingerprint. `None`: being looked for.
#[derive(Debug, Default)]
pub(super) struct Proofs {
    /// Number of the analysis.
    at: u64,
    known: BTreeMap<String, Option<Vec<String>>>,
}

impl Proofs {
    /// Begins with the findings of another analysis.
    pub(super) fn begin(&mut self, at: u64) {
        *self = Self { at, known: BTreeMap::new() };
    }

    /// Takes a proof that was found.
    pub(super) fn take(&mut self, at: u64, fingerprint: String, lines: Vec<String>) {
        if at == self.at {
            self.known.insert(fingerprint, Some(lines));
        }
    }

    /// The proof, if it is known; else it is looked for, and comes as an event.
    pub(super) fn ask(
        &mut self,
        outcome: &Arc<Outcome>,
        fingerprint: &str,
        events: &Sender<Event>,
    ) -> Option<&[String]> {
        if !self.known.contains_key(fingerprint) {
            let (at, name, far, to) = (self.at, fingerprint.to_owned(), Arc::clone(outcome), events.clone());
            let look = move || {
                let lines =
                    guarded(|| lines(&far, &name)).unwrap_or_else(|panic| vec![format!("the proof failed: {panic}")]);
                let _ = to.send(Event::Proven(at, name, lines));
            };
            let started = thread::Builder::new().name("proof".to_owned()).stack_size(STACK).spawn(look);
            let known = started.err().map(|error| vec![format!("no thread could be started: {error}")]);
            self.known.insert(fingerprint.to_owned(), known);
        }
        self.known.get(fingerprint).and_then(Option::as_deref)
    }
}

fn lines(outcome: &Outcome, fingerprint: &str) -> Vec<String> {
    let Some(entry) = outcome.entries.iter().find(|entry| entry.fingerprint == fingerprint) else { return Vec::new() };
    let Some(rule) = dogpile_rules::find(entry.finding.rule) else { return Vec::new() };
    let plan = Plan { redis: None, no_server: None, bounds: Bounds::default(), place: None, instances: INSTANCES };
    proof_lines(&outcome.sources, &confirm(&outcome.lifecycles, rule, &entry.finding, &plan))
}
