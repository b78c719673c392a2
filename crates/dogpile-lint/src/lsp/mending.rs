//! The fixes of findings, tried when somebody asks what can be done about one.
//!
//! Trying a fix is linting again, with what the last analysis left ([`crate::project::Bench`]): it has a thread of its own,
//! and is dropped when a newer text comes.

use super::server::Event;
use crate::guard::guarded;
use crate::pipeline::{Outcome, STACK};
use crate::project::Bench;
use dogpile_report::Fix;
use rayon::ThreadPoolBuilder;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::Sender;
use std::thread;

/// Fixes of the findings of one analysis, by fingerprint. `None`: being tried.
#[derive(Debug, Default)]
pub(super) struct Mending {
    /// Number of the analysis.
    at: u64,
    known: BTreeMap<String, Option<Vec<Fix>>>,
}

impl Mending {
    /// Begins with the findings of another analysis.
    pub(super) fn begin(&mut self, at: u64) {
        *self = Self { at, known: BTreeMap::new() };
    }

    /// Takes fixes that were found to hold.
    pub(super) fn take(&mut self, at: u64, fixes: BTreeMap<String, Vec<Fix>>) {
        if at == self.at {
            self.known.extend(fixes.into_iter().map(|(name, fixes)| (name, Some(fixes))));
        }
    }

    /// Those of these findings that nobody asked about before: from now on they count as being tried.
    pub(super) fn new_among(&mut self, names: &BTreeSet<String>) -> BTreeSet<String> {
        let new: BTreeSet<String> = names.iter().filter(|name| !self.known.contains_key(*name)).cloned().collect();
        self.known.extend(new.iter().map(|name| (name.clone(), None)));
        new
    }

    /// The fixes of a finding, if they are known.
    pub(super) fn of(&self, fingerprint: &str) -> Option<&[Fix]> {
        self.known.get(fingerprint).and_then(Option::as_deref)
    }
}

/// Fixes that somebody asks for.
#[derive(Debug)]
pub(super) struct Wish {
    /// What was found.
    pub(super) outcome: Arc<Outcome>,
    /// Fingerprints of the findings.
    pub(super) of: BTreeSet<String>,
}

/// Tries them, on a thread of its own; they come as an event, unless `stop` is set before.
pub(super) fn grant(wish: Wish, bench: Bench, at: u64, stop: Arc<AtomicBool>, events: Sender<Event>) {
    let none: BTreeMap<String, Vec<Fix>> = wish.of.iter().map(|name| (name.clone(), Vec::new())).collect();
    let (if_not, to) = (none.clone(), events.clone());
    let try_them = move || {
        // Everything that recurses over code runs in a pool, for the size of its stacks.
        let pool = ThreadPoolBuilder::new().num_threads(1).stack_size(STACK).build();
        let fixes = guarded(|| match pool {
            Ok(pool) => pool.install(|| bench.fixes(&wish.outcome, &wish.of, &stop)),
            Err(_) => Some(none.clone()),
        });
        // Where trying them fails, there are none; the analysis of the mended text would fail, too.
        if let Some(fixes) = fixes.unwrap_or(Some(none)) {
            let _ = to.send(Event::Mended(at, fixes));
        }
    };
    if thread::Builder::new().name("fixes".to_owned()).spawn(try_them).is_err() {
        let _ = events.send(Event::Mended(at, if_not));
    }
}
