//! The arguments of what proves findings.

use super::check::CheckArgs;
use clap::Args;
use dogpile_server::Choice;
use std::path::PathBuf;

/// The server that schedules are replayed on.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServerArgs {
    /// Replay on this server (redis://…, unix://…) instead of a private one; an address of this machine
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// The server is mine, though it is not on this machine
    #[arg(long, requires = "server")]
    pub i_own_this_server: bool,
}

impl ServerArgs {
    /// What was said; a private one if nothing was.
    #[must_use]
    pub(crate) fn choice(&self) -> Choice {
        match &self.server {
            Some(url) => Choice::Given { url: url.clone(), own: self.i_own_this_server },
            None => Choice::Private,
        }
    }
}

/// Which server, and how hard to try.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Proof")]
pub(crate) struct ProofArgs {
    /// Which server
    #[command(flatten)]
    pub server: ServerArgs,
    /// Use no server: what the model of Redis says is all
    #[arg(long, conflicts_with = "server")]
    pub no_server: bool,
    /// How many clients contend
    #[arg(long, value_name = "K", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=4))]
    pub clients: u8,
    /// How many clients may die [default: what the rule claims]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=3))]
    pub crashes: Option<u8>,
    /// How often a client may be held up [default: what the rule claims]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=3))]
    pub pauses: Option<u8>,
    /// Show the program that each finding's code was read as
    #[arg(long)]
    pub show_program: bool,
    /// Count how often a fleet of so many instances computes one value
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(2..=200))]
    pub instances: u16,
}

/// Arguments of `replay`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReplayArgs {
    /// A JSON report of `confirm`, or one finding of it
    pub file: PathBuf,
    /// Which server
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Arguments of `harness`.
#[derive(Clone, Debug, Args)]
pub(crate) struct HarnessArgs {
    /// The finding: its fingerprint (or the first 6 digits and more), or `rule:path:line`
    pub finding: String,
    /// What is linted
    #[command(flatten)]
    pub check: CheckArgs,
}
