//! What sources and pages say must be found, for the suites.
#![allow(clippy::disallowed_methods, reason = "tests read their data and what they are told")]

pub mod expect;
pub mod pages;
