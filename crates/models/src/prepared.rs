//! What a build makes of a built-in model. `build.rs` writes it and the program reads it: both have this file.
//!
//! A run about one small file needs a dozen of a language's five hundred rows. Reading them all took longer than
//! everything else that such a run does, so a build parts what finds a row from what it says.

use serde::{Deserialize, Serialize};

/// What of a model file is wanted before the file is.
#[derive(Deserialize)]
pub(crate) struct Start {
    pub(crate) client: Head,
}

/// See [`Start`].
#[derive(Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) language: String,
    pub(crate) packages: Vec<String>,
    #[serde(default)]
    pub(crate) triggers: Vec<String>,
    #[serde(default, rename = "weak-triggers")]
    pub(crate) weak_triggers: Vec<String>,
    #[serde(default)]
    pub(crate) companions: Vec<String>,
    #[serde(default)]
    pub(crate) strangers: Vec<String>,
}

/// A model.
#[derive(Serialize, Deserialize)]
pub(crate) struct Prepared<'t> {
    /// All of it but what follows, in JSON.
    pub(crate) frame: &'t str,
    #[serde(borrow)]
    pub(crate) neutral: Vec<&'t str>,
    #[serde(borrow)]
    pub(crate) calls: Vec<PreparedCall<'t>>,
}

/// A call row: what it is found by, and all of it in JSON.
#[derive(Serialize, Deserialize)]
pub(crate) struct PreparedCall<'t> {
    pub(crate) on: Option<&'t str>,
    #[serde(borrow)]
    pub(crate) names: Vec<&'t str>,
    pub(crate) min_args: usize,
    pub(crate) max_args: Option<usize>,
    pub(crate) context: Option<&'t str>,
    /// Whether it teaches an object commands of somebody's own.
    pub(crate) defines: bool,
    pub(crate) whole: &'t str,
}
