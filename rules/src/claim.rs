//! What a rule claims: the invariant that its finding says will break, and the faults it needs for that.
//!
//! A claim is what the explorer and the replay are held to. It is stated here, beside the rule, and not derived from a
//! schedule that happened to be found.

/// What must hold whatever the schedule. Where an invariant must not be asked is as much a part of it as what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// I1: at most one live client is in the section. Not asked of a client that was paused: every lease is lost by a
    /// pause, and the answer to that is [`Self::NoStaleWrite`].
    MutualExclusion,
    /// I2: nobody deletes or prolongs a lock whose present token it did not set.
    OwnLockOnly,
    /// I3: no lock outlives its holder: neither a dead one for longer than its lease, nor one that is done.
    NoOrphan,
    /// I4: what an earlier acquisition (without a lock: an earlier read) writes never lands on a later one's.
    NoStaleWrite,
    /// I5: nothing is computed while a fresh value or another computation of it exists.
    OneComputation,
    /// I6: every wait ends, by winning or by its own bound.
    BoundedWait,
    /// I7: no waiter sleeps when nothing is left that could wake it.
    Wakeable,
    /// I8: who is told "somebody else holds it" is told the truth.
    TrueRefusal,
    /// I9: what is written under the lock is still there after the release.
    DataKept,
    /// I10: a failure of one caller is not served to callers that come after it.
    FreshAnswer,
    /// No interleaving is claimed: the finding states a number that follows from the code.
    Computed,
}

impl Invariant {
    /// Its short name, as in reports.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::MutualExclusion => "I1",
            Self::OwnLockOnly => "I2",
            Self::NoOrphan => "I3",
            Self::NoStaleWrite => "I4",
            Self::OneComputation => "I5",
            Self::BoundedWait => "I6",
            Self::Wakeable => "I7",
            Self::TrueRefusal => "I8",
            Self::DataKept => "I9",
            Self::FreshAnswer => "I10",
            Self::Computed => "computed",
        }
    }

    /// What it says, in words.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::MutualExclusion => "at most one client is in the section",
            Self::OwnLockOnly => "nobody frees or prolongs a lock that is not its own",
            Self::NoOrphan => "no lock outlives its holder",
            Self::NoStaleWrite => "an older write never lands on a newer one",
            Self::OneComputation => "one expiry is computed once",
            Self::BoundedWait => "every wait ends",
            Self::Wakeable => "every sleeping waiter can still be woken",
            Self::TrueRefusal => "who is told \"held\" is told the truth",
            Self::DataKept => "what is written under the lock stays",
            Self::FreshAnswer => "an old failure is not served to new callers",
            Self::Computed => "a number that follows from the code",
        }
    }
}

/// How much may go wrong in one schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Faults {
    /// Clients that may die.
    pub crashes: u8,
    /// Times that a client may be held up for as long as it takes.
    pub pauses: u8,
    /// Commands that may fail: never arrive, or arrive and lose their reply.
    pub losses: u8,
    /// Callers that may hang up.
    pub cancels: u8,
    /// Times that the work itself may fail.
    pub failures: u8,
}

/// One claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// What breaks.
    pub invariant: Invariant,
    /// With at most these faults.
    pub faults: Faults,
}

impl Claim {
    /// Breaks with no fault at all.
    #[must_use]
    pub const fn of(invariant: Invariant) -> Self {
        Self { invariant, faults: Faults { crashes: 0, pauses: 0, losses: 0, cancels: 0, failures: 0 } }
    }

    /// With one client that dies.
    #[must_use]
    pub const fn crash(mut self) -> Self {
        self.faults.crashes = 1;
        self
    }

    /// With one client that is held up.
    #[must_use]
    pub const fn pause(mut self) -> Self {
        self.faults.pauses = 1;
        self
    }

    /// With one command that fails.
    #[must_use]
    pub const fn loss(mut self) -> Self {
        self.faults.losses = 1;
        self
    }

    /// With one caller that hangs up.
    #[must_use]
    pub const fn cancel(mut self) -> Self {
        self.faults.cancels = 1;
        self
    }

    /// With work that fails once.
    #[must_use]
    pub const fn failure(mut self) -> Self {
        self.faults.failures = 1;
        self
    }
}
