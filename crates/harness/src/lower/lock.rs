//! A lock session as a program: miss, acquire, section, release, and what losers do.

use super::parts::{ATTEMPTS, POLL_MS, asking, callers, empty, end, plain_send};
use super::words::{self, Holes, SOME_LEASE_MS, bytes, text};
use super::{Question, Unlowered};
use crate::program::{
    Asm, Beat, Ended, InitialIs, Mark, Op, Pc, Program, Purpose, Segment, Send, Template, Test, TokenScope, render,
};
use crate::store::{Fate, Store};
use dogpile_analysis::lifecycle::{
    ContextOrigin, Fate as Outcome, Guard, HoleKind, Lock, Part, Recheck, Release, SharedKeyForm, StealForm, TokenKind,
    Ttl, UnitFaultKind, WaitBound, WakeupEnd,
};
use dogpile_redis::RespReply;

/// A lock on its way to a program.
pub(super) struct Lowering<'a> {
    pub(super) lock: &'a Lock,
    pub(super) question: Question,
    pub(super) asm: Asm,
    pub(super) holes: Holes,
    pub(super) key: Vec<u8>,
    pub(super) acquire: Vec<Vec<Template>>,
    pub(super) won: Test,
    pub(super) data: Vec<Vec<u8>>,
    pub(super) cache: Option<Vec<u8>>,
    pub(super) beat: Option<Beat>,
    pub(super) cancellable: bool,
    pub(super) refused: Pc,
    pub(super) assumed: Vec<String>,
}

pub(super) fn lower(lock: &Lock, question: Question) -> Result<Program, Unlowered> {
    let mut holes = holes_of(lock);
    let key = lock_key(lock, &holes);
    let acquire = acquire_words(lock, &mut holes, &key)?;
    let initial = initial(lock, &key);
    let (won, key) = winning_reply(lock, &acquire, &key)?;
    if !holes.trusting {
        holes.same = Some(token_word(&acquire));
    }
    let mut asm = Asm::default();
    let refused = end(&mut asm, Ended::Refused, None);
    let mut it = Lowering {
        lock,
        question,
        asm,
        holes,
        key,
        acquire,
        won,
        data: Vec::new(),
        cache: None,
        beat: None,
        cancellable: false,
        refused,
        assumed: Vec::new(),
    };
    it.cache = it.first_written();
    it.cancellable = it.release_of_interest().is_some_and(|r| {
        matches!(r.context, ContextOrigin::Caller | ContextOrigin::CallerWithTimeout | ContextOrigin::CancelledHere)
    });
    let start = it.callers()?;
    let lease_ms = lock.acquire.ttl.known_ms();
    let orphan_ms = it.orphan_ms();
    let shared = lock.shared.is_some()
        || matches!(lock.acquire.token.kind, TokenKind::PerHandle) && question.rule == "shared-lock-handle";
    Ok(Program {
        code: it.asm.finish(),
        roles: callers(start),
        lock: Some(it.key),
        data: it.data,
        cache: it.cache.filter(|_| !matches!(lock.recheck, Recheck::NotApplicable | Recheck::Unknown)),
        initial: initial.0,
        initial_is: initial.1,
        lease_ms,
        token: if shared { TokenScope::Shared } else { TokenScope::Acquisition },
        beat: it.beat,
        gives_back: matches!(question.rule, "leaked-lock" | "cancelled-release" | "lock-key-is-data-key"),
        orphan_ms,
        assumed: it.assumed,
        ..empty()
    })
}

/// Which holes of the session's commands hold its token.
fn holes_of(lock: &Lock) -> Holes {
    let lease = lock.unit_faults.first().and_then(|fault| match fault.kind {
        UnitFaultKind::MillisAsSeconds => Some(("10000", "10000")),
        UnitFaultKind::SecondsAsMillis => Some(("10", "10")),
        // What is shorter than the unit is sent as one of it.
        UnitFaultKind::BareNumberAsNanos => Some(("1", "1")),
        _ => None,
    });
    let mut holes = Holes {
        lease,
        trusting: matches!(
            lock.acquire.token.kind,
            TokenKind::Fresh | TokenKind::Caller | TokenKind::Unknown | TokenKind::PerHandle | TokenKind::None
        ),
        ..Holes::default()
    };
    let Some(sent) = &lock.acquire.site.sent else { return holes };
    let first = match sent.name().as_str() {
        "EVAL" => 4,
        _ => 2,
    };
    if holes.trusting {
        for part in sent.words.iter().skip(first).flat_map(|word| &word.parts) {
            if let Part::Hole { name, kind: HoleKind::Fresh | HoleKind::Given | HoleKind::Unknown } = part {
                holes.token.insert(name.clone());
            }
        }
    }
    holes
}

/// The token as the acquire stores it.
fn token_word(acquire: &[Vec<Template>]) -> Template {
    let first = acquire.first().map(Vec::as_slice).unwrap_or_default();
    if let Some([Segment::Text(name)]) = first.first().map(Vec::as_slice)
        && name.eq_ignore_ascii_case(b"EVAL")
    {
        let number = |word: &Template| matches!(word.as_slice(), [Segment::Text(text)] if !text.is_empty() && text.iter().all(u8::is_ascii_digit));
        let keys = match first.get(2).map(Vec::as_slice) {
            Some([Segment::Text(n)]) => std::str::from_utf8(n).ok().and_then(|n| n.parse::<usize>().ok()).unwrap_or(1),
            _ => 1,
        };
        return first.iter().skip(3 + keys).find(|word| !number(word)).cloned().unwrap_or_else(|| vec![Segment::Token]);
    }
    let plain = matches!(first.first().map(Vec::as_slice), Some([Segment::Text(name)]) if name.to_ascii_uppercase().starts_with(b"SET"));
    first.get(2).filter(|_| plain).cloned().unwrap_or_else(|| vec![Segment::Token])
}

fn lock_key(lock: &Lock, holes: &Holes) -> Vec<u8> {
    let no_tokens = Holes { number: holes.number.clone(), ..Holes::default() };
    words::data_key(&lock.acquire.site, &no_tokens)
        .filter(|key| !key.is_empty())
        .unwrap_or_else(|| words::plain_key(&lock.acquire.key))
}

fn acquire_words(lock: &Lock, holes: &mut Holes, key: &[u8]) -> Result<Vec<Vec<Template>>, Unlowered> {
    let acquire = &lock.acquire;
    let Some(sent) =
        acquire.site.sent.as_ref().filter(|sent| !matches!(sent.name().as_str(), "" | "EVALSHA" | "FCALL"))
    else {
        let token = match acquire.token.kind {
            TokenKind::Constant | TokenKind::KeyDerived | TokenKind::PerProcess | TokenKind::Clock => text("same"),
            _ => vec![Segment::Token],
        };
        let mut words = vec![text("SET"), bytes(key), token, text("NX")];
        if acquire.ttl != Ttl::Absent {
            words.extend([text("PX"), text(&acquire.ttl.known_ms().unwrap_or(SOME_LEASE_MS).to_string())]);
        }
        return Ok(vec![words]);
    };
    let batch = |holes: &Holes| {
        let mut batch = vec![holes.on_lock(sent, key)];
        if acquire.expiry_same_step && acquire.ttl == Ttl::Absent && sent.name() != "EVAL" {
            batch.extend(lock.expiries.first().and_then(|e| e.site.sent.as_ref()).map(|sent| holes.on_lock(sent, key)));
        }
        batch
    };
    // A hole that the server reads as a number is not the token: it is the lease, as a rule.
    let ill = |holes: &Holes| matches!(words::tried(&[], &batch(holes)), Ok((Some(RespReply::Error(_)), _, _)));
    if ill(holes) {
        let names: Vec<String> = holes.token.iter().cloned().collect();
        for name in names {
            let mut other = holes.clone();
            other.token.remove(&name);
            other.number.insert(name);
            if !ill(&other) {
                *holes = other;
                break;
            }
        }
    }
    Ok(batch(holes))
}

/// The reply that says "won", found out by asking the model; and the key that is there afterwards.
fn winning_reply(lock: &Lock, acquire: &[Vec<Template>], key: &[u8]) -> Result<(Test, Vec<u8>), Unlowered> {
    let at = Some(lock.acquire.site.span);
    let (won, lost, mut store) =
        words::tried(&[], acquire).map_err(|halt| Unlowered::new(at, format!("the acquire cannot be run: {halt}")))?;
    match (&won, &lost) {
        (Some(RespReply::Error(_)), _) if lock.unit_faults.is_empty() => {
            return Err(Unlowered::new(at, "the server refuses the acquire as it was understood"));
        }
        (Some(RespReply::Error(_)), _) => return Ok((Test::Is(RespReply::Status("OK".to_owned())), key.to_vec())),
        // A plain SET always wins: what it takes the lock from is a look before it.
        (won, lost) if won == lost && is_plain_set(acquire) => return Ok((Test::Any, key.to_vec())),
        (won, lost) if won == lost => return Err(Unlowered::new(at, "the acquire's reply does not tell who won")),
        _ => {}
    }
    let there = store.look(&[key]).ok().is_some_and(|looks| looks.iter().any(crate::store::Look::is_there));
    if !there {
        return Err(Unlowered::new(at, "which key the acquire takes is not known"));
    }
    let replies_differ_by_token = matches!(&won, Some(RespReply::Bulk(text)) if *text == words::sample('a').token);
    Ok((if replies_differ_by_token { Test::OwnToken } else { Test::Is(won.unwrap_or(RespReply::Nil)) }, key.to_vec()))
}

/// SET without a condition.
fn is_plain_set(acquire: &[Vec<Template>]) -> bool {
    let word = |template: &Template| match template.as_slice() {
        [Segment::Text(text)] => String::from_utf8_lossy(text).to_ascii_uppercase(),
        _ => String::new(),
    };
    let [words] = acquire else { return false };
    words.first().map(word).is_some_and(|name| name == "SET")
        && !words.iter().skip(3).any(|w| matches!(word(w).as_str(), "NX" | "XX" | "GET" | "IFEQ"))
}

fn initial(lock: &Lock, key: &[u8]) -> (Vec<Vec<Vec<u8>>>, InitialIs) {
    let set = |value: &[u8]| vec![vec![b"SET".to_vec(), key.to_vec(), value.to_vec()]];
    if !lock.hazards.steals.is_empty() {
        return (set(crate::world::DEAD_TOKEN), InitialIs::StaleLock);
    }
    if lock.hazards.shared_keys.iter().any(|s| matches!(s.form, SharedKeyForm::KeepsTaken)) {
        return (set(b"data"), InitialIs::Data);
    }
    (Vec::new(), InitialIs::Nothing)
}

impl Lowering<'_> {
    /// The lease, ms; a stand-in where it is not known.
    pub(super) fn lease(&self) -> u64 {
        let stand_in = match self.holes.lease {
            Some((_, "10")) => 10,
            _ => SOME_LEASE_MS,
        };
        self.lock.acquire.ttl.known_ms().unwrap_or(stand_in)
    }

    /// What a command that compares the token compares it with.
    pub(super) fn token(&self) -> Template {
        self.holes.same.clone().unwrap_or_else(|| vec![Segment::Token])
    }

    fn first_written(&self) -> Option<Vec<u8>> {
        let mut keys = self.lock.section.writes.iter().filter_map(|write| words::data_key(&write.site, &self.holes));
        keys.find(|key| *key != self.key)
    }

    /// The whole way of a caller.
    fn callers(&mut self) -> Result<Pc, Unlowered> {
        let done = end(&mut self.asm, Ended::Done, None);
        let after = self.after_release(done);
        let release = self.release(after)?;
        self.beat = self.heartbeat(release);
        let section = self.section(release);
        let acquire = self.asm.label();
        let lost = self.lost(acquire, section)?;
        let error = self.failed(section, lost)?;
        let op = self.acquire_op(section, lost, error);
        if is_plain_set(&self.acquire) {
            self.assumed.push("the lock is looked at with GET before it is set".to_owned());
            let set = self.asm.put(Some(self.lock.acquire.site.outer()), op);
            let look = vec![text("GET"), bytes(&self.key)];
            self.asm.place(
                acquire,
                Some(self.lock.acquire.site.outer()),
                asking(Purpose::Look, look, Test::Something, lost, set),
            );
        } else {
            self.asm.place(acquire, Some(self.lock.acquire.site.outer()), op);
        }
        if let Recheck::Missing { read, .. } = self.lock.recheck {
            let key = self.cache_key();
            let look = self.cache_look(&key);
            return Ok(self.asm.put(Some(read), asking(Purpose::Read, look, Test::Something, done, acquire)));
        }
        if matches!(self.lock.recheck, Recheck::Done) {
            let key = self.cache_key();
            let look = self.cache_look(&key);
            return Ok(self.asm.put(None, asking(Purpose::Read, look, Test::Something, done, acquire)));
        }
        Ok(acquire)
    }

    fn acquire_op(&self, won: Pc, lost: Pc, error: Pc) -> Op {
        Op::Send(Send {
            batch: self.acquire.clone(),
            role: Purpose::Acquire,
            on: vec![(self.won.clone(), won)],
            otherwise: lost,
            error,
            cancellable: false,
        })
    }

    /// What comes after the release: waiters are told, work that escaped goes on, a transaction is committed.
    fn after_release(&mut self, done: Pc) -> Pc {
        let mut next = done;
        if !self.lock.hazards.wakeups.is_empty() {
            self.assumed.push("a holder publishes after its release".to_owned());
            next = self
                .asm
                .put(None, plain_send(Purpose::Publish, vec![text("PUBLISH"), text("released"), text("1")], next));
        }
        let later =
            self.lock.escapes.first().map(|e| e.work).or(self.lock.hazards.early_releases.first().map(|e| e.committed));
        match later {
            Some(at) => {
                let leave = self.asm.put(None, Op::Mark(Mark::Leave, next));
                let work = crate::program::Work {
                    fast_ms: super::parts::FAST_MS,
                    slow_ms: None,
                    computes: false,
                    next: leave,
                    failed: None,
                    cancelled: None,
                };
                self.asm.put(Some(at), Op::Work(work))
            }
            None => self.asm.put(None, Op::Mark(Mark::Leave, next)),
        }
    }

    /// The release that the finding is about, else the one that a session's own path takes.
    pub(super) fn release_of_interest(&self) -> Option<&Release> {
        let focus = self.question.focus;
        let usable = self.lock.releases.iter().filter(|r| !r.administrative);
        usable.min_by_key(|r| {
            (
                r.site.span != focus && r.site.outer() != focus,
                r.rollback,
                !r.same_session,
                r.unheld.is_some(),
                r.site.span,
            )
        })
    }

    fn release(&mut self, next: Pc) -> Result<Pc, Unlowered> {
        let Some(release) = self.release_of_interest().cloned() else {
            if !matches!(self.question.rule, "constant-token" | "leaked-lock") {
                return Ok(next);
            }
            self.assumed.push("a release compares the token; there is none in sight".to_owned());
            let words = words::compare_and_delete(&self.key, self.token());
            return Ok(self.asm.put(None, plain_send(Purpose::Release, words, next)));
        };
        let sent = self.release_send(&release, next)?;
        if self.lock.heartbeats.is_empty() {
            return Ok(self.asm.put(None, Op::Mark(Mark::StopBeat, sent)));
        }
        Ok(sent)
    }

    /// A release's command or commands.
    fn release_send(&mut self, release: &Release, next: Pc) -> Result<Pc, Unlowered> {
        let at = Some(release.site.outer());
        let key = self.key.clone();
        let own = release.site.sent.as_ref();
        let whole = |name: &str| matches!(name, "EVAL" | "DELEX" | "DELIFEQ");
        let delete = || match own {
            Some(sent) if matches!(sent.name().as_str(), "DEL" | "UNLINK") && sent.words.len() == 2 => {
                vec![text(&sent.name()), bytes(&key)]
            }
            _ => vec![text("DEL"), bytes(&key)],
        };
        let command = match (&release.guard, own) {
            (Guard::Unknown, _) if self.question.focus == release.site.span || at == Some(self.question.focus) => {
                return Err(Unlowered::new(at, "what this release does was not understood"));
            }
            // Unknown is not guilty: where the release is not the point, it is taken as a good one.
            (Guard::Unknown, _) => {
                self.assumed.push("the release, which was not understood, asks whose lock it is".to_owned());
                words::compare_and_delete(&key, self.token())
            }
            (Guard::Atomic, Some(sent)) if whole(&sent.name()) => self.with_numbers(self.holes.on_lock(sent, &key)),
            (Guard::Atomic, _) => words::compare_and_delete(&key, self.token()),
            (Guard::None, Some(sent)) if whole(&sent.name()) => self.holes.on_lock(sent, &key),
            (Guard::None | Guard::ReadThenAct(_), _) => delete(),
        };
        let end = if self.cancellable { end(&mut self.asm, Ended::Failed, at) } else { next };
        let send = Send {
            batch: vec![command],
            role: Purpose::Release,
            on: vec![],
            otherwise: next,
            error: end,
            cancellable: self.cancellable,
        };
        let send = self.asm.put(at, Op::Send(send));
        let Guard::ReadThenAct(read) = release.guard else { return Ok(send) };
        let own = match self.lock.acquire.token.kind {
            // Equal for everybody: the comparison always says yes.
            TokenKind::Constant | TokenKind::KeyDerived | TokenKind::PerProcess | TokenKind::Clock => Test::Something,
            _ => Test::OwnToken,
        };
        Ok(self.asm.put(Some(read), asking(Purpose::Look, vec![text("GET"), bytes(&key)], own, send, next)))
    }

    /// Where somebody goes who was told that the lock is taken.
    fn lost(&mut self, acquire: Pc, section: Pc) -> Result<Pc, Unlowered> {
        if let Outcome::Enters(_) = self.lock.outcomes.lost
            && !self.lock.acquire.throws_when_lost
        {
            return Ok(section);
        }
        if let Some(steal) = self.lock.hazards.steals.first().cloned() {
            return Ok(self.steal(&steal, section));
        }
        if let Some(wakeup) = self.lock.hazards.wakeups.first().cloned() {
            return Ok(self.listen(&wakeup, section));
        }
        let unheld = self.lock.releases.iter().find(|r| r.unheld.as_ref().is_some_and(|u| !u.failed)).cloned();
        if let Some(release) = unheld {
            let refused = self.refused;
            return self.release_send(&release, refused);
        }
        if let Some(renewal) = self.lock.renewals.iter().find(|r| r.runs_unheld).cloned() {
            let refused = self.refused;
            let send = self.renewal(&renewal, refused);
            return Ok(self.asm.put(Some(renewal.site.outer()), Op::Send(send)));
        }
        let bound = match (&self.lock.wait, self.lock.acquire.waits_inside) {
            (Some(wait), _) => Some((wait.span, wait.bound)),
            (None, Some(bound)) => Some((self.lock.acquire.site.outer(), bound)),
            (None, None) => None,
        };
        if bound.is_some() {
            self.assumed.push(format!("it asks again every {POLL_MS} ms"));
        }
        Ok(match bound {
            None => self.refused,
            Some((at, WaitBound::None)) => self.asm.put(Some(at), Op::Sleep(POLL_MS, acquire)),
            Some((at, _)) => {
                let mut next = end(&mut self.asm, Ended::GaveUp, Some(at));
                for _ in 0..ATTEMPTS {
                    let error = self.error_of_retry(section, next);
                    let again = self.acquire_op(section, next, error);
                    let again = self.asm.put(Some(self.lock.acquire.site.outer()), again);
                    next = self.asm.put(Some(at), Op::Sleep(POLL_MS, again));
                }
                next
            }
        })
    }

    /// Where another attempt goes that fails: the same way as the first one.
    fn error_of_retry(&mut self, section: Pc, lost: Pc) -> Pc {
        match self.lock.outcomes.failed {
            Outcome::Enters(_) => section,
            Outcome::ReadsAsHeld(_) => lost,
            Outcome::Handled | Outcome::Unknown => end(&mut self.asm, Ended::Failed, None),
        }
    }

    /// A take-over in more than one step.
    fn steal(&mut self, steal: &dogpile_analysis::lifecycle::Steal, section: Pc) -> Pc {
        let key = self.key.clone();
        let at = Some(steal.site.outer());
        let swap = |words: Vec<Template>| {
            Op::Send(Send {
                batch: vec![words],
                role: Purpose::Acquire,
                on: vec![(Test::Any, section)],
                otherwise: section,
                error: section,
                cancellable: false,
            })
        };
        let op = match steal.form {
            StealForm::DeleteThenTake => {
                let refused = self.refused;
                let again = self.acquire_op(section, refused, refused);
                let again = self.asm.put(steal.taken.or(Some(self.lock.acquire.site.outer())), again);
                plain_send(Purpose::Steal, vec![text("DEL"), bytes(&key)], again)
            }
            StealForm::Overwrite => swap(vec![text("SET"), bytes(&key), vec![Segment::Token]]),
            StealForm::Swap => swap(vec![text("GETSET"), bytes(&key), vec![Segment::Token]]),
        };
        let put_aside = self.asm.put(at, op);
        let refused = self.refused;
        self.assumed.push("the lock that stands there belongs to somebody who is gone".to_owned());
        self.asm.put(
            Some(steal.look),
            asking(Purpose::Look, vec![text("GET"), bytes(&key)], Test::Dead, put_aside, refused),
        )
    }

    /// A wait for a message.
    fn listen(&mut self, wakeup: &dogpile_analysis::lifecycle::Wakeup, section: Pc) -> Pc {
        let gave_up = end(&mut self.asm, Ended::GaveUp, None);
        let again = self.acquire_op(section, gave_up, gave_up);
        let again = self.asm.put(Some(self.lock.acquire.site.outer()), again);
        let limit_ms = match wakeup.end {
            WakeupEnd::Time => Some(self.lease()),
            WakeupEnd::Nothing | WakeupEnd::Caller => None,
        };
        let wait = self.asm.put(Some(wakeup.site.outer()), Op::Await { limit_ms, woken: again, late: again });
        let next = if wakeup.rechecks {
            let recheck = self.acquire_op(section, wait, wait);
            self.asm.put(Some(self.lock.acquire.site.outer()), recheck)
        } else {
            wait
        };
        let at = wakeup.subscribed.or(Some(wakeup.site.outer()));
        self.asm.put(at, plain_send(Purpose::Subscribe, vec![text("SUBSCRIBE"), text("released")], next))
    }

    /// Where somebody goes whose acquire failed.
    fn failed(&mut self, section: Pc, lost: Pc) -> Result<Pc, Unlowered> {
        if let Outcome::Enters(_) = self.lock.outcomes.failed {
            return Ok(section);
        }
        let unheld = self.lock.releases.iter().find(|r| r.unheld.is_some()).cloned();
        if let Some(release) = unheld {
            let failed = end(&mut self.asm, Ended::Failed, None);
            return self.release_send(&release, failed);
        }
        let truncated = self.lock.unit_faults.iter().any(|f| f.kind == UnitFaultKind::TruncatesToZero);
        Ok(match self.lock.outcomes.failed {
            Outcome::ReadsAsHeld(_) => lost,
            Outcome::Handled | Outcome::Unknown if truncated => self.refused,
            Outcome::Enters(_) | Outcome::Handled | Outcome::Unknown => end(&mut self.asm, Ended::Failed, None),
        })
    }

    /// A command that its holder's server refuses has a number where a token was put: the lease, as a rule.
    pub(super) fn with_numbers(&self, words: Vec<Template>) -> Vec<Template> {
        let refused = |words: &[Template]| matches!(self.reply_of_own(words), None | Some(RespReply::Error(_)));
        if !refused(&words) {
            return words;
        }
        let lease = self.lease().to_string();
        for at in (0..words.len()).rev().filter(|at| words[*at] == [Segment::Token]) {
            let mut other = words.clone();
            other[at] = text(&lease);
            if !refused(&other) {
                return other;
            }
        }
        words
    }

    /// What a command on the lock replies to its holder.
    pub(super) fn reply_of_own(&self, command: &[Template]) -> Option<RespReply> {
        let (_, _, mut store) = words::tried(&[], &self.acquire).ok()?;
        let with = words::sample('a');
        let words: Vec<Vec<u8>> = command.iter().map(|w| render(w, &with)).collect();
        store.send(0, &[words], Fate::Arrives).ok()?
    }
}
