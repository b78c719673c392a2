//! Findings and how they are shown.
//!
//! Knows nothing of how a finding was found, of rules, or of where output goes: reports are strings.

mod baseline;
mod checkstyle;
mod clean;
mod concise;
mod excerpt;
mod finding;
mod fingerprint;
mod fix;
mod github;
mod gitlab;
mod html;
pub mod inventory;
mod json;
mod junit;
mod places;
mod proof;
mod report;
mod sarif;
mod session;
mod text;
mod verdict;
mod xml;

#[cfg(test)]
mod testing;

pub use baseline::{Baseline, BaselineError, KnownFinding};
pub use checkstyle::to_checkstyle;
pub use clean::clean;
pub use concise::to_concise;
pub use finding::{Confidence, Finding, Label, Level};
pub use fingerprint::{Marks, fingerprints};
pub use fix::{Edit, Fix};
pub use github::to_github;
pub use gitlab::to_gitlab;
pub use html::to_html;
pub use json::{JSON_VERSION, to_json, to_jsonl};
pub use junit::to_junit;
pub use proof::lines as proof_lines;
pub use report::{Entry, Gone, Problem, ProblemKind, Report, RuleInfo, Standing, Summary, Tool, Translation};
pub use sarif::to_sarif;
pub use text::{Looks, counted, problem_text, to_text};
pub use verdict::{Evidence, Held, Kind, Repaired, Turn, Verdict};
