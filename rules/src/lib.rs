//! Rules: what is judged about a lock, a flight or a cache miss.
//!
//! A rule is one folder, `rules/<group>/<slug>/`: the check and the page that explains it. Rules see facts
//! ([`dogpile_analysis::lifecycle`]) and nothing else: no syntax, no clients by name, no files.

mod claim;
mod emit;
mod prelude;
mod registry;
mod rule;
mod run;
mod text;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use claim::{Claim, Faults, Invariant};
pub use rule::{Group, Rule, Subject};
pub use run::{Settings, finish, run, run_rule};

/// Every rule, sorted by slug.
#[must_use]
pub fn all() -> &'static [&'static Rule] {
    registry::ALL
}

/// The rule of that name.
#[must_use]
pub fn find(slug: &str) -> Option<&'static Rule> {
    all().iter().copied().find(|rule| rule.slug == slug)
}
