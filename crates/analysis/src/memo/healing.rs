//! Whether somebody takes a promise away when it has failed.

use super::cell::Cell;
use super::steps::{Step, steps_of, waits};
use super::{View, Work, callee_value};
use crate::walk::values;
use dogpile_ir::{FuncId, Rvalue, Stmt, StmtKind, Value, ValueKind};
use std::collections::BTreeSet;

impl<'a> View<'_, 'a> {
    /// Something may take the promise away when it fails. Who resets it for reasons of their own, may.
    pub(super) fn is_healed(&self, home: FuncId, store: usize, cell: &Cell, work: &Work<'a>) -> bool {
        let part = self.parts_of(work);
        let chains = self.chains(home, store, work);
        for (at, steps) in self.steps.iter().enumerate() {
            let Ok(at) = u32::try_from(at).map(FuncId) else { return true };
            if cell.is_made_in(&self.module.function(at).name) {
                continue;
            }
            for (order, step) in steps.iter().enumerate() {
                if !cell.is_reset_by(self.module, step.stmt) || (at == home && order == store) {
                    continue;
                }
                if step.handles || self.rescuers.contains(&at) {
                    return true;
                }
                let late = if at == home {
                    order > store && waits(&steps[store..order])
                } else if part.contains(&at) {
                    waits(&steps[..order]) || self.is_handed_over_late(at, &part, &chains)
                } else {
                    // A rejected promise throws at whoever waits for it, and nothing is reset.
                    steps[..order].iter().any(|s| !s.guarded && cell.is_awaited_by(s.stmt))
                        || self.is_handed_over_late(at, &part, &chains)
                };
                if !late {
                    return true;
                }
            }
        }
        false
    }

    /// What runs when the work went well: the rest of its chain, and chains that begin with waiting for what was stored.
    fn chains(&self, home: FuncId, store: usize, work: &Work<'a>) -> Vec<Vec<Step<'a>>> {
        let steps = &self.steps[home.0 as usize];
        let mut all: Vec<Vec<Step<'a>>> = match work {
            Work::Chain(block) => vec![steps_of(self.module, block)],
            Work::Call(_) => vec![],
        };
        let names = self.names_of_stored(steps, store);
        for step in steps {
            let StmtKind::Spawn { body, .. } = &step.stmt.kind else { continue };
            let awaited = body.first().is_some_and(|first| match &first.kind {
                StmtKind::Let { value: Rvalue::Await(Value { kind: ValueKind::Local(local), .. }), .. } => {
                    names.contains(local)
                }
                _ => false,
            });
            if awaited {
                all.push(steps_of(self.module, body));
            }
        }
        all
    }

    /// A closure is only called, or given to others, when what can fail has not.
    fn is_handed_over_late(&self, closure: FuncId, part: &BTreeSet<FuncId>, chains: &[Vec<Step<'a>>]) -> bool {
        let names = |s: &Step<'_>| matches!(&s.stmt.kind, StmtKind::Let { value: Rvalue::Use(_), .. });
        let hands_over = |s: &Step<'_>| !names(s) && self.mentioned(s.stmt).contains(&closure);
        let mut seen = false;
        for chain in chains {
            for (order, step) in chain.iter().enumerate().filter(|(_, step)| hands_over(step)) {
                if step.handles || !waits(&chain[..order]) {
                    return false;
                }
                seen = true;
            }
        }
        let in_chain = |s: &Step<'_>| chains.iter().flatten().any(|known| std::ptr::eq(known.stmt, s.stmt));
        for (at, steps) in self.steps.iter().enumerate() {
            let Ok(at) = u32::try_from(at).map(FuncId) else { return false };
            if at == closure {
                continue;
            }
            for (order, _) in steps.iter().enumerate().filter(|(_, step)| hands_over(step) && !in_chain(step)) {
                if !part.contains(&at) || !waits(&steps[..order]) {
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
            Work::Chain(block) => self.reached(steps_of(self.module, block).iter().map(|s| s.stmt).collect()),
        }
    }

    pub(super) fn reached(&self, from: Vec<&Stmt>) -> BTreeSet<FuncId> {
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
