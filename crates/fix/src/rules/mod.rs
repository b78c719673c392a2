//! What is done for each rule: one file each, with the argument for whether it is safe.

mod lock_without_expiry;
mod non_atomic_expiry;
mod non_atomic_release;
mod unconditional_release;

use crate::desk::{Desk, Offer};
use crate::syntax::Code;
use dogpile_report::{Finding, Fix};

type Writer = fn(&Desk<'_>, &Code<'_>, &Finding) -> Option<Offer>;

const WRITERS: &[(&str, Writer)] = &[
    ("lock-without-expiry", lock_without_expiry::offer),
    ("non-atomic-expiry", non_atomic_expiry::offer),
    ("non-atomic-release", non_atomic_release::offer),
    ("unconditional-release", unconditional_release::offer),
];

/// What may be done about a finding, the best first.
#[must_use]
pub fn offers(desk: &Desk<'_>, finding: &Finding) -> Vec<Fix> {
    let Some(code) = desk.code(finding.primary.file) else { return Vec::new() };
    let writers = WRITERS.iter().filter(|(rule, _)| *rule == finding.rule);
    writers.filter_map(|(_, write)| write(desk, &code, finding)?.finish(&code)).collect()
}
