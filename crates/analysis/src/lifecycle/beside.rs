//! What a session shares with other sessions, and what runs beside it.

use dogpile_source::Span;

/// One object or value that serves several acquisitions at a time.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SharedHandle {
    /// A token; else a library's lock object, which keeps the token.
    pub token: bool,
    /// Where it lives.
    pub home: HandleHome,
    /// Its name there.
    pub name: String,
    /// What runs several times at once.
    pub concurrent: Span,
}

/// Where a shared handle lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum HandleHome {
    /// In a field of an object that outlives the acquisition.
    Field,
    /// In a variable of the package.
    Package,
    /// In a variable outside the loop that starts the acquisitions.
    Loop,
}

/// A heartbeat that goes on after its session.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    /// Where it is started, seen from the function that owns the session.
    pub span: Span,
    /// Ways out of that function on which nothing ends it.
    pub exits: Vec<Span>,
    /// What ends it on the other ways; `None`: nothing does, anywhere.
    pub stop: Option<Span>,
    /// The stop is deferred (it ends the heartbeat on every way out after it).
    pub stop_deferred: bool,
    /// Its renewals ask whose lock it is.
    pub guarded: bool,
}

/// Work started in a section that nobody waits for before the release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escape {
    /// Where it is started, seen from the function that owns the session.
    pub span: Span,
    /// What it does.
    pub work: Span,
    /// The section does nothing else.
    pub only: bool,
    /// It lost a race against a timeout, and nothing stops it.
    pub raced: bool,
    /// It writes what the section read under the lock: the read.
    pub read: Option<Span>,
}

/// The same key, taken again while it is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nested {
    /// The inner acquire, where its way leaves that of the outer one.
    pub span: Span,
    /// The outer acquire, likewise.
    pub outer: Span,
    /// The inner acquire waits for the lock: it waits for itself.
    pub waits: bool,
}
