//! One path through a function: values, the heap, what is held.

use crate::program::FuncRef;
use crate::sym::{FrameId, S, Sym, Val, either};
use dogpile_ir::{BinaryOp, Block, LocalId, Name};
use dogpile_source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// What this path knows of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// What two paths must agree on to be told as one: sessions, defers, losses, tick, whether it runs beside, what runs beside it.
type Shape = (Vec<(usize, Status)>, Vec<(FrameId, usize)>, BTreeSet<usize>, Option<u64>, bool, (BTreeSet<usize>, BTreeSet<usize>, BTreeSet<usize>));

/// A path.
#[derive(Clone, Debug)]
pub(crate) struct State<'a> {
    env: Rc<BTreeMap<(FrameId, LocalId), Val>>,
    heap: Rc<BTreeMap<(S, Name), Val>>,
    /// All results of a call whose temporary is handed on whole: `f(g())`.
    pub(crate) tuples: Rc<BTreeMap<(FrameId, LocalId), Vec<Val>>>,
    /// Unknown conditions this path took a side on.
    pub(crate) conds: Rc<BTreeMap<S, bool>>,
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
    /// Heartbeats and tasks beside this path.
    pub(crate) beside: super::beside::Beside,
}

impl<'a> State<'a> {
    pub(crate) fn new() -> Self {
        Self {
            env: Rc::default(),
            heap: Rc::default(),
            tuples: Rc::default(),
            conds: Rc::default(),
            held: vec![],
            defers: vec![],
            losses: BTreeSet::new(),
            tick: None,
            spawned: false,
            deferring: false,
            watching: false,
            beside: super::beside::Beside::default(),
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
        self.beside = super::beside::Beside::default();
        self
    }

    pub(crate) fn local(&self, frame: FrameId, local: LocalId) -> Option<&Val> {
        self.env.get(&(frame, local))
    }

    pub(crate) fn set_local(&mut self, frame: FrameId, local: LocalId, val: Val) {
        Rc::make_mut(&mut self.env).insert((frame, local), val);
    }

    pub(crate) fn forget_local(&mut self, frame: FrameId, local: LocalId) {
        Rc::make_mut(&mut self.env).remove(&(frame, local));
    }

    pub(crate) fn field(&self, base: &S, name: &str) -> Option<&Val> {
        self.heap.get(&(base.clone(), Name::from(name)))
    }

    pub(crate) fn set_field(&mut self, base: S, name: Name, val: Val) {
        Rc::make_mut(&mut self.heap).insert((base, name), val);
    }

    /// A base is built anew.
    pub(crate) fn forget_fields(&mut self, base: &Sym) {
        if self.heap.keys().any(|(b, _)| **b == *base) {
            Rc::make_mut(&mut self.heap).retain(|(b, _), _| **b != *base);
        }
    }

    /// Drops everything known of a base (it was given to code we cannot see, or assigned through).
    pub(crate) fn copy_fields(&mut self, from: &S, to: &S) {
        let copied: Vec<(Name, Val)> =
            self.heap.iter().filter(|((b, _), _)| b == from).map(|((_, n), v)| (n.clone(), v.clone())).collect();
        for (name, val) in copied {
            self.set_field(to.clone(), name, val);
        }
    }

    /// Whether some field holds a value of a kind.
    pub(crate) fn keeps(&self, test: &mut impl FnMut(&S, &Val) -> bool) -> bool {
        self.heap.iter().any(|((base, _), val)| test(base, val))
    }

    pub(crate) fn status(&self, slot: usize) -> Option<Status> {
        self.held.iter().find(|h| h.slot == slot).map(|h| h.status)
    }

    pub(crate) fn set_status(&mut self, slot: usize, status: Status) {
        match self.held.iter_mut().find(|h| h.slot == slot) {
            Some(held) => held.status = status,
            None => {
                self.held.push(Held { slot, status, steps: None, examined: false });
                self.held.sort_by_key(|h| h.slot);
            }
        }
    }

    /// Starts a session's trail anew.
    pub(crate) fn restart(&mut self, slot: usize, status: Status) {
        self.set_status(slot, status);
        if let Some(held) = self.held.iter_mut().find(|h| h.slot == slot) {
            held.steps = None;
            held.examined = false;
        }
    }

    pub(crate) fn step(&mut self, span: Span, taken: bool) {
        for held in self.held.iter_mut().filter(|h| h.status == Status::Won) {
            held.steps = Some(Rc::new(Trail { span, taken, before: held.steps.take() }));
        }
    }

    /// What is known of a truth value, without guessing.
    pub(crate) fn truth(&self, sym: &S) -> Option<bool> {
        match &**sym {
            Sym::Bool(b) => Some(*b),
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
            Sym::Bin(BinaryOp::Ne, a, b) => self.truth(&Arc::new(Sym::Bin(BinaryOp::Eq, a.clone(), b.clone()))).map(|b| !b),
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
            Sym::Bin(BinaryOp::Ne, a, b) => self.assume(&Arc::new(Sym::Bin(BinaryOp::Eq, a.clone(), b.clone())), !truth),
            Sym::Unknown => {}
            _ => self.insert_cond(sym, truth),
        }
    }

    fn insert_cond(&mut self, sym: &S, truth: bool) {
        if sym.any(&mut |s| matches!(s, Sym::Unknown)) {
            return;
        }
        Rc::make_mut(&mut self.conds).insert(sym.clone(), truth);
    }

    /// What two paths must agree on to be told as one.
    fn shape(&self) -> Shape {
        (
            self.held.iter().map(|h| (h.slot, h.status)).collect(),
            self.defers.iter().map(|d| (d.frame, std::ptr::from_ref(d.body) as usize)).collect(),
            self.losses.clone(),
            self.tick,
            self.spawned,
            self.beside.shape(),
        )
    }

    fn join(&mut self, other: &State<'a>) {
        self.beside.woken.extend(other.beside.woken.iter().cloned());
        for (mine, theirs) in self.held.iter_mut().zip(&other.held) {
            mine.examined &= theirs.examined;
        }
        if !Rc::ptr_eq(&self.env, &other.env) {
            let mine = Rc::make_mut(&mut self.env);
            for (key, theirs) in other.env.iter() {
                mine.entry(*key)
                    .and_modify(|v| {
                        if v.sym != theirs.sym {
                            v.sym = either(&v.sym, &theirs.sym);
                        }
                    })
                    .or_insert_with(|| theirs.clone());
            }
        }
        if !Rc::ptr_eq(&self.heap, &other.heap) {
            let mine = Rc::make_mut(&mut self.heap);
            for (key, theirs) in other.heap.iter() {
                mine.entry(key.clone())
                    .and_modify(|v| {
                        if v.sym != theirs.sym {
                            v.sym = either(&v.sym, &theirs.sym);
                        }
                    })
                    .or_insert_with(|| theirs.clone());
            }
        }
        if !Rc::ptr_eq(&self.conds, &other.conds) {
            let theirs = other.conds.clone();
            Rc::make_mut(&mut self.conds).retain(|k, v| theirs.get(k) == Some(v));
        }
    }
}

/// Joins paths that agree on everything that decides about locks.
pub(crate) fn merge<'a>(states: Vec<State<'a>>) -> Vec<State<'a>> {
    if states.len() < 2 {
        return states;
    }
    let mut out: Vec<State<'a>> = Vec::new();
    let mut index = BTreeMap::new();
    for state in states {
        match index.get(&state.shape()) {
            Some(at) => {
                let at: usize = *at;
                out[at].join(&state);
            }
            None => {
                index.insert(state.shape(), out.len());
                out.push(state);
            }
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
}
