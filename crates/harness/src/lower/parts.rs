//! Pieces that programs share.

use crate::program::{Asm, Beat, Ended, Op, Pc, Program, Purpose, Role, Send, Template, Test, TokenScope};
use dogpile_source::Span;

/// How often a waiter may ask in vain before that counts as for ever.
pub(super) const PATIENCE: u16 = 20;
/// How often it asks where its code sets a bound that is not known as a number.
pub(super) const ATTEMPTS: usize = 3;
/// Between two attempts, ms; the code's own pause does not change who comes first.
pub(super) const POLL_MS: u64 = 50;
/// A good day's work, ms.
pub(super) const FAST_MS: u64 = 10;

/// A program without anything in it.
pub(crate) fn empty() -> Program {
    Program {
        code: Vec::new(),
        roles: Vec::new(),
        lock: None,
        data: Vec::new(),
        cache: None,
        initial: Vec::new(),
        initial_is: crate::program::InitialIs::Nothing,
        lease_ms: None,
        token: TokenScope::Acquisition,
        beat: None::<Beat>,
        one_process: false,
        patience: PATIENCE,
        gives_back: false,
        orphan_ms: None,
        assumed: Vec::new(),
    }
}

/// All callers do the same.
pub(super) fn callers(start: Pc) -> Vec<Role> {
    vec![Role { name: "caller", start }]
}

/// A command whose reply nobody looks at.
pub(super) fn plain_send(role: Purpose, command: Vec<Template>, next: Pc) -> Op {
    Op::Send(Send { batch: vec![command], role, on: vec![], otherwise: next, error: next, cancellable: false })
}

/// A command with a reply that leads one way, and any other reply the other.
pub(super) fn asking(role: Purpose, command: Vec<Template>, test: Test, yes: Pc, no: Pc) -> Op {
    Op::Send(Send { batch: vec![command], role, on: vec![(test, yes)], otherwise: no, error: no, cancellable: false })
}

/// Ends a caller.
pub(super) fn end(asm: &mut Asm, how: Ended, at: Option<Span>) -> Pc {
    asm.put(at, Op::End(how))
}
