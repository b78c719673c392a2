//! Statements: structured, in source order, one effect each.

use crate::{LocalId, Name, QualName, Type, Value};
use dogpile_source::Span;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Statements in order.
pub type Block = Vec<Stmt>;

/// A loop or breakable block that `Break` and `Continue` name; unique in its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LabelId(pub u32);

/// A statement and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it stands (for compound statements: the whole of it).
    pub span: Span,
}

/// The forms of a statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum StmtKind {
    /// Evaluate `value` and store its results; no targets: for the effect. A blank target (`_`) is [`Place::Blank`].
    Let { targets: Vec<Place>, value: Rvalue },
    /// Branch on a pure condition.
    If { cond: Value, then: Block, otherwise: Block },
    /// A loop. Each round runs `header`, tests `cond` (absent: true), runs `body`, then `post` (also on `continue`).
    Loop { label: LabelId, kind: LoopKind, header: Block, cond: Option<Box<Value>>, body: Block, post: Block },
    /// The first case whose guard holds runs; `Break(label)` leaves it.
    Switch { label: LabelId, cases: Vec<Case>, default: Option<Block> },
    /// Waits for one of several events; which one is not known. `Break(label)` leaves it.
    Choose { label: LabelId, arms: Vec<Arm> },
    /// `try`: `catch` binds what was raised; `finally` runs on every way out.
    Try { body: Block, catch: Option<(Option<LocalId>, Block)>, finally: Block },
    /// Runs `body` when the function ends, last registered first, on panic too. What must be evaluated now was
    /// evaluated by statements before this one.
    Defer { body: Block },
    /// Runs `body` concurrently: `go f()`, a task, an un-awaited promise. `handle` joins it, where there is one.
    Spawn { body: Block, handle: Option<LocalId> },
    /// A block that owns `owns`, dropped at its end (guards).
    Scope { owns: Vec<LocalId>, body: Block },
    /// Leave the function with these results.
    Return { values: Vec<Value> },
    /// Throw or panic with a value.
    Raise { value: Value },
    /// Leave a loop, switch or choice.
    Break(LabelId),
    /// Go on with the next round.
    Continue(LabelId),
    /// Source that was not translated: whatever argues from absence must count on it.
    Opaque { why: Arc<str>, may_call: bool, may_exit: bool, reads: Vec<LocalId>, writes: Vec<LocalId> },
}

impl StmtKind {
    /// What stands before a call that gets the addresses of variables: it may write to all of them but those that its results
    /// go to. Before it, because a call may be the last thing of a block, and what it reads there is not known either.
    #[must_use]
    pub fn written(lent: Vec<LocalId>, targets: &[Place]) -> Option<Self> {
        let stored = |local: &LocalId| targets.iter().any(|to| matches!(to, Place::Local(to) if to == local));
        let writes: Vec<LocalId> = lent.into_iter().filter(|local| !stored(local)).collect();
        let why = "written through its address".into();
        (!writes.is_empty()).then_some(Self::Opaque { why, may_call: false, may_exit: false, reads: vec![], writes })
    }
}

/// What kind of loop it was in the source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum LoopKind {
    /// `for cond`, `while`.
    While,
    /// `for {}`, `loop {}`.
    Forever,
    /// Over the items of a value; the bindings are the first statements of the body.
    Range {
        /// What is walked.
        over: Box<Value>,
    },
    /// `for init; cond; post` with a counter.
    Counted,
}

/// One case of a switch: it runs when one of its guards is true.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Pure truth values (`subject == x` already spelled out).
    pub guards: Vec<Value>,
    /// What runs.
    pub body: Block,
    /// Go's `fallthrough`: the next case's body follows.
    pub falls_through: bool,
}

/// One arm of a [`StmtKind::Choose`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    /// What it waits for.
    pub comm: Comm,
    /// What runs then.
    pub body: Block,
    /// Where the arm stands.
    pub span: Span,
}

/// What an arm waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Comm {
    /// A value from a channel, future or stream, stored in the targets.
    Receive { from: Value, targets: Vec<Place> },
    /// Room to send.
    Send { to: Value, value: Value },
    /// Nothing: taken when no other arm is ready.
    Default,
}

/// Where a result is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Place {
    /// Thrown away on purpose (`_`).
    Blank,
    /// A variable or temporary.
    Local(LocalId),
    /// A package-level variable.
    Global(QualName),
    /// `base.name`.
    Field(Box<Value>, Name),
    /// `base[index]`.
    Index(Box<Value>, Box<Value>),
    /// `*pointer`.
    Deref(Box<Value>),
}

/// What an assignment computes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Rvalue {
    /// A pure value; several targets take a tuple apart.
    Use(Value),
    /// A call.
    Call(Call),
    /// Wait for a future or promise.
    Await(Value),
    /// The first of several futures.
    Race(Vec<Value>),
    /// All of several futures.
    All(Vec<Value>),
    /// The next value of a channel (second target: whether it is open).
    Receive(Value),
    /// Send on a channel: `values[0] <- values[1]`.
    Send(Box<Value>, Box<Value>),
    /// `v, ok := value.(T)`: the value as T; second target: whether it is one.
    TypeTest(Value, Type),
    /// `v, ok := m[k]`: the item; second target: whether there is one.
    Lookup(Box<Value>, Box<Value>),
}

/// A call. Receiver and arguments are pure: calls among them were hoisted into statements before this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// What is called, as far as syntax and imports tell; the analysis resolves it.
    pub callee: Callee,
    /// Arguments in order.
    pub args: Vec<Value>,
    /// Whether the last argument is spread (`args...`).
    pub spread: bool,
    /// Whether the code goes on only when the call is done. `false` only where a language has promises or futures and
    /// this call's is not awaited there and then; a call awaited at once is one call, without an [`Rvalue::Await`].
    pub awaited: bool,
    /// The whole call expression.
    pub span: Span,
    /// Its name in the source (`SetNX` in `rdb.SetNX(...)`), where a squiggle belongs.
    pub name_span: Span,
}

/// What is called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Callee {
    /// A function by canonical name: of this package, an import, or a builtin (`builtin.append`).
    Named(QualName),
    /// A method or function-valued field on a value.
    Method { receiver: Box<Value>, name: Name },
    /// A function value: a closure, a parameter, a variable.
    Value(Box<Value>),
}
