//! What happens in a run, with the commands as they stand in the program: values that clients fill in are not filled.

use dogpile_harness::program::TokenScope;
use dogpile_harness::program::{Ended, Mark, Op, Pc, Program, Purpose, Send, Template, Test};
use dogpile_harness::store::{Fate, Halt, ModelStore};
use dogpile_harness::world::{Action, Event, What, World, fits};
use dogpile_source::Span;

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// Who; `None`: time, or nobody in particular.
    pub(crate) client: Option<usize>,
    /// The line of code.
    pub(crate) at: Option<Span>,
    /// What.
    pub(crate) deed: Deed,
}

/// Kinds of things that happen.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Arrives,
    /// Stands there before anybody comes.
    Stands(Vec<Template>),
    Sends(Sending),
    /// Asks for the lock again and again in vain.
    Asks(Sending, usize, u64),
    NotSent,
    Enters,
    Leaves,
    ReadsSource,
    ChangesSource,
    Works {
        ms: u64,
        slow: bool,
        computes: bool,
    },
    Fails,
    HangsUp,
    Sleeps(u64),
    Listens(Option<u64>),
    Wakes,
    Tires,
    Joins,
    Lands,
    /// The flight fails; whether its entry stays.
    Wrecks(bool),
    Goes(&'static str),
    Stops,
    Ends(Ended),
    Dies,
    Pauses,
    Resumes,
    Passes(u64, bool),
}

/// A command that is sent.
#[derive(Clone, Debug)]
pub(crate) struct Sending {
    pub(crate) purpose: Purpose,
    pub(crate) batch: Vec<Vec<Template>>,
    pub(crate) beat: bool,
    pub(crate) fate: Fate,
    /// The reply that the code looks for first.
    pub(crate) test: Option<Test>,
    /// It was that reply.
    pub(crate) first: bool,
    /// The code goes on in the same way whatever the reply.
    pub(crate) anyway: bool,
    /// What it came to, for people.
    pub(crate) outcome: &'static str,
}

impl Deed {
    /// The same thing in two runs, so far as what it is goes.
    pub(crate) fn alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sends(a), Self::Sends(b)) => (a.purpose, a.beat, a.fate) == (b.purpose, b.beat, b.fate),
            (Self::Asks(..), Self::Asks(..)) => true,
            (Self::Passes(a, _), Self::Passes(b, _)) => a == b,
            (Self::Works { computes: a, .. }, Self::Works { computes: b, .. }) => a == b,
            (Self::Ends(_), Self::Ends(_)) | (Self::Listens(_), Self::Listens(_)) => true,
            (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
        }
    }
}

/// A world that writes down what happens in it.
pub(crate) struct Recorder<'p> {
    pub(crate) program: &'p Program,
    pub(crate) world: World<ModelStore>,
    pub(crate) moments: Vec<Moment>,
}

impl<'p> Recorder<'p> {
    pub(crate) fn new(program: &'p Program, world: World<ModelStore>) -> Self {
        let stands = |command: &Vec<Vec<u8>>| Moment {
            client: None,
            at: None,
            deed: Deed::Stands(
                command.iter().map(|word| vec![dogpile_harness::program::Segment::Text(word.clone())]).collect(),
            ),
        };
        let moments = program.initial.iter().map(stands).collect();
        Self { program, world, moments }
    }

    /// Takes a turn.
    pub(crate) fn act(&mut self, action: Action) -> Result<(), Halt> {
        let op = match action {
            Action::Step(n, _) => Some((n, self.world.clients[n].pc)),
            _ => None,
        };
        let inside: Vec<bool> = self.world.clients.iter().map(|c| c.inside).collect();
        let flight = self.world.ghost.flight;
        let filling = match (action, op.map(|(_, pc)| &self.program.code[pc].op)) {
            (Action::Step(n, _), Some(Op::Send(send))) => Some(self.world.filling(self.program, n, send.role).token),
            (Action::Beat(n, _), _) => {
                self.program.beat.as_ref().map(|beat| self.world.filling(self.program, n, beat.send.role).token)
            }
            _ => None,
        };
        self.world.act(self.program, action)?;
        let events = std::mem::take(&mut self.world.events);
        for event in events {
            self.edges(&inside, flight, &event);
            let source = self.note(&event, op, filling.as_deref());
            if let Some(from) = source {
                self.sources(event.client, from);
            }
        }
        self.edges_left(&inside, flight);
        Ok(())
    }

    fn push(&mut self, client: Option<usize>, at: Option<Span>, deed: Deed) {
        self.moments.push(Moment { client, at, deed });
    }

    /// Who left the section did so before it ended.
    fn edges(&mut self, inside: &[bool], flight: dogpile_harness::world::Flight, event: &Event) {
        let (Some(n), What::Ends(_)) = (event.client, &event.what) else { return };
        if inside[n] && !self.world.clients[n].inside && !self.last_is(n, &Deed::Leaves) {
            self.push(Some(n), None, Deed::Leaves);
        }
        self.landing(flight);
    }

    fn edges_left(&mut self, inside: &[bool], flight: dogpile_harness::world::Flight) {
        for (n, before) in inside.iter().enumerate() {
            let now = self.world.clients[n].inside;
            if now && !before {
                self.push(Some(n), None, Deed::Enters);
            } else if *before && !now && !self.last_is(n, &Deed::Leaves) {
                self.push(Some(n), None, Deed::Leaves);
            }
        }
        self.landing(flight);
    }

    fn landing(&mut self, before: dogpile_harness::world::Flight) {
        use dogpile_harness::world::Flight;
        let Flight::Led(leader) = before else { return };
        let deed = match self.world.ghost.flight {
            Flight::Led(_) => return,
            Flight::Wrecked => Deed::Wrecks(true),
            // Work that went on after its caller hung up ends well.
            Flight::None if matches!(self.work_of(leader), Some(Deed::Fails | Deed::HangsUp)) => Deed::Wrecks(false),
            Flight::None => Deed::Lands,
        };
        let told = self
            .moments
            .iter()
            .rev()
            .take_while(|m| !matches!(m.deed, Deed::Joins))
            .any(|m| matches!(m.deed, Deed::Wrecks(_) | Deed::Lands));
        if !told {
            self.push(Some(leader), None, deed);
        }
    }

    /// What became of somebody's work so far.
    fn work_of(&self, n: usize) -> Option<&Deed> {
        let work =
            |m: &&Moment| m.client == Some(n) && matches!(m.deed, Deed::Works { .. } | Deed::Fails | Deed::HangsUp);
        self.moments.iter().rev().find(work).map(|m| &m.deed)
    }

    fn last_is(&self, n: usize, deed: &Deed) -> bool {
        self.moments.iter().rev().take(3).any(|m| m.client == Some(n) && m.deed.alike(deed))
    }

    /// Writes an event down; gives where its client goes from there.
    fn note(&mut self, event: &Event, op: Option<(usize, Pc)>, token: Option<&[u8]>) -> Option<Pc> {
        let code = |pc: Pc| &self.program.code[pc].op;
        let mut from = None;
        let deed = match &event.what {
            What::Arrives => {
                from = event.client.map(|n| self.program.role(n).start);
                Deed::Arrives
            }
            What::Sends { purpose, reply, fate, beat, outcome, .. } => {
                let send = match (beat, op.map(|(_, pc)| code(pc))) {
                    (true, _) => self.program.beat.as_ref().map(|beat| &beat.send),
                    (false, Some(Op::Send(send))) => Some(send),
                    _ => None,
                }?;
                let test = send.on.first().map(|(test, _)| test.clone());
                let first = reply.as_ref().is_some_and(|reply| {
                    test.as_ref().is_some_and(|test| fits(test, reply, token.unwrap_or_default()))
                });
                from = Some(if first {
                    send.on[0].1
                } else if reply.is_some() {
                    send.otherwise
                } else {
                    send.error
                });
                let anyway = *beat || send.on.iter().all(|(_, to)| *to == send.otherwise);
                let sending = Sending {
                    purpose: *purpose,
                    batch: self.scoped(send),
                    beat: *beat,
                    fate: *fate,
                    test,
                    first,
                    anyway,
                    outcome,
                };
                if *beat {
                    from = None;
                }
                Deed::Sends(sending)
            }
            What::NotSent(_) => Deed::NotSent,
            What::Works { ms, slow } => {
                let computes = matches!(op.map(|(_, pc)| code(pc)), Some(Op::Work(work)) if work.computes);
                Deed::Works { ms: *ms, slow: *slow, computes }
            }
            What::WorkFails => Deed::Fails,
            What::HangsUp => Deed::HangsUp,
            What::Sleeps(ms) => Deed::Sleeps(*ms),
            What::Listens(limit) => Deed::Listens(*limit),
            What::Wakes => Deed::Wakes,
            What::TiresOfWaiting => Deed::Tires,
            What::Leads | What::Follows => Deed::Joins,
            What::Goes(way) => Deed::Goes(way),
            What::Stops => Deed::Stops,
            What::Ends(how) => Deed::Ends(*how),
            What::Dies => Deed::Dies,
            What::Pauses => Deed::Pauses,
            What::Resumes => Deed::Resumes,
            What::Passes(ms, lapsed) => {
                Deed::Passes(*ms, self.program.lock.as_ref().is_some_and(|lock| lapsed.contains(lock)))
            }
        };
        self.push(event.client, event.at, deed);
        from
    }

    /// The source of the cached value is read or changed by marks that follow at once.
    fn sources(&mut self, client: Option<usize>, mut pc: Pc) {
        for _ in 0..self.program.code.len() {
            match self.program.code[pc].op {
                Op::Mark(mark, to) => {
                    pc = to;
                    match mark {
                        Mark::ReadSource => self.push(client, None, Deed::ReadsSource),
                        Mark::ChangeSource => self.push(client, None, Deed::ChangesSource),
                        _ => {}
                    }
                }
                _ => return,
            }
        }
    }

    /// The commands, with the token that everybody shares written out.
    fn scoped(&self, send: &Send) -> Vec<Vec<Template>> {
        scoped(self.program, &send.batch)
    }
}

/// Commands, with the token that everybody shares written out.
pub(crate) fn scoped(program: &Program, batch: &[Vec<Template>]) -> Vec<Vec<Template>> {
    use dogpile_harness::program::Segment;
    let mut batch = batch.to_vec();
    if program.token == TokenScope::Shared {
        for segment in batch.iter_mut().flatten().flatten() {
            if *segment == Segment::Token {
                *segment = Segment::Text(b"shared".to_vec());
            }
        }
    }
    batch
}

/// Folds what somebody asks again and again in vain into one moment.
pub(crate) fn folded(moments: Vec<Moment>) -> Vec<Moment> {
    let vain = |m: &Moment| matches!(&m.deed, Deed::Sends(s) if matches!(s.purpose, Purpose::Acquire | Purpose::NestedAcquire) && !s.first && s.fate == Fate::Arrives);
    let erred = |m: &Moment| matches!(&m.deed, Deed::Sends(s) if s.fate != Fate::Arrives);
    let mut out: Vec<Moment> = Vec::new();
    let mut rest = moments.into_iter().peekable();
    while let Some(moment) = rest.next() {
        let nap = match (&moment.deed, out.last()) {
            (Deed::Passes(ms, false), Some(last)) if vain(last) || matches!(last.deed, Deed::Asks(..)) => Some(*ms),
            _ => None,
        };
        let again = nap.is_some()
            && rest.peek().is_some_and(|next| vain(next) && out.last().is_some_and(|last| last.client == next.client));
        match (again, nap) {
            (true, Some(ms)) => {
                let Some(next) = rest.next() else { break };
                let Deed::Sends(sending) = next.deed else { continue };
                match out.last_mut().map(|m| &mut m.deed) {
                    Some(Deed::Asks(_, times, _)) => *times += 1,
                    _ => out.push(Moment { deed: Deed::Asks(sending, 1, ms), ..next }),
                }
            }
            _ if matches!(moment.deed, Deed::Sleeps(_))
                && !out.iter().rev().find(|m| m.client == moment.client).is_some_and(erred) => {}
            (_, _) => match (out.last_mut().map(|last| &mut last.deed), &moment.deed) {
                // Nobody does anything in between.
                (Some(Deed::Passes(before, lapsed)), Deed::Passes(ms, lapses)) => {
                    *before += ms;
                    *lapsed |= lapses;
                }
                _ => out.push(moment),
            },
        }
    }
    out
}
