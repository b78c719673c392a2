//! What a rule is.

use crate::claim::Claim;
use crate::emit::Out;
use dogpile_analysis::lifecycle::{CheckThenSet, Fill, Flight, Lock, Miss};
use dogpile_report::Level;

/// One rule: its name, its page, its check.
#[derive(Debug)]
pub struct Rule {
    /// Name of the fault, reads well after "allow".
    pub slug: &'static str,
    /// Part of the lifecycle that it looks at.
    pub group: Group,
    /// The level of its usual finding; single findings may be milder or worse.
    pub level: Level,
    /// First version that had it.
    pub since: &'static str,
    /// One line for lists.
    pub summary: &'static str,
    /// The page, in Markdown.
    pub docs: &'static str,
    /// What a finding of it says will break; the first that shows is enough.
    pub claims: &'static [Claim],
    pub(crate) check: Check,
}

/// Parts of a lifecycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Taking the lock.
    Acquire,
    /// Giving it back.
    Release,
    /// Keeping it alive.
    Renew,
    /// Writing under it.
    Fence,
    /// Coalescing and cache fills.
    SingleFlight,
    /// Waiting for it.
    Waiters,
}

impl Group {
    /// Name of its folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Acquire => "acquire",
            Self::Release => "release",
            Self::Renew => "renew",
            Self::Fence => "fence",
            Self::SingleFlight => "single_flight",
            Self::Waiters => "waiters",
        }
    }
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A lock session.
    Lock,
    /// An in-process flight.
    Flight,
    /// A cache miss.
    Miss,
    /// A value put into a shared cache.
    Fill,
    /// A read followed by an unconditional SET.
    Pair,
}

impl Rule {
    /// What its findings are about.
    #[must_use]
    pub fn subject(&self) -> Subject {
        match self.check {
            Check::Lock(_) | Check::Command(_) => Subject::Lock,
            Check::Flight(_) => Subject::Flight,
            Check::Miss(_) => Subject::Miss,
            Check::Fill(_) => Subject::Fill,
            Check::Pair(_) => Subject::Pair,
        }
    }
}

/// What a check looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Check {
    /// Sessions that are known to be locks.
    Lock(fn(&Lock, &mut Out<'_>)),
    /// Every set-if-absent, lock or mark: what is wrong with the command itself.
    Command(fn(&Lock, &mut Out<'_>)),
    /// In-process flights.
    Flight(fn(&Flight, &mut Out<'_>)),
    /// Cache-aside misses.
    Miss(fn(&Miss, &mut Out<'_>)),
    /// Values put into shared caches.
    Fill(fn(&Fill, &mut Out<'_>)),
    /// Reads followed by an unconditional SET.
    Pair(fn(&CheckThenSet, &mut Out<'_>)),
}

/// Declares the rule of a folder as `RULE`; its page is the `rule.md` beside it.
macro_rules! rule {
    (
        slug: $slug:literal, group: $group:ident, level: $level:ident, since: $since:literal,
        summary: $summary:literal, check: $subject:ident($check:path),
        claims: [$($claim:expr),+ $(,)?] $(,)?
    ) => {
        #[doc = $summary]
        pub(crate) static RULE: $crate::rule::Rule = $crate::rule::Rule {
            slug: $slug,
            group: $crate::rule::Group::$group,
            level: dogpile_report::Level::$level,
            since: $since,
            summary: $summary,
            docs: include_str!("rule.md"),
            claims: &[$($claim),+],
            check: $crate::rule::Check::$subject($check),
        };
    };
}
pub(crate) use rule;
