//! `match`.

use crate::lowering::{Dest, Lowering};
use crate::stmts::gives_guard;
use dogpile_ir::{BinaryOp, Block, Case, Stmt, StmtKind, Value};
use dogpile_source::Span;
use syn::{Arm, ExprMatch, Pat};

/// Arms whose guards call something, beyond which they no longer nest.
const MAX_NESTED: usize = 24;

/// An arm being put together.
struct Ready {
    /// What must run before its test.
    before: Block,
    tests: Vec<Value>,
    body: Block,
}

impl Lowering<'_> {
    /// Sends what the arm that fits gives to `dest`. The last arm without a guard is the default: the others leave only
    /// it.
    pub(crate) fn match_expr(&mut self, e: &ExprMatch, dest: &Dest) {
        let span = self.between(e.match_token.span, e.brace_token.span.close());
        let pats: Vec<&Pat> = e.arms.iter().map(|a| &a.pat).collect();
        let subject = self.subject(&e.expr, &pats);
        if self.ended() {
            return;
        }
        let fresh = gives_guard(&e.expr);
        let mut ready = vec![];
        let mut default = None;
        for (n, arm) in e.arms.iter().enumerate() {
            let last = n + 1 == e.arms.len() && arm.guard.is_none();
            let made = self.arm(arm, &subject, fresh, last, dest);
            if made.tests.is_empty() {
                default = Some((made.before, made.body));
                break;
            }
            ready.push(made);
        }
        if let [only] = ready.as_mut_slice()
            && let Some((before, otherwise)) = default.as_mut()
            && only.tests.len() == 1
        {
            self.out.append(&mut only.before);
            let mut otherwise = std::mem::take(otherwise);
            let mut whole = std::mem::take(before);
            whole.append(&mut otherwise);
            let then = std::mem::take(&mut only.body);
            if let Some(cond) = only.tests.pop() {
                self.emit(StmtKind::If { cond, then, otherwise: whole }, span);
            }
            return;
        }
        let default = default.map(|(mut before, mut body)| {
            before.append(&mut body);
            before
        });
        if ready.is_empty() {
            self.out.extend(default.unwrap_or_default());
            return;
        }
        self.assemble(ready, default, span);
    }

    fn arm(&mut self, arm: &Arm, subject: &crate::patterns::Subject, fresh: bool, last: bool, dest: &Dest) -> Ready {
        let span = self.span(&arm.body);
        let mut tests: Vec<Value> = vec![];
        let outer_guards = std::mem::take(&mut self.guards);
        self.names.push();
        let mut body_start = vec![];
        let before = self.nested(|s| {
            if !last {
                match &arm.pat {
                    Pat::Or(or) if arm.guard.is_none() => {
                        for case in &or.cases {
                            match s.test(case, subject) {
                                Some(test) => tests.push(test),
                                None => {
                                    tests.clear();
                                    break;
                                }
                            }
                        }
                    }
                    pat => tests.extend(s.test(pat, subject)),
                }
            }
            match &arm.guard {
                Some((_, guard)) => {
                    s.bind_subject(&arm.pat, subject, fresh);
                    let cond = s.value(guard, None);
                    let all = tests.pop().map_or(cond.clone(), |test| Self::both(BinaryOp::And, test, cond));
                    tests = vec![all];
                }
                None => body_start = s.nested(|s| s.bind_subject(&arm.pat, subject, fresh)),
            }
        });
        let mut body = self.nested(|s| {
            s.out = body_start;
            s.counted_arm(arm, dest);
        });
        self.names.pop();
        let guards = std::mem::replace(&mut self.guards, outer_guards);
        let owns = self.owned(guards);
        if !owns.is_empty() {
            body = vec![Stmt { kind: StmtKind::Scope { owns, body }, span }];
        }
        Ready { before, tests, body }
    }

    /// An arm without braces is a statement of its own.
    fn counted_arm(&mut self, arm: &Arm, dest: &Dest) {
        match &*arm.body {
            syn::Expr::Block(block) if block.label.is_none() => self.into(&arm.body, dest),
            body => self.counted(|s| s.into(body, dest)),
        }
    }

    /// Puts a switch together. What must run before a test that comes later and calls something starts a switch of its
    /// own, in the default of the one before it: the call does not run when an earlier arm fits.
    fn assemble(&mut self, mut ready: Vec<Ready>, mut default: Option<Block>, span: Span) {
        let calls = |arm: &Ready| arm.before.iter().any(|stmt| !is_pure(&stmt.kind));
        let calling = ready.iter().skip(1).filter(|arm| calls(arm)).count();
        let mut cases = vec![];
        let mut first: Block = vec![];
        while let Some(mut arm) = ready.pop() {
            let nests = calls(&arm) && calling <= MAX_NESTED && !ready.is_empty();
            cases.push(Case { guards: std::mem::take(&mut arm.tests), body: arm.body, falls_through: false });
            if nests {
                cases.reverse();
                let label = self.build.label();
                let kind = StmtKind::Switch { label, cases: std::mem::take(&mut cases), default: default.take() };
                let mut block = arm.before;
                block.push(Stmt { kind, span });
                default = Some(block);
            } else {
                // Pure reads, which may as well be made first; in order.
                let later = std::mem::replace(&mut first, arm.before);
                first.extend(later);
            }
        }
        cases.reverse();
        self.out.append(&mut first);
        let label = self.build.label();
        self.emit(StmtKind::Switch { label, cases, default }, span);
    }
}

/// Whether a statement only names what is there already.
fn is_pure(kind: &StmtKind) -> bool {
    use dogpile_ir::Rvalue::{TypeTest, Use};
    matches!(kind, StmtKind::Let { value: Use(_) | TypeTest(..), .. })
}
