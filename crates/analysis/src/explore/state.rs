//! One path through a function: values, the heap, what is held.

use crate::program::FuncRef;
use crate::sym::{FrameId, S, Sym, Val};
use dogpile_ir::{BinaryOp, Block, LocalId, Name};
use dogpile_source::Span;
use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// What this path knows of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Status {
    /// The reply said that it is ours.
    Won,
    /// Somebody else holds it.
    Lost,
    /// The server could not be asked.
    Failed,
    /// It was ours and was given back.
    Released,
    /// It was ours, and something that will release it has it now.
    HandedOver,
}

/// What is there after somebody wrote through an address.
const WRITTEN: &str = "written";

/// What a call there wrote through an address that it was given.
pub(crate) fn written(at: Span) -> S {
    Sym::Result(at, 0, WRITTEN.into(), vec![]).into()
}

/// Whether a value is what the call wrote that stands there.
pub(crate) fn is_written_by(sym: &Sym, call: Span) -> bool {
    matches!(sym, Sym::Result(at, _, name, _) if &**name == WRITTEN && at.contains(call))
}

/// No field has this name: it says that somebody may have set any of them.
const FILLED: &str = "*";

/// A session on a path.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// Index of the session in the exploration.
    pub(crate) slot: usize,
    pub(crate) status: Status,
    /// Branches taken since the acquire.
    pub(crate) steps: Option<Rc<Trail>>,
    /// Its key was read on this path: whose it is by now was asked.
    pub(crate) examined: bool,
    /// It is a quorum, and this is what came of some of its parts.
    pub(crate) part: bool,
    /// A way out behind it that kept parts of a refused quorum.
    pub(crate) left: Option<Span>,
    /// Work behind it has failed, and this path has looked: what it gives back now is given back for that.
    pub(crate) failed: bool,
    /// What was to give it back got no answer from the server.
    pub(crate) unanswered: bool,
}

impl Held {
    /// It was looked into whose it is, or could not be: nothing is left to give back on this path.
    fn is_settled(&self) -> bool {
        self.examined || self.unanswered
    }

    fn is_like(&self, other: &Self) -> bool {
        let settled = self.status != Status::Won || self.is_settled() == other.is_settled();
        settled && (self.slot, self.status, self.left) == (other.slot, other.status, other.left)
    }
}

/// Branches taken, latest first.
#[derive(Debug)]
pub(crate) struct Trail {
    pub(crate) span: Span,
    pub(crate) taken: bool,
    pub(crate) before: Option<Rc<Trail>>,
}

/// A deferred block of a frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deferred<'a> {
    pub(crate) frame: FrameId,
    pub(crate) body: &'a Block,
}

/// Values that were there before any path.
pub(crate) struct Start {
    env: Vec<((FrameId, LocalId), Val)>,
    heap: Vec<(S, Rc<BTreeMap<Name, Val>>)>,
}

/// A path.
#[derive(Clone, Debug)]
pub(crate) struct State<'a> {
    // Persistent maps: paths part at every branch and share nearly everything; joining two visits what differs.
    env: OrdMap<(FrameId, LocalId), Val>,
    heap: OrdMap<S, Rc<BTreeMap<Name, Val>>>,
    /// All results of a call whose temporary is handed on whole: `f(g())`.
    pub(crate) tuples: OrdMap<(FrameId, LocalId), Vec<Val>>,
    /// Unknown conditions this path took a side on.
    pub(crate) conds: OrdMap<S, bool>,
    pub(crate) held: Vec<Held>,
    pub(crate) defers: Vec<Deferred<'a>>,
    /// Renewals whose loss or failure this path has seen.
    pub(crate) losses: BTreeSet<usize>,
    /// Period of the tick or sleep that this path last waited for, ms.
    pub(crate) tick: Option<u64>,
    /// Runs beside the function that started it.
    pub(crate) spawned: bool,
    /// Runs because the function ends.
    pub(crate) deferring: bool,
    /// Keys watched (optimistic locking).
    pub(crate) watching: bool,
    /// What is behind it.
    pub(crate) trace: super::trace::Trace,
    /// Heartbeats and tasks beside this path.
    pub(crate) beside: super::beside::Beside,
    /// Whether the last call that can fail was fine: paths that differ in it stay apart until code has asked, as a
    /// value is only there where no error is.
    pub(crate) fine: Option<bool>,
}

impl<'a> State<'a> {
    pub(crate) fn new() -> Self {
        Self {
            env: OrdMap::new(),
            heap: OrdMap::new(),
            tuples: OrdMap::new(),
            conds: OrdMap::new(),
            held: vec![],
            defers: vec![],
            losses: BTreeSet::new(),
            tick: None,
            spawned: false,
            deferring: false,
            watching: false,
            trace: super::trace::Trace::default(),
            beside: super::beside::Beside::default(),
            fine: None,
        }
    }

    /// The values that stay when a function has ended: nothing is held, nothing deferred.
    pub(crate) fn settled(mut self) -> Self {
        self.held.clear();
        self.defers.clear();
        self.losses.clear();
        self.tick = None;
        self.deferring = false;
        self.spawned = false;
        self.trace = super::trace::Trace::default();
        self.beside = super::beside::Beside::default();
        self.fine = None;
        self
    }

    /// The values of a path that did nothing but build them.
    pub(crate) fn start(self) -> Start {
        Start { env: self.env.into_iter().collect(), heap: self.heap.into_iter().collect() }
    }

    /// Adds what the start of the program built. What this path has changed since stays.
    pub(crate) fn start_with(&mut self, start: &Start) {
        for (key, val) in &start.env {
            self.env.entry(*key).or_insert_with(|| val.clone());
        }
        for (base, fields) in &start.heap {
            self.heap.entry(base.clone()).or_insert_with(|| Rc::clone(fields));
        }
    }

    pub(crate) fn local(&self, frame: FrameId, local: LocalId) -> Option<&Val> {
        self.env.get(&(frame, local))
    }

    pub(crate) fn set_local(&mut self, frame: FrameId, local: LocalId, val: Val) {
        self.env.insert((frame, local), val);
    }

    pub(crate) fn forget_local(&mut self, frame: FrameId, local: LocalId) {
        self.env.remove(&(frame, local));
    }

    /// A function has ended whose locals nobody captured.
    pub(crate) fn forget_frame(&mut self, frame: FrameId) {
        let all = (frame, LocalId(0))..=(frame, LocalId(u32::MAX));
        let gone: Vec<_> = self.env.range(all).map(|(key, _)| *key).collect();
        for key in gone {
            self.env.remove(&key);
        }
    }

    pub(crate) fn field(&self, base: &S, name: &str) -> Option<&Val> {
        self.heap.get(base)?.get(name)
    }

    /// What the fields of an object hold.
    pub(crate) fn fields_of(&self, base: &Sym) -> impl Iterator<Item = &Val> {
        self.heap.get(base).into_iter().flat_map(|fields| fields.values())
    }

    pub(crate) fn set_field(&mut self, base: S, name: Name, val: Val) {
        Rc::make_mut(self.heap.entry(base).or_default()).insert(name, val);
    }

    /// A base is built anew.
    pub(crate) fn forget_fields(&mut self, base: &S) {
        self.heap.remove(base);
    }

    /// What is known of one base holds for another one, too.
    pub(crate) fn copy_fields(&mut self, from: &S, to: &S) {
        let Some(copied) = self.heap.get(from).cloned() else { return };
        match self.heap.get_mut(to) {
            None => {
                self.heap.insert(to.clone(), copied);
            }
            Some(known) => Rc::make_mut(known).extend(copied.iter().map(|(name, val)| (name.clone(), val.clone()))),
        }
    }

    /// Whether some field holds a value of a kind.
    pub(crate) fn keeps(&self, test: &mut impl FnMut(&S, &Val) -> bool) -> bool {
        self.heap.iter().any(|(base, fields)| fields.values().any(|val| test(base, val)))
    }

    pub(crate) fn status(&self, slot: usize) -> Option<Status> {
        self.held.iter().find(|h| h.slot == slot).map(|h| h.status)
    }

    pub(crate) fn set_status(&mut self, slot: usize, status: Status) {
        match self.held.iter_mut().find(|h| h.slot == slot) {
            Some(held) => held.status = status,
            None => {
                self.held.push(Held {
                    slot,
                    status,
                    steps: None,
                    examined: false,
                    part: false,
                    left: None,
                    failed: false,
                    unanswered: false,
                });
                self.held.sort_by_key(|h| h.slot);
            }
        }
    }

    /// A new attempt at a site: what an earlier one of it left is over.
    pub(crate) fn restart_site(&mut self, slot: usize) {
        self.held.retain(|h| h.slot != slot);
    }

    /// Starts a session's trail anew.
    pub(crate) fn restart(&mut self, slot: usize, status: Status) {
        self.set_status(slot, status);
        if let Some(held) = self.held.iter_mut().find(|h| h.slot == slot) {
            held.steps = None;
            held.examined = false;
            held.failed = false;
            held.unanswered = false;
        }
    }

    pub(crate) fn step(&mut self, span: Span, taken: bool) {
        for held in self.held.iter_mut().filter(|h| h.status == Status::Won) {
            held.steps = Some(Rc::new(Trail { span, taken, before: held.steps.take() }));
        }
    }

    /// Branches taken since the acquire, first to last.
    pub(crate) fn taken_since(&self, slot: usize) -> Vec<(Span, bool)> {
        let mut steps = Vec::new();
        let mut at = self.held.iter().find(|h| h.slot == slot).and_then(|h| h.steps.as_deref());
        while let Some(step) = at {
            steps.push((step.span, step.taken));
            at = step.before.as_deref();
        }
        steps.reverse();
        steps
    }

    /// What is known of a truth value, without guessing.
    pub(crate) fn truth(&self, sym: &S) -> Option<bool> {
        match &**sym {
            Sym::Bool(b) => Some(*b),
            // Where any value can be a condition; in the other languages none of these ever is one.
            Sym::Nil => Some(false),
            Sym::Str(text) => Some(!text.is_empty()),
            Sym::Int(n, _) => Some(*n != 0),
            Sym::Concat(_)
            | Sym::Alloc(_)
            | Sym::Object(..)
            | Sym::List(_)
            | Sym::Func(..)
            | Sym::Error(_)
            | Sym::Fresh(_) => Some(true),
            Sym::Not(inner) => self.truth(inner).map(|b| !b),
            Sym::Bin(BinaryOp::And, a, b) => match (self.truth(a), self.truth(b)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Sym::Bin(BinaryOp::Or, a, b) => match (self.truth(a), self.truth(b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Sym::Bin(BinaryOp::Ne, a, b) => {
                self.truth(&Arc::new(Sym::Bin(BinaryOp::Eq, a.clone(), b.clone()))).map(|b| !b)
            }
            Sym::Bin(BinaryOp::Eq, a, b) => crate::fold::equal(a, b).or_else(|| self.conds.get(sym).copied()),
            _ => self.conds.get(sym).copied(),
        }
    }

    /// Takes a side.
    pub(crate) fn assume(&mut self, sym: &S, truth: bool) {
        match &**sym {
            Sym::Bool(_) => {}
            Sym::Not(inner) => self.assume(inner, !truth),
            Sym::Bin(BinaryOp::And, a, b) if truth => {
                self.assume(a, true);
                self.assume(b, true);
            }
            Sym::Bin(BinaryOp::Or, a, b) if !truth => {
                self.assume(a, false);
                self.assume(b, false);
            }
            Sym::Bin(BinaryOp::And, a, b) => match (self.truth(a), self.truth(b)) {
                (Some(true), None) => self.assume(b, false),
                (None, Some(true)) => self.assume(a, false),
                _ => self.insert_cond(sym, truth),
            },
            Sym::Bin(BinaryOp::Or, a, b) => match (self.truth(a), self.truth(b)) {
                (Some(false), None) => self.assume(b, true),
                (None, Some(false)) => self.assume(a, true),
                _ => self.insert_cond(sym, truth),
            },
            Sym::Bin(BinaryOp::Ne, a, b) => {
                self.assume(&Arc::new(Sym::Bin(BinaryOp::Eq, a.clone(), b.clone())), !truth)
            }
            Sym::Unknown => {}
            _ => self.insert_cond(sym, truth),
        }
    }

    /// A value is not nil, whatever it is.
    pub(crate) fn is_something(&mut self, sym: &S) {
        let nothing = Arc::new(crate::fold::binary(BinaryOp::Eq, sym, &Sym::Nil.into()));
        if self.truth(&nothing).is_none() {
            self.assume(&nothing, false);
        }
    }

    fn insert_cond(&mut self, sym: &S, truth: bool) {
        if is_vague(sym) {
            return;
        }
        self.conds.insert(sym.clone(), truth);
    }

    /// Whether two paths agree on what it takes to be told as one: sessions, defers, losses, tick, whether they run
    /// beside, what runs beside them.
    fn is_like(&self, other: &Self) -> bool {
        self.held.len() == other.held.len()
            && self.defers.len() == other.defers.len()
            && (self.tick, self.spawned, self.fine) == (other.tick, other.spawned, other.fine)
            && self.held.iter().zip(&other.held).all(|(a, b)| a.is_like(b))
            && self.defers.iter().zip(&other.defers).all(|(a, b)| a.frame == b.frame && std::ptr::eq(a.body, b.body))
            && self.losses == other.losses
            && self.beside.is_like(&other.beside)
    }

    fn join(&mut self, other: &State<'a>) {
        self.beside.woken.extend(other.beside.woken.iter().cloned());
        for (mine, theirs) in self.held.iter_mut().zip(&other.held) {
            let settled = mine.is_settled() && theirs.is_settled();
            mine.examined &= theirs.examined;
            mine.failed &= theirs.failed;
            mine.unanswered = settled && !mine.examined;
        }
        self.trace.join(&other.trace);
        let mut agreed: Vec<(S, bool)> = Vec::new();
        for (key, theirs) in differing(&self.env, &other.env) {
            let Some(mine) = self.env.get(&key).cloned() else {
                self.env.insert(key, theirs);
                continue;
            };
            let mut both = mine.clone();
            both.join(&theirs);
            for ((mine, theirs), both) in parts(&mine).iter().zip(parts(&theirs)).zip(parts(&both)) {
                let nil = self.is_nil(&mine.sym).filter(|nil| other.is_nil(&theirs.sym) == Some(*nil));
                agreed.extend(nil.map(|nil| (both.sym.clone(), nil)));
            }
            self.env.insert(key, both);
        }
        for (base, theirs) in differing(&self.heap, &other.heap) {
            match self.heap.get_mut(&base) {
                None => {
                    self.heap.insert(base, theirs);
                }
                Some(mine) => {
                    let mine = Rc::make_mut(mine);
                    for (name, val) in theirs.iter() {
                        mine.entry(name.clone()).and_modify(|v| v.join(val)).or_insert_with(|| val.clone());
                    }
                }
            }
        }
        if !self.conds.ptr_eq(&other.conds) {
            let gone: Vec<S> = self
                .conds
                .diff(&other.conds)
                .filter_map(|item| match item {
                    DiffItem::Add(..) => None,
                    DiffItem::Update { old: (key, _), .. } | DiffItem::Remove(key, _) => Some(key.clone()),
                })
                .collect();
            for key in gone {
                self.conds.remove(&key);
            }
        }
        // Two errors are an error, though neither is known to be the one.
        for (sym, nil) in agreed {
            self.assume(&Arc::new(crate::fold::binary(BinaryOp::Eq, &sym, &Sym::Nil.into())), nil);
        }
    }

    /// Somebody may have written to a variable. A value is another one now: nobody knows which, but it is the same wherever it
    /// is asked for. An object stays the one that it is.
    pub(crate) fn written(&mut self, home: FrameId, local: LocalId, nth: usize, at: Span) {
        match self.local(home, local).map(|val| val.sym.clone()) {
            None => {}
            Some(object) if matches!(*object, Sym::Alloc(_)) => self.filled(&object, at),
            // What it holds now nobody compares with anything.
            Some(value) if matches!(*value, Sym::List(_)) => self.set_local(home, local, Val::unknown(at)),
            Some(value)
                if matches!(
                    *value,
                    Sym::Nil | Sym::Bool(_) | Sym::Int(..) | Sym::Str(_) | Sym::Concat(_) | Sym::Phi(_)
                ) =>
            {
                self.set_local(home, local, Val::new(Sym::Result(at, nth, WRITTEN.into(), vec![]), at));
            }
            Some(_) => {}
        }
    }

    /// Fields of an object that nothing has set are not what they were made as any more.
    pub(crate) fn filled(&mut self, object: &S, at: Span) {
        // What the call hands on is still filled by that call.
        if self.filled_at(object).is_some() {
            return;
        }
        self.set_field(object.clone(), FILLED.into(), Val::new(Sym::Bool(true), at));
    }

    /// Where somebody may have set fields of an object that nothing here has.
    pub(crate) fn filled_at(&self, object: &S) -> Option<Span> {
        self.field(object, FILLED).map(|filled| filled.span)
    }

    /// Whether a value is nil, where this path knows.
    pub(crate) fn is_nil(&self, sym: &S) -> Option<bool> {
        self.truth(&Arc::new(crate::fold::binary(BinaryOp::Eq, sym, &Sym::Nil.into())))
    }
}

/// A value, or the value and the error of a Rust result that is kept whole.
fn parts(val: &Val) -> &[Val] {
    match &*val.sym {
        Sym::List(pair) if pair.len() == 2 => pair,
        _ => std::slice::from_ref(val),
    }
}

/// What the second map has otherwise than the first.
fn differing<K: Ord + Clone, V: PartialEq + Clone>(mine: &OrdMap<K, V>, theirs: &OrdMap<K, V>) -> Vec<(K, V)> {
    if mine.ptr_eq(theirs) {
        return vec![];
    }
    mine.diff(theirs)
        .filter_map(|item| match item {
            DiffItem::Add(key, val) | DiffItem::Update { new: (key, val), .. } => Some((key.clone(), val.clone())),
            DiffItem::Remove(..) => None,
        })
        .collect()
}

/// Joins paths that agree on everything that decides about locks.
pub(crate) fn merge<'a>(states: Vec<State<'a>>) -> Vec<State<'a>> {
    if states.len() < 2 {
        return states;
    }
    let mut out: Vec<State<'a>> = Vec::new();
    for state in states {
        match out.iter_mut().find(|known| known.is_like(&state)) {
            Some(known) => known.join(&state),
            None => out.push(state),
        }
    }
    out
}

/// A function that the exploration is in.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) func: FuncRef,
    /// Frame of the function around a closure.
    pub(crate) parent: Option<FrameId>,
    /// Frame of the function that called.
    pub(crate) caller: Option<FrameId>,
    /// Calls that led here from the root, outermost first.
    pub(crate) via: Vec<Span>,
    /// Types of parameters that nobody typed, by the arguments of this call.
    pub(crate) lent: Vec<(LocalId, dogpile_ir::Type)>,
}

/// Whether a condition may mean another thing the next time. What a call gave is known by its place, whatever it was given.
fn is_vague(cond: &Sym) -> bool {
    match cond {
        Sym::Unknown => true,
        Sym::Result(..) => false,
        Sym::Not(a) | Sym::Field(a, _) => is_vague(a),
        Sym::Bin(_, a, b) => is_vague(a) || is_vague(b),
        Sym::Phi(parts) => parts.iter().any(|part| is_vague(part)),
        other => other.any(&mut |part| matches!(part, Sym::Unknown)),
    }
}
