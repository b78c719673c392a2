//! How a run ends.

use dogpile_report::Level;

/// Exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing found at or above `--fail-on`.
    Clean,
    /// Something found.
    Findings,
    /// It could not run: bad configuration, no such path, an output that cannot be written, nothing that could be read.
    CouldNotRun,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::CouldNotRun => 2,
        })
    }
}

/// From which level on findings fail a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// Errors only.
    Error,
    /// Warnings and errors.
    #[default]
    Warning,
    /// Every finding.
    Note,
    /// None.
    Never,
}

impl FailOn {
    /// Names, for configuration.
    pub const NAMES: &'static [&'static str] = &["error", "warning", "note", "never"];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
            Self::Never => "never",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Error, Self::Warning, Self::Note, Self::Never].into_iter().find(|f| f.name() == name)
    }

    /// Whether a finding of this level fails the run.
    #[must_use]
    pub fn fails(self, level: Level) -> bool {
        match self {
            Self::Error => level >= Level::Error,
            Self::Warning => level >= Level::Warning,
            Self::Note => level >= Level::Note,
            Self::Never => false,
        }
    }
}
