//! Stand-alone harnesses: a counterexample as a test in the language of the finding, which needs nothing of this
//! project to run.
//!
//! The schedule that breaks the protocol and what becomes of it when the repaired protocol is played the same schedule
//! are merged into one straight line of steps, with one switch between the two. Who is told "held" leaves: that is
//! decided by the server's replies when the test runs, and not here. Each language has a printer and a small driver.

mod acts;
mod client;
mod features;
mod form;
mod go;
mod head;
mod merge;
mod names;
mod plan;
mod rust;
mod say;
mod template;
mod trace;
mod transplant;
mod typescript;

pub use client::{Client, Language};

use dogpile_harness::judge::{Counterexample, Trial};
use dogpile_harness::store::Halt;
use dogpile_source::Span;

/// What a harness is written from.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The language of the finding.
    pub language: Language,
    /// The client in use, as the lifecycle names it.
    pub client: &'a str,
    /// The rule's name.
    pub rule: &'static str,
    /// What the finding says.
    pub message: &'a str,
    /// Where it points, `path:line`.
    pub at: &'a str,
    /// The schedule that breaks it.
    pub found: &'a Counterexample,
    /// The repair, which was tried.
    pub trial: &'a Trial,
    /// A place as `path:line`.
    pub place: &'a dyn Fn(Span) -> String,
    /// The package that a Go file is to be part of.
    pub package: &'a str,
}

/// A harness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Harness {
    /// A name for its file.
    pub file: String,
    /// Its text.
    pub text: String,
    /// The client that it uses.
    pub client: Client,
}

/// The line that switches a harness to the repaired protocol: as it is written, and as it reads then.
#[must_use]
pub fn switch(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Go => ("const repaired = false", "const repaired = true"),
        Language::TypeScript => ("const repaired: boolean = false;", "const repaired: boolean = true;"),
        Language::JavaScript => ("const repaired = false;", "const repaired = true;"),
        Language::Rust => ("const REPAIRED: bool = false;", "const REPAIRED: bool = true;"),
    }
}

/// Writes a harness.
///
/// # Errors
/// The model cannot run the schedule on the repaired protocol.
pub fn emit(request: &Request<'_>) -> Result<Harness, Halt> {
    let plan = plan::plan(request.found, request.trial, request.place)?;
    let client = request.client();
    let (file, text) = match request.language {
        Language::Go => (format!("{}_test.go", request.rule.replace('-', "_")), go::print(request, &plan)),
        Language::TypeScript => (format!("{}.test.mts", request.rule), typescript::print(request, &plan, true)),
        Language::JavaScript => (format!("{}.test.mjs", request.rule), typescript::print(request, &plan, false)),
        Language::Rust => (format!("{}.rs", request.rule.replace('-', "_")), rust::print(request, &plan)),
    };
    Ok(Harness { file, text, client })
}

impl Request<'_> {
    /// The client that the harness uses.
    fn client(&self) -> Client {
        Client::named(self.language, self.client).unwrap_or_else(|| Client::default_of(self.language))
    }

    /// The client in use, where the harness uses another.
    fn falls_back(&self) -> Option<&str> {
        (!self.client.is_empty() && Client::named(self.language, self.client).is_none()).then_some(self.client)
    }
}
