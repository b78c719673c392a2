//! A command, and what it changes in the book-keeping.

use super::act::name;
use super::event::What;
use super::{Lease, Phase, Turn, World};
use crate::program::{BeatEnd, Filling, Pc, Program, Purpose, Send, Test, TokenScope, render};
use crate::store::{Fate, Halt, Look, Store};
use dogpile_redis::RespReply;
use dogpile_rules::Invariant;
use dogpile_source::Span;

/// The value of a holder who is gone before anybody arrives.
pub const DEAD_TOKEN: &[u8] = b"gone";

/// A command that was sent.
struct Sent {
    reply: Option<RespReply>,
    before: Vec<Look>,
    after: Vec<Look>,
    commands: Vec<Vec<Vec<u8>>>,
}

impl<S: Store> World<S> {
    /// What a client fills into the words of a command.
    #[must_use]
    pub fn filling(&self, program: &Program, n: usize, purpose: Purpose) -> Filling {
        let client = &self.clients[n];
        let token = match program.token {
            TokenScope::Shared => b"shared".to_vec(),
            // The token of an attempt is not kept: only a win makes the next one another.
            TokenScope::Acquisition => {
                let taking = matches!(purpose, Purpose::Acquire | Purpose::NestedAcquire);
                let number = if taking { client.wins } else { client.wins.saturating_sub(1) };
                format!("{}{number}", name(n).to_ascii_lowercase()).into_bytes()
            }
        };
        let value = format!("by-{}-{}", name(n), client.acquired.unwrap_or(client.source)).into_bytes();
        Filling {
            token,
            value,
            fence: client.acquired.unwrap_or(0),
            version: if purpose == Purpose::Invalidate { self.ghost.source } else { client.source },
            clock: self.store.clock(),
        }
    }

    /// Sends and looks, before and after.
    fn deliver(&mut self, program: &Program, n: usize, send: &Send, fate: Fate) -> Result<Sent, Halt> {
        let with = self.filling(program, n, send.role);
        let commands: Vec<Vec<Vec<u8>>> =
            send.batch.iter().map(|words| words.iter().map(|word| render(word, &with)).collect()).collect();
        let keys: Vec<&[u8]> = program.keys().collect();
        let before = self.store.look(&keys)?;
        let reply = match (send.role, commands.first().map(Vec::as_slice)) {
            (Purpose::Subscribe, Some([_, channel])) => Some(self.store.subscribe(n, channel)?),
            _ => self.store.send(n, &commands, fate)?,
        };
        let after = self.store.look(&keys)?;
        if program.lock.is_some() {
            self.lease = Lease::seen(after.first(), self.now);
        }
        Ok(Sent { reply, before, after, commands })
    }

    pub(super) fn send(
        &mut self,
        program: &Program,
        n: usize,
        send: &Send,
        at: Option<Span>,
        turn: Turn,
    ) -> Result<(), Halt> {
        if send.cancellable && self.clients[n].cancelled {
            self.note(n, at, What::NotSent(send.role));
            return self.go(program, n, send.error);
        }
        let fate = match turn {
            Turn::Refused => Fate::Refused,
            Turn::LosesReply => Fate::LosesReply,
            _ => Fate::Arrives,
        };
        if fate != Fate::Arrives {
            self.left.losses = self.left.losses.saturating_sub(1);
        }
        let sent = self.deliver(program, n, send, fate)?;
        let (next, way) = self.branch(program, n, send, sent.reply.as_ref());
        let outcome = self.account(program, n, send, &sent, way);
        self.breaches.iter_mut().for_each(|breach| breach.event = self.events.len());
        let what =
            What::Sends { purpose: send.role, commands: sent.commands, reply: sent.reply, fate, beat: false, outcome };
        self.note(n, at, what);
        self.go(program, n, next)
    }

    /// Where a reply leads, and as which of the send's ways.
    fn branch(&self, program: &Program, n: usize, send: &Send, reply: Option<&RespReply>) -> (Pc, Way) {
        let Some(reply) = reply else { return (send.error, Way::Error) };
        let token = self.filling(program, n, send.role).token;
        if let Some((index, (_, to))) = send.on.iter().enumerate().find(|(_, (test, _))| fits(test, reply, &token)) {
            return (*to, if index == 0 { Way::First } else { Way::Other });
        }
        if matches!(reply, RespReply::Error(_)) { (send.error, Way::Error) } else { (send.otherwise, Way::Other) }
    }

    /// What it changes in truth. Gives what it meant for the client.
    fn account(&mut self, program: &Program, n: usize, send: &Send, sent: &Sent, way: Way) -> &'static str {
        let (before, after) = match program.lock {
            Some(_) => (sent.before[0].clone(), sent.after[0].clone()),
            None => (Look::default(), Look::default()),
        };
        let outcome = match send.role {
            Purpose::Acquire => self.acquired(n, &before, &after, way),
            Purpose::NestedAcquire => self.nested(n, way),
            Purpose::Release | Purpose::Steal => self.freed(n, &before, &after),
            Purpose::Renew | Purpose::Expire => self.prolonged(n, &before, &after, way),
            Purpose::Write => self.wrote(program, n, sent, way),
            Purpose::Fill => self.filled(program, n, sent, way),
            Purpose::WriteOver => {
                self.ghost.data_over_lock = true;
                "data over the lock"
            }
            Purpose::Invalidate => {
                self.ghost.invalidated = self.ghost.source;
                self.ghost.filled = false;
                "invalidated"
            }
            Purpose::Look => "",
            Purpose::Read => match way {
                Way::First => "hit",
                Way::Other => "miss",
                Way::Error => "no answer",
            },
            Purpose::Subscribe => {
                self.clients[n].listens = true;
                ""
            }
            Purpose::Publish => {
                self.clients.iter_mut().filter(|c| c.listens).for_each(|c| c.heard = true);
                ""
            }
        };
        if !after.is_there() {
            self.ghost.owner = None;
            self.ghost.stale_lock = false;
        }
        outcome
    }

    fn acquired(&mut self, n: usize, before: &Look, after: &Look, way: Way) -> &'static str {
        let took = !before.is_there() && after.is_there() || before.value != after.value && after.is_there();
        match way {
            Way::First => {
                self.ghost.acquisitions += 1;
                let number = self.ghost.acquisitions;
                self.ghost.owner = Some((n, number));
                self.ghost.data_over_lock = false;
                self.ghost.stale_lock = false;
                let client = &mut self.clients[n];
                client.acquired = Some(number);
                client.wins = client.wins.saturating_add(1);
                client.was_paused = false;
                client.told = false;
                client.erred = false;
                "won"
            }
            Way::Other => {
                self.clients[n].erred = false;
                // A lock that somebody left behind is nobody's, and yet it is there.
                if self.ghost.owner.is_none() && !self.ghost.stale_lock && self.ghost.data_over_lock {
                    self.broken(
                        Invariant::TrueRefusal,
                        format!("{} is told that the lock is taken, and nobody holds it: data lies there", name(n)),
                    );
                }
                "refused"
            }
            Way::Error => {
                self.clients[n].erred = true;
                if took {
                    // It took effect, and nobody knows.
                    self.ghost.acquisitions += 1;
                    self.ghost.owner = Some((n, self.ghost.acquisitions));
                }
                "no answer"
            }
        }
    }

    fn nested(&mut self, n: usize, way: Way) -> &'static str {
        if way == Way::First {
            return "won";
        }
        if self.ghost.owner.is_some_and(|(who, _)| who == n) {
            self.broken(Invariant::BoundedWait, format!("{} waits for a lock that it holds itself", name(n)));
        }
        "refused"
    }

    /// Whether the lock is this client's own, as far as truth goes.
    fn owns(&self, n: usize) -> bool {
        self.ghost.owner.is_some_and(|(who, number)| who == n && self.clients[n].acquired == Some(number))
    }

    fn freed(&mut self, n: usize, before: &Look, after: &Look) -> &'static str {
        let gone = before.is_there() && before.value != after.value;
        if !gone {
            return if before.is_there() { "left alone" } else { "nothing there" };
        }
        if self.ghost.data_over_lock {
            self.broken(Invariant::DataKept, format!("{} deletes the data that was written under the lock", name(n)));
        }
        if let Some((owner, _)) = self.ghost.owner
            && !self.owns(n)
        {
            self.broken(Invariant::OwnLockOnly, format!("{} frees the lock that {} holds", name(n), name(owner)));
        }
        self.ghost.owner = None;
        "freed"
    }

    fn prolonged(&mut self, n: usize, before: &Look, after: &Look, way: Way) -> &'static str {
        let longer = match (before.left_ms, after.left_ms) {
            (Some(old), Some(new)) => new > old,
            (Some(_), None) => after.is_there(),
            (None, Some(_)) => true,
            (None, None) => false,
        };
        let other = before.value != after.value;
        if !before.is_there() || !(longer || other) {
            // A lease that is renewed at once is as long as it was.
            return if way == Way::First { "prolonged" } else { "nothing prolonged" };
        }
        if let Some((owner, _)) = self.ghost.owner
            && !self.owns(n)
        {
            self.broken(Invariant::OwnLockOnly, format!("{} prolongs the lock that {} holds", name(n), name(owner)));
        }
        if matches!(self.clients[n].phase, Phase::Ended(_)) {
            self.broken(Invariant::NoOrphan, format!("{} is done, and its heartbeat keeps the lock taken", name(n)));
        }
        "prolonged"
    }

    fn wrote(&mut self, program: &Program, n: usize, sent: &Sent, way: Way) -> &'static str {
        let of_data = usize::from(program.lock.is_some());
        let mut written: Vec<usize> =
            (of_data..sent.before.len()).filter(|at| sent.before[*at].value != sent.after[*at].value).collect();
        if written.is_empty() && matches!(sent.reply, Some(RespReply::Status(_))) {
            // The same value once more is a write all the same.
            let named = sent.commands.first().and_then(|words| words.get(1));
            written.extend(program.keys().position(|key| named.is_some_and(|name| name == key)).or(Some(usize::MAX)));
        }
        if way == Way::Error || written.is_empty() {
            return "not written";
        }
        self.ghost.filled = true;
        if let Some(number) = self.clients[n].acquired {
            if written.iter().any(|at| self.ghost.last_writes.get(at).is_some_and(|last| number < *last)) {
                self.broken(Invariant::NoStaleWrite, format!("{} writes over what a later holder wrote", name(n)));
            }
            for at in written {
                let last = self.ghost.last_writes.entry(at).or_default();
                *last = number.max(*last);
            }
        }
        "written"
    }

    fn filled(&mut self, program: &Program, n: usize, sent: &Sent, way: Way) -> &'static str {
        let outcome = self.wrote(program, n, sent, way);
        self.clients[n].computing = false;
        if outcome == "written" && self.clients[n].source < self.ghost.invalidated {
            self.broken(Invariant::NoStaleWrite, format!("{} puts back a value that was invalidated", name(n)));
        }
        outcome
    }

    pub(super) fn beat(&mut self, program: &Program, n: usize, fate: Fate) -> Result<(), Halt> {
        let Some(beat) = &program.beat else { return Ok(()) };
        if fate != Fate::Arrives {
            self.left.losses = self.left.losses.saturating_sub(1);
        }
        let sent = self.deliver(program, n, &beat.send, fate)?;
        let (_, way) = self.branch(program, n, &beat.send, sent.reply.as_ref());
        let outcome = self.account(program, n, &beat.send, &sent, way);
        self.breaches.iter_mut().for_each(|breach| breach.event = self.events.len());
        let what = What::Sends {
            purpose: beat.send.role,
            commands: sent.commands,
            reply: sent.reply,
            fate,
            beat: true,
            outcome,
        };
        self.note(n, Some(beat.at), what);
        let end = match way {
            Way::First => BeatEnd::GoesOn,
            Way::Other => beat.lost,
            Way::Error => beat.failed,
        };
        self.clients[n].beat = (end == BeatEnd::GoesOn).then_some(self.now + beat.every_ms);
        if way == Way::Other {
            self.clients[n].told = true;
        }
        if way != Way::First && end != BeatEnd::Told {
            // It was told, and nothing comes of it.
            self.exclusion();
        }
        if end == BeatEnd::Told
            && let Some(abort) = beat.abort
            && self.clients[n].is_live()
        {
            self.note(n, Some(beat.at), What::Stops);
            self.clients[n].inside = false;
            self.clients[n].computing = false;
            return self.go(program, n, abort);
        }
        Ok(())
    }
}

/// As which of its ways a send ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The first reply that it looks for: won, hit, prolonged.
    First,
    /// Any other.
    Other,
    /// An error, or none.
    Error,
}

/// Whether a reply is the one that is looked for.
#[must_use]
pub fn fits(test: &Test, reply: &RespReply, token: &[u8]) -> bool {
    let nothing = match reply {
        RespReply::Nil | RespReply::Int(0) => true,
        RespReply::Array(items) => items.is_empty(),
        _ => false,
    };
    match test {
        Test::Is(wanted) => wanted == reply,
        Test::OwnToken => matches!(reply, RespReply::Bulk(text) if text == token),
        Test::Something => !nothing && !matches!(reply, RespReply::Error(_)),
        Test::Any => !matches!(reply, RespReply::Error(_)),
        Test::Dead => matches!(reply, RespReply::Bulk(text) if text == DEAD_TOKEN),
    }
}
