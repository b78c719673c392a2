//! What a harness does, before it is in any language.

use crate::form::Forms;
use crate::merge::{Merged, merge};
use crate::say::say;
use crate::trace::{Deed, Moment, Sending, scoped};
use crate::transplant::{record, transplant};
use dogpile_harness::judge::{Counterexample, Trial};
use dogpile_harness::program::{Ended, Op, Program, Purpose, Template, Test};
use dogpile_harness::store::{Fate, Halt};
use dogpile_redis::RespReply;
use dogpile_rules::Invariant;
use dogpile_source::Span;

/// In which form of the protocol a step happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    Always,
    Written,
    Repaired,
}

/// A condition on a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cond {
    Is(String),
    IsNot(String),
    Own,
    NotOwn,
    Something,
    Nothing,
}

/// How a command is sent: what the book-keeping makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Sends,
    Frees,
    Renews,
    Writes,
    Fills,
    Invalidates,
    WritesOver,
    Publishes,
}

/// One call of a step. `who` is a client's number.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    First {
        form: usize,
    },
    /// `only`: goes on only if it won (true), or only if it did not.
    Takes {
        who: usize,
        form: usize,
        only: Option<bool>,
    },
    TakesAgain {
        who: usize,
        form: usize,
    },
    /// Most attempts, as written and repaired; `None`: without end.
    Asks {
        who: usize,
        form: usize,
        most: (Option<usize>, Option<usize>),
        every_ms: u64,
    },
    Sends {
        who: usize,
        how: How,
        form: usize,
        only: Option<Cond>,
    },
    Subscribes {
        who: usize,
        form: usize,
    },
    /// Time limits, as written and repaired.
    Listens {
        who: usize,
        limited: (bool, bool),
    },
    Enters(usize),
    Leaves(usize),
    Stops(usize),
    HeldUp(usize),
    GoesOn(usize),
    Computes(usize),
    ReadsSource(usize),
    ChangesSource,
    Errs {
        who: usize,
        form: usize,
    },
    Waits(usize),
    Ends(usize),
    Dies(usize),
    Joins(usize),
    Lands,
    /// Whether others fail with it, as written and repaired.
    FlightFails {
        shared: (bool, bool),
    },
    Passes(u64),
    CheckInside,
    CheckSleepers,
}

/// A step of the schedule.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) guard: Guard,
    pub(crate) says: String,
    pub(crate) place: Option<String>,
    pub(crate) acts: Vec<Act>,
}

/// Everything that a harness shows, in no language.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) invariant: Invariant,
    pub(crate) forms: Forms,
    /// The lock's key; the key of what is computed or written.
    pub(crate) lock: Option<usize>,
    pub(crate) data: Option<usize>,
    /// What the acquire replies to the winner, as written and repaired. `None`: the caller's own token.
    pub(crate) won: (Option<String>, Option<String>),
    /// What a renewal replies to the holder.
    pub(crate) kept: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) clients: usize,
    /// The longest that a dead holder may keep the lock, ms.
    pub(crate) orphan_ms: Option<u64>,
    pub(crate) assumed: Vec<String>,
    /// The heartbeat outlives its owner, as written.
    pub(crate) immortal: bool,
}

/// Plans a harness.
pub(crate) fn plan(found: &Counterexample, trial: &Trial, place: &dyn Fn(Span) -> String) -> Result<Plan, Halt> {
    let invariant = found.claim.invariant;
    let to_the_end = matches!(
        invariant,
        Invariant::NoOrphan
            | Invariant::OneComputation
            | Invariant::BoundedWait
            | Invariant::Wakeable
            | Invariant::FreshAnswer
            | Invariant::DataKept
    );
    let written = record(&found.program, found.clients, found.faults, &found.schedule)?;
    let repaired = transplant(&trial.program, found.clients, trial.faults, &found.schedule, to_the_end)?;
    let merged = merge(written, repaired);
    let mut forms = Forms::default();
    let lock = found.program.lock.as_ref().or(trial.program.lock.as_ref()).map(|key| forms.name_key("lock key", key));
    let data = match (invariant, &found.program.cache) {
        (Invariant::NoStaleWrite, _) | (_, None) => {
            found.program.data.first().cloned().or_else(|| written_key(&found.program))
        }
        (_, cache) => cache.clone(),
    };
    let data = data.as_ref().map(|key| forms.name_key("data key", key));
    let clients = merged.iter().filter_map(Merged::client).max().map_or(1, |most| most + 1);
    let won = (won(&found.program), won(&trial.program));
    let mut planner = Planner {
        found: &found.program,
        repaired: &trial.program,
        invariant,
        forms,
        kept: None,
        place,
        left: vec![false; clients],
    };
    let steps = planner.steps(&merged);
    let (lock, data) = if planner.forms.all.is_empty() { (None, None) } else { (lock, data) };
    if planner.forms.all.is_empty() {
        planner.forms.keys.clear();
    }
    let mut assumed = found.program.assumed.clone();
    assumed.extend(trial.program.assumed.iter().filter(|one| !found.program.assumed.contains(one)).cloned());
    Ok(Plan {
        invariant,
        lock,
        data,
        won,
        kept: planner.kept.unwrap_or_else(|| "1".to_owned()),
        forms: planner.forms,
        steps,
        clients,
        orphan_ms: found.program.orphan_ms.map(|ms| ms.max(trial.program.lease_ms.unwrap_or(0))),
        assumed,
        immortal: found.program.beat.as_ref().is_some_and(|beat| beat.immortal),
    })
}

/// The key that the first write names, where the program does not say which keys hold data.
fn written_key(program: &Program) -> Option<Vec<u8>> {
    program.code.iter().find_map(|instr| match &instr.op {
        Op::Send(send) if matches!(send.role, Purpose::Write | Purpose::Fill) => {
            match send.batch.first()?.get(1)?.as_slice() {
                [dogpile_harness::program::Segment::Text(key)] => Some(key.clone()),
                _ => None,
            }
        }
        _ => None,
    })
}

fn won(program: &Program) -> Option<String> {
    let test = program.code.iter().find_map(|instr| match &instr.op {
        Op::Send(send) if send.role == Purpose::Acquire => send.on.first().map(|(test, _)| test.clone()),
        _ => None,
    });
    match test {
        Some(Test::Is(reply)) => Some(shown(&reply)),
        Some(Test::OwnToken) => None,
        _ => Some("OK".to_owned()),
    }
}

/// A reply as harnesses write it.
fn shown(reply: &RespReply) -> String {
    match reply {
        RespReply::Int(n) => n.to_string(),
        RespReply::Bulk(text) => String::from_utf8_lossy(text).into_owned(),
        RespReply::Nil => "nil".to_owned(),
        RespReply::Status(text) | RespReply::Error(text) => text.clone(),
        RespReply::Array(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
    }
}

struct Planner<'a> {
    found: &'a Program,
    repaired: &'a Program,
    invariant: Invariant,
    forms: Forms,
    kept: Option<String>,
    place: &'a dyn Fn(Span) -> String,
    /// Who leaves the schedule in the repaired form, because a reply says so.
    left: Vec<bool>,
}

impl Planner<'_> {
    fn steps(&mut self, merged: &[Merged]) -> Vec<Step> {
        let last_written = merged.iter().rposition(|one| !matches!(one, Merged::Repaired(_))).unwrap_or(0);
        let open = matches!(merged.get(last_written), Some(Merged::Both(..)));
        let (mut steps, mut checked) = (Vec::new(), false);
        for (at, one) in merged.iter().enumerate() {
            let gone = one.client().is_some_and(|n| self.left[n]);
            let guard = match one {
                Merged::Both(..) => Guard::Always,
                Merged::Written(_) if gone => Guard::Always,
                Merged::Written(_) => Guard::Written,
                Merged::Repaired(_) if gone => continue,
                // As written, the test has failed before: what is left of the protocol is run to its end.
                Merged::Repaired(m) if at > last_written && open && !matches!(m.deed, Deed::Stops) => Guard::Always,
                Merged::Repaired(_) => Guard::Repaired,
            };
            // Whoever stopped has left the section.
            if matches!(one.any().deed, Deed::Leaves) && at > 0 && matches!(merged[at - 1].any().deed, Deed::Stops) {
                continue;
            }
            let stops = matches!(one, Merged::Repaired(m) if matches!(m.deed, Deed::Stops));
            if at > last_written && !stops && !checked {
                checked = true;
                self.check(&mut steps);
            }
            let acts = self.acts(one, &merged[at + 1..]);
            let says = self.says(one, guard);
            let place = one.any().at.map(self.place);
            if acts.is_empty()
                && matches!(
                    one.any().deed,
                    Deed::Enters
                        | Deed::Leaves
                        | Deed::Sleeps(_)
                        | Deed::Goes("goes on")
                        | Deed::Ends(_)
                        | Deed::Lands
                        | Deed::ReadsSource
                        | Deed::ChangesSource
                )
            {
                continue;
            }
            steps.push(Step { guard, says, place, acts });
        }
        if !checked
            || steps.last().is_some_and(|step| {
                step.guard != Guard::Written && !matches!(step.acts.as_slice(), [Act::CheckInside | Act::CheckSleepers])
            })
        {
            self.check(&mut steps);
        }
        steps
    }

    /// What is asserted apart from what single steps assert.
    fn check(&self, steps: &mut Vec<Step>) {
        let (act, says) = match self.invariant {
            Invariant::MutualExclusion => (Act::CheckInside, "At most one of them may be in the section now"),
            Invariant::Wakeable => (Act::CheckSleepers, "Nobody may sleep whom nobody is left to wake"),
            _ => return,
        };
        steps.push(Step { guard: Guard::Always, says: says.to_owned(), place: None, acts: vec![act] });
    }

    fn says(&self, one: &Merged, guard: Guard) -> String {
        let text = match one {
            Merged::Both(a, b) => {
                let (written, repaired) = (say(a), say(b));
                if written == repaired {
                    written
                } else {
                    format!("{written} (repaired: {})", without_subject(&written, &repaired))
                }
            }
            Merged::Written(m) | Merged::Repaired(m) => say(m),
        };
        match guard {
            Guard::Always => text,
            Guard::Written => format!("As written: {}", lower(&text)),
            Guard::Repaired => format!("Repaired: {}", lower(&text)),
        }
    }

    /// The command in both forms: where a run does not send it, as the other program has it.
    fn form(&mut self, one: &Merged, purpose: Purpose) -> usize {
        fn batch(moment: &Moment) -> Option<Vec<Vec<Template>>> {
            match &moment.deed {
                Deed::Sends(sending) | Deed::Asks(sending, ..) => Some(sending.batch.clone()),
                Deed::Stands(words) => Some(vec![words.clone()]),
                _ => None,
            }
        }
        let (written, repaired) = match one {
            Merged::Both(a, b) => (batch(a), batch(b)),
            Merged::Written(a) => (batch(a), elsewhere(self.repaired, purpose, a)),
            Merged::Repaired(b) => (elsewhere(self.found, purpose, b), batch(b)),
        };
        let place = one.any().at.map(self.place);
        let (written, repaired) = (written.map(|b| self.forms.batch(&b)), repaired.map(|b| self.forms.batch(&b)));
        self.forms.intern(purpose, written, repaired, place)
    }

    fn acts(&mut self, one: &Merged, later: &[Merged]) -> Vec<Act> {
        let moment = one.any();
        let who = moment.client.unwrap_or(0);
        let is = |invariants: &[Invariant]| invariants.contains(&self.invariant);
        let both = |f: &dyn Fn(&Deed) -> bool| match one {
            Merged::Both(a, b) => (f(&a.deed), f(&b.deed)),
            Merged::Written(a) => (f(&a.deed), f(&a.deed)),
            Merged::Repaired(b) => (f(&b.deed), f(&b.deed)),
        };
        use Invariant::{
            BoundedWait, FreshAnswer, MutualExclusion, NoOrphan, NoStaleWrite, OneComputation, TrueRefusal, Wakeable,
        };
        match &moment.deed {
            Deed::Stands(_) => vec![Act::First { form: self.form(one, Purpose::Look) }],
            Deed::Sends(sending) => self.sends(one, sending, who, later),
            Deed::Asks(_, times, every) => {
                let most = |m: &Moment| match m.deed {
                    Deed::Asks(_, times, _) => Some(times),
                    _ => None,
                };
                let ends = is(&[BoundedWait]);
                let most = match one {
                    Merged::Both(_, b) if ends => (None, most(b)),
                    Merged::Written(_) if ends => (None, None),
                    _ => (Some(*times), Some(*times)),
                };
                vec![Act::Asks { who, form: self.form(one, Purpose::Acquire), most, every_ms: *every }]
            }
            Deed::Enters if is(&[MutualExclusion]) => vec![Act::Enters(who)],
            Deed::Leaves if is(&[MutualExclusion]) => vec![Act::Leaves(who)],
            Deed::Stops if is(&[MutualExclusion]) => vec![Act::Stops(who)],
            Deed::Pauses if is(&[MutualExclusion]) => vec![Act::HeldUp(who)],
            Deed::Resumes if is(&[MutualExclusion]) => vec![Act::GoesOn(who)],
            Deed::Works { computes: true, .. } if is(&[OneComputation]) => vec![Act::Computes(who)],
            Deed::ReadsSource if is(&[NoStaleWrite]) => vec![Act::ReadsSource(who)],
            Deed::ChangesSource if is(&[NoStaleWrite]) => vec![Act::ChangesSource],
            Deed::Ends(how) => match self.invariant {
                NoOrphan | Wakeable | OneComputation => vec![Act::Ends(who)],
                TrueRefusal if *how == Ended::Refused => vec![Act::Ends(who)],
                _ => Vec::new(),
            },
            Deed::Sleeps(_) if is(&[TrueRefusal]) => vec![Act::Waits(who)],
            Deed::Dies => vec![Act::Dies(who)],
            Deed::Joins if is(&[FreshAnswer]) => vec![Act::Joins(who)],
            Deed::Lands if is(&[FreshAnswer]) => vec![Act::Lands],
            Deed::Wrecks(_) if is(&[FreshAnswer]) => vec![Act::FlightFails {
                shared: match one {
                    Merged::Both(..) => (true, false),
                    Merged::Written(_) => (true, true),
                    Merged::Repaired(_) => (false, false),
                },
            }],
            Deed::Listens(_) => {
                vec![Act::Listens { who, limited: both(&|deed| matches!(deed, Deed::Listens(Some(_)))) }]
            }
            Deed::Passes(ms, _) => vec![Act::Passes(*ms)],
            _ => Vec::new(),
        }
    }

    fn sends(&mut self, one: &Merged, sending: &Sending, who: usize, later: &[Merged]) -> Vec<Act> {
        let form = self.form(one, sending.purpose);
        if sending.fate == Fate::Refused {
            return vec![Act::Errs { who, form }];
        }
        let own = |m: &Merged| {
            m.client() == Some(who) && !matches!(m.any().deed, Deed::Ends(_) | Deed::Pauses | Deed::Resumes)
        };
        // Whose way it follows: that of the run which has something left to do for this client.
        let follows = match one {
            Merged::Both(a, b) => {
                let (Deed::Sends(written), Deed::Sends(repaired)) = (&a.deed, &b.deed) else { return Vec::new() };
                if written.first == repaired.first || written.fate != Fate::Arrives {
                    written
                } else if later.iter().any(|m| own(m) && !matches!(m, Merged::Repaired(_))) {
                    self.left[who] = true;
                    written
                } else {
                    repaired
                }
            }
            _ => sending,
        };
        let goes_on = later.iter().any(own) && !follows.anyway && follows.fate == Fate::Arrives;
        let how = match sending.purpose {
            Purpose::Acquire => return vec![Act::Takes { who, form, only: goes_on.then_some(follows.first) }],
            Purpose::NestedAcquire => return vec![Act::TakesAgain { who, form }],
            Purpose::Subscribe => return vec![Act::Subscribes { who, form }],
            Purpose::Publish => How::Publishes,
            Purpose::Release | Purpose::Steal => How::Frees,
            Purpose::Renew | Purpose::Expire => {
                if let Some(Test::Is(reply)) = &sending.test {
                    self.kept = Some(shown(reply));
                }
                if sending.purpose == Purpose::Renew { How::Renews } else { How::Sends }
            }
            Purpose::Write => How::Writes,
            Purpose::Fill => How::Fills,
            Purpose::Invalidate => How::Invalidates,
            Purpose::WriteOver => How::WritesOver,
            Purpose::Look | Purpose::Read => How::Sends,
        };
        let only = follows
            .test
            .as_ref()
            .filter(|_| goes_on && how == How::Sends)
            .and_then(|test| condition(test, follows.first));
        vec![Act::Sends { who, how, form, only }]
    }
}

fn condition(test: &Test, holds: bool) -> Option<Cond> {
    Some(match (test, holds) {
        (Test::Is(reply), true) => Cond::Is(shown(reply)),
        (Test::Is(reply), false) => Cond::IsNot(shown(reply)),
        (Test::OwnToken, true) => Cond::Own,
        (Test::OwnToken, false) => Cond::NotOwn,
        (Test::Something, true) => Cond::Something,
        (Test::Something, false) => Cond::Nothing,
        (Test::Dead, true) => Cond::Is(String::from_utf8_lossy(dogpile_harness::world::DEAD_TOKEN).into_owned()),
        (Test::Dead, false) => Cond::IsNot(String::from_utf8_lossy(dogpile_harness::world::DEAD_TOKEN).into_owned()),
        (Test::Any, _) => return None,
    })
}

/// The same command in the other program, if there is one that can be meant.
fn elsewhere(program: &Program, purpose: Purpose, moment: &Moment) -> Option<Vec<Vec<Template>>> {
    let beat = program.beat.iter().map(|beat| (Some(beat.at), &beat.send));
    let sends = program.code.iter().filter_map(|instr| match &instr.op {
        Op::Send(send) => Some((instr.at, send)),
        _ => None,
    });
    let all: Vec<_> = sends.chain(beat).filter(|(_, send)| send.role == purpose).collect();
    let here = all
        .iter()
        .find(|(at, _)| *at == moment.at)
        .or_else(|| all.first().filter(|(_, first)| all.iter().all(|(_, other)| other.batch == first.batch)));
    here.map(|(_, send)| scoped(program, &send.batch))
}

/// What somebody does, where it was said already who.
fn without_subject<'a>(said: &str, text: &'a str) -> &'a str {
    match text.split_once(' ') {
        Some((who, rest)) if said.starts_with(&format!("{who} ")) => rest,
        _ => text,
    }
}

fn lower(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    // The names of clients stay as they are.
    if first.len() == 1 || first.chars().nth(1).is_some_and(|c| !c.is_lowercase()) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |c| c.to_lowercase().collect::<String>() + chars.as_str())
}
