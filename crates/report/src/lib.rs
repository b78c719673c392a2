//! Findings and how they are shown.
//!
//! Knows nothing of how a finding was found.

mod finding;

pub use finding::{Confidence, Finding, Label, Level};
