//! What is done for each rule: one file each, with the argument for whether it is safe.

mod cancelled_release;
mod constant_token;
mod leaked_lock;
mod lock_without_expiry;
mod non_atomic_expiry;
mod non_atomic_release;
mod release_without_acquire;
mod ttl_unit_mismatch;
mod unconditional_release;
mod unused_suppression;

use crate::desk::{Desk, Offer};
use crate::syntax::Code;
use dogpile_report::{Finding, Fix};

type Writer = fn(&Desk<'_>, &Code<'_>, &Finding) -> Option<Offer>;

const WRITERS: &[(&str, Writer)] = &[
    ("cancelled-release", cancelled_release::offer),
    ("constant-token", constant_token::offer),
    ("leaked-lock", leaked_lock::offer),
    ("lock-without-expiry", lock_without_expiry::offer),
    ("non-atomic-expiry", non_atomic_expiry::offer),
    ("non-atomic-release", non_atomic_release::offer),
    ("release-without-acquire", release_without_acquire::offer),
    ("ttl-unit-mismatch", ttl_unit_mismatch::offer),
    ("unconditional-release", unconditional_release::offer),
    ("unused-suppression", unused_suppression::offer),
];

/// Rules that something is done for.
pub fn rules() -> impl Iterator<Item = &'static str> {
    WRITERS.iter().map(|(rule, _)| *rule)
}

/// What may be done about a finding, the best first.
#[must_use]
pub fn offers(desk: &Desk<'_>, finding: &Finding) -> Vec<Fix> {
    let Some(code) = desk.code(finding.primary.file) else { return Vec::new() };
    let writers = WRITERS.iter().filter(|(rule, _)| *rule == finding.rule);
    writers.filter_map(|(_, write)| write(desk, &code, finding)?.finish(&code)).collect()
}
