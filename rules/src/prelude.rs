//! What every rule needs.

pub(crate) use crate::claim::{Claim, Invariant};
pub(crate) use crate::emit::{Draft, Out};
pub(crate) use crate::rule::rule;
pub(crate) use crate::text::{ended, human_ms, key, short};
pub(crate) use dogpile_analysis::lifecycle::*;
pub(crate) use dogpile_report::Level;
