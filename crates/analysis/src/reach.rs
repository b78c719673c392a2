//! Which functions matter: those from which a call that locks, caches or coalesces can be reached.

use crate::program::{FuncRef, Program};
use crate::typing::{Target, Typing};
use crate::walk::{each_call, each_stmt, values};
use dogpile_ir::{FunctionKind, Place, StmtKind, Value, ValueKind};
use dogpile_models::{Does, Role};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The call graph as far as declared types tell.
pub(crate) struct Reach {
    /// Functions that can reach an operation of interest.
    relevant: HashSet<FuncRef>,
    /// Functions that contain one themselves (or in a closure of theirs).
    direct: BTreeSet<FuncRef>,
    /// Callee → callers (closures count as their parent's).
    callers: BTreeMap<FuncRef, BTreeSet<FuncRef>>,
    /// Globals assigned outside their declaration.
    reassigned: HashSet<String>,
    small: HashSet<FuncRef>,
}

impl Reach {
    pub(crate) fn new(program: &Program<'_>, typing: &Typing) -> Self {
        let mut reach =
            Self { relevant: HashSet::new(), direct: BTreeSet::new(), callers: BTreeMap::new(), reassigned: HashSet::new(), small: HashSet::new() };
        for at in program.all_functions() {
            let function = program.function(at);
            let Some(body) = &function.body else { continue };
            let home = outermost(program, at);
            let mut count = 0usize;
            let mut loops = false;
            each_stmt(body, &mut |stmt| {
                count += 1;
                loops |= matches!(stmt.kind, StmtKind::Loop { .. });
                if let StmtKind::Let { targets, .. } = &stmt.kind {
                    for target in targets {
                        if let Place::Global(name) = target {
                            reach.reassigned.insert(name.to_string());
                        }
                    }
                }
                for value in values(stmt) {
                    reach.mentions(program, home, at.module, value);
                }
            });
            if count <= 14 && !loops {
                reach.small.insert(at);
            }
            each_call(body, &mut |call| match typing.target(program, at.module, call) {
                Target::Local(f) => reach.edge(home, outermost(program, f)),
                Target::Dispatch(all) if all.len() <= 6 => all.into_iter().for_each(|f| reach.edge(home, outermost(program, f))),
                Target::Model(row, _) => {
                    if interesting(&row.call.does) {
                        reach.direct.insert(home);
                    }
                }
                _ => {}
            });
        }
        let mut frontier: Vec<FuncRef> = reach.direct.iter().copied().collect();
        reach.relevant.extend(&frontier);
        for _ in 0..7 {
            let next: BTreeSet<FuncRef> = frontier
                .iter()
                .filter_map(|f| reach.callers.get(f))
                .flatten()
                .copied()
                .filter(|f| !reach.relevant.contains(f))
                .collect();
            reach.relevant.extend(&next);
            frontier = next.into_iter().collect();
        }
        let _ = Role::Client;
        reach
    }

    fn edge(&mut self, from: FuncRef, to: FuncRef) {
        if from != to {
            self.callers.entry(to).or_default().insert(from);
        }
    }

    /// A function named as a value may be called by whoever gets it.
    fn mentions(&mut self, program: &Program<'_>, home: FuncRef, module: u32, value: &Value) {
        match &value.kind {
            ValueKind::Global(name) => {
                if let Some(f) = program.function_named(name) {
                    self.edge(home, f);
                }
            }
            ValueKind::Closure(id) => self.edge(home, outermost(program, FuncRef { module, func: *id })),
            _ => {}
        }
        for part in value.parts() {
            self.mentions(program, home, module, part);
        }
    }

    pub(crate) fn is_relevant(&self, program: &Program<'_>, f: FuncRef) -> bool {
        self.relevant.contains(&outermost(program, f))
    }

    pub(crate) fn is_small(&self, f: FuncRef) -> bool {
        self.small.contains(&f)
    }

    pub(crate) fn is_reassigned(&self, global: &str) -> bool {
        self.reassigned.contains(global)
    }

    pub(crate) fn direct(&self) -> impl Iterator<Item = FuncRef> + '_ {
        self.direct.iter().copied()
    }

    pub(crate) fn callers_of(&self, f: FuncRef) -> impl Iterator<Item = FuncRef> + '_ {
        self.callers.get(&f).into_iter().flatten().copied()
    }
}

/// The named function around a closure.
pub(crate) fn outermost(program: &Program<'_>, mut at: FuncRef) -> FuncRef {
    while let FunctionKind::Closure { parent: Some(parent) } = program.function(at).kind {
        at.func = parent;
    }
    at
}

fn interesting(does: &Does) -> bool {
    matches!(
        does,
        Does::Command { .. }
            | Does::MakesCommand { .. }
            | Does::Executes { .. }
            | Does::Eval { .. }
            | Does::RunsQueued { .. }
            | Does::Acquire(_)
            | Does::Release(_)
            | Does::Renew(_)
            | Does::Flight { .. }
            | Does::Cache { .. }
    )
}
