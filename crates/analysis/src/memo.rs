//! Promises kept in a variable of the process: the first caller starts the work, later ones get the same promise. When
//! it is rejected and stays there, everybody gets that failure from then on.
//!
//! Found by statements, not by paths: no lock and no cache is in sight, and most of these files have nothing else for us.

use crate::program::{FuncRef, Program};
use crate::typing::{Target, Typing};
use crate::walk::values;
use dogpile_ir::{Block, Call, Callee, FuncId, Lang, LocalId, Module, Place, Rvalue, Stmt, StmtKind, Value, ValueKind};
use dogpile_source::Span;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

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
    ours.flat_map_iter(|(m, module)| View::new(program, typing, m, module).kept()).collect()
}

/// A statement and where it stands.
struct Step<'a> {
    stmt: &'a Stmt,
    /// In a `catch` or a `finally`.
    handles: bool,
    /// In a `try` whose handler swallows what is thrown.
    guarded: bool,
    /// Conditions around it.
    conds: Vec<&'a Value>,
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
    fn new(program: &'v Program<'a>, typing: &'v Typing, m: u32, module: &'a Module) -> Self {
        let mut view =
            Self { program, typing, m, module, steps: vec![], named: BTreeMap::new(), rescuers: BTreeSet::new() };
        // Without a variable that holds a promise, nothing else is looked at.
        if !module.functions.iter().filter_map(|f| f.body.as_ref()).any(has_store) {
            return view;
        }
        for function in &module.functions {
            let mut steps = Vec::new();
            if let Some(block) = &function.body {
                walk(module, block, Around::default(), &mut vec![], &mut steps);
            }
            view.steps.push(steps);
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

    fn kept(&self) -> Vec<Kept> {
        let mut found = Vec::new();
        for (at, steps) in self.steps.iter().enumerate() {
            let Ok(at) = u32::try_from(at).map(FuncId) else { break };
            // What a module does when it is loaded, it does once.
            if crate::names::last(&self.module.function(at).name) == "init" {
                continue;
            }
            for (order, step) in steps.iter().enumerate() {
                let Some((cell, work)) = self.store(steps, order) else { continue };
                if let Some(join) = joined(steps, order, &cell)
                    && self.is_promise(&cell, &work)
                    && self.can_fail(&work)
                    && !self.is_healed(at, order, &cell, &work)
                {
                    let func = FuncRef { module: self.m, func: at };
                    found.push(Kept { func, store: step.stmt.span, join, variable: cell });
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
            Work::Chain(block) => {
                let mut steps = Vec::new();
                walk(self.module, block, Around::default(), &mut vec![], &mut steps);
                steps.iter().any(|s| self.may_throw(s))
            }
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

    /// Something may take the promise away when it fails. Who resets it for reasons of their own, may.
    fn is_healed(&self, home: FuncId, store: usize, cell: &str, work: &Work<'a>) -> bool {
        let part = self.parts_of(work);
        for (at, steps) in self.steps.iter().enumerate() {
            let Ok(at) = u32::try_from(at).map(FuncId) else { return true };
            for (order, step) in steps.iter().enumerate() {
                let resets = assigned(step.stmt).is_some_and(|(other, _)| other == cell);
                if !resets || (at == home && order == store) {
                    continue;
                }
                if step.handles || self.rescuers.contains(&at) {
                    return true;
                }
                let late = if at == home {
                    order > store && waits_before(steps, order)
                } else if part.contains(&at) {
                    waits_before(steps, order) || self.is_handed_over_late(at, &part)
                } else {
                    // A rejected promise throws at whoever waits for it, and nothing is reset.
                    steps[..order].iter().any(|s| !s.guarded && awaits(s.stmt, cell))
                };
                if !late {
                    return true;
                }
            }
        }
        false
    }

    /// A closure of the work is only given to others when what can fail has not.
    fn is_handed_over_late(&self, closure: FuncId, part: &BTreeSet<FuncId>) -> bool {
        let mut seen = false;
        for (at, steps) in self.steps.iter().enumerate() {
            let Ok(at) = u32::try_from(at).map(FuncId) else { return false };
            if at == closure {
                continue;
            }
            for (order, step) in steps.iter().enumerate() {
                let names = matches!(&step.stmt.kind, StmtKind::Let { value: Rvalue::Use(_), .. });
                if names || !self.mentioned(step.stmt).contains(&closure) {
                    continue;
                }
                if !part.contains(&at) || !waits_before(steps, order) {
                    return false;
                }
                seen = true;
            }
        }
        seen
    }

    /// Functions of the module that the work runs or hands on.
    fn parts_of(&self, work: &Work<'a>) -> BTreeSet<FuncId> {
        match work {
            Work::Call(call) => {
                let mut first: Vec<FuncId> = self.callee(call).into_iter().collect();
                let mut named = BTreeSet::new();
                callee_value(call).into_iter().chain(&call.args).for_each(|v| self.functions_in(v, &mut named));
                first.extend(named);
                self.closure_of(first)
            }
            Work::Chain(block) => {
                let mut steps = Vec::new();
                walk(self.module, block, Around::default(), &mut vec![], &mut steps);
                self.reached(steps.iter().map(|s| s.stmt).collect())
            }
        }
    }

    fn reached(&self, from: Vec<&Stmt>) -> BTreeSet<FuncId> {
        self.closure_of(from.into_iter().flat_map(|stmt| self.mentioned(stmt)).collect())
    }

    fn closure_of(&self, mut open: Vec<FuncId>) -> BTreeSet<FuncId> {
        let mut seen = BTreeSet::new();
        while let Some(f) = open.pop() {
            if seen.insert(f) {
                open.extend(self.steps[f.0 as usize].iter().flat_map(|s| self.mentioned(s.stmt)));
            }
        }
        seen
    }

    /// Functions and closures of the module that a statement calls or names.
    fn mentioned(&self, stmt: &Stmt) -> BTreeSet<FuncId> {
        let mut found = BTreeSet::new();
        if let StmtKind::Let { value: Rvalue::Call(call), .. } = &stmt.kind {
            found.extend(self.callee(call));
        }
        values(stmt).for_each(|v| self.functions_in(v, &mut found));
        found
    }

    fn functions_in(&self, value: &Value, found: &mut BTreeSet<FuncId>) {
        match &value.kind {
            ValueKind::Closure(id) => {
                found.insert(*id);
            }
            ValueKind::Local(local) => found.extend(self.named.get(local)),
            ValueKind::Global(name) => {
                let own = self.program.function_named(name).filter(|f| f.module == self.m);
                found.extend(own.map(|f| f.func));
            }
            _ => {}
        }
        value.parts().for_each(|part| self.functions_in(part, found));
    }
}

/// The first call that a chain waits for.
fn first_wait(block: &Block) -> Option<&Call> {
    let mut first = None;
    crate::walk::each_call(block, &mut |call| first = first.or(call.awaited.then_some(call)));
    first
}

/// `import('m')` is the module itself: a chain that begins with it begins with what it hands the module to.
fn loads_module(call: &Call) -> bool {
    match &call.callee {
        Callee::Named(name) => &**name == "builtin.import",
        Callee::Value(_) => call.args.iter().any(|arg| matches!(arg.kind, ValueKind::Global(_))),
        Callee::Method { .. } => false,
    }
}

/// Whether a statement can throw, or give a promise that is rejected: it calls, waits or raises.
fn does_something(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Let { value, .. } => {
            matches!(value, Rvalue::Call(_) | Rvalue::Await(_) | Rvalue::Race(_) | Rvalue::All(_))
        }
        StmtKind::Return { .. } | StmtKind::If { .. } => false,
        _ => true,
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

/// A variable of the process, or a field of one.
fn cell(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::Global(name) => Some(name.to_string()),
        ValueKind::Field(base, name) => match &base.kind {
            ValueKind::Global(global) => Some(format!("{global}.#{name}")),
            _ => None,
        },
        _ => None,
    }
}

fn assigned(stmt: &Stmt) -> Option<(String, &Rvalue)> {
    let StmtKind::Let { targets, value } = &stmt.kind else { return None };
    let cell = match targets.as_slice() {
        [Place::Global(name)] => name.to_string(),
        [Place::Field(base, name)] => match &base.kind {
            ValueKind::Global(global) => format!("{global}.#{name}"),
            _ => return None,
        },
        _ => return None,
    };
    Some((cell, value))
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

fn awaits(stmt: &Stmt, name: &str) -> bool {
    matches!(&stmt.kind, StmtKind::Let { value: Rvalue::Await(value), .. } if cell(value).as_deref() == Some(name))
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

/// Something that can fail is waited for before, and its failure is not caught.
fn waits_before(steps: &[Step<'_>], order: usize) -> bool {
    steps[..order].iter().any(|s| {
        !s.guarded
            && match &s.stmt.kind {
                StmtKind::Let { value: Rvalue::Await(_), .. } => true,
                StmtKind::Let { value: Rvalue::Call(call), .. } => call.awaited && !is_made(call),
                _ => false,
            }
    })
}

/// `new X()` gives no promise.
fn is_made(call: &Call) -> bool {
    matches!(&call.callee, Callee::Named(name) if name.starts_with("builtin.") && !name.starts_with("builtin.Promise"))
}

/// What stands around a statement.
#[derive(Clone, Copy, Default)]
struct Around {
    handles: bool,
    guarded: bool,
}

fn walk<'a>(module: &Module, block: &'a Block, place: Around, conds: &mut Vec<&'a Value>, out: &mut Vec<Step<'a>>) {
    for stmt in block {
        out.push(Step { stmt, handles: place.handles, guarded: place.guarded, conds: conds.clone() });
        match &stmt.kind {
            StmtKind::If { cond, then, otherwise } => {
                conds.push(cond);
                walk(module, then, place, conds, out);
                walk(module, otherwise, place, conds, out);
                conds.pop();
            }
            StmtKind::Switch { cases, default, .. } => {
                for case in cases {
                    let outer = conds.len();
                    conds.extend(&case.guards);
                    walk(module, &case.body, place, conds, out);
                    conds.truncate(outer);
                }
                if let Some(default) = default {
                    walk(module, default, place, conds, out);
                }
            }
            StmtKind::Try { body, catch, finally } => {
                let swallows = catch.as_ref().is_some_and(|(_, handler)| !throws_again(module, handler));
                walk(module, body, Around { guarded: place.guarded || swallows, ..place }, conds, out);
                let handler = Around { handles: true, ..place };
                if let Some((_, block)) = catch {
                    walk(module, block, handler, conds, out);
                }
                walk(module, finally, handler, conds, out);
            }
            _ => {
                for inner in crate::walk::blocks(stmt) {
                    walk(module, inner, place, conds, out);
                }
            }
        }
    }
}

/// A handler that throws, by itself or by a closure of its own.
fn throws_again(module: &Module, handler: &Block) -> bool {
    let mut found = false;
    crate::walk::each_stmt(handler, &mut |stmt| {
        found |= match &stmt.kind {
            StmtKind::Raise { .. } => true,
            StmtKind::Let { value: Rvalue::Call(Call { callee: Callee::Value(value), .. }), .. } => match value.kind {
                ValueKind::Closure(id) => {
                    module.function(id).body.as_ref().is_some_and(|body| throws_again(module, body))
                }
                _ => false,
            },
            _ => false,
        };
    });
    found
}
