//! Symbolic values: what the explorer knows of a value, with where it was written.

use crate::program::FuncRef;
use dogpile_ir::{BinaryOp, LocalId, Name, QualName};
use dogpile_models::ClientId;
use dogpile_source::Span;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A shared symbolic value.
pub(crate) type S = Arc<Sym>;

/// A value and the place that wrote it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Val {
    pub(crate) sym: S,
    pub(crate) span: Span,
}

/// One activation of a function in an exploration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct FrameId(pub(crate) u32);

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Scale {
    /// Nothing known.
    Bare,
    /// A typed duration (nanoseconds inside).
    Duration,
    Nanos,
    Millis,
    Seconds,
    /// A point in time, in whatever unit.
    Point,
}

/// Forms of a symbolic value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub(crate) enum Sym {
    Nil,
    Bool(bool),
    Int(i128, Scale),
    Str(Arc<str>),
    /// Text in parts; never nested, never with two literals side by side.
    Concat(Vec<S>),
    /// A parameter (or captured variable) whose caller is not in sight; locals are told apart by their module.
    Param(#[serde(with = "crate::summaries::number")] u32, LocalId, Name),
    /// A part of an unknown base.
    Field(S, Name),
    Index(S, S),
    /// A package-level variable that is not constant.
    Global(QualName),
    /// Built here; fields live in the state's heap, its type in the exploration.
    Alloc(u32),
    /// A function of the project; closures remember the frame they were made in.
    Func(FuncRef, Option<FrameId>),
    /// A method value: receiver and name.
    Bound(S, Name),
    /// Result `usize` of a call whose effect is unknown: same place, same arguments, same value.
    Result(Span, usize, Arc<str>, Vec<S>),
    /// New at each evaluation.
    Fresh(Span),
    /// One per process.
    PerProcess(Span),
    /// The clock.
    Clock(Span, Scale),
    /// An error: its qualified name where it is a known one (`redis.Nil`), else what made it.
    Error(Arc<str>),
    /// A context.
    Context(ContextSym),
    /// A reply that methods read: client, row name, raw value, error.
    Reply(ClientId, Arc<str>, S, S),
    /// A command not sent yet.
    Command(ClientId, Vec<Val>),
    /// An object of a modelled type, with facts kept on it.
    Object(Arc<str>, u32),
    /// What a read of a key gave.
    Read(S, Span),
    /// A duration or number with a scale but no known value.
    Scaled(Scale, S),
    Not(S),
    Bin(BinaryOp, S, S),
    /// A timer channel.
    Timer(Option<u64>),
    /// The done channel of a context.
    Done(S),
    /// A list with known items.
    List(Vec<Val>),
    /// One of several.
    Phi(Vec<S>),
    Unknown,
}

/// Where a context comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct ContextSym {
    pub(crate) origin: Origin,
    /// Shortest known time limit in ms from when it was made.
    pub(crate) timeout_ms: Option<u64>,
    /// A time limit was set here or above, known or not.
    pub(crate) limited: bool,
    /// Nothing can end it: a root of its own, with no cancel made since.
    pub(crate) endless: bool,
    /// Where it was made, or the parameter.
    pub(crate) span: Span,
    /// Told apart when cancelled.
    pub(crate) id: u32,
}

/// Root of a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Origin {
    Background,
    Caller,
    Unknown,
}

impl Val {
    pub(crate) fn new(sym: Sym, span: Span) -> Self {
        Self { sym: Arc::new(sym), span }
    }

    pub(crate) fn unknown(span: Span) -> Self {
        Self::new(Sym::Unknown, span)
    }

    /// It is this value or the other one.
    pub(crate) fn join(&mut self, other: &Self) {
        if !Arc::ptr_eq(&self.sym, &other.sym) && self.sym != other.sym {
            self.sym = either(&self.sym, &other.sym);
        }
    }
}

impl Sym {
    pub(crate) fn str(&self) -> Option<&str> {
        match self {
            Sym::Str(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn int(&self) -> Option<i128> {
        match self {
            Sym::Int(n, _) => Some(*n),
            _ => None,
        }
    }

    /// What the number counts, followed through arithmetic.
    pub(crate) fn scale(&self) -> Scale {
        match self {
            Sym::Int(_, scale) | Sym::Scaled(scale, _) | Sym::Clock(_, scale) => *scale,
            Sym::Bin(BinaryOp::Add, a, b) => match (a.scale(), b.scale()) {
                (Scale::Point, _) | (_, Scale::Point) => Scale::Point,
                (Scale::Bare, s) | (s, _) => s,
            },
            Sym::Bin(BinaryOp::Sub, a, b) => match (a.scale(), b.scale()) {
                (Scale::Point, Scale::Point) => Scale::Duration,
                (Scale::Bare, s) | (s, _) => s,
            },
            Sym::Bin(BinaryOp::Mul, a, b) => match (a.scale(), b.scale()) {
                (Scale::Seconds, _) if is_thousand(b) => Scale::Millis,
                (_, Scale::Seconds) if is_thousand(a) => Scale::Millis,
                (Scale::Bare, s) | (s, _) => s,
            },
            Sym::Bin(BinaryOp::Div, a, b) => match (a.scale(), &**b) {
                (Scale::Millis, _) if is_thousand(b) => Scale::Seconds,
                (Scale::Duration, Sym::Int(1_000_000_000, Scale::Duration)) => Scale::Seconds,
                (Scale::Duration, Sym::Int(1_000_000, Scale::Duration)) => Scale::Millis,
                (Scale::Duration, Sym::Int(1, Scale::Duration)) => Scale::Nanos,
                (Scale::Duration, b) if b.scale() == Scale::Duration => Scale::Bare,
                (s, _) => s,
            },
            Sym::Phi(parts) => {
                let mut scales = parts.iter().map(|p| p.scale());
                let first = scales.next().unwrap_or(Scale::Bare);
                if scales.all(|s| s == first) { first } else { Scale::Bare }
            }
            _ => Scale::Bare,
        }
    }

    /// Whether any part satisfies a test.
    pub(crate) fn any(&self, test: &mut impl FnMut(&Sym) -> bool) -> bool {
        if test(self) {
            return true;
        }
        match self {
            Sym::Concat(parts) | Sym::Phi(parts) | Sym::Result(_, _, _, parts) => parts.iter().any(|p| p.any(test)),
            Sym::Field(a, _) | Sym::Not(a) | Sym::Done(a) | Sym::Scaled(_, a) | Sym::Bound(a, _) | Sym::Read(a, _) => {
                a.any(test)
            }
            Sym::Index(a, b) | Sym::Bin(_, a, b) => a.any(test) || b.any(test),
            Sym::List(items) | Sym::Command(_, items) => items.iter().any(|v| v.sym.any(test)),
            _ => false,
        }
    }
}

/// What turns seconds into milliseconds and back.
pub(crate) fn is_thousand(sym: &Sym) -> bool {
    *sym == Sym::Int(1000, Scale::Bare)
}

/// No longer text is put together, in bytes: one that is doubled in each line would fill the memory.
const LONGEST_TEXT: usize = 1 << 20;
/// No text has more parts that are not known.
const MOST_PARTS: usize = 2_000;
/// A value of more parts than this is not followed: one that is made of itself twice in each line has 2^n.
const MOST_VALUES: usize = 2_000;

impl Sym {
    /// Whether it has too many parts to be followed.
    pub(crate) fn is_too_large(&self) -> bool {
        let mut seen = 0;
        self.any(&mut |_| {
            seen += 1;
            seen > MOST_VALUES
        })
    }
}

/// Joins text parts, merging literals. [`Sym::Unknown`]: it is too long, or has too many parts.
pub(crate) fn concat(parts: Vec<S>) -> Sym {
    let bytes = |part: &S| match &**part {
        Sym::Str(text) => text.len(),
        Sym::Concat(inner) => inner.iter().filter_map(|part| part.str()).map(str::len).sum(),
        _ => 0,
    };
    let count = |part: &S| if let Sym::Concat(inner) = &**part { inner.len() } else { 1 };
    if parts.iter().map(bytes).sum::<usize>() > LONGEST_TEXT || parts.iter().map(count).sum::<usize>() > MOST_PARTS {
        return Sym::Unknown;
    }
    let mut out: Vec<S> = Vec::new();
    let mut push = |part: &S| {
        if let (Sym::Str(new), Some(last)) = (&**part, out.last_mut())
            && let Sym::Str(old) = &**last
        {
            *last = Arc::new(Sym::Str(format!("{old}{new}").into()));
            return;
        }
        if part.str() != Some("") {
            out.push(part.clone());
        }
    };
    for part in &parts {
        match &**part {
            Sym::Concat(inner) => inner.iter().for_each(&mut push),
            Sym::Int(n, _) => push(&Arc::new(Sym::Str(n.to_string().into()))),
            _ => push(part),
        }
    }
    match out.len() {
        0 => Sym::Str("".into()),
        1 if matches!(&*out[0], Sym::Str(_)) => (*out[0]).clone(),
        _ => Sym::Concat(out),
    }
}

/// Two values of which one holds.
pub(crate) fn either(a: &S, b: &S) -> S {
    if a == b {
        return a.clone();
    }
    // A result taken as a whole is one of its values beside one of its errors.
    if let (Sym::List(x), Sym::List(y)) = (&**a, &**b)
        && let ([v, e], [w, f]) = (x.as_slice(), y.as_slice())
        && is_result_error(&e.sym)
        && is_result_error(&f.sym)
    {
        let join = |one: &Val, other: &Val| Val { sym: either(&one.sym, &other.sym), span: one.span };
        return Arc::new(Sym::List(vec![join(v, w), join(e, f)]));
    }
    let mut all: Vec<S> = Vec::new();
    for side in [a, b] {
        match &**side {
            Sym::Phi(parts) => all.extend(parts.iter().cloned()),
            _ => all.push(side.clone()),
        }
    }
    all.sort();
    all.dedup();
    if all.len() > 4 || all.iter().any(|s| matches!(**s, Sym::Unknown)) {
        return Arc::new(Sym::Unknown);
    }
    Arc::new(Sym::Phi(all))
}

/// Whether this can be the error of a result.
pub(crate) fn is_result_error(sym: &Sym) -> bool {
    match sym {
        Sym::Nil | Sym::Error(_) => true,
        Sym::Result(_, i, name, _) => *i == 1 || &**name == "error",
        Sym::Phi(parts) => parts.iter().all(|p| is_result_error(p)),
        _ => false,
    }
}
