//! One session's facts as rules see them.

use super::Assembly;
use super::elsewhere::{Elsewhere, Entry};
use super::hazards::Forms;
use crate::explore::quorum::QuorumFacts;
use crate::explore::record::{
    ExitFacts, Exploration, GuardFact, Lease, LeaseUnit, ReleaseFacts, RenewalFacts, SessionFacts,
};
use crate::explore::state::Status;
use crate::keys;
use crate::lifecycle::{
    Acquire, Confidence, ExitKind, Expiry, Fate, Guard, Leak, Lock, OnLoss, Outcomes, Recheck, Release, Renewal,
    Section, Step, Ttl, Unheld, Wait, WaitBound, WaitForm, Write,
};
use crate::program::{FuncRef, Program};
use crate::sym::{Scale, Sym};
use dogpile_models::Waits;
use dogpile_source::Span;

impl Assembly<'_, '_> {
    pub(super) fn lock(
        &self,
        root: FuncRef,
        e: &Exploration,
        forms: &Forms,
        slot: usize,
        told: Option<super::Told>,
    ) -> Lock {
        let told_within = told.is_some();
        let s = &e.sessions[slot];
        let site = self.site(root, &s.site);
        let key = keys::display(&s.key.sym);
        let id = format!("{}|{}", site.root, keys::shape(&s.key.sym));
        let acquire = Acquire {
            ttl: self.ttl(&s.lease, s.library),
            token: self.token(e, s),
            key,
            pattern: self.pattern(s),
            library: s.library,
            auto_renews: s.auto_renews,
            throws_when_lost: s.throws_when_lost,
            expiry_same_step: s.expiry_same_step,
            waits_inside: s.waits_inside.map(|w| match w {
                Waits::Forever => WaitBound::None,
                Waits::Context => WaitBound::Context,
                Waits::Bounded | Waits::None => WaitBound::Attempts,
            }),
            site,
        };
        let elsewhere = self.releases_elsewhere(s);
        let undone = released_on_error_only(e, s);
        let mut releases: Vec<Release> = s.releases.iter().map(|r| self.release(root, s, r, true, undone)).collect();
        for (other, facts) in &elsewhere {
            if !releases.iter().any(|r| r.site.span == facts.site.span) {
                releases.push(self.release(*other, s, facts, false, undone));
            }
        }
        let mut renewals: Vec<Renewal> = s.renewals.iter().map(|i| self.renewal(root, e, *i)).collect();
        if s.lease != Lease::Absent {
            for (other, facts) in self.renewals_elsewhere(s) {
                if !renewals.iter().any(|r| r.site.span == facts.site.span) {
                    renewals.push(self.renewal_elsewhere(other, &facts));
                }
            }
        }
        renewals.sort_by_key(|r| r.site.span);
        let wait = s.wait.map(|(span, form, bound)| Wait { span, form, bound }).or(match s.waits_inside {
            Some(Waits::Forever) => Some(Wait { span: s.site.span, form: WaitForm::Library, bound: WaitBound::None }),
            _ => None,
        });
        // Paths that were not followed may be those that tell replies apart.
        let outcomes = if s.blurred || e.cut {
            Outcomes { lost: Fate::Unknown, failed: Fate::Unknown, fail_open: false }
        } else if told_within {
            Outcomes { lost: Fate::Handled, failed: Fate::Handled, fail_open: false }
        } else {
            self.outcomes(root, s)
        };
        let hazards = self.hazards(root, e, forms, slot, told_within);
        let waits = wait.is_some() || !hazards.wakeups.is_empty();
        let (class, class_reason) = self.class(root, s, &releases, waits, undone);
        // What puts a dead lock aside to take it gives nothing back: it is told as that.
        releases.retain(|r| !hazards.steals.iter().any(|steal| steal.site.span == r.site.span));
        let mut lock = Lock {
            id,
            class,
            class_reason,
            profile: self.profile(s),
            outcomes,
            expiries: s
                .expiries
                .iter()
                .map(|(op, exit)| Expiry {
                    site: self.site(root, op),
                    exit_between: *exit,
                    key_confidence: Confidence::Certain,
                })
                .collect(),
            heartbeats: if told_within { vec![] } else { super::beside::heartbeats(e, s) },
            escapes: if told_within { vec![] } else { super::beside::escapes(self.cx, e, s) },
            nested: super::beside::nested(e, s),
            shared: s.beyond.shared.clone(),
            leaks: if told_within { vec![] } else { self.leaks(s) },
            section: self.section(root, s),
            recheck: match recheck(&self.cx.program, e, s) {
                _ if told.is_some_and(|t| t.recheck) => Recheck::NotApplicable,
                // A caller tells of its own look and its own work; what stands behind helpers of both is not one fill.
                Recheck::Missing { read, compute, .. }
                    if told.is_some() && !(at_hand(s, read) && at_hand(s, compute)) =>
                {
                    Recheck::NotApplicable
                }
                other => other,
            },
            unit_faults: e
                .unit_faults
                .iter()
                .filter(|u| {
                    u.site_span == s.site.span || s.renewals.iter().any(|r| e.renewals[*r].site.span == u.site_span)
                })
                .cloned()
                .collect(),
            acquire,
            releases,
            renewals,
            wait,
            hazards,
        };
        if s.blurred {
            lock.leaks = s.quorum.iter().flat_map(|quorum| self.parts_left(s, quorum)).collect();
            let decided = s.quorum.as_ref().is_some_and(|quorum| quorum.decides);
            lock.wait = lock.wait.filter(|w| decided || w.bound != WaitBound::None);
        }
        if told.is_some_and(|t| t.token) {
            lock.acquire.token.kind = crate::lifecycle::TokenKind::Unknown;
        }
        if told.is_some_and(|t| t.lease) {
            lock.section.durations.clear();
        }
        if told.is_some_and(|t| t.wait) {
            lock.wait = None;
        }
        if told_within {
            // The inner function's own session tells these.
            lock.section.writes.clear();
            for renewal in &mut lock.renewals {
                renewal.on_loss = OnLoss::Unknown;
                renewal.brittle = None;
            }
            for release in &mut lock.releases {
                release.unheld = None;
                release.context = crate::lifecycle::ContextOrigin::Unknown;
            }
        }
        lock
    }

    /// The key's normal form; one that nothing is known of is called as it is written.
    fn pattern(&self, s: &SessionFacts) -> String {
        const LONGEST: usize = 48;
        let pattern = keys::pattern(&s.key.sym);
        let written = self.text(s.key.span);
        let short = written.chars().count() <= LONGEST && !written.is_empty() && !written.contains(['\n', '{', '}']);
        if pattern == keys::UNKNOWN && short { format!("{{{written}}}") } else { pattern }
    }

    pub(super) fn ttl(&self, lease: &Lease, library: bool) -> Ttl {
        match lease {
            Lease::Absent => Ttl::Absent,
            Lease::Unknown if library => Ttl::Given,
            Lease::Unknown => Ttl::Unknown,
            Lease::Default(ms) => Ttl::Known {
                ms: *ms,
                span: dogpile_source::Span::default(),
                text: "library default".to_owned(),
                default: true,
            },
            Lease::Value(val, unit) => match (&counted(&val.sym), unit) {
                (Sym::Int(n, scale), unit) => {
                    let ms = match (unit, scale) {
                        (LeaseUnit::Point, _) => return Ttl::Given,
                        (LeaseUnit::Duration, _) => n / 1_000_000,
                        (LeaseUnit::Millis, Scale::Duration) => n / 1_000_000,
                        (LeaseUnit::Seconds, Scale::Duration) => n / 1_000_000,
                        (LeaseUnit::Millis, _) => *n,
                        (LeaseUnit::Seconds, _) => n.saturating_mul(1000),
                    };
                    match u64::try_from(ms) {
                        Ok(0) if *n == 0 => Ttl::Absent,
                        Ok(ms) => Ttl::Known { ms, span: val.span, text: self.text(val.span), default: false },
                        Err(_) => Ttl::Absent,
                    }
                }
                _ => Ttl::Given,
            },
        }
    }

    /// `undone`: whether the session is a mark that its releases take back.
    fn release(&self, root: FuncRef, s: &SessionFacts, r: &ReleaseFacts, same_session: bool, undone: bool) -> Release {
        let unheld = if same_session && !s.blurred {
            let failed = r.statuses.contains(&Status::Failed);
            let lost = r.statuses.contains(&Status::Lost);
            (failed || lost).then(|| Unheld {
                failed: failed && !lost,
                steps: vec![
                    Step {
                        span: s.site.span,
                        what: if lost { "somebody else holds the lock" } else { "the acquire fails with an error" }
                            .to_owned(),
                    },
                    Step { span: r.site.span, what: "the release runs all the same".to_owned() },
                ],
            })
        } else {
            None
        };
        let (context, context_span) = self.context_origin(root, r);
        let name = self.cx.program.function(r.site.func).name.to_string();
        let method = crate::names::last(&name).to_ascii_lowercase();
        Release {
            guard: guard(&r.guard),
            same_session,
            unheld,
            throws_unheld: r.throws_unheld,
            context,
            context_span,
            deferred: r.deferred,
            rollback: same_session && undone && !r.statuses.contains(&Status::Released),
            administrative: !same_session
                && ["force", "flush", "clear", "purge", "admin", "reset"].iter().any(|w| method.contains(w)),
            site: self.site(root, &r.site),
        }
    }

    fn renewal(&self, root: FuncRef, e: &Exploration, index: usize) -> Renewal {
        let r = &e.renewals[index];
        let on_loss = match (r.ignored, r.told || r.returned) {
            // What an unseen helper answers, nobody knows.
            _ if r.guard == GuardFact::Unknown && r.site.client.is_none() => OnLoss::Unknown,
            (Some(span), false) => OnLoss::Ignored(span),
            (_, true) => OnLoss::Told,
            // The heartbeat's own call, not the helper's insides.
            (None, false) if r.heartbeat => {
                OnLoss::Silent(r.ended.map_or_else(|| r.site.via.last().copied().unwrap_or(r.site.span), |(_, at)| at))
            }
            (None, false) => OnLoss::Unknown,
        };
        let ttl_ms = match self.ttl(&r.lease, false) {
            Ttl::Known { ms, .. } => Some(ms),
            _ => None,
        };
        Renewal {
            site: self.site(root, &r.site),
            guard: guard(&r.guard),
            same_session: r.in_session,
            interval_ms: r.interval,
            ttl_ms,
            on_loss,
            heartbeat: r.heartbeat,
            runs_unheld: r.unheld,
            beat: r.heart.beat.unwrap_or(r.site.span),
            prompt: r.heart.prompt,
            brittle: super::beside::brittle(r),
        }
    }

    /// What is known of a renewal that no session of its function explains: only whether it asks for an owner.
    fn renewal_elsewhere(&self, root: FuncRef, r: &RenewalFacts) -> Renewal {
        Renewal {
            site: self.site(root, &r.site),
            guard: guard(&r.guard),
            same_session: false,
            interval_ms: None,
            ttl_ms: None,
            on_loss: OnLoss::Unknown,
            heartbeat: false,
            runs_unheld: false,
            beat: r.site.span,
            prompt: false,
            brittle: None,
        }
    }

    /// Releases of an equal key in other functions.
    pub(super) fn releases_elsewhere(&self, s: &SessionFacts) -> Vec<(FuncRef, ReleaseFacts)> {
        if !keys::is_telling(&s.key.sym) {
            return self.sibling_releases(s);
        }
        let alike = self.of_this_lock(s, &self.releases, |facts| facts.site.func);
        alike.map(|other| (other.root, other.what.clone())).collect()
    }

    /// Renewals of an equal key in other functions, which do not know of the session.
    fn renewals_elsewhere(&self, s: &SessionFacts) -> Vec<(FuncRef, RenewalFacts)> {
        if !keys::is_telling(&s.key.sym) {
            return vec![];
        }
        let alike = self.of_this_lock(s, &self.renewals, |facts| facts.site.func);
        alike.map(|other| (other.root, other.what.clone())).collect()
    }

    /// What is done about keys of the same form: in the same package, if little of the key is written out.
    fn of_this_lock<'l, T>(
        &'l self,
        s: &SessionFacts,
        all: &'l Elsewhere<T>,
        done_in: impl Fn(&T) -> FuncRef,
    ) -> impl Iterator<Item = &'l Entry<T>> {
        let shape = keys::shape(&s.key.sym);
        let told = literal_len(&shape) >= 3;
        let package = &self.cx.program.module(s.site.func).package;
        all.with(&keys::nameless(&shape))
            .filter(move |other| told || self.cx.program.module(done_in(&other.what)).package == *package)
    }

    /// `Lock(key)` and `Unlock(key)` of one lock type, when no caller is in sight: the key is what they are given.
    fn sibling_releases(&self, s: &SessionFacts) -> Vec<(FuncRef, ReleaseFacts)> {
        let bare = |sym: &Sym| matches!(sym, Sym::Param(..));
        let owner =
            |f: FuncRef| self.cx.program.function(f).name.rsplit_once('.').map(|(ty, _)| ty.to_ascii_lowercase());
        let Some(mine) = owner(s.site.func).filter(|o| {
            let ty = o.rsplit(['/', '.']).next().unwrap_or(o);
            bare(&s.key.sym) && (ty.contains("lock") || ty.contains("mutex"))
        }) else {
            return vec![];
        };
        self.releases
            .with(&keys::nameless(&keys::shape(&s.key.sym)))
            .filter(|other| bare(&other.key.sym) && owner(other.what.site.func).as_ref() == Some(&mine))
            .map(|other| (other.root, other.what.clone()))
            .collect()
    }

    fn leaks(&self, s: &SessionFacts) -> Vec<Leak> {
        let given_back = |e: &&crate::explore::record::ExitFacts| {
            matches!(e.status, Status::Released | Status::HandedOver) && !e.panics
        };
        let released_well = s.exits.iter().filter(given_back).any(|e| e.error != Some(true));
        let released = s.exits.iter().any(|e| given_back(&e));
        if !released {
            return vec![];
        }
        // A release that fails halfway was not forgotten.
        let taken = s.site.via.first().unwrap_or(&s.site.span);
        let releasing = |e: &crate::explore::record::ExitFacts| {
            let within = |r: &ReleaseFacts| {
                r.site.via.first().filter(|call| *call != taken).is_some_and(|call| e.span.contains(*call))
            };
            s.releases.iter().any(within)
        };
        // An object that holds a lock from one call to another gives it back in a method of its own.
        let kept_by_object =
            s.key.sym.any(&mut |k| matches!(k, Sym::Field(owner, _) if matches!(**owner, Sym::Param(..))))
                && s.releases.iter().all(|r| r.site.func != s.site.func);
        let mut leaks: Vec<Leak> = s
            .exits
            .iter()
            .filter(|e| e.status == Status::Won && !e.panics)
            .filter(|e| (e.error == Some(true) || (released_well && !kept_by_object)) && !hands_over(&e.values))
            .filter(|e| !releasing(e))
            .map(|e| Leak {
                span: e.span,
                exit: match e.error {
                    _ if e.ends_process => ExitKind::ProcessExit,
                    Some(true) if self.cx.program.module(s.site.func).lang == dogpile_ir::Lang::TypeScript => {
                        ExitKind::Throw
                    }
                    Some(true) => ExitKind::ErrorReturn,
                    _ => ExitKind::Return,
                },
                partial: false,
                steps: std::iter::once(Step { span: s.site.span, what: "takes the lock".to_owned() })
                    .chain(e.steps.iter().map(|(span, taken)| Step {
                        span: *span,
                        what: if *taken { "is true" } else { "is false" }.to_owned(),
                    }))
                    .chain(std::iter::once(Step { span: e.span, what: "leaves without a release".to_owned() }))
                    .collect(),
            })
            .collect();
        leaks.sort_by_key(|l| l.span);
        leaks.dedup_by_key(|l| l.span);
        leaks
    }

    /// Ways out of a quorum that was refused with some servers won, which nobody gives back.
    fn parts_left(&self, s: &SessionFacts, quorum: &QuorumFacts) -> Vec<Leak> {
        let kept =
            quorum.leaks.iter().filter(|(at, leak)| leak.kept && !self.given_back_later.contains(&(s.site.span, **at)));
        kept.map(|(at, leak)| Leak {
            span: *at,
            exit: match leak.error {
                None => ExitKind::Retry,
                Some(true) => ExitKind::ErrorReturn,
                Some(false) => ExitKind::Return,
            },
            partial: true,
            steps: std::iter::once(Step { span: s.site.span, what: "one server grants the lock".to_owned() })
                .chain(leak.steps.iter().map(|(span, taken)| Step {
                    span: *span,
                    what: if *taken { "is true" } else { "is false" }.to_owned(),
                }))
                .chain(std::iter::once(Step { span: *at, what: "gives up without giving it back there".to_owned() }))
                .collect(),
        })
        .collect()
    }

    fn section(&self, root: FuncRef, s: &SessionFacts) -> Section {
        let work = s.visits.iter().find(|(_, st)| st.contains(&Status::Won)).map(|(span, _)| *span);
        let writes = s
            .writes
            .values()
            .map(|(op, fenced)| Write { deletes: deletes(&op.command), site: self.site(root, op), fenced: *fenced })
            .collect();
        let (durations, limit) = self.durations(root, s);
        Section { durations, limit, writes, work, opaque: s.opaque }
    }
}

/// Commands that only take things away.
fn deletes(command: &str) -> bool {
    matches!(
        command,
        "DEL"
            | "UNLINK"
            | "HDEL"
            | "SREM"
            | "ZREM"
            | "LREM"
            | "LTRIM"
            | "ZREMRANGEBYSCORE"
            | "ZREMRANGEBYRANK"
            | "ZREMRANGEBYLEX"
            | "XDEL"
            | "XTRIM"
    )
}

/// A number, also where it is written as text.
fn counted(sym: &Sym) -> Sym {
    sym.str().and_then(|text| text.parse().ok()).map_or_else(|| sym.clone(), |n| Sym::Int(n, Scale::Bare))
}

/// Released when it goes wrong, kept when it goes well: the undoing of a mark. Who handles the error may well leave without
/// one, and what was done may be written where the mark stands.
fn released_on_error_only(e: &Exploration, s: &SessionFacts) -> bool {
    let mut released = s.exits.iter().filter(|e| e.status == Status::Released && !e.panics);
    let mut by_winners = s.releases.iter().filter(|r| r.statuses.contains(&Status::Won)).peekable();
    let handling = by_winners.peek().is_some() && by_winners.all(|r| r.handling);
    let all_errors = handling || released.all(|e| e.error == Some(true));
    let rewritten =
        s.renewals.iter().filter_map(|at| e.renewals.get(*at)).any(|r| puts(&r.site.command) && !r.heartbeat);
    let stays = |e: &ExitFacts| !hands_over(&e.values) || e.answers || (handling && rewritten);
    let leaves_it = |e: &&ExitFacts| e.status == Status::Won && e.error != Some(true) && !e.panics;
    let kept = s.exits.iter().filter(leaves_it).any(stays) || s.kept_over;
    // What says "pending" until the answer stands in its place is a record, whatever is done when there is none.
    let answers = |e: &ExitFacts| leaves_it(&e) || (e.status == Status::HandedOver && e.error != Some(true));
    let answered = (rewritten || s.answered) && (s.kept_over || s.exits.iter().any(answers));
    (all_errors && kept) || answered
}

/// A result that carries the lock to the caller.
pub(super) fn hands_over(values: &[crate::sym::S]) -> bool {
    values
        .iter()
        .any(|v| matches!(&**v, Sym::Func(..) | Sym::Bound(..) | Sym::Object(..) | Sym::Alloc(_) | Sym::Bool(true)))
}

fn guard(fact: &GuardFact) -> Guard {
    match fact {
        GuardFact::None => Guard::None,
        GuardFact::ReadThenAct(span) => Guard::ReadThenAct(*span),
        GuardFact::Atomic(_) => Guard::Atomic,
        GuardFact::Unknown => Guard::Unknown,
    }
}

/// How much of a normal form is literal text.
fn literal_len(shape: &str) -> usize {
    let mut depth = 0usize;
    let mut count = 0;
    for c in shape.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => count += 1,
            _ => {}
        }
    }
    count
}

/// Whether a place stands in the file of the call that leads to the acquire.
fn at_hand(s: &SessionFacts, at: Span) -> bool {
    s.site.via.first().unwrap_or(&s.site.span).file == at.file
}

pub(super) fn recheck(program: &Program<'_>, e: &Exploration, s: &SessionFacts) -> Recheck {
    for (key, read) in &s.reads_before {
        if !s.filled.contains(key) {
            continue;
        }
        if s.reads_held.iter().any(|(k, _)| k == key) {
            return Recheck::Done;
        }
        // What was not followed may have looked.
        if s.opaque || e.cut {
            return Recheck::Unknown;
        }
        // What is computed is neither the look nor the write.
        let stores = |span: &Span| s.writes.contains_key(span) || e.caches.iter().any(|c| c.site.span == *span);
        let compute =
            s.visits.iter().find(|(span, st)| st.contains(&Status::Won) && !stores(span)).map(|(span, _)| *span);
        let taken = s.site.outer();
        return compute.map_or(Recheck::Unknown, |compute| Recheck::Missing { read: *read, compute, taken });
    }
    recheck_of_marks(program, s)
}

/// A field of a hash or a list that losers wait for, and that the winner fills: what it leaves for the others.
fn recheck_of_marks(program: &Program<'_>, s: &SessionFacts) -> Recheck {
    let marks = &s.marks;
    let Some((mark, read)) =
        marks.before.iter().find(|(mark, _)| marks.lost.contains(mark) && marks.filled.contains(mark))
    else {
        return Recheck::NotApplicable;
    };
    if marks.held.contains(mark) {
        return Recheck::Done;
    }
    // The work stands behind the acquire, in the function that holds the lock; storing it is not the work.
    let within = |op: &crate::explore::record::OpSite, span: &Span| op.span == *span || op.via.contains(span);
    let gives_back = |span: &Span| s.releases.iter().any(|r| within(&r.site, span));
    // A followed call is known by the whole of it, the way to a command by its name.
    let stores = |span: &Span| {
        s.writes.values().any(|(op, _)| within(op, span) || op.via.iter().any(|v| span.contains(*v)))
            || gives_back(span)
            || s.releases.iter().any(|r| r.site.via.iter().any(|v| span.contains(*v)))
    };
    let counts = |span: &Span| {
        s.called
            .get(span)
            .is_some_and(|c| matches!(crate::names::last(&c.name), "len" | "is_empty" | "count" | "to_string"))
    };
    let won = s.visits.iter().filter(|(_, st)| st.contains(&Status::Won)).map(|(span, _)| *span);
    let mut works: Vec<Span> =
        won.chain(s.followed.keys().copied()).filter(|span| !stores(span) && !counts(span)).collect();
    works.sort();
    let behind = |at: &Span| {
        let home = home(program, *at)?;
        works.iter().find(|w| w.start > at.end && home.contains(**w)).map(|w| (*w, *at))
    };
    let found = std::iter::once(&s.site.span).chain(s.site.via.iter().rev()).find_map(behind);
    found.map_or(Recheck::Unknown, |(compute, taken)| Recheck::Missing { read: *read, compute, taken })
}

/// The outermost function around a place. Where functions stand in their file says nothing of what runs first.
fn home(program: &Program<'_>, at: Span) -> Option<Span> {
    program.functions_around(at).map(|f| program.function(f).span).max_by_key(|span| span.end - span.start)
}

/// Whether a command puts a value in the place of the one that is there.
fn puts(command: &str) -> bool {
    matches!(command, "SET" | "SETEX" | "PSETEX")
}
