//! What the suites share: what sources and pages say must be found, what is installed to run them, what is drawn at random.

pub mod dice;
pub mod expect;
pub mod formats;
pub mod installed;
pub mod pages;
