//! Fixes: what may be done to somebody's text so that a finding goes away.
//!
//! The facts of a lifecycle say *what* changes (the acquire gets an expiry, the release compares), client models say how a
//! call is written for it (`[[rewrite]]`), and [`syntax`] says where in the text that is. A fix is offered only where all
//! that it needs is in sight. Whether it holds is not decided here: whoever offers it to people makes it in memory first,
//! reads the result again and explores it.

mod check;
mod desk;
mod edit;
mod flow;
mod imports;
mod lease;
mod patch;
mod pattern;
mod release;
mod remove;
mod reply;
mod rules;
mod scope;
mod script;
mod syntax;
mod token;
mod width;

pub use desk::Desk;
pub use edit::{applied, in_order, moved, overlap};
pub use patch::patch;
pub use rules::{offers, rules};
pub use script::collide;

/// Whether a text of this name parses. Languages that fixes are not written in always do.
#[must_use]
pub fn parses(path: &str, text: &str) -> bool {
    let Some(language) = syntax::Language::of(path) else { return true };
    syntax::parse(language, path, text).is_some_and(|tree| !tree.root_node().has_error())
}
