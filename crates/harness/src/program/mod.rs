//! The small concurrent program that a lifecycle becomes: what each client does, one Redis command at a time.

mod asm;
mod show;
mod words;

pub use asm::Asm;
pub use show::show;
pub use words::{Filling, Segment, Template, render};

use dogpile_redis::RespReply;
use dogpile_source::Span;

/// A place in a program: the index of an instruction's label.
pub type Pc = usize;

/// A program and the world that it starts in.
#[derive(Clone, Debug)]
pub struct Program {
    /// Instructions, by label.
    pub code: Vec<Instr>,
    /// Where clients begin. All run the first one, unless there are more: then each client has its own.
    pub roles: Vec<Role>,
    /// The lock's key, if there is a lock.
    pub lock: Option<Vec<u8>>,
    /// Keys of data that it guards, or of the cache.
    pub data: Vec<Vec<u8>>,
    /// The key whose value makes computing it superfluous.
    pub cache: Option<Vec<u8>>,
    /// Commands that stand before everything else.
    pub initial: Vec<Vec<Vec<u8>>>,
    /// What they put there.
    pub initial_is: InitialIs,
    /// The lease in ms, as the commands give it.
    pub lease_ms: Option<u64>,
    /// Whose token it is.
    pub token: TokenScope,
    /// What runs beside the section.
    pub beat: Option<Beat>,
    /// Clients of one process share a flight.
    pub one_process: bool,
    /// How often a waiter may ask before that counts as for ever.
    pub patience: u16,
    /// Who is done has to have given the lock back: it does not just let its lease end.
    pub gives_back: bool,
    /// The longest that a dead holder may keep the lock, in ms.
    pub orphan_ms: Option<u64>,
    /// What was taken for granted on the way from the code to here, for people.
    pub assumed: Vec<String>,
}

/// What stands there before anybody arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InitialIs {
    /// Nothing.
    #[default]
    Nothing,
    /// The lock of somebody who is gone.
    StaleLock,
    /// Data under the lock's key.
    Data,
}

/// A part that clients play.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    /// What it does, for people.
    pub name: &'static str,
    /// Where it begins.
    pub start: Pc,
}

/// Who shares a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenScope {
    /// Nobody: it is new at each acquisition.
    Acquisition,
    /// Everybody who goes through the same handle or process.
    Shared,
}

/// A heartbeat.
#[derive(Clone, Debug)]
pub struct Beat {
    /// Between two beats, ms.
    pub every_ms: u64,
    /// The first one is sent at once.
    pub prompt: bool,
    /// The renewal.
    pub send: Send,
    /// Where it stands.
    pub at: Span,
    /// What becomes of a renewal that finds another owner, or none.
    pub lost: BeatEnd,
    /// What becomes of a renewal that fails.
    pub failed: BeatEnd,
    /// Where the work goes when it is told; else it goes on.
    pub abort: Option<Pc>,
    /// Goes on when its owner's function has ended.
    pub immortal: bool,
}

/// What a failed beat does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeatEnd {
    /// Beats on.
    GoesOn,
    /// Ends, and nobody is told.
    Silent,
    /// Ends, and the work is told.
    Told,
}

/// One instruction and the source line that it stands for.
#[derive(Clone, Debug)]
pub struct Instr {
    /// Where it is in the code.
    pub at: Option<Span>,
    /// What it does.
    pub op: Op,
}

/// What an instruction does. All but [`Op::Mark`], [`Op::Join`], [`Op::Sleep`] and
/// [`Op::End`] take a turn of the schedule.
#[derive(Clone, Debug)]
pub enum Op {
    /// Sends one command (or several in one step) and looks at the reply.
    Send(Send),
    /// Works for a while.
    Work(Work),
    /// Sleeps, ms, then goes on; a poll counts against the waiter's patience.
    Sleep(u64, Pc),
    /// Listens to the channel; with a time limit in ms, or without.
    Await {
        /// Gives up after this many ms.
        limit_ms: Option<u64>,
        /// A message came.
        woken: Pc,
        /// The time was over.
        late: Pc,
    },
    /// Joins the process's flight: leads it, or waits for its leader.
    Join {
        /// Nobody flies.
        lead: Pc,
        /// It ended well.
        joined: Pc,
        /// It ended badly.
        failed: Pc,
    },
    /// Something that only the book-keeping sees.
    Mark(Mark, Pc),
    /// The code goes one of these ways, for reasons of its own.
    Choose(Vec<(&'static str, Pc)>),
    /// The caller is done.
    End(Ended),
}

/// A command on its way.
#[derive(Clone, Debug)]
pub struct Send {
    /// Commands; more than one are sent as MULTI … EXEC.
    pub batch: Vec<Vec<Template>>,
    /// What it is for.
    pub role: Purpose,
    /// Where a reply leads; the first that fits.
    pub on: Vec<(Test, Pc)>,
    /// Where any other reply leads.
    pub otherwise: Pc,
    /// Where an error leads.
    pub error: Pc,
    /// It is not sent once the caller hung up.
    pub cancellable: bool,
}

/// What a command is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Takes the lock.
    Acquire,
    /// Takes a lock that the same path holds already.
    NestedAcquire,
    /// Gives it an expiry.
    Expire,
    /// Looks at the lock.
    Look,
    /// Gives it back.
    Release,
    /// Prolongs it.
    Renew,
    /// Puts an old lock aside.
    Steal,
    /// Reads the cache.
    Read,
    /// Writes under the lock.
    Write,
    /// Puts data under the lock's own key.
    WriteOver,
    /// Fills the cache.
    Fill,
    /// Deletes a cached value because the data changed.
    Invalidate,
    /// Listens to a channel.
    Subscribe,
    /// Tells waiters.
    Publish,
}

/// What a reply is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// This reply.
    Is(RespReply),
    /// The client's own token.
    OwnToken,
    /// Anything but nil, 0 or an empty list.
    Something,
    /// A value of a holder who is gone.
    Dead,
    /// Anything.
    Any,
}

/// Work that takes time.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// On a good day, ms.
    pub fast_ms: u64,
    /// On a bad one, where something says so.
    pub slow_ms: Option<u64>,
    /// It computes what the cache would hold.
    pub computes: bool,
    /// Done.
    pub next: Pc,
    /// It failed.
    pub failed: Option<Pc>,
    /// The caller hung up.
    pub cancelled: Option<Pc>,
}

/// What only the book-keeping sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The section begins.
    Enter,
    /// The section ends.
    Leave,
    /// The source of the cached value is read.
    ReadSource,
    /// The source of the cached value changes.
    ChangeSource,
    /// The flight ends well.
    Land,
    /// The flight ends badly and its entry is removed.
    Crash,
    /// The flight ends badly and its entry stays.
    Wreck,
    /// The heartbeat is stopped.
    StopBeat,
}

/// How a caller ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    /// Did its work, or had it done.
    Done,
    /// Was told that somebody else holds the lock, and left.
    Refused,
    /// Gave up waiting.
    GaveUp,
    /// Failed.
    Failed,
    /// Was served somebody else's old failure.
    Poisoned,
}

impl Program {
    /// The part that a client plays.
    #[must_use]
    pub fn role(&self, client: usize) -> Role {
        self.roles.get(client).or_else(|| self.roles.first()).copied().unwrap_or(Role { name: "caller", start: 0 })
    }

    /// Clients may be exchanged for each other.
    #[must_use]
    pub fn is_symmetric(&self) -> bool {
        self.roles.len() <= 1
    }

    /// Every key that is looked at.
    pub fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.lock.iter().chain(&self.data).chain(&self.cache).map(Vec::as_slice)
    }
}
