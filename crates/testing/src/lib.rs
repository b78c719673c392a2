//! What tests of several crates share: chance that can be repeated, somebody who edits, and programs of others.

pub mod dice;
pub mod formats;
pub mod installed;
pub mod typist;
