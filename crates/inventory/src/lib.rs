//! What a project takes locks on: lifecycles as rows that people can read without a single finding.
//!
//! Knows lifecycles, and nothing of rules, of how rows are printed, or of where the code came from. Nothing is guessed
//! here: what a lifecycle does not know, its row says is not known.

mod caches;
mod locks;
mod pattern;
mod sessions;

pub use pattern::{Piece, pieces};

use dogpile_analysis::lifecycle::Lifecycles;
use dogpile_report::inventory::Inventory;

/// The inventory of everything that was found.
#[must_use]
pub fn take(lifecycles: &Lifecycles) -> Inventory {
    Inventory {
        locks: locks::rows(lifecycles),
        flights: caches::flights(lifecycles),
        misses: caches::misses(lifecycles),
    }
}
