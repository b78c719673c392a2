//! A lock by GET and SET, or a SET whose NX is passed over.

use super::parts::{FAST_MS, asking, callers, empty, end};
use super::words::{Holes, data_key, plain_key, text};
use crate::program::{Asm, Ended, Mark, Op, Program, Purpose, Segment, Test, Work};
use dogpile_analysis::lifecycle::CheckThenSet;
use dogpile_redis::RespReply;

/// `single`: as it should be, in one step.
pub(super) fn lower(pair: &CheckThenSet, single: bool) -> Program {
    let holes = Holes { trusting: true, ..Holes::default() };
    let key = data_key(&pair.set, &holes).unwrap_or_else(|| plain_key(&pair.key));
    let mut asm = Asm::default();
    let (done, refused) = (end(&mut asm, Ended::Done, None), end(&mut asm, Ended::Refused, None));
    let leave = asm.put(None, Op::Mark(Mark::Leave, done));
    let work = Work { fast_ms: FAST_MS, slow_ms: None, computes: false, next: leave, failed: None, cancelled: None };
    let work = asm.put(None, Op::Work(work));
    let enter = asm.put(None, Op::Mark(Mark::Enter, work));
    let words = match &pair.set.sent {
        _ if single => {
            vec![text("SET"), super::words::bytes(&key), vec![Segment::Token], text("NX"), text("PX"), text("30000")]
        }
        Some(sent) => holes.on_lock(sent, &key),
        None => vec![text("SET"), super::words::bytes(&key), vec![Segment::Token]],
    };
    let ok = Test::Is(RespReply::Status("OK".to_owned()));
    let set = asm.put(Some(pair.set.outer()), asking(Purpose::Acquire, words, ok, enter, refused));
    let start = if single || pair.ignored.is_some() {
        set
    } else {
        let read = vec![text("GET"), super::words::bytes(&key)];
        asm.put(Some(pair.read.outer()), asking(Purpose::Look, read, Test::Something, refused, set))
    };
    Program { code: asm.finish(), roles: callers(start), lock: Some(key), ..empty() }
}
