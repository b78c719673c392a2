//! What running a finding's lifecycle showed.

use dogpile_source::Span;

/// How far the proof of a finding goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// The schedule was replayed on a real server, and the invariant broke there.
    Server,
    /// The schedule breaks the invariant on the model of Redis.
    Model,
    /// No interleaving: a number that follows from the code.
    Computed,
    /// No schedule breaks the invariant: the rule, or what the code was read as, is wrong.
    Refuted,
    /// It could not be asked, or model and server disagree.
    Inconclusive,
}

impl Evidence {
    /// Its name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Model => "model",
            Self::Computed => "computed",
            Self::Refuted => "refuted",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// The proof of a finding, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How far it goes.
    pub evidence: Evidence,
    /// The invariant: `I2`.
    pub invariant: &'static str,
    /// What the invariant says.
    pub says: &'static str,
    /// How many clients ran.
    pub clients: usize,
    /// What was allowed to go wrong, for people: `1 pause`.
    pub faults: String,
    /// Name and version of the server.
    pub server: Option<String>,
    /// The server that was to be asked could not be: `outcome` says why.
    pub server_fault: bool,
    /// How it ends: `A frees the lock that B holds`, the number that follows, or why it is not known.
    pub outcome: String,
    /// The lock's key, where a lock is what runs.
    pub lock: Option<String>,
    /// The shortest schedule.
    pub schedule: Vec<Turn>,
    /// What became of the repair.
    pub repaired: Option<Repaired>,
    /// What was taken for granted.
    pub assumed: Vec<String>,
    /// The program that was run, a line for each instruction, where somebody wants to hold it against the source.
    pub program: Vec<String>,
}

/// One step of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The client: `A`; `None`: time.
    pub client: Option<char>,
    /// What happens, in plain words.
    pub what: String,
    /// What kind of step it is.
    pub kind: Kind,
    /// The line of code.
    pub at: Option<Span>,
    /// Since the start, ms.
    pub at_ms: u64,
    /// Commands that are sent, word for word; more than one are one transaction.
    pub commands: Vec<Vec<Vec<u8>>>,
    /// What becomes of them: `arrives`, `loses-reply`, `refused`.
    pub fate: &'static str,
    /// The reply, in one line.
    pub reply: Option<String>,
    /// Time that passes, ms.
    pub passes_ms: u64,
    /// Keys that expire meanwhile.
    pub lapsed: Vec<String>,
    /// The lock when the step is done; `None`: its key is not there, or there is no lock.
    pub lock: Option<Held>,
    /// Clients that are in the section then, or at the work that a cache saves.
    pub inside: Vec<char>,
    /// The invariant breaks here.
    pub breaks: bool,
}

/// A lock's key while it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Whose it is in truth; `None`: somebody's who is gone.
    pub by: Option<char>,
    /// When it ends by itself, ms since the start; `None`: never.
    pub until_ms: Option<u64>,
}

/// Kinds of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Stands there before anybody comes.
    Stands,
    /// Sends commands.
    Sends,
    /// Works, ms.
    Works(u64),
    /// Sleeps, ms.
    Sleeps(u64),
    /// Waits for a message, ms at most.
    Listens(Option<u64>),
    /// Gets a message.
    Wakes,
    /// Starts work that others may join.
    Leads,
    /// Waits for work of another.
    Follows,
    /// Its work fails.
    Fails,
    /// Its own caller hangs up.
    HangsUp,
    /// Its process dies.
    Dies,
    /// Its process is held up.
    Pauses,
    /// It goes on.
    Resumes,
    /// It is done, one way or another.
    Ends,
    /// Time passes.
    Passes,
    /// Anything else: words say it.
    Tells,
}

impl Turn {
    /// What the adversary did here, by its name in output.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        match (self.kind, self.fate) {
            (Kind::Fails, _) => Some("failure"),
            (Kind::HangsUp, _) => Some("hang-up"),
            (Kind::Dies, _) => Some("crash"),
            (Kind::Pauses, _) => Some("pause"),
            (_, "refused") => Some("lost-command"),
            (_, "loses-reply") => Some("lost-reply"),
            _ => None,
        }
    }
}

/// What became of the repaired form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The repair: reads well after "with".
    pub with: String,
    /// No schedule breaks it.
    pub holds: bool,
    /// What it was tried under, for people.
    pub faults: String,
    /// States that were looked at.
    pub states: usize,
    /// What it does not mend.
    pub but: Option<String>,
}
