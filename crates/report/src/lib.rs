//! Findings and how they are shown.
//!
//! Knows nothing of how a finding was found, of rules, or of where output goes: reports are strings.

mod clean;
mod excerpt;
mod finding;
mod fingerprint;
mod fix;
mod json;
mod places;
mod proof;
mod report;
mod sarif;
mod text;
mod verdict;

#[cfg(test)]
mod testing;

pub use clean::clean;
pub use finding::{Confidence, Finding, Label, Level};
pub use fingerprint::fingerprints;
pub use fix::{Edit, Fix};
pub use proof::lines as proof_lines;
pub use json::{JSON_VERSION, to_json};
pub use report::{Entry, Gone, Problem, ProblemKind, Report, RuleInfo, Standing, Summary, Tool, Translation};
pub use sarif::to_sarif;
pub use text::{problem_text, to_text};
pub use verdict::{Evidence, Repaired, Turn, Verdict};
