//! Promises kept in a variable of the process: the first caller starts the work, later ones get the same promise. When
//! it is rejected and stays there, everybody gets that failure from then on.
//!
//! Found by statements, not by paths: no lock and no cache is in sight, and most of these files have nothing else for us.

mod cell;
mod entries;
mod healing;
mod steps;

pub(crate) use entries::keeps_entry;

use crate::program::{FuncRef, Program};
use crate::typing::{Target, Typing};
use cell::{Cell, assigned, awaits, cell};
use dogpile_ir::{Block, Call, Callee, FuncId, Lang, LocalId, Module, Place, Rvalue, Stmt, StmtKind, Value, ValueKind};
use dogpile_source::Span;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use steps::{Step, does_something, first_wait, loads_module, steps_of};

/// A promise that stays when it is rejected.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// The function that starts the work.
    pub(crate) func: FuncRef,
    /// Where the promise is stored.
    pub(crate) store: Span,
    /// Where later callers get it.
    pub(crate) join: Span,
    pub(crate) variable: String,
}

/// All of a project.
pub(crate) fn kept_promises(program: &Program<'_>, typing: &Typing) -> Vec<Kept> {
    let modules: Vec<(u32, &Module)> = (0u32..).zip(program.modules.iter().map(AsRef::as_ref)).collect();
    let ours = modules.into_par_iter().filter(|(_, module)| module.lang == Lang::TypeScript);
    ours.flat_map_iter(|(m, module)| View::kept(program, typing, m, module)).collect()
}

/// What stores a promise starts.
enum Work<'a> {
    Call(&'a Call),
    /// A chain of `.then` and `.catch`.
    Chain(&'a Block),
}

struct View<'v, 'a> {
    program: &'v Program<'a>,
    typing: &'v Typing,
    m: u32,
    module: &'a Module,
    steps: Vec<Vec<Step<'a>>>,
    /// Closures by the variables that name them.
    named: BTreeMap<LocalId, FuncId>,
    /// What runs when something failed.
    rescuers: BTreeSet<FuncId>,
}

impl<'v, 'a> View<'v, 'a> {
    fn of_all(program: &'v Program<'a>, typing: &'v Typing, m: u32, module: &'a Module) -> Self {
        let mut view =
            Self { program, typing, m, module, steps: vec![], named: BTreeMap::new(), rescuers: BTreeSet::new() };
        for function in &module.functions {
            view.steps.push(function.body.as_ref().map(|block| steps_of(module, block)).unwrap_or_default());
        }
        for step in view.steps.iter().flatten() {
            if let StmtKind::Let { targets, value: Rvalue::Use(Value { kind: ValueKind::Closure(id), .. }) } =
                &step.stmt.kind
                && let [Place::Local(local)] = targets.as_slice()
            {
                view.named.insert(*local, *id);
            }
        }
        let handled: Vec<&Stmt> = view.steps.iter().flatten().filter(|s| s.handles).map(|s| s.stmt).collect();
        view.rescuers = view.reached(handled);
        view
    }

    fn kept(program: &'v Program<'a>, typing: &'v Typing, m: u32, module: &'a Module) -> Vec<Kept> {
        // Without a variable that holds a promise, nothing else is looked at.
        if !module.functions.iter().filter_map(|f| f.body.as_ref()).any(has_store) {
            return vec![];
        }
        Self::of_all(program, typing, m, module).kept_in_variables()
    }

    fn kept_in_variables(&self) -> Vec<Kept> {
        let mut found = Vec::new();
        for (at, steps) in self.steps.iter().enumerate() {
            let Ok(at) = u32::try_from(at).map(FuncId) else { break };
            // What a module does when it is loaded, it does once.
            if crate::names::last(&self.module.function(at).name) == "init" {
                continue;
            }
            for (order, step) in steps.iter().enumerate() {
                let Some((variable, work)) = self.store(steps, order) else { continue };
                if let Some(join) = joined(steps, order, &variable)
                    && self.is_promise(&variable, &work)
                    && self.can_fail(&work)
                    && !self.is_healed(at, order, &Cell::Variable(variable.clone()), &work)
                {
                    let func = FuncRef { module: self.m, func: at };
                    found.push(Kept { func, store: step.stmt.span, join, variable });
                }
            }
        }
        found
    }

    /// The variable that a statement puts a promise in, and the work behind it.
    fn store(&self, steps: &[Step<'a>], order: usize) -> Option<(String, Work<'a>)> {
        let (cell, value) = assigned(steps[order].stmt)?;
        let own = cell.split_once(".#").map_or(cell.as_str(), |(global, _)| global);
        let (m, _) = self.program.global(own)?;
        if m != self.m {
            return None;
        }
        let work = match value {
            Rvalue::Call(call) if !call.awaited => Work::Call(call),
            Rvalue::Use(Value { kind: ValueKind::Local(local), .. }) => {
                steps[..order].iter().rev().find_map(|s| started(s.stmt, *local))?
            }
            _ => return None,
        };
        Some((cell, work))
    }

    fn callee(&self, call: &Call) -> Option<FuncId> {
        let own = |f: FuncRef| (f.module == self.m).then_some(f.func);
        match &call.callee {
            Callee::Value(value) => match &value.kind {
                ValueKind::Closure(id) => Some(*id),
                ValueKind::Local(local) => self.named.get(local).copied(),
                ValueKind::Global(name) => self.program.function_named(name).and_then(own),
                _ => None,
            },
            _ => match self.typing.target(self.program, self.m, call) {
                Target::Local(f) => own(f),
                _ => None,
            },
        }
    }

    /// Somebody waits for it, or what makes it gives promises.
    fn is_promise(&self, cell: &str, work: &Work<'a>) -> bool {
        let told = match work {
            Work::Chain(_) => true,
            Work::Call(call) => {
                let ours = match self.typing.target(self.program, self.m, call) {
                    Target::Local(f) => self.program.function(f).is_async,
                    _ => self.callee(call).is_some_and(|f| self.module.function(f).is_async),
                };
                ours || matches!(&call.callee, Callee::Named(name) if &**name == "builtin.fetch")
            }
        };
        told || self.steps.iter().flatten().any(|s| awaits(s.stmt, cell))
    }

    /// Whether the work can end in a rejection. What is not in sight can; a module that cannot be loaded cannot be loaded
    /// later either.
    fn can_fail(&self, work: &Work<'a>) -> bool {
        let first = match work {
            Work::Call(call) => Some(*call),
            Work::Chain(block) => first_wait(block),
        };
        if first.is_some_and(loads_module) {
            return false;
        }
        match work {
            Work::Chain(block) => steps_of(self.module, block).iter().any(|s| self.may_throw(s)),
            Work::Call(call) => match self.callee(call) {
                Some(f) => self.steps[f.0 as usize].iter().any(|s| self.may_throw(s)),
                None => true,
            },
        }
    }

    fn may_throw(&self, step: &Step<'a>) -> bool {
        if step.guarded {
            return false;
        }
        match &step.stmt.kind {
            StmtKind::Raise { .. } => true,
            StmtKind::Let { value: Rvalue::Await(_), .. } => true,
            StmtKind::Let { value: Rvalue::Call(call), .. } if call.awaited => match self.callee(call) {
                // A handler that throws again, or ends the process.
                Some(f) if step.handles => {
                    self.steps[f.0 as usize].iter().any(|s| matches!(s.stmt.kind, StmtKind::Raise { .. }))
                }
                // `.then(() => undefined, () => undefined)` ends a queue well, whatever stood before.
                Some(f) => self.steps[f.0 as usize].iter().any(|s| does_something(s.stmt)),
                None => !step.handles,
            },
            _ => false,
        }
    }
}

/// Whether a block can put a promise in a variable of the process at all.
fn has_store(block: &Block) -> bool {
    let mut found = false;
    crate::walk::each_stmt(block, &mut |stmt| {
        found |= assigned(stmt).is_some_and(|(_, value)| match value {
            Rvalue::Call(call) => !call.awaited,
            Rvalue::Use(value) => matches!(value.kind, ValueKind::Local(_)),
            _ => false,
        });
    });
    found
}

fn callee_value(call: &Call) -> Option<&Value> {
    match &call.callee {
        Callee::Value(value) => Some(value),
        Callee::Method { receiver, .. } => Some(receiver),
        Callee::Named(_) => None,
    }
}

/// What a local was given that holds a promise.
fn started(stmt: &Stmt, local: LocalId) -> Option<Work<'_>> {
    match &stmt.kind {
        StmtKind::Spawn { body, handle: Some(handle) } if *handle == local => Some(Work::Chain(body)),
        StmtKind::Let { targets, value: Rvalue::Call(call) } if !call.awaited => {
            matches!(targets.as_slice(), [Place::Local(to)] if *to == local).then_some(Work::Call(call))
        }
        _ => None,
    }
}

fn gives(stmt: &Stmt, name: &str) -> bool {
    matches!(&stmt.kind, StmtKind::Return { values } if values.iter().any(|v| cell(v).as_deref() == Some(name)))
}

/// Where another call than the one that starts the work gets the promise.
fn joined(steps: &[Step<'_>], store: usize, name: &str) -> Option<Span> {
    let gets = |s: &&Step<'_>| gives(s.stmt, name) || awaits(s.stmt, name);
    if let Some(earlier) = steps[..store].iter().find(gets) {
        return Some(earlier.stmt.span);
    }
    let asked = steps[store].conds.iter().any(|cond| mentions(cond, name));
    steps[store..].iter().find(gets).filter(|_| asked).map(|s| s.stmt.span)
}

fn mentions(value: &Value, name: &str) -> bool {
    cell(value).as_deref() == Some(name) || value.parts().any(|part| mentions(part, name))
}
