//! What a holder does between winning and giving back.

use super::lock::Lowering;
use super::parts::{FAST_MS, plain_send};
use super::words::{Holes, bytes, data_key, fence_key, fenced_set, text};
use crate::program::{Beat, BeatEnd, Ended, Mark, Op, Pc, Purpose, Segment, Send, Template, Test, Work};
use dogpile_analysis::lifecycle::{ExitKind, Guard, OnLoss, Recheck, Renewal, SharedKeyForm, UnitFaultKind, Write};

/// Whether a server takes a command as it is known here; lists of arguments often are not.
fn runs(words: &[Template]) -> bool {
    matches!(super::words::tried(&[], &[words.to_vec()]), Ok((Some(reply), _, _)) if !matches!(reply, dogpile_redis::RespReply::Error(_)))
}

impl Lowering<'_> {
    /// From the first instruction after the acquire to the release; `release` is where it goes when it is done.
    pub(super) fn section(&mut self, release: Pc) -> Pc {
        let failed = self.failure_exit(release);
        let mut next = self.writes(release);
        next = self.leaks(next);
        let computes = !matches!(self.lock.recheck, Recheck::NotApplicable | Recheck::Unknown);
        let cancelled = self.cancellable.then_some(release);
        let work = Work { fast_ms: self.fast_ms(), slow_ms: self.slow_ms(), computes, next, failed, cancelled };
        next = self.asm.put(self.lock.section.work, Op::Work(work));
        next = self.nested(next);
        if let Recheck::Done = self.lock.recheck {
            let key = self.cache_key();
            let read = self.cache_look(&key);
            next = self.asm.put(None, super::parts::asking(Purpose::Read, read, Test::Something, release, next));
        }
        for expiry in self.lock.expiries.iter().rev().filter(|_| !self.lock.acquire.expiry_same_step) {
            let words = match &expiry.site.sent {
                Some(sent) => self.holes.on_lock(sent, &self.key),
                None => vec![text("PEXPIRE"), bytes(&self.key), text(&self.lease().to_string())],
            };
            next = self.asm.put(Some(expiry.site.outer()), plain_send(Purpose::Expire, words, next));
        }
        self.asm.put(None, Op::Mark(Mark::Enter, next))
    }

    /// Where work that fails goes: past the release, if some way out does.
    fn failure_exit(&mut self, release: Pc) -> Option<Pc> {
        let errors = |kind: ExitKind| !matches!(kind, ExitKind::Return);
        let leak = self
            .lock
            .leaks
            .iter()
            .filter(|leak| errors(leak.exit))
            .min_by_key(|leak| (leak.span != self.question.focus, leak.span));
        match leak {
            Some(leak) => {
                let at = Some(leak.span);
                Some(self.asm.put(at, Op::End(Ended::Failed)))
            }
            None if self.lock.heartbeats.is_empty() => Some(release),
            None => Some(self.asm.put(None, Op::End(Ended::Failed))),
        }
    }

    /// Ways out that forget the release.
    fn leaks(&mut self, next: Pc) -> Pc {
        let plain = |leak: &&dogpile_analysis::lifecycle::Leak| leak.exit == ExitKind::Return;
        let Some(leak) =
            self.lock.leaks.iter().filter(plain).min_by_key(|leak| (leak.span != self.question.focus, leak.span))
        else {
            return next;
        };
        let at = leak.span;
        let out = self.asm.put(Some(at), Op::End(Ended::Done));
        self.asm.put(Some(at), Op::Choose(vec![("goes on", next), ("leaves here", out)]))
    }

    fn nested(&mut self, next: Pc) -> Pc {
        let Some(nested) = self.lock.nested.first() else { return next };
        let (at, again) = (nested.span, self.asm.label());
        let refused =
            if nested.waits { self.asm.put(Some(at), Op::Sleep(super::parts::POLL_MS, again)) } else { self.refused };
        let send = Send {
            batch: self.acquire.clone(),
            role: Purpose::NestedAcquire,
            on: vec![(self.won.clone(), next)],
            otherwise: refused,
            error: refused,
            cancellable: false,
        };
        self.asm.place(again, Some(at), Op::Send(send));
        again
    }

    fn writes(&mut self, release: Pc) -> Pc {
        let mut next = release;
        for shared in
            self.lock.hazards.shared_keys.iter().rev().filter(|s| !matches!(s.form, SharedKeyForm::KeepsTaken))
        {
            let words = match &shared.write.sent {
                Some(sent) => {
                    let mut words = Holes::default().on_data(sent);
                    if let Some(word) = words.get_mut(1) {
                        *word = bytes(&self.key);
                    }
                    words
                }
                None => vec![text("SET"), bytes(&self.key), vec![Segment::Value]],
            };
            next = self.asm.put(Some(shared.write.outer()), plain_send(Purpose::WriteOver, words, next));
        }
        let writes: Vec<Write> = self
            .lock
            .section
            .writes
            .iter()
            .rev()
            .filter(|w| w.site.span != dogpile_source::Span::default())
            .cloned()
            .collect();
        let mut cached = false;
        for write in &writes {
            let key = data_key(&write.site, &self.holes).filter(|key| *key != self.key);
            let purpose = Purpose::Write;
            let words = self.write(write, key.as_deref());
            cached |= key.is_some() && key == self.cache;
            if let Some(key) = key.filter(|key| !self.data.contains(key)) {
                self.data.push(key);
            }
            next = self.asm.put(Some(write.site.outer()), plain_send(purpose, words, next));
        }
        let looks = matches!(self.lock.recheck, Recheck::Missing { .. } | Recheck::Done);
        if looks && !cached {
            let key = self.cache_key();
            self.assumed.push("what is computed is put into the cache with SET".to_owned());
            let fill = vec![text("SET"), bytes(&key), vec![Segment::Value]];
            next = self.asm.put(None, plain_send(Purpose::Fill, fill, next));
        }
        next
    }

    /// One write. A fenced one whose check is not a script's own is taken as one that compares fencing numbers.
    fn write(&mut self, write: &Write, key: Option<&[u8]>) -> Vec<Template> {
        let script = write.site.sent.as_ref().filter(|sent| sent.name() == "EVAL");
        match (&write.site.sent, write.fenced) {
            (_, true) if script.is_none() => {
                let key = key.unwrap_or(b"data").to_vec();
                self.data.push(fence_key(&key));
                fenced_set(&key)
            }
            (Some(sent), _) if runs(&self.holes.on_data(sent)) => self.holes.on_data(sent),
            (_, _) => vec![text("SET"), bytes(key.unwrap_or(b"data")), vec![Segment::Value]],
        }
    }

    /// The cached value that makes the work superfluous.
    pub(super) fn cache_key(&mut self) -> Vec<u8> {
        let key = self.cache.get_or_insert_with(|| b"cache:entry".to_vec()).clone();
        if !self.data.contains(&key) {
            self.data.push(key.clone());
        }
        key
    }

    /// How the cache is looked at: a value that is no string is there or not.
    pub(super) fn cache_look(&self, key: &[u8]) -> Vec<Template> {
        let written =
            self.lock.section.writes.iter().find(|write| data_key(&write.site, &self.holes).is_some_and(|k| k == key));
        let string = written
            .and_then(|write| write.site.sent.as_ref())
            .is_none_or(|sent| sent.name().starts_with("SET") || sent.name() == "PSETEX");
        vec![text(if string { "GET" } else { "EXISTS" }), bytes(key)]
    }

    /// The longest that the work can take, where something says so.
    fn slow_ms(&self) -> Option<u64> {
        let lease = self.lease();
        // A schedule must not break for another reason than the one that the finding gives.
        let about_time = matches!(
            self.question.rule,
            "ttl-below-p99"
                | "ttl-unit-mismatch"
                | "renewal-too-slow"
                | "brittle-renewal"
                | "lost-lease-ignored"
                | "immortal-renewal"
        );
        if !about_time && self.question.claim.invariant != dogpile_rules::Invariant::OwnLockOnly {
            return None;
        }
        if let Some(meant) = self.meant_ms() {
            let renewed =
                self.lock.unit_faults.iter().any(|f| self.lock.renewals.iter().any(|r| r.site.span == f.site_span));
            return Some(if renewed { lease.saturating_mul(3) } else { meant / 2 }).filter(|ms| *ms > lease);
        }
        let declared = self.lock.section.durations.iter().map(|d| d.ms).max();
        let ended = |ms: u64| self.lock.section.limit.map_or(ms, |(limit, _)| ms.min(limit));
        // A heartbeat is there because the work may outlast a lease.
        let beats = self.beat.is_some().then(|| lease.saturating_mul(3));
        declared.map(ended).or(beats)
    }

    fn fast_ms(&self) -> u64 {
        // A lease that is a thousand times too short ends before any work is done.
        FAST_MS.min(self.lease().max(2) / 2).max(1)
    }

    /// The lease that was meant, where a unit fault made it another.
    pub(super) fn meant_ms(&self) -> Option<u64> {
        let fault = self.lock.unit_faults.first()?;
        if fault.kind == UnitFaultKind::AbsoluteAsDuration {
            return Some(super::words::SOME_LEASE_MS);
        }
        if self.lock.renewals.iter().any(|renewal| renewal.site.span == fault.site_span) {
            // A renewal is meant to give the lease anew.
            return Some(self.lease());
        }
        let Some(lease) = self.lock.acquire.ttl.known_ms() else {
            // What stands in for a lease that is not known is what was meant.
            let known = matches!(
                fault.kind,
                UnitFaultKind::MillisAsSeconds | UnitFaultKind::SecondsAsMillis | UnitFaultKind::BareNumberAsNanos
            );
            return known.then_some(super::words::SOME_LEASE_MS);
        };
        Some(match fault.kind {
            UnitFaultKind::MillisAsSeconds => lease / 1_000,
            UnitFaultKind::SecondsAsMillis => lease.saturating_mul(1_000),
            UnitFaultKind::NanosAsSeconds => lease / 1_000_000_000,
            UnitFaultKind::NanosAsMillis => lease / 1_000_000,
            UnitFaultKind::BareNumberAsNanos => lease.max(1).saturating_mul(1_000_000),
            UnitFaultKind::TruncatesToZero | UnitFaultKind::AbsoluteAsDuration => lease,
        })
    }

    /// The longest that a dead holder may keep the lock: the lease that was meant, where it became a longer one.
    pub(super) fn orphan_ms(&self) -> Option<u64> {
        let fault = self.lock.unit_faults.first()?;
        let longer = matches!(
            fault.kind,
            UnitFaultKind::MillisAsSeconds
                | UnitFaultKind::NanosAsSeconds
                | UnitFaultKind::NanosAsMillis
                | UnitFaultKind::AbsoluteAsDuration
        );
        self.meant_ms().filter(|_| longer)
    }

    /// The heartbeat, where there is one.
    pub(super) fn heartbeat(&mut self, abort: Pc) -> Option<Beat> {
        let immortal = self.lock.heartbeats.iter().any(|h| h.stop.is_none() || !h.exits.is_empty());
        let focus = self.question.focus;
        let chosen = self
            .lock
            .renewals
            .iter()
            .filter(|r| (r.same_session || r.site.span == focus || r.site.outer() == focus) && !r.runs_unheld);
        let chosen = chosen
            .min_by_key(|r| {
                (r.site.span != focus && r.site.outer() != focus && r.beat != focus, !r.heartbeat, r.site.span)
            })
            .cloned();
        let Some(renewal) = chosen else {
            return (self.lock.acquire.auto_renews || !self.lock.heartbeats.is_empty())
                .then(|| self.library_beat(abort, immortal));
        };
        let every_ms = renewal.interval_ms.unwrap_or_else(|| (self.lease() / 3).max(1));
        if renewal.interval_ms.is_none() {
            self.assumed.push("it is renewed three times in a lease".to_owned());
        }
        let (lost, failed) = match (&renewal.on_loss, renewal.brittle) {
            (OnLoss::Ignored(_), None) => (BeatEnd::GoesOn, BeatEnd::GoesOn),
            (OnLoss::Ignored(_), Some(_)) => (BeatEnd::GoesOn, BeatEnd::Silent),
            (OnLoss::Silent(_), _) => (BeatEnd::Silent, BeatEnd::Silent),
            (OnLoss::Told | OnLoss::Unknown, Some(_)) => (BeatEnd::Told, BeatEnd::Silent),
            // One beat that fails says nothing of the lock: the next one will tell.
            (OnLoss::Told | OnLoss::Unknown, None) => (BeatEnd::Told, BeatEnd::GoesOn),
        };
        let send = self.renewal(&renewal, abort);
        Some(Beat {
            every_ms,
            prompt: renewal.prompt,
            send,
            at: renewal.beat,
            lost,
            failed,
            abort: Some(abort),
            immortal,
        })
    }

    fn library_beat(&mut self, abort: Pc, immortal: bool) -> Beat {
        self.assumed.push("the library renews three times in a lease and asks whose lock it is".to_owned());
        let words = super::words::compare_and_expire(&self.key, self.token(), self.lease());
        let send = self.renew_send(words, abort);
        let at = self.lock.heartbeats.first().map_or(self.lock.acquire.site.outer(), |h| h.span);
        Beat {
            every_ms: (self.lease() / 3).max(1),
            prompt: false,
            send,
            at,
            lost: BeatEnd::Told,
            failed: BeatEnd::GoesOn,
            abort: Some(abort),
            immortal,
        }
    }

    /// The command of a renewal.
    pub(super) fn renewal(&mut self, renewal: &Renewal, next: Pc) -> Send {
        let lease = renewal.ttl_ms.unwrap_or_else(|| self.lease());
        let words = match (&renewal.site.sent, &renewal.guard) {
            (Some(sent), Guard::Atomic) if matches!(sent.name().as_str(), "EVAL" | "SET") => {
                self.holes.on_lock(sent, &self.key)
            }
            (Some(sent), Guard::None) => self.holes.on_lock(sent, &self.key),
            (None, Guard::None) => vec![text("PEXPIRE"), bytes(&self.key), text(&lease.to_string())],
            _ => super::words::compare_and_expire(&self.key, self.token(), lease),
        };
        self.renew_send(words, next)
    }

    fn renew_send(&self, words: Vec<Template>, next: Pc) -> Send {
        let words = self.with_numbers(words);
        let done = self.reply_of_own(&words);
        let on = done.map(|reply| vec![(Test::Is(reply), next)]).unwrap_or_default();
        Send { batch: vec![words], role: Purpose::Renew, on, otherwise: next, error: next, cancellable: false }
    }
}
