//! Caches without a lock: misses, flights, fills that race an invalidation.

use super::parts::{ATTEMPTS, FAST_MS, POLL_MS, asking, callers, empty, end, plain_send};
use super::words::{Holes, SOME_LEASE_MS, bytes, compare_and_delete, data_key, plain_key, text, versioned_set};
use super::{Question, Unlowered};
use crate::program::{Asm, Ended, Mark, Op, Pc, Program, Purpose, Role, Segment, Send, Template, Test, Work};
use dogpile_analysis::lifecycle::{CacheScope, Coalescing, Fill, Flight, FlightContext, Miss, Site};
use dogpile_redis::RespReply;
use dogpile_rules::Invariant;
use dogpile_source::Span;

/// A read of a key: the code's own command, or a GET.
fn read(site: Option<&Site>, key: &[u8]) -> Vec<Template> {
    let own = site.and_then(|s| s.sent.as_ref()).filter(|sent| sent.name() != "EVAL" && sent.words.len() == 2);
    match own {
        Some(sent) => vec![text(&sent.name()), bytes(key)],
        None => vec![text("GET"), bytes(key)],
    }
}

/// A write of it: the code's own command, or a SET.
fn write(site: Option<&Site>, key: &[u8]) -> Vec<Template> {
    let holes = Holes::default();
    let mut words = match site.and_then(|s| s.sent.as_ref()) {
        Some(sent) if sent.name().starts_with("SET") || sent.name() == "PSETEX" => holes.on_data(sent),
        _ => return vec![text("SET"), bytes(key), vec![Segment::Value]],
    };
    if let Some(word) = words.get_mut(1) {
        *word = bytes(key);
    }
    words
}

fn computes(asm: &mut Asm, at: Option<Span>, next: Pc) -> Pc {
    asm.put(at, Op::Work(Work { fast_ms: FAST_MS, slow_ms: None, computes: true, next, failed: None, cancelled: None }))
}

/// Read, compute on a miss, write; alone, in a flight, or under a lock across processes.
pub(super) fn miss(miss: &Miss) -> Program {
    let key = data_key(&miss.read, &Holes::default()).unwrap_or_else(|| plain_key(&miss.key));
    let mut asm = Asm::default();
    let done = end(&mut asm, Ended::Done, None);
    let fill = write(Some(&miss.write), &key);
    let at = (Some(miss.compute), Some(miss.write.outer()));
    let reads = read(Some(&miss.read), &key);
    let shared = miss.coalescing == Coalescing::Process;
    let compute = match miss.coalescing {
        Coalescing::Cluster => under_lock(&mut asm, &key, &reads, &fill, at, done),
        Coalescing::Process | Coalescing::Unknown => in_flight(&mut asm, &fill, at, done),
        Coalescing::None => {
            let fill = asm.put(at.1, plain_send(Purpose::Fill, fill, done));
            computes(&mut asm, at.0, fill)
        }
    };
    let start = asm.put(Some(miss.read.outer()), asking(Purpose::Read, reads, Test::Something, done, compute));
    let lock = (miss.coalescing == Coalescing::Cluster).then(|| lock_of(&key));
    Program {
        code: asm.finish(),
        roles: callers(start),
        lock,
        data: vec![key.clone()],
        cache: Some(key),
        one_process: shared,
        ..empty()
    }
}

/// A computation that the callers of one process share.
fn in_flight(asm: &mut Asm, fill: &[Template], at: (Option<Span>, Option<Span>), done: Pc) -> Pc {
    let land = asm.put(None, Op::Mark(Mark::Land, done));
    let fill = asm.put(at.1, plain_send(Purpose::Fill, fill.to_vec(), land));
    let lead = computes(asm, at.0, fill);
    asm.put(at.0, Op::Join { lead, joined: done, failed: done })
}

/// The key of a lock that the code takes around a computation, where only that it does is known.
fn lock_of(key: &[u8]) -> Vec<u8> {
    [b"lock:", key].concat()
}

/// A computation under a lock across processes, with a second look once it is won.
fn under_lock(
    asm: &mut Asm,
    key: &[u8],
    read: &[Template],
    fill: &[Template],
    at: (Option<Span>, Option<Span>),
    done: Pc,
) -> Pc {
    let lock = lock_of(key);
    let release = asm.put(None, plain_send(Purpose::Release, compare_and_delete(&lock, vec![Segment::Token]), done));
    let fill = asm.put(at.1, plain_send(Purpose::Fill, fill.to_vec(), release));
    let compute = computes(asm, at.0, fill);
    let look = asm.put(None, asking(Purpose::Read, read.to_vec(), Test::Something, release, compute));
    let mut next = end(asm, Ended::GaveUp, None);
    for _ in 0..=ATTEMPTS {
        let take = vec![
            text("SET"),
            bytes(&lock),
            vec![Segment::Token],
            text("NX"),
            text("PX"),
            text(&SOME_LEASE_MS.to_string()),
        ];
        let again = asm.put(None, asking(Purpose::Read, read.to_vec(), Test::Something, done, next));
        let sleep = asm.put(None, Op::Sleep(POLL_MS, again));
        next = asm.put(None, asking(Purpose::Acquire, take, Test::Is(RespReply::Status("OK".to_owned())), look, sleep));
    }
    next
}

/// One computation in each process, or one that fails for everybody.
pub(super) fn flight(flight: &Flight, question: Question) -> Result<Program, Unlowered> {
    let cached = flight.cache == CacheScope::Shared
        || flight.cache_read.is_some()
        || question.claim.invariant == Invariant::OneComputation;
    let key = b"cache:entry".to_vec();
    let mut asm = Asm::default();
    let (done, failed, poisoned) =
        (end(&mut asm, Ended::Done, None), end(&mut asm, Ended::Failed, None), end(&mut asm, Ended::Poisoned, None));
    let land = asm.put(None, Op::Mark(Mark::Land, done));
    let fill = if cached { asm.put(None, plain_send(Purpose::Fill, write(None, &key), land)) } else { land };
    let keeps = flight.keeps_failures;
    let lost = asm.put(keeps, Op::Mark(if keeps.is_some() { Mark::Wreck } else { Mark::Crash }, failed));
    let hung_up = match flight.context {
        FlightContext::FirstCaller(at) => Some(asm.put(Some(at), Op::Mark(Mark::Crash, failed))),
        FlightContext::Own | FlightContext::Unknown => None,
    };
    let work =
        Work { fast_ms: FAST_MS, slow_ms: None, computes: true, next: fill, failed: Some(lost), cancelled: hung_up };
    let work = asm.put(flight.work.or(Some(flight.site.outer())), Op::Work(work));
    // Whom a failure of another reaches: those who came after it, or, for a hang-up, all who joined.
    let theirs = match question.claim.faults.cancels {
        0 if keeps.is_none() => failed,
        _ => poisoned,
    };
    if flight.cross_process_lock && question.claim.invariant == Invariant::OneComputation {
        let at = (flight.work.or(Some(flight.site.outer())), None);
        let start = under_lock(&mut asm, &key, &read(None, &key), &write(None, &key), at, done);
        let lock = Some(lock_of(&key));
        return Ok(Program {
            code: asm.finish(),
            roles: callers(start),
            lock,
            data: vec![key.clone()],
            cache: Some(key),
            ..empty()
        });
    }
    let join = asm.put(Some(flight.site.outer()), Op::Join { lead: work, joined: done, failed: theirs });
    let start = if cached {
        let at = flight.cache_read.or(Some(flight.site.outer()));
        asm.put(at, asking(Purpose::Read, read(None, &key), Test::Something, done, join))
    } else {
        join
    };
    let one_process = question.claim.invariant == Invariant::FreshAnswer;
    let assumed = if cached { vec!["the cache is read with GET and filled with SET".to_owned()] } else { vec![] };
    Ok(Program {
        code: asm.finish(),
        roles: callers(start),
        data: vec![key.clone()],
        cache: Some(key),
        one_process,
        assumed,
        ..empty()
    })
}

/// One caller fills the cache, another changes the data and deletes the entry.
pub(super) fn fill(fill: &Fill) -> Program {
    let holes = Holes::default();
    let key = data_key(&fill.site, &holes).unwrap_or_else(|| plain_key(&fill.key));
    let mut asm = Asm::default();
    let done = end(&mut asm, Ended::Done, None);
    let version = [key.as_slice(), b":version"].concat();
    let words = if fill.guarded { versioned_set(&key, &version) } else { write(Some(&fill.site), &key) };
    let put = asm.put(Some(fill.site.outer()), plain_send(Purpose::Fill, words, done));
    let work = Work { fast_ms: FAST_MS, slow_ms: None, computes: false, next: put, failed: None, cancelled: None };
    let work = asm.put(fill.computed, Op::Work(work));
    let source = asm.put(fill.computed, Op::Mark(Mark::ReadSource, work));
    let start = asm.put(fill.missed, asking(Purpose::Read, read(None, &key), Test::Something, done, source));
    let gone = fill.invalidated.as_ref().map(Site::outer);
    let delete = vec![text("DEL"), bytes(&key)];
    let batch = if fill.guarded {
        vec![vec![text("SET"), bytes(&version), vec![Segment::Version]], delete]
    } else {
        vec![delete]
    };
    let drop = Send { batch, role: Purpose::Invalidate, on: vec![], otherwise: done, error: done, cancellable: false };
    let drop = asm.put(gone, Op::Send(drop));
    let change = asm.put(gone, Op::Mark(Mark::ChangeSource, drop));
    let roles = vec![Role { name: "reader", start }, Role { name: "writer", start: change }];
    let data = if fill.guarded { vec![key.clone(), version] } else { vec![key.clone()] };
    Program { code: asm.finish(), roles, data, cache: Some(key), ..empty() }
}
